"""`ModelTexts` on SQL: a model's answers, each under the key of what was asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from newsletter.storage.engine import Database
from newsletter.storage.statements import insert_new
from newsletter.storage.tables import model_texts


class SqlModelTexts:
    """See `ports.ModelTexts`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, key: str) -> str | None:
        query = sa.select(model_texts.c.answer).where(model_texts.c.key == key)
        with self._db.read() as connection:
            found = connection.scalar(query)
        return None if found is None else bytes(found).decode()

    def keep(self, key: str, model: str, answer: str, at: datetime) -> str:
        """The first answer stays, so that two builds at once tell the same."""
        row = {"key": key, "model": model, "answer": answer.encode(), "at": at}
        with self._db.write() as connection:
            connection.execute(insert_new(connection, model_texts), row)
        kept = self.get(key)
        return answer if kept is None else kept
