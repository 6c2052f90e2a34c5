"""Settling doubt by cancelling: what may have been accepted, and is to go out later, is cancelled and sent afresh.

The provider cancels by batch id, also what reaches it after the cancellation: so a confirmed one ends the doubt
whichever way it was. It holds only a few at a time; the rest stays uncertain, in the queue, and the next round asks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.domain.mailing import Batch, BatchState, Cancellation
from newsletter.domain.outlook import cancellable, is_certain
from newsletter.errors import ProviderError, ProviderRejected
from newsletter.ports import Clock, MailingStore, Schedules

_log = logging.getLogger(__name__)

AFRESH = "in doubt, so it was cancelled at the provider; it goes again under a new id"
TOO_LATE = "in doubt, and too late to cancel for sure"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What one round of asking came to, in batches."""

    afresh: int = 0
    """Cancelled, and pending again."""
    queued: int = 0
    """To be asked about in the next round."""
    note: str = ""
    """Why the round ended early, for people."""


@dataclass(slots=True)
class Canceller:
    """Cancels for one mailing. ``stop`` turns true when the process should end."""

    mailing_id: int
    store: MailingStore
    provider: Schedules
    clock: Clock
    stop: Callable[[], bool]

    def round(self) -> Cancelled:
        """Ask for every doubtful batch that can still be cancelled, as many as the provider holds."""
        doubtful = self._doubtful()
        if not doubtful:
            return Cancelled()
        afresh = 0
        try:
            room = self.provider.most_cancellations - len(self.provider.cancellations())
            for done, batch in enumerate(doubtful):
                asked_before = batch.state is BatchState.CANCELLING
                if self.stop() or (room <= 0 and not asked_before):
                    return Cancelled(afresh, len(doubtful) - done)
                answer = self._cancel(batch)
                if answer is Cancellation.FULL:
                    return Cancelled(afresh, len(doubtful) - done)
                afresh += answer is Cancellation.CONFIRMED
                room -= not asked_before
        except ProviderError as problem:
            _log.warning("cancelling: %s", problem.message)
            return Cancelled(afresh, len(doubtful) - afresh, str(problem))
        return Cancelled(afresh)

    def _doubtful(self) -> list[Batch]:
        """What was asked for already comes first; what can no longer be cancelled goes back to plain doubt."""
        until, now, found = self.provider.cancel_before, self.clock(), []
        for batch in self.store.batches(self.mailing_id):
            if batch.state not in (BatchState.UNCERTAIN, BatchState.CANCELLING):
                continue
            if cancellable(batch, now, until):
                found.append(batch)
            elif batch.state is BatchState.CANCELLING:
                self._back(batch, TOO_LATE)
        return sorted(found, key=lambda batch: batch.state is not BatchState.CANCELLING)

    def _cancel(self, batch: Batch) -> Cancellation:
        """Ask for one. Committed as `cancelling` first: a process that dies in the middle asks again."""
        if batch.state is BatchState.UNCERTAIN and not self._move(
            batch, BatchState.UNCERTAIN, BatchState.CANCELLING, batch.reason
        ):
            return Cancellation.REFUSED  # settled by somebody else meanwhile
        try:
            answer = self.provider.cancel(batch.provider_batch)
        except ProviderRejected as refusal:  # the key may not, and will not: no use in asking again
            self._back(batch, refusal.message)
            raise
        if answer is Cancellation.FULL:
            self._back(batch, batch.reason)
        elif answer is Cancellation.REFUSED:
            self._back(batch, "in doubt, and the provider does not cancel it")
        elif is_certain(batch, self.clock(), self.provider.cancel_before):
            self._move(batch, BatchState.CANCELLING, BatchState.PENDING, AFRESH)
        else:
            self._back(batch, TOO_LATE)
            return Cancellation.REFUSED
        return answer

    def _back(self, batch: Batch, reason: str) -> None:
        self._move(batch, BatchState.CANCELLING, BatchState.UNCERTAIN, reason)

    def _move(self, batch: Batch, old: BatchState, new: BatchState, reason: str) -> bool:
        return self.store.move(batch.id, old, new, self.clock(), reason, attempt=batch.attempts)
