"""The stop button: no further batch is claimed, what can still be cancelled is, and who was reached is named.

A person presses it, or the rule on complaints does (`intake.py`): then the next run, of any kind, does the cancelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from newsletter.domain.mailing import Actor, Batch, BatchState, Mailing, MailingState, Recipient
from newsletter.domain.outlook import cancellable
from newsletter.errors import Refused
from newsletter.mailing.cancelling import HALT, Canceller
from newsletter.mailing.owner import is_gone
from newsletter.ports import Clock, MailingStore, Provider, Schedules

BETWEEN_ROUNDS = 20.0
"""Seconds between two rounds of cancelling, while some are queued and there is time left."""
LONGEST_REQUEST = 45.0
"""Seconds to wait for a request of a running send: it may still be accepted, and then be cancelled."""
_LOOK_AGAIN = 1.0
_WITH_THEM = (BatchState.SUBMITTED, BatchState.UNCERTAIN, BatchState.CANCELLING)
_MAYBE = (BatchState.SUBMITTING, BatchState.UNCERTAIN, BatchState.CANCELLING)


@dataclass(frozen=True, slots=True)
class HaltReport:
    """Everybody in the mailing, by what the halt did for them. The five add up to ``recipients``."""

    mailing_id: int
    issue_date: date
    recipients: int
    stopped: int
    """Not mailed: not handed over yet, or cancelled at the provider."""
    reached: int
    """The provider has their mail, and it cannot be cancelled."""
    perhaps: int
    """Nobody knows."""
    queued: int
    """Handed over, and still cancellable: another halt asks for them."""
    skipped: int
    """Left the list before they could be mailed."""
    note: str = ""
    correction: int = 0
    """Of a correction's mail, its number; 0: of the issue itself."""


@dataclass(slots=True)
class Halt:
    """Stops one mailing; may be run again, and goes on where it was. ``wait`` sleeps for seconds."""

    mailing: Mailing
    store: MailingStore
    provider: Provider
    clock: Clock
    wait: Callable[[float], None]
    stop: Callable[[], bool] = lambda: False
    gone: Callable[[str], bool] = is_gone

    def __call__(self, by: str, reason: str) -> HaltReport:
        """Halt it. Raises `Refused` where the configured provider never had anything of the mailing."""
        had = {self.mailing.provider} | {batch.provider for batch in self.store.batches(self.mailing.id)}
        if self.mailing.provider and self.provider.name not in had:
            raise Refused(
                f"{self.mailing.name} went by {self.mailing.provider}.",
                todo=f"Set NEWSLETTER_PROVIDER={self.mailing.provider} to cancel what it still holds.",
            )
        self.store.set_state(self.mailing.id, MailingState.HALTED, f"Halted by {by}: {reason}", self.clock())
        return self._go_on(f"halted by {by}", stay=True)

    def go_on(self) -> HaltReport:
        """Stop what is left of a mailing that is halted already; one round of cancelling, without waiting for room."""
        return self._go_on("halted", stay=False)

    def _go_on(self, reason: str, *, stay: bool) -> HaltReport:
        self._stop_pending(reason)
        self._await_running()
        note = self._cancel(stay)
        return self._report(" ".join(filter(None, (note, self._elsewhere()))))

    def _stop_pending(self, reason: str) -> None:
        for batch in self.store.batches(self.mailing.id, (BatchState.PENDING, BatchState.FAILED)):
            self.store.move(
                batch.id, batch.state, BatchState.CANCELLED, self.clock(), reason, by=Actor.OPERATOR
            )

    def _await_running(self) -> None:
        """What live workers have under way is waited for; a dead one's is in doubt at once."""
        left = LONGEST_REQUEST
        while not self.stop() and self._submitting():
            if not self.store.orphans_to_uncertain(self.mailing.id, self.clock(), self.gone):
                if left <= 0:
                    return
                self.wait(_LOOK_AGAIN)
                left -= _LOOK_AGAIN

    def _submitting(self) -> bool:
        return bool(self.store.batches(self.mailing.id, (BatchState.SUBMITTING,)))

    def _cancel(self, stay: bool) -> str:
        """Round after round, as long as some are queued; each goes back to what it was when its time is over."""
        note = ""
        if isinstance(self.provider, Schedules):
            asking = Canceller(self.mailing.id, self.store, self.provider, self.clock, self.stop, HALT)
            while (found := asking.round()).queued and stay and not self.stop():
                self.wait(BETWEEN_ROUNDS)
            note = found.note
        self._stop_pending("halted")  # what a running send has put back to pending meanwhile
        return note

    def _elsewhere(self) -> str:
        """What another provider than the configured one holds for later: the mailing was switched over."""
        now = self.clock()
        theirs = [
            (batch.provider or self.mailing.provider, batch.recipients)
            for batch in self.store.batches(self.mailing.id, _WITH_THEM)
            if batch.send_at and batch.send_at > now
        ]
        names = {name for name, _ in theirs if name and name != self.provider.name}
        held = sum(people for name, people in theirs if name in names)
        if not names:
            return ""
        name = ", ".join(sorted(names))
        return f"{held:,} are still held by {name}: set NEWSLETTER_PROVIDER to it and halt again to cancel those."

    # ── who ────────────────────────────────────────────────────────────────────────────────────────

    def _report(self, note: str) -> HaltReport:
        counts = self.store.counts(self.mailing.id)
        batches = self.store.batches(self.mailing.id)
        queued = sum(batch.recipients for batch in batches if self._open(batch))
        reached = sum(b.recipients for b in batches if b.state is BatchState.SUBMITTED and not self._open(b))
        perhaps = sum(b.recipients for b in batches if b.state in _MAYBE and not self._open(b))
        skipped = counts["skipped"]
        return HaltReport(
            mailing_id=self.mailing.id,
            issue_date=self.mailing.issue_date,
            recipients=self.mailing.recipients,
            stopped=self.mailing.recipients - queued - reached - perhaps - skipped,
            reached=reached,
            perhaps=perhaps,
            queued=queued,
            skipped=skipped,
            note=note,
            correction=self.mailing.correction,
        )

    def _open(self, batch: Batch) -> bool:
        """Whether it may still be cancelled."""
        if not isinstance(self.provider, Schedules) or batch.left_at:
            return False
        ours = batch.state in HALT.of or batch.state is BatchState.CANCELLING
        return ours and cancellable(batch, self.clock(), self.provider.cancel_before, self.provider.name)

    def reached(self) -> Iterator[tuple[Recipient, Batch, str]]:
        """(recipient, batch, ``reached`` or ``perhaps``) of everybody whose mail may be out; streams by batch."""
        for batch in self.store.batches(self.mailing.id):
            known = "reached" if batch.state is BatchState.SUBMITTED else "perhaps"
            if batch.state is BatchState.SUBMITTED or batch.state in _MAYBE:
                for recipient in self.store.recipients_of(batch.id):
                    yield recipient, batch, known
