"""After the joining: single pieces go to the story they clearly belong to, or stand alone.

Two sorts come here. A report in odd words ("A win for the little guy") is too unlike most of a story's
articles to have been joined, and yet near to some of them and to no other story's. And opinion and live pages
were kept out of the joining, since one of them can bridge two events; they may follow a story, never make one
grow together with another.

How near is told by the three nearest articles of the story, not by all: a report that shares one big word with
everybody in it ("Supreme Court") is somewhat like each and close to none.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.stories.edges import Links

Partition = list[list[int]]

CLOSEST = 3
LEAD = 1.25
"""How much nearer than to any other story a piece must be to the one it joins."""
RIVAL = 2
"""Articles that make a group a story which another may have to lead: a pair tells one event too, a single may not."""


@dataclass(frozen=True, slots=True)
class Bar:
    """When a piece belongs to a group: mean similarity to its `CLOSEST` articles there, and the group's size."""

    likeness: float
    size: int = 1


def attach(
    groups: Sequence[Sequence[int]], loose: Iterable[int], links: Sequence[Links], bars: Sequence[Bar]
) -> Partition:
    """The groups with each loose row added to the one it clearly belongs to; the rest as groups of their own.

    ``links``: by row what it resembles, at least for the loose ones.
    A row goes to its nearest group if any of ``bars`` allows it and that group leads. Every row decides on the
    groups as they were given, so the outcome does not depend on an order. Rows that are a group of their own
    in ``groups`` may be loose too: they leave it when they go.
    """
    home = {row: index for index, group in enumerate(groups) for row in group}
    grown = [list(group) for group in groups]
    alone: Partition = []
    for row in sorted(loose):
        target = _home(nearness(row, links, home, groups), groups, bars)
        if target is not None:
            if row in home:
                grown[home[row]].remove(row)
            grown[target].append(row)
        elif row not in home:
            alone.append([row])
    return sorted(sorted(group) for group in [*grown, *alone] if group)


def nearness(
    row: int, links: Sequence[Links], home: Mapping[int, int], groups: Sequence[Sequence[int]]
) -> list[tuple[float, int]]:
    """(mean similarity to the closest articles, group) of every other group that the row resembles, best first."""
    values: dict[int, list[float]] = defaultdict(list)
    for other, value in links[row].items():
        group = home.get(other)
        if group is not None and group != home.get(row):
            values[group].append(value)
    found = [
        (sum(heapq.nlargest(CLOSEST, near)) / min(CLOSEST, len(groups[group])), group)
        for group, near in values.items()
    ]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _home(found: list[tuple[float, int]], groups: Sequence[Sequence[int]], bars: Sequence[Bar]) -> int | None:
    for bar in bars:
        value, group = next((pair for pair in found if len(groups[pair[1]]) >= bar.size), (0.0, None))
        rival = max((near for near, g in found if g != group and len(groups[g]) >= RIVAL), default=0.0)
        if group is not None and value >= max(bar.likeness, LEAD * rival):
            return group
    return None
