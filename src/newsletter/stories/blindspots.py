"""Stories that one side hardly tells, measured against what it could have been expected to tell (promise 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Story
from newsletter.ports import DaySupply

HEARD_LEAST = 5
"""Outlets of the missing side heard today: with fewer, their silence is an accident of the supply."""
TELLING_LEAST = 4
"""Voices on the other sides: fewer are no story that anybody missed."""
MISSING_MOST = 1
CHANCE_MOST = 0.05


@dataclass(frozen=True, slots=True)
class Blindspot:
    """The finding and its arithmetic."""

    missing: Side
    expected: float
    """Voices the missing side would have had by its share of the supply."""
    could_have: int
    """Its outlets heard today."""
    chance: float
    """Probability of as few voices or fewer, had every side told it by its share."""


def blindspot_of(story: Story, supply: DaySupply) -> Blindspot | None:
    """Left or right, whichever is missing beyond chance; None when neither is."""
    found = [blindspot for side in (Side.LEFT, Side.RIGHT) if (blindspot := _missing(story, side, supply))]
    return min(found, key=lambda blindspot: blindspot.chance, default=None)


def share_of(side: Side, supply: DaySupply) -> float:
    """The side's share of today's rated outlets or of their articles, whichever is smaller.

    The smaller one, so that neither many silent outlets nor one that publishes all day makes a blindspot.
    """
    outlets = {each: supply.outlets(each) for each in SIDES}
    volume = {each: sum(supply.heard.get(each, {}).values()) for each in SIDES}
    shares = [counts[side] / total for counts in (outlets, volume) if (total := sum(counts.values()))]
    return min(shares, default=0.0)


def _missing(story: Story, side: Side, supply: DaySupply) -> Blindspot | None:
    coverage = story.coverage
    found = coverage.of(side)
    voices = sum(coverage.of(each) for each in SIDES)
    if supply.outlets(side) < HEARD_LEAST or voices - found < TELLING_LEAST or found > MISSING_MOST:
        return None
    share = share_of(side, supply)
    chance = at_most(found, voices, share)
    if chance >= CHANCE_MOST:
        return None
    return Blindspot(side, voices * share, supply.outlets(side), chance)


def at_most(found: int, voices: int, share: float) -> float:
    """P(X <= found) for X of ``voices`` draws, each of that side with probability ``share``."""
    return math.fsum(
        math.comb(voices, count) * share**count * (1 - share) ** (voices - count)
        for count in range(found + 1)
    )
