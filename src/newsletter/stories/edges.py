"""The sparse graph of likenesses that grouping works on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Links = dict[int, float]
"""Row -> similarity: what one row resembles."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of rows (each once, the lower row first) and their similarity, 0 to 1; a missing pair counts as 0.

    Kept as three arrays of one length: a day's million pairs as Python objects would take longer to make than
    to group.
    """

    rows: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    value: NDArray[np.float64]

    @classmethod
    def of(cls, rows: int, pairs: Mapping[tuple[int, int], float]) -> Edges:
        """From a mapping (row, later row) -> similarity."""
        ends = np.array(list(pairs), np.int64).reshape(-1, 2)
        return cls(rows, ends[:, 0], ends[:, 1], np.array(list(pairs.values()), np.float64))

    def pairs(self) -> dict[tuple[int, int], float]:
        """As a mapping (row, later row) -> similarity."""
        ends = zip(self.first.tolist(), self.second.tolist(), strict=True)
        return dict(zip(ends, self.value.tolist(), strict=True))

    def among(self, rows: Collection[int]) -> Edges:
        """Only the pairs of which both are in ``rows``."""
        inside = self._marked(rows)
        return self._where(inside[self.first] & inside[self.second])

    def links(self, rows: Collection[int] | None = None) -> list[Links]:
        """By row what it resembles; with ``rows`` for those rows only, the others' are empty."""
        edges = self
        if rows is not None:
            inside = self._marked(rows)
            edges = self._where(inside[self.first] | inside[self.second])
        starts, others, values = edges.by_row()
        names, numbers = others.tolist(), values.tolist()
        found = [
            dict(zip(names[start:end], numbers[start:end], strict=True)) for start, end in pairwise(starts)
        ]
        return found if rows is None else [links if inside[row] else {} for row, links in enumerate(found)]

    def by_row(self) -> tuple[list[int], NDArray[np.int64], NDArray[np.float64]]:
        """What each row resembles, one row after the other, and how much; row ``i``'s from ``starts[i]`` on."""
        ends = np.concatenate([self.first, self.second]), np.concatenate([self.second, self.first])
        table = csr_array((np.concatenate([self.value, self.value]), ends), (self.rows, self.rows))
        table.sort_indices()
        return table.indptr.tolist(), table.indices.astype(np.int64), table.data

    def _marked(self, rows: Collection[int]) -> NDArray[np.bool_]:
        marked = np.zeros(self.rows, np.bool_)
        marked[list(rows)] = True
        return marked

    def _where(self, kept: NDArray[np.bool_]) -> Edges:
        return Edges(self.rows, self.first[kept], self.second[kept], self.value[kept])
