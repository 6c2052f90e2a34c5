"""A small world to try the sender in: real tables, a provider that knows the truth, and senders that die.

Whatever happens in it is checked as it happens (`Truth`): who was mailed, who must not be, and that nothing that may
have been accepted goes again by itself.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from newsletter.domain.audience import SubscriberStatus, SuppressionReason
from newsletter.domain.events import DeliveryEvent, EventKind
from newsletter.domain.mailing import (
    Accepted,
    Addressed,
    Batch,
    BatchState,
    Cancellation,
    Envelope,
    Mailing,
    MailingState,
    Schedule,
    Tokens,
    may_move,
)
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain, Refused
from newsletter.mailing.halting import Halt, HaltReport
from newsletter.mailing.intake import Intake
from newsletter.mailing.report import SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.settle import close_if_complete, resolve
from newsletter.mailing.terms import SendTerms
from newsletter.storage.engine import Database
from newsletter.storage.events import SqlEventStore
from newsletter.storage.mailings import LEASE, SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.mailing_fakes import Killed
from tests.support.storage_samples import DAY, NOON, subscriber

HTML = "<p>The ferry is back.</p>"
MINUTE = timedelta(minutes=1)
OUTCOMES = ("accept", "refuse", "busy", "doubt", "lost", "die before", "die after")
"""What becomes of a request. ``lost``: accepted, and the answer is lost; the deaths are SIGKILLs around it."""
MAYBE = ("doubt", "lost", "die before", "die after")
"""Nobody on our side knows how these ended."""
ACCEPTING = ("accept", "lost", "die after")


@dataclass
class Clock:
    """Moves a little whenever somebody looks."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=50)
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Take:
    """A request that the provider has accepted."""

    batch: str
    people: tuple[tuple[str, str], ...]
    """(address, delivery id)."""
    held: str
    send_at: datetime | None
    key: tuple[str, int]
    """Issue date and correction."""


@dataclass
class Provider:
    """The provider, SendGrid's rules about mail for later included; each request ends as the script has it."""

    clock: Clock
    script: list[str] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """Each is done once while a request is under way."""
    before: Callable[[str, Sequence[Addressed]], None] = lambda *_: None
    """Told of each request as it comes in."""
    taken: list[Take] = field(default_factory=list)
    cancelled: dict[str, datetime] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    """Batch -> how its last request ended, as the provider knows."""
    full: bool = False
    name = "sendgrid"
    batch_size = 2
    real = False
    ahead = timedelta(minutes=60)
    cancel_before = timedelta(minutes=10)
    most_cancellations = 3
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        self.before(batch_id, recipients)
        if schedule:
            assert self.clock.now < schedule.send_at <= self.clock.now + self.ahead + MINUTE
        how = self.script.pop(0) if self.script else "accept"
        if self.meanwhile:
            self.meanwhile.pop(0)()
        self.asked[batch_id] = how
        if how in ACCEPTING:
            people = tuple((one.recipient.email, one.recipient.delivery_id) for one in recipients)
            held, send_at = (schedule.provider_batch, schedule.send_at) if schedule else ("", None)
            key = (envelope.issue_date, envelope.correction)
            self.taken.append(Take(batch_id, people, held, send_at, key))
        if how.startswith("die"):
            raise Killed
        if how == "refuse":
            raise ProviderRejected("400: the subject.")
        if how == "busy":
            raise ProviderBusy("429.", retry_after=1)
        if how in MAYBE:
            raise ProviderUncertain("No answer in time.")
        return Accepted(f"receipt-{len(self.taken)}")

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        raise NotImplementedError

    def reserve(self) -> str:
        return f"held-{next(self.ids)}"

    def cancellations(self) -> frozenset[str]:
        return frozenset(held for held, at in self.cancelled.items() if self.clock.now - at < 5 * MINUTE)

    def cancel(self, provider_batch: str) -> Cancellation:
        if provider_batch in self.cancelled:
            return Cancellation.CONFIRMED
        if self.full or len(self.cancellations()) >= self.most_cancellations:
            return Cancellation.FULL
        its = [take for take in self.taken if take.held == provider_batch]
        if any(take.send_at and self.clock.now > take.send_at - self.cancel_before for take in its):
            return Cancellation.REFUSED
        self.cancelled[provider_batch] = self.clock.now
        return Cancellation.CONFIRMED

    def is_out(self, take: Take) -> bool:
        """Whether its mail has left."""
        return take.held not in self.cancelled and (take.send_at is None or take.send_at <= self.clock.now)

    def mails(self) -> Counter[tuple[tuple[str, int], str]]:
        """(mailing, address) -> mails that it gets, sooner or later."""
        return Counter(
            (take.key, address)
            for take in self.taken
            if not take.held or take.held not in self.cancelled
            for address, _ in take.people
        )


class _Mortal:
    """A store in the hands of a process: once that is dead, nothing more is written."""

    def __init__(self, store: SqlMailingStore) -> None:
        self._store, self.dead = store, False

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if not callable(value):
            return value

        def call(*words: Any, **more: Any) -> Any:
            if self.dead:
                raise Killed
            return value(*words, **more)

        return call


@dataclass
class World:
    """Everything, with what must always be true of it."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    days: tuple[date, ...] = (DAY, DAY + timedelta(days=1))

    def __post_init__(self) -> None:
        self.store = SqlMailingStore(self.database)
        self.people = SqlSubscriberStore(self.database)
        self.intake = Intake(SqlEventStore(self.database), self.store, self.clock)
        self.provider = Provider(self.clock, before=self._must_be_right)
        self.barred: set[str] = set()
        """Addresses that must not be mailed from now on."""
        self.doubted: set[str] = set()
        """Batches whose last request nobody on our side knows the end of, and that nothing has settled."""
        self.told: list[DeliveryEvent] = []
        self.joined = 0

    # ── what people and operators do ──

    def join(self, count: int) -> None:
        self.people.add_many(
            subscriber(f"n{n}", created_at=None, timezone=("UTC", "Asia/Tokyo", "")[n % 3])
            for n in range(self.joined, self.joined + count)
        )
        self.joined += count

    def leave(self, who: int) -> None:
        address = f"n{who % max(self.joined, 1)}@reader.example"
        person = self.people.by_address(address)
        if person is None:
            return
        if who % 2:
            self.people.set_status(person.public_id, SubscriberStatus.UNSUBSCRIBED, self.clock())
        else:
            self.people.suppress(address, SuppressionReason.SPAM_REPORT, self.clock())
        self.barred.add(address)

    def freeze(self, day: date, minutes: int = 0) -> Mailing:
        """``minutes`` until the mornings: 0, 20, 40 …, by zone."""
        at = self.clock()
        due = {"UTC": at, "Asia/Tokyo": at + minutes * MINUTE, "": at + 2 * minutes * MINUTE}
        sha = hashlib.sha256(HTML.encode()).hexdigest()
        mailing = self.store.freeze(day, 1, sha, "sendgrid", 2, at, lambda zone, _: due[zone])
        assert mailing.recipients + sum(mailing.exclusions.values()) == mailing.candidates
        return mailing

    def freeze_correction(self, day: date) -> Mailing | None:
        found = self.store.find(day)
        if found is None or found.state is not MailingState.HALTED or self.store.to_stop(self.clock()):
            return None
        sha = hashlib.sha256(HTML.encode()).hexdigest()
        return self.store.freeze_correction(day, 1, 1, sha, "sendgrid", 2, self.clock())

    def send(
        self, mailing: Mailing, *script: str, meanwhile: Sequence[Callable[[], None]] = ()
    ) -> SendReport | None:
        """A process that sends; None when it was killed. What the script leaves over does not count for the next."""
        self.provider.script[:] = script
        self.provider.meanwhile[:] = meanwhile
        mine = _Mortal(self.store)
        try:
            return self._run(mailing, mine)
        except Killed:
            mine.dead = True
            return None
        finally:
            self.provider.script.clear()
            self.provider.meanwhile.clear()

    def _run(self, mailing: Mailing, store: Any) -> SendReport:
        day = mailing.issue_date.isoformat()
        mail = Envelope(
            "S", HTML, "T", "a@b.example", "A", "l.example", day, "https://b.example", mailing.correction
        )
        provider = self.provider

        class Dying:
            """Passes on what the provider says, and kills its process before anything is written."""

            def __getattr__(self, name: str) -> Any:
                return getattr(provider, name)

            def submit(self, *words: Any, **more: Any) -> Accepted:
                try:
                    return provider.submit(*words, **more)
                except Killed:
                    store.dead = True
                    raise

        for name in ("reserve", "cancellations", "cancel", "submit_test"):
            setattr(Dying, name, lambda self, *words, _name=name: getattr(provider, _name)(*words))
        for name in ("name", "batch_size", "real", "ahead", "cancel_before", "most_cancellations"):
            setattr(Dying, name, getattr(provider, name))
        return send_mailing(
            mailing,
            mail,
            store=store,
            provider=Dying(),
            token_of=lambda recipient: Tokens(
                f"token-{recipient.public_id}", f"preferences-{recipient.public_id}"
            ),
            clock=self.clock,
            wait=self.clock.wait,
            jitter=lambda: 0.0,
            gone=lambda _: False,
            terms=SendTerms(),
        )

    def second_sender(self, mailing: Mailing) -> None:
        """Another process comes while the first one's request is under way."""
        self._run(mailing, _Mortal(self.store))

    def halt(self, mailing: Mailing) -> HaltReport:
        before = self.provider.mails()
        found = Halt(mailing, self.store, self.provider, self.clock, self.clock.wait)("Ann", "wrong")
        parts = (found.stopped, found.reached, found.perhaps, found.queued, found.skipped)
        assert sum(parts) == found.recipients
        assert self.provider.mails() <= before, "a halt mails nobody"
        return found

    def settle(self, batch: Batch) -> None:
        """An operator looks at the provider's activity, and says what is there."""
        there = any(
            take.batch == batch.id and take.held not in self.cancelled_ids() for take in self.provider.taken
        )
        try:
            resolve(batch.id, there, store=self.store, clock=self.clock)
        except Refused:
            return
        self.doubted.discard(batch.id)
        if (mailing := self.store.get(batch.mailing_id)) is not None:
            close_if_complete(mailing, store=self.store, clock=self.clock)

    def cancelled_ids(self) -> set[str]:
        return set(self.provider.cancelled)

    # ── what the provider tells ──

    def tell(self, chosen: int, *, repeat: bool = False) -> None:
        """An event that is true of some accepted mail; or all that was told, once more and in another order."""
        if repeat:
            again = [e for n, e in enumerate(reversed(self.told)) if (n + chosen) % 2]
            self.intake.take(again)
            return
        if not self.provider.taken:
            return
        take = self.provider.taken[chosen % len(self.provider.taken)]
        address, delivery = take.people[chosen % len(take.people)]
        out = ("delivered", "deferred", "bounce", "spamreport", "unsubscribe", "open")
        kinds = ("processed", *out) if self.provider.is_out(take) else ("processed",)
        kind = kinds[chosen % len(kinds)]
        name = f"{kind}-{delivery}-{take.held}"
        event = DeliveryEvent(
            EventKind(kind),
            self.clock(),
            f"e-{name}",
            f"f-{name}",
            "",
            address,
            delivery,
            take.batch,
            take.held,
        )
        self.told.append(event)
        self.intake.take([event])
        if kind in ("bounce", "spamreport", "unsubscribe"):
            self.barred.add(address)

    # ── what must be true ──

    def _must_be_right(self, batch_id: str, recipients: Sequence[Addressed]) -> None:
        """Asked of every request, the moment it comes in."""
        wrong = {one.recipient.email for one in recipients} & self.barred
        assert not wrong, f"mailed though held back: {wrong}"
        batch = self.store.batch(batch_id)
        assert batch is not None
        assert batch.state is BatchState.SUBMITTING, "the claim is committed before the call"
        mailing = self.store.get(batch.mailing_id)
        assert mailing is not None
        assert mailing.state is not MailingState.HALTED
        mine = [take for take in self.provider.taken if take.batch == batch_id]
        certain = {*self.provider.cancelled}
        assert all(take.held and take.held in certain for take in mine), f"{batch_id} was accepted already"

    def mailings(self) -> list[Mailing]:
        """All there are, the oldest first."""
        found = [self.store.find(day, number) for day in self.days for number in (0, 1)]
        return [mailing for mailing in found if mailing is not None]

    def must_hold(self) -> None:
        """The laws that hold at every moment."""
        twice = {key: n for key, n in self.provider.mails().items() if n > 1}
        assert not twice, f"mailed twice: {twice}"
        for mailing in self.mailings():
            assert mailing.recipients + sum(mailing.exclusions.values()) == mailing.candidates
            counts = self.store.counts(mailing.id)
            assert sum(counts.values()) == mailing.recipients
            assert counts == self.store.tally(mailing.id)

    def must_have_been_legal(self) -> None:
        """Every move of every batch, replayed; histories only grow, so the end is soon enough to look."""
        for mailing in self.mailings():
            for batch in self.store.batches(mailing.id):
                self._must_be_legal(batch)

    def _must_be_legal(self, batch: Batch) -> None:
        """Its history leads from `pending` to where it is, by moves that whoever made them may make."""
        state, attempt = BatchState.PENDING, 0
        for move in self.store.history(batch.id):
            assert (move.old, may_move(move.old, move.new, move.by)) == (state, True), move
            assert move.attempt - attempt in (0, 1), move
            assert move.attempt == attempt or move.new is BatchState.SUBMITTING, move
            state, attempt = move.new, move.attempt
        assert (state, attempt) == (batch.state, batch.attempts)

    def bring_to_an_end(self) -> None:
        """The provider is well, an operator looks at what is in doubt: everybody is mailed once, or accounted for."""
        self.provider.full = False
        for _ in range(12):
            self.clock.wait(max(2 * LEASE.total_seconds(), 25 * 60))
            nearer = [self._nearer_the_end(mailing) for mailing in self.mailings()]
            if all(nearer):
                break
        self.must_hold()
        self.must_have_been_legal()
        for mailing in self.mailings():
            self._must_be_accounted_for(mailing)

    def _nearer_the_end(self, mailing: Mailing) -> bool:
        if mailing.state is MailingState.HALTED:
            self.halt(mailing)
        else:
            self.send(mailing)
        for batch in self.store.batches(mailing.id):
            if batch.state is BatchState.UNCERTAIN:
                self.settle(batch)
        if mailing.state is MailingState.HALTED:
            self.halt(mailing)
        ended = (BatchState.SUBMITTED, BatchState.CANCELLED)
        return all(batch.state in ended for batch in self.store.batches(mailing.id))

    def _must_be_accounted_for(self, mailing: Mailing) -> None:
        mails = self.provider.mails()
        key = (mailing.issue_date.isoformat(), mailing.correction)
        for batch in self.store.batches(mailing.id):
            assert batch.state in (BatchState.SUBMITTED, BatchState.CANCELLED), batch
            wanted = int(batch.state is BatchState.SUBMITTED)
            for person in self.store.recipients_of(batch.id):
                got = mails[(key, person.email)]
                assert got == wanted, f"{person.email} of a batch that is {batch.state} got {got}"
        if mailing.state is not MailingState.HALTED:
            found = self.store.get(mailing.id)
            assert found is not None
            assert found.state is MailingState.DONE
