"""What is left of a mailing at a moment, and what can be done about it by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.mailing import Batch, BatchState

CANCEL_MARGIN = timedelta(minutes=1)
"""Before the provider's own limit: a cancellation takes its time, and two clocks are never quite one."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Recipients that are still to be dealt with, by what has to happen."""

    waiting: int = 0
    """Pending, and their morning is to come."""
    next_at: datetime | None = None
    """From then on the next of them may be handed over."""
    next_people: int = 0
    """How many are due with the next."""
    last_due: datetime | None = None
    held: bool = False
    """Whether the next could go before that, but for MAX_PER_HOUR or MAX_PER_DAY."""
    missed: int = 0
    """Pending, and their morning is so long over that they do not go by themselves."""
    missed_due: datetime | None = None
    """The latest morning of those."""
    settling: int = 0
    """In doubt, but what is in doubt can still be cancelled at the provider."""
    doubtful: int = 0
    """In doubt, and only an event of the provider or a person can tell."""
    under_way: int = 0
    """Being handed over just now."""


def outlook(
    batches: Iterable[Batch],
    now: datetime,
    ahead: timedelta,
    missed_before: datetime | None,
    until: timedelta | None,
    provider: str = "",
) -> Outlook:
    """``ahead``: how long before its morning a batch may go; ``until``, ``provider``: see `cancellable`."""
    kept = tuple(batches)
    pending = [b for b in kept if b.state is BatchState.PENDING]
    missed = [b for b in pending if is_missed(b, missed_before)]
    waiting = sorted(
        (b.due_at, b.recipients) for b in pending if b.due_at and not is_missed(b, missed_before)
    )
    unsure = [b for b in kept if b.state in (BatchState.UNCERTAIN, BatchState.CANCELLING)]
    settling = [b for b in unsure if cancellable(b, now, until, provider)]
    first = waiting[0][0] if waiting else None
    return Outlook(
        waiting=sum(people for _, people in waiting),
        next_at=first - ahead if first else None,
        next_people=sum(people for due, people in waiting if due == first),
        last_due=waiting[-1][0] if waiting else None,
        missed=_people(missed),
        missed_due=max((b.due_at for b in missed if b.due_at), default=None),
        settling=_people(settling),
        doubtful=_people(unsure) - _people(settling),
        under_way=_people(b for b in kept if b.state is BatchState.SUBMITTING),
    )


def is_missed(batch: Batch, missed_before: datetime | None) -> bool:
    """Whether its morning was at or before that time. What an older release froze without one never is."""
    return missed_before is not None and batch.due_at is not None and batch.due_at <= missed_before


def cancellable(batch: Batch, now: datetime, until: timedelta | None, provider: str = "") -> bool:
    """Whether a cancellation asked for now would be certain. ``provider``: who is asked; its own only.

    The batch was handed over ahead, under an id of its own, and there is more than ``until`` (and a margin for the
    asking) before it is sent. None: the provider cancels nothing.
    """
    if batch.provider not in ("", provider):
        return False
    if until is None or not batch.provider_batch or batch.send_at is None:
        return False
    return now < batch.send_at - until - CANCEL_MARGIN


def is_certain(batch: Batch, confirmed_at: datetime, until: timedelta) -> bool:
    """Whether a cancellation that was confirmed then has certainly come in time."""
    return batch.send_at is not None and confirmed_at <= batch.send_at - until


def _people(batches: Iterable[Batch]) -> int:
    return sum(batch.recipients for batch in batches)
