"""Backfill: the issues of past dates, each as of its own cut-off, kept in SQL so that it can be resumed.

Sequential, because an issue's history and repeats rest on the issues before it. Mails nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from newsletter.errors import NewsletterError, UsageError
from newsletter.pipeline.build import BuildRoom, build
from newsletter.pipeline.days import Calendar
from newsletter.ports import Backfill, BackfillDate, BackfillStore, Clock, Progress, no_progress

POLICIES = ("missing", "failed", "all")
ORDERS = ("oldest", "newest")
MOST_DATES = 3_660


@dataclass(frozen=True)
class BackfillRoom:
    """What a backfill works with."""

    store: BackfillStore
    build_room: BuildRoom
    calendar: Calendar
    clock: Clock


@dataclass(frozen=True, slots=True)
class DateState:
    """What is known of one date before a backfill: enough to decide."""

    has_issue: bool
    frozen: bool
    failed: bool
    """A backfill tried it, failed, and no issue came of it since."""
    skipped: bool = False
    """Somebody, or a rule, said that there is no issue that day."""


def dates_between(start: date, end: date, order: str, today: date) -> tuple[date, ...]:
    """START to END, both included. Raises `UsageError` for a range that makes no sense."""
    if end < start:
        raise UsageError(f"{end} is before {start}.", todo="Give the earlier date first.")
    if end > today:
        raise UsageError(f"{end} has not come yet.", todo="A backfill is for past dates.")
    days = (end - start).days + 1
    if days > MOST_DATES:
        raise UsageError(f"{days} dates are too many at once.", todo=f"At most {MOST_DATES}.")
    found = tuple(start + timedelta(days=n) for n in range(days))
    return found if order == "oldest" else found[::-1]


def plan(
    dates: Sequence[date], state_of: Callable[[date], DateState], policy: str
) -> tuple[BackfillDate, ...]:
    """What would be done with each date, and why. Pure but for ``state_of``."""
    return tuple(_decide(day, state_of(day), policy) for day in dates)


def _decide(day: date, state: DateState, policy: str) -> BackfillDate:
    if state.skipped:
        return BackfillDate(day, "skipped", reason="no issue that day: it was skipped")
    if state.frozen:
        return BackfillDate(day, "skipped", reason="its issue is frozen (mailed)")
    if policy == "failed" and not state.failed:
        return BackfillDate(day, "skipped", reason="it did not fail")
    if policy == "missing" and state.has_issue:
        return BackfillDate(day, "skipped", reason="it has an issue")
    if state.has_issue:
        return BackfillDate(day, "planned", reason="its issue is made again")
    return BackfillDate(day, "planned", reason="it failed before" if state.failed else "it has no issue")


def plan_range(
    room: BackfillRoom, start: date, end: date, policy: str, order: str
) -> tuple[BackfillDate, ...]:
    """Each date of the range with what would be done; nothing is done yet."""
    dates = dates_between(start, end, order, room.calendar.date_of(room.clock()))
    failed = room.store.failed_dates()

    def state_of(day: date) -> DateState:
        issue = room.build_room.issues.get(day)
        return DateState(
            issue is not None,
            issue is not None and issue.frozen,
            day in failed and issue is None,
            room.build_room.issues.skipped(day) is not None,
        )

    return plan(dates, state_of, policy)


def create(room: BackfillRoom, start: date, end: date, policy: str, order: str) -> Backfill:
    """Plan and keep a backfill, so that it can be run, resumed and looked at."""
    entries = plan_range(room, start, end, policy, order)
    return room.store.create(start, end, policy, order, entries, room.clock())


def run(
    room: BackfillRoom,
    backfill: Backfill,
    *,
    max_failures: int = 3,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> Backfill:
    """Do every date that is still planned (or was cut off while running), one after the other.

    A date that fails is recorded and passed over, until ``max_failures`` of them end the run as failed.
    """
    store, failures = room.store, 0
    for done, entry in enumerate(_open_dates(backfill), start=1):
        current = store.get(backfill.id)
        if stop() or (current is not None and current.state == "cancelled"):
            break
        progress(done, len(backfill.dates), str(entry.date))
        failures += not _one(room, backfill.id, entry)
        if failures >= max_failures:
            store.set_state(backfill.id, "failed", room.clock())
            break
    return _finish(room, backfill.id)


def resume(room: BackfillRoom, backfill: Backfill, **how: Any) -> Backfill:
    """Go on with a backfill that was cut off, cancelled or failed. Raises `UsageError` when it is done."""
    if backfill.state == "done":
        raise UsageError(f"Backfill {backfill.id} is done.", todo="Nothing is left to resume.")
    room.store.set_state(backfill.id, "running", room.clock())
    return run(room, backfill, **how)


def _open_dates(backfill: Backfill) -> Iterator[BackfillDate]:
    return (entry for entry in backfill.dates if entry.state in {"planned", "running"})


def _one(room: BackfillRoom, backfill_id: int, entry: BackfillDate) -> bool:
    entry = replace(entry, state="running", attempt=entry.attempt + 1)
    room.store.set_date(backfill_id, entry, room.clock())
    try:
        built = build(room.build_room, entry.date, room.calendar.cut_off(entry.date))
    except NewsletterError as problem:
        room.store.set_date(backfill_id, replace(entry, state="failed", reason=str(problem)), room.clock())
        return False
    stories = built.issue.document["stories"]
    note = f"{len(stories) if isinstance(stories, list) else 0} stories" + (
        "" if built.changed else ", unchanged"
    )
    room.store.set_date(backfill_id, replace(entry, state="done", reason=note), room.clock())
    return True


def _finish(room: BackfillRoom, backfill_id: int) -> Backfill:
    after = room.store.get(backfill_id)
    if after is None:
        raise UsageError(f"There is no backfill {backfill_id}.", todo="See `newsletter backfill status`.")
    if after.state == "running" and not any(_open_dates(after)):
        failed = any(entry.state == "failed" for entry in after.dates)
        room.store.set_state(backfill_id, "failed" if failed else "done", room.clock())
        after = room.store.get(backfill_id) or after
    return after
