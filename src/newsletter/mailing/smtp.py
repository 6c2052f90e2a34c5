"""Mail through a mail server of one's own: one connection a batch, one mail after the other, each accounted for.

SMTP answers for each mail by itself. So a 250 for one of many settles that one for good, and says nothing of the
others: when a batch is interrupted it is parted (`domain/handover.py`), and only a mail whose end left without an
answer is in doubt. A batch in doubt stays with the server that may have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.domain.handover import Handover
from newsletter.domain.mailing import Accepted, Addressed, Envelope, Letter, Schedule
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.eml import eml_bytes, writer
from newsletter.mailing.letter import TEST_BATCH, marked_test
from newsletter.mailing.letters import letter_of
from newsletter.mailing.smtp_session import (
    LOOPBACK,
    InDoubt,
    NotTaken,
    RefusedRecipient,
    SmtpServer,
    SmtpSession,
)
from newsletter.ports import Clock, HandoverLog, Known

BATCH_SIZE = 100
"""Many servers close a connection after a hundred mails."""
DOUBTFUL_REFUSALS = 10
"""So many recipients in a row refused without a code that says why, and it is us whom the server does not want."""
PUT_OFF_LIMIT = 5
"""So many put off in a row, and the server wants a rest."""


class SmtpProvider:
    """A `newsletter.ports.Provider`. Raises `SettingsError` for a server that cannot be used."""

    name = "smtp"
    batch_size = BATCH_SIZE

    def __init__(self, server: SmtpServer, log: HandoverLog, clock: Clock) -> None:
        server.check()
        self.real = server.host not in LOOPBACK
        self._server, self._log, self._clock = server, log, clock

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        """Every recipient accepted, or refused for a reason of their own; else raises, the batch parted before.

        A mail server takes nothing ahead of its time: a batch is claimed when it is due, and ``schedule`` is None.
        """
        claim = self._log.begin(batch_id, self._clock())
        run = _Run(self._server, self._log, self._clock, envelope, batch_id, claim)
        try:
            run.hand_over(recipients)
        except (ProviderBusy, ProviderRejected) as problem:
            return self._parted(run, problem)
        if run.refused or run.put_off:
            return self._parted(run, None)
        return Accepted(f"smtp-{batch_id}")

    def _parted(self, run: _Run, problem: ProviderBusy | ProviderRejected | None) -> Accepted:
        """Part the batch by what is known; return where nothing of it is left to send, else raise why."""
        run.flush()
        parts = self._log.part(run.batch_id, run.claim, self._clock())
        if parts.open:
            raise problem or ProviderBusy(
                f"The mail server put off {len(parts.open)} of {len(run.done)} ({run.put_off}).",
                todo="Run `newsletter send` again later: those accepted are not sent again.",
            )
        if parts.in_doubt:
            raise ProviderUncertain(
                f"The connection broke after {len(parts.in_doubt)} mail's end, before the answer.",
                todo="Look into the mail server's log, then settle it with `newsletter resolve`.",
            )
        return Accepted(f"smtp-{run.batch_id}")

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        """One marked mail. Raises `ProviderUncertain` where its end was not answered."""
        marked, addressed = marked_test(envelope, email)
        with SmtpSession(self._server) as session:
            write = _writer(marked, self._clock(), session)
            _hand_over_one(session, marked.from_email, addressed.recipient.email, write(addressed))
        return Accepted(f"smtp-{TEST_BATCH}")

    def submit_letter(self, letter: Letter) -> Accepted:
        """One mail about somebody's own subscription. Raises `ProviderUncertain` where its end was not answered."""
        with SmtpSession(self._server) as session:
            mail = eml_bytes(letter_of(letter, self._clock(), seven_bit=not session.eight_bit))
            _hand_over_one(session, letter.from_email, letter.to, mail)
        return Accepted(f"smtp-{letter.mail_id}")

    def greet(self) -> str:
        """Connect, encrypt, log in and leave; sends nothing. Raises as `submit` does."""
        with SmtpSession(self._server) as session:
            return "takes 8-bit mail" if session.eight_bit else "takes 7-bit mail"


@dataclass
class _Run:
    """One batch on its way: what is known of each mail, and what is still to be written down of it."""

    server: SmtpServer
    log: HandoverLog
    clock: Clock
    envelope: Envelope
    batch_id: str
    claim: int
    done: list[Known] = field(default_factory=list)
    put_off: str = ""
    """The last reason for putting one off; empty when none was."""
    _unwritten: list[Known] = field(default_factory=list)
    _on_this_connection: int = 0

    @property
    def refused(self) -> bool:
        return any(one.outcome is Handover.REFUSED for one in self.done)

    def hand_over(self, recipients: Sequence[Addressed]) -> None:
        """Go through all of them. A connection lost after some were accepted is made anew."""
        left = list(recipients)
        while left:
            before = len(left)
            lost = self._connection(left)
            if lost and (len(left) == before or not self._on_this_connection):
                raise ProviderBusy(
                    f"The mail server ended the connection: {lost}.",
                    todo="Run `newsletter send` again: those accepted are not sent again.",
                )
        self._judge_refusals(len(self.done))

    def _connection(self, left: list[Addressed]) -> str:
        """Hand over over one connection, taking from ``left``; why it was lost, or nothing at the end."""
        self._on_this_connection = 0
        with SmtpSession(self.server) as session:
            write = _writer(self.envelope, self.clock(), session)
            while left:
                one = left[0]
                self._begin(one)
                outcome, lost = self._one(session, one, write(one))
                if outcome is not None:
                    self._know(outcome)
                    left.pop(0)
                if lost:
                    return lost
                self._judge_streaks()
        return ""

    def _one(self, session: SmtpSession, one: Addressed, mail: bytes) -> tuple[Known | None, str]:
        """(what became of it, why the connection is lost)."""
        delivery = one.recipient.delivery_id
        try:
            session.hand_over(self.envelope.from_email, one.recipient.email, mail)
        except RefusedRecipient as refusal:
            return Known(delivery, Handover.REFUSED, refusal.code, refusal.dead), ""
        except NotTaken as problem:
            known = Known(delivery, Handover.NOT_TAKEN)
            if problem.lost:
                self._unwritten.append(known)
                return None, problem.reason
            self.put_off = problem.reason
            return known, ""
        except InDoubt:
            # Stays begun: nobody may say more of it. The others wait for a connection that answers.
            self.done.append(Known(delivery, Handover.BEGUN))
            raise ProviderBusy(
                "The mail server did not answer after a mail's end; that one is in doubt.",
                todo="Run `newsletter send` again for the others.",
            ) from None
        except ProviderRejected:
            self._unwritten.append(Known(delivery, Handover.NOT_TAKEN))
            raise
        self._on_this_connection += 1
        return Known(delivery, Handover.ACCEPTED), ""

    # ── what is written down ───────────────────────────────────────────────────────────────────────

    def _begin(self, one: Addressed) -> None:
        """Committed before the first byte, together with what became of the one before."""
        begun = Known(one.recipient.delivery_id, Handover.BEGUN)
        self.log.note(self.batch_id, self.claim, [*_latest(self._unwritten, begun), begun], self.clock())
        self._unwritten.clear()

    def _know(self, known: Known) -> None:
        self.done.append(known)
        self._unwritten.append(known)

    def flush(self) -> None:
        if self._unwritten:
            self.log.note(self.batch_id, self.claim, _latest(self._unwritten), self.clock())
            self._unwritten.clear()

    # ── answers that add up to something else ──────────────────────────────────────────────────────

    def _judge_streaks(self) -> None:
        """A server that refuses or puts off one after the other means us."""
        last = [known.outcome for known in self.done[-PUT_OFF_LIMIT:]]
        if last == [Handover.NOT_TAKEN] * PUT_OFF_LIMIT:
            raise ProviderBusy(
                f"The mail server puts everybody off: {self.put_off}.",
                todo="Run `newsletter send` again later: those accepted are not sent again.",
            )
        if len(self.done) >= DOUBTFUL_REFUSALS:
            self._judge_refusals(DOUBTFUL_REFUSALS)

    def _judge_refusals(self, least: int) -> None:
        """So many in a row refused without a clear code, and nobody accepted: then it was no recipient's fault."""
        streak = self.done[-least:] if least > 1 else []
        if len(streak) < 2 or not all(_unclear(known) for known in streak):
            return
        for known in self.done:
            if _unclear(known):
                self._unwritten.append(Known(known.delivery_id, Handover.NOT_TAKEN))
        raise ProviderRejected(
            f"The mail server refused {len(streak)} recipients in a row ({streak[-1].reason}).",
            todo="It seems not to take mail from us: ask whoever runs it, then run `newsletter send` again.",
        )


def _hand_over_one(session: SmtpSession, sender: str, recipient: str, mail: bytes) -> None:
    """A mail outside of any mailing: what the server says of it, as a provider says it."""
    try:
        session.hand_over(sender, recipient, mail)
    except RefusedRecipient as refusal:
        raise ProviderRejected(
            f"The mail server refuses that address ({refusal.code}).",
            todo="Give another address.",
            recipient=True,
            dead=refusal.dead,
        ) from None
    except NotTaken as problem:
        raise ProviderBusy(f"Not taken: {problem.reason}.", todo="Try again later.") from None
    except InDoubt:
        raise ProviderUncertain("The server did not answer.", todo="Look into the inbox.") from None


def _unclear(known: Known) -> bool:
    return known.outcome is Handover.REFUSED and "." not in known.reason


def _latest(known: Sequence[Known], *instead: Known) -> list[Known]:
    """One word on each delivery, the last; none on those that ``instead`` speaks of."""
    by_id = {one.delivery_id: one for one in known}
    return [one for one in by_id.values() if one.delivery_id not in {other.delivery_id for other in instead}]


def _writer(envelope: Envelope, date: datetime, session: SmtpSession) -> Callable[[Addressed], bytes]:
    return writer(envelope, date, eml_bytes, seven_bit=not session.eight_bit)
