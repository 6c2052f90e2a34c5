"""A story over the days: which story of an earlier issue today's continues, and what of it is new."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.story import PastStory, Story
from newsletter.stories.text import stems

SHARED_ARTICLES = 0.3
"""Share of the smaller story's articles that both have: the same story, still in the window."""
SAME_WORDS = 0.5
"""Cosine of the past headline with today's titles; at about this bar precision was .93 (stories.md, threads)."""
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
    """The most alike earlier story, the newer among equals; None when the story is new."""
    found = [(likeness(story, earlier), earlier.date, earlier) for earlier in past]
    matches = sorted((entry for entry in found if entry[0] >= 1.0), key=lambda entry: entry[:2])
    if not matches:
        return None
    thread = matches[-1][2].thread_id
    newest = max(
        (entry[2] for entry in matches if entry[2].thread_id == thread), key=lambda earlier: earlier.date
    )
    known = {article for earlier in past if earlier.thread_id == thread for article in earlier.article_ids}
    return Continuation(newest, frozenset(article.id for article in story.articles) - known)


def history_of(story: Story, past: Sequence[PastStory]) -> tuple[PastStory, ...]:
    """Earlier stories of the thread, and any that resemble as much; one per thread and date, newest first."""
    continued = continuation_of(story, past)
    threads = {continued.past.thread_id} if continued else set()
    related = {
        (earlier.thread_id, earlier.date): earlier
        for earlier in past
        if earlier.thread_id in threads or likeness(story, earlier) >= 1.0
    }
    return tuple(sorted(related.values(), key=lambda earlier: (earlier.date, earlier.story_id), reverse=True))


def likeness(story: Story, past: PastStory) -> float:
    """1 or more when the past story is of the same thread: by shared articles, or by its headline's words."""
    ids = {article.id for article in story.articles}
    smaller = min(len(ids), len(past.article_ids)) or 1
    by_articles = len(ids.intersection(past.article_ids)) / smaller / SHARED_ARTICLES
    return max(by_articles, _headline_likeness(story, past.headline) / SAME_WORDS)


def _headline_likeness(story: Story, headline: str) -> float:
    """Cosine between the headline's stems and the stems of the story's titles, weighed by how many have them."""
    past = set(stems(headline))
    titles = [set(stems(article.title)) for article in story.articles]
    today = Counter(stem for title in titles for stem in title)
    shared = past & today.keys()
    if len(shared) < SAME_STEMS:
        return 0.0
    length = math.sqrt(sum(count * count for count in today.values()) * len(past))
    return sum(today[stem] for stem in shared) / length
