"""Stories that one side hardly tells, measured against what it could have been expected to tell (promise 3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Story
from newsletter.ports import DaySupply
from newsletter.stories.core import core_of
from newsletter.stories.text import stems

VOLUME_SHARE = 0.1
"""Of the volume of the outlet that the average article comes from: who publishes less is silent on nearly all."""
HEARD_LEAST = 5
"""Such outlets of the missing side: with fewer, their silence is an accident of the supply."""
TELLING_LEAST = 4
"""Voices on the other sides: fewer are no story that anybody missed."""
MISSING_MOST = 1
CHANCE_MOST = 0.025
"""For each of the two questions asked below, so that a story called a blindspot is chance in one case of twenty."""
CORE_HAD = 0.6
"""A title elsewhere that has this share of a story's core words, `CORE_LEAST` at least, tells the same thing."""
CORE_LEAST = 3


@dataclass(frozen=True, slots=True)
class Blindspot:
    """The finding and its arithmetic."""

    missing: Side
    expected: float
    """Voices the missing side would have had by its share of the supply."""
    could_have: int
    """Its outlets that published enough today."""
    found: int
    """Its outlets that told it all the same, 0 or 1."""
    chance: float
    """Probability of as few or fewer, had outlets told it whatever their side."""


def blindspot_of(story: Story, others: Iterable[Story], supply: DaySupply) -> Blindspot | None:
    """Left or right, whichever is missing beyond chance; None when neither is.

    ``supply`` is reduced to the outlets that count (`expected_of`); ``others`` are the day's stories. Where the
    missing side tells the matter in one of them (of the same family, or with the same core words in a title), it is
    not missing.
    """
    found = [blindspot for side in (Side.LEFT, Side.RIGHT) if (blindspot := _missing(story, side, supply))]
    best = min(found, key=lambda blindspot: blindspot.chance, default=None)
    if best is None or _told_elsewhere(story, others, supply.heard[best.missing]):
        return None
    return best


def expected_of(supply: DaySupply) -> DaySupply:
    """The supply reduced to outlets that published enough for their silence to mean something."""
    counts = [count for outlets in supply.heard.values() for count in outlets.values()]
    least = VOLUME_SHARE * sum(count * count for count in counts) / max(1, sum(counts))
    return DaySupply(
        {
            side: {outlet: count for outlet, count in supply.heard.get(side, {}).items() if count >= least}
            for side in Side
        }
    )


def _missing(story: Story, side: Side, supply: DaySupply) -> Blindspot | None:
    """Two questions: are so few of the side's outlets among all that told it, and against the other pole alone?

    The second one, because the center's outlets say little about what the left and the right choose to tell.
    """
    found, others = told_by(story, side, supply), [each for each in SIDES if each is not side]
    told = sum(story.coverage.of(each) for each in others)
    if supply.outlets(side) < HEARD_LEAST or told < TELLING_LEAST or found > MISSING_MOST:
        return None
    pole = Side.RIGHT if side is Side.LEFT else Side.LEFT
    chances = [_chance(story, found, side, against, supply) for against in ([pole], others)]
    if min(chances) >= CHANCE_MOST:
        return None
    could = could_have(side, others, supply)
    heard = sum(supply.outlets(each) for each in others)
    expected = (told + found) * could / (could + heard)
    return Blindspot(side, expected, supply.outlets(side), found, min(chances))


def told_by(story: Story, side: Side, supply: DaySupply) -> int:
    """Outlets of the side that tell it: its voices, or all that print it, be it another's text, if they are more."""
    printed = {article.outlet for article in story.articles}.intersection(supply.heard[side])
    return max(story.coverage.of(side), len(printed))


def _chance(story: Story, found: int, side: Side, against: Sequence[Side], supply: DaySupply) -> float:
    counted = {outlet for each in against for outlet in supply.heard[each]}
    told = sum(voice.side in against and voice.outlet in counted for voice in story.voices)
    if told < TELLING_LEAST:
        return 1.0
    return at_most(found, told + found, could_have(side, against, supply), len(counted))


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


def _told_elsewhere(story: Story, others: Iterable[Story], outlets: Iterable[str]) -> bool:
    """Whether more of ``outlets`` than may be missing tell it beside this story: a split one fakes a blindspot."""
    domains = frozenset(outlets)
    core = core_of(story)
    telling = {article.outlet for article in story.articles} & domains
    for other in others:
        if other.key != story.key:
            kin = other.family == story.family
            telling |= {
                article.outlet
                for article in other.articles
                if article.outlet in domains and (kin or _has_core(article.title, core))
            }
    return len(telling) > MISSING_MOST


def _has_core(title: str, core: frozenset[str]) -> bool:
    shared = core.intersection(stems(title))
    return len(shared) >= max(CORE_LEAST, CORE_HAD * len(core))
