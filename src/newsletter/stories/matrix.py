"""Articles as sparse vectors of weighted terms (TF-IDF), one row per article, each of length one.

Stems become numbers at once, and a pair of stems is made of their two numbers: a day has three times as many
different pairs as stems, and looking each up as a text took longer than everything else here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from newsletter.ports import NO_BACKGROUND, Background
from newsletter.stories.background import rarity
from newsletter.stories.terms import PAIR_WEIGHT, TITLE_WEIGHT, Read


@dataclass(frozen=True, slots=True)
class TermMatrix:
    """Sparse rows: row ``i`` has ``columns`` and ``values`` at ``starts[i]`` up to ``starts[i + 1]``.

    Only terms that two rows share have a column. The others can match nothing, but they are part of a row's
    length of one: an article that speaks of much else resembles less.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class _Counted:
    """How often each row has each of ``terms``; those from ``singles`` on are pairs."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.float64]
    terms: Sequence[str]
    singles: int


def weigh(texts: Sequence[Read], background: Background = NO_BACKGROUND) -> TermMatrix:
    """Texts to unit vectors: (1 + log count) x rarity, two-word terms at `PAIR_WEIGHT`; counted as in `terms_of`."""
    found = _counted(texts)
    day = np.bincount(found.columns, minlength=len(found.terms))
    seen = day + np.array([background.counts.get(term, 0) for term in found.terms], np.int64)
    weights = rarity(seen, len(texts) + background.documents)
    weights[found.singles :] *= PAIR_WEIGHT
    values = (1.0 + np.log(found.counts)) * weights[found.columns]
    return _shared(found.starts, found.columns, values / _lengths(found.starts, values), day)


def _counted(texts: Sequence[Read]) -> _Counted:
    number: defaultdict[str, int] = defaultdict(count().__next__)  # stems in order of their first coming
    parts = list(chain.from_iterable(texts))  # title, lead, title, lead …
    stems = np.fromiter(map(number.__getitem__, chain.from_iterable(parts)), np.int64)
    part = np.repeat(np.arange(len(parts)), np.fromiter(map(len, parts), np.int64))
    names = list(number)
    inside = np.flatnonzero(part[1:] == part[:-1])  # where a next stem follows in the same part
    pairs, pair = np.unique(stems[inside] * len(names) + stems[inside + 1], return_inverse=True)
    terms = [
        *names,
        *(f"{names[one]} {names[next_]}" for one, next_ in zip(*divmod(pairs, len(names)), strict=True)),
    ]
    parts_of_all = np.concatenate([part, part[inside]])
    weight = np.where(parts_of_all % 2, 1.0, TITLE_WEIGHT)
    ends = parts_of_all // 2, np.concatenate([stems, len(names) + pair])
    table = csr_array((weight, ends), (len(texts), len(terms)))
    table.sum_duplicates()
    return _Counted(
        table.indptr.astype(np.int64), table.indices.astype(np.int64), table.data, terms, len(names)
    )


def _lengths(starts: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each value the length of its row; a row without terms has no value to divide."""
    totals = np.concatenate([[0.0], np.cumsum(values * values)])
    rows = np.sqrt(totals[starts[1:]] - totals[starts[:-1]])
    return np.repeat(rows, np.diff(starts))


def _shared(
    starts: NDArray[np.int64],
    columns: NDArray[np.int64],
    values: NDArray[np.float64],
    day: NDArray[np.int64],
) -> TermMatrix:
    """Without the columns that only one row has; the others numbered anew."""
    common = day > 1
    kept = common[columns]
    renumbered = np.cumsum(common) - 1
    before = np.concatenate([[0], np.cumsum(kept)])
    return TermMatrix(before[starts], renumbered[columns[kept]], values[kept], int(common.sum()))
