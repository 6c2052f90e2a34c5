"""How the questions and the page's further points share what is left of the outlets' words. Pure.

Questions go first: there are few sentences that answer one. But where they would leave a side of two outlets with
one point, that side has its second point first, unless this would cost the third question.
"""

from __future__ import annotations

from collections.abc import Collection

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Question
from newsletter.writing.choose import Desk
from newsletter.writing.faq import ENOUGH, faq
from newsletter.writing.longform import Points, further_points

TWO = 2
"""Points that the page should tell of each side."""

Told = tuple[tuple[Question, ...], Points]


def questions_and_points(desk: Desk, points: Points) -> Told:
    """The story's questions, and each side's points with its first ones in front."""
    trial = desk.trial()
    free = _told(trial, points, ())
    robbed = _robbed(desk, points, free)
    if robbed:
        other = desk.trial()
        shared = _told(other, points, robbed)
        if len(shared[0]) >= ENOUGH or len(free[0]) < ENOUGH:
            desk.go_on_from(other)
            return shared
    desk.go_on_from(trial)
    return free


def _told(desk: Desk, points: Points, first: Collection[Side]) -> Told:
    """Questions and points, where those sides have their second point before any question."""
    before = further_points(desk, {side: points[side] for side in first}, TWO)
    begun = {**points, **{side: before[side] for side in first}}
    questions = faq(desk)
    return questions, further_points(desk, begun, desk.ledger.limits.page_points)


def _robbed(desk: Desk, points: Points, free: Told) -> tuple[Side, ...]:
    """The sides that the questions would leave with one point though there are two."""
    short = [side for side in SIDES if points.get(side) and len(free[1][side]) < TWO]
    alone = further_points(desk.trial(), points, TWO) if short else {}
    return tuple(side for side in short if len(alone[side]) >= TWO)
