"""Batches that the provider told of: it has accepted them, whatever we believed. Nobody has to settle those."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import Actor, BatchState, may_move
from newsletter.storage.moving import move
from newsletter.storage.tables import batches

TOLD_OF = "The provider tells of mail in it, so it was accepted."
PROVABLE = tuple(
    old for old in BatchState if may_move(old, BatchState.SUBMITTED, Actor.PROVIDER)
)  # states that an event ends


def mark_seen(connection: Connection, told: sa.ColumnElement[bool], at: datetime) -> None:
    """Note that the provider told of these batches; the first time stays.

    Kept also for a batch that is still under way: if its process dies now, the proof is there already.
    """
    connection.execute(sa.update(batches).where(told, batches.c.seen_at.is_(None)).values(seen_at=at))


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
    query = sa.select(batches.c.batch_id, batches.c.mailing_id, batches.c.state)
    seen = query.where(among, provable, batches.c.seen_at.is_not(None)).order_by(batches.c.id)
    return tuple(
        sorted(
            (row.batch_id, row.mailing_id)
            for row in connection.execute(seen.with_for_update()).all()
            if _accepted(connection, row.batch_id, BatchState(row.state), at)
        )
    )


def _accepted(connection: Connection, batch_id: str, old: BatchState, at: datetime) -> bool:
    return move(connection, batch_id, old, BatchState.SUBMITTED, at, TOLD_OF, by=Actor.PROVIDER)
