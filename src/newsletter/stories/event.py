"""The one event that fills a day: an election night, a war's first morning. It may take more than one main place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.story import Story
from newsletter.stories.core import core_of

DAY_LEAST = 5
"""Stories of the day below which nothing is such an event: shares of a handful say nothing."""
CENTRES = 10
"""The stories with the most voices are tried as an event's centre."""
SHARED_CORE = 2
"""Core words that tie a story to the centre where they are not of one family. Liberal, and harmless: what is tied on
an ordinary day comes to 4 to 15 % of its voices."""


@dataclass(frozen=True, slots=True)
class Event:
    """The stories of the day's event by key, and the share of the day's voices that they hold."""

    stories: frozenset[str] = frozenset()
    share: float = 0.0


NO_EVENT = Event()


def event_of(told: Sequence[Story], over: float) -> Event:
    """The event that holds more than the share ``over`` of the voices of ``told``; `NO_EVENT` when none does.

    ``told`` are the day's news stories with two outlets or more: single pieces belong to no event, and with them in the
    count no election night would ever be one.
    """
    if len(told) < DAY_LEAST:
        return NO_EVENT
    cores = {story.key: core_of(story) for story in told}
    voices = sum(story.coverage.total for story in told)
    events = []
    for centre in sorted(told, key=lambda story: (-story.coverage.total, story.key))[:CENTRES]:
        kin = [
            story
            for story in told
            if story.family == centre.family or len(cores[story.key] & cores[centre.key]) >= SHARED_CORE
        ]
        events.append((sum(story.coverage.total for story in kin) / voices, kin))
    share, kin = max(events, key=lambda event: event[0])
    return Event(frozenset(story.key for story in kin), share) if share > over else NO_EVENT
