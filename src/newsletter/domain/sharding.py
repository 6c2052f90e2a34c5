"""How many runs share a large mailing. Pure.

A shard run is one more worker on the mailing: it claims batches beside the others until none is left. So nothing is
dealt out beforehand, and what a dead run leaves is taken by the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from newsletter.domain.mailing import Batch, BatchState
from newsletter.domain.outlook import is_missed

LARGEST_SHARE = 100_000
"""Recipients a run: more would take long to make up for a dead one, far fewer are not worth a run's start (seconds)."""
MOST_RUNS = 16
"""At a time; the provider and the database are shared by all, and a later round asks again."""

TO_GO = (BatchState.PENDING, BatchState.FAILED)
"""Batches that a run claims; what was refused is tried again."""


def helpers(due: int, over: int) -> int:
    """How many runs should be asked for besides one's own, with ``due`` recipients to be handed over now.

    None up to ``over`` recipients, or where that is 0; from there on so many that each has half of `LARGEST_SHARE`
    (or of a smaller ``over``) to the whole of it.
    """
    if over <= 0 or due <= over:
        return 0
    share = min(over, LARGEST_SHARE)
    return min(-(-due // share), MOST_RUNS) - 1


def due_now(batches: Iterable[Batch], now: datetime, ahead: timedelta, missed_before: datetime | None) -> int:
    """Recipients of batches that may be handed over now; ``ahead``: how long before its morning one may go."""
    return sum(
        batch.recipients
        for batch in batches
        if batch.state in TO_GO
        and not is_missed(batch, missed_before)
        and (batch.due_at is None or batch.due_at <= now + ahead)
    )
