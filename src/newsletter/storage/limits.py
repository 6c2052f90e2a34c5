"""Limits over what one client does, in SQL, so that several web processes share them. Knows no client, only digests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from newsletter.domain.signups import ClientLimit, wait_for
from newsletter.storage.engine import Database
from newsletter.storage.statements import serialise
from newsletter.storage.tables_signups import limit_marks


class SqlLimits:
    """See `ports.ClientLimits`. ``digest`` makes of a client's address what it is known by."""

    def __init__(self, database: Database, digest: Callable[[str], str]) -> None:
        self._db, self._digest = database, digest

    def wait_for(self, client: str, at: datetime, limits: Sequence[ClientLimit]) -> timedelta | None:
        """None, and the act is counted; or how long this client has to wait."""
        if not limits:
            return None
        who = self._digest(client)
        since = at - max(limit.window for limit in limits)
        with self._db.write() as connection:
            serialise(connection, f"limit {who}")
            acts = sa.select(limit_marks.c.at).where(limit_marks.c.who == who, limit_marks.c.at > since)
            wait = wait_for(connection.scalars(acts).all(), at, limits)
            if wait is None:
                connection.execute(sa.insert(limit_marks).values(who=who, at=at))
            return wait

    def forget(self, before: datetime) -> int:
        """Delete the marks of before that time; how many."""
        with self._db.write() as connection:
            return connection.execute(sa.delete(limit_marks).where(limit_marks.c.at < before)).rowcount
