"""A side's further points, for the page: what else stands in the middle of that side's coverage.

The next point is always the one nearest to the middle of the side's outlets, each outlet counted once, and
least like what was said before (maximal marginal relevance, Carbonell & Goldstein 1998). What the other sides lack
earns nothing: sides differ in the facts they choose, not in rare words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.coverage import COUNTED, same_fact
from newsletter.writing.headline import teases
from newsletter.writing.manner import title_case
from newsletter.writing.means import Scores
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans, points_back
from newsletter.writing.terms import gist, new_gist

Points = Mapping[Side, tuple[Statement, ...]]

MIN_WORDS = 7
ALIKE, OWN = 0.6, 0.45
"""Likeness from which two points of one side are one, and share of its content that a further point must add."""
TITLE_OWN = 0.3
"""Share of its content that a title must add to all that was said: it is mostly the headline in other words."""
REPEATS, ALMOST = 0.75, 0.9
"""Likeness to what was said elsewhere that is too much for a point, and for one where a side has no other."""
CENTRAL, MARGIN = 0.26, 0.03
"""Bearing on the story's news of a good point and of the article any point comes from; least of any point."""
FEW = 2
"""Points from which on a side takes no title of an article that it was quoted from (it would repeat its text), and
nothing of an article that an earlier issue had or of another time and place."""
FRESH = -0.05
"""`Material.freshness` under which later articles have most likely overtaken a passage."""
LONG, LENGTH = 25, 0.3
"""Words that a point for the page may well have, and what it gains by having them: context comes with length."""
UNLIKE = 0.35
"""Weight of being unlike all that was said, beside standing in the middle of the coverage."""
TITLE_COST, LEAN_COST = 0.3, 0.06
"""Titles, and sentences with a mere description as subject, come behind others."""


def further_points(desk: Desk, points: Points, most: int) -> Points:
    """The sides' points and, in turn for each side that has one, the next, until ``most`` or nothing fits."""
    found = {side: list(points.get(side, ())) for side in SIDES}
    scores = {side: _scores(desk, side) for side in SIDES if found[side]}
    for _ in range(most):
        for side in scores:
            if len(found[side]) < most and (one := _next(desk, side, scores[side], found[side])):
                found[side].append(one)
    return {side: tuple(own) for side, own in found.items()}


def _scores(desk: Desk, side: Side) -> Scores:
    """The middle of the side's coverage, a little of what all bear out, manner, and length."""
    material = desk.material
    length = np.array([min(LONG, p.words) / LONG for p in material.passages])
    leaning = np.array([float(leans(p.text)) for p in material.passages])
    cost = TITLE_COST * material.are_titles + LEAN_COST * leaning
    scores: Scores = (
        material.apart(side) + 0.3 * material.consensus + material.manner + LENGTH * length - cost
    )
    return scores


def _next(desk: Desk, side: Side, scores: Scores, own: Sequence[Statement]) -> Statement | None:
    texts = [point.text for point in own]
    told = frozenset[str]().union(*map(gist, texts))
    like = dict(zip(map(id, desk.material.passages), desk.material.like(texts), strict=True))

    def another(p: Passage) -> bool:
        if p.source.told and len(own) >= FEW:
            return False
        least = COUNTED if any(same_fact(p.text, text) for text in texts) else OWN
        return like[id(p)] < ALIKE and len(new_gist(p.text, told)) >= least * len(gist(p.text))

    for allowed, bar in _tries(desk, side, own):
        found = desk.best(scores, _both(allowed, another), avoid=desk.said, weight=UNLIKE, bar=bar)
        if found:
            return desk.say(found)
    return None


def _both(one: Allowed, other: Allowed) -> Allowed:
    return lambda p: one(p) and other(p)


def _tries(desk: Desk, side: Side, own: Sequence[Statement]) -> Iterator[tuple[Allowed, float]]:
    """What a further point may be, best first, each with the likeness to what was said that is too much.

    A sentence of news near the story's middle that stands by itself; any of the side's news; the title of
    another article; what repeats; an opinion; a title in Title Case.
    """
    material = desk.material

    def fits(p: Passage) -> bool:
        of_side = p.source.side == side and p.words >= MIN_WORDS and not material.is_stale(p)
        return of_side and material.belongs(p, CENTRAL) and material.bearing_of(p) >= MARGIN

    heard = {e.article for point in own for e in point.evidence} if len(own) >= FEW else set[str]()

    everything = frozenset[str]().union(*map(gist, desk.said)) if len(own) >= FEW else frozenset[str]()

    def titled(p: Passage) -> bool:
        new = len(new_gist(p.text, everything)) >= TITLE_OWN * len(gist(p.text))
        return fits(p) and new and p.source.news and p.source.article.id not in heard and not teases(p.text)

    def told(p: Passage) -> bool:
        return fits(p) and p.field == "text" and p.source.news

    def good(p: Passage) -> bool:
        newest = material.freshness_of(p) >= FRESH
        near = material.bearing_of(p) >= CENTRAL and not material.is_elsewhere(p)
        return told(p) and near and newest and not points_back(p.text)

    yield good, REPEATS
    yield lambda p: told(p) and not (points_back(p.text) or material.is_elsewhere(p)), REPEATS
    yield lambda p: titled(p) and not title_case(p.text), REPEATS
    yield (
        lambda p: told(p) and not (points_back(p.text) or (material.is_elsewhere(p) and len(own) >= FEW)),
        ALMOST,
    )
    yield lambda p: fits(p) and p.field == "text", REPEATS
    yield titled, REPEATS
