"""Sending one mailing: claim, commit, submit, record; each subscriber at most once, and nobody lost (promise 10).

A batch is claimed and the claim committed *before* the provider is called. What may have been accepted is never
sent again by itself; what certainly was not is pending again. Times, waiting and stopping are handed in.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from newsletter.domain.mailing import Addressed, Batch, BatchState, Envelope, Mailing, MailingState, Recipient
from newsletter.errors import (
    NewsletterError,
    ProviderBusy,
    ProviderRejected,
    ProviderUncertain,
    Refused,
    StorageError,
)
from newsletter.mailing.lease import held_elsewhere, take_lease
from newsletter.mailing.owner import is_gone, new_owner
from newsletter.mailing.patience import Patience
from newsletter.mailing.report import Outcome, SendReport, report_of
from newsletter.ports import Clock, MailingStore, Progress, Provider, TokenMaker, no_progress

_log = logging.getLogger(__name__)


def send_mailing(
    mailing: Mailing,
    envelope: Envelope,
    *,
    store: MailingStore,
    provider: Provider,
    token_of: TokenMaker,
    clock: Clock,
    wait: Callable[[float], None],
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
    jitter: Callable[[], float] = random.random,
    gone: Callable[[str], bool] = is_gone,
) -> SendReport:
    """Send what is left of a frozen mailing, and say what came of it; may be run again at any time.

    ``wait`` sleeps for seconds, ``stop`` turns true when the process should end (SIGTERM): no batch is begun
    after that. ``jitter`` gives 0 to 1; ``gone`` says whether a lease's owner has certainly ended. Raises
    `Refused` when the envelope or provider is not the one the mailing was frozen for, `StorageError` when
    recipients are unaccounted for.
    """
    _check(mailing, envelope, provider)
    owner = new_owner()

    def alive() -> None:
        # Taking one's own lease again renews it, and tells when it is lost, which a heartbeat does not promise.
        if not store.acquire(mailing.id, owner, clock()):
            raise _TakenOver

    patience = Patience(wait, stop, alive, jitter)
    run = _Run(mailing, envelope, store, provider, token_of, clock, stop, progress, patience)
    if run.state() in (MailingState.DONE, MailingState.HALTED):
        return run.ended()
    if not take_lease(store, mailing.id, owner, clock, gone):
        return run.report(Outcome.ELSEWHERE, run.state(), held_elsewhere(store.lease(mailing.id), clock()))
    try:
        return run.to_the_end()
    finally:
        with suppress(StorageError):  # what goes on says more than this would; the lease runs out by itself
            store.release(mailing.id, owner)


def _check(mailing: Mailing, envelope: Envelope, provider: Provider) -> None:
    """The three things that must not have changed between the freeze and a later resume."""
    if mailing.recipients + sum(mailing.exclusions.values()) != mailing.candidates:
        raise StorageError(
            f"The audience of {mailing.issue_date} does not add up: {mailing.candidates} candidates,"
            f" {mailing.recipients} recipients, {sum(mailing.exclusions.values())} excluded.",
            mailing_id=mailing.id,
        )
    if hashlib.sha256(envelope.html.encode()).hexdigest() != mailing.html_sha256:
        raise Refused(
            f"The mailing of {mailing.issue_date} was frozen for other bytes than these.",
            todo=f"Send revision {mailing.revision}, which it was frozen for.",
            mailing_id=mailing.id,
        )
    if mailing.provider and mailing.provider != provider.name:
        raise Refused(
            f"The mailing of {mailing.issue_date} began with {mailing.provider}, not with {provider.name}.",
            todo=f"Set NEWSLETTER_PROVIDER={mailing.provider} to finish it, or let {provider.name} take over what is"
            f" pending: newsletter send {mailing.issue_date} --switch-provider.",
            mailing_id=mailing.id,
        )


class _TakenOver(Exception):
    """Our lease ran out and another process moved our batch."""


@dataclass(slots=True)
class _Run:
    """One run over one mailing."""

    mailing: Mailing
    envelope: Envelope
    store: MailingStore
    provider: Provider
    token_of: TokenMaker
    clock: Clock
    stop: Callable[[], bool]
    progress: Progress
    patience: Patience

    def to_the_end(self) -> SendReport:
        """Everything that happens while the lease is ours."""
        if self.state() in (MailingState.DONE, MailingState.HALTED):  # settled while we waited for the lease
            return self.ended()
        self._resume()
        try:
            while (end := self._interruption()) is None:
                claimed = self.store.claim(self.mailing.id, self.clock())
                if claimed is None:
                    return self._finish()
                end = self._hand_over(*claimed)
                self._tell()
                if end is not None:
                    break
        except _TakenOver:
            return self.report(Outcome.ELSEWHERE, self.state(), "Another process took this mailing over.")
        return end

    def _resume(self) -> None:
        """Dead processes' batches become uncertain; refused ones may be tried again: nothing of them was taken."""
        orphans = self.store.orphans_to_uncertain(self.mailing.id, self.clock())
        if orphans:
            _log.warning("%d batches of a process that died are uncertain now", orphans)
        for batch in self.store.batches(self.mailing.id):
            if batch.state is BatchState.FAILED:
                self.store.move(batch.id, BatchState.FAILED, BatchState.PENDING, self.clock(), "tried again")
        self.store.set_state(self.mailing.id, MailingState.SENDING, "", self.clock())
        self._tell()

    def _interruption(self) -> SendReport | None:
        """A reason to claim no further batch."""
        self.patience.alive()
        if self.state() is MailingState.HALTED:
            return self.ended()
        if self.stop():
            note = "Stopped on request; run `newsletter send` again to go on."
            return self.report(Outcome.STOPPED, MailingState.SENDING, note)
        return None

    # ── one batch ──────────────────────────────────────────────────────────────────────────────────

    def _hand_over(self, batch: Batch, recipients: tuple[Recipient, ...]) -> SendReport | None:
        """Submit a claimed batch and record what came of it; a report when the run ends with it."""
        if not recipients:
            self._record(batch, BatchState.SUBMITTED, "everybody in it left the list since the freeze")
            return None
        addressed = self._addressed(batch, recipients)
        try:
            receipt = self.provider.submit(self.envelope, batch.id, addressed)
        except ProviderBusy as busy:
            self._record(batch, BatchState.PENDING, busy.message)
            return self._pause_if(self.patience.after_busy(busy))
        except ProviderRejected as refusal:
            self._record(batch, BatchState.FAILED, refusal.message)
            return self._pause(str(refusal))
        except ProviderUncertain as doubt:
            self._record(batch, BatchState.UNCERTAIN, doubt.message)
            return self._pause_if(self.patience.after_doubt(doubt))
        except BaseException:  # a bug, or Ctrl-C in the middle of the request
            with suppress(_TakenOver, NewsletterError):  # unrecorded, the next run finds it orphaned
                self._record(batch, BatchState.UNCERTAIN, "interrupted while the request was under way")
            raise
        self.patience.restored()
        self._record_receipt(batch, receipt.message_id)
        return None

    def _addressed(self, batch: Batch, recipients: tuple[Recipient, ...]) -> tuple[Addressed, ...]:
        try:
            return tuple(Addressed(recipient, self.token_of(recipient)) for recipient in recipients)
        except BaseException:
            with suppress(_TakenOver, NewsletterError):
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
        """Write down what is known. Raises `_TakenOver` when the batch is another process's by now.

        Without the lease (a request longer than it lasts), a batch that is `submitting` may be in another
        process's hands for the second time: only the doubt it was put into may still be settled from here.
        """
        _log.info("batch %s: %s%s", batch.id, new.value, f" ({reason})" if reason else "")
        try:
            self.patience.alive()
            if self.store.move(batch.id, BatchState.SUBMITTING, new, self.clock(), reason, message_id):
                return
        except _TakenOver:
            _log.warning("batch %s: the lease ran out during the request", batch.id)
        if new is not BatchState.UNCERTAIN:
            known = BatchState.SUBMITTED if new is BatchState.SUBMITTED else BatchState.PENDING
            self.store.move(batch.id, BatchState.UNCERTAIN, known, self.clock(), reason, message_id)
        raise _TakenOver

    # ── the end ────────────────────────────────────────────────────────────────────────────────────

    def _finish(self) -> SendReport:
        """Nothing is pending: done, unless somebody has to settle an uncertain batch first."""
        counts = self.store.counts(self.mailing.id)
        doubtful = counts.get(BatchState.UNCERTAIN, 0)
        if doubtful:
            note = (
                f"{doubtful} recipients may or may not have been mailed. See `newsletter deliveries"
                f" {self.mailing.issue_date} --uncertain`, then `newsletter resolve BATCH --accepted|--not-accepted`."
            )
            return self._close(Outcome.UNSETTLED, MailingState.PAUSED, note)
        if counts.get(BatchState.SUBMITTED, 0) + counts.get("skipped", 0) != self.mailing.recipients:
            return self._pause("Not every batch is submitted, though none is pending.")
        return self._close(Outcome.DONE, MailingState.DONE, "")

    def _pause_if(self, note: str) -> SendReport | None:
        return self._pause(note) if note else None

    def _pause(self, note: str) -> SendReport:
        return self._close(Outcome.PAUSED, MailingState.PAUSED, note)

    def _close(self, outcome: Outcome, state: MailingState, note: str) -> SendReport:
        report = self.report(outcome, state, note)  # raises, and keeps the state, when the sum is wrong
        if self.state() is MailingState.HALTED:  # an operator's halt outlives whatever we found
            return self.ended()
        self.store.set_state(self.mailing.id, state, note, self.clock())
        return report

    def ended(self) -> SendReport:
        """The report of a mailing that is done or halted: nothing to do."""
        if self.state() is MailingState.HALTED:
            return self.report(Outcome.HALTED, MailingState.HALTED, "The mailing was halted.")
        return self.report(Outcome.DONE, MailingState.DONE, "")

    def report(self, outcome: Outcome, state: MailingState, note: str) -> SendReport:
        return report_of(self.mailing, outcome, state, self.store.counts(self.mailing.id), note)

    def state(self) -> MailingState:
        """As it is in the database now: another process may have halted or finished the mailing."""
        found = self.store.find(self.mailing.issue_date)
        return found.state if found and found.id == self.mailing.id else self.mailing.state

    def _tell(self) -> None:
        counts = self.store.counts(self.mailing.id)
        left = sum(counts.get(s, 0) for s in (BatchState.PENDING, BatchState.SUBMITTING, BatchState.FAILED))
        self.progress(self.mailing.recipients - left, self.mailing.recipients, "handed over")
