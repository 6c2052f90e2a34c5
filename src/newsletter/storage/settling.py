"""Uncertain batches that need nobody: what the provider told of, it has accepted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import BatchState
from newsletter.storage.tables import batches

TOLD_OF = "The provider tells of mail in it, so it was accepted."


def mark_seen(connection: Connection, told: sa.ColumnElement[bool], at: datetime) -> None:
    """Note that the provider told of these batches; the first time stays.

    Kept also for a batch that is still under way: if its process dies now, the proof is there already.
    """
    connection.execute(sa.update(batches).where(told, batches.c.seen_at.is_(None)).values(seen_at=at))


def named(numbers: Collection[int], names: Collection[str]) -> sa.ColumnElement[bool]:
    """Batches by row number or id."""
    return sa.or_(batches.c.id.in_(sorted(numbers)), batches.c.batch_id.in_(sorted(names)))


def settle_seen(
    connection: Connection, among: sa.ColumnElement[bool], at: datetime
) -> tuple[tuple[str, int], ...]:
    """Uncertain batches of those that the provider told of become submitted: (batch id, mailing) of each."""
    settled = sa.and_(among, batches.c.state == BatchState.UNCERTAIN.value, batches.c.seen_at.is_not(None))
    values = {"state": BatchState.SUBMITTED.value, "reason": TOLD_OF, "changed_at": at}
    change = sa.update(batches).where(settled).values(values)
    rows = connection.execute(change.returning(batches.c.batch_id, batches.c.mailing_id))
    return tuple(sorted((row.batch_id, row.mailing_id) for row in rows))
