"""A `MailingStore` in memory that keeps the port's promises, and ways to kill a process in the middle of it."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import (
    UNSETTLED,
    Accepted,
    Actor,
    Addressed,
    Batch,
    BatchMove,
    BatchState,
    Cancellation,
    Candidate,
    ClaimTerms,
    Envelope,
    Lease,
    Mailing,
    MailingState,
    Recipient,
    Schedule,
    may_become,
    may_move,
)
from newsletter.domain.pacing import Handed, free_at
from newsletter.errors import StorageError

LEASE = timedelta(minutes=5)
DAY = date(2026, 8, 20)
START = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)


class Killed(BaseException):
    """SIGKILL: no handler of ours runs to any effect after it."""


@dataclass
class FakeClock:
    """Moves only when told to, or by a second each time somebody looks."""

    now: datetime = START
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


class FakeMailingStore:
    """`newsletter.ports.MailingStore` over plain dictionaries. ``shared``: it has any number of workers."""

    def __init__(self, candidates: Sequence[Candidate] = (), *, shared: bool = False) -> None:
        self.shared = shared
        self.working: dict[int, dict[str, datetime]] = {}
        """Mailing -> worker -> when it was last heard of."""
        self.locked: set[str] = set()
        """Batches that another transaction is claiming just now."""
        self.people = list(candidates)
        self.left: set[int] = set()
        """Subscriber ids that unsubscribed or were suppressed since the freeze."""
        self.mailings: dict[int, Mailing] = {}
        self.rows: dict[str, Batch] = {}
        self.members: dict[str, list[Recipient]] = {}
        self.skipped: set[str] = set()
        self.leases: dict[int, tuple[str, datetime]] = {}
        self.moves: list[tuple[str, BatchMove]] = []
        self.handed: list[tuple[datetime, int]] = []

    def find(self, day: date) -> Mailing | None:
        found = [m for m in self.mailings.values() if m.issue_date == day]
        return found[-1] if found else None

    def candidates(self, frozen_at: datetime) -> Iterator[Candidate]:
        return iter(self.people)

    def freeze(
        self,
        day: date,
        revision: int,
        html_sha256: str,
        provider: str,
        batch_size: int,
        frozen_at: datetime,
        due: Callable[[str, str], datetime] | None = None,
    ) -> Mailing:
        if earlier := self.find(day):
            return earlier
        number = len(self.mailings) + 1
        chosen = [c for c in self.people if c.exclusion is None]
        reasons: dict[ExclusionReason, int] = {}
        for candidate in self.people:
            if candidate.exclusion is not None:
                reasons[candidate.exclusion] = reasons.get(candidate.exclusion, 0) + 1
        for start in range(0, len(chosen), batch_size):
            part = chosen[start : start + batch_size]
            batch_id = f"m{number}b{start // batch_size + 1}"
            self.members[batch_id] = [
                Recipient(
                    f"d{number}-{c.subscriber_id}",
                    c.subscriber_id,
                    c.public_id,
                    c.email,
                    c.name,
                    c.token_version,
                )
                for c in part
            ]
            due_at = due("", "") if due else frozen_at
            self.rows[batch_id] = Batch(batch_id, number, BatchState.PENDING, len(part), 0, due_at=due_at)
        mailing = Mailing(
            number,
            day,
            revision,
            html_sha256,
            MailingState.FROZEN,
            frozen_at,
            len(self.people),
            len(chosen),
            reasons,
            provider,
        )
        self.mailings[number] = mailing
        return mailing

    def get(self, mailing_id: int) -> Mailing | None:
        return self.mailings.get(mailing_id)

    def state(self, mailing_id: int) -> MailingState | None:
        return self.mailings[mailing_id].state

    def set_state(self, mailing_id: int, state: MailingState, note: str, at: datetime) -> bool:
        legal = may_become(self.mailings[mailing_id].state, state)
        if legal and not (state is MailingState.DONE and self.batches(mailing_id, UNSETTLED)):
            self.mailings[mailing_id] = replace(self.mailings[mailing_id], state=state, note=note)
            return True
        return False

    def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
        holder = self.leases.get(mailing_id)
        if not self.shared and holder and holder[0] != owner and at - holder[1] < LEASE:
            return False
        if not self.shared:
            self.working[mailing_id] = {}
        self.leases[mailing_id] = ("several workers" if self.shared else owner, at)
        self.working.setdefault(mailing_id, {})[owner] = at
        return True

    def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> bool:
        holder = self.leases.get(mailing_id, ("", at))[0]
        if holder not in ("several workers", owner) or owner not in self.working[mailing_id]:
            return False
        self.leases[mailing_id] = (holder, at)
        self.working[mailing_id][owner] = at
        return True

    def release(self, mailing_id: int, owner: str) -> None:
        left = self.working.get(mailing_id, {})
        left.pop(owner, None)
        if self.leases.get(mailing_id, ("", None))[0] == owner or (self.shared and not left):
            self.leases.pop(mailing_id, None)

    def close(
        self, mailing_id: int, owner: str, state: MailingState, note: str, at: datetime
    ) -> MailingState:
        self.release(mailing_id, owner)
        if state is MailingState.DONE or not self._living(mailing_id, at):
            self.set_state(mailing_id, state, note, at)
        return self.mailings[mailing_id].state

    def _living(self, mailing_id: int, at: datetime) -> set[str]:
        return {who for who, heard in self.working.get(mailing_id, {}).items() if heard >= at - LEASE}

    def lease(self, mailing_id: int) -> Lease | None:
        holder = self.leases.get(mailing_id)
        return Lease(*holder, holder[1] + LEASE) if holder else None

    def workers(self, mailing_id: int) -> tuple[Lease, ...]:
        found = self.working.get(mailing_id, {})
        return tuple(Lease(owner, heard, heard + LEASE) for owner, heard in found.items())

    def orphans_to_uncertain(
        self, mailing_id: int, at: datetime, gone: Callable[[str], bool] = lambda _: False
    ) -> int:
        living = {who for who in self._living(mailing_id, at) if not gone(who)}
        self.working[mailing_id] = {who: self.working[mailing_id][who] for who in living}
        orphans = [
            b for b in self.batches(mailing_id, (BatchState.SUBMITTING,)) if b.claimed_by not in living
        ]
        for batch in orphans:
            self.move(batch.id, BatchState.SUBMITTING, BatchState.UNCERTAIN, at, "its process died")
        return len(orphans)

    def next_due(self, mailing_id: int, missed_before: datetime | None = None) -> datetime | None:
        found = [b for b in self.batches(mailing_id) if self._may_go(b, missed_before)]
        return min((b.due_at for b in found if b.due_at), default=None)

    def next_pending(
        self, mailing_id: int, missed_before: datetime | None = None
    ) -> tuple[datetime, int] | None:
        found = [b for b in self.batches(mailing_id) if self._may_go(b, missed_before)]
        return min(((b.due_at, b.recipients) for b in found if b.due_at), default=None)

    def _may_go(self, batch: Batch, missed_before: datetime | None) -> bool:
        missed = missed_before is not None and batch.due_at is not None and batch.due_at <= missed_before
        return batch.state is BatchState.PENDING and not missed

    def handed_over(self, since: datetime) -> Handed:
        return [(at, count) for at, count in self.handed if at > since]

    def hasten(self, mailing_id: int, at: datetime, *, older_too: bool = False) -> None:
        for batch in self.batches(mailing_id):
            if batch.state is BatchState.PENDING:
                self.rows[batch.id] = replace(batch, due_at=at)

    def claim(
        self, mailing_id: int, at: datetime, terms: ClaimTerms
    ) -> tuple[Batch, tuple[Recipient, ...]] | None:
        if self.mailings[mailing_id].state is MailingState.HALTED:
            return None
        if terms.owner and terms.owner not in self.working.get(mailing_id, {}):
            return None
        for batch in self.batches(mailing_id):
            if batch.id in self.locked:
                continue
            if self._may_go(batch, terms.missed_before) and (batch.due_at or at) <= terms.until:
                if free_at(self.handed, terms.limits, batch.recipients, at) > at:
                    return None
                self.handed.append((at, batch.recipients))
                gone = [r for r in self.members[batch.id] if r.subscriber_id in self.left]
                self.skipped.update(r.delivery_id for r in gone)
                ahead = bool(terms.provider_batch) and terms.is_ahead(batch.due_at, at)
                self.rows[batch.id] = replace(
                    batch,
                    attempts=batch.attempts + 1,
                    send_at=batch.due_at if ahead else None,
                    provider_batch=terms.provider_batch if ahead else "",
                    claimed_by=terms.owner,
                )
                self.move(batch.id, BatchState.PENDING, BatchState.SUBMITTING, at)
                rest = tuple(r for r in self.members[batch.id] if r.delivery_id not in self.skipped)
                return self.rows[batch.id], rest
        return None

    def move(
        self,
        batch_id: str,
        old: BatchState,
        new: BatchState,
        at: datetime,
        reason: str = "",
        message_id: str = "",
        *,
        by: Actor = Actor.SENDER,
        attempt: int | None = None,
    ) -> bool:
        batch = self.rows[batch_id]
        again = old in (BatchState.UNCERTAIN, BatchState.CANCELLING) and new is BatchState.PENDING
        if batch.seen_at and again:
            return False
        if batch.state is not old or not may_move(old, new, by) or attempt not in (None, batch.attempts):
            return False
        moved = replace(
            batch, state=new, reason=reason, message_id=message_id or batch.message_id, changed_at=at
        )
        if BatchState.CANCELLING in (old, new):
            moved = replace(moved, was=old.value if new is BatchState.CANCELLING else "")
        if new is BatchState.PENDING:
            moved = replace(moved, send_at=None, provider_batch="", provider="", seen_at=None)
        self.rows[batch_id] = moved
        self.moves.append((batch_id, BatchMove(at, old, new, by, batch.attempts, reason)))
        return True

    def keep_receipt(self, batch_id: str, attempt: int, message_id: str) -> None:
        batch = self.rows[batch_id]
        if batch.state is BatchState.SUBMITTED and batch.attempts == attempt:
            self.rows[batch_id] = replace(batch, message_id=batch.message_id or message_id)

    def history(self, batch_id: str) -> tuple[BatchMove, ...]:
        return tuple(move for moved, move in self.moves if moved == batch_id)

    def batches(self, mailing_id: int, states: Collection[BatchState] = ()) -> tuple[Batch, ...]:
        mine = (b for b in list(self.rows.values()) if b.mailing_id == mailing_id)
        return tuple(b for b in mine if not states or b.state in states)

    def batch(self, batch_id: str) -> Batch | None:
        return self.rows.get(batch_id)

    def counts(self, mailing_id: int) -> Mapping[str, int]:
        totals = dict.fromkeys([s.value for s in BatchState], 0) | {"skipped": 0}
        for batch in self.batches(mailing_id):
            gone = sum(r.delivery_id in self.skipped for r in self.members[batch.id])
            totals["skipped"] += gone
            totals[batch.state.value] += len(self.members[batch.id]) - gone
        return totals

    def tally(self, mailing_id: int) -> Mapping[str, int]:
        return self.counts(mailing_id)


class Atomic:
    """Wraps a store for several threads: one call after the other, as a database makes of them."""

    def __init__(self, store: FakeMailingStore) -> None:
        self._store, self._lock = store, threading.RLock()

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if not callable(value):
            return value

        def locked(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return value(*args, **kwargs)

        return locked


class DyingProcess:
    """Wraps a store or provider; at the ``at``-th call of any wrapped part the process dies, for good.

    ``after``: the call took effect, its answer never arrived.
    """

    def __init__(self, at: int, *, after: bool) -> None:
        self.calls_left, self.after, self.dead = at, after, False

    def wrap(self, part: Any) -> Any:
        return _Wrapped(part, self)

    def step(self, call: Callable[[], Any]) -> Any:
        if self.dead:
            raise Killed
        self.calls_left -= 1
        if self.calls_left:
            return call()
        self.dead = True
        if self.after:
            call()
        raise Killed


class _Wrapped:
    def __init__(self, part: Any, process: DyingProcess) -> None:
        self._part, self._process = part, process

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if not callable(value):
            return value
        return lambda *args, **kwargs: self._process.step(lambda: value(*args, **kwargs))


class ScriptedProvider:
    """Accepts, unless the script's next entry is an error to raise; remembers who was mailed.

    An entry ``(error, True)`` accepts the batch first: the answer is lost, the mail is not.
    """

    name = "scripted"
    real = False

    def __init__(self, *script: Any, batch_size: int = 10) -> None:
        self.script, self.batch_size = list(script), batch_size
        self.mailed: list[str] = []
        self.asked: list[str] = []
        self.tokens: dict[str, str] = {}

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        self.asked.append(batch_id)
        entry = self.script.pop(0) if self.script else None
        error, accepted = entry if isinstance(entry, tuple) else (entry, entry is None)
        if callable(error):
            error = error()
        if accepted or error is None:
            self.mailed += [one.recipient.email for one in recipients]
            self.tokens |= {one.recipient.email: one.unsubscribe_token for one in recipients}
        if error is not None:
            raise error
        return Accepted(f"receipt-{batch_id}")

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        raise NotImplementedError


class PostRoom(ScriptedProvider):
    """A scripted provider that takes mail ahead of its time, and keeps SendGrid's rules about cancelling it.

    An entry of ``answers`` is raised by a cancellation; ``(error, True)`` cancels first.
    """

    ahead = timedelta(minutes=60)
    cancel_before = timedelta(minutes=10)
    most_cancellations = 10

    def __init__(self, clock: FakeClock, *script: Any, batch_size: int = 10) -> None:
        super().__init__(*script, batch_size=batch_size)
        self.clock = clock
        self.ids: list[str] = []
        self.taken: list[tuple[str, Schedule | None]] = []
        """(address, schedule) of whatever was accepted."""
        self.cancelled: list[str] = []
        self.answers: list[Any] = []
        self.reservations: list[Any] = []
        """Errors to raise instead of giving an id."""

    @property
    def delivered(self) -> Counter[str]:
        """Who gets how many, once all has been sent: what was cancelled never is."""
        return Counter(
            email
            for email, schedule in self.taken
            if schedule is None or schedule.provider_batch not in self.cancelled
        )

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        now, before = self.clock.now, len(self.mailed)
        if schedule is not None:
            assert schedule.provider_batch in self.ids, "no id of ours"
            assert schedule.provider_batch not in {s.provider_batch for _, s in self.taken if s}, (
                "an id again"
            )
            assert now < schedule.send_at <= now + self.ahead
        try:
            return super().submit(envelope, batch_id, recipients, schedule)
        finally:
            self.taken += [(email, schedule) for email in self.mailed[before:]]

    def reserve(self) -> str:
        if self.reservations:
            raise self.reservations.pop(0)
        self.ids.append(f"id-{len(self.ids) + 1}")
        return self.ids[-1]

    def cancellations(self) -> frozenset[str]:
        return frozenset(self.cancelled)

    def cancel(self, provider_batch: str) -> Cancellation:
        assert provider_batch in self.ids, "no id of ours"
        entry = self.answers.pop(0) if self.answers else None
        error, done = entry if isinstance(entry, tuple) else (entry, entry is None)
        found = self._cancel(provider_batch) if done else Cancellation.REFUSED
        if error is not None:
            raise error
        return found

    def _cancel(self, provider_batch: str) -> Cancellation:
        if provider_batch in self.cancelled:
            return Cancellation.CONFIRMED
        if len(self.cancelled) >= self.most_cancellations:
            return Cancellation.FULL
        limit = self.clock.now + self.cancel_before
        if any(s.send_at < limit for _, s in self.taken if s and s.provider_batch == provider_batch):
            return Cancellation.REFUSED
        self.cancelled.append(provider_batch)
        return Cancellation.CONFIRMED


class BrokenStore(FakeMailingStore):
    """Cannot record that a batch was accepted."""

    def move(self, batch_id: str, old: BatchState, new: BatchState, *rest: Any, **more: Any) -> bool:
        if new is BatchState.SUBMITTED:
            raise StorageError("The database is gone.")
        return super().move(batch_id, old, new, *rest, **more)


def people(count: int, first: int = 1) -> list[Candidate]:
    return [
        Candidate(n, f"p{n}", f"reader{n}@example.org", f"Reader {n}", 1) for n in range(first, first + count)
    ]


def envelope(**changes: Any) -> Envelope:
    """An issue's mail with a slot in both parts."""
    link = f"https://news.example.com/u/{UNSUBSCRIBE_SLOT}"
    base = Envelope(
        subject="Both sides of the harbour vote",
        html=f'<html lang="en"><body><p>Café news</p><a href="{link}">Unsubscribe</a></body></html>\n',
        text=f"Café news\n\nUnsubscribe: {link}\n",
        from_email="daily@news.example.com",
        from_name="Both Sides",
        list_id="daily.news.example.com",
        issue_date=DAY.isoformat(),
        public_url="https://news.example.com",
    )
    return replace(base, **changes)


def addressed(count: int, first: int = 1) -> list[Addressed]:
    return [
        Addressed(Recipient(f"d{n}", n, f"p{n}", f"reader{n}@example.org", f"Reader {n}", 1), f"token{n}")
        for n in range(first, first + count)
    ]


def token_of(recipient: Recipient) -> str:
    return f"{recipient.public_id}.signed"


def frozen(store: FakeMailingStore, *, batch_size: int = 10, provider: str = "") -> Mailing:
    digest = hashlib.sha256(envelope().html.encode()).hexdigest()
    return store.freeze(DAY, 1, digest, provider, batch_size, START)
