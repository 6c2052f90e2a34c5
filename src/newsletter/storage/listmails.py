"""`ports.ListMails` on SQL: each mail about one's own subscription is claimed, committed, before it is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.signups import ListMail, ListMailKind, ListMailState, MailTerms, mail_for
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.standing import standing_of
from newsletter.storage.statements import serialise
from newsletter.storage.suppressing import ErasedKeys
from newsletter.storage.tables import subscribers
from newsletter.storage.tables_signups import list_mails, signups

ORPHANED_AFTER = timedelta(minutes=10)
"""A claim as old as that has no process behind it: the longest hand-over takes a minute."""
_HOUR = timedelta(hours=1)
_OPEN = (ListMailState.PENDING, ListMailState.SUBMITTING)


@dataclass(frozen=True)
class SqlListMails:
    """Every method is one committed transaction."""

    database: Database
    erased_keys: ErasedKeys

    def claim(self, at: datetime, provider: str, terms: MailTerms) -> ListMail | None:
        """The mail that waits longest, `submitting` from now on; None when none may go now.

        What is not needed or not allowed any more is dropped on the way, with the reason.
        """
        with self.database.write(durable=True) as connection:
            serialise(connection, "list mails")  # two claims at once might both fit the limit alone
            if terms.per_hour and _handed(connection, at - _HOUR) >= terms.per_hour:
                return None
            while (row := connection.execute(_next(at)).first()) is not None:
                person = _person(connection, row.subscriber_id)
                why = self._unfit(connection, row, person, at, terms)
                if person is not None and not why:
                    _change(connection, row.id, _claimed(row, at, provider))
                    return _mail(row, person)
                dropped = {"state": ListMailState.DROPPED.value, "settled_at": at, "reason": why}
                _change(connection, row.id, dropped)
        return None

    def _unfit(
        self, connection: Connection, row: AnyRow, person: AnyRow | None, at: datetime, terms: MailTerms
    ) -> str:
        if person is None:
            return "removed from the list"
        if row.created_at < at - terms.confirm_within:
            return "too old"
        wanted = mail_for(standing_of(connection, person.address_key, self.erased_keys))
        if wanted is None:
            return "the address must not be written to"
        return "" if wanted.value == row.kind else "not needed any more"

    def settle(
        self,
        mail_id: str,
        state: ListMailState,
        at: datetime,
        *,
        reason: str = "",
        message_id: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        """What came of a claim. A receipt that comes late settles a doubt; nothing else does."""
        was = [ListMailState.SUBMITTING.value]
        if state is ListMailState.SUBMITTED:
            was.append(ListMailState.UNCERTAIN.value)
        values = {"state": state.value, "reason": reason, "message_id": message_id, "retry_at": retry_at}
        if state is not ListMailState.PENDING:
            values["settled_at"] = at
        mine = (list_mails.c.mail_id == mail_id, list_mails.c.state.in_(was))
        with self.database.write() as connection:
            connection.execute(sa.update(list_mails).where(*mine).values(values))

    def orphans_to_uncertain(self, at: datetime) -> int:
        """Claims that no process is behind any more: nobody knows whether they went."""
        mine = (
            list_mails.c.state == ListMailState.SUBMITTING.value,
            list_mails.c.claimed_at < at - ORPHANED_AFTER,
        )
        values = {
            "state": ListMailState.UNCERTAIN.value,
            "settled_at": at,
            "reason": "interrupted while the request was under way",
        }
        with self.database.write() as connection:
            return connection.execute(sa.update(list_mails).where(*mine).values(values)).rowcount

    def forget(self, before: datetime) -> int:
        """Delete what was settled before that time; how many."""
        old = sa.delete(list_mails).where(list_mails.c.settled_at < before)
        with self.database.write() as connection:
            return connection.execute(old).rowcount


def _next(at: datetime) -> sa.Select[Any]:
    now = sa.or_(list_mails.c.retry_at.is_(None), list_mails.c.retry_at <= at)
    pending = list_mails.c.state == ListMailState.PENDING.value
    query = sa.select(list_mails).where(pending, now).order_by(list_mails.c.id).limit(1)
    return query.with_for_update(skip_locked=True)


def _handed(connection: Connection, since: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(list_mails).where(list_mails.c.claimed_at > since)
    return connection.scalar(query) or 0


def _person(connection: Connection, number: int) -> AnyRow | None:
    asked = sa.func.coalesce(sa.func.nullif(signups.c.timezone, ""), subscribers.c.timezone)
    joined = subscribers.outerjoin(signups, signups.c.subscriber_id == subscribers.c.id)
    query = sa.select(subscribers, asked.label("asked_timezone")).select_from(joined)
    return connection.execute(query.where(subscribers.c.id == number)).first()


def _change(connection: Connection, number: int, values: dict[str, Any]) -> None:
    connection.execute(sa.update(list_mails).where(list_mails.c.id == number).values(values))


def _claimed(row: AnyRow, at: datetime, provider: str) -> dict[str, Any]:
    return {
        "state": ListMailState.SUBMITTING.value,
        "claimed_at": at,
        "tries": row.tries + 1,
        "provider": provider,
        "reason": "",
    }


def _mail(row: AnyRow, person: AnyRow) -> ListMail:
    return ListMail(
        mail_id=row.mail_id,
        kind=ListMailKind(row.kind),
        email=person.email,
        address_key=person.address_key,
        public_id=person.public_id,
        token_version=person.token_version,
        asked_at=row.created_at,
        timezone=person.asked_timezone,
    )
