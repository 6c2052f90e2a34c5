"""Freezing an audience: who is mailed an issue is settled once, in one transaction, by the database itself.

Nobody's row passes through Python: a hundred thousand recipients are four statements.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import ExclusionReason, SubscriberStatus
from newsletter.domain.mailing import BatchState, MailingState
from newsletter.errors import StorageError
from newsletter.storage.columns import Utc
from newsletter.storage.statements import random_token
from newsletter.storage.tables import batches, exclusions, mailings, recipients, subscribers, suppressions


def exclusion(joined_by: datetime | None = None) -> sa.Case[Any]:
    """SQL: why a row of ``subscribers`` is not mailed, as an `ExclusionReason`'s value; null when it is.

    ``joined_by``: who joined after that time is left out, too (when freezing, not when claiming).
    """
    held = sa.exists().where(suppressions.c.address_key == subscribers.c.address_key)
    status = subscribers.c.status
    reasons = [
        (status == SubscriberStatus.PENDING.value, ExclusionReason.PENDING.value),
        (status != SubscriberStatus.ACTIVE.value, ExclusionReason.UNSUBSCRIBED.value),
        (held, ExclusionReason.SUPPRESSED.value),
    ]
    if joined_by is not None:
        later = subscribers.c.created_at > sa.literal(joined_by, Utc())
        reasons.append((later, ExclusionReason.JOINED_LATER.value))
    return sa.case(*((condition, sa.literal(reason)) for condition, reason in reasons), else_=sa.null())


def freeze(
    connection: Connection,
    day: date,
    revision: int,
    html_sha256: str,
    provider: str,
    batch_size: int,
    frozen_at: datetime,
) -> int:
    """The number of the new mailing. Needs a transaction that sees one state of the list throughout."""
    values = {
        "issue_date": day,
        "revision": revision,
        "html_sha256": html_sha256,
        "provider": provider,
        "state": MailingState.FROZEN.value,
        "frozen_at": frozen_at,
        "state_at": frozen_at,
    }
    mailing = connection.execute(sa.insert(mailings).values(values).returning(mailings.c.id)).scalar_one()
    left_out = _rows_of(connection, _exclude(mailing, frozen_at))
    eligible = _count(connection, _everybody().where(exclusion(frozen_at).is_(None)))
    _add_batches(connection, mailing, day, eligible, batch_size)
    frozen = _rows_of(connection, _include(mailing, day, batch_size, frozen_at))
    everybody = _count(connection, _everybody())
    if everybody != frozen + left_out:
        raise StorageError(
            f"The audience does not add up: {everybody} candidates, but {frozen} recipients and"
            f" {left_out} left out. Nothing was kept.",
            todo="Run the command again; if it happens again, please report it.",
            candidates=everybody,
            recipients=frozen,
            exclusions=left_out,
        )
    totals = sa.update(mailings).where(mailings.c.id == mailing)
    connection.execute(totals.values(candidates=everybody, recipients=frozen))
    return int(mailing)


def _everybody() -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(subscribers)


def _count(connection: Connection, query: sa.Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _rows_of(connection: Connection, statement: sa.Insert) -> int:
    # Without the option SQLAlchemy forgets PostgreSQL's answer to an INSERT.
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _exclude(mailing: int, frozen_at: datetime) -> sa.Insert:
    why = exclusion(frozen_at)
    rows = sa.select(sa.literal(mailing), subscribers.c.id, why).where(why.is_not(None))
    return sa.insert(exclusions).from_select(["mailing_id", "subscriber_id", "reason"], rows)


def _add_batches(connection: Connection, mailing: int, day: date, eligible: int, batch_size: int) -> None:
    """Batches enough for everybody, with ids that nobody can guess; the last may be smaller."""
    rows = [
        {
            "batch_id": f"{day.isoformat()}-{number:04d}-{secrets.token_hex(4)}",
            "mailing_id": mailing,
            "number": number,
            "state": BatchState.PENDING.value,
            "recipients": min(batch_size, eligible - (number - 1) * batch_size),
        }
        for number in range(1, -(-eligible // batch_size) + 1)
    ]
    if rows:
        connection.execute(sa.insert(batches), rows)


def _include(mailing: int, day: date, batch_size: int, frozen_at: datetime) -> sa.Insert:
    """Everybody eligible, in order of joining, dealt into the batches."""
    place = sa.func.row_number().over(order_by=subscribers.c.id).label("place")
    eligible = (
        sa.select(subscribers.c.id.label("subscriber_id"), place)
        .where(exclusion(frozen_at).is_(None))
        .subquery("eligible")
    )
    its_batch = sa.and_(
        batches.c.mailing_id == mailing, batches.c.number == (eligible.c.place - 1) // batch_size + 1
    )
    rows = (
        sa.select(sa.literal(day, sa.Date()), eligible.c.subscriber_id, batches.c.id, random_token())
        .select_from(eligible.join(batches, its_batch))
        .order_by(eligible.c.place)
    )
    names = ["issue_date", "subscriber_id", "batch", "delivery_id"]
    return sa.insert(recipients).from_select(names, rows)
