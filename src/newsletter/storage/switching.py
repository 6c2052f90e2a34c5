"""Going on with another provider: for what is pending. What the old one has, or may have, stays its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import Actor, BatchState
from newsletter.errors import Refused, StorageError
from newsletter.storage.moving import move
from newsletter.storage.tables import batches, mailings

_FREE = (BatchState.PENDING.value, BatchState.FAILED.value)
"""Certainly not with any provider."""


def switch_provider(
    connection: Connection, mailing_id: int, provider: str, at: datetime, lease: timedelta
) -> None:
    """See `ports.MailingStore.switch_provider`. ``lease``: how long a silent process counts as alive."""
    query = sa.select(mailings).where(mailings.c.id == mailing_id).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise StorageError("There is no such mailing.", mailing_id=mailing_id)
    if row.provider == provider:
        return
    if row.lease_owner and row.lease_at is not None and row.lease_at >= at - lease:
        raise Refused(
            f"The mailing of {row.issue_date} is being sent by {row.provider} just now.",
            todo="Stop that process, or wait until it ends; then run the command again.",
            mailing_id=mailing_id,
        )
    _end_asking(connection, mailing_id, row.provider, at)
    taken = sa.and_(
        batches.c.mailing_id == mailing_id, batches.c.state.not_in(_FREE), batches.c.provider == ""
    )
    connection.execute(sa.update(batches).where(taken).values(provider=row.provider))
    connection.execute(sa.update(mailings).where(mailings.c.id == mailing_id).values(provider=provider))


def _end_asking(connection: Connection, mailing_id: int, provider: str, at: datetime) -> None:
    """Nobody asks the old provider any more to cancel what is in doubt: only an event, or a person, can tell."""
    query = sa.select(batches.c.batch_id).where(
        batches.c.mailing_id == mailing_id, batches.c.state == BatchState.CANCELLING.value
    )
    why = f"in doubt at {provider}, which was being asked to cancel it; another provider goes on"
    for name in connection.scalars(query).all():
        move(connection, name, BatchState.CANCELLING, BatchState.UNCERTAIN, at, why, by=Actor.OPERATOR)
