"""Which articles resemble which: a sparse graph of each article's nearest others, faded by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from newsletter.cores import cores
from newsletter.stories.edges import Edges
from newsletter.stories.matrix import TermMatrix

NEAREST = 150
"""Neighbours kept an article. The largest stories run to 130 articles, and a cut below that tears them apart."""
FLOOR = 0.06
"""Weaker likenesses are chance: two articles share a country or an office."""
FULL_HOURS = 36.0
FADING_HOURS = 72.0
"""94 % of same-story articles lie within a day, 97 % within two: full for 36 h, then fading by e in 72 h."""


def neighbours(matrix: TermMatrix, times: Sequence[datetime], *, nearest: int = NEAREST) -> Edges:
    """Every pair where either is among the other's ``nearest`` and cosine x fading reaches `FLOOR`."""
    rows, others, cosines = _nearest(matrix, nearest + 1)  # each row is its own nearest
    hours = np.array([time.timestamp() / 3600 for time in times], np.float64)
    values = cosines * fading(np.abs(hours[rows] - hours[others]))
    kept = (rows != others) & (values >= FLOOR)
    rows, others, values = rows[kept], others[kept], values[kept]
    pairs = np.minimum(rows, others) * len(matrix) + np.maximum(rows, others)
    order = np.argsort(
        2 * pairs + (rows > others)
    )  # no two alike; of a pair found twice the lower row's comes first
    pairs, values = pairs[order], values[order]
    once = np.diff(pairs, prepend=-1) > 0
    first, second = np.divmod(pairs[once], len(matrix))
    return Edges(len(matrix), first, second, values[once])


def fading(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of a likeness between articles that many hours apart."""
    return np.exp(-np.maximum(0.0, hours - FULL_HOURS) / FADING_HOURS)


def _nearest(
    matrix: TermMatrix, nearest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(row, other row, cosine) of each row's nearest ones, never the whole product in memory."""
    shape = (len(matrix), max(1, matrix.width))
    sparse = csr_matrix((matrix.values, matrix.columns, matrix.starts), shape)
    product = sp_matmul_topn(sparse, sparse.T.tocsr(), top_n=nearest, threshold=FLOOR, n_threads=cores())
    rows = np.repeat(np.arange(len(matrix)), np.diff(product.indptr))
    return rows, product.indices.astype(np.int64), product.data
