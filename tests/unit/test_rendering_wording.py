"""Counts, dates and names of sides as they stand in a sentence."""

from __future__ import annotations

import pytest

from newsletter.rendering import wording


@pytest.mark.parametrize(
    ("label", "voice", "one", "six"),
    [
        ("Left", "The left", "One outlet on the left", "6 outlets on the left"),
        ("Center", "The center", "One outlet in the center", "6 outlets in the center"),
        ("Centre", "The centre", "One outlet in the centre", "6 outlets in the centre"),
        ("GOP-leaning", "GOP-leaning outlets", "One GOP-leaning outlet", "6 GOP-leaning outlets"),
        ("Pro-union", "Pro-union outlets", "One pro-union outlet", "6 pro-union outlets"),
    ],
)
def test_a_side_is_a_place_or_an_adjective(label: str, voice: str, one: str, six: str) -> None:
    assert wording.voice(label) == voice
    assert wording.one_outlet(label) == one
    assert wording.of_side(6, label) == six


@pytest.mark.parametrize(
    ("heard", "label", "expected"),
    [
        (0, "Right", "No outlet on the right was heard today."),
        (0, "Independent", "No independent outlet was heard today."),
        (1, "Right", "The one outlet on the right heard today does not have this story."),
        (19, "Right", "None of the 19 outlets on the right heard today has this story."),
    ],
)
def test_silence_is_told_in_counts(heard: int, label: str, expected: str) -> None:
    assert wording.no_outlet(label, heard) == expected


def test_durations_are_always_four_words() -> None:
    assert wording.duration(280) == "4 min 40 s"
    assert {len(wording.duration(seconds).split()) for seconds in (0, 59, 60, 300, 3_000)} == {4}


def test_lists_and_numbers_read_as_people_write_them() -> None:
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == ""
    assert [wording.number(n) for n in (0, 2, 10, 11)] == ["no", "two", "ten", "11"]
    assert wording.plural(1, "story", "stories") == "1 story"
    assert wording.plural(2, "story", "stories") == "2 stories"
