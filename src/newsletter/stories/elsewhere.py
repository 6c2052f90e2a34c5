"""Reports of a like event in another place: they leave the story that they came into by what the two have in common.

Two ferries sink in one week, two museums get stolen paintings back: such reports share every word but the place, so
that words alone cannot tell them apart (`strangers`). One is elsewhere where it lies farther from the story than is
typical, names a place that hardly any other of its articles names, and not the one that most of them name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.places import LEVELS, Places

AWAY = 0.9
"""Share of the story's typical nearness under which an article is farther than is typical."""
HERE = 0.6
"""Share of a story's articles that name its place."""
THERE = 0.25
"""Share up to which a place is not the story's: one that more of its articles name has a part in it. Two may."""


def elsewhere(
    rows: Sequence[int], nearness: NDArray[np.float64], places: Mapping[int, Places]
) -> frozenset[int]:
    """Those of a story's rows that tell of another place; ``places`` at least of these by row."""
    near = nearness[list(rows)]
    away = np.round(near, 6) < AWAY * np.median(near)
    farther = {row for row, far in zip(rows, away.tolist(), strict=True) if far}
    return frozenset(
        row
        for level in range(LEVELS)
        for row in _there({row: places[row][level] for row in rows})
        if row in farther
    )


def _there(named: Mapping[int, frozenset[str]]) -> Iterator[int]:
    told = Counter(place for places in named.values() for place in places)
    here = {place for place, count in told.items() if count >= HERE * (len(named) - 1)}
    other = {place for place, count in told.items() if count <= max(2, THERE * len(named))}
    if here:
        yield from (row for row, places in named.items() if places and places <= other - here)
