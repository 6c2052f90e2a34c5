"""`BackfillStore` on SQL: what a backfill has done and has still to do, date by date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.errors import StorageError
from newsletter.ports import Backfill, BackfillDate
from newsletter.storage.engine import Database
from newsletter.storage.tables import backfill_dates, backfills


class SqlBackfillStore:
    """See `ports.BackfillStore`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(
        self, start: date, end: date, policy: str, order: str, dates: Sequence[BackfillDate], at: datetime
    ) -> Backfill:
        """A running backfill with its dates in the order given, which is kept."""
        values = {
            "start": start,
            "end": end,
            "policy": policy,
            "order": order,
            "state": "running",
            "created_at": at,
            "changed_at": at,
        }
        with self._db.write() as connection:
            statement = sa.insert(backfills).values(values).returning(backfills.c.id)
            number = int(connection.execute(statement).scalar_one())
            for position, entry in enumerate(dates):
                _insert_date(connection, number, position, entry, at)
        return Backfill(number, start, end, policy, order, "running", tuple(dates))

    def get(self, backfill_id: int | None = None) -> Backfill | None:
        """That backfill, or the newest."""
        query = sa.select(backfills).order_by(backfills.c.id.desc()).limit(1)
        if backfill_id is not None:
            query = query.where(backfills.c.id == backfill_id)
        with self._db.read() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            dates = _dates(connection, row.id)
        return Backfill(row.id, row.start, row.end, row.policy, row.order, row.state, dates)

    def failed_dates(self) -> frozenset[date]:
        """Dates whose latest entry, over all backfills, is ``failed``."""
        latest = (
            sa.select(backfill_dates.c.date, sa.func.max(backfill_dates.c.backfill_id).label("newest"))
            .where(backfill_dates.c.state.in_(("done", "failed")))
            .group_by(backfill_dates.c.date)
            .subquery()
        )
        same = sa.and_(
            backfill_dates.c.date == latest.c.date, backfill_dates.c.backfill_id == latest.c.newest
        )
        query = sa.select(backfill_dates.c.date).join(latest, same).where(backfill_dates.c.state == "failed")
        with self._db.read() as connection:
            return frozenset(connection.scalars(query))

    def set_date(self, backfill_id: int, entry: BackfillDate, at: datetime) -> None:
        """Replace what stands for that date; a date that was not planned is put at the end."""
        mine = sa.and_(backfill_dates.c.backfill_id == backfill_id, backfill_dates.c.date == entry.date)
        values = {
            "state": entry.state,
            "attempt": entry.attempt,
            "reason": entry.reason,
            "changed_at": at,
        }
        with self._db.write() as connection:
            _touch(connection, backfill_id, at)
            if connection.execute(sa.update(backfill_dates).where(mine).values(values)).rowcount == 0:
                _insert_date(connection, backfill_id, _next_position(connection, backfill_id), entry, at)

    def set_state(self, backfill_id: int, state: str, at: datetime) -> None:
        """Change the state of the whole."""
        with self._db.write() as connection:
            _touch(connection, backfill_id, at, state=state)


def _touch(connection: Connection, number: int, at: datetime, **values: str) -> None:
    change = sa.update(backfills).where(backfills.c.id == number).values(changed_at=at, **values)
    if connection.execute(change).rowcount == 0:
        raise StorageError(
            f"There is no backfill {number}.",
            todo="`newsletter backfill status` shows the newest.",
            backfill_id=number,
        )


def _insert_date(
    connection: Connection, number: int, position: int, entry: BackfillDate, at: datetime
) -> None:
    values = {
        "backfill_id": number,
        "position": position,
        "date": entry.date,
        "state": entry.state,
        "attempt": entry.attempt,
        "reason": entry.reason,
        "changed_at": at,
    }
    connection.execute(sa.insert(backfill_dates), values)


def _next_position(connection: Connection, number: int) -> int:
    highest = sa.select(sa.func.max(backfill_dates.c.position)).where(backfill_dates.c.backfill_id == number)
    last = connection.scalar(highest)
    return 0 if last is None else last + 1


def _dates(connection: Connection, number: int) -> tuple[BackfillDate, ...]:
    query = (
        sa.select(backfill_dates)
        .where(backfill_dates.c.backfill_id == number)
        .order_by(backfill_dates.c.position)
    )
    return tuple(
        BackfillDate(row.date, row.state, row.attempt, row.reason) for row in connection.execute(query)
    )
