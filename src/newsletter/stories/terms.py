"""Articles as sparse vectors of weighted terms (TF-IDF), one row per article, each of length one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.background import NO_BACKGROUND, Background, document_counts, rarity
from newsletter.stories.text import stems

TITLE_WEIGHT = 2
"""The title counts twice: feeds' descriptions vary from nothing to the whole article, titles do not."""
TEXT_STEMS = 60
"""Stems read from the text: the lead tells the event, what follows is its history."""
TEXT_CHARACTERS = 1_500
"""Where reading stops in any case: enough for `TEXT_STEMS`, whatever a feed puts into its description."""
PAIR_WEIGHT = 0.7
"""Weight of a two-word term against a single word: exact wording supports, it must not decide."""


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


def terms_of(title: str, text: str) -> Counter[str]:
    """Counted terms, single stems and neighbouring pairs ("suprem court"), of one article."""
    counts: Counter[str] = Counter()
    for found, weight in ((stems(title), TITLE_WEIGHT), (stems(text[:TEXT_CHARACTERS])[:TEXT_STEMS], 1)):
        for term in found:
            counts[term] += weight
        for first, second in pairwise(found):
            counts[f"{first} {second}"] += weight
    return counts


def weigh(documents: Sequence[Mapping[str, int]], background: Background = NO_BACKGROUND) -> TermMatrix:
    """Counted terms to unit vectors: (1 + log count) x rarity, two-word terms at `PAIR_WEIGHT`."""
    day = document_counts(documents)
    rarities = {
        term: rarity(count, term, len(documents), background) * (PAIR_WEIGHT if " " in term else 1.0)
        for term, count in day.items()
    }
    column = {term: index for index, term in enumerate(term for term, count in day.items() if count > 1)}
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[float] = []
    for document in documents:
        row = {term: (1.0 + math.log(count)) * rarities[term] for term, count in document.items()}
        length = math.sqrt(math.fsum(value * value for value in row.values())) or 1.0
        shared = [term for term in row if term in column]
        columns.extend(column[term] for term in shared)
        values.extend(row[term] / length for term in shared)
        starts.append(len(columns))
    return TermMatrix(
        np.array(starts, np.int64), np.array(columns, np.int64), np.array(values, np.float64), len(column)
    )
