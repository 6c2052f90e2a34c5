"""Where outlets differ: numbers on one measure that exclude each other, and claims that somebody denies.

Silence is preferred to a false dispute. To be asked first: what is disputed is used up, so that no other part of the
story tells it as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from newsletter.domain.leaning import Side
from newsletter.domain.words import Dispute
from newsletter.writing.choose import Desk
from newsletter.writing.counts import Count, counts
from newsletter.writing.denials import Denial, admits, answers, denials
from newsletter.writing.manner import title_case
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans
from newsletter.writing.terms import numbers, terms

MOST = 3
SAME_TIME = timedelta(hours=8)
"""Reports further apart than this may both be right: a count grows."""
SHARED = 3
"""Content stems two claims must share, numbers aside, to be about one thing."""
OVERTAKEN = 2
"""Outlets that must have counted later, all otherwise, for an older count to be out of date."""
BEARING = 0.1
"""Least bearing of a denial on the story's news."""


@dataclass(frozen=True, slots=True)
class _Claim:
    passage: Passage
    count: Count


def disputed(desk: Desk) -> tuple[Dispute, ...]:
    """At most three: one per measure, then denials; every claim with its outlet, two outlets each."""
    return (*_of_numbers(desk), *_of_denials(desk))[:MOST]


def _of_numbers(desk: Desk) -> list[Dispute]:
    claims = [_Claim(p, count) for p in _sentences(desk) for count in counts(p.text)]
    found = []
    for measure in dict.fromkeys(c.count.measure for c in claims):
        mine = [c for c in claims if c.count.measure == measure]
        best = max(
            (pair for pair in combinations(mine, 2) if _differ(desk, *pair)), key=_across, default=None
        )
        if best and _allowed(desk, *(c.passage for c in best)):
            found.append(_dispute(desk, best[0].count.topic, *(c.passage for c in best)))
            desk.used |= {c.passage.key for c in mine}
    return found


def _of_denials(desk: Desk) -> list[Dispute]:
    """At most one: the denial that other outlets' accounts of the claim answer best."""
    material = desk.material
    known = [p for p in _told(desk) if not material.is_stale(p) and not leans(p.text)]
    pairs = [
        (score, denial, claim)
        for passage in known
        if material.bearing_of(passage) >= BEARING
        for denial in denials(passage)
        if not (denial.topic.startswith("The charges") and any(admits(t) for _, t in material.said))
        for claim in known
        if (score := _weight(denial, claim)) and _allowed(desk, passage, claim)
    ]
    if not pairs:
        return []
    _, denial, claim = max(pairs, key=lambda pair: pair[0])
    desk_used = {claim.key, denial.passage.key}
    dispute = _dispute(desk, denial.topic, claim, denial.passage)
    desk.used |= desk_used
    return [dispute]


def _weight(denial: Denial, claim: Passage) -> float:
    """Stems in common, sides apart preferred, short sentences before long ones; 0 where the claim is another."""
    shared = answers(denial, claim)
    across = denial.passage.source.side != claim.source.side
    return shared + 2 * across - 0.05 * (denial.passage.words + claim.words) + 3 if shared else 0.0


def _dispute(desk: Desk, topic: str, *passages: Passage) -> Dispute:
    return Dispute(topic, tuple(desk.say(p) for p in passages))


def _allowed(desk: Desk, *passages: Passage) -> bool:
    return all(desk.ledger.allows(p.outlet, p.words) for p in passages)


def _sentences(desk: Desk) -> Iterator[Passage]:
    return (
        p
        for p in desk.material.passages
        if p.source.news and p.field == "text" and p.source.side != Side.UNRATED and p.key not in desk.used
    )


def _told(desk: Desk) -> Iterator[Passage]:
    """Sentences, and headlines that read like one: a denial is often the news itself."""
    yield from _sentences(desk)
    yield from (
        p
        for p in desk.material.passages
        if p.source.news
        and not p.source.live
        and p.field == "title"
        and p.source.side != Side.UNRATED
        and p.key not in desk.used
        and not title_case(p.text)
        and ":" not in p.text
    )


def _differ(desk: Desk, one: _Claim, other: _Claim) -> bool:
    """Different outlets, the same people and event, the same hours, counts that exclude each other."""
    a, b = one.passage, other.passage
    if a.outlet == b.outlet or not one.count.excludes(other.count):
        return False
    close = abs(a.source.article.published - b.source.article.published) <= SAME_TIME
    shared = {t for t in set(terms(a.text)) & set(terms(b.text)) if not t[:1].isdigit()}
    if one.count.who != other.count.who or not close or len(shared) < SHARED:
        return False
    return not _knows_both(desk, one, other) and not _outgrown(desk, one, other)


def _knows_both(desk: Desk, one: _Claim, other: _Claim) -> bool:
    """An outlet that gives both counts speaks of an update, not of a dispute."""
    both = {str(int(c.count.value)) for c in (one, other)}
    outlets = {one.passage.outlet, other.passage.outlet}
    return any(both <= {t for text in desk.material.texts_of(o) for t in numbers(text)} for o in outlets)


def _outgrown(desk: Desk, one: _Claim, other: _Claim) -> bool:
    """Whether one count is an earlier state of the other: two outlets or more count later, and none so."""
    old = min((one, other), key=lambda c: c.passage.source.article.published)
    later = [
        (source.outlet, count)
        for source, text in desk.material.said_by_news()
        if source.article.published > old.passage.source.article.published
        for count in counts(text)
        if count.measure == old.count.measure
    ]
    return len({o for o, _ in later}) >= OVERTAKEN and all(old.count.excludes(c) for _, c in later)


def _across(pair: tuple[_Claim, _Claim]) -> tuple[bool, float]:
    one, other = pair
    return one.passage.source.side != other.passage.source.side, -(one.passage.words + other.passage.words)
