"""Agglomerative grouping on a sparse graph: the two most alike groups are joined until none are alike enough.

The likeness of two groups is the mean similarity of their pairs (average link, missing pairs as 0), measured
against how alike each group's own articles are: ``mean(A, B) / (mean(A, A) * mean(B, B)) ** EASE``. Plain
average link (ease 0) splits a large story, whose articles differ among themselves, where it joins a small one;
the cosine of centres (ease 0.5) lets large groups swallow their neighbourhood. In between the same bar fits both.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from newsletter.stories.edges import Edges

EASE = 0.35


class Linkage:
    """Groups of rows 0 … n-1, joined step by step; `join_until` may be called again with a lower bar.

    A group's *measure* is its size times ``mean(own, own) ** EASE``: the likeness of two groups is the sum of
    their pairs over the product of their measures, so that most links are judged by one multiplication.
    """

    def __init__(self, edges: Edges) -> None:
        rows = edges.rows
        self._links = edges.links()
        self._members: list[list[int]] = [[row] for row in range(rows)]
        self._inner = [1.0] * rows  # sum over all ordered pairs of members, each with itself included
        self._measure = [1.0] * rows
        self._version = [0] * rows

    def groups(self) -> list[list[int]]:
        """The groups as they stand, each sorted, in order of their first row."""
        return sorted(sorted(members) for members in self._members if members)

    def join_until(self, bar: float) -> None:
        """Join the most alike pair, again and again, while its likeness is at least ``bar``."""
        heap = [entry for group in range(len(self._members)) for entry in self._entries(group, bar, group)]
        heapq.heapify(heap)
        while heap:
            _, _, first, second, one, two = heapq.heappop(heap)
            if one == self._version[first] and two == self._version[second]:
                kept = self._join(first, second)
                for entry in self._entries(kept, bar):
                    heapq.heappush(heap, entry)

    def _entries(
        self, group: int, bar: float, above: int = -1
    ) -> Iterable[tuple[float, int, int, int, int, int]]:
        """Heap entries for one group's links to groups of a higher index than ``above`` (-1: to all).

        Ordered by likeness, then by the groups' first rows, so that ties do not depend on history.
        """
        measure = self._measure
        own = measure[group]
        for other, total in self._links[group].items():
            if total >= bar * own * measure[other] and other > above:
                first, second = sorted((group, other), key=lambda g: self._members[g][0])
                low = self._members[first][0]
                likeness = round(total / (own * measure[other]), 9)
                yield -likeness, low, first, second, self._version[first], self._version[second]

    def _join(self, first: int, second: int) -> int:
        """Put the group with fewer links into the other; the index of the one that is left."""
        kept, gone = (
            (first, second) if len(self._links[first]) >= len(self._links[second]) else (second, first)
        )
        links = self._links[kept]
        between = links.pop(gone)
        del self._links[gone][kept]
        self._inner[kept] += self._inner[gone] + 2 * between
        for other, value in self._links[gone].items():
            theirs = self._links[other]
            del theirs[gone]
            links[other] = theirs[kept] = links.get(other, 0.0) + value
        self._members[kept] = sorted(self._members[kept] + self._members[gone])
        self._members[gone], self._links[gone] = [], {}
        size = len(self._members[kept])
        self._measure[kept] = size * math.pow(self._inner[kept] / size**2, EASE)
        self._version[kept] += 1
        self._version[gone] += 1
        return kept
