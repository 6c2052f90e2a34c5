"""What is done about a provider's events: kept and folded, mailings settled by them, and stopped by complaints."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.events import DeliveryEvent
from newsletter.domain.mailing import BatchState, Mailing, MailingState
from newsletter.domain.reception import Reception, SpamVerdict, reception
from newsletter.mailing.settle import close_if_complete
from newsletter.ports import Clock, EventStore, MailingStore, Taken

_log = logging.getLogger(__name__)
_UNDER_WAY = frozenset({MailingState.FROZEN, MailingState.SENDING, MailingState.WAITING, MailingState.PAUSED})


@dataclass(frozen=True)
class Intake:
    """What taking events in works with."""

    events: EventStore
    mailings: MailingStore
    clock: Clock

    def take(self, events: Sequence[DeliveryEvent]) -> Taken:
        """Everything that follows from the events; may be repeated. Raises `StorageError`."""
        taken = self.events.take(events, self.clock())
        for batch_id in taken.settled:
            _log.info("batch %s: submitted, for the provider tells of mail in it", batch_id)
        for number in taken.mailings:
            mailing = self.mailings.get(number)
            if mailing is not None:
                self._look_at(mailing)
        return taken

    def _look_at(self, mailing: Mailing) -> None:
        received = received_of(mailing, self.events, self.mailings)
        if received.spam is SpamVerdict.STOP and self._can_stop(mailing):
            note = stopped_by_complaints(mailing, received)
            self.mailings.set_state(mailing.id, MailingState.HALTED, note, self.clock())
            _log.error("%s", note)
        elif received.spam is not SpamVerdict.FINE:
            _log.warning("%s: %s", mailing.name, received.warning)
        if (found := self.mailings.get(mailing.id)) is not None:
            close_if_complete(found, store=self.mailings, clock=self.clock)

    def _can_stop(self, mailing: Mailing) -> bool:
        """Whether somebody could be spared: unsent, or held by the provider for later.

        Halting it is all that is done here, for the provider waits for an answer: no batch is claimed from now on, and
        the next `deliver` or `send` cancels what was handed over ahead (`halting.Halt.go_on`).
        """
        if mailing.state in _UNDER_WAY:
            return True
        now = self.clock()
        return mailing.state is MailingState.DONE and any(
            batch.send_at and batch.send_at > now for batch in self.mailings.batches(mailing.id)
        )


def received_of(mailing: Mailing, events: EventStore, mailings: MailingStore) -> Reception:
    """How a mailing was received so far."""
    submitted = mailings.counts(mailing.id).get(BatchState.SUBMITTED, 0)
    return reception(events.reception(mailing.id), submitted)


def stopped_by_complaints(mailing: Mailing, received: Reception) -> str:
    """Why the rest of a mailing is not sent, for people."""
    what = f"correction {mailing.correction}" if mailing.correction else f"the issue of {mailing.issue_date}"
    return (
        f"Stopped: {received.warning} Whoever has not been mailed {what} is not."
        " Find out why people complain before the next issue goes."
    )
