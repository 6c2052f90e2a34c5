"""A side's points: what stands in the middle of that side's coverage, in its own outlets' words."""

from __future__ import annotations

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.coverage import concept_weights, cover
from newsletter.writing.passages import Passage
from newsletter.writing.score import Scores

MIN_WORDS = 7
REPEATS = 0.75
"""Likeness from which a point repeats what the reader was told already."""
TITLE_COST = 0.08
"""A title is taken for a point only where no sentence comes near it."""


def first_point(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """The point for the mail: short, of news where there is any, unlike headline and overview."""
    for outlet in {s.outlet for s in desk.material.sources if s.side == side}:
        desk.ledger.release(outlet)
    limits = desk.ledger.limits
    found = _pick(desk, side, limits.point_words) or _pick(desk, side, limits.excerpt_words)
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
    pool = [p for p in fresh if p.source.news and p.field == "text"] or [p for p in fresh if p.field == "text"]
    weights = concept_weights(desk.material, [side])
    chosen = cover(desk, pool, weights, most * limits.excerpt_words, most, [p.text for p in points])
    return (*points, *(desk.say(p) for p in chosen))


def _pick(desk: Desk, side: Side, words: int) -> Passage | None:
    material = desk.material
    scores: Scores = material.side_centrality(side) + 0.2 * material.consensus + material.manner
    scores = scores - TITLE_COST * material.are_titles

    def of_side(p: Passage) -> bool:
        return p.source.side == side and MIN_WORDS <= p.words <= words

    tries: tuple[Allowed, ...] = (lambda p: of_side(p) and p.source.news, of_side)
    for allowed in tries:
        found = desk.best(scores, allowed, avoid=desk.said, weight=0.35, bar=REPEATS)
        if found:
            return found
    return None
