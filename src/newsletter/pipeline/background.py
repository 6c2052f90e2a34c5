"""The background of a day's grouping: how common each term was in the days before, counted once a day and kept.

What rarity means is learned from the operator's own archive. A day is one UTC day of publication; what counts
of it is what had been seen by the end of the next day, so that its counts are the same whenever and on
whichever machine they are made. A build uses days that lie wholly before its window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from newsletter.ports import Background, FeedArchive, TermCounter, TermDays

DAYS = 60
"""Long enough for a stable estimate, short enough that a word which was rare last year may be common now."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BackgroundRoom:
    """What counting works with."""

    archive: FeedArchive
    days: TermDays
    count: TermCounter


def background(room: BackgroundRoom, at: datetime, window: timedelta) -> Background:
    """The sum of the last `DAYS` closed days before the window of a build as of ``at``; counts and keeps the new."""
    last = last_day(at, window)
    wanted = [last - n * _DAY for n in range(DAYS)]
    for day in sorted(set(wanted) - room.days.kept(wanted[-1], last, room.count.recipe)):
        room.days.keep(day, room.count.recipe, count_day(room, day))
    return room.days.total(wanted[-1], last, room.count.recipe)


def last_day(at: datetime, window: timedelta) -> date:
    """The newest day that ended before the window began and was closed (`closes`) by ``at``."""
    began = (at - window).astimezone(UTC).date() - _DAY
    return min(began, at.astimezone(UTC).date() - 2 * _DAY)


def closes(day: date) -> datetime:
    """When a day's counts are settled: at the end of the next day; what is seen later does not count."""
    return _midnight(day + 2 * _DAY)


def count_day(room: BackgroundRoom, day: date) -> Background:
    """The counts of the articles published on that day."""
    before_it, after_it = _midnight(day) - timedelta.resolution, _midnight(day + _DAY)
    seen = room.archive.articles(closes(day) - timedelta.resolution, before_it)
    return room.count([article for article in seen if article.published < after_it])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
