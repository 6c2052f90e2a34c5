"""Sentences stand where the field has them, whatever the abbreviations say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.writing.passages import title_span
from newsletter.writing.sentences import sentences
from newsletter.writing.sources import sources_of
from tests.support.writing_stories import article, registry, story


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Sen. Ada Quill of Veldt said the vote was fair.",
        "The U.S. Senate passed the bill.",
        "Prices rose 3.5 percent to $1.2 billion.",
        "Judge J. K. Marlow of St. Orin ruled on Aug. 3.",
        "“We lost. We go on,” the coach said.",
        'The mayor wrote "No. Never. Not here" on the wall.',
        "Dr. Vale vs. the state: No. 5 on the list.",
        "The plan … was dropped.",
    ],
)
def test_one_sentence_stays_one(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It rained. Roads closed.", ["It rained.", "Roads closed."]),
        ("Troops left the U.S. The senate voted.", ["Troops left the U.S.", "The senate voted."]),
        ("“It is over.” She left.", ["“It is over.”", "She left."]),
        ("Nobody knew... Then it broke.", ["Nobody knew...", "Then it broke."]),
        ("A line without a stop\nThe next line.", ["A line without a stop", "The next line."]),
        ("Is it true? Yes! It is.", ["Is it true?", "Yes!", "It is."]),
    ],
)
def test_two_sentences_part(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@given(st.text(max_size=300))
def test_sentences_are_disjoint_spans_that_hold_all_but_white_space(text: str) -> None:
    spans = sentences(text)
    ends = [0, *(s.end for s in spans)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, spans, strict=False))
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        (
            "Dock strike over: work resumes Tuesday at 6 a.m.",
            "Dock strike over: work resumes Tuesday at 6 a.m.",
        ),
        ("Council closes harbor road.", "Council closes harbor road"),
        ("Envoy returns from the U.S.", "Envoy returns from the U.S."),
        ("Council closes harbor road", "Council closes harbor road"),
        ("Why now?", "Why now?"),
    ],
)
def test_a_title_loses_its_final_stop_and_no_abbreviation_does(title: str, kept: str) -> None:
    (source,) = sources_of(story([article("nowhere.example", title)]), registry())
    span = title_span(source)
    assert title[span.start : span.end] == kept
