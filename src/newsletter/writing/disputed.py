"""Where outlets differ on one measure, and what one side alone reports. Silence is preferred to a false claim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Dispute, Statement
from newsletter.writing.choose import Desk
from newsletter.writing.lexicon import NUMBER_WORDS
from newsletter.writing.passages import Passage
from newsletter.writing.support import bears_out, texts_without
from newsletter.writing.terms import names, numbers, stem, terms

SAME_TIME = timedelta(hours=8)
"""Reports further apart than this may both be right: a count grows."""
SHARED = 3
"""Content stems two claims must share, numbers aside, to be about one thing."""
STRANGE = 0.4
"""Share of a statement's content that nobody else may use."""
UNLIKE = 0.35
"""Least likeness to any sentence of the other sides from which a statement counts as told there too."""
MIN_HEARD = 2
"""Outlets that a side, and all others together, must have before one side alone can be said to report."""

_NUMBER = r"(?P<n>\d[\d,]*|" + "|".join(w for w in NUMBER_WORDS if w != "zero") + r")"
_BOUND = (
    r"(?P<bound>at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly )?"
)
_MEASURES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        topic,
        re.compile(
            rf"\b{_BOUND}{_NUMBER} (?P<who>[a-z]+ ){{0,2}}?"
            rf"(?:(?:were|was|are|have been|had been) )?(?:{verbs})\b",
            re.IGNORECASE,
        ),
    )
    for topic, verbs in (
        ("How many people were killed", "killed|dead|died|deaths"),
        ("How many people were injured", "injured|wounded|hurt|injuries"),
        ("How many people were arrested", "arrested|detained|arrests"),
        ("How many people are missing", "missing"),
    )
)
_DATE = re.compile(r"\b[A-Z][a-z]{2,8}\.? \d{1,2}\b|\b\d{1,2} [A-Z][a-z]{2,8}\b|\b(?:19|20)\d\d\b")
_PEOPLE = frozenset({"", "people", "persons", "civilians"})


@dataclass(frozen=True, slots=True)
class _Claim:
    passage: Passage
    topic: str
    who: str
    low: float
    high: float


def disputed(desk: Desk) -> tuple[Dispute, ...]:
    """At most one dispute per measure: statements of two outlets whose counts exclude each other.

    To be asked first: a count in dispute is used up, so that no overview tells it as a fact.
    """
    claims = [claim for passage in _sentences(desk) for claim in _claims(passage)]
    found = []
    for topic, _ in _MEASURES:
        pairs = combinations([c for c in claims if c.topic == topic], 2)
        best = max((pair for pair in pairs if _differ(desk, *pair)), key=_across, default=None)
        if best and all(desk.ledger.allows(c.passage.outlet, c.passage.words) for c in best):
            found.append(Dispute(topic, tuple(desk.say(c.passage) for c in best)))
            desk.used |= {c.passage.key for c in claims if c.topic == topic}
    return tuple(found)


def only(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """At most one statement of a side with a name or number that two of its outlets and nobody else gives."""
    mine = {s.outlet for s in desk.material.sources if s.side == side and s.news}
    others = {s.outlet for s in desk.material.sources if s.side in SIDES and s.side != side}
    if len(mine) < MIN_HEARD or len(others) < MIN_HEARD:
        return ()
    elsewhere = frozenset(t for text in texts_without(desk.material, side) for t in terms(text))
    for passage in _sentences(desk):
        own = (names(passage.text) | _telling(passage.text)) - elsewhere
        if (
            passage.source.side != side
            or desk.material.is_stale(passage)
            or not own
            or not _strange(passage.text, elsewhere)
        ):
            continue
        mine_alone = desk.material.like_others(passage, side) < UNLIKE
        if mine_alone and _borne_out(desk, passage, own):
            return (desk.say(passage),)
    return ()


def _strange(text: str, elsewhere: frozenset[str]) -> bool:
    """Whether much of a text's content, and not a detail only, stands nowhere in the other sides' words."""
    own = set(terms(text))
    return len(own - elsewhere) >= STRANGE * len(own)


def _borne_out(desk: Desk, passage: Passage, items: frozenset[str]) -> bool:
    """A second outlet of the side gives one of the items in a sentence that states the same."""
    return desk.ledger.allows(passage.outlet, passage.words) and any(
        source.side == passage.source.side
        and source.outlet != passage.outlet
        and items & set(terms(sentence))
        and bears_out(passage.text, sentence)
        for source, sentence in desk.material.said_by_news()
    )


def _telling(text: str) -> frozenset[str]:
    """Numbers that are facts of their own: no years, no single digits."""
    return frozenset(n for n in numbers(_DATE.sub(" ", text)) if len(n) > 1)


def _sentences(desk: Desk) -> Iterator[Passage]:
    return (
        p
        for p in desk.material.passages
        if p.source.news and p.field == "text" and p.source.side != Side.UNRATED and p.key not in desk.used
    )


def _claims(passage: Passage) -> Iterator[_Claim]:
    for topic, pattern in _MEASURES:
        found = pattern.search(passage.text)
        limits = _range(found.group("n"), found.group("bound") or "") if found else None
        if found and limits:
            yield _Claim(passage, topic, (found.group("who") or "").strip().lower(), *limits)


def _range(number: str, bound: str) -> tuple[float, float] | None:
    """The counts that a claim allows; None for what is only about right."""
    value = float(NUMBER_WORDS.get(number.lower(), number).replace(",", ""))
    lower = bound.strip().lower()
    if lower == "":
        return value, value
    if lower == "at least":
        return value, float("inf")
    return (value + 1, float("inf")) if lower in {"more than", "over"} else None


def _differ(desk: Desk, one: _Claim, other: _Claim) -> bool:
    """Different outlets, the same people and event, the same hours, counts that exclude each other."""
    a, b = one.passage, other.passage
    if a.outlet == b.outlet or (one.high >= other.low and other.high >= one.low):
        return False
    same = stem(one.who) == stem(other.who) or {one.who, other.who} <= _PEOPLE
    close = abs(a.source.article.published - b.source.article.published) <= SAME_TIME
    shared = {t for t in set(terms(a.text)) & set(terms(b.text)) if not t[:1].isdigit()}
    return same and close and len(shared) >= SHARED and not _knows_both(desk, one, other)


def _knows_both(desk: Desk, one: _Claim, other: _Claim) -> bool:
    """An outlet that gives both counts speaks of an update, not of a dispute."""
    both = {str(int(min(c.low, c.high))) for c in (one, other)}
    outlets = {one.passage.outlet, other.passage.outlet}
    return any(both <= {t for text in desk.material.texts_of(o) for t in numbers(text)} for o in outlets)


def _across(pair: tuple[_Claim, _Claim]) -> tuple[bool, float]:
    one, other = pair
    return one.passage.source.side != other.passage.source.side, -(one.passage.words + other.passage.words)
