"""How sure it is that a story's articles are one event: the share of them that a reader would find belong.

Two things tell it: how close its loosest articles are to the rest, and by how much each article is nearer to
its own story than to the next. The three numbers are a logistic fit to the purity of the stories of one
labelled day; on another day, labelled apart, stories of .98 and more were wholly pure, of .93 to .96 to nine tenths.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

from newsletter.stories.attach import CLOSEST, Partition, nearness
from newsletter.stories.edges import Links

BASE, CLOSENESS, MARGIN = 0.2, 4.7, 2.0
LOOSEST = 10
"""One article in so many may be farther off than the closeness that is taken: one odd title says little."""


def confidences(stories: Partition, links: Sequence[Links], scale: float = 1.0) -> tuple[float, ...]:
    """Of each story, 0 to 1; 1 for a single article. ``scale`` brings another kind of likeness to that by words."""
    home = {row: index for index, rows in enumerate(stories) for row in rows}
    return tuple(_confidence(rows, links, home, stories, scale) if len(rows) > 1 else 1.0 for rows in stories)


def _confidence(
    rows: Sequence[int], links: Sequence[Links], home: Mapping[int, int], stories: Partition, scale: float
) -> float:
    own = [_closeness(row, rows, links, home) for row in rows]
    next_best = [max((near for near, _ in nearness(row, links, home, stories)), default=0.0) for row in rows]
    margin = sum(mine / (mine + other) if mine else 0.0 for mine, other in zip(own, next_best, strict=True))
    loosest = scale * sorted(own)[len(rows) // LOOSEST]
    return round(1 / (1 + math.exp(-(BASE + CLOSENESS * loosest + MARGIN * margin / len(rows)))), 4)


def _closeness(row: int, rows: Sequence[int], links: Sequence[Links], home: Mapping[int, int]) -> float:
    """Mean similarity to the row's `CLOSEST` articles in its own story."""
    near = (value for other, value in links[row].items() if home[other] == home[row])
    return sum(heapq.nlargest(CLOSEST, near)) / min(CLOSEST, len(rows) - 1)
