"""Sending one mailing: claim, commit, submit, record; each subscriber at most once, and nobody lost (promise 10).

A batch is claimed and the claim committed *before* the provider is called. What may have been accepted is never
sent again by itself; what certainly was not is pending again. Each batch goes on its people's morning, a little ahead
of it where the provider can be told when. A run is a worker: where the database lets several share a mailing, each
claims batches of its own, and who is taken for dead stops. Times, waiting and stopping are handed in.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from newsletter.domain.mailing import UNSETTLED, BatchState, Envelope, Mailing, MailingState
from newsletter.domain.outlook import Outlook, outlook
from newsletter.errors import ProviderBusy, ProviderError, ProviderUncertain, StorageError
from newsletter.mailing.cancelling import Cancelled, Canceller
from newsletter.mailing.claims import Claims
from newsletter.mailing.flight import Flight, Landing
from newsletter.mailing.handover import HandOver, TakenOver
from newsletter.mailing.heartbeat import beating
from newsletter.mailing.lease import held_elsewhere, take_lease
from newsletter.mailing.owner import is_gone, new_owner
from newsletter.mailing.patience import Patience
from newsletter.mailing.report import Outcome, SendReport, colleagues_note, left_note, report_of
from newsletter.mailing.terms import AT_ONCE_AND_END, SendTerms, require_unchanged
from newsletter.ports import (
    Clock,
    MailingStore,
    Parallel,
    Progress,
    Provider,
    Schedules,
    TokenMaker,
    no_progress,
)

_log = logging.getLogger(__name__)
_LOOK_AGAIN = timedelta(
    minutes=1
)  # while waiting: for a halt, a doubt that can be cancelled by now, another's work
_LOOK_ROUND = timedelta(seconds=30)  # between two looks at who of the others has died
_THEIR_CLAIM = 0.2  # seconds until another worker's claim is through, or undone


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
    terms: SendTerms = AT_ONCE_AND_END,
) -> SendReport:
    """Send what is left of a frozen mailing and may go now, and say what came of it; may be run again at any time.

    Several may run at once on one mailing where the store lets it be `shared`: they deal the batches out among
    themselves. ``wait`` sleeps for seconds, ``stop`` turns true when the process should end (SIGTERM): no batch is
    begun after that. ``jitter`` gives 0 to 1; ``gone`` says whether a worker has certainly ended. Raises
    `Refused` when the envelope or provider is not the one the mailing was frozen for, `StorageError` when
    recipients are unaccounted for.
    """
    require_unchanged(mailing, envelope, provider)
    owner = new_owner()
    run = _Run(mailing, envelope, store, provider, token_of, clock, stop, progress, gone, terms, owner)
    run.patience = Patience(wait, stop, run.alive, jitter)
    if run.state() in (MailingState.DONE, MailingState.HALTED):
        return run.ended()
    if not take_lease(store, mailing.id, owner, clock, gone):
        return run.report(Outcome.ELSEWHERE, run.state(), held_elsewhere(store.lease(mailing.id), clock()))
    try:
        with beating(lambda: store.heartbeat(mailing.id, owner, clock()), terms.beat) as run.lost:
            return run.to_the_end()
    finally:
        with suppress(StorageError):  # what goes on says more than this would; the lease runs out by itself
            store.release(mailing.id, owner)


End = Callable[[], SendReport]
"""How a run ends, once nothing of it is under way any more."""


@dataclass(slots=True)
class _Run:
    """One run over one mailing: a worker."""

    mailing: Mailing
    envelope: Envelope
    store: MailingStore
    provider: Provider
    token_of: TokenMaker
    clock: Clock
    stop: Callable[[], bool]
    progress: Progress
    gone: Callable[[str], bool]
    terms: SendTerms
    owner: str
    patience: Patience = field(init=False)
    lost: Callable[[], bool] = lambda: False
    """Whether a sign of life came too late."""
    scheduler: Schedules | None = field(init=False)
    claims: Claims = field(init=False)
    hand_over: HandOver = field(init=False)
    flight: Flight = field(init=False)
    looked_at: datetime | None = None
    told_at: datetime | None = None

    def __post_init__(self) -> None:
        self.scheduler = self.provider if isinstance(self.provider, Schedules) else None
        self.hand_over = HandOver(self.envelope, self.store, self.provider, self.token_of, self.clock)
        terms = self.terms
        self.flight = Flight(terms.in_flight if isinstance(self.provider, Parallel) else 1)
        self.claims = Claims(
            *(self.mailing.id, self.store, self.scheduler, self.clock, terms.stale_after),
            *(terms.limits, self.owner),
        )

    def to_the_end(self) -> SendReport:
        """Everything that happens while this is one of the mailing's workers."""
        if self.state() in (MailingState.DONE, MailingState.HALTED):  # settled while we waited for the lease
            return self.ended()
        try:
            self._resume()
            while (end := self._interruption() or self._step()) is None:
                pass
            self._drain()
            return end()
        except TakenOver:
            self._drain_whatever_comes()
            note = "Another process took this mailing's batches over, for this one was not heard of any more."
            return self.report(Outcome.ELSEWHERE, self.state(), note)
        except Exception:
            self._drain_whatever_comes()
            raise

    def alive(self) -> None:
        """Say that this worker lives. Raises `TakenOver` when it was taken for dead."""
        if self.lost() or not self.store.heartbeat(self.mailing.id, self.owner, self.clock()):
            raise TakenOver

    def _resume(self) -> None:
        """Dead workers' batches become uncertain; refused ones may be tried again: nothing of them was taken."""
        self._look_round()
        for batch in self.store.batches(self.mailing.id, (BatchState.FAILED,)):
            self.store.move(batch.id, BatchState.FAILED, BatchState.PENDING, self.clock(), "tried again")
        self.store.set_state(self.mailing.id, MailingState.SENDING, "", self.clock())
        self._settle(probe=True)
        self._tell()

    def _look_round(self) -> None:
        """Who of the others has died since the last look? Their batches are in doubt."""
        self.alive()  # who stood still for long must not take itself for the living one
        orphans = self.store.orphans_to_uncertain(self.mailing.id, self.clock(), self.gone)
        if orphans:
            _log.warning("%d batches of a process that died are uncertain now", orphans)
        self.looked_at = self.clock()

    def _settle(self, *, probe: bool = False) -> Cancelled:
        """Cancel what is in doubt and can be, so that it goes again. ``probe``: see `Canceller`."""
        if self.scheduler is None:
            return Cancelled()
        asking = Canceller(self.mailing.id, self.store, self.scheduler, self.clock, self.stop, probe=probe)
        return asking.round()

    def _interruption(self) -> End | None:
        """A reason to claim no further batch."""
        if self.lost():
            raise TakenOver
        if self.looked_at is None or self.clock() - self.looked_at > _LOOK_ROUND:
            self._look_round()
        if self.state() is MailingState.HALTED:
            return self.ended
        if self.stop():
            note = f"Stopped on request; run `{self.mailing.command}` again to go on."
            return lambda: self.report(Outcome.STOPPED, MailingState.SENDING, note)
        return None

    def _step(self) -> End | None:
        """Hand one more batch over, or take an answer; or, where none may go now, see what can be done about that."""
        if self.flight.full:
            return self._land()
        try:
            claimed = self.claims.next()
        except (ProviderBusy, ProviderUncertain) as answer:  # an id was asked for: no batch is in doubt of it
            return self._pause_if(self._answered(answer))
        if claimed is not None:
            self.flight.start(partial(self.hand_over, *claimed))
            return None
        return self._land() if self.flight.aloft else self._idle()

    def _land(self) -> End | None:
        """What follows from the next answer."""
        landing = self._landed()
        return self._pause_if(self._answered(landing.answer)) if not landing.echo else None

    def _landed(self) -> Landing:
        landing = self.flight.land()
        if landing.failure is not None:
            raise landing.failure
        self._tell()
        return landing

    def _answered(self, answer: ProviderError | None) -> str:
        """Wait, where the provider is busy. A note when the run should pause."""
        if answer is None:
            self.patience.restored()
            return ""
        if isinstance(answer, ProviderBusy):
            return self.patience.after_busy(answer)
        if isinstance(answer, ProviderUncertain):
            return self.patience.after_doubt(answer)
        return str(answer)

    def _drain(self) -> None:
        """Whatever is under way comes to its end and is recorded."""
        while self.flight.aloft:
            self._landed()

    def _drain_whatever_comes(self) -> None:
        while self.flight.aloft:
            self.flight.land()

    def _idle(self) -> End | None:
        """Nothing may go now: settle doubt, and wait where that was asked for."""
        self._look_round()
        settled = self._settle()
        if settled.done:
            return None
        left, now = self._left(), self.clock()
        if left.next_at and left.next_at <= now and self._others():
            self.patience.rest(_THEIR_CLAIM)  # one of them is about to claim it
            return None
        if not self.terms.stay or not (left.waiting or left.settling or left.under_way):
            return lambda: self._finish(left, settled)
        until_next = (left.next_at or now + _LOOK_AGAIN) - now
        self.patience.rest(min(max(until_next, timedelta(seconds=1)), _LOOK_AGAIN).total_seconds())
        return None

    # ── the end ────────────────────────────────────────────────────────────────────────────────────

    def _others(self) -> tuple[str, ...]:
        """Who else is at work on it."""
        return tuple(one.owner for one in self.store.workers(self.mailing.id) if one.owner != self.owner)

    def _left(self) -> Outlook:
        until = self.scheduler.cancel_before if self.scheduler else None
        batches = self.store.batches(self.mailing.id, UNSETTLED)
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
        if left.under_way:
            note = " ".join(filter(None, (colleagues_note(left, self._others()), note)))
            return self._close(Outcome.SHARED, MailingState.SENDING, note, left)
        if left.missed:
            return self._close(Outcome.PAUSED, MailingState.PAUSED, note)
        if left.doubtful:
            return self._close(Outcome.UNSETTLED, MailingState.PAUSED, note)
        if left.waiting or left.settling:
            return self._close(Outcome.WAITING, MailingState.WAITING, note, left)
        done = self.report(Outcome.DONE, MailingState.DONE, "", left)
        if done.submitted + done.skipped != self.mailing.recipients:
            return self._pause(self._refused() or "Not every batch is submitted, though none is pending.")
        return self._closed(done)

    def _refused(self) -> str:
        """Why batches were refused that another worker handed over."""
        failed = self.store.batches(self.mailing.id, (BatchState.FAILED,))
        people = sum(batch.recipients for batch in failed)
        return f"{people:,} recipients were refused: {failed[0].reason}" if failed else ""

    def _pause_if(self, note: str) -> End | None:
        return (lambda: self._pause(note)) if note else None

    def _pause(self, note: str) -> SendReport:
        return self._close(Outcome.PAUSED, MailingState.PAUSED, note)

    def _close(
        self, outcome: Outcome, state: MailingState, note: str, left: Outlook | None = None
    ) -> SendReport:
        return self._closed(self.report(outcome, state, note, left))  # raises when the sum is wrong

    def _closed(self, report: SendReport) -> SendReport:
        """Leave the mailing in the report's state, unless others go on with it."""
        found = self.store.close(self.mailing.id, self.owner, report.state, report.note, self.clock())
        if found is MailingState.HALTED or (found is MailingState.DONE and report.state is not found):
            return self.ended()  # an operator's halt outlives whatever we found, as does another's end of it
        return replace(report, state=found)

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
        """The figures as the database has them, with others' work in them; once a second, for they are counted."""
        now = self.clock()
        if self.told_at is not None and now - self.told_at < timedelta(seconds=1):
            return
        self.told_at = now
        counts = self.store.tally(self.mailing.id)
        left = sum(counts.get(s, 0) for s in (BatchState.PENDING, BatchState.SUBMITTING, BatchState.FAILED))
        self.progress(self.mailing.recipients - left, self.mailing.recipients, "handed over")
