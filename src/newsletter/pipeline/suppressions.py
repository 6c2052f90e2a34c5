"""Merging the provider's suppression lists into ours: read a page, keep it and how far we are, go on.

The provider holds back whoever is on its lists anyway; mailing them all the same counts as bad sending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.events import Choice
from newsletter.errors import ProviderBusy, ProviderUncertain
from newsletter.ports import (
    Clock,
    EventStore,
    Held,
    Listed,
    Progress,
    Pull,
    PullStore,
    SuppressionSource,
    no_progress,
)

LISTS: Mapping[str, SuppressionReason | None] = {
    "suppression/bounces": SuppressionReason.BOUNCE,
    "suppression/blocks": None,  # a blocked mail is counted; the next one may go through
    "suppression/invalid_emails": SuppressionReason.INVALID,
    "suppression/spam_reports": SuppressionReason.SPAM_REPORT,
    "suppression/unsubscribes": SuppressionReason.PROVIDER_UNSUBSCRIBE,
}
"""The lists, and what being on one means here; None: nothing.

The last is the provider's global list: ``asm/suppressions/global`` is the same one, an address at a time.
"""
RESUME_WITHIN = timedelta(hours=24)
"""An interrupted reading older than that begins anew: the list has changed too much under it."""
SHORTEST_KEEP = timedelta(days=2)
"""The provider repeats an event for a day; until then it has to be known."""
TRIES = 5
LONGEST_WAIT = 120.0
_FIRST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class ListReport:
    """What came of one list."""

    name: str
    read: int = 0
    new: int = 0
    """Addresses held back that were not before, for that reason."""
    unreadable: int = 0
    offered: bool = True
    complete: bool = True
    """False: stopped on request; the next run goes on there."""


@dataclass(frozen=True)
class SyncRoom:
    """What reading the lists works with; ``wait`` sleeps for seconds."""

    source: SuppressionSource
    pulls: PullStore
    clock: Clock
    wait: Callable[[float], None]
    events: EventStore | None = None
    """Whose oldest are forgotten along the way; None: none are."""
    keep_events: timedelta = timedelta(days=90)


def forget_events(room: SyncRoom) -> int:
    """Forget what the provider told so long ago that it can tell it no more; how much. States and counts stay."""
    if room.events is None:
        return 0
    return room.events.purge(room.clock() - max(room.keep_events, SHORTEST_KEEP))


def sync_suppressions(
    room: SyncRoom, *, progress: Progress = no_progress, stop: Callable[[], bool] = lambda: False
) -> tuple[ListReport, ...]:
    """Read all lists to their ends, or until asked to stop. Idempotent; an interrupted run is gone on with.

    Daily as it is, it forgets old events, too.

    Raises `ProviderError` when the provider refuses or stays busy: what was read until then is kept.
    """
    forget_events(room)
    reports: list[ListReport] = []
    for number, (name, reason) in enumerate(LISTS.items()):
        progress(number, len(LISTS), name)
        if stop():
            reports.append(ListReport(name, complete=False))
            continue
        reports.append(_read(room, name, reason, stop))
    progress(len(LISTS), len(LISTS), "done")
    return tuple(reports)


def _read(
    room: SyncRoom, name: str, reason: SuppressionReason | None, stop: Callable[[], bool]
) -> ListReport:
    pull = _begin(room.pulls.pull(name), room.clock(), room.source.page_size)
    read = new = unreadable = 0
    while True:
        rows = _page(room, name, pull.offset)
        if rows is None:
            return ListReport(name, offered=False)
        last = len(rows) < room.source.page_size
        pull = Pull(pull.offset + len(rows), pull.began_at, room.clock() if last else None)
        new += room.pulls.keep(name, pull, *_meaning(rows, reason, pull.began_at))
        read += len(rows)
        unreadable += sum(not row.address_key for row in rows)
        if last or stop():
            return ListReport(name, read, new, unreadable, complete=last)


def _begin(earlier: Pull | None, now: datetime, page_size: int) -> Pull:
    """Where an interrupted reading was, a page back: entries may have gone from the list meanwhile."""
    if earlier is None or earlier.finished_at is not None or now - earlier.began_at > RESUME_WITHIN:
        return Pull(0, now)
    return Pull(max(0, earlier.offset - page_size), earlier.began_at)


def _meaning(
    rows: Sequence[Listed], reason: SuppressionReason | None, default: datetime
) -> tuple[Held, Mapping[str, Choice]]:
    """What a page holds back, and what it says of choices made at the provider."""
    since = {row.address_key: row.at or default for row in rows if row.address_key}
    if reason is None:
        return {}, {}
    if reason is SuppressionReason.PROVIDER_UNSUBSCRIBE:
        return {}, {key: Choice(left_at=at) for key, at in since.items()}
    return {(key, reason): at for key, at in since.items()}, {}


def _page(room: SyncRoom, name: str, offset: int) -> Sequence[Listed] | None:
    """A page, asked for again while the provider is busy or silent."""
    for attempt in range(1, TRIES + 1):
        try:
            return room.source.page(name, offset)
        except (ProviderBusy, ProviderUncertain) as problem:
            asked = problem.fields.get("retry_after")
            seconds = float(asked) if isinstance(asked, int | float) else _FIRST_WAIT * 2 ** (attempt - 1)
            if attempt == TRIES or seconds > LONGEST_WAIT:
                raise
            room.wait(seconds)
    raise AssertionError("unreachable")  # pragma: no cover - the last attempt returned or raised
