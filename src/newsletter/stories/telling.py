"""What a story is about, in few terms: the centre of its articles' vectors, cut to what tells most.

Threads compare today's stories with last week's by it, and related earlier stories are found by it in the whole
archive. It rests on the articles as an issue keeps them and on the bundled table of how common terms are, never on
the day's own counts: whoever makes it from the same issue, at any later time, gets the same terms.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from operator import itemgetter

import numpy as np

from newsletter.ports import NO_BACKGROUND, Background
from newsletter.stories.background import rarity
from newsletter.stories.terms import TEXT_CHARACTERS, TEXT_STEMS, TITLE_WEIGHT
from newsletter.stories.text import stems

KEPT_TERMS = 32
"""Terms kept a story. On 254 labelled pairs of stories 32 rank as well as all of them (AUC .81), 16 worse (.77)."""
VERSION = 2
"""Count it up when stems or weights change."""
DIGITS = 4
"""Weights are rounded: the last bits of a logarithm differ between machines."""

Terms = Mapping[str, float]
"""Term -> weight, a vector of length one."""


class TellingTerms:
    """A `ports.StoryTerms`. The table is asked for when it is first needed."""

    def __init__(self, table: Callable[[], Background] = lambda: NO_BACKGROUND) -> None:
        self._table = table

    @cached_property
    def background(self) -> Background:
        return self._table()

    @cached_property
    def recipe(self) -> str:
        """Names how terms are made; where it changes, with `VERSION` or the table, kept stories are indexed anew."""
        counts = self.background.counts
        return f"{VERSION}.{self.background.documents}.{len(counts)}.{sum(counts.values())}"

    def __call__(self, texts: Iterable[tuple[str, str]]) -> dict[str, float]:
        """The heaviest single terms of a story's (title, text) pairs, heaviest first; empty without any word.

        Single stems only: neighbouring pairs ("suprem court") would count a name twice, and measured worse.
        """
        centre: defaultdict[str, float] = defaultdict(float)
        for title, text in sorted(texts):
            counts = _counted(title, text[:TEXT_CHARACTERS])
            vector = [(term, (1.0 + math.log(count)) * self.rarity(term)) for term, count in counts]
            length = _length(weight for _, weight in vector)
            for term, weight in vector:
                centre[term] += weight / length
        kept = sorted(centre.items(), key=lambda item: (-round(item[1], 9), item[0]))[:KEPT_TERMS]
        length = _length(map(itemgetter(1), kept))
        return {term: round(weight / length, DIGITS) for term, weight in kept}

    def rarity(self, term: str) -> float:
        """How much the term tells by the table alone."""
        seen = np.array([self.background.counts.get(term, 0)])
        return float(rarity(seen, self.background.documents)[0])


def cosine(one: Terms, other: Terms) -> float:
    """How alike two stories are, 0 to 1."""
    return math.fsum(products(one, other).values())


def products(one: Terms, other: Terms) -> dict[str, float]:
    """What each shared term adds to the cosine, in the order of ``one``."""
    return {term: weight * other[term] for term, weight in one.items() if term in other}


def _length(weights: Iterable[float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in weights)) or 1.0


@lru_cache(maxsize=50_000)
def _counted(title: str, text: str) -> tuple[tuple[str, int], ...]:
    """Stems as `terms.terms_of` counts them, without pairs."""
    counts = Counter(stems(text)[:TEXT_STEMS])
    for stem in stems(title):
        counts[stem] += TITLE_WEIGHT
    return tuple(counts.items())
