"""Which articles resemble which: a sparse graph of each article's nearest others, faded by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.terms import TermMatrix

Edges = dict[tuple[int, int], float]
"""(row, later row) -> similarity, 0 to 1; a pair that is missing counts as 0."""

NEAREST = 150
"""Neighbours kept an article. The largest stories run to 130 articles, and a cut below that tears them apart."""
FLOOR = 0.03
"""Weaker likenesses are chance: two articles share a country or an office."""
FULL_HOURS = 36.0
FADING_HOURS = 72.0
"""94 % of same-story articles lie within a day, 97 % within two: full for 36 h, then fading by e in 72 h."""


def neighbours(matrix: TermMatrix, times: Sequence[datetime], *, nearest: int = NEAREST) -> Edges:
    """Every pair where either is among the other's ``nearest`` and cosine x fading reaches `FLOOR`."""
    hours = np.array([time.timestamp() / 3600 for time in times], np.float64)
    edges: Edges = {}
    for row, cosines in enumerate(_cosines(matrix)):
        cosines[row] = 0.0
        candidates = np.flatnonzero(cosines >= FLOOR)
        values = cosines[candidates] * fading(np.abs(hours[candidates] - hours[row]))
        others, values = _strongest(candidates, values, nearest)
        for other, value in zip(others.tolist(), values.tolist(), strict=True):
            edges[(row, other) if row < other else (other, row)] = value
    return edges


def fading(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of a likeness between articles that many hours apart."""
    return np.exp(-np.maximum(0.0, hours - FULL_HOURS) / FADING_HOURS)


def _cosines(matrix: TermMatrix) -> Iterator[NDArray[np.float64]]:
    """For each row its cosines with all rows, through the columns' postings; one row in memory at a time."""
    rows = np.repeat(np.arange(len(matrix)), np.diff(matrix.starts))
    order = np.argsort(matrix.columns, kind="stable")
    rows, values = rows[order], matrix.values[order]
    ends = np.searchsorted(matrix.columns[order], np.arange(matrix.width + 1))
    for row in range(len(matrix)):
        cosines = np.zeros(len(matrix))
        for at in range(matrix.starts[row], matrix.starts[row + 1]):
            posting = slice(ends[matrix.columns[at]], ends[matrix.columns[at] + 1])
            cosines[rows[posting]] += values[posting] * matrix.values[at]  # a row stands once in a posting
        yield cosines


def _strongest(
    candidates: NDArray[np.int64], values: NDArray[np.float64], nearest: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Those above the floor, the nearest only; among equals the earlier rows."""
    kept = values >= FLOOR
    candidates, values = candidates[kept], values[kept]
    if len(candidates) <= nearest:
        return candidates, values
    best = np.lexsort((candidates, -np.round(values, 9)))[:nearest]
    return candidates[best], values[best]
