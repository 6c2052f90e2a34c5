"""The day's line-up: what leads, what is told in brief, what one side missed, what waits. And why, for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.domain.leaning import Side
from newsletter.domain.story import Chosen, LineUp, PastStory, Story
from newsletter.ports import DaySupply
from newsletter.stories import why
from newsletter.stories.blindspots import Blindspot, blindspot_of, expected_of
from newsletter.stories.event import Event, event_of
from newsletter.stories.ranking import LineUpRules, Ranked, lead_weight, rank

RULES = LineUpRules()
_EVENT = "the event of the day"


@dataclass(frozen=True, slots=True)
class Chooser:
    """A `ports.LineUpChooser`. Each story given comes out once: main, brief, blindspot or waiting."""

    rules: LineUpRules = RULES

    def __call__(
        self, stories: Sequence[Story], past: Sequence[PastStory], supply: DaySupply, now: datetime
    ) -> LineUp:
        """``stories`` of the window up to ``now``; ``past`` of the last week's issues."""
        ranked = rank(stories, past, self.rules, now)
        told = [one.story for one in ranked if one.brief and one.story.coverage.total >= 2]
        event = event_of(told, self.rules.event_share)
        main = self._main(ranked, event)
        blind = self._blindspots(_without(ranked, main), stories, supply)
        taken = [*main, *(one for one, _ in blind)]
        briefs = self._briefs(_without(ranked, taken), taken)
        reasons = _Reasons(self.rules, main, briefs, event)
        return LineUp(
            main=tuple(_chosen(one, reasons.main(one)) for one in main),
            briefs=tuple(_chosen(one, reasons.brief(one)) for one in briefs),
            blindspots=tuple(_blind(one, found) for one, found in blind),
            waiting=tuple(_chosen(one, reasons.waiting(one)) for one in _without(ranked, [*taken, *briefs])),
            quiet=len(main) < self.rules.quiet_below,
        )

    def _main(self, ranked: Sequence[Ranked], event: Event) -> list[Ranked]:
        """The heaviest that can lead, no more of one family, or of the day's event, than the rules allow."""
        main: list[Ranked] = []
        families: Counter[str] = Counter()
        for one in sorted(ranked, key=lambda one: (-lead_weight(one, self.rules), one.story.key)):
            held = one.story.key in event.stories
            family = _EVENT if held else one.story.family
            most = self.rules.per_event if held else self.rules.per_family
            if len(main) < self.rules.main_most and not one.obstacle and families[family] < most:
                main.append(one)
                families[family] += 1
        return main

    def _blindspots(
        self, ranked: Sequence[Ranked], stories: Sequence[Story], supply: DaySupply
    ) -> list[tuple[Ranked, Blindspot]]:
        """For left and right the heaviest each, in the order of their weight."""
        supply = expected_of(supply)
        found: list[tuple[Ranked, Blindspot]] = []
        count: Counter[Side] = Counter()
        for one in ranked:
            blindspot = blindspot_of(one.story, stories, supply) if one.brief else None
            if blindspot and count[blindspot.missing] < self.rules.blindspots_each:
                count[blindspot.missing] += 1
                found.append((one, blindspot))
        return found

    def _briefs(self, ranked: Sequence[Ranked], taken: Sequence[Ranked]) -> list[Ranked]:
        """The heaviest of the rest that at least two outlets tell, as many of a family as the rules allow."""
        families = Counter(one.story.family for one in taken)
        briefs: list[Ranked] = []
        for one in ranked:
            family = one.story.family
            fit = one.brief and one.story.coverage.total >= 2 and families[family] < self.rules.told_of_family
            if fit and len(briefs) < self.rules.briefs_most:
                briefs.append(one)
                families[family] += 1
        return briefs


@dataclass(frozen=True, slots=True)
class _Reasons:
    """The why of each place, against what was chosen."""

    rules: LineUpRules
    chosen: Sequence[Ranked]
    briefs: Sequence[Ranked]
    event: Event

    def main(self, one: Ranked) -> str:
        share = self.event.share if one.story.key in self.event.stories else 0.0
        return why.lead(one.story, one.score, _since(one), share)

    def brief(self, one: Ranked) -> str:
        return why.brief(one.story, one.obstacle or self._behind_main(one), _since(one))

    def waiting(self, one: Ranked) -> str:
        if not one.brief:
            return why.waits(one.story, one.obstacle)
        return why.waits(one.story, one.obstacle or self._behind_main(one), self._no_brief(one))

    def _behind_main(self, one: Ranked) -> str:
        """Why a story that could lead does not: its family is told, or there were heavier ones."""
        lighter = lead_weight(one, self.rules)
        held = [other for other in self.chosen if other.story.key in self.event.stories]
        if one.story.key in self.event.stories and len(held) >= self.rules.per_event:
            return why.event_told(self.event.share, len(held))
        for other in self.chosen:
            if other.story.family == one.story.family and lead_weight(other, self.rules) >= lighter:
                return why.same_family(other.story)
        last = min((lead_weight(other, self.rules) for other in self.chosen), default=0.0)
        return why.outranked(lighter, last, discounted=lighter < one.score)

    def _no_brief(self, one: Ranked) -> str:
        if one.story.coverage.total < 2:
            return why.no_brief_alone()
        told = sum(other.story.family == one.story.family for other in (*self.chosen, *self.briefs))
        if told >= self.rules.told_of_family:
            return why.no_brief_family()
        return why.no_brief_outranked(one.score, min((brief.score for brief in self.briefs), default=0.0))


def _since(one: Ranked) -> str:
    return why.since(one.continued.past.date, one.continued.new_articles) if one.continued else ""


def _without(ranked: Sequence[Ranked], taken: Sequence[Ranked]) -> list[Ranked]:
    keys = {one.story.key for one in taken}
    return [one for one in ranked if one.story.key not in keys]


def _chosen(one: Ranked, reason: str) -> Chosen:
    title = why.title_of(one.story)
    return Chosen(one.story, reason, round(one.score, 3), one.new_articles, title=title)


def _blind(one: Ranked, found: Blindspot) -> Chosen:
    reason = why.blindspot(
        one.story, found.missing, found.found, found.expected, found.could_have, found.chance
    )
    return replace(_chosen(one, reason), missing=found.missing, could_have=found.could_have)
