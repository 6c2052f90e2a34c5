"""A side's points: what stands in the middle of that side's coverage, in its own outlets' words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.headline import teases
from newsletter.writing.manner import title_case
from newsletter.writing.means import Scores
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans

MIN_WORDS = 7
REPEATS = 0.75
"""Likeness from which a point repeats what the reader was told already."""
ALMOST = 0.92
"""The same where a side would else have no point at all."""
NOVELTY = 0.3
"""Share of its content that a point should add to headline, overview and the points before it."""
CENTRAL, NEAR = 0.26, 0.12
"""Bearing on the story's news: of a good point, and of the article that any point may come from."""
SHORTEST, ROOM = 12, 4
"""Words from which on a point is long enough, and how far it may pass ``point_words`` for nothing.

Points of like length give each side its due.
"""
OVER_COST, OVER_WORD, UNDER_WORD = 0.02, 0.02, 0.03
"""What it costs a point to be longer than ``point_words`` (once, and for each word) or too short (each word)."""
NEW = 0.08
"""What a point gains that says only what the reader was not told yet."""
TOLD_COST = 0.2
"""What a point loses that an earlier issue could have made: today's articles come first where they say as much."""
TITLE_COST, LEAN_COST = 0.08, 0.06
"""Titles, and sentences with a mere description as subject, are taken where no other comes near them."""


def first_point(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """The point for the mail: short, of news where there is any, unlike headline and overview."""
    for outlet in {s.outlet for s in desk.material.sources if s.side == side}:
        desk.ledger.release(outlet)
    scores = _scores(desk, side)
    for allowed, bar in _tries(desk, side):
        found = desk.best(scores, allowed, avoid=desk.said, weight=0.3, bar=bar)
        if found:
            return (desk.say(found),)
    return ()


def _scores(desk: Desk, side: Side) -> Scores:
    """The middle of the side's coverage, what all bear out and what the story is about; length pays."""
    material, limits = desk.material, desk.ledger.limits
    over = np.array([max(0, p.words - limits.point_words - ROOM) for p in material.passages])
    under = np.array([max(0, min(SHORTEST, limits.point_words) - p.words) for p in material.passages])
    leaning = np.array([float(leans(p.text)) for p in material.passages])
    told = np.array([float(p.source.told) for p in material.passages])
    new = np.array([desk.novelty(p) if p.source.side == side else 0.0 for p in material.passages])
    cost = TITLE_COST * material.are_titles + LEAN_COST * leaning + TOLD_COST * told + UNDER_WORD * under
    cost = cost + np.where(over > 0, OVER_COST + OVER_WORD * over, 0)
    scores: Scores = material.apart(side) + 0.3 * material.consensus + material.manner + NEW * new - cost
    return scores


def _tries(desk: Desk, side: Side) -> Iterator[tuple[Allowed, float]]:
    """What a point may be, best first, each with the likeness to what was said that is too much.

    A central sentence that adds something; one that repeats; a Title Case headline; an opinion; a sentence
    farther off; then whatever still bears on the story, a title that teases last.
    """
    bearing = desk.material.bearing_of

    def central(p: Passage) -> bool:
        fits = p.source.side == side and p.words >= MIN_WORDS and not desk.material.is_stale(p)
        return fits and bearing(p) >= CENTRAL and not desk.material.is_elsewhere(p)

    def adds(p: Passage) -> bool:
        return desk.novelty(p) >= NOVELTY

    def reads(p: Passage) -> bool:
        return p.source.news and (p.field == "text" or not (title_case(p.text) or teases(p.text)))

    def of_side(p: Passage) -> bool:
        return p.source.side == side and desk.material.belongs(p, NEAR)

    def valid(p: Passage) -> bool:
        return of_side(p) and not desk.material.is_stale(p)

    def of_news(p: Passage) -> bool:
        return valid(p) and p.source.news and not desk.material.is_elsewhere(p)

    yield lambda p: central(p) and reads(p) and adds(p), REPEATS
    yield lambda p: central(p) and reads(p), ALMOST
    yield lambda p: central(p) and p.source.news and not teases(p.text), ALMOST
    yield lambda p: central(p) and p.field == "text", ALMOST
    yield lambda p: of_news(p) and bearing(p) >= NEAR and p.field == "text", ALMOST
    yield lambda p: valid(p) and bearing(p) >= NEAR and p.source.news, ALMOST
    yield lambda p: valid(p) and p.source.news, ALMOST
    yield valid, ALMOST
    yield of_side, ALMOST
