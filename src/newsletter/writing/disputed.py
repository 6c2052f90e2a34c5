"""Where outlets differ: numbers on one measure that exclude each other, and claims that somebody denies.

Silence is preferred to a false dispute. To be asked first: what is disputed is used up, so that no other part of the
story tells it as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from newsletter.domain.leaning import Side
from newsletter.domain.words import Dispute
from newsletter.writing.choose import Desk
from newsletter.writing.counts import CASUALTIES
from newsletter.writing.denials import Denial, admits, answers, denials
from newsletter.writing.differing import UPDATE, Claim, apart, differ
from newsletter.writing.manner import title_case
from newsletter.writing.measures import measures
from newsletter.writing.opposites import affirmed, contradict, denied, opposed, topic_of
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans

MOST = 3
BEARING = 0.1
"""Least bearing of a denial on the story's news."""


def disputed(desk: Desk) -> tuple[Dispute, ...]:
    """At most three: one per measure, then denials; every claim with its outlet, two outlets each."""
    return (*_of_numbers(desk), *_of_opposites(desk), *_of_denials(desk))[:MOST]


def _of_numbers(desk: Desk) -> list[Dispute]:
    """At most one per measure of one thing, each by its best pair of sentences."""
    claims = [
        Claim(p, one)
        for p in _told(desk)
        for one in measures(p.text)
        if one.count.measure not in CASUALTIES or p.field == "text"
    ]
    found = []
    for key in dict.fromkeys(c.key for c in claims):
        mine = [c for c in claims if c.key == key]
        best = max(
            (pair for pair in combinations(mine, 2) if differ(desk.material, *pair)),
            key=_across,
            default=None,
        )
        if best and _allowed(desk, *(c.passage for c in best)):
            found.append(_dispute(desk, best[0].one.count.topic, *(c.passage for c in best)))
            desk.used |= {c.passage.key for c in mine}
    return found


def _of_opposites(desk: Desk) -> list[Dispute]:
    """One per question that two outlets answer otherwise; then one that two outlets tell with and without a "not"."""
    known = [p for p in _told(desk) if not leans(p.text)]
    pairs = [(topic, a, b) for a, b in combinations(known, 2) if (topic := _opposite(desk, a, b))]
    found = []
    for topic in dict.fromkeys(topic for topic, _, _ in pairs):
        best = max(((a, b) for t, a, b in pairs if t == topic), key=_nearest)
        if _allowed(desk, *best) and not any(p.key in desk.used for p in best):
            found.append(_dispute(desk, topic, *best))
            desk.used |= {p.key for t, a, b in pairs if t == topic for p in (a, b)}
    return found


def _opposite(desk: Desk, a: Passage, b: Passage) -> str:
    """The topic on which two outlets' sentences contradict each other; empty where they do not."""
    if a.outlet == b.outlet:
        return ""
    together = abs(a.source.article.published - b.source.article.published) <= UPDATE
    topic = next(
        (
            one.topic
            for one in opposed(a.text)
            for other in opposed(b.text)
            if contradict(one, other) and (together or not one.turns)
        ),
        "",
    )
    for no, yes in ((a, b), (b, a)):
        if not topic and together and (found := denied(no.text)) and affirmed(yes.text, found):
            topic = topic_of(yes.text)
    return "" if topic and apart(desk.material, a.text, b.text) else topic


def _nearest(pair: tuple[Passage, Passage]) -> tuple[bool, int]:
    one, other = pair
    return one.source.side != other.source.side, -(one.words + other.words)


def _of_denials(desk: Desk) -> list[Dispute]:
    """At most one: the denial that other outlets' accounts of the claim answer best."""
    material = desk.material
    known = [p for p in _told(desk) if not material.is_stale(p) and not leans(p.text)]
    pairs = [
        (score, denial, claim)
        for passage in known
        if material.bearing_of(passage) >= BEARING
        for denial in denials(passage)
        if not (
            denial.topic.startswith(("The charges", "The accusations"))
            and any(admits(t) for _, t in material.said)
        )
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


def _across(pair: tuple[Claim, Claim]) -> tuple[bool, int]:
    return _nearest((pair[0].passage, pair[1].passage))
