"""How the questions and the page's further points share what is left of the outlets' words. Pure.

Points come first: the sentence that represents its side best is that side's point. But few sentences answer a
question, and any of them may be some side's fifth point; so the points leave what three questions need, and where a
story cannot have three, what one needs, unless a side of two outlets would be left with one point. No sentence is
shown twice: a reader who has met it as a point takes it for no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

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
    alone = further_points(desk.trial(), points, desk.ledger.limits.page_points)
    free = desk.trial()
    told = _told(free, points, SIDES, 0)
    enough = len(told[0]) >= ENOUGH
    wanted = ENOUGH if enough else min(1, len(told[0]))
    for sides, most in _plans(told, alone):
        trial = desk.trial()
        found = _told(trial, points, sides, most)
        if len(found[0]) >= wanted and not _robbed(found, alone):
            desk.go_on_from(trial)
            return found
    if enough:
        desk.go_on_from(free)
        return told
    return _told(desk, points, SIDES, desk.ledger.limits.page_points)


def _plans(free: Told, alone: Points) -> Iterator[tuple[Collection[Side], int]]:
    """Which sides have how many points before any question, most points first; ``alone`` is what they have
    without questions."""
    for most in range(max(map(len, alone.values()), default=0), TWO - 1, -1):
        yield SIDES, most
    yield _robbed(free, alone), TWO


def _told(desk: Desk, points: Points, sides: Collection[Side], most: int) -> Told:
    """Questions and points, where those sides have so many points before any question."""
    before = further_points(desk, {side: points.get(side, ()) for side in sides}, most)
    begun = {**points, **{side: before[side] for side in sides}}
    questions = faq(desk)
    return questions, further_points(desk, begun, desk.ledger.limits.page_points)


def _robbed(told: Told, alone: Points) -> tuple[Side, ...]:
    """The sides that the questions leave with one point though there are two."""
    return tuple(side for side in SIDES if len(told[1].get(side, ())) < min(TWO, len(alone.get(side, ()))))
