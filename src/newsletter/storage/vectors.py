"""`VectorStore` on SQL: what a sentence model made of each text, found by model and digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from newsletter.storage.engine import Database
from newsletter.storage.statements import insert_new
from newsletter.storage.tables import text_vectors

CHUNK = 500
"""Rows a statement: SQLite takes 32,766 parameters, older ones 999."""


class SqlVectorStore:
    """See `ports.VectorStore`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, model: str, digests: Sequence[str]) -> Mapping[str, bytes]:
        """The vectors that are there."""
        found: dict[str, bytes] = {}
        with self._db.read() as connection:
            for start in range(0, len(digests), CHUNK):
                query = sa.select(text_vectors.c.digest, text_vectors.c.vector).where(
                    text_vectors.c.model == model, text_vectors.c.digest.in_(digests[start : start + CHUNK])
                )
                found.update((row.digest, row.vector) for row in connection.execute(query))
        return found

    def keep(self, model: str, vectors: Mapping[str, bytes], at: datetime) -> None:
        """Insert those that are not there. Sorted, so that two builds at once never wait for each other."""
        rows = [{"model": model, "digest": key, "vector": vectors[key], "at": at} for key in sorted(vectors)]
        if rows:
            with self._db.write() as connection:
                connection.execute(insert_new(connection, text_vectors), rows)

    def purge(self, before: datetime) -> int:
        """Delete what was kept before that time; how many."""
        with self._db.write() as connection:
            return connection.execute(sa.delete(text_vectors).where(text_vectors.c.at < before)).rowcount
