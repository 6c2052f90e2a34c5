"""Freezing an audience: who is mailed an issue is settled once, in one transaction, by the database itself.

Nobody's row passes through Python: of the list only the distinct wishes (zone, time of day) do, to be made into due
times; a hundred thousand recipients are six statements.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import ExclusionReason, SubscriberStatus
from newsletter.domain.mailing import HANDED_OVER, BatchState, MailingState
from newsletter.errors import StorageError
from newsletter.storage.columns import Utc
from newsletter.storage.statements import count_rows, random_token
from newsletter.storage.tables import (
    batches,
    exclusions,
    mailings,
    mornings,
    recipients,
    subscribers,
    suppressions,
)

DueTimes = Callable[[str, str], datetime]
"""When a subscriber with that zone and that time of day is due (`newsletter.domain.mornings.Mornings`)."""
_AFTER = timedelta(minutes=1)
"""Between two issues that would reach somebody at one moment."""


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
    due: DueTimes,
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
    _keep_mornings(connection, mailing, due)
    eligible = _eligible(connection, mailing, day, frozen_at)
    _add_batches(connection, mailing, day, _sizes(connection, eligible, batch_size))
    frozen = _rows_of(connection, _include(mailing, day, batch_size, eligible))
    count_rows(connection, recipients)
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


# ── everybody's morning ────────────────────────────────────────────────────────────────────────────


def _keep_mornings(connection: Connection, mailing: int, due: DueTimes) -> None:
    """The due time of each wish on the list."""
    wishes = sa.select(subscribers.c.timezone, subscribers.c.deliver_at).distinct()
    rows = [
        {"mailing_id": mailing, "timezone": zone, "deliver_at": at, "due_at": due(zone, at)}
        for zone, at in connection.execute(wishes)
    ]
    if rows:
        connection.execute(sa.insert(mornings), rows)
    count_rows(connection, mornings)


def _eligible(connection: Connection, mailing: int, day: date, frozen_at: datetime) -> sa.Subquery:
    """Everybody to be mailed with the time it is due, and their place in order of joining among those of one time.

    Never before an earlier issue that is still under way to them: a wish may have been changed in between.
    """
    wish = sa.and_(
        mornings.c.mailing_id == mailing,
        mornings.c.timezone == subscribers.c.timezone,
        mornings.c.deliver_at == subscribers.c.deliver_at,
    )
    joined: sa.FromClause = subscribers.join(mornings, wish)
    due: sa.ColumnElement[datetime] = mornings.c.due_at
    if under_way := _still_to_come(connection, day, frozen_at):
        floor = _floor(day, frozen_at)
        joined = joined.outerjoin(floor, floor.c.subscriber_id == subscribers.c.id)
        # The moments are few, and adding a minute to one is spelled differently in each database.
        then = [
            (floor.c.due_at == sa.literal(moment, Utc()), sa.literal(moment + _AFTER, Utc()))
            for moment in under_way
        ]
        due = sa.case((floor.c.due_at >= due, sa.case(*then)), else_=due)
    them = (
        sa.select(subscribers.c.id.label("subscriber_id"), due.label("due_at"))
        .select_from(joined)
        .where(exclusion(frozen_at).is_(None))
        .subquery("them")
    )
    place = sa.func.row_number().over(partition_by=them.c.due_at, order_by=them.c.subscriber_id)
    return sa.select(them.c.subscriber_id, them.c.due_at, place.label("place")).subquery("eligible")


def _under_way(day: date, frozen_at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Batches of earlier issues whose mornings are still to come."""
    states = [state.value for state in (*HANDED_OVER, BatchState.PENDING, BatchState.FAILED)]
    return (
        batches.c.mailing_id.in_(sa.select(mailings.c.id).where(mailings.c.issue_date < day)),
        batches.c.due_at > frozen_at,
        batches.c.state.in_(states),
    )


def _still_to_come(connection: Connection, day: date, frozen_at: datetime) -> Sequence[datetime]:
    query = sa.select(batches.c.due_at).where(*_under_way(day, frozen_at)).distinct()
    return connection.scalars(query).all()


def _floor(day: date, frozen_at: datetime) -> sa.Subquery:
    """The latest morning of an earlier issue that each subscriber still has before them."""
    return (
        sa.select(recipients.c.subscriber_id, sa.func.max(batches.c.due_at, type_=Utc()).label("due_at"))
        .join_from(recipients, batches, batches.c.id == recipients.c.batch)
        .where(*_under_way(day, frozen_at), recipients.c.skipped == "")
        .group_by(recipients.c.subscriber_id)
        .subquery("floor")
    )


# ── batches ────────────────────────────────────────────────────────────────────────────────────────


def _sizes(connection: Connection, eligible: sa.Subquery, batch_size: int) -> list[tuple[datetime, int]]:
    """(due time, recipients) of each batch, the earliest first; a morning's last may be smaller."""
    query = sa.select(eligible.c.due_at, sa.func.count().label("people")).group_by(eligible.c.due_at)
    return [
        (due_at, min(batch_size, people - start))
        for due_at, people in sorted((row.due_at, row.people) for row in connection.execute(query))
        for start in range(0, people, batch_size)
    ]


def _add_batches(
    connection: Connection, mailing: int, day: date, sizes: Sequence[tuple[datetime, int]]
) -> None:
    """Batches for everybody, with ids that nobody can guess."""
    rows = [
        {
            "batch_id": f"{day.isoformat()}-{number:04d}-{secrets.token_hex(4)}",
            "mailing_id": mailing,
            "number": number,
            "state": BatchState.PENDING.value,
            "recipients": people,
            "due_at": due_at,
        }
        for number, (due_at, people) in enumerate(sizes, 1)
    ]
    if rows:
        connection.execute(sa.insert(batches), rows)
    count_rows(connection, batches)


def _include(mailing: int, day: date, batch_size: int, eligible: sa.Subquery) -> sa.Insert:
    """Everybody eligible, in order of joining, dealt into the batches of their morning."""
    first = (
        sa.select(batches.c.due_at, sa.func.min(batches.c.number).label("number"))
        .where(batches.c.mailing_id == mailing)
        .group_by(batches.c.due_at)
        .subquery("first")
    )
    # Whole numbers divided as both databases do it, so that a batch is found by its index: SQLAlchemy's // makes
    # fractions of them on PostgreSQL, and each recipient would be compared with every batch. 8: binds as / does.
    nth = (eligible.c.place - 1).op("/", precedence=8, return_type=sa.Integer())(
        sa.literal(batch_size, sa.Integer())
    )
    its_batch = sa.and_(batches.c.mailing_id == mailing, batches.c.number == first.c.number + nth)
    rows = (
        sa.select(sa.literal(day, sa.Date()), eligible.c.subscriber_id, batches.c.id, random_token())
        .select_from(eligible.join(first, first.c.due_at == eligible.c.due_at).join(batches, its_batch))
        .order_by(batches.c.number, eligible.c.place)
    )
    names = ["issue_date", "subscriber_id", "batch", "delivery_id"]
    return sa.insert(recipients).from_select(names, rows)
