"""The desk behind the sign-up form: takes what waits, and mails what is due, outside of any request.

Whoever calls it (a thread of `serve`, `deliver`, an operator) goes on where the last one stopped: the queue is in SQL,
each mail is claimed before the provider is called, and one in doubt is never sent again by us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.mailing import Letter
from newsletter.domain.signups import DAY, ListMail, ListMailState, MailTerms
from newsletter.errors import NewsletterError, ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.guard import Problem
from newsletter.ports import ClientLimits, Clock, ListMails, Provider, SignUps, SubscriberStore

KEEP_MAILS = timedelta(days=30)
"""How long it stays known that an address was written to (by its digest)."""
RETRY_AFTER = timedelta(minutes=2)
"""After a refused connection or a 429 without a time of its own."""
REFUSED_AFTER = timedelta(minutes=15)
"""After a refusal that means us (key, sender, credits): somebody has to mend it first."""

OVERDUE = timedelta(minutes=15)
"""Whoever signed up looks into their mail now; a queue as old as that is a fault."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drained:
    """What one round did. ``note``: why mail still waits, for people; empty when none does."""

    taken: int = 0
    sent: int = 0
    uncertain: int = 0
    failed: int = 0
    forgotten: int = 0
    note: str = ""


@dataclass(frozen=True)
class SignUpDesk:
    """What the desk works with. ``compose`` makes the letter, with the links that only its reader gets."""

    sign_ups: SignUps
    mails: ListMails
    subscribers: SubscriberStore
    limits: ClientLimits
    provider: Callable[[], Provider]
    compose: Callable[[ListMail], Letter]
    clock: Clock
    terms: MailTerms
    problems: Sequence[Problem] = ()
    """What keeps mail from leaving this machine (`guard.real_send_problems`)."""

    def drain(self, stop: Callable[[], bool] = lambda: False) -> Drained:
        """Everything that may be done now. Raises `StorageError`; a provider's trouble is a note."""
        now = self.clock()
        forgotten = self._tidy(now)
        taken = self._take_all(stop)
        self.mails.orphans_to_uncertain(now)
        if self.problems:
            return Drained(
                taken, forgotten=forgotten, note=f"{self.problems[0].setting} {self.problems[0].what}."
            )
        try:
            provider = self.provider()
        except NewsletterError as problem:  # a setting is missing: the queue waits for it
            return Drained(taken, forgotten=forgotten, note=str(problem))
        return self._send_all(provider, stop, Drained(taken, forgotten=forgotten))

    def _take_all(self, stop: Callable[[], bool]) -> int:
        taken = 0
        while not stop():
            try:
                if not self.sign_ups.take(self.clock(), self.terms):
                    break
            except NewsletterError as problem:
                _log.error("a sign-up could not be taken: %s", type(problem).__name__)
                break
            taken += 1
        return taken

    def _send_all(self, provider: Provider, stop: Callable[[], bool], done: Drained) -> Drained:
        counts = dict.fromkeys(ListMailState, 0)
        note = ""
        while not stop() and not note:
            mail = self.mails.claim(self.clock(), provider.name, self.terms)
            if mail is None:
                break
            state, note = self._send(provider, mail)
            counts[state] += 1
        return Drained(
            done.taken,
            counts[ListMailState.SUBMITTED],
            counts[ListMailState.UNCERTAIN],
            counts[ListMailState.FAILED],
            done.forgotten,
            note,
        )

    def _send(self, provider: Provider, mail: ListMail) -> tuple[ListMailState, str]:
        """(what became of it, why the round ends with it)."""
        try:
            letter = self.compose(mail)
        except NewsletterError as problem:  # a template: mended, it goes
            return self._wait(mail, problem, REFUSED_AFTER)
        try:
            receipt = provider.submit_letter(letter)
        except ProviderBusy as busy:
            seconds = busy.fields.get("retry_after")
            wait = timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) else RETRY_AFTER
            return self._wait(mail, busy, max(wait, timedelta(seconds=1)))
        except ProviderUncertain as doubt:
            return self._settle(mail, ListMailState.UNCERTAIN, doubt.message), ""
        except ProviderRejected as refusal:
            return self._refused(mail, refusal)
        except BaseException:
            self._settle(mail, ListMailState.UNCERTAIN, "interrupted while the request was under way")
            raise
        return self._settle(mail, ListMailState.SUBMITTED, message_id=receipt.message_id), ""

    def _refused(self, mail: ListMail, refusal: ProviderRejected) -> tuple[ListMailState, str]:
        """A named field or 400 is about this letter, a recipient's refusal about its reader; all else is about us."""
        status, fields = refusal.fields.get("status"), refusal.fields
        about_it = status == 400 or (status is None and (fields.get("recipient") or fields.get("field")))
        if refusal.fields.get("dead"):
            self.subscribers.suppress(mail.address_key, SuppressionReason.BOUNCE, self.clock())
        if about_it:
            return self._settle(mail, ListMailState.FAILED, refusal.message), ""
        return self._wait(mail, refusal, REFUSED_AFTER)

    def _wait(self, mail: ListMail, problem: NewsletterError, wait: timedelta) -> tuple[ListMailState, str]:
        now = self.clock()
        self.mails.settle(
            mail.mail_id, ListMailState.PENDING, now, reason=problem.message, retry_at=now + wait
        )
        _log.warning("mail %s waits: %s", mail.mail_id, problem.message)
        return ListMailState.PENDING, str(problem)

    def _settle(
        self, mail: ListMail, state: ListMailState, reason: str = "", message_id: str = ""
    ) -> ListMailState:
        self.mails.settle(mail.mail_id, state, self.clock(), reason=reason, message_id=message_id)
        _log.info("mail %s (%s): %s%s", mail.mail_id, mail.kind, state, f" ({reason})" if reason else "")
        return state

    def _tidy(self, now: datetime) -> int:
        self.limits.forget(now - DAY)
        self.mails.forget(now - KEEP_MAILS)
        return self.sign_ups.forget_unconfirmed(now, self.terms.confirm_within)
