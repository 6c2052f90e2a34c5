"""Backfill: the issues of past dates, each as of its own cut-off, kept in SQL so that it can be resumed.

Sequential, because an issue's history and repeats rest on the issues before it. Mails nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from newsletter.errors import NewsletterError, UsageError
from newsletter.ports import Backfill, BackfillDate, BackfillStore, Progress, no_progress

POLICIES = ("missing", "failed", "all")
ORDERS = ("oldest", "newest")
MOST_DATES = 3_660


@dataclass(frozen=True, slots=True)
class DateState:
    """What is known of one date before a backfill: enough to decide."""

    has_issue: bool
    frozen: bool
    failed: bool
    """A backfill tried it, failed, and no issue came of it since."""


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
    if state.frozen:
        return BackfillDate(day, "skipped", reason="its issue is frozen (approved or mailed)")
    if policy == "failed" and not state.failed:
        return BackfillDate(day, "skipped", reason="it did not fail")
    if policy == "missing" and state.has_issue:
        return BackfillDate(day, "skipped", reason="it has an issue")
    if state.has_issue:
        return BackfillDate(day, "planned", reason="its issue is made again")
    return BackfillDate(day, "planned", reason="it failed before" if state.failed else "it has no issue")


def run(
    store: BackfillStore,
    backfill: Backfill,
    build_date: Callable[[date], str],
    clock: Callable[[], datetime],
    *,
    max_failures: int = 3,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> Backfill:
    """Do every date that is still planned (or was cut off while running); ``build_date`` returns a note.

    A date that fails is recorded and passed over, until ``max_failures`` of them end the run as failed.
    """
    failures = 0
    for done, entry in enumerate(_open_dates(backfill), start=1):
        current = store.get(backfill.id)
        if stop() or (current is not None and current.state == "cancelled"):
            break
        progress(done, len(backfill.dates), str(entry.date))
        failures += not _one(store, backfill.id, entry, build_date, clock)
        if failures >= max_failures:
            store.set_state(backfill.id, "failed", clock())
            break
    return _finish(store, backfill.id, clock)


def _open_dates(backfill: Backfill) -> Iterator[BackfillDate]:
    return (entry for entry in backfill.dates if entry.state in {"planned", "running"})


def _one(
    store: BackfillStore,
    backfill_id: int,
    entry: BackfillDate,
    build_date: Callable[[date], str],
    clock: Callable[[], datetime],
) -> bool:
    entry = replace(entry, state="running", attempt=entry.attempt + 1)
    store.set_date(backfill_id, entry, clock())
    try:
        note = build_date(entry.date)
    except NewsletterError as problem:
        store.set_date(backfill_id, replace(entry, state="failed", reason=str(problem)), clock())
        return False
    store.set_date(backfill_id, replace(entry, state="done", reason=note), clock())
    return True


def _finish(store: BackfillStore, backfill_id: int, clock: Callable[[], datetime]) -> Backfill:
    after = store.get(backfill_id)
    if after is None:
        raise UsageError(f"There is no backfill {backfill_id}.", todo="See `newsletter backfill status`.")
    if after.state == "running" and not any(_open_dates(after)):
        failed = any(entry.state == "failed" for entry in after.dates)
        store.set_state(backfill_id, "failed" if failed else "done", clock())
        after = store.get(backfill_id) or after
    return after
