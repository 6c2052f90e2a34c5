"""Where a story's passages stand in time: what is newest, and what later articles have overtaken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from newsletter.writing.means import Scores
from newsletter.writing.passages import Passage
from newsletter.writing.sources import Source
from newsletter.writing.timing import Told, looks_ahead, stale, turned, under_way

LATE, STALE, AHEAD, TOLD = 0.08, 0.35, 0.1, 0.1
"""What the newest article gains; what an overtaken announcement loses; what any of the earlier half loses,
and what an article loses that an earlier issue had."""


class Ages:
    """The times of a story's passages, and what its titles and opening sentences (``leads``) tell at which time."""

    def __init__(self, sources: Sequence[Source], passages: Sequence[Passage], leads: Sequence[Told]) -> None:
        self._sources = sources
        self._passages = passages
        self._leads = leads

    @cached_property
    def ranks(self) -> Mapping[str, float]:
        """Each article's place in time: 0 for the oldest, 1 for the newest."""
        ages = sorted({s.article.published for s in self._sources})
        return {s.article.id: ages.index(s.article.published) / max(1, len(ages) - 1) for s in self._sources}

    @cached_property
    def stale(self) -> Sequence[bool]:
        """Which passages announce what later articles tell as done."""
        return stale([Told(p.text, p.source.article.published) for p in self._passages], self._leads)

    @cached_property
    def freshness(self) -> Scores:
        """Late articles gain a little, what an early one only announces loses much.

        Once the awaited thing has happened, whatever stood before it loses a little too.
        """
        ranks = [self.ranks[p.source.article.id] for p in self._passages]
        turn = turned(self._leads)
        early = [turn is not None and p.source.article.published < turn for p in self._passages]
        ahead = [
            before or (rank < 0.5 and (looks_ahead(p.text) or under_way(p.text)))
            for before, rank, p in zip(early, ranks, self._passages, strict=True)
        ]
        lost: Scores = STALE * np.array(self.stale, dtype=float) + AHEAD * np.array(ahead, dtype=float)
        lost = lost + TOLD * np.array([p.source.told for p in self._passages], dtype=float)
        return LATE * np.array(ranks) - lost
