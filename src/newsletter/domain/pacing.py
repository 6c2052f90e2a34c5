"""How many may be mailed in how much time: plans and warm-up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Handed = Sequence[tuple[datetime, int]]
"""(when, recipients) of what was handed to the provider, or may have been."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` recipients in any ``window``, over all mailings."""

    window: timedelta
    most: int


def limits(per_hour: int, per_day: int) -> tuple[Limit, ...]:
    """The limits as the settings have them; 0 is none."""
    given = (Limit(timedelta(hours=1), per_hour), Limit(timedelta(days=1), per_day))
    return tuple(limit for limit in given if limit.most > 0)


def free_at(handed: Handed, limits: Iterable[Limit], people: int, now: datetime) -> datetime:
    """From when on a batch of so many may go: now, or a later time when enough is out of every window.

    A batch that is larger than a limit itself goes when its window is empty: it cannot be made smaller any more.
    """
    return max((_free(sorted(handed), limit, people, now) for limit in limits), default=now)


def _free(handed: Handed, limit: Limit, people: int, now: datetime) -> datetime:
    within = [(at, count) for at, count in handed if at > now - limit.window]
    used, free = sum(count for _, count in within), now
    for at, count in within:
        if used + people <= limit.most:
            break
        used, free = used - count, at + limit.window
    return free
