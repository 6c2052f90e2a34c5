"""How much a term tells: rare in the news, it names an event; common, it says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from newsletter.ports import Background

CAP = 6.0
"""Rarity beyond this adds nothing: a term met once is a name or a misspelling, and both would drown the rest."""


def parse_table(text: str) -> Background:
    """The bundled table: ``#<tab>documents`` first, then ``term<tab>count`` a line (see benchmarks/count_terms)."""
    head, *lines = text.splitlines()
    pairs = (line.split("\t") for line in lines)
    return Background(int(head.split("\t")[1]), {term: int(count) for term, count in pairs})


def document_counts(documents: Iterable[Mapping[str, int]]) -> Counter[str]:
    """In how many of the documents each term stands; what a `Background` is made of."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(document.keys())
    return counts


def rarity(seen: NDArray[np.int64], documents: int) -> NDArray[np.float64]:
    """Smoothed inverse document frequency of terms that ``seen`` of ``documents`` articles have; 1 to `CAP`."""
    return np.minimum(CAP, 1.0 + np.log((documents + 1) / (seen + 1)))
