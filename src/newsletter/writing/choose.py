"""Picking passages one after the other: the best that is allowed and not said yet (MMR)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy

import numpy as np

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.limits import Ledger
from newsletter.writing.means import Scores
from newsletter.writing.passages import Passage
from newsletter.writing.score import Material
from newsletter.writing.terms import term_set

Allowed = Callable[[Passage], bool]


class Desk:
    """One story on the writer's table: its material, what was said so far, and the words still allowed."""

    def __init__(self, material: Material, ledger: Ledger) -> None:
        self.material = material
        self.ledger = ledger
        self.used: set[tuple[str, int]] = set()
        self.said: list[str] = []
        self.heard: list[Side] = []
        """The sides of what was said."""
        self._told: frozenset[str] = frozenset()
        self._told_of: tuple[str, ...] = ()

    def trial(self) -> Desk:
        """A desk in the same state, to try a choice on."""
        trial = Desk(self.material, deepcopy(self.ledger))
        trial.used, trial.said, trial.heard = set(self.used), list(self.said), list(self.heard)
        return trial

    def go_on_from(self, trial: Desk) -> None:
        """Keep what was chosen on a trial of this desk."""
        self.ledger = trial.ledger
        self.used, self.said, self.heard = trial.used, trial.said, trial.heard

    def best(
        self,
        scores: Scores,
        allowed: Allowed,
        *,
        avoid: Sequence[str] = (),
        weight: float = 0.3,
        bar: float = 0.75,
        floor: float = -1.0,
    ) -> Passage | None:
        """The allowed passage of most (1 - weight) score - weight likeness to ``avoid``, or None.

        Passages at least ``bar`` like a text to avoid are out, and so is everything scored under ``floor``.
        """
        like = self.material.like(avoid)
        value = (1 - weight) * scores - weight * like
        for i in np.argsort(-value, kind="stable"):
            passage = self.material.passages[int(i)]
            if scores[i] < floor or like[i] >= bar or passage.key in self.used:
                continue
            if self.ledger.allows(passage.outlet, passage.words) and allowed(passage):
                return passage
        return None

    def novelty(self, passage: Passage) -> float:
        """Share of the passage's content that the reader was not told yet, 0 to 1."""
        if len(self._told_of) != len(self.said):
            self._told_of, self._told = tuple(self.said), frozenset[str]().union(*map(term_set, self.said))
        told, own = self._told, term_set(passage.text)
        return len(own - told) / len(own) if own else 0.0

    def say(self, passage: Passage, *, stop: bool = True) -> Statement:
        """Make the passage a statement: its sentence is used up and its words are entered."""
        self.used.add(passage.key)
        self.said.append(passage.text)
        self.heard.append(passage.source.side)
        return self.ledger.spend(passage.said(stop=stop), passage.outlet)
