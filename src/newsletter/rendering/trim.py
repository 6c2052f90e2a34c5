"""What to leave out next when an issue takes longer than five minutes to read. Pure.

Each call leaves out one thing, the last story's first, and the pipeline renders and measures again. In order:

1. what is *agreed*, in stories where the mail also shows what is *disputed*
2. the third sentence of an overview
3. briefs beyond four
4. blindspots beyond two
5. the *agreed* or *disputed* line that is left, in each story
6. briefs beyond two
7. blindspots beyond one
8. the last main story becomes the first brief, down to two main stories
9. the briefs and the blindspot that are left

Nothing is taken from a side's own column: shortening must not tilt the balance. What steps 1, 2 and 5 take
from the mail stays on the story's page (`IssueStory.shortened`); a brief or blindspot leaves the issue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from newsletter.domain.issue import Issue
from newsletter.rendering.shown import shorter

MAIN_STORIES = 2
"""Below this an issue is not both-sides news any more but a note; the reading-time check then says so."""


def trim(issue: Issue) -> Issue | None:
    """The issue without the next thing that can be spared, or None when nothing can."""
    for leave_out in _ORDER:
        after = leave_out(issue)
        if after is not None:
            return after
    return None


_Step = Callable[[Issue], Issue | None]


def _shorten(most: int) -> _Step:
    def step(issue: Issue) -> Issue | None:
        for n in reversed(range(len(issue.stories))):
            after = shorter(issue.stories[n], most)
            if after is not None:
                return replace(issue, stories=(*issue.stories[:n], after, *issue.stories[n + 1 :]))
        return None

    return step


def _briefs(keep: int) -> _Step:
    return lambda issue: replace(issue, in_brief=issue.in_brief[:-1]) if len(issue.in_brief) > keep else None


def _blindspots(keep: int) -> _Step:
    def step(issue: Issue) -> Issue | None:
        return replace(issue, blindspots=issue.blindspots[:-1]) if len(issue.blindspots) > keep else None

    return step


def _demote(issue: Issue) -> Issue | None:
    if len(issue.stories) <= MAIN_STORIES:
        return None
    return replace(issue, stories=issue.stories[:-1], in_brief=(issue.stories[-1], *issue.in_brief))


_ORDER: tuple[_Step, ...] = (
    _shorten(1),
    _shorten(2),
    _briefs(4),
    _blindspots(2),
    _shorten(3),
    _briefs(2),
    _blindspots(1),
    _demote,
    _briefs(0),
    _blindspots(0),
)
