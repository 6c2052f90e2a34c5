"""`EditStore` on SQL: who changed what of an issue, when, and what was undone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.edits import Change, Edit, from_json, to_json
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.tables_desk import edits

_STANDS = edits.c.undone_at.is_(None)


class SqlEditStore:
    """See `ports.EditStore`; every method is one committed transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, day: date) -> tuple[Edit, ...]:
        """All of that issue, in the order they were made."""
        query = sa.select(edits).where(edits.c.issue_date == day).order_by(edits.c.id)
        with self._db.read() as connection:
            return tuple(_edit(row) for row in connection.execute(query))

    def add(self, day: date, by: str, at: datetime, change: Change) -> Edit:
        """Record a change; it stands from now on."""
        values = {"issue_date": day, "edited_by": by, "at": at, "change": to_json(change)}
        with self._db.write() as connection:
            return _edit(connection.execute(sa.insert(edits).values(values).returning(*edits.c)).one())

    def undo(self, day: date, by: str, at: datetime, number: int | None = None) -> Edit | None:
        """Take back that change, or the newest that stands; None where there is none."""
        with self._db.write() as connection:
            wanted = number if number is not None else connection.scalar(_newest(day))
            mine = sa.and_(edits.c.id == wanted, edits.c.issue_date == day, _STANDS)
            return _changed(connection, mine, {"undone_by": by, "undone_at": at})

    def redo(self, day: date) -> Edit | None:
        """Bring back the change that was undone last, unless another was made since; None where there is none."""
        undone = sa.and_(edits.c.issue_date == day, edits.c.undone_at.is_not(None))
        last = sa.select(edits).where(undone).order_by(edits.c.undone_at.desc(), edits.c.id).limit(1)
        with self._db.write() as connection:
            row = connection.execute(last).first()
            if row is None or _made_since(connection, day, row.undone_at):
                return None
            return _changed(connection, edits.c.id == row.id, {"undone_by": None, "undone_at": None})


def _newest(day: date) -> sa.Select[Any]:
    return sa.select(sa.func.max(edits.c.id)).where(edits.c.issue_date == day, _STANDS)


def _made_since(connection: Connection, day: date, moment: datetime) -> bool:
    later = sa.select(edits.c.id).where(edits.c.issue_date == day, edits.c.at > moment).limit(1)
    return connection.scalar(later) is not None


def _changed(connection: Connection, which: sa.ColumnElement[bool], values: dict[str, object]) -> Edit | None:
    row = connection.execute(sa.update(edits).where(which).values(values).returning(*edits.c)).first()
    return _edit(row) if row else None


def _edit(row: AnyRow) -> Edit:
    return Edit(
        id=row.id,
        date=row.issue_date,
        by=row.edited_by,
        at=row.at,
        change=from_json(row.change),
        undone_by=row.undone_by or "",
        undone_at=row.undone_at,
    )
