"""Whether two outlets' numbers exclude each other: one thing, one scope, one time, and no rounding. Pure.

A false dispute is worse than none: whatever could explain that both are right ends it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from math import floor, log10

from newsletter.writing.counts import CASUALTIES
from newsletter.writing.measures import Measured, described, far_apart, measures
from newsletter.writing.measuring import BODY, WEEKDAY
from newsletter.writing.passages import Passage
from newsletter.writing.roles import roles
from newsletter.writing.same import classed, fact_of
from newsletter.writing.score import Material
from newsletter.writing.terms import names, numbers, terms

SAME_TIME = timedelta(hours=8)
"""Reports further apart than this may both be right: a count changes."""
UPDATE = timedelta(minutes=90)
"""A larger count that is reported so much later is an update: counts grow."""
SHARED = 3
"""Content stems two claims must share, numbers aside, to be about one thing."""
OVERTAKEN = 2
"""Outlets that must have counted later, all otherwise, for an older count to be out of date."""
_MONTH = re.compile(
    r"\b(?:January|February|March(?! \w+ed\b)|April|May(?= \d|,|\.)|June|July|August|"
    r"September|October|November|December)\b"
)
_WHERE = re.compile(r"\b(?:in|across|near|off|at|outside|inside) (?:the )?(?:[a-z]+ )?([A-Z][a-z]+)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A passage with one of its numbers."""

    passage: Passage
    one: Measured

    @property
    def key(self) -> tuple[str, str]:
        """Claims of one key may be about one thing."""
        return self.one.count.measure, self.one.count.who


def differ(material: Material, one: Claim, other: Claim) -> bool:
    """Different outlets, the same thing, the same hours, numbers that exclude each other."""
    old, new = sorted((one, other), key=lambda c: c.passage.source.article.published)
    a, b = old.one.count, new.one.count
    if old.passage.outlet == new.passage.outlet or not a.excludes(b) or not far_apart(a, b):
        return False
    if old.one.grows and old.one.alike and _rounded(a.value, b.value):
        return False
    return _together(old, new) and _of_one(material, old, new) and not _explained(material, old, new)


def _together(old: Claim, new: Claim) -> bool:
    """Whether time leaves both standing: what grows is counted anew, what does not grow is not."""
    gap = new.passage.source.article.published - old.passage.source.article.published
    update = old.one.grows and gap > UPDATE and new.one.count.value > old.one.count.value
    return not update and (gap <= SAME_TIME or not old.one.grows)


def _of_one(material: Material, old: Claim, new: Claim) -> bool:
    """Whether two sentences speak of one thing: words, scope, places, certainty."""
    a, b = old.passage.text, new.passage.text
    shared, least = described(a) & described(b), min(len(described(a)), len(described(b)))
    if len(shared) < (SHARED if old.one.count.measure != "age" else 1) or len(shared) < old.one.alike * least:
        return False
    if old.one.scope != new.one.scope or (old.one.count.measure != "age" and _two_places(material, a, b)):
        return False
    if _elsewhere(a, b) or (old.one.count.measure != "weekday" and _other_day(a, b)):
        return False
    one, other = fact_of(a), fact_of(b)
    if (one.negations, one.ahead, one.doubts) != (other.negations, other.ahead, other.doubts):
        return False
    return not old.one.strict or bool(_verbs(a) & _verbs(b)) or not _verbs(a) | _verbs(b)


SPEAKER = re.compile(
    r",? (?:the |an? |his |her |its )?(?:[\w’'-]+ ){1,3}(?:said|says|told)$"
    r"|^(?:The |A |An )?(?:[\w’'-]+ ){1,4}?(?:said|says|say|told \w+) (?:that )?|,? according to .*$",
    re.IGNORECASE,
)


def without_speaker(text: str) -> str:
    """A text without "X said" before or behind it: whose word it is says not what it is about."""
    return SPEAKER.sub(" ", text.rstrip("."))


def apart(material: Material, a: str, b: str) -> bool:
    """Whether two texts may speak of two places, bodies or days."""
    a, b = without_speaker(a), without_speaker(b)
    return _two_places(material, a, b) or _elsewhere(a, b) or _other_day(a, b)


def _other_day(a: str, b: str) -> bool:
    days = [{m.group() for m in WEEKDAY.finditer(t)} for t in (a, b)]
    return all(map(bool, days)) and not days[0] & days[1]


def _two_places(material: Material, a: str, b: str) -> bool:
    """Whether each names something that the other does not: one city and the other one, one chamber and the other."""
    known = frozenset[str]().union(*(names(text) for _, text in material.said))
    one, other = (names(text) | (known & frozenset(terms(text)[:1])) for text in (a, b))
    return bool(one - other) and bool(other - one)


def _elsewhere(a: str, b: str) -> bool:
    """Whether both say where it was, and nowhere the same, or name other bodies or months."""
    one, other = ({m.lower() for m in _WHERE.findall(t)} for t in (a, b))
    bodies = [{m.lower() for m in BODY.findall(t)} for t in (a, b)]
    months = [{m[:3] for m in _MONTH.findall(t)} for t in (a, b)]
    return (
        (bool(one) and bool(other) and not one & other)
        or (all(bodies) and bodies[0] != bodies[1])
        or (months[0] != months[1] and not all(months))
    )


def _verbs(text: str) -> frozenset[str]:
    return frozenset(classed(role.verb) for role in roles(text) if not role.saying)


def _explained(material: Material, old: Claim, new: Claim) -> bool:
    """An outlet gives both numbers, or two and more count later and none as the older claim does."""
    outlets = {old.passage.outlet, new.passage.outlet}
    values = {old.one.count.value, new.one.count.value}
    plain = {str(int(v)) for v in values}
    if old.one.count.measure in CASUALTIES and any(
        plain <= {n for text in material.texts_of(o) for n in numbers(text)} for o in outlets
    ):
        return True
    told = [(s, m.count) for s, t in material.said_by_news() for m in measures(t)]
    mine = [(s, c) for s, c in told if c.measure == old.one.count.measure]
    if any(values <= {c.value for s, c in mine if s.outlet == outlet} for outlet in outlets):
        return True
    later = [
        (s, c)
        for s, c in mine
        if s.article.published > old.passage.source.article.published and c.who == old.one.count.who
    ]
    return len({s.outlet for s, _ in later}) >= OVERTAKEN and all(old.one.count.excludes(c) for _, c in later)


def _rounded(a: float, b: float) -> bool:
    """Whether one value is the other to fewer digits: 1.6 and 2 million."""

    def to_digits(value: float, like: float) -> float:
        step = 10 ** floor(log10(like)) if like else 1
        while round(like / step) * step != like and step > 1e-6:
            step /= 10
        return round(value / step) * step

    return a > 0 and b > 0 and (to_digits(a, b) == b or to_digits(b, a) == a)
