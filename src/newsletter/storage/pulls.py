"""`PullStore` on SQL: the provider's lists merged into the suppressions, and how far each was read."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.events import Choice
from newsletter.ports import Held, Pull
from newsletter.storage.engine import Database
from newsletter.storage.statements import serialise
from newsletter.storage.suppressing import ErasedKeys, hold_told, no_erased_keys, upsert
from newsletter.storage.tables import suppression_pulls, suppressions


class SqlPullStore:
    """See `ports.PullStore`; every method is one transaction."""

    def __init__(self, database: Database, erased_keys: ErasedKeys = no_erased_keys) -> None:
        self._db, self._erased_keys = database, erased_keys

    def pull(self, name: str) -> Pull | None:
        """The newest reading of that list."""
        query = sa.select(suppression_pulls).where(suppression_pulls.c.name == name)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return Pull(row.offset, row.began_at, row.finished_at) if row else None

    def keep(self, name: str, pull: Pull, held: Held, choices: Mapping[str, Choice]) -> int:
        """Merge a page and note how far the reading is, both or neither."""
        values = {"offset": pull.offset, "began_at": pull.began_at, "finished_at": pull.finished_at}
        with self._db.write() as connection:
            serialise(connection, "delivery events")  # the webhook writes the same rows
            before = _held_back(connection)
            hold_told(connection, held, choices, self._erased_keys)
            insert = upsert(connection, suppression_pulls).values(name=name, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
            return _held_back(connection) - before


def _held_back(connection: Connection) -> int:
    query = sa.select(sa.func.count()).select_from(suppressions)
    return connection.scalar(query) or 0
