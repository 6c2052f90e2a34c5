"""How long a failing feed rests before it is asked again. All numbers of rule 3 and 4 stand here."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.domain.feed import FetchStatus

FIRST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)

TRANSIENT = frozenset({FetchStatus.TIMED_OUT, FetchStatus.UNREACHABLE, FetchStatus.UNAVAILABLE})
"""Failures that say nothing about the feed: usually gone by the next hourly gather."""
TRANSIENT_LONGEST = timedelta(minutes=45)
TRANSIENT_FOR = timedelta(hours=24)
"""For the first day a transient failure never skips an hourly gather; after that it counts like any other."""


def back_off(failures: int) -> timedelta:
    """None for the first failure in a row, then 15 minutes doubling to 24 hours."""
    if failures <= 1:
        return timedelta(0)
    # 2**7 quarter hours already exceed a day, so a larger exponent would only risk an overflow.
    doublings: int = min(failures - 2, 7)
    return min(FIRST * (1 << doublings), LONGEST)


def rest(status: FetchStatus, failures: int, failing_for: timedelta) -> timedelta:
    """The back-off of a feed that failed ``failures`` times in a row, for ``failing_for`` altogether."""
    wait = back_off(failures)
    if status in TRANSIENT and failing_for < TRANSIENT_FOR:
        return min(wait, TRANSIENT_LONGEST)
    return wait


def pause(retry_after: float, failures: int) -> timedelta:
    """What a 429 or 503 asks for, at most 24 hours; without Retry-After at least 15 minutes, then doubling."""
    if retry_after > 0:
        return min(timedelta(seconds=min(retry_after, LONGEST.total_seconds())), LONGEST)
    return max(back_off(failures), FIRST)


def later(moment: datetime, wait: timedelta) -> datetime | None:
    """``moment + wait``, or None when there is nothing to wait for."""
    return moment + wait if wait > timedelta(0) else None
