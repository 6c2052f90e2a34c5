"""Batches that the provider told of: it has accepted them, whatever we believed. Nobody has to settle those.

A cancellation stops what was accepted. So of a batch that was cancelled, or is being, only mail that has gone out
proves anything: `domain.mailing.is_proven`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import Actor, BatchState, is_proven, may_move
from newsletter.storage.columns import AnyRow
from newsletter.storage.moving import move
from newsletter.storage.tables import batch_moves, batches

TOLD_OF = "The provider tells of mail in it, so it was accepted."
PROVABLE = tuple(
    old for old in BatchState if may_move(old, BatchState.SUBMITTED, Actor.PROVIDER)
)  # states that an event may end


def mark_seen(connection: Connection, told: sa.ColumnElement[bool], at: datetime) -> None:
    """Note that the provider told of these batches; the first time stays.

    Kept also for a batch that is still under way: if its process dies now, the proof is there already.
    """
    connection.execute(sa.update(batches).where(told, batches.c.seen_at.is_(None)).values(seen_at=at))


def mark_left(connection: Connection, told: sa.ColumnElement[bool], at: datetime) -> None:
    """Note that mail of these batches has gone out; the first time stays."""
    connection.execute(sa.update(batches).where(told, batches.c.left_at.is_(None)).values(left_at=at))


def cancelled_tries(connection: Connection, provider_batches: Collection[str]) -> frozenset[str]:
    """Those of the provider's ids under which the provider has confirmed that nothing goes out."""
    if not provider_batches:
        return frozenset()
    end = batch_moves.alias("end")
    query = sa.select(batch_moves.c.provider_batch).where(
        batch_moves.c.new == BatchState.SUBMITTING.value,
        batch_moves.c.provider_batch.in_(sorted(provider_batches)),
        sa.exists().where(
            end.c.batch == batch_moves.c.batch,
            end.c.attempt == batch_moves.c.attempt,
            end.c.old == BatchState.CANCELLING.value,
            end.c.new.in_([BatchState.PENDING.value, BatchState.CANCELLED.value]),
        ),
    )
    return frozenset(connection.scalars(query))


def named(numbers: Collection[int], names: Collection[str]) -> sa.ColumnElement[bool]:
    """Batches by row number or id."""
    return sa.or_(batches.c.id.in_(sorted(numbers)), batches.c.batch_id.in_(sorted(names)))


def settle_seen(
    connection: Connection,
    among: sa.ColumnElement[bool],
    at: datetime,
    states: Collection[BatchState] = PROVABLE,
) -> tuple[tuple[str, int], ...]:
    """Batches of those that the provider told of, and that are in one of the states, become submitted.

    The provider's own move, noted in their history; (batch id, mailing) of each.
    """
    provable = batches.c.state.in_([state.value for state in states])
    query = sa.select(batches).where(among, provable, batches.c.seen_at.is_not(None)).order_by(batches.c.id)
    return tuple(
        sorted(
            (row.batch_id, row.mailing_id)
            for row in connection.execute(query.with_for_update()).all()
            if _is_proven(connection, row) and _accepted(connection, row.batch_id, BatchState(row.state), at)
        )
    )


def _is_proven(connection: Connection, row: AnyRow) -> bool:
    left = row.left_at is not None
    return is_proven(BatchState(row.state), left=left, cancelled=not left and _was_cancelled(connection, row))


def _was_cancelled(connection: Connection, row: AnyRow) -> bool:
    """Whether the provider has confirmed that whatever it had of the batch does not go out.

    Not so where an operator once said of a doubt that it was not accepted: that try nobody has cancelled.
    """
    if row.state not in (BatchState.PENDING.value, BatchState.CANCELLED.value):
        return False
    mine = batch_moves.c.batch == row.id
    ends = [BatchState.PENDING.value, BatchState.CANCELLED.value]
    confirmed = sa.exists().where(
        mine,
        batch_moves.c.attempt == row.attempts,
        batch_moves.c.old == BatchState.CANCELLING.value,
        batch_moves.c.new.in_(ends),
    )
    only_said = sa.exists().where(
        mine,
        batch_moves.c.old == BatchState.UNCERTAIN.value,
        batch_moves.c.new == BatchState.PENDING.value,
        batch_moves.c.by == Actor.OPERATOR.value,
    )
    return bool(connection.scalar(sa.select(sa.and_(confirmed, sa.not_(only_said)))))


def _accepted(connection: Connection, batch_id: str, old: BatchState, at: datetime) -> bool:
    return move(connection, batch_id, old, BatchState.SUBMITTED, at, TOLD_OF, by=Actor.PROVIDER)
