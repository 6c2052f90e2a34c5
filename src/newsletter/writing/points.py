"""A side's points: what stands in the middle of that side's coverage, in its own outlets' words."""

from __future__ import annotations

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.passages import Passage
from newsletter.writing.score import Scores


def first_point(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """The point for the mail: short, of news where there is any, unlike headline and overview."""
    words = desk.ledger.limits.point_words
    for outlet in {p.outlet for p in desk.material.passages if p.source.side == side}:
        desk.ledger.release(outlet)
    found = _pick(desk, side, words, ()) or _pick(desk, side, desk.ledger.limits.excerpt_words, ())
    return (desk.say(found),) if found else ()


def more_points(desk: Desk, side: Side, points: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The points for the page: the first one and others that add to it, each within an excerpt."""
    found = list(points)
    while points and len(found) < desk.ledger.limits.page_points:
        passage = _pick(desk, side, desk.ledger.limits.excerpt_words, tuple(found), floor=0.12)
        if passage is None:
            break
        found.append(desk.say(passage))
    return tuple(found)


def _pick(
    desk: Desk, side: Side, words: int, points: tuple[Statement, ...], floor: float = -1.0
) -> Passage | None:
    material = desk.material
    scores: Scores = material.side_centrality(side) + 0.2 * material.consensus + material.manner
    others = {s.outlets[0] for s in points}

    def of_side(p: Passage) -> bool:
        return p.source.side == side and p.words <= words

    tries: tuple[Allowed, ...] = (
        lambda p: of_side(p) and p.source.news and p.outlet not in others,
        lambda p: of_side(p) and p.source.news,
        of_side,
    )
    for allowed in tries:
        found = desk.best(scores, allowed, avoid=desk.said, weight=0.35, bar=0.7, floor=floor)
        if found:
            return found
    return None
