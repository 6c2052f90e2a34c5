"""Handing one claimed batch over, and writing down what is known of it. The claim is committed before."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from newsletter.domain.mailing import Addressed, Batch, BatchState, Envelope, Recipient, Schedule
from newsletter.errors import (
    NewsletterError,
    ProviderBusy,
    ProviderRejected,
    ProviderUncertain,
    StorageError,
)
from newsletter.mailing.flight import Landing
from newsletter.ports import Clock, MailingStore, Provider, TokenMaker

_log = logging.getLogger(__name__)
_FRESH = timedelta(seconds=20)
"""A claim older than that is looked at again before the request: the process may have stood still meanwhile."""


class TakenOver(Exception):
    """We were taken for dead, and another process has moved our batch, or may."""


@dataclass(slots=True)
class HandOver:
    """For the batches of one run."""

    envelope: Envelope
    store: MailingStore
    provider: Provider
    token_of: TokenMaker
    clock: Clock

    def __call__(self, batch: Batch, recipients: tuple[Recipient, ...]) -> Landing:
        """Submit a claimed batch and record what came of it; what the provider said.

        Raises `TakenOver` when the batch is another process's by now.
        """
        if not recipients:
            self._record(batch, BatchState.SUBMITTED, "everybody in it left the list since the freeze")
            return Landing()
        addressed = self._addressed(batch, recipients)
        schedule = Schedule(batch.send_at, batch.provider_batch) if batch.send_at else None
        began = self.clock()
        if batch.changed_at and began - batch.changed_at > _FRESH and not self._is_ours(batch):
            raise TakenOver
        try:
            receipt = self.provider.submit(self.envelope, batch.id, addressed, schedule)
        except ProviderBusy as busy:
            self._record(batch, BatchState.PENDING, busy.message)
            return Landing(busy)
        except ProviderRejected as refusal:
            self._record(batch, BatchState.FAILED, refusal.message)
            return Landing(refusal)
        except ProviderUncertain as doubt:
            self._record(batch, BatchState.UNCERTAIN, doubt.message)
            return Landing(doubt)
        except BaseException:  # a bug, or Ctrl-C in the middle of the request
            with suppress(TakenOver, NewsletterError):  # unrecorded, the next run finds it orphaned
                self._record(batch, BatchState.UNCERTAIN, "interrupted while the request was under way")
            raise
        took = self.clock() - began
        self._record_receipt(batch, receipt.message_id)
        return Landing(took=took)

    def _is_ours(self, batch: Batch) -> bool:
        found = self.store.batch(batch.id)
        return found is not None and (found.state, found.attempts) == (BatchState.SUBMITTING, batch.attempts)

    def _addressed(self, batch: Batch, recipients: tuple[Recipient, ...]) -> tuple[Addressed, ...]:
        try:
            return tuple(Addressed(recipient, *self.token_of(recipient)) for recipient in recipients)
        except BaseException:
            with suppress(TakenOver, NewsletterError):
                self._record(batch, BatchState.PENDING, "interrupted before the request")
            raise

    def _record_receipt(self, batch: Batch, message_id: str) -> None:
        try:
            self._record(batch, BatchState.SUBMITTED, message_id=message_id)
        except StorageError as problem:
            raise StorageError(
                f"Batch {batch.id} was accepted by the provider ({message_id}), but that could not be recorded:"
                f" {problem.message}",
                todo=f"Run `newsletter send` again, then `newsletter resolve {batch.id} --accepted`.",
                batch_id=batch.id,
            ) from problem

    def _record(self, batch: Batch, new: BatchState, reason: str = "", message_id: str = "") -> None:
        """Write down what is known of this attempt. Raises `TakenOver` when the batch is another process's by now.

        Taken for dead (a process that stood still in the middle of a request), the doubt that the other put it into may
        still be settled from here; but only the doubt about *this* attempt, and not once it is being cancelled.
        """
        _log.info("batch %s: %s%s", batch.id, new.value, f" ({reason})" if reason else "")
        if self._moved(batch, BatchState.SUBMITTING, new, reason, message_id):
            return
        found = self.store.batch(batch.id)
        if found and (found.state, found.attempts) == (BatchState.SUBMITTED, batch.attempts):
            if message_id:  # an event of the provider was quicker than its answer
                self.store.keep_receipt(batch.id, batch.attempts, message_id)
            return
        _log.warning("batch %s: taken over during the request", batch.id)
        if new is not BatchState.UNCERTAIN:
            known = BatchState.SUBMITTED if new is BatchState.SUBMITTED else BatchState.PENDING
            self._moved(batch, BatchState.UNCERTAIN, known, reason, message_id)
        raise TakenOver

    def _moved(self, batch: Batch, old: BatchState, new: BatchState, reason: str, message_id: str) -> bool:
        return self.store.move(batch.id, old, new, self.clock(), reason, message_id, attempt=batch.attempts)
