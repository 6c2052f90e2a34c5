"""The balance audit as checks: words, quotations, links, wording, frame and order, each within its tolerance. Pure.

A side is held against what it was due (`rendering.balance`); one that no story gave two outlets is due nothing
and fails nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from newsletter.domain.brand import Brand
from newsletter.domain.checks import Check, CheckLimits, Verdict
from newsletter.domain.issue import Issue
from newsletter.domain.leaning import SIDES, Side, side_order
from newsletter.rendering import wording
from newsletter.rendering.balance import SideFigures, audit, frame_gap
from newsletter.rendering.mailchecks import check

SOME_WORDS = 12
"""Words off what was due that are no accident: where a side had one hearing, one short point is not unfair."""
SOME = 3
"""Excerpts or links off what was due that are no accident: on a day of two stories one more is already half of all."""


@dataclass(frozen=True)
class BalanceChecks:
    """The audit's verdicts on one issue."""

    issue: Issue
    limits: CheckLimits
    brand: Brand

    @cached_property
    def figures(self) -> dict[Side, SideFigures]:
        return audit(self.issue)

    def all(self) -> Iterator[Check]:
        """balance, quotations, side-links, loaded-words, left-and-right, order."""
        yield self._words()
        yield self._quotations()
        yield self._links()
        yield self._loaded()
        yield self._left_and_right()
        yield self._order()

    def _words(self) -> Check:
        total = sum(row.words for row in self.figures.values())
        gaps = {
            side: row.gap
            for side, row in self.figures.items()
            if abs(row.words - row.share_due * total) >= SOME_WORDS
        }
        todo = "The {side} column has {much} {more} words than due: shorten or add a point."
        return self._within("balance", gaps, self.limits.balance_tolerance, todo)

    def _quotations(self) -> Check:
        counts = {side: row.quotations for side, row in self.figures.items()}
        gaps = {side: row.quotations_gap for side, row in self.figures.items() if self._off(side, counts)}
        todo = (
            "Outlets {of} are quoted {much} {more} often than due: swap sentences of headlines or overviews."
        )
        return self._within("quotations", gaps, self.limits.quotations_tolerance, todo)

    def _links(self) -> Check:
        counts = {side: row.links for side, row in self.figures.items()}
        gaps = {side: row.links_gap for side, row in self.figures.items() if self._off(side, counts)}
        todo = "Articles {of} have {much} {more} links than due: swap sentences of headlines or overviews."
        return self._within("side-links", gaps, self.limits.links_tolerance, todo)

    def _off(self, side: Side, counts: dict[Side, int]) -> bool:
        """Whether a side's count is further from its due than a quiet day's chance: by `SOME` at least.

        More of the center is no fault: its sentences are the ones that both other sides bear out most often.
        """
        over = counts[side] - self.figures[side].share_due * sum(counts.values())
        return abs(over) >= SOME and not (side is Side.CENTER and over > 0)

    def _within(self, name: str, gaps: dict[Side, float], tolerance: float, todo: str) -> Check:
        off = {side: gap for side, gap in gaps.items() if abs(gap) > tolerance}
        limit = f"within {tolerance:.0%} of what was due"
        if not off:
            return check(name, "even", limit, "")
        worst = max(off, key=lambda side: abs(off[side]))
        text = todo.format(
            side=self._name(worst),
            of=f"of the {self._name(worst)}",
            much=f"{abs(off[worst]):.0%}",
            more="more" if off[worst] > 0 else ("less" if name == "quotations" else "fewer"),
        )
        return check(name, ", ".join(f"{self._name(s)} {gap:+.0%}" for s, gap in off.items()), limit, text)

    def _loaded(self) -> Check:
        """Whether our choice of points made a side shriller than its coverage is."""
        tolerance = self.limits.loaded_tolerance
        excess = {
            side: row.loaded - row.loaded_in_coverage
            for side, row in self.figures.items()
            if row.hearings_due
        }
        worst = max(excess, key=lambda side: excess[side], default=None)
        todo = ""
        if worst and excess[worst] > tolerance:
            todo = f"The {self._name(worst)} column is more loaded than its coverage: choose calmer points."
        figure = ", ".join(
            f"{self._name(side)} {row.loaded:g} (coverage {row.loaded_in_coverage:g})"
            for side, row in self.figures.items()
        )
        return check("loaded-words", figure, f"coverage + {tolerance:g} in 100 words", todo)

    def _left_and_right(self) -> Check:
        """Who told the frame (headline, overview …): an overview by one side alone colours the story."""
        gap, tolerance = frame_gap(self.issue), self.limits.frame_tolerance
        side = "left" if gap > 0 else "right"
        todo = f"Headlines and overviews lean on outlets of the {side}." if abs(gap) > tolerance else ""
        return check(
            "left-and-right", f"{gap:+.0%} to the left", f"within {tolerance:.0%}", todo, Verdict.WARN
        )

    def _order(self) -> Check:
        """Who speaks first rotates by the issue's number, so that no side has the first word for good."""
        due = side_order(self.issue.number)
        given = tuple(side for side in self.issue.order if side in SIDES)
        todo = "" if given == due else f"Build it anew: by its number the {self._name(due[0])} speaks first."
        return check("order", self._names(given), f"{self._names(due)} in No. {self.issue.number}", todo)

    def _names(self, sides: tuple[Side, ...]) -> str:
        return ", ".join(self._name(side) for side in sides)

    def _name(self, side: Side) -> str:
        return wording.lower(self.brand.labels[side])
