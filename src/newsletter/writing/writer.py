"""The extractive writer: every statement is an outlet's own sentence, whole or cut at a clause border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from newsletter.domain.leaning import SIDES
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Chosen, Story
from newsletter.domain.words import Statement, StoryWords, WritingLimits
from newsletter.writing.agreed import agreed
from newsletter.writing.choose import Desk
from newsletter.writing.disputed import disputed
from newsletter.writing.headline import dek, headline
from newsletter.writing.limits import Ledger
from newsletter.writing.one_side import only
from newsletter.writing.overview import overview
from newsletter.writing.passages import passages_of
from newsletter.writing.points import first_point
from newsletter.writing.score import Material
from newsletter.writing.sharing import questions_and_points
from newsletter.writing.sources import sources_of
from newsletter.writing.titles import side_titles

RESERVED = 12
"""Words kept for the point of a side with one outlet: from so many on a point is long enough."""


class ExtractiveWriter:
    """Needs no model, no network and no clock: the same story gives the same words."""

    name = "extractive"

    def __init__(self, limits: WritingLimits | None = None) -> None:
        self.limits = limits or WritingLimits()

    def for_issue(self, chosen: Sequence[Chosen], registry: Registry) -> ExtractiveWriter:
        """Itself: nothing takes time."""
        return self

    def tally(self) -> None:
        """No model had a part in it."""

    def inputs(self) -> Mapping[str, str]:
        """The articles alone."""
        return {}

    def write(self, chosen: Chosen, registry: Registry, *, brief: bool) -> StoryWords | None:
        """Words for one story; a brief has a headline and one sentence. None without an honest headline."""
        desk = desk_for(chosen.story, registry, self.limits)
        title = headline(desk)
        if title is None:
            return None
        if brief:
            return StoryWords(title, overview=overview(desk, self.limits.excerpt_words, most=1))
        return replace(body(desk, title), headlines=side_titles(chosen.story, registry))


def desk_for(story: Story, registry: Registry, limits: WritingLimits) -> Desk:
    sources = sources_of(story, registry)
    return Desk(Material(sources, passages_of(sources, limits)), Ledger(limits))


def body(desk: Desk, title: Statement) -> StoryWords:
    """Everything under the headline. Mail first, then the page: the bounds are spent where most readers are."""
    disputes = disputed(desk)
    contested = frozenset(desk.used)
    _reserve(desk)
    said = overview(desk, desk.ledger.limits.overview_words)
    under = dek(desk)
    facts = agreed(desk, contested)
    sides = {side: first_point(desk, side) for side in SIDES}
    under = under or dek(desk, farther=True)
    alone = {side: found for side in SIDES if (found := only(desk, side))}
    questions, points = questions_and_points(desk, sides)
    return StoryWords(
        title,
        dek=under,
        overview=said,
        sides={side: own for side, own in points.items() if own},
        agreed=facts,
        disputed=disputes,
        only=alone,
        faq=questions,
    )


def _reserve(desk: Desk) -> None:
    """A side with one outlet must still have its point after the overview was taken."""
    for side in SIDES:
        outlets = {s.outlet for s in desk.material.sources if s.side == side}
        if len(outlets) == 1:
            desk.ledger.reserve(outlets.pop(), RESERVED)
