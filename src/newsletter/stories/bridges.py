"""Pieces that are like many others which are not like each other: a survey, a list, two matters in one headline.

No address or title marks them; their neighbours do. One such piece can join two events, so it is kept out of the
joining, and may follow one story afterwards as an opinion piece or a live page may.
"""

from __future__ import annotations

import heapq
from itertools import combinations

import numpy as np

from newsletter.stories.edges import Edges, Links

LIKE = 0.75
"""Share of the threshold from which two articles count as alike."""
LOOKED_AT, LEAST = 8, 4
"""The nearest so many are looked at; of fewer than four nothing can be said."""
UNLIKE = 0.2
"""Share of the pairs among them, up to which they are unlike each other. Of two events of four reports each it would be
.43, of four events of two each .14."""


def bridges(edges: Edges, threshold: float) -> frozenset[int]:
    """The rows whose nearest are unlike each other; each is judged by the given likenesses alone."""
    links = _strong(edges, LIKE * threshold)
    return frozenset(row for row, near in enumerate(links) if len(near) >= LEAST and _unlike(near, links))


def _strong(edges: Edges, bar: float) -> list[Links]:
    alike = edges.value >= bar
    return Edges(edges.rows, edges.first[alike], edges.second[alike], np.round(edges.value[alike], 6)).links()


def _unlike(near: Links, links: list[Links]) -> bool:
    nearest = heapq.nsmallest(LOOKED_AT, near, key=lambda row: (-near[row], row))
    pairs = list(combinations(nearest, 2))
    return sum(second in links[first] for first, second in pairs) <= UNLIKE * len(pairs)
