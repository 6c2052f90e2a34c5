"""Likeness by words and by meaning together, where a sentence model's vectors are at hand.

Words know names and numbers, a model knows that "quits" and "steps down" are one event; either errs where the
other does not. An edge is the mean of the two cosines. (The root of the words' cosine, powers between, other
shares than half, and a vectors' cosine counted only above what any two pieces of news have in common were tried:
each with its best bar, they group no better on two labelled sets.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.domain.article import Article
from newsletter.ports import Vectors
from newsletter.stories.edges import Edges
from newsletter.stories.neighbours import FLOOR, fading

THRESHOLD = 0.41
"""The bar for edges of this kind; the other bars are shares of it, as with words alone."""
WAIST = 0.58
"""As `group.WAIST`: the vectors of any two reports of one field lie nearer to each other than their words do."""
NEAREST = 100
"""Neighbours by the vectors that an article may have beside those by its words."""
NEAR = 0.3
"""Cosine under which a neighbour by the vectors alone is chance: two pieces of news are both news."""
_BLOCK = 1_024
"""Rows at a time: 20,000 articles then need 80 MB, not 1.6 GB."""


def blend(edges: Edges, articles: Sequence[Article], vectors: Vectors) -> Edges:
    """The edges by words, and the nearest by vectors, as edges by both; faded by time as those by words are.

    ``articles`` in the order of the rows. One without a vector has nothing in common with any by meaning.
    """
    if not articles:
        return edges
    matrix = _matrix(articles, vectors)
    hours = np.array([article.published.timestamp() / 3600 for article in articles], np.float64)
    words = edges.first * edges.rows + edges.second
    codes = np.unique(np.concatenate([words, *_nearest(matrix)]))
    by_words = np.zeros(len(codes))
    by_words[np.searchsorted(codes, words)] = edges.value
    first, second = np.divmod(codes, edges.rows)
    meaning = np.maximum(0.0, _cosines(matrix, first, second)) * fading(np.abs(hours[first] - hours[second]))
    values = np.round((by_words + meaning) / 2, 6)
    kept = values >= FLOOR
    return Edges(edges.rows, first[kept], second[kept], values[kept])


def _matrix(articles: Sequence[Article], vectors: Vectors) -> NDArray[np.float32]:
    """A row of length one an article."""
    none = np.zeros_like(next(iter(vectors.values())))
    matrix = np.stack([vectors.get(article.id, none) for article in articles])
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return matrix


def _nearest(matrix: NDArray[np.float32]) -> Iterator[NDArray[np.int64]]:
    """Pairs where either is among the other's `NEAREST` by cosine, coded, some of them twice."""
    rows = len(matrix)
    for start in range(0, rows, _BLOCK):
        cosines = matrix[start : start + _BLOCK] @ matrix.T
        for at, row in enumerate(cosines, start=start):
            row[at] = -1.0
            others = np.flatnonzero(row >= NEAR)
            if len(others) > NEAREST:
                others = _closest(others, np.round(row[others], 6))
            yield np.minimum(others, at) * rows + np.maximum(others, at)


def _closest(others: NDArray[np.int64], cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    """The `NEAREST` of more; equally near ones in their order."""
    last = np.partition(cosines, -NEAREST)[-NEAREST]
    nearer = others[cosines > last]
    return np.concatenate([nearer, others[cosines == last][: NEAREST - len(nearer)]])


def _cosines(
    matrix: NDArray[np.float32], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Of each pair of rows, in order of the first: its vector and those it is compared with then stay at hand.

    Not taken from the products of `_nearest`: a product's last digits depend on who else is in it.
    """
    found = np.empty(len(first))
    starts = np.flatnonzero(np.diff(first, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(first)]):
        found[start:end] = np.einsum("ij,j->i", matrix[second[start:end]], matrix[first[start]])
    return found
