"""Who is mailed a correction: those whom the issue has, or may have, reached. Settled once, by the database itself.

Reached is whoever is in a batch that the provider has, or may have; what was cancelled has reached nobody. Nobody is
due before the wrong issue itself: what the provider holds for later goes out first, then its correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import HANDED_OVER, UNKNOWN
from newsletter.ports import Reached
from newsletter.storage.columns import Utc
from newsletter.storage.freezing import (
    EVEN_IF_PAUSED,
    close_audience,
    count_of,
    deal_out,
    exclusion,
    open_mailing,
    rows_of,
)
from newsletter.storage.tables import batches, exclusions, issues, mailings, recipients, subscribers
from newsletter.storage.tables_corrections import correction_tellings

_AFTER = timedelta(minutes=1)
"""Between the issue and its correction."""
_HAVE = [state.value for state in HANDED_OVER]


def freeze_correction(
    connection: Connection,
    day: date,
    number: int,
    revision: int,
    html_sha256: str,
    provider: str,
    batch_size: int,
    frozen_at: datetime,
) -> int:
    """The number of the new mailing. Needs a transaction that sees one state of everything throughout."""
    mailing = open_mailing(connection, day, number, revision, html_sha256, provider, frozen_at)
    why = _why(number)
    reached = _reached(day)
    rows = reached.add_columns(why.label("why")).subquery("rows")
    kept = sa.select(sa.literal(mailing), rows.c.subscriber_id, rows.c.why).where(rows.c.why.is_not(None))
    left_out = rows_of(
        connection, sa.insert(exclusions).from_select(["mailing_id", "subscriber_id", "reason"], kept)
    )
    eligible = _eligible(connection, day, reached.where(why.is_(None)), frozen_at)
    frozen = deal_out(connection, mailing, (day, number), eligible, batch_size)
    everybody = count_of(connection, sa.select(sa.func.count()).select_from(reached.subquery()))
    return close_audience(connection, mailing, everybody, frozen, left_out)


def reached(connection: Connection, day: date, number: int) -> Reached:
    """Whom a mail of that correction would go to now. ``number`` 0: one that does not stand anywhere yet."""
    unknown = batches.c.state.in_([state.value for state in UNKNOWN])
    them = _reached(day).add_columns(unknown.label("unknown"), _why(number).label("why")).subquery()
    query = sa.select(them.c.unknown, them.c.why, sa.func.count()).group_by(them.c.unknown, them.c.why)
    surely = perhaps = 0
    left_out: dict[ExclusionReason, int] = {}
    for doubt, why, people in connection.execute(query):
        if why is not None:
            reason = ExclusionReason(why)
            left_out[reason] = left_out.get(reason, 0) + people
        elif doubt:
            perhaps += people
        else:
            surely += people
    return Reached(surely, perhaps, left_out)


def tellings(number: int) -> sa.Select[Any]:
    """SQL: dates of the mailed issues at whose top the correction stands."""
    mailed = sa.and_(issues.c.date == mailings.c.issue_date, issues.c.revision == mailings.c.revision)
    return (
        sa.select(mailings.c.issue_date)
        .join(issues, mailed)
        .join(correction_tellings, correction_tellings.c.issue_id == issues.c.id)
        .where(correction_tellings.c.number == number, mailings.c.correction == 0)
    )


def has_issue_of(days: sa.Select[Any]) -> sa.Exists:
    """SQL: whether the subscriber of a row of ``recipients`` has, or may have, an issue of one of those dates."""
    other, its = recipients.alias("other"), batches.alias("its")
    return sa.exists().where(
        other.c.issue_date.in_(days),
        other.c.correction == 0,
        other.c.subscriber_id == recipients.c.subscriber_id,
        other.c.skipped == "",
        its.c.id == other.c.batch,
        its.c.state.in_(_HAVE),
    )


def _reached(day: date) -> sa.Select[Any]:
    """Everybody in a batch of the issue that the provider has or may have."""
    person = subscribers.c.id == recipients.c.subscriber_id
    return (
        sa.select(recipients.c.subscriber_id)
        .select_from(
            recipients.join(batches, batches.c.id == recipients.c.batch).join(
                subscribers, person, isouter=True
            )
        )
        .where(
            recipients.c.issue_date == day,
            recipients.c.correction == 0,
            recipients.c.skipped == "",
            batches.c.state.in_(_HAVE),
        )
    )


def _why(number: int) -> sa.Case[Any]:
    """SQL: why somebody who was reached is not mailed the correction; null when they are."""
    return sa.case(
        (subscribers.c.id.is_(None), sa.literal(ExclusionReason.REMOVED.value)),
        (exclusion(EVEN_IF_PAUSED).is_not(None), exclusion(EVEN_IF_PAUSED)),
        (has_issue_of(tellings(number)), sa.literal(ExclusionReason.TOLD_ALREADY.value)),
        else_=sa.null(),
    )


def _eligible(connection: Connection, day: date, them: sa.Select[Any], frozen_at: datetime) -> sa.Subquery:
    """Each with the time it is due (now, or after the issue that is still to go out) and a place among those alike."""
    due = sa.case(*_later(connection, day, frozen_at), else_=sa.literal(frozen_at, Utc()))
    alike = them.add_columns(sa.type_coerce(due, Utc()).label("due_at")).subquery("them")
    place = sa.func.row_number().over(partition_by=alike.c.due_at, order_by=alike.c.subscriber_id)
    return sa.select(alike.c.subscriber_id, alike.c.due_at, place.label("place")).subquery("eligible")


def _later(connection: Connection, day: date, frozen_at: datetime) -> Sequence[tuple[Any, Any]]:
    """The moments are few, and adding a minute to one is spelled differently in each database."""
    query = (
        sa.select(batches.c.send_at)
        .join(mailings, mailings.c.id == batches.c.mailing_id)
        .where(mailings.c.issue_date == day, mailings.c.correction == 0, batches.c.send_at > frozen_at)
    )
    moments = connection.scalars(query.where(batches.c.state.in_(_HAVE)).distinct()).all()
    found = [
        (batches.c.send_at == sa.literal(moment, Utc()), sa.literal(moment + _AFTER, Utc()))
        for moment in moments
    ]
    return found or [(sa.false(), sa.literal(frozen_at, Utc()))]
