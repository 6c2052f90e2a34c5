"""`MailingStore` on SQL: a mailing, its lease, its batches and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import (
    HANDED_OVER,
    Actor,
    Batch,
    BatchMove,
    BatchState,
    Candidate,
    ClaimTerms,
    Lease,
    Mailing,
    MailingState,
    Recipient,
)
from newsletter.domain.pacing import Handed
from newsletter.errors import StorageError
from newsletter.ports import Reached
from newsletter.storage import working
from newsletter.storage.claiming import batch_from, claim, handed_over, next_pending, people_of
from newsletter.storage.columns import AnyRow
from newsletter.storage.correcting import freeze_correction, reached
from newsletter.storage.engine import Database
from newsletter.storage.freezing import DueTimes, exclusion, freeze
from newsletter.storage.moving import history, move
from newsletter.storage.settling import settle_seen
from newsletter.storage.switching import switch_provider
from newsletter.storage.tables import batches, exclusions, mailings, mornings, recipients, subscribers
from newsletter.storage.working import LEASE

_PAGE = 1000


class SqlMailingStore:
    """See `ports.MailingStore`; every method is one committed transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, day: date, correction: int = 0) -> Mailing | None:
        """The mailing of that issue date; with a number, of that correction to it."""
        with self._db.read() as connection:
            return _find(connection, _of(day, correction))

    def get(self, mailing_id: int) -> Mailing | None:
        """The mailing of that number."""
        with self._db.read() as connection:
            return _find(connection, mailings.c.id == mailing_id)

    def unfinished(self, since: date) -> tuple[Mailing, ...]:
        """See `ports.MailingStore.unfinished`."""
        ended = [MailingState.DONE.value, MailingState.HALTED.value]
        began = datetime.combine(since, time(), UTC)  # a correction may be to an issue of long ago
        recent = sa.or_(
            mailings.c.issue_date >= since, sa.and_(mailings.c.correction > 0, mailings.c.frozen_at >= began)
        )
        query = sa.select(mailings).where(recent, mailings.c.state.not_in(ended))
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(mailings.c.issue_date, mailings.c.correction)).all()
            return tuple(_mailing(connection, row) for row in rows)

    def to_stop(self, at: datetime) -> tuple[Mailing, ...]:
        """See `ports.MailingStore.to_stop`."""
        states = {state.value for state in HANDED_OVER} - {BatchState.SUBMITTING.value}
        unsent = {BatchState.PENDING.value, BatchState.FAILED.value, BatchState.SUBMITTING.value}
        callable_back = sa.or_(batches.c.left_at.is_(None), batches.c.state == BatchState.CANCELLING.value)
        left = sa.exists().where(
            batches.c.mailing_id == mailings.c.id,
            sa.or_(
                batches.c.state.in_(unsent),
                sa.and_(batches.c.state.in_(states), batches.c.send_at > at, callable_back),
            ),
        )
        query = sa.select(mailings).where(mailings.c.state == MailingState.HALTED.value, left)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(mailings.c.issue_date, mailings.c.correction)).all()
            return tuple(_mailing(connection, row) for row in rows)

    def candidates(self, frozen_at: datetime) -> Iterator[Candidate]:
        """Every subscriber on the list in order of joining, each with its exclusion or None; streams."""
        columns = [subscribers.c[name] for name in ("id", "public_id", "email", "name", "token_version")]
        query = (
            sa.select(*columns, exclusion(frozen_at, frozen_at).label("why"))
            .order_by(subscribers.c.id)
            .limit(_PAGE)
        )
        last = 0
        while True:
            with self._db.read() as connection:
                rows = connection.execute(query.where(subscribers.c.id > last)).all()
            yield from map(_candidate, rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1].id

    def freeze(
        self,
        day: date,
        revision: int,
        html_sha256: str,
        provider: str,
        batch_size: int,
        frozen_at: datetime,
        due: DueTimes | None = None,
    ) -> Mailing:
        """See `ports.MailingStore.freeze`: the audience is settled once a date, whoever asks again."""
        given = due or (lambda _zone, _at: frozen_at)
        about = (revision, html_sha256, provider, batch_size, frozen_at)
        return self._frozen(day, 0, lambda connection: freeze(connection, day, *about, given))

    def freeze_correction(
        self,
        day: date,
        number: int,
        revision: int,
        html_sha256: str,
        provider: str,
        batch_size: int,
        frozen_at: datetime,
    ) -> Mailing:
        """See `correcting.freeze_correction`; once a correction, whoever asks again."""
        about = (revision, html_sha256, provider, batch_size, frozen_at)
        return self._frozen(
            day, number, lambda connection: freeze_correction(connection, day, number, *about)
        )

    def _frozen(self, day: date, correction: int, how: Callable[[Connection], int]) -> Mailing:
        found = self.find(day, correction)
        if found is not None:
            return found
        try:
            with self._db.write(snapshot=True) as connection:
                how(connection)
        except StorageError:
            # Another process froze the same one meanwhile: the unique key let one of the two through.
            found = self.find(day, correction)
            if found is None:
                raise
            return found
        return self._must_find(_of(day, correction))

    def reached(self, day: date, correction: int = 0) -> Reached:
        """See `correcting.reached`."""
        with self._db.read() as connection:
            return reached(connection, day, correction)

    def _must_find(self, condition: sa.ColumnElement[bool]) -> Mailing:
        with self._db.read() as connection:
            found = _find(connection, condition)
        if found is None:
            raise StorageError("The mailing has vanished from the database.", todo="Restore a backup.")
        return found

    def state(self, mailing_id: int) -> MailingState | None:
        """As it is now; None for an unknown number."""
        with self._db.read() as connection:
            found = connection.scalar(sa.select(mailings.c.state).where(mailings.c.id == mailing_id))
        return MailingState(found) if found else None

    def set_state(self, mailing_id: int, state: MailingState, note: str, at: datetime) -> bool:
        """See `ports.MailingStore.set_state`."""
        with self._db.write(durable=True) as connection:
            return working.set_state(connection, mailing_id, state, note, at)

    def switch_provider(self, mailing_id: int, provider: str, at: datetime) -> None:
        """See `switching.switch_provider`."""
        with self._db.write() as connection:
            switch_provider(connection, mailing_id, provider, at, LEASE)

    @property
    def shared(self) -> bool:
        """Whether several workers may send one mailing: SQLite serves one."""
        return self._db.postgres

    def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
        """See `ports.MailingStore.acquire`."""
        with self._db.write() as connection:
            return working.acquire(connection, mailing_id, owner, at)

    def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> bool:
        """See `ports.MailingStore.heartbeat`."""
        with self._db.write() as connection:
            return working.heartbeat(connection, mailing_id, owner, at)

    def lease(self, mailing_id: int) -> Lease | None:
        """See `working.lease`."""
        with self._db.read() as connection:
            return working.lease(connection, mailing_id)

    def workers(self, mailing_id: int) -> tuple[Lease, ...]:
        """See `ports.MailingStore.workers`."""
        with self._db.read() as connection:
            return working.working(connection, mailing_id)

    def release(self, mailing_id: int, owner: str) -> None:
        """See `ports.MailingStore.release`."""
        with self._db.write() as connection:
            working.release(connection, mailing_id, owner)

    def close(
        self, mailing_id: int, owner: str, state: MailingState, note: str, at: datetime
    ) -> MailingState:
        """See `ports.MailingStore.close`."""
        with self._db.write(durable=True) as connection:
            return working.close(connection, mailing_id, owner, state, note, at)

    def orphans_to_uncertain(
        self, mailing_id: int, at: datetime, gone: Callable[[str], bool] = lambda _: False
    ) -> int:
        """See `ports.MailingStore.orphans_to_uncertain`."""
        with self._db.write() as connection:
            return working.orphans_to_uncertain(connection, mailing_id, at, gone)

    def next_due(self, mailing_id: int, missed_before: datetime | None = None) -> datetime | None:
        """See `claiming.next_due`."""
        with self._db.read() as connection:
            found = next_pending(connection, mailing_id, missed_before)
        return found.due_at if found else None

    def next_pending(
        self, mailing_id: int, missed_before: datetime | None = None
    ) -> tuple[datetime, int] | None:
        """See `ports.MailingStore.next_pending`."""
        with self._db.read() as connection:
            found = next_pending(connection, mailing_id, missed_before)
        return (found.due_at, found.recipients) if found else None

    def claim(
        self, mailing_id: int, at: datetime, terms: ClaimTerms
    ) -> tuple[Batch, tuple[Recipient, ...]] | None:
        """See `claiming.claim`. Durable: a claim that a power cut undid would be sent again."""
        with self._db.write(durable=True) as connection:
            return claim(connection, mailing_id, at, terms)

    def handed_over(self, since: datetime) -> Handed:
        """See `claiming.handed_over`."""
        with self._db.read() as connection:
            return handed_over(connection, since)

    def hasten(self, mailing_id: int, at: datetime, *, older_too: bool = False) -> None:
        """See `ports.MailingStore.hasten`."""
        pending = sa.and_(batches.c.mailing_id == mailing_id, batches.c.state == BatchState.PENDING.value)
        with self._db.write() as connection:
            connection.execute(sa.update(batches).where(pending).values(due_at=at))
            if older_too:
                connection.execute(
                    sa.update(mailings).where(mailings.c.id == mailing_id).values(older_too=True)
                )

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
        """See `moving.move`."""
        with self._db.write() as connection:
            moved = move(connection, batch_id, old, new, at, reason, message_id, by=by, attempt=attempt)
            if moved and new is BatchState.UNCERTAIN:  # what was told of it while it was being cancelled
                settle_seen(connection, batches.c.batch_id == batch_id, at, (new,))
            return moved

    def keep_receipt(self, batch_id: str, attempt: int, message_id: str) -> None:
        """See `ports.MailingStore.keep_receipt`."""
        accepted = (batches.c.batch_id == batch_id, batches.c.attempts == attempt)
        submitted = (batches.c.state == BatchState.SUBMITTED.value, batches.c.message_id == "")
        change = sa.update(batches).where(*accepted, *submitted).values(message_id=message_id)
        with self._db.write() as connection:
            connection.execute(change)

    def history(self, batch_id: str) -> tuple[BatchMove, ...]:
        """See `moving.history`."""
        with self._db.read() as connection:
            return history(connection, batch_id)

    def mornings(self, mailing_id: int) -> tuple[tuple[str, str, datetime], ...]:
        """(timezone, time of day, when it was due) of each wish on the list when it was frozen."""
        query = sa.select(mornings.c.timezone, mornings.c.deliver_at, mornings.c.due_at)
        with self._db.read() as connection:
            rows = connection.execute(query.where(mornings.c.mailing_id == mailing_id))
            return tuple((row.timezone, row.deliver_at, row.due_at) for row in rows)

    def batches(self, mailing_id: int, states: Collection[BatchState] = ()) -> tuple[Batch, ...]:
        """In the order in which they are sent; with ``states`` only those in one of them."""
        query = sa.select(batches).where(batches.c.mailing_id == mailing_id).order_by(batches.c.number)
        if states:
            query = query.where(batches.c.state.in_([state.value for state in states]))
        with self._db.read() as connection:
            return tuple(map(batch_from, connection.execute(query)))

    def batch(self, batch_id: str) -> Batch | None:
        """The batch of that id."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(batches).where(batches.c.batch_id == batch_id)).first()
        return batch_from(row) if row else None

    def recipients_of(self, batch_id: str) -> tuple[Recipient, ...]:
        """See `claiming.people_of`; empty for an unknown batch."""
        with self._db.read() as connection:
            number = connection.scalar(sa.select(batches.c.id).where(batches.c.batch_id == batch_id))
            return () if number is None else people_of(connection, number)

    def exclusions(self, mailing_id: int) -> tuple[tuple[int, str, ExclusionReason], ...]:
        """(subscriber id, public id or empty when removed since, reason) of everybody left out."""
        query = (
            sa.select(exclusions.c.subscriber_id, subscribers.c.public_id, exclusions.c.reason)
            .join(subscribers, subscribers.c.id == exclusions.c.subscriber_id, isouter=True)
            .where(exclusions.c.mailing_id == mailing_id)
            .order_by(exclusions.c.subscriber_id)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return tuple((number, public_id or "", ExclusionReason(why)) for number, public_id, why in rows)

    def skipped(self, mailing_id: int) -> Mapping[str, int]:
        """How many recipients were left out at a claim, by reason."""
        query = (
            sa.select(recipients.c.skipped, sa.func.count().label("people"))
            .join(batches, batches.c.id == recipients.c.batch)
            .where(batches.c.mailing_id == mailing_id, recipients.c.skipped != "")
            .group_by(recipients.c.skipped)
        )
        with self._db.read() as connection:
            return {row.skipped: row.people for row in connection.execute(query)}

    def counts(self, mailing_id: int) -> Mapping[str, int]:
        """Recipients by batch state (each of them, also when 0), and ``skipped``: together all recipients.

        Counted over the recipients' own rows, so that a sum that is wrong is seen; `tally` is the quick one.
        """
        what = sa.case((recipients.c.skipped != "", "skipped"), else_=batches.c.state).label("what")
        query = (
            sa.select(what, sa.func.count().label("people"))
            .join_from(recipients, batches, batches.c.id == recipients.c.batch)
            .where(batches.c.mailing_id == mailing_id)
            .group_by(what)
        )
        with self._db.read() as connection:
            found = {row.what: row.people for row in connection.execute(query)}
        return {name: found.get(name, 0) for name in (*(state.value for state in BatchState), "skipped")}

    def tally(self, mailing_id: int) -> Mapping[str, int]:
        """The same figures as the batches have them, without a look at each recipient."""
        query = (
            sa.select(batches.c.state, sa.func.sum(batches.c.recipients), sa.func.sum(batches.c.skipped))
            .where(batches.c.mailing_id == mailing_id)
            .group_by(batches.c.state)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        found = {state: int(people) for state, people, _ in rows}
        by_state = {state.value: found.get(state.value, 0) for state in BatchState}
        return by_state | {"skipped": sum(int(skipped) for _, _, skipped in rows)}


def _of(day: date, correction: int) -> sa.ColumnElement[bool]:
    return sa.and_(mailings.c.issue_date == day, mailings.c.correction == correction)


def _find(connection: Connection, condition: sa.ColumnElement[bool]) -> Mailing | None:
    row = connection.execute(sa.select(mailings).where(condition)).first()
    return _mailing(connection, row) if row else None


def _mailing(connection: Connection, row: AnyRow) -> Mailing:
    query = (
        sa.select(exclusions.c.reason, sa.func.count())
        .where(exclusions.c.mailing_id == row.id)
        .group_by(exclusions.c.reason)
    )
    return Mailing(
        id=row.id,
        issue_date=row.issue_date,
        revision=row.revision,
        html_sha256=row.html_sha256,
        state=MailingState(row.state),
        frozen_at=row.frozen_at,
        candidates=row.candidates,
        recipients=row.recipients,
        exclusions={ExclusionReason(why): number for why, number in connection.execute(query)},
        provider=row.provider,
        note=row.note,
        correction=row.correction,
    )


def _candidate(row: AnyRow) -> Candidate:
    reason = ExclusionReason(row.why) if row.why else None
    return Candidate(row.id, row.public_id, row.email, row.name, row.token_version, reason)
