"""Counts of one measure that a text gives: what is counted, how many, and what other counts it allows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.writing.lexicon import NUMBER_WORDS
from newsletter.writing.passages import Passage
from newsletter.writing.same import plain_numbers
from newsletter.writing.score import Material
from newsletter.writing.terms import stem

ROUNDED = 0.05
"""Share by which a round number may differ from an exact one and still tell the same."""

NUMBER = (
    r"(?P<n>(?<![\d.-])\d+(?:,\d{3})*(?:\.\d+)?|" + "|".join(w for w in NUMBER_WORDS if w != "zero") + r")"
)
SCALE = r"(?: (?P<scale>hundred|thousand|million|billion|trillion))?"
SCALES = {"": 1.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_BOUND = (
    r"(?P<bound>at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly |"
    r"fewer than |less than |under |approximately |an estimated |another |a further )?"
)
_WHO = r"(?P<who>(?!and\b|of\b|people\b)[a-z]+ )??(?:(?P<people>people|persons) )?(?:others )?"
_WERE = r"(?:(?:were|was|are|is|have been|had been|has been|being|have|has|had) )?(?:reported |confirmed |feared )?"
_CASUALTIES = (
    ("killed", "How many people were killed", "killed|dead|died|deaths|fatalities", "killing"),
    ("injured", "How many people were injured", "injured|wounded|hurt|injuries", "injuring|wounding"),
    ("arrested", "How many people were arrested", "arrested|detained|arrests", "arresting|detaining"),
    ("missing", "How many people are missing", "missing", "$^"),
)
CASUALTIES = frozenset(measure for measure, *_ in _CASUALTIES)


@dataclass(frozen=True, slots=True)
class Count:
    """One number on one measure. ``low`` to ``high`` are the true counts that the words allow."""

    measure: str
    topic: str
    who: str
    value: float
    low: float
    high: float

    def excludes(self, other: Count) -> bool:
        """Whether both cannot be true: ranges apart, and neither the rounding of the other."""
        apart = self.high < other.low or other.high < self.low
        return apart and not _rounding(self.value, other.value)


_PATTERNS = tuple(
    (measure, topic, re.compile(pattern, re.IGNORECASE))
    for measure, topic, after, before in _CASUALTIES
    for pattern in (
        rf"\b{_BOUND}{NUMBER}{SCALE} {_WHO}{_WERE}(?:{after})\b",
        rf"\b(?:{before}) {_BOUND}{NUMBER}{SCALE} {_WHO}(?!\w*(?:percent|year|day|time|hour|million|billion))",
    )
)


def counts(text: str) -> Iterator[Count]:
    """The counts of people killed, injured, arrested or missing that a text gives; none that are only about right."""
    plain = plain_numbers(text)
    for measure, topic, pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            count = _count(measure, topic, found)
            if count:
                yield count


def contested(material: Material, passage: Passage) -> bool:
    """Whether another outlet, or a later article, gives another count on a measure that the passage counts.

    Counts that could both be true ("at least 20", "at least 38") differ too: one of them is out of date.
    """
    mine = list(counts(passage.text))
    return bool(mine) and any(
        one.measure == other.measure and one.value != other.value and not _rounding(one.value, other.value)
        for source, text in material.said_by_news()
        for other in counts(text)
        for one in mine
        if source.outlet != passage.outlet or source.article.published > passage.source.article.published
    )


def _count(measure: str, topic: str, found: re.Match[str]) -> Count | None:
    number = found.group("n").lower()
    value = (
        float(NUMBER_WORDS.get(number, number).replace(",", ""))
        * SCALES[(found.group("scale") or "").lower()]
    )
    bound = (found.group("bound") or "").strip().lower()
    who = stem((found.group("who") or "").strip().lower())
    if bound in {"another", "a further"} or who in _TIMES:
        return None
    limits = _range(value, bound)
    return Count(measure, topic, "" if who in _ANYBODY else who, value, *limits) if limits else None


_TIMES = frozenset({"year", "month", "week", "day", "hour", "minut", "percent"})
_ANYBODY = {"", "civilian", stem("others")}


def _range(value: float, bound: str) -> tuple[float, float] | None:
    """The counts that a claim allows; None for what is only about right."""
    if bound == "at least":
        return value, float("inf")
    if bound in {"more than", "over"}:
        return value + 1, float("inf")
    if bound in {"up to", "as many as", "fewer than", "less than", "under"}:
        return 0.0, value
    return (value, value) if not bound else None


def _rounding(one: float, other: float) -> bool:
    return any(v >= 10 and v % 10 == 0 for v in (one, other)) and abs(one - other) <= ROUNDED * max(
        one, other
    )
