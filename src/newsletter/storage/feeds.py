"""`FeedArchive` on SQL: states append-only, captures by the digest of their bytes, articles by version."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.article import Article
from newsletter.domain.feed import Capture, FeedState, FetchStatus
from newsletter.ports import Kept
from newsletter.storage.articles import keep_articles, read_as_of
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.statements import insert_new, serialise
from newsletter.storage.tables import bodies, captures, feed_states, feeds
from newsletter.storage.termdays import forget_days

_STATE_FIELDS = tuple(f.name for f in dataclasses.fields(FeedState) if f.name != "feed_url")
_STATE_COLUMNS = tuple(feed_states.c[name] for name in _STATE_FIELDS)
_CAPTURES = "captures"

# Built once: a gather makes each of these for every feed, and building costs as much as running.
_FEED_NUMBER = sa.select(feeds.c.id).where(feeds.c.url == sa.bindparam("url"))
_LAST_STATE_AT = (
    sa.select(*_STATE_COLUMNS)
    .where(feed_states.c.feed_id == sa.bindparam("feed"), feed_states.c.at == sa.bindparam("time"))
    .order_by(feed_states.c.id.desc())
    .limit(1)
)
_ADD_STATE = sa.insert(feed_states)
_BODY_KNOWN = sa.select(bodies.c.digest).where(bodies.c.digest == sa.bindparam("bytes"))


class SqlFeedArchive:
    """See `ports.FeedArchive`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def states(self, as_of: datetime) -> Mapping[str, FeedState]:
        """The latest state of every feed at or before ``as_of``; of two at one TIME the later recorded."""
        newest = (
            sa.select(feed_states.c.id)
            .where(feed_states.c.feed_id == feeds.c.id, feed_states.c.at <= as_of)
            .order_by(feed_states.c.at.desc(), feed_states.c.id.desc())
            .limit(1)
            .correlate(feeds)
            .scalar_subquery()
        )
        query = sa.select(feeds.c.url, *_STATE_COLUMNS).join(feed_states, feed_states.c.id == newest)
        with self._db.read() as connection:
            return {row.url: _state(row.url, row) for row in connection.execute(query)}

    def parsed_before(self, feed_url: str, digest: str, as_of: datetime | None = None) -> bool:
        """Whether those bytes of that feed were ever parsed successfully (at or before ``as_of``)."""
        query = (
            sa.select(feed_states.c.id)
            .join(feeds, feeds.c.id == feed_states.c.feed_id)
            .where(feeds.c.url == feed_url, feed_states.c.digest == digest)
            .limit(1)
        )
        if as_of is not None:
            query = query.where(feed_states.c.at <= as_of)
        with self._db.read() as connection:
            return bool(digest) and connection.scalar(query) is not None

    def keep(
        self,
        state: FeedState,
        recorded_at: datetime,
        capture: Capture | None = None,
        body: bytes = b"",
        articles: Sequence[Article] = (),
    ) -> Kept:
        """See `ports.FeedArchive.keep`. ``new_versions`` counts those of articles known before."""
        with self._db.write() as connection:
            serialise(connection, _CAPTURES, shared=True)
            serialise(connection, f"outlet {state.outlet}")
            feed = _feed_number(connection, state.feed_url)
            _append_state(connection, feed, state, recorded_at)
            if capture is not None:
                _keep_capture(connection, feed, capture, body)
            if articles:
                forget_days(connection, articles)
            return keep_articles(connection, articles) if articles else Kept(0, 0)

    def articles(self, as_of: datetime, since: datetime) -> tuple[Article, ...]:
        """See `ports.FeedArchive.articles`."""
        with self._db.read() as connection:
            return read_as_of(connection, as_of, since)

    def capture(self, feed_url: str, as_of: datetime) -> tuple[Capture, bytes] | None:
        """The newest capture of a feed at or before ``as_of``, with its bytes."""
        query = (
            sa.select(captures, bodies.c.body)
            .join(feeds, feeds.c.id == captures.c.feed_id)
            .join(bodies, bodies.c.digest == captures.c.digest)
            .where(feeds.c.url == feed_url, captures.c.fetched_at <= as_of)
            .order_by(captures.c.fetched_at.desc(), captures.c.id.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return (_capture(feed_url, row), row.body) if row else None

    def purge_captures(self, before: datetime) -> int:
        """Delete captures recorded before that time and bodies that no capture needs any more; how many.

        Asked at the end of every gather, so it looks only at what it deletes.
        """
        old = captures.c.recorded_at < before
        with self._db.read() as connection:
            if connection.scalar(sa.select(captures.c.id).where(old).limit(1)) is None:
                return 0
        with self._db.write() as connection:
            serialise(connection, _CAPTURES)
            digests = connection.scalars(sa.select(captures.c.digest).where(old).distinct()).all()
            gone = connection.execute(sa.delete(captures).where(old)).rowcount
            needed = sa.exists().where(captures.c.digest == bodies.c.digest)
            unneeded = sa.delete(bodies).where(bodies.c.digest == sa.bindparam("bytes"), ~needed)
            connection.execute(unneeded, [{"bytes": digest} for digest in digests])
        return gone


def _feed_number(connection: Connection, url: str) -> int:
    number = connection.scalar(_FEED_NUMBER, {"url": url})
    if number is not None:
        return int(number)
    connection.execute(insert_new(connection, feeds), {"url": url})
    return int(connection.execute(_FEED_NUMBER, {"url": url}).scalar_one())


def _append_state(connection: Connection, feed: int, state: FeedState, recorded_at: datetime) -> None:
    row = connection.execute(_LAST_STATE_AT, {"feed": feed, "time": state.at}).first()
    if row is not None and _state(state.feed_url, row) == state:
        return
    values = {name: getattr(state, name) for name in _STATE_FIELDS} | {"status": state.status.value}
    connection.execute(_ADD_STATE, {**values, "feed_id": feed, "recorded_at": recorded_at})


def _keep_capture(connection: Connection, feed: int, capture: Capture, body: bytes) -> None:
    if connection.scalar(_BODY_KNOWN, {"bytes": capture.digest}) is None:
        connection.execute(insert_new(connection, bodies), {"digest": capture.digest, "body": body})
    values = {
        "feed_id": feed,
        "fetched_at": capture.fetched_at,
        "recorded_at": capture.recorded_at,
        "http_status": capture.http_status,
        "final_url": capture.final_url,
        "headers": dict(capture.headers),
        "digest": capture.digest,
        "size": capture.size,
        "provenance": capture.provenance,
    }
    connection.execute(insert_new(connection, captures), values)


def _state(feed_url: str, row: AnyRow) -> FeedState:
    values = {name: getattr(row, name) for name in _STATE_FIELDS}
    return FeedState(feed_url=feed_url, **{**values, "status": FetchStatus(row.status)})


def _capture(feed_url: str, row: AnyRow) -> Capture:
    return Capture(
        feed_url=feed_url,
        fetched_at=row.fetched_at,
        recorded_at=row.recorded_at,
        http_status=row.http_status,
        final_url=row.final_url,
        headers=row.headers,
        digest=row.digest,
        size=row.size,
        provenance=row.provenance,
    )
