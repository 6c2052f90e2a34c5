"""Articles that speak of something else than the story they came into: they leave it again.

Two events of one place, office or person share its name, and a name weighs much: a report on ships in a strait comes
to the speech on that strait. What tells it is less what it shares than what it does not. A stranger lies far from the
others, and most of what it is about stands in no other article of the story, and it lacks the one word that is the
story's own. Each of the three alone puts out as many that belong as that do not (docs/design/0008-grouping.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from newsletter.ports import Background
from newsletter.stories.background import rarity
from newsletter.stories.elsewhere import elsewhere
from newsletter.stories.linkage import LARGE
from newsletter.stories.places import Places
from newsletter.stories.terms import Read

FAR = 0.75
"""Share of the story's typical nearness (its median) under which an article is loose."""
OWN_TITLE, OWN_WORDS = 0.5, 0.6
"""Share of the weight of its title's, and of all its telling words, that no other article of the story has."""
TELLING = 3.0
"""Rarity from which a word says what a piece is about: more than one article in seven has a commoner one."""
KNOWN_BY, KNOWN_HERE = 0.9, 0.95
"""A word that so many of a story's articles have, and so few outside (share of its uses that day that are here), is the
story's own: a person in it or the thing it is about. A place, an office or a court is named elsewhere too."""

Words = Sequence[Collection[str]]
"""By row, the different stems of an article's title and lead. Pairs of them would count a name twice."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """An article that leaves its story, with the reasons."""

    row: int
    nearness: float
    """Its mean likeness to its closest articles of the story, as a share of the story's typical one."""
    title: float
    words: float
    """What of its title's and of all its telling words' weight is its alone, 0 to 1."""
    elsewhere: bool = False
    """It tells of another place."""


def strangers(
    stories: Sequence[Sequence[int]],
    nearness: NDArray[np.float64],
    texts: Sequence[Read],
    background: Background,
    places: Mapping[int, Places],
    wide: Collection[int] = (),
) -> tuple[Stranger, ...]:
    """The strangers of all stories of `LARGE` articles and more, in order of their rows.

    ``nearness``: by row, to the closest articles of its own story; ``texts`` by row, ``places`` at least of these
    stories' rows; ``wide``: rows that speak of several matters, of which their title says the main one. Each is judged
    against its story as it was given, so the outcome does not depend on an order, and at most half of a story leaves.
    """
    written = [frozenset(chain(title, lead)) for title, lead in texts]
    large = [rows for rows in stories if len(rows) >= LARGE]
    away = [elsewhere(rows, nearness, places) for rows in large]
    loose = [_loose(rows, nearness, there) for rows, there in zip(large, away, strict=True)]
    day = _Day.of({row for shares in loose for row in shares}, written, background)
    found = []
    for rows, there, shares in zip(large, away, loose, strict=True):
        story = Counter(word for row in rows for word in written[row]) if shares else Counter()
        for row, share in shares.items():
            words, headline = written[row], written[row].intersection(texts[row][0])
            if not day.known(headline if row in wide else words, story, len(rows)):
                title, all_ = day.own(headline, story), day.own(words, story)
                if row in there or (title >= OWN_TITLE and all_ >= OWN_WORDS):
                    found.append(Stranger(row, share, title, all_, row in there))
    return tuple(sorted(found, key=lambda one: one.row))


def _loose(rows: Sequence[int], nearness: NDArray[np.float64], there: Collection[int]) -> dict[int, float]:
    """Row -> nearness as a share of the typical one, of those that lie far from the story or elsewhere."""
    typical = float(np.median(nearness[list(rows)]))
    if not typical:
        return {}
    shares = nearness[list(rows)] / typical
    return {
        row: share
        for row, share in zip(rows, shares.tolist(), strict=True)
        if round(share, 6) < FAR or row in there
    }


@dataclass(frozen=True, slots=True)
class _Day:
    """How common the words of some articles are: in how many of the day's they stand, and the telling ones' rarity."""

    seen: Mapping[str, int] = field(default_factory=dict)
    weight: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Collection[int], written: Words, background: Background) -> _Day:
        words = {word for row in rows for word in written[row]}
        seen = Counter(word for one in written for word in words.intersection(one))
        counts = np.array([seen[word] + background.counts.get(word, 0) for word in words], np.int64)
        rare = zip(words, rarity(counts, len(written) + background.documents).tolist(), strict=True)
        return cls(seen, {word: value for word, value in rare if value >= TELLING})

    def known(self, words: Collection[str], story: Mapping[str, int], size: int) -> bool:
        """Whether an article with those words, itself of the story, has a word that is the story's own."""
        return any(
            word in self.weight
            and story[word] - 1 >= KNOWN_BY * (size - 1)
            and story[word] - 1 >= KNOWN_HERE * (self.seen[word] - 1)
            for word in words
        )

    def own(self, words: Collection[str], story: Mapping[str, int]) -> float:
        """The share of the words' weight that only one article of the story has."""
        told = sorted(word for word in words if word in self.weight)
        total = sum(self.weight[word] for word in told)
        return sum(self.weight[word] for word in told if story[word] == 1) / total if total else 0.0
