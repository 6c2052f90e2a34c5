"""What the list says of itself and of one person: the queue, reasons for leaving, everything kept of somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import Subscriber, SubscriberStatus
from newsletter.domain.signups import ListMailState
from newsletter.ports import SignUpHealth
from newsletter.storage.engine import Database
from newsletter.storage.signups import MOST_TRIES
from newsletter.storage.suppressing import ErasedKeys, upsert
from newsletter.storage.tables import batches, recipients, reports, subscribers, suppressions
from newsletter.storage.tables_signups import (
    consent_texts,
    leave_reasons,
    list_mails,
    signup_requests,
    signups,
)

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SqlOwnList:
    """See `ports.OwnList`."""

    database: Database
    erased_keys: ErasedKeys

    def health(self, at: datetime) -> SignUpHealth:
        """How the queue stands."""
        requests = sa.select(
            sa.func.count().label("waiting"),
            sa.func.min(signup_requests.c.at).label("oldest"),
            sa.func.coalesce(
                sa.func.sum(sa.case((signup_requests.c.tries >= MOST_TRIES, 1), else_=0)), 0
            ).label("stuck"),
        )
        mails = sa.select(list_mails.c.state, sa.func.count().label("mails")).group_by(list_mails.c.state)
        mails = mails.where(list_mails.c.created_at > at - _WEEK)
        pending = list_mails.c.state == ListMailState.PENDING.value
        newest = sa.select(list_mails.c.reason).where(pending, list_mails.c.reason != "")
        with self.database.read() as connection:
            queue = connection.execute(requests).one()
            counts = {row.state: row.mails for row in connection.execute(mails)}
            return SignUpHealth(
                waiting=queue.waiting,
                stuck=int(queue.stuck),
                oldest=_earliest(
                    queue.oldest,
                    connection.scalar(sa.select(sa.func.min(list_mails.c.created_at)).where(pending)),
                ),
                open=connection.scalar(sa.select(sa.func.count()).select_from(signups)) or 0,
                mails={state.value: counts.get(state.value, 0) for state in ListMailState},
                note=connection.scalar(newest.order_by(list_mails.c.id.desc()).limit(1)) or "",
                paused=_paused(connection, at),
            )

    def count_reason(self, reason: str, day: date) -> None:
        """One more who left for that reason."""
        with self.database.write() as connection:
            insert = upsert(connection, leave_reasons).values(day=day, reason=reason, people=1)
            more = {"people": leave_reasons.c.people + 1}
            connection.execute(insert.on_conflict_do_update(index_elements=["day", "reason"], set_=more))

    def reasons(self) -> Mapping[str, int]:
        """How many gave which reason, since ever."""
        total = sa.func.sum(leave_reasons.c.people).label("people")
        query = sa.select(leave_reasons.c.reason, total).group_by(leave_reasons.c.reason)
        with self.database.read() as connection:
            return {row.reason: int(row.people) for row in connection.execute(query.order_by(total.desc()))}

    def data_of(self, person: Subscriber) -> Mapping[str, Any]:
        """Everything that is kept of a person, for them to have (no key or number of ours)."""
        keys = (person.address_key, *self.erased_keys(person.address_key))
        held = sa.select(suppressions.c.reason, suppressions.c.at).where(suppressions.c.address_key.in_(keys))
        words = sa.select(consent_texts.c.words).where(consent_texts.c.version == person.consent_text)
        number = (
            sa.select(subscribers.c.id).where(subscribers.c.public_id == person.public_id).scalar_subquery()
        )
        mails = sa.select(list_mails.c.kind, list_mails.c.state, list_mails.c.created_at).where(
            list_mails.c.subscriber_id == number
        )
        told = sa.select(reports.c.at, reports.c.story_id, reports.c.kind, reports.c.text, reports.c.answer)
        told = told.where(sa.func.lower(reports.c.contact) == person.address_key)
        asked = sa.select(signups.c.asked_at, signups.c.source).where(signups.c.subscriber_id == number)
        with self.database.read() as connection:
            return {
                "address": person.email,
                "name": person.name,
                "status": person.status.value,
                "on_the_list_since": person.created_at,
                "time_zone": person.timezone,
                "deliver_at": person.deliver_at,
                "paused_until": person.paused_until,
                "consent": {
                    "words": connection.scalar(words) or "",
                    "version": person.consent_text,
                    "source": person.consent_source,
                    "given_at": person.consent_at,
                    "confirmed_at": person.confirmed_at,
                },
                "open_sign_up": _rows(connection, asked),
                "not_mailed_because": _rows(connection, held.order_by(suppressions.c.at)),
                "issues": _rows(connection, _issues(number)),
                "mails_about_the_subscription": _rows(connection, mails.order_by(list_mails.c.id)),
                "reports": _rows(connection, told.order_by(reports.c.number)),
            }


def _issues(number: Any) -> sa.Select[Any]:
    """Every issue that the person was a recipient of, and what became of their batch."""
    query = sa.select(
        recipients.c.issue_date.label("date"), batches.c.due_at, batches.c.state, recipients.c.skipped
    ).join_from(recipients, batches, batches.c.id == recipients.c.batch)
    return query.where(recipients.c.subscriber_id == number).order_by(recipients.c.issue_date)


def _rows(connection: Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _paused(connection: Connection, at: datetime) -> int:
    active = subscribers.c.status == SubscriberStatus.ACTIVE.value
    query = sa.select(sa.func.count()).select_from(subscribers)
    return connection.scalar(query.where(active, subscribers.c.paused_until > at)) or 0
