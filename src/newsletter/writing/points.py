"""A side's points: what stands in the middle of that side's coverage, in its own outlets' words."""

from __future__ import annotations

import numpy as np

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.coverage import concept_weights, cover
from newsletter.writing.passages import Passage
from newsletter.writing.score import Scores

MIN_WORDS = 7
REPEATS = 0.75
"""Likeness from which a point repeats what the reader was told already."""
ALMOST = 0.92
"""The same where a side would else have no point at all."""
NOVELTY = 0.34
"""Share of its content that a point should add to headline, overview and the points before it."""
OVER_COST, OVER_WORD = 0.08, 0.02
"""What it costs a point to be longer than ``point_words``: once, and for each word."""
TITLE_COST = 0.08
"""A title is taken for a point only where no sentence comes near it."""


def first_point(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """The point for the mail: short, of news where there is any, unlike headline and overview."""
    for outlet in {s.outlet for s in desk.material.sources if s.side == side}:
        desk.ledger.release(outlet)
    found = _pick(desk, side, NOVELTY) or _pick(desk, side, 0.0) or _pick(desk, side, 0.0, ALMOST)
    return (desk.say(found),) if found else ()


def more_points(desk: Desk, side: Side, points: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The points for the page: the first one and others that add to it, each within an excerpt."""
    limits = desk.ledger.limits
    most = limits.page_points - len(points)
    if not points or most < 1:
        return points
    like = desk.material.like([said for said in desk.said if said not in {p.text for p in points}])
    fresh = [
        p
        for p, close in zip(desk.material.passages, like, strict=True)
        if p.source.side == side and p.words >= MIN_WORDS and close < REPEATS and p.key not in desk.used
    ]
    pool = [p for p in fresh if p.source.news and p.field == "text"] or [
        p for p in fresh if p.field == "text"
    ]
    weights = concept_weights(desk.material, [side])
    chosen = cover(desk, pool, weights, most * limits.excerpt_words, most, [p.text for p in points])
    return (*points, *(desk.say(p) for p in chosen))


def _pick(desk: Desk, side: Side, novelty: float, bar: float = REPEATS) -> Passage | None:
    """The best point of a side, news before opinion; a longer one pays for its length."""
    material, limits = desk.material, desk.ledger.limits
    over = np.array([max(0, p.words - limits.point_words) for p in material.passages])
    scores: Scores = material.side_centrality(side) + 0.2 * material.consensus + material.manner
    scores = scores - TITLE_COST * material.are_titles - np.where(over > 0, OVER_COST + OVER_WORD * over, 0)

    def of_side(p: Passage) -> bool:
        return (
            p.source.side == side and (p.words >= MIN_WORDS or bar == ALMOST) and desk.novelty(p) >= novelty
        )

    tries: tuple[Allowed, ...] = (lambda p: of_side(p) and p.source.news, of_side)
    for allowed in tries:
        found = desk.best(scores, allowed, avoid=desk.said, weight=0.4, bar=bar)
        if found:
            return found
    return None
