"""A story over the days: which story of an earlier issue today's continues, and what of it is new."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsletter.domain.story import PastStory, Story
from newsletter.stories.text import stems

SHARED_SHARE = 0.3
"""Share of the smaller story's articles that both have: the same story, still in the window."""
SHARED_COUNT = 2
"""Or that many articles, whatever their share: a running story leaves most of yesterday's behind."""
SAME_WORDS = 0.45
"""Cosine of the past headline with today's titles. Over five real days in a row no link at this bar was wrong."""
SAME_STEMS = 3
"""Fewer stems in common are a name and a place, which next week's other event shares."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """Today's story as the next part of a thread."""

    past: PastStory
    """The newest story of the thread that it continues."""
    fresh: frozenset[str]
    """Ids of its articles that no earlier issue of that thread had."""

    @property
    def new_articles(self) -> int:
        return len(self.fresh)


def continuation_of(story: Story, past: Sequence[PastStory]) -> Continuation | None:
    """The most alike earlier story's thread, at its newest; None when the story is new."""
    likeness = Likeness(story)
    found = [(likeness.to(earlier), earlier.date, earlier.story_id, earlier) for earlier in past]
    best = max((entry for entry in found if entry[0] >= 1.0), key=lambda entry: entry[:3], default=None)
    if best is None:
        return None
    thread = [earlier for earlier in past if earlier.thread_id == best[3].thread_id]
    newest = max(thread, key=lambda earlier: (earlier.date, earlier.story_id))
    known = {article for earlier in thread for article in earlier.article_ids}
    return Continuation(newest, frozenset(article.id for article in story.articles) - known)


def history_of(story: Story, past: Sequence[PastStory]) -> tuple[PastStory, ...]:
    """Earlier stories of the thread, and any others as much alike; one per thread and date, newest first."""
    continued = continuation_of(story, past)
    thread = continued.past.thread_id if continued else None
    likeness = Likeness(story)
    related = {
        (earlier.thread_id, earlier.date): earlier
        for earlier in past
        if earlier.thread_id == thread or likeness.to(earlier) >= 1.0
    }
    return tuple(sorted(related.values(), key=lambda earlier: (earlier.date, earlier.story_id), reverse=True))


class Likeness:
    """How much one story of today resembles earlier ones; what is needed of its own articles is read once."""

    def __init__(self, story: Story) -> None:
        self._ids = {article.id for article in story.articles}
        self._stems = Counter(stem for article in story.articles for stem in _stem_set(article.title))
        self._length = math.sqrt(sum(count * count for count in self._stems.values()))

    def to(self, past: PastStory) -> float:
        """1 or more when the earlier story is of the same thread: by shared articles, or by its headline."""
        return max(self._by_articles(past.article_ids), self._by_words(past.headline) / SAME_WORDS)

    def _by_articles(self, ids: Sequence[str]) -> float:
        shared = len(self._ids.intersection(ids))
        share = shared / (min(len(self._ids), len(ids)) or 1)
        return max(share / SHARED_SHARE, shared / SHARED_COUNT)

    def _by_words(self, headline: str) -> float:
        """Cosine of the headline's stems with those of today's titles, each weighed by how many have it."""
        past = _stem_set(headline)
        shared = [stem for stem in past if stem in self._stems]
        if len(shared) < SAME_STEMS:
            return 0.0
        return sum(self._stems[stem] for stem in shared) / (self._length * math.sqrt(len(past)))


@lru_cache(maxsize=20_000)
def _stem_set(title: str) -> frozenset[str]:
    return frozenset(stems(title))
