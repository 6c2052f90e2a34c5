"""Articles as sparse vectors of weighted terms (TF-IDF), one row per article, each of length one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.domain.article import Article
from newsletter.ports import NO_BACKGROUND, Background
from newsletter.stories.background import document_counts, rarity
from newsletter.stories.text import stems

TITLE_WEIGHT = 2
"""The title counts twice: feeds' descriptions vary from nothing to the whole article, titles do not."""
TEXT_STEMS = 40
"""Stems read from the text: the lead tells the event, what follows is its history."""
TEXT_CHARACTERS = 800
"""Where reading stops in any case: enough for `TEXT_STEMS`, whatever a feed puts into its description."""
PAIR_WEIGHT = 0.7
"""Weight of a two-word term against a single word: exact wording supports, it must not decide."""


RECIPE = "1"
"""Names what `terms_of` makes: to be raised with every change of terms, so that kept counts are made anew."""


@dataclass(frozen=True, slots=True)
class CountTerms:
    """A `ports.TermCounter`."""

    recipe: str = RECIPE

    def __call__(self, articles: Sequence[Article]) -> Background:
        """Terms met once are left out: they are three quarters of all, and misspellings or passing names."""
        counts = document_counts(terms_of(article.title, article.text) for article in articles)
        return Background(len(articles), {term: count for term, count in counts.items() if count > 1})


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
    titles, lead = stems(title), stems(text[:TEXT_CHARACTERS])[:TEXT_STEMS]
    return Counter(chain(_terms(titles) * TITLE_WEIGHT, _terms(lead)))


def _terms(found: list[str]) -> list[str]:
    return [*found, *map(" ".join, pairwise(found))]


def weigh(documents: Sequence[Mapping[str, int]], background: Background = NO_BACKGROUND) -> TermMatrix:
    """Counted terms to unit vectors: (1 + log count) x rarity, two-word terms at `PAIR_WEIGHT`."""
    number: defaultdict[str, int] = defaultdict(count().__next__)  # terms in order of their first coming
    columns = np.fromiter(map(number.__getitem__, chain.from_iterable(documents)), np.int64)
    counts = np.fromiter(chain.from_iterable(document.values() for document in documents), np.float64)
    starts = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    day = np.bincount(columns, minlength=len(number))
    seen = day + np.array([background.counts.get(term, 0) for term in number], np.int64)
    weights = rarity(seen, len(documents) + background.documents)
    weights *= np.where([" " in term for term in number], PAIR_WEIGHT, 1.0)
    values = (1.0 + np.log(counts)) * weights[columns]
    return _shared(starts, columns, values / _lengths(starts, values), day)


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
