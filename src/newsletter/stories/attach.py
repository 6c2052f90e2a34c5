"""After the joining: single pieces go to the story they clearly belong to, or stand alone.

Two sorts come here. A report in odd words ("A win for the little guy") is too unlike each of a story's
articles to have been joined, and yet nearer to that story than to any other. And opinion and live pages were
kept out of the joining, since one of them can bridge two events; they may follow a story, never make one grow
together with another.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.stories.linkage import EASE
from newsletter.stories.neighbours import Edges

Partition = list[list[int]]


@dataclass(frozen=True, slots=True)
class Bar:
    """When a piece belongs to a group: likeness (as in `linkage`), lead over the next best, the group's size."""

    likeness: float
    lead: float = 1.25
    size: int = 1


def attach(
    groups: Sequence[Sequence[int]], loose: Iterable[int], edges: Edges, bars: Sequence[Bar]
) -> Partition:
    """The groups with each loose row added to the one it clearly belongs to; the rest as groups of their own.

    A row goes to its most alike group if any of ``bars`` allows it. Every row decides on the groups as they
    were given, so the outcome does not depend on an order. Rows that are a group of their own in ``groups``
    may be loose too: they leave it when they go.
    """
    by_row = _links(edges)
    home = {row: index for index, group in enumerate(groups) for row in group}
    own = [_own(group, by_row) for group in groups]
    grown = [list(group) for group in groups]
    alone: Partition = []
    for row in sorted(loose):
        target = _home(row, by_row[row], home, own, groups, bars)
        if target is not None:
            if row in home:
                grown[home[row]].remove(row)
            grown[target].append(row)
        elif row not in home:
            alone.append([row])
    return sorted(sorted(group) for group in [*grown, *alone] if group)


def _home(
    row: int,
    links: Mapping[int, float],
    home: Mapping[int, int],
    own: Sequence[float],
    groups: Sequence[Sequence[int]],
    bars: Sequence[Bar],
) -> int | None:
    sums: dict[int, float] = defaultdict(float)
    for other, value in links.items():
        if other in home and home[other] != home.get(row):
            sums[home[other]] += value
    found = sorted(
        ((total / len(groups[group]) / math.pow(own[group], EASE), -group) for group, total in sums.items()),
        reverse=True,
    )
    for bar in bars:
        fit = [(value, -group) for value, group in found if len(groups[-group]) >= bar.size]
        if fit and fit[0][0] >= bar.likeness and (len(fit) == 1 or fit[0][0] >= bar.lead * fit[1][0]):
            return fit[0][1]
    return None


def _links(edges: Edges) -> Mapping[int, dict[int, float]]:
    by_row: dict[int, dict[int, float]] = defaultdict(dict)
    for (first, second), value in edges.items():
        by_row[first][second] = by_row[second][first] = value
    return by_row


def _own(group: Sequence[int], by_row: Mapping[int, Mapping[int, float]]) -> float:
    """Mean similarity of a group's members, each with itself (1) included."""
    members = set(group)
    inner = sum(value for row in group for other, value in by_row[row].items() if other in members)
    return (len(group) + inner) / len(group) ** 2
