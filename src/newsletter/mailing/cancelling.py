"""Cancelling at the provider what was handed over ahead: to settle doubt, and to stop a mailing.

The provider cancels by batch id, also what reaches it after the cancellation: so a confirmed one ends a doubt
whichever way it was, and the batch goes again under a new id. The provider holds only a few cancellations at a time;
the rest stays what it is, in the queue, and the next round asks. Several workers may ask at once: what is cancelled
already is confirmed again, and of two moves of a batch one is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.domain.mailing import Actor, Batch, BatchState, Cancellation
from newsletter.domain.outlook import cancellable, is_certain
from newsletter.errors import ProviderError, ProviderRejected
from newsletter.ports import Clock, MailingStore, Schedules

_log = logging.getLogger(__name__)

AFRESH = "in doubt, so it was cancelled at the provider; it goes again under a new id"
HALTED = "halted, and cancelled at the provider: nobody in it is mailed"
TOO_LATE = "too late to cancel it for sure"
REFUSED = "the provider does not cancel it"


@dataclass(frozen=True, slots=True)
class Aim:
    """What is cancelled, and what becomes of it."""

    of: frozenset[BatchState]
    into: BatchState
    by: Actor
    reason: str


DOUBT = Aim(frozenset({BatchState.UNCERTAIN}), BatchState.PENDING, Actor.SENDER, AFRESH)
"""The sender's: what nobody knows of is sent afresh."""
HALT = Aim(
    frozenset({BatchState.UNCERTAIN, BatchState.SUBMITTED}), BatchState.CANCELLED, Actor.OPERATOR, HALTED
)
"""An operator's: whatever can still be stopped is."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What one round of asking came to, in batches."""

    done: int = 0
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
    aim: Aim = DOUBT
    probe: bool = True
    """Whether one is asked for though the provider's list is full; in the first round only."""

    def round(self) -> Cancelled:
        """Ask for every batch aimed at that can still be cancelled, as many as the provider holds."""
        wanted = self._wanted()
        if not wanted:
            return Cancelled()
        done = 0
        try:
            room, known_full = self._room(len(self.provider.cancellations()))
            for asked, batch in enumerate(wanted):
                asked_before = batch.state is BatchState.CANCELLING
                if self.stop() or (room <= 0 and not asked_before):
                    return Cancelled(done, len(wanted) - asked)
                answer = self._cancel(batch)
                if answer is Cancellation.FULL:
                    return Cancelled(done, len(wanted) - asked)
                confirmed = answer is Cancellation.CONFIRMED
                done += confirmed
                room -= not asked_before and (known_full or not confirmed)
        except ProviderError as problem:
            _log.warning("cancelling: %s", problem.message)
            return Cancelled(done, len(wanted) - done, str(problem))
        return Cancelled(done)

    def _room(self, listed: int) -> tuple[int, bool]:
        """How many may be asked for, and whether that many is the end of it.

        The provider's list may keep what is over and counts no more. More of them than it holds at a time prove it,
        and ten may be ten of last week's: then one is asked for, and its answer tells.
        """
        most, probe, self.probe = self.provider.most_cancellations, self.probe, False
        if listed < most or (listed == most and not probe):
            return most - listed, True
        return 1, False

    def _wanted(self) -> list[Batch]:
        """What was asked for already comes first, then what goes out soonest; what is too late goes back."""
        until, now, found = self.provider.cancel_before, self.clock(), []
        for batch in self.store.batches(self.mailing_id, self.aim.of | {BatchState.CANCELLING}):
            if self.aim is DOUBT and batch.seen_at and batch.state is BatchState.UNCERTAIN:
                continue  # the provider told of it: it was accepted
            if batch.left_at and batch.state is not BatchState.CANCELLING:
                continue  # it has gone out
            if cancellable(batch, now, until, self.provider.name):
                found.append(batch)
            elif batch.state is BatchState.CANCELLING and batch.provider in ("", self.provider.name):
                self._back(batch, TOO_LATE)
        return sorted(found, key=lambda batch: batch.state is not BatchState.CANCELLING)

    def _cancel(self, batch: Batch) -> Cancellation:
        """Ask for one. Committed as `cancelling` first: a process that dies in the middle asks again."""
        if batch.state is not BatchState.CANCELLING and not self._move(
            batch, batch.state, BatchState.CANCELLING, batch.reason
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
            self._back(batch, REFUSED)
        elif is_certain(batch, self.clock(), self.provider.cancel_before):
            if not self._move(batch, BatchState.CANCELLING, self.aim.into, self.aim.reason):
                _log.warning("batch %s: settled otherwise while the provider cancelled it", batch.id)
                return Cancellation.REFUSED
        else:
            self._back(batch, TOO_LATE)
            return Cancellation.REFUSED
        return answer

    def _back(self, batch: Batch, reason: str) -> None:
        """To what it was before; a doubt stays a doubt, what was accepted stays accepted."""
        before = batch.was if batch.state is BatchState.CANCELLING else batch.state
        self._move(batch, BatchState.CANCELLING, BatchState(before or BatchState.UNCERTAIN), reason)

    def _move(self, batch: Batch, old: BatchState, new: BatchState, reason: str) -> bool:
        return self.store.move(
            batch.id, old, new, self.clock(), reason, by=self.aim.by, attempt=batch.attempts
        )
