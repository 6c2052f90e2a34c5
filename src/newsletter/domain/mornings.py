"""Each subscriber's own morning: when the mail of an issue is due. Pure.

A due time is the next `deliver_at` on the subscriber's own clock that is at least 15 minutes after the issue is
ready (time to hand it over in) and at most 24 hours (then the next issue is near). It is frozen with the recipient,
so that a later change of zone neither skips nor repeats the issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SOONEST = timedelta(minutes=15)
LATEST = timedelta(hours=24)


def due_time(ready_at: datetime, deliver_at: time, zone: ZoneInfo) -> datetime:
    """The first such wall time within [ready + 15 min, ready + 24 h], in UTC and whole seconds.

    In the spring gap the wall time moves on by the gap (02:30 is 03:30 then), in the autumn fold it is the first of
    the two. Where none lies in the window (the wall time falls into the first minutes, or the day has 25 hours),
    ready + 15 min: minutes late rather than a day.
    """
    first, last = ready_at + SOONEST, ready_at + LATEST
    today = ready_at.astimezone(zone).date()
    for days in range(3):  # the window may reach into the day after tomorrow where tomorrow has 23 hours
        moment = _wall(datetime.combine(today + timedelta(days=days), deliver_at), zone)
        if first <= moment <= last:
            return moment
    return _whole(first)


def _wall(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time. `fold` 0: the first of two; in a gap the offset before it, which moves it on."""
    return _whole(local.replace(tzinfo=zone, fold=0).astimezone(UTC))


def _whole(moment: datetime) -> datetime:
    """Up to the next whole second: providers take no smaller parts."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def pause_end(day: date, zone: ZoneInfo) -> datetime:
    """When a break until that day ends: as the day begins there. What is due on the day itself comes."""
    return _wall(datetime.combine(day, time()), zone)


@dataclass(frozen=True, slots=True)
class Mornings:
    """The due times of one issue: `mornings(timezone, deliver_at)`, as the texts stand with a subscriber.

    An empty text, an unknown zone and what is no time count as the newsletter's own. ``at_once``: everybody is due
    when the issue is ready, whatever the clocks say.
    """

    ready_at: datetime
    zone: ZoneInfo
    deliver_at: time
    at_once: bool = False

    def __call__(self, timezone: str, deliver_at: str) -> datetime:
        if self.at_once:
            return self.ready_at
        zone = zone_of(timezone) or self.zone
        return due_time(self.ready_at, wall_time(deliver_at) or self.deliver_at, zone)


@cache
def zone_of(timezone: str) -> ZoneInfo | None:
    """The zone of that name; None for an empty or an unknown one."""
    try:
        return ZoneInfo(timezone) if timezone else None
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the zones' database
        return None


def wall_time(text: str) -> time | None:
    """``HH:MM`` as a time of day; None for an empty text or anything else."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
