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
LARGE = 5
"""Articles from which a story is searched for a second event."""


class Linkage:
    """Groups of rows 0 … n-1, joined step by step; `join_until` may be called again with a lower bar.

    A group's *measure* is its size times ``mean(own, own) ** EASE``: the likeness of two groups is the sum of
    their pairs over the product of their measures. A measure only grows, so a join can raise the likeness of
    the new group to those alone that resembled both halves; all others fall, and are corrected when their
    turn comes (`join_until`). A join therefore costs the links of the smaller half, not of both.
    """

    def __init__(self, edges: Edges) -> None:
        self._links = edges.links()
        self._members: list[list[int]] = [[row] for row in range(edges.rows)]
        self._inner = [1.0] * edges.rows  # sum over all ordered pairs of members, each with itself included
        self._measure = [1.0] * edges.rows

    def groups(self) -> list[list[int]]:
        """The groups as they stand, each sorted, in order of their first row."""
        return sorted(sorted(members) for members in self._members if members)

    def join_until(self, bar: float, *, waist: float = 0.0) -> None:
        """Join the most alike pair, again and again, while its likeness is at least ``bar``.

        Two groups stay apart, however alike, where they are two bodies with a waist between them (`_waisted`).
        Equally alike pairs are joined in the order of the groups' numbers, which are their rows'.
        """
        heap = [
            entry for group, links in enumerate(self._links) for entry in self._entries(group, links, bar)
        ]
        heapq.heapify(heap)
        while heap:
            told, first, second = heapq.heappop(heap)
            if second not in self._links[first]:
                continue  # one of them has gone into another group
            likeness = self._likeness(first, second)
            if likeness < -told:
                if likeness >= bar:
                    heapq.heappush(heap, (-likeness, first, second))
                continue
            if waist and self._waisted(first, second, waist):
                continue
            kept, touched = self._join(first, second)
            for entry in self._entries(kept, touched, bar, both=True):
                heapq.heappush(heap, entry)

    def _likeness(self, first: int, second: int) -> float:
        total = self._links[first][second]
        return round(total / (self._measure[first] * self._measure[second]), 9)

    def _waisted(self, first: int, second: int, waist: float) -> bool:
        """Whether their pairs are, on average, less alike than that share of the looser group's own pairs.

        Each has to be a group, not a single, and both together `LARGE`: of fewer, a mean of pairs says little.
        """
        sizes = [len(self._members[group]) for group in (first, second)]
        if min(sizes) < 2 or sum(sizes) < LARGE:
            return False
        own = min(
            (self._inner[group] - size) / (size * (size - 1))
            for group, size in zip((first, second), sizes, strict=True)
        )
        return self._links[first][second] / (sizes[0] * sizes[1]) < waist * own

    def _entries(
        self, group: int, others: Iterable[int], bar: float, *, both: bool = False
    ) -> Iterable[tuple[float, int, int]]:
        """Heap entries for the group with those others that are alike enough; unless ``both``, later ones only."""
        links, measure = self._links[group], self._measure
        least = bar * measure[group] * (1 - 1e-9)
        for other in others:
            if links[other] >= least * measure[other] and (both or other > group):
                first, second = (group, other) if group < other else (other, group)
                yield -self._likeness(first, second), first, second

    def _join(self, first: int, second: int) -> tuple[int, list[int]]:
        """Put the group with fewer links into the other; the one that is left, and whom the other half touched."""
        kept, gone = (
            (first, second) if len(self._links[first]) >= len(self._links[second]) else (second, first)
        )
        links, moved = self._links[kept], self._links[gone]
        between = links.pop(gone)
        del moved[kept]
        for other, value in moved.items():
            theirs = self._links[other]
            del theirs[gone]
            links[other] = theirs[kept] = links.get(other, 0.0) + value
        self._inner[kept] += self._inner[gone] + 2 * between
        self._members[kept] += self._members[gone]
        self._members[gone], self._links[gone] = [], {}
        size = len(self._members[kept])
        self._measure[kept] = size * math.pow(self._inner[kept] / size**2, EASE)
        return kept, list(moved)
