"""How sure it is that a story's articles are one event: the share of them that a reader would find belong.

Two things tell it: how close its loosest articles are to the rest, and by how much each article is nearer to
its own story than to the next. The three numbers are a logistic fit to the purity of the stories of one
labelled day; on another day, labelled apart, stories of .98 and more were wholly pure, of .93 to .96 to nine tenths.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.attach import CLOSEST, Partition
from newsletter.stories.edges import Edges

BASE, CLOSENESS, MARGIN = 0.2, 4.7, 2.0
LOOSEST = 10
"""One article in so many may be farther off than the closeness that is taken: one odd title says little."""


def confidences(stories: Partition, edges: Edges, scale: float = 1.0) -> tuple[float, ...]:
    """Of each story, 0 to 1; 1 for a single article. ``scale`` brings another kind of likeness to that by words."""
    sizes = np.array([len(rows) for rows in stories], np.int64)
    own, best_other = _nearness(stories, sizes, edges)
    margins = own / np.maximum(own + best_other, 1e-12)
    return tuple(
        _confidence(scale * np.sort(own[rows])[len(rows) // LOOSEST], margins[rows].mean())
        if len(rows) > 1
        else 1.0
        for rows in stories
    )


def _confidence(closeness: float, margin: float) -> float:
    return round(1 / (1 + math.exp(-(BASE + CLOSENESS * closeness + MARGIN * margin))), 4)


def _nearness(
    stories: Partition, sizes: NDArray[np.int64], edges: Edges
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each row its mean similarity to the `CLOSEST` articles of its own story, and of the nearest other one."""
    story = np.empty(edges.rows, np.int64)
    story[[row for rows in stories for row in rows]] = np.repeat(np.arange(len(stories)), sizes)
    rows, others = np.concatenate([edges.first, edges.second]), np.concatenate([edges.second, edges.first])
    values, theirs = np.concatenate([edges.value, edges.value]), story[others]
    order = np.lexsort((-values, theirs, rows))
    rows, theirs, values = rows[order], theirs[order], values[order]
    begins = np.flatnonzero(np.diff(rows * len(stories) + theirs, prepend=-1))
    rank = np.arange(len(rows)) - np.repeat(begins, np.diff(begins, append=len(rows)))
    sums = np.add.reduceat(np.where(rank < CLOSEST, values, 0.0), begins) if len(rows) else np.empty(0)
    rows, theirs = rows[begins], theirs[begins]
    mine = theirs == story[rows]
    near = sums / np.minimum(CLOSEST, np.maximum(1, sizes[theirs] - mine))
    own, best_other = np.zeros(edges.rows), np.zeros(edges.rows)
    own[rows[mine]] = near[mine]
    np.maximum.at(best_other, rows[~mine], near[~mine])
    return own, best_other
