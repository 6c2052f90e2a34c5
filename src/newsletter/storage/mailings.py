"""`MailingStore` on SQL: a mailing, its lease, its batches and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import (
    Batch,
    BatchState,
    Candidate,
    Lease,
    Mailing,
    MailingState,
    Recipient,
    may_move,
)
from newsletter.errors import StorageError
from newsletter.storage.claiming import batch_from, claim, people_of
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.freezing import exclusion, freeze
from newsletter.storage.handovers import part_uncertain
from newsletter.storage.settling import settle_seen
from newsletter.storage.switching import switch_provider
from newsletter.storage.tables import batches, exclusions, mailings, recipients, subscribers

LEASE = timedelta(seconds=90)
"""A process that has not said for so long that it lives is taken for dead."""
ORPHANED = "The process that was sending it died; it may have been accepted."
_PAGE = 1000


class SqlMailingStore:
    """See `ports.MailingStore`; every method is one committed transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, day: date) -> Mailing | None:
        """The mailing of that issue date."""
        with self._db.read() as connection:
            return _find(connection, mailings.c.issue_date == day)

    def get(self, mailing_id: int) -> Mailing | None:
        """The mailing of that number."""
        with self._db.read() as connection:
            return _find(connection, mailings.c.id == mailing_id)

    def candidates(self, frozen_at: datetime) -> Iterator[Candidate]:
        """Every subscriber on the list in order of joining, each with its exclusion or None; streams."""
        columns = [subscribers.c[name] for name in ("id", "public_id", "email", "name", "token_version")]
        query = sa.select(*columns, exclusion(frozen_at).label("why")).order_by(subscribers.c.id).limit(_PAGE)
        last = 0
        while True:
            with self._db.read() as connection:
                rows = connection.execute(query.where(subscribers.c.id > last)).all()
            yield from map(_candidate, rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1].id

    def freeze(
        self, day: date, revision: int, html_sha256: str, provider: str, batch_size: int, frozen_at: datetime
    ) -> Mailing:
        """See `ports.MailingStore.freeze`: the audience is settled once a date, whoever asks again."""
        found = self.find(day)
        if found is not None:
            return found
        try:
            with self._db.write(snapshot=True) as connection:
                freeze(connection, day, revision, html_sha256, provider, batch_size, frozen_at)
        except StorageError:
            # Another process froze the same date meanwhile: the unique key let one of the two through.
            found = self.find(day)
            if found is None:
                raise
            return found
        return self._must_find(mailings.c.issue_date == day)

    def _must_find(self, condition: sa.ColumnElement[bool]) -> Mailing:
        with self._db.read() as connection:
            found = _find(connection, condition)
        if found is None:
            raise StorageError("The mailing has vanished from the database.", todo="Restore a backup.")
        return found

    def set_state(self, mailing_id: int, state: MailingState, note: str, at: datetime) -> None:
        """A halt is final: no later call takes a mailing out of it."""
        change = sa.update(mailings).where(mailings.c.id == mailing_id)
        if state is not MailingState.HALTED:
            change = change.where(mailings.c.state != MailingState.HALTED.value)
        with self._db.write() as connection:
            connection.execute(change.values(state=state.value, note=note, state_at=at))

    def switch_provider(self, mailing_id: int, provider: str, at: datetime) -> None:
        """See `switching.switch_provider`."""
        with self._db.write() as connection:
            switch_provider(connection, mailing_id, provider, at, LEASE)

    def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
        """Take the lease when it is free, one's own, or its holder was last heard of over `LEASE` ago."""
        free = sa.or_(
            mailings.c.lease_owner.in_(("", owner)),
            mailings.c.lease_at.is_(None),
            mailings.c.lease_at < at - LEASE,
        )
        change = sa.update(mailings).where(mailings.c.id == mailing_id, free)
        with self._db.write() as connection:
            return connection.execute(change.values(lease_owner=owner, lease_at=at)).rowcount == 1

    def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> None:
        """Say that the holder lives. `StorageError` when another process has taken the lease: stop then."""
        mine = sa.and_(mailings.c.id == mailing_id, mailings.c.lease_owner == owner)
        with self._db.write() as connection:
            held = connection.execute(sa.update(mailings).where(mine).values(lease_at=at)).rowcount == 1
        if not held:
            raise StorageError(
                "Another process has taken over this mailing.",
                todo="Let it finish; `newsletter deliveries` shows how far it is.",
                mailing_id=mailing_id,
            )

    def lease(self, mailing_id: int) -> Lease | None:
        """The lease as it stands, run out or not; None when nobody holds it."""
        query = sa.select(mailings.c.lease_owner, mailings.c.lease_at).where(mailings.c.id == mailing_id)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        if row is None or not row.lease_owner or row.lease_at is None:
            return None
        return Lease(row.lease_owner, row.lease_at, row.lease_at + LEASE)

    def release(self, mailing_id: int, owner: str) -> None:
        """Give the lease back; nothing happens when it is another's."""
        mine = sa.and_(mailings.c.id == mailing_id, mailings.c.lease_owner == owner)
        with self._db.write() as connection:
            connection.execute(sa.update(mailings).where(mine).values(lease_owner="", lease_at=None))

    def orphans_to_uncertain(self, mailing_id: int, at: datetime) -> int:
        """How many batches a dead process had left `submitting`; they are `uncertain` now."""
        orphans = sa.and_(batches.c.mailing_id == mailing_id, batches.c.state == BatchState.SUBMITTING.value)
        values = {"state": BatchState.UNCERTAIN.value, "reason": ORPHANED, "changed_at": at}
        with self._db.write() as connection:
            change = sa.update(batches).where(orphans).values(values).returning(batches.c.id)
            found = connection.scalars(change).all()
            # What was told of a batch while it was under way settles it as soon as it is in doubt.
            settle_seen(connection, batches.c.mailing_id == mailing_id, at)
            part_uncertain(connection, mailing_id, found, at)
            return len(found)

    def claim(self, mailing_id: int, at: datetime) -> tuple[Batch, tuple[Recipient, ...]] | None:
        """See `claiming.claim`."""
        with self._db.write() as connection:
            return claim(connection, mailing_id, at)

    def move(
        self,
        batch_id: str,
        old: BatchState,
        new: BatchState,
        at: datetime,
        reason: str = "",
        message_id: str = "",
    ) -> bool:
        """Move a batch if it is still in ``old`` and the move is legal; whether it happened.

        A ``message_id`` once recorded is kept when none is given.
        """
        if not may_move(old, new):
            return False
        values: dict[str, Any] = {"state": new.value, "reason": reason, "changed_at": at}
        if message_id:
            values["message_id"] = message_id
        if new is BatchState.PENDING:
            values["provider"] = ""  # nobody has it: it goes by whoever is the mailing's provider then
        mine = sa.and_(batches.c.batch_id == batch_id, batches.c.state == old.value)
        with self._db.write() as connection:
            return connection.execute(sa.update(batches).where(mine).values(values)).rowcount == 1

    def batches(self, mailing_id: int) -> tuple[Batch, ...]:
        """In the order in which they are sent."""
        query = sa.select(batches).where(batches.c.mailing_id == mailing_id).order_by(batches.c.number)
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
        """Recipients by batch state (each of them, also when 0), and ``skipped``: together all recipients."""
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
    )


def _candidate(row: AnyRow) -> Candidate:
    reason = ExclusionReason(row.why) if row.why else None
    return Candidate(row.id, row.public_id, row.email, row.name, row.token_version, reason)
