"""Agglomerative grouping on a sparse graph: the two most alike groups are joined until none are alike enough.

The likeness of two groups is the mean similarity of their pairs (average link, missing pairs as 0), measured
against how alike each group's own articles are: ``mean(A, B) / (mean(A, A) * mean(B, B)) ** EASE``. Plain
average link (ease 0) splits a large story, whose articles differ among themselves, where it joins a small one;
the cosine of centres (ease 0.5) lets large groups swallow their neighbourhood. In between the same bar fits both.
"""

from __future__ import annotations

import heapq
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.edges import Edges

EASE = 0.35
LARGE = 5
"""Articles from which a story is searched for a second event."""
_GONE = sys.maxsize
_Offer = tuple[float, int, int, int, int, int]
"""Minus the likeness, the two groups (lower one first), whose link it is, since when that group is, where it stands."""


@dataclass(slots=True)
class _Links:
    """What a group resembled when it was made, three arrays of one length, in order of the other groups."""

    others: NDArray[np.int64]
    sums: NDArray[np.float64]
    """Of the similarities of all pairs between the two."""
    likeness: NDArray[np.float64]
    """0 where the pair was looked at and left apart."""


_NO_LINKS = _Links(np.empty(0, np.int64), np.empty(0), np.empty(0))


class Linkage:
    """Groups of rows 0 … n-1, joined step by step; `join_until` may be called again with a lower bar.

    A group is named by its first row. Its *measure* is its size times ``mean(own, own) ** EASE``: the likeness of
    two groups is the sum of their pairs over the product of their measures.

    Links are made with a group and never corrected: of two groups the younger one's are true, for the older one
    is since then as it was. A join so costs the links of its two halves and nobody else's, and a queue of every
    group's best link tells the next: when its turn comes and it is not true any more, the next best takes its place.
    """

    def __init__(self, edges: Edges) -> None:
        self._members: list[list[int]] = [[row] for row in range(edges.rows)]
        self._inner = [1.0] * edges.rows  # sum over all ordered pairs of members, each with itself included
        self._measure = np.ones(edges.rows)
        self._home = np.arange(edges.rows)  # the group that each row is in
        self._born = [0] * edges.rows  # the join that made the group of this name
        self._joins = 0
        starts, others, sums = edges.by_row()
        likeness = np.round(sums, 9)
        self._links = [
            _Links(others[start:end], sums[start:end], likeness[start:end]) for start, end in pairwise(starts)
        ]

    def groups(self) -> list[list[int]]:
        """The groups as they stand, each sorted, in order of their first row."""
        return [sorted(members) for members in self._members if members]

    def join_until(self, bar: float, *, waist: float = 0.0) -> None:
        """Join the most alike pair, again and again, while its likeness is at least ``bar``.

        Two groups stay apart, however alike, where they are two bodies with a waist between them (`_waisted`),
        until one of them has grown. Equally alike pairs are joined in the order of their groups' first rows.
        """
        for group, members in enumerate(self._members):
            if members and self._joins:
                self._compare(group)  # anew: what was left apart may be joined at this bar
        queue = [offer for group in range(len(self._members)) for offer in self._best(group, bar)]
        heapq.heapify(queue)
        while queue:
            _, first, second, group, born, place = heapq.heappop(queue)
            if self._born[group] != born:
                continue  # it has grown, and has offered anew
            total = self._links[group].sums.item(place)
            if max(self._born[first], self._born[second]) > born or self._waisted(
                first, second, total, waist
            ):
                self._links[group].likeness[place] = 0.0
            else:
                self._join(first, second, total)
                group = first
            for offer in self._best(group, bar):
                heapq.heappush(queue, offer)

    def _compare(self, group: int) -> None:
        links = self._links[group]
        measures = self._measure[group] * self._measure[links.others]
        links.likeness = np.round(links.sums / measures, 9)

    def _best(self, group: int, bar: float) -> Iterator[_Offer]:
        """The group's best link that is true and reaches the bar, if there is one."""
        links, born = self._links[group], self._born[group]
        while len(links.others):
            place = int(links.likeness.argmax())
            likeness, other = links.likeness.item(place), links.others.item(place)
            if likeness < bar:
                return
            if self._born[other] <= born:
                yield -likeness, min(group, other), max(group, other), group, born, place
                return
            links.likeness[place] = 0.0

    def _waisted(self, first: int, second: int, total: float, waist: float) -> bool:
        """Whether their pairs are, on average, less alike than that share of the looser group's own pairs.

        Each has to be a group, not a single, and both together `LARGE`: of fewer, a mean of pairs says little.
        """
        sizes = [len(self._members[group]) for group in (first, second)]
        if not waist or min(sizes) < 2 or sum(sizes) < LARGE:
            return False
        own = min(
            (self._inner[group] - size) / (size * (size - 1))
            for group, size in zip((first, second), sizes, strict=True)
        )
        return total / (sizes[0] * sizes[1]) < waist * own

    def _join(self, first: int, second: int, between: float) -> None:
        """Put the second group into the first, with the sum of the pairs between them."""
        links = self._united(first, second)
        self._inner[first] += self._inner[second] + 2 * between
        self._home[self._members[second]] = first
        self._members[first] += self._members[second]
        self._members[second] = []
        size = len(self._members[first])
        self._measure[first] = size * math.pow(self._inner[first] / size**2, EASE)
        self._joins += 1
        self._born[first], self._born[second] = self._joins, _GONE
        self._links[first], self._links[second] = links, _NO_LINKS
        self._compare(first)

    def _united(self, first: int, second: int) -> _Links:
        """What both resemble, without each other: links to groups that have become one since are added up."""
        one, two = self._links[first], self._links[second]
        others = self._home[np.concatenate([one.others, two.others])]
        order = others.argsort(kind="stable")
        others, sums = others[order], np.concatenate([one.sums, two.sums])[order]
        starts = np.flatnonzero(np.concatenate([[True], others[1:] != others[:-1]]))
        others, sums = others[starts], np.add.reduceat(sums, starts)
        kept = (others != first) & (others != second)
        return _Links(others[kept], sums[kept], sums[kept])
