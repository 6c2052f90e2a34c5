"""Where an outlet stands, and the one rule that buckets leanings into sides."""

from __future__ import annotations

from enum import StrEnum


class Leaning(StrEnum):
    """An outlet's leaning as the registry states it."""

    LEFT = "left"
    LEAN_LEFT = "lean left"
    CENTER = "center"
    LEAN_RIGHT = "lean right"
    RIGHT = "right"
    UNRATED = "unrated"


class Side(StrEnum):
    """The bucket a leaning falls into. ``UNRATED`` is a bucket of its own and has no voice as a side."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    UNRATED = "unrated"


SIDES: tuple[Side, Side, Side] = (Side.LEFT, Side.CENTER, Side.RIGHT)
"""The three sides that are heard, in reading order left to right; issues rotate it (see `side_order`)."""

_BUCKETS = {
    Leaning.LEFT: Side.LEFT,
    Leaning.LEAN_LEFT: Side.LEFT,
    Leaning.CENTER: Side.CENTER,
    Leaning.LEAN_RIGHT: Side.RIGHT,
    Leaning.RIGHT: Side.RIGHT,
    Leaning.UNRATED: Side.UNRATED,
}


def side_of(leaning: Leaning) -> Side:
    """The side a leaning belongs to. The only place in the code base that decides this (promise 2)."""
    return _BUCKETS[leaning]


def side_order(number: int) -> tuple[Side, ...]:
    """The order in which issue `number` presents the sides; over three issues each side speaks first once."""
    turn = number % len(SIDES)
    return SIDES[turn:] + SIDES[:turn]
