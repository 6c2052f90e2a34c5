"""Means and lengths of score vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from newsletter.writing.terms import Matrix

Scores = NDArray[np.float64]
"""One number per passage, or per term of a story's space."""


def mean(columns: Matrix) -> Scores:
    """Row means that leave NaN out; NaN where a row has nothing else."""
    known = ~np.isnan(columns)
    count = known.sum(axis=1)
    total = np.where(known, columns, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def weighted(parts: Sequence[Scores], weights: Sequence[float]) -> Scores:
    """Element-wise mean of the parts by those weights, NaN left out; 0 where all are NaN."""
    stack = np.stack(parts)
    weight = np.where(np.isnan(stack), 0.0, np.array(weights)[:, None])
    total: Scores = (np.where(np.isnan(stack), 0, stack) * weight).sum(axis=0)
    result: Scores = total / np.maximum(weight.sum(axis=0), 1e-9)
    return result


def unit(vector: Scores) -> Scores:
    """The vector at length 1; zero stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
