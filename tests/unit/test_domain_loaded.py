"""Loaded words: found in every form and spelling, and grave but plain words left alone."""

from __future__ import annotations

import pytest

from newsletter.domain.loaded import LOADED, loaded_words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Senator SLAMS budget in a furious rant", ("SLAMS", "furious", "rant")),
        ("A cold-blooded, gut-wrenching day", ("cold-blooded", "gut-wrenching")),
        ("The so-called experts’ witch-hunt", ("so-called", "witch-hunt")),
        ("Critics mocked the plan, lambasting it", ("mocked", "lambasting")),
        ("A sensational, breathtakingly moronic plan", ("sensational", "breathtakingly", "moronic")),
        ("Sensationally, both wingnuts and libtards agreed", ("Sensationally", "wingnuts", "libtards")),
        ("", ()),
    ],
)
def test_words_chosen_to_stir_are_found_as_they_stand(text: str, found: tuple[str, ...]) -> None:
    assert loaded_words(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Twelve people were killed and forty injured in the war",
        "The rail line and the grill caught fire",
        "Prosecutors charged him with fraud, assault and murder",
        "The Communist Party met on Monday",
        "The council rejected the plan by five votes to four",
    ],
)
def test_plain_words_for_grave_things_are_news(text: str) -> None:
    assert loaded_words(text) == ()


def test_every_entry_is_a_word_in_lower_case() -> None:
    assert all(word == word.lower() and word.strip() == word and " " not in word for word in LOADED)
