"""Single facts about an installation, by name: which settings the doctor last found in order."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from newsletter.storage.engine import Database
from newsletter.storage.suppressing import upsert
from newsletter.storage.tables_marks import marks


class SqlMarks:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def mark(self, name: str, value: str, at: datetime) -> None:
        """Note it, instead of what stood there."""
        values = {"value": value, "at": at}
        with self._db.write() as connection:
            insert = upsert(connection, marks).values(name=name, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))

    def marked(self, name: str) -> str:
        """What was noted last; empty when nothing was."""
        with self._db.read() as connection:
            return str(connection.scalar(sa.select(marks.c.value).where(marks.c.name == name)) or "")
