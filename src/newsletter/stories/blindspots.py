"""Stories that one side hardly tells, measured against what it could have been expected to tell (promise 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Story
from newsletter.ports import DaySupply

HEARD_LEAST = 5
"""Outlets of the missing side heard today: with fewer, their silence is an accident of the supply."""
TELLING_LEAST = 4
"""Voices on the other sides: fewer are no story that anybody missed."""
MISSING_MOST = 1
CHANCE_MOST = 0.025
"""For each of the two questions asked below, so that a story called a blindspot is chance in one case of twenty."""


@dataclass(frozen=True, slots=True)
class Blindspot:
    """The finding and its arithmetic."""

    missing: Side
    expected: float
    """Voices the missing side would have had by its share of the supply."""
    could_have: int
    """Its outlets heard today."""
    chance: float
    """Probability of as few voices or fewer, had outlets told it whatever their side."""


def blindspot_of(story: Story, supply: DaySupply) -> Blindspot | None:
    """Left or right, whichever is missing beyond chance; None when neither is."""
    found = [blindspot for side in (Side.LEFT, Side.RIGHT) if (blindspot := _missing(story, side, supply))]
    return min(found, key=lambda blindspot: blindspot.chance, default=None)


def _missing(story: Story, side: Side, supply: DaySupply) -> Blindspot | None:
    """Two questions: are so few of the side's outlets among all that told it, and against the other pole alone?

    The second one, because the center's outlets say little about what the left and the right choose to tell.
    """
    found = story.coverage.of(side)
    others = [each for each in SIDES if each is not side]
    told = sum(story.coverage.of(each) for each in others)
    if supply.outlets(side) < HEARD_LEAST or told < TELLING_LEAST or found > MISSING_MOST:
        return None
    pole = Side.RIGHT if side is Side.LEFT else Side.LEFT
    chances = [_chance(story, side, against, supply) for against in ([pole], others)]
    if min(chances) >= CHANCE_MOST:
        return None
    could = could_have(side, others, supply)
    heard = sum(supply.outlets(each) for each in others)
    expected = (told + found) * could / (could + heard)
    return Blindspot(side, expected, supply.outlets(side), min(chances))


def _chance(story: Story, side: Side, against: Sequence[Side], supply: DaySupply) -> float:
    found = story.coverage.of(side)
    told = sum(story.coverage.of(each) for each in against)
    heard = sum(supply.outlets(each) for each in against)
    if told < TELLING_LEAST:
        return 1.0
    return at_most(found, min(told, heard) + found, could_have(side, against, supply), heard)


def could_have(side: Side, against: Sequence[Side], supply: DaySupply) -> int:
    """The side's outlets that could have told it, rounded down: fewer where its outlets publish less than the others.

    A side whose outlets bring half as many articles each could be expected to tell half as many stories.
    """
    outlets = supply.outlets(side)
    mine = sum(supply.heard.get(side, {}).values()) / max(1, outlets)
    heard = sum(supply.outlets(each) for each in against)
    theirs = sum(sum(supply.heard.get(each, {}).values()) for each in against) / max(1, heard)
    return math.floor(outlets * min(1.0, mine / theirs)) if theirs else outlets


def at_most(found: int, told: int, mine: int, theirs: int) -> float:
    """P(X <= found) when ``told`` outlets are drawn from ``mine`` and ``theirs``, X of them mine: hypergeometric.

    The tail of Fisher's exact test; 1 where it cannot be otherwise.
    """
    told = min(told, mine + theirs)
    ways = math.comb(mine + theirs, told)
    return math.fsum(math.comb(mine, n) * math.comb(theirs, told - n) / ways for n in range(found + 1))
