"""Sending one mailing: claim, commit, submit, record; each subscriber at most once, and nobody lost (promise 10).

A batch is claimed and the claim committed *before* the provider is called. What may have been accepted is never
sent again by itself; what certainly was not is pending again. Each batch goes on its people's morning, a little ahead
of it where the provider can be told when. Times, waiting and stopping are handed in.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo

from newsletter.domain.mailing import BatchState, Envelope, Mailing, MailingState
from newsletter.domain.outlook import Outlook, outlook
from newsletter.domain.pacing import Limit
from newsletter.errors import ProviderBusy, ProviderUncertain, Refused, StorageError
from newsletter.mailing.cancelling import Cancelled, Canceller
from newsletter.mailing.claims import Claims
from newsletter.mailing.handover import HandOver, TakenOver
from newsletter.mailing.lease import held_elsewhere, take_lease
from newsletter.mailing.owner import is_gone, new_owner
from newsletter.mailing.patience import Patience
from newsletter.mailing.report import Outcome, SendReport, left_note, report_of
from newsletter.ports import Clock, MailingStore, Progress, Provider, Schedules, TokenMaker, no_progress

_log = logging.getLogger(__name__)
_LOOK_AGAIN = timedelta(
    minutes=1
)  # while waiting: for a halt, a doubt that can be cancelled by now, another's work


@dataclass(frozen=True, slots=True)
class SendTerms:
    """How a run goes about it."""

    stale_after: timedelta | None = None
    """A batch whose morning was longer ago than that does not go by itself; None: every batch may go."""
    stay: bool = False
    """Wait for the mornings to come, until the last; else the run ends when nothing may go for now."""
    limits: tuple[Limit, ...] = ()
    """How many may be handed over in how much time, over all mailings."""
    zone: tzinfo | None = None
    """For times in notes; UTC where it is not given."""


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
    terms: SendTerms = SendTerms(),
) -> SendReport:
    """Send what is left of a frozen mailing and may go now, and say what came of it; may be run again at any time.

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
            raise TakenOver

    patience = Patience(wait, stop, alive, jitter)
    run = _Run(mailing, envelope, store, provider, token_of, clock, stop, progress, patience, terms)
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
            f"{mailing.name} was frozen for other bytes than these.",
            todo=f"Send revision {mailing.revision}, which it was frozen for.",
            mailing_id=mailing.id,
        )
    if mailing.provider and mailing.provider != provider.name:
        raise Refused(
            f"{mailing.name} began with {mailing.provider}, not with {provider.name}.",
            todo=f"Set NEWSLETTER_PROVIDER={mailing.provider} to finish it, or let {provider.name} take over what is"
            f" pending: {mailing.command} --switch-provider.",
            mailing_id=mailing.id,
        )


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
    terms: SendTerms
    scheduler: Schedules | None = field(init=False)
    claims: Claims = field(init=False)
    hand_over: HandOver = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler = self.provider if isinstance(self.provider, Schedules) else None
        self.hand_over = HandOver(
            self.envelope, self.store, self.provider, self.token_of, self.clock, self.patience
        )
        self.claims = Claims(
            self.mailing.id, self.store, self.scheduler, self.clock, self.terms.stale_after, self.terms.limits
        )

    def to_the_end(self) -> SendReport:
        """Everything that happens while the lease is ours."""
        if self.state() in (MailingState.DONE, MailingState.HALTED):  # settled while we waited for the lease
            return self.ended()
        self._resume()
        try:
            while (end := self._interruption() or self._step()) is None:
                pass
        except TakenOver:
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
        self._settle()
        self._tell()

    def _settle(self) -> Cancelled:
        """Cancel what is in doubt and can be, so that it goes again."""
        if self.scheduler is None:
            return Cancelled()
        return Canceller(self.mailing.id, self.store, self.scheduler, self.clock, self.stop).round()

    def _interruption(self) -> SendReport | None:
        """A reason to claim no further batch."""
        self.patience.alive()
        if self.state() is MailingState.HALTED:
            return self.ended()
        if self.stop():
            note = f"Stopped on request; run `{self.mailing.command}` again to go on."
            return self.report(Outcome.STOPPED, MailingState.SENDING, note)
        return None

    def _step(self) -> SendReport | None:
        """One batch; or, where none may go now, what can be done about that. A report when the run ends with it."""
        try:
            claimed = self.claims.next()
        except ProviderBusy as busy:  # an id for a batch was asked for: nothing is under way
            return self._pause_if(self.patience.after_busy(busy))
        except ProviderUncertain as doubt:
            return self._pause_if(self.patience.after_doubt(doubt))
        if claimed is None:
            return self._idle()
        note = self.hand_over(*claimed)
        self._tell()
        return self._pause_if(note)

    def _idle(self) -> SendReport | None:
        """Nothing may go now: settle doubt, and wait where that was asked for."""
        settled = self._settle()
        if settled.done:
            return None
        left = self._left()
        if not self.terms.stay or not (left.waiting or left.settling):
            return self._finish(left, settled)
        now = self.clock()
        until_next = (left.next_at or now + _LOOK_AGAIN) - now
        self.patience.rest(min(max(until_next, timedelta(seconds=1)), _LOOK_AGAIN).total_seconds())
        return None

    # ── the end ────────────────────────────────────────────────────────────────────────────────────

    def _left(self) -> Outlook:
        until = self.scheduler.cancel_before if self.scheduler else None
        batches = self.store.batches(self.mailing.id)
        left = outlook(
            batches, self.clock(), self.claims.ahead, self.claims.missed_before(), until, self.provider.name
        )
        free = self.claims.free_at()
        return (
            replace(left, next_at=max(left.next_at, free), held=free > left.next_at) if left.next_at else left
        )

    def _finish(self, left: Outlook, settled: Cancelled) -> SendReport:
        """Nothing may go now: done, or what there is to wait for, or what somebody has to settle first."""
        remarks = (left_note(self.mailing, left, self.terms.zone), settled.note, self.claims.note)
        note = " ".join(remark for remark in remarks if remark)
        if left.missed:
            return self._close(Outcome.PAUSED, MailingState.PAUSED, note)
        if left.doubtful:
            return self._close(Outcome.UNSETTLED, MailingState.PAUSED, note)
        if left.waiting or left.settling:
            return self._close(Outcome.WAITING, MailingState.WAITING, note, left)
        counts = self.store.counts(self.mailing.id)
        if counts.get(BatchState.SUBMITTED, 0) + counts.get("skipped", 0) != self.mailing.recipients:
            return self._pause("Not every batch is submitted, though none is pending.")
        return self._close(Outcome.DONE, MailingState.DONE, "")

    def _pause_if(self, note: str) -> SendReport | None:
        return self._pause(note) if note else None

    def _pause(self, note: str) -> SendReport:
        return self._close(Outcome.PAUSED, MailingState.PAUSED, note)

    def _close(
        self, outcome: Outcome, state: MailingState, note: str, left: Outlook | None = None
    ) -> SendReport:
        report = self.report(outcome, state, note, left)  # raises, and keeps the state, when the sum is wrong
        if not self.store.set_state(self.mailing.id, state, note, self.clock()):
            return self.ended()  # an operator's halt outlives whatever we found
        return report

    def ended(self) -> SendReport:
        """The report of a mailing that is done or halted: nothing to do."""
        if self.state() is MailingState.HALTED:
            return self.report(Outcome.HALTED, MailingState.HALTED, "The mailing was halted.")
        return self.report(Outcome.DONE, MailingState.DONE, "")

    def report(
        self, outcome: Outcome, state: MailingState, note: str, left: Outlook | None = None
    ) -> SendReport:
        counts = self.store.counts(self.mailing.id)
        return report_of(self.mailing, outcome, state, counts, note, left or self._left())

    def state(self) -> MailingState:
        """As it is in the database now: another process may have halted or finished the mailing."""
        return self.store.state(self.mailing.id) or self.mailing.state

    def _tell(self) -> None:
        counts = self.store.tally(self.mailing.id)
        left = sum(counts.get(s, 0) for s in (BatchState.PENDING, BatchState.SUBMITTING, BatchState.FAILED))
        self.progress(self.mailing.recipients - left, self.mailing.recipients, "handed over")
