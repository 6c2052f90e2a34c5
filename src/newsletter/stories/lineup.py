"""The day's line-up: what leads, what is told in brief, what one side missed, what waits. And why, for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.domain.leaning import Side
from newsletter.domain.story import Chosen, LineUp, PastStory, Story
from newsletter.ports import DaySupply
from newsletter.stories import why
from newsletter.stories.blindspots import Blindspot, blindspot_of
from newsletter.stories.ranking import LineUpRules, Ranked, rank

RULES = LineUpRules()


@dataclass(frozen=True, slots=True)
class Chooser:
    """A `ports.LineUpChooser`. Each story given comes out once: main, brief, blindspot or waiting."""

    rules: LineUpRules = RULES

    def __call__(
        self, stories: Sequence[Story], past: Sequence[PastStory], supply: DaySupply, now: datetime
    ) -> LineUp:
        """``stories`` of the window up to ``now``; ``past`` of the last week's issues."""
        ranked = rank(stories, past, self.rules, now)
        main = self._main(ranked)
        blind = self._blindspots([one for one in ranked if one not in main], supply)
        taken = [*main, *(one for one, _ in blind)]
        briefs = self._briefs([one for one in ranked if one not in taken], taken)
        chosen = {one.story.key for one in (*taken, *briefs)}
        return LineUp(
            main=tuple(_chosen(one, why.lead(one.story, one.new_articles)) for one in main),
            briefs=tuple(self._brief(one, main) for one in briefs),
            blindspots=tuple(_blind(one, found) for one, found in blind),
            waiting=tuple(self._waiting(one, main) for one in ranked if one.story.key not in chosen),
            quiet=len(main) < self.rules.quiet_below,
        )

    def _main(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        """The heaviest that can lead, no more of one family than the rules allow."""
        main: list[Ranked] = []
        families: Counter[str] = Counter()
        for one in ranked:
            if (
                len(main) < self.rules.main_most
                and not one.obstacle
                and families[one.story.family] < self.rules.per_family
            ):
                main.append(one)
                families[one.story.family] += 1
        return main

    def _blindspots(self, ranked: Sequence[Ranked], supply: DaySupply) -> list[tuple[Ranked, Blindspot]]:
        """For left and right the heaviest each, in the order of their weight."""
        found: list[tuple[Ranked, Blindspot]] = []
        count: Counter[Side] = Counter()
        for one in ranked:
            blindspot = blindspot_of(one.story, supply) if one.news and one.brief else None
            if blindspot and count[blindspot.missing] < self.rules.blindspots_each:
                count[blindspot.missing] += 1
                found.append((one, blindspot))
        return found

    def _briefs(self, ranked: Sequence[Ranked], taken: Sequence[Ranked]) -> list[Ranked]:
        """The heaviest of the rest that at least two outlets tell, none of a family that is already told."""
        families = {one.story.family for one in taken}
        briefs: list[Ranked] = []
        for one in ranked:
            fit = one.brief and one.story.coverage.total >= 2 and one.story.family not in families
            if fit and len(briefs) < self.rules.briefs_most:
                briefs.append(one)
                families.add(one.story.family)
        return briefs

    def _brief(self, one: Ranked, main: Sequence[Ranked]) -> Chosen:
        return _chosen(one, why.brief(one.story, one.obstacle or _behind(one, main), one.new_articles))

    def _waiting(self, one: Ranked, main: Sequence[Ranked]) -> Chosen:
        return _chosen(one, why.waits(one.story, one.obstacle or _behind(one, main)))


def _behind(one: Ranked, main: Sequence[Ranked]) -> str:
    """Why a story that could lead does not: its family is told, or there were heavier ones."""
    for other in main:
        if other.story.family == one.story.family:
            return why.same_family(other.story)
    return why.outranked(one.score, main[-1].score if main else 0.0)


def _chosen(one: Ranked, reason: str) -> Chosen:
    return Chosen(one.story, reason, round(one.score, 3), one.new_articles, one.thread_id)


def _blind(one: Ranked, found: Blindspot) -> Chosen:
    reason = why.blindspot(one.story, found.missing, found.expected, found.could_have, found.chance)
    return Chosen(
        one.story,
        reason,
        round(one.score, 3),
        one.new_articles,
        one.thread_id,
        missing=found.missing,
        could_have=found.could_have,
    )
