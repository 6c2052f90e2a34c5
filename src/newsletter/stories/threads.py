"""Threads: which story of an earlier issue each of today's stories continues, and what of it is new.

Decided over all stories of a day at once, before any is chosen, since a thread's name goes to one story only. Pure
and the same whatever the order of stories. What else happened is told with the story: several threads that end in
one story are a merge, several stories that continue one thread are a split.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from newsletter.domain.story import Continuation as Continuation
from newsletter.domain.story import PastStory, Story
from newsletter.stories.telling import TellingTerms, Terms, products

SAME_WORDS = 0.58
"""Cosine of two stories' telling terms, and they share …"""
SAME_TERMS = 7
"""… so many of them; fewer are a name and its title. Of 235 labelled pairs of six real days without a common article
those that pass both are .96 right, and .81 of the right ones pass (docs/design/0014)."""
WITH_ARTICLES = 0.5
"""The bar where they also share an article. Below it shared articles mislead: one stray item links two events."""
TOLD_SHARE = 0.5
"""Whatever the words: a story of which the half, and `TOLD_COUNT`, stood in an earlier one has been told."""
TOLD_COUNT = 2

Links = Mapping[str, Mapping[str, float]]
"""Story key -> thread -> strength of the strongest link to one of its stories."""


@dataclass(frozen=True, slots=True)
class ThreadFinder:
    """A `ports.Threader`."""

    terms: TellingTerms = field(default_factory=TellingTerms)

    def __call__(self, stories: Sequence[Story], past: Sequence[PastStory]) -> tuple[Story, ...]:
        """The same stories in the same order, each with what it continues."""
        found = threads_of(stories, past, self.terms)
        return tuple(replace(story, continued=found.get(story.key), threaded=True) for story in stories)


def continuation_of(story: Story, past: Sequence[PastStory]) -> Continuation | None:
    """What was decided for the story; as if it were the day's only one where nothing was."""
    if story.threaded:
        return story.continued
    return threads_of([story], past, TellingTerms()).get(story.key)


def threads_of(
    stories: Iterable[Story], past: Sequence[PastStory], terms: TellingTerms
) -> dict[str, Continuation]:
    """Story key -> what it continues; a story that is new is not in it."""
    lines = _lines(past)
    linked = {story.key: (story, found) for story in stories if (found := _links_of(story, lines, terms))}
    heirs = _heirs(linked)
    return {
        key: _continuation(story, found, [t for t, heir in heirs.items() if heir == key], lines)
        for key, (story, found) in linked.items()
    }


def _lines(past: Sequence[PastStory]) -> dict[str, list[PastStory]]:
    """Each thread's stories, newest first, by the name it has now."""
    names = _names_today(past)
    lines: dict[str, list[PastStory]] = {}
    for earlier in sorted(past, key=lambda one: (one.date, one.story_id), reverse=True):
        lines.setdefault(names[earlier.thread_id], []).append(earlier)
    return lines


def _names_today(past: Iterable[PastStory]) -> dict[str, str]:
    """Each thread's name as of now: a thread that ended in another goes on under the other's."""
    into = {
        old: one.thread_id for one in sorted(past, key=lambda p: (p.date, p.story_id)) for old in one.merged
    }

    def last(thread: str) -> str:
        seen = {thread}
        while (following := into.get(thread, thread)) not in seen:
            seen.add(thread := following)
        return thread

    return {one.thread_id: last(one.thread_id) for one in past}


def _links_of(
    story: Story, lines: Mapping[str, Sequence[PastStory]], terms: TellingTerms
) -> dict[str, float]:
    """Thread -> strength, for the threads that the story could continue. An article alone makes no thread."""
    if not lines or len(story.articles) < TOLD_COUNT:
        return {}
    ids = {article.id for article in story.articles}
    told = terms((article.title, article.text) for article in story.articles)
    best = {thread: max(_strength(ids, told, earlier) for earlier in line) for thread, line in lines.items()}
    return {thread: strength for thread, strength in best.items() if strength}


def _strength(ids: set[str], told: Terms, past: PastStory) -> float:
    """Cosine, and how much of the earlier story's articles goes on in today's; 0 where that makes no link."""
    shared = len(ids.intersection(past.article_ids))
    alike = products(told, past.terms)
    words = math.fsum(alike.values())
    known = shared >= TOLD_COUNT and shared >= TOLD_SHARE * len(ids)
    same = words >= WITH_ARTICLES if shared else words >= SAME_WORDS and len(alike) >= SAME_TERMS
    return round(words + shared / (len(past.article_ids) or 1), 6) if known or same else 0.0


def _heirs(linked: Mapping[str, tuple[Story, Mapping[str, float]]]) -> dict[str, str]:
    """Thread -> the story that goes on with it; strongest links first, each story and thread once.

    A thread left over, because its stories go on with stronger ones, ends in the story it is most alike: a merge.
    """
    pairs = sorted(
        (-strength, -story.coverage.total, key, thread)
        for key, (story, found) in linked.items()
        for thread, strength in found.items()
    )
    heirs: dict[str, str] = {}
    for _, _, key, thread in pairs:
        if thread not in heirs and key not in heirs.values():
            heirs[thread] = key
    for _, _, key, thread in pairs:
        heirs.setdefault(thread, key)
    return heirs


def _continuation(
    story: Story, found: Mapping[str, float], kept: Sequence[str], lines: Mapping[str, Sequence[PastStory]]
) -> Continuation:
    """``kept``: the threads that go on in this story, none after a split."""
    ranked = sorted(kept or found, key=lambda thread: (-found[thread], thread))
    own, *others = ranked if kept else ranked[:1]
    earlier = [one for thread in (own, *others) for one in lines[thread]]
    known = {article for one in earlier for article in one.article_ids}
    return Continuation(
        past=lines[own][0],
        fresh=frozenset(article.id for article in story.articles) - known,
        thread_id=own if kept else "",
        earlier=tuple(sorted(earlier, key=lambda one: (one.date, one.story_id), reverse=True)),
        merged=tuple(lines[thread][0] for thread in others),
    )
