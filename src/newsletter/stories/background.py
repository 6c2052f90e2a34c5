"""How much a term tells: rare in the news, it names an event; common, it says nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CAP = 6.0
"""Rarity beyond this adds nothing: a term met once is a name or a misspelling, and both would drown the rest."""


@dataclass(frozen=True, slots=True)
class Background:
    """Document counts of earlier days: in how many of ``documents`` articles each term stood."""

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


NO_BACKGROUND = Background()


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


def rarity(count: int, term: str, documents: int, background: Background) -> float:
    """Smoothed inverse document frequency of a term that ``count`` of the day's ``documents`` have; 1 to `CAP`."""
    seen = count + background.counts.get(term, 0)
    return min(CAP, 1.0 + math.log((documents + background.documents + 1) / (seen + 1)))
