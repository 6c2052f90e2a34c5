"""A batch's moves: each legal one is made once, by whoever may, and noted in its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import Actor, BatchMove, BatchState, may_move
from newsletter.storage.columns import AnyRow
from newsletter.storage.tables import batch_moves, batches


def move(
    connection: Connection,
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
    """See `ports.MailingStore.move`. A ``message_id`` once recorded is kept when none is given."""
    if not may_move(old, new, by):
        return False
    mine = [batches.c.batch_id == batch_id, batches.c.state == old.value]
    if attempt is not None:
        mine.append(batches.c.attempts == attempt)
    if _sends_again(old, new, by):  # never what the provider has told of: that was accepted
        mine.append(batches.c.seen_at.is_(None))
    elif old is BatchState.CANCELLING and new in (BatchState.PENDING, BatchState.CANCELLED):
        mine.append(batches.c.left_at.is_(None))  # nor what has gone out, whatever the provider confirms
    change = sa.update(batches).where(*mine).values(_values(old, new, at, reason, message_id))
    row = connection.execute(change.returning(*batches.c)).first()
    if row is None:
        return False
    note_move(connection, row, old, by, at)
    return True


def _sends_again(old: BatchState, new: BatchState, by: Actor) -> bool:
    """Whether it is a step on the way of what is in doubt to being sent afresh."""
    if old is not BatchState.UNCERTAIN:
        return False
    return new is BatchState.PENDING or (new is BatchState.CANCELLING and by is Actor.SENDER)


def _values(old: BatchState, new: BatchState, at: datetime, reason: str, message_id: str) -> dict[str, Any]:
    values: dict[str, Any] = {"state": new.value, "reason": reason, "changed_at": at}
    if message_id:
        values["message_id"] = message_id
    if new is BatchState.CANCELLING:
        values["was"] = old.value
    elif old is BatchState.CANCELLING:
        values["was"] = ""
    if new is BatchState.PENDING:  # whatever the provider had of it is over: the next attempt is a fresh one
        # by whoever is the mailing's provider then
        values |= {"send_at": None, "provider_batch": "", "provider": "", "seen_at": None}
    return values


def note_move(connection: Connection, row: AnyRow, old: BatchState, by: Actor, at: datetime) -> None:
    """Write a move into the history; ``row`` is the batch after it."""
    values = {
        "batch": row.id,
        "at": at,
        "old": old.value,
        "new": row.state,
        "by": by.value,
        "attempt": row.attempts,
        "reason": row.reason,
        "message_id": row.message_id,
        "provider_batch": row.provider_batch,
    }
    connection.execute(sa.insert(batch_moves), values)


def history(connection: Connection, batch_id: str) -> tuple[BatchMove, ...]:
    """Every move of a batch, oldest first."""
    query = (
        sa.select(batch_moves)
        .join(batches, batches.c.id == batch_moves.c.batch)
        .where(batches.c.batch_id == batch_id)
        .order_by(batch_moves.c.id)
    )
    return tuple(
        BatchMove(
            at=row.at,
            old=BatchState(row.old),
            new=BatchState(row.new),
            by=Actor(row.by),
            attempt=row.attempt,
            reason=row.reason,
        )
        for row in connection.execute(query)
    )
