"""Who is sending a mailing just now, and what becomes of a dead one's batches.

On PostgreSQL any number of workers share a mailing, and its lease is held by all of them together, so that an older
release, which knows leases only, keeps out. On SQLite the lease is one worker's own. Whatever must not happen between
two steps of a claim (`claiming.claim`) is serialised with all claims of that mailing: `alone`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import UNSETTLED, Actor, BatchState, Lease, MailingState, may_become
from newsletter.storage.handovers import part_uncertain
from newsletter.storage.moving import note_move
from newsletter.storage.settling import settle_seen
from newsletter.storage.statements import serialise
from newsletter.storage.suppressing import upsert
from newsletter.storage.tables import batches, mailings
from newsletter.storage.tables_workers import workers

LEASE = timedelta(seconds=90)
"""A worker that has not said for so long that it lives is taken for dead."""
TOGETHER = "several workers"
"""Holder of the lease of a mailing that may be shared; no worker is called that (`mailing.owner`)."""
ORPHANED = "The process that was sending it died; it may have been accepted."


def alone(connection: Connection, mailing_id: int) -> None:
    """Let no claim of this mailing be under way, nor begin, until this transaction ends.

    In PostgreSQL's queue of locks: those who share a lock on the mailing's row might never all let go of it at once.
    """
    _never_frozen(connection)
    serialise(connection, f"claims of mailing {mailing_id}")


def among_claims(connection: Connection, mailing_id: int) -> None:
    """Be one of any number of claims: none of them keeps out another."""
    _never_frozen(connection)
    serialise(connection, f"claims of mailing {mailing_id}", shared=True)


def _never_frozen(connection: Connection) -> None:
    """A process that is stopped in the middle of a transaction loses it, and its locks with it, before its lease."""
    if connection.dialect.name == "postgresql":
        longest = f"{int(LEASE.total_seconds() * 500)}ms"
        connection.execute(
            sa.select(sa.func.set_config("idle_in_transaction_session_timeout", longest, sa.true()))
        )


def acquire(connection: Connection, mailing_id: int, owner: str, at: datetime) -> bool:
    """See `ports.MailingStore.acquire`."""
    alone(connection, mailing_id)
    holder = _holder(connection, owner)
    free = sa.or_(
        mailings.c.lease_owner.in_(("", holder)),
        mailings.c.lease_at.is_(None),
        mailings.c.lease_at < at - LEASE,
    )
    change = sa.update(mailings).where(mailings.c.id == mailing_id, free)
    if connection.execute(change.values(lease_owner=holder, lease_at=at)).rowcount != 1:
        return False
    if holder == owner:
        others = (workers.c.mailing_id == mailing_id, workers.c.owner != owner)
        connection.execute(sa.delete(workers).where(*others))
    row = {"owner": owner, "mailing_id": mailing_id, "began_at": at, "heard_at": at}
    insert = upsert(connection, workers)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["owner"], set_={"heard_at": insert.excluded.heard_at}),
        row,
    )
    return True


def heartbeat(connection: Connection, mailing_id: int, owner: str, at: datetime) -> bool:
    """See `ports.MailingStore.heartbeat`. The mailing's row before the worker's, as everywhere."""
    alone(connection, mailing_id)
    mine = (mailings.c.id == mailing_id, mailings.c.lease_owner == _holder(connection, owner))
    if connection.execute(sa.update(mailings).where(*mine).values(lease_at=at)).rowcount != 1:
        return False
    return heard(connection, owner, at)


def heard(connection: Connection, owner: str, at: datetime) -> bool:
    """Note that this worker lives; False when it was struck off."""
    change = sa.update(workers).where(workers.c.owner == owner).values(heard_at=at)
    return connection.execute(change).rowcount == 1


def lease(connection: Connection, mailing_id: int) -> Lease | None:
    """The lease as it stands, run out or not; None when nobody holds it."""
    query = sa.select(mailings.c.lease_owner, mailings.c.lease_at).where(mailings.c.id == mailing_id)
    row = connection.execute(query).first()
    if row is None or not row.lease_owner or row.lease_at is None:
        return None
    return Lease(row.lease_owner, row.lease_at, row.lease_at + LEASE)


def working(connection: Connection, mailing_id: int) -> tuple[Lease, ...]:
    """See `ports.MailingStore.workers`."""
    query = sa.select(workers).where(workers.c.mailing_id == mailing_id).order_by(workers.c.began_at)
    return tuple(Lease(row.owner, row.heard_at, row.heard_at + LEASE) for row in connection.execute(query))


def release(connection: Connection, mailing_id: int, owner: str) -> None:
    """See `ports.MailingStore.release`. The last one out gives the lease back."""
    alone(connection, mailing_id)
    connection.execute(sa.delete(workers).where(workers.c.owner == owner))
    last = sa.select(sa.func.max(workers.c.heard_at)).where(workers.c.mailing_id == mailing_id)
    left = connection.scalar(last)
    values = {"lease_at": left} if left else {"lease_owner": "", "lease_at": None}
    mine = (mailings.c.id == mailing_id, mailings.c.lease_owner == _holder(connection, owner))
    connection.execute(sa.update(mailings).where(*mine).values(values))


def close(
    connection: Connection, mailing_id: int, owner: str, state: MailingState, note: str, at: datetime
) -> MailingState:
    """See `ports.MailingStore.close`."""
    release(connection, mailing_id, owner)
    others = (workers.c.mailing_id == mailing_id, workers.c.heard_at >= at - LEASE)
    busy = connection.scalar(sa.select(sa.exists().where(*others)))
    if state is MailingState.DONE or not busy:
        set_state(connection, mailing_id, state, note, at)
    now = sa.select(mailings.c.state).where(mailings.c.id == mailing_id)
    return MailingState(connection.execute(now).scalar_one())


def set_state(connection: Connection, mailing_id: int, state: MailingState, note: str, at: datetime) -> bool:
    """See `ports.MailingStore.set_state`."""
    alone(connection, mailing_id)
    legal = [old.value for old in MailingState if may_become(old, state)]
    mine = [mailings.c.id == mailing_id, mailings.c.state.in_(legal)]
    if state is MailingState.DONE:
        open_ones = [state.value for state in UNSETTLED]
        mine.append(
            ~sa.exists().where(batches.c.mailing_id == mailing_id, batches.c.state.in_(open_ones)),
        )
    change = sa.update(mailings).where(*mine).values(state=state.value, note=note, state_at=at)
    return connection.execute(change).rowcount == 1


def orphans_to_uncertain(
    connection: Connection, mailing_id: int, at: datetime, gone: Callable[[str], bool]
) -> int:
    """See `ports.MailingStore.orphans_to_uncertain`."""
    alone(connection, mailing_id)
    known = connection.execute(sa.select(workers).where(workers.c.mailing_id == mailing_id)).all()
    dead = [row.owner for row in known if row.heard_at < at - LEASE or gone(row.owner)]
    if dead:
        connection.execute(sa.delete(workers).where(workers.c.owner.in_(dead)))
    living = sa.select(workers.c.owner).where(workers.c.mailing_id == mailing_id)
    orphans = (
        batches.c.mailing_id == mailing_id,
        batches.c.state == BatchState.SUBMITTING.value,
        batches.c.claimed_by.not_in(living),
    )
    values = {"state": BatchState.UNCERTAIN.value, "reason": ORPHANED, "changed_at": at}
    rows = connection.execute(sa.update(batches).where(*orphans).values(values).returning(*batches.c)).all()
    for row in rows:
        note_move(connection, row, BatchState.SUBMITTING, Actor.SENDER, at)
    # What was told of a batch while it was under way settles it as soon as it is in doubt.
    settle_seen(connection, batches.c.mailing_id == mailing_id, at, (BatchState.UNCERTAIN,))
    part_uncertain(connection, mailing_id, {row.id for row in rows}, at)
    return len(rows)


def _holder(connection: Connection, owner: str) -> str:
    return TOGETHER if connection.dialect.name == "postgresql" else owner
