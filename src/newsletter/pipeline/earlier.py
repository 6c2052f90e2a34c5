"""Related earlier stories: each story of an issue gets the lines of its history that are not its own thread's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from newsletter.domain.issue import IssueStory
from newsletter.domain.story import PastStory
from newsletter.pipeline.compose import Composed, mention
from newsletter.ports import IssueStore, RelatedFinder


def with_related(composed: Composed, issues: IssueStore, finder: RelatedFinder, day: date) -> Composed:
    """The same stories with related ones of issues dated before ``day``; whatever came later plays no part."""
    stories = (*composed.stories, *composed.in_brief, *composed.blindspots)
    wanted = [finder.wanted(texts_of(story)) for story in stories]
    found = issues.stories_sharing(wanted, finder.least, day)
    told = {
        story.id: _with(story, earlier, finder, day) for story, earlier in zip(stories, found, strict=True)
    }
    return replace(
        composed,
        stories=tuple(told[story.id] for story in composed.stories),
        in_brief=tuple(told[story.id] for story in composed.in_brief),
        blindspots=tuple(told[story.id] for story in composed.blindspots),
    )


def texts_of(story: IssueStory) -> list[tuple[str, str]]:
    """What the index is made from, too: titles and texts as the issue keeps them."""
    return [(article.title, article.text) for article in story.articles]


def _with(story: IssueStory, found: Sequence[PastStory], finder: RelatedFinder, day: date) -> IssueStory:
    own = {story.thread_id, *(end.thread_id for end in story.thread.merged)}
    if story.thread.split_from:
        own.add(story.thread.split_from.thread_id)
    listed = {line.story_id for line in story.history}
    others = [past for past in found if past.story_id not in listed]
    related = finder.choose(texts_of(story), others, day, own)
    lines = (*story.history, *(mention(past, "related") for past in related))
    return replace(story, history=tuple(sorted(lines, key=lambda line: line.date, reverse=True)))
