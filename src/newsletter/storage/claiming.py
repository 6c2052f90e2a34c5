"""Claiming a batch: it becomes `submitting`, committed, before anything is sent to anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import Batch, BatchState, MailingState, Recipient
from newsletter.storage.columns import AnyRow
from newsletter.storage.freezing import exclusion
from newsletter.storage.tables import batches, mailings, recipients, subscribers

REMOVED = "removed from the list"
"""Why a recipient was skipped who is no subscriber any more."""
NOBODY_LEFT = "Everybody in it had left the list; nothing was sent."


def claim(
    connection: Connection, mailing_id: int, at: datetime
) -> tuple[Batch, tuple[Recipient, ...]] | None:
    """See `ports.MailingStore.claim`. A halted mailing has no batch to give.

    A batch with nobody left to mail is settled on the way, as `submitted` without a message id.
    """
    # Locked, so that an operator's halt waits for this claim or is seen by it.
    state = sa.select(mailings.c.state).where(mailings.c.id == mailing_id).with_for_update(read=True)
    if connection.scalar(state) in (None, MailingState.HALTED.value):
        return None
    while (number := connection.scalar(_next_pending(mailing_id))) is not None:
        _skip_those_gone(connection, number)
        people = _still_there(connection, number)
        settled = {} if people else {"state": BatchState.SUBMITTED.value, "reason": NOBODY_LEFT}
        values = {
            "state": BatchState.SUBMITTING.value,
            "attempts": batches.c.attempts + 1,
            "recipients": len(people),
            "reason": "",
            "changed_at": at,
        }
        change = sa.update(batches).where(batches.c.id == number).values({**values, **settled})
        row = connection.execute(change.returning(*batches.c)).one()
        if people:
            return batch_from(row), people
    return None


def people_of(connection: Connection, number: int) -> tuple[Recipient, ...]:
    """Everybody frozen into a batch and not skipped, in order of joining.

    Who was removed from the list since is there by delivery id only: everything else is gone for good.
    """
    rows = connection.execute(_people(number, outer=True))
    return tuple(_recipient(row) for row in rows)


def batch_from(row: AnyRow) -> Batch:
    return Batch(
        id=row.batch_id,
        mailing_id=row.mailing_id,
        state=BatchState(row.state),
        recipients=row.recipients,
        attempts=row.attempts,
        reason=row.reason,
        message_id=row.message_id,
        changed_at=row.changed_at,
    )


def _next_pending(mailing_id: int) -> sa.Select[int]:
    """The first pending batch that no other transaction is claiming (SQLite: there is no other)."""
    return (
        sa.select(batches.c.id)
        .where(batches.c.mailing_id == mailing_id, batches.c.state == BatchState.PENDING.value)
        .order_by(batches.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _skip_those_gone(connection: Connection, number: int) -> None:
    """Record as skipped, with the reason, whoever must not be mailed any more."""
    person = subscribers.c.id == recipients.c.subscriber_id
    gone = sa.or_(subscribers.c.id.is_(None), exclusion().is_not(None))
    theirs = (
        sa.select(recipients.c.id)
        .join_from(recipients, subscribers, person, isouter=True)
        .where(recipients.c.batch == number, recipients.c.skipped == "", gone)
    )
    why = sa.func.coalesce(sa.select(exclusion()).where(person).scalar_subquery(), REMOVED)
    connection.execute(sa.update(recipients).where(recipients.c.id.in_(theirs)).values(skipped=why))


def _still_there(connection: Connection, number: int) -> tuple[Recipient, ...]:
    return tuple(_recipient(row) for row in connection.execute(_people(number, outer=False)))


def _people(number: int, *, outer: bool) -> sa.Select[Any]:
    join = recipients.join(subscribers, subscribers.c.id == recipients.c.subscriber_id, isouter=outer)
    return (
        sa.select(
            recipients.c.delivery_id,
            recipients.c.subscriber_id,
            subscribers.c.public_id,
            subscribers.c.email,
            subscribers.c.name,
            subscribers.c.token_version,
        )
        .select_from(join)
        .where(recipients.c.batch == number, recipients.c.skipped == "")
        .order_by(recipients.c.subscriber_id)
    )


def _recipient(row: AnyRow) -> Recipient:
    return Recipient(
        delivery_id=row.delivery_id,
        subscriber_id=row.subscriber_id,
        public_id=row.public_id or "",
        email=row.email or "",
        name=row.name or "",
        token_version=row.token_version or 0,
    )
