"""How sure it is that a story's articles are one event: the share of them that a reader would find belong.

Of each article two things tell it: how close its nearest articles of the story are, and how close that is beside what
is typical of the story. A story of tight reports with one that is half as near has a stranger; one whose reports are
all equally far apart is a story of many angles. The weights are a logistic fit to the articles of one labelled day;
another day, labelled apart, gives nearly the same (docs/design/0008-grouping.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsletter.stories.attach import CLOSEST, Partition
from newsletter.stories.edges import Edges

BASE, CLOSENESS, TYPICAL = -3.0, 12.0, 3.5

_STEPS = 2**20
"""Likenesses are told apart to a millionth, as they are rounded elsewhere."""


def nearness(stories: Partition, edges: Edges) -> NDArray[np.float64]:
    """By row its mean similarity to the `CLOSEST` articles of its story; 0 for one that is alone or in none of these.

    Pairs are put in order (row, most alike first) by one number each: sorting numbers takes a tenth of the time that
    sorting by two columns does.
    """
    story = np.full(edges.rows, -1, np.int64)
    size = np.ones(edges.rows, np.int64)
    for index, found in enumerate(stories):
        story[found], size[found] = index, len(found)
    inside = (story[edges.first] == story[edges.second]) & (story[edges.first] >= 0)
    first, second, value = edges.first[inside], edges.second[inside], edges.value[inside]
    unlike = _STEPS - np.rint(np.concatenate([value, value]) * _STEPS).astype(np.int64)
    rows, unlike = np.divmod(np.sort(np.concatenate([first, second]) * (_STEPS + 1) + unlike), _STEPS + 1)
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    rank = np.arange(len(rows)) - np.repeat(begins, np.diff(begins, append=len(rows)))
    values = np.where(rank < CLOSEST, 1.0 - unlike / _STEPS, 0.0)
    sums = np.bincount(rows, values, minlength=edges.rows)
    return sums / np.minimum(CLOSEST, np.maximum(1, size - 1))


def confidences(stories: Partition, near: NDArray[np.float64], scale: float = 1.0) -> tuple[float, ...]:
    """Of each story, 0 to 1; 1 for a single article. ``scale`` brings another kind of likeness to that by words."""
    return tuple(_confidence(near[rows], scale) if len(rows) > 1 else 1.0 for rows in stories)


def _confidence(near: NDArray[np.float64], scale: float) -> float:
    """The mean of its articles' chances to belong."""
    beside = near / max(float(np.median(near)), 1e-12)
    chances = 1 / (1 + np.exp(-(BASE + CLOSENESS * scale * near + TYPICAL * beside)))
    return round(float(chances.mean()), 4)
