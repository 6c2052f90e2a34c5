"""Opening the database: one small class around SQLAlchemy's engine, for SQLite and PostgreSQL alike.

SQLite is the newsroom's own file: it migrates itself when opened. PostgreSQL is run by somebody: there a
schema behind this version raises `MigrationNeeded`, and `upgrade` is the operator's own act.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from newsletter.errors import StorageError
from newsletter.storage import schema
from newsletter.storage.failures import plain_words

BUSY_SECONDS = 10
"""How long a process waits for another one's write to end."""
CONNECT_SECONDS = 10
_EXAMPLE = "Give sqlite:////absolute/path/newsletter.db or postgresql+psycopg://user:password@host/name."


class Database:
    """An open database. Connections are made as needed; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.postgres = engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; what it sees is not written by it."""
        with plain_words(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, snapshot: bool = False, durable: bool = False) -> Iterator[Connection]:
        """One write transaction: committed at the end, rolled back when anything is raised.

        SQLite takes the write lock at once (BEGIN IMMEDIATE): a transaction that read first and then wants
        to write could be refused in its middle. ``snapshot``: every statement sees the database as it was
        at the first one (always so on SQLite; REPEATABLE READ on PostgreSQL). ``durable``: once committed it also
        outlives a power cut, as everything does on PostgreSQL; SQLite waits for the disk only when it is told to.
        """
        options: dict[str, Any] = {"newsletter_begin": "IMMEDIATE", "newsletter_durable": durable}
        if snapshot and self.postgres:
            options["isolation_level"] = "REPEATABLE READ"
        with plain_words(), self.engine.execution_options(**options).begin() as connection:
            yield connection

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """A write transaction to change the schema in: on SQLite, references are not kept in it.

        There a table is changed by building it anew, and dropping the old one would take along whatever refers to it.
        """
        options = {"newsletter_begin": "IMMEDIATE", "newsletter_references": False}
        with plain_words(), self.engine.execution_options(**options).begin() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back; the object may be used again all the same."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at ``url``, at this version's schema.

    SQLite is created and migrated as needed, also when two processes open a new file at once. Raises
    `MigrationNeeded` for a PostgreSQL schema that is behind, `StorageError` for everything else that is
    wrong: unknown scheme, missing folder, unreachable server, a database newer than this version …
    """
    database = Database(_engine(_checked(url)))
    try:
        if not database.postgres:
            _prepare_file(database.engine.url)
        with database.read() as connection:
            revision = schema.revision_of(connection)
        schema.require_known(revision)
        if database.postgres:
            schema.require_head(revision)
        elif revision != schema.HEAD:
            with database.rebuild() as connection:
                schema.migrate(connection)
    except BaseException:
        database.close()
        raise
    return database


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the database to this version's schema; (revision before or None, revision after)."""
    database = Database(_engine(_checked(url)))
    try:
        if not database.postgres:
            _prepare_file(database.engine.url)
        with database.rebuild() as connection:
            return schema.migrate(connection)
    finally:
        database.close()


def _checked(url: str) -> URL:
    """The URL, parsed; refused in words that never repeat it, since it may hold a password."""
    try:
        parsed = sa.make_url(url)
        if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
            parsed.get_dialect()().create_connect_args(parsed)  # reads the options after the "?"
    except (ArgumentError, ValueError):
        raise StorageError("NEWSLETTER_DATABASE_URL is not a database URL.", todo=_EXAMPLE) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        _check_file(parsed)
    elif parsed.drivername != "postgresql+psycopg":
        raise StorageError(
            f"The newsletter does not work with {parsed.drivername} databases.",
            todo=_EXAMPLE,
            scheme=parsed.drivername,
        )
    return parsed


def _check_file(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StorageError("The SQLite database must be a file given by its path.", todo=_EXAMPLE)
    path = Path(url.database)
    if not path.parent.is_dir():
        raise StorageError(
            f"The folder for the database does not exist: {path.parent}",
            todo="Create it, or change NEWSLETTER_DATABASE_URL.",
            path=str(path),
        )
    if path.is_dir():
        raise StorageError(
            f"A folder stands where the database file should be: {path}",
            todo="Name a file in NEWSLETTER_DATABASE_URL.",
            path=str(path),
        )


def _no_rows(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _engine(url: URL) -> Engine:
    # At DEBUG SQLAlchemy logs every row that it reads: addresses. A filter holds where a level would be set back.
    logging.getLogger("sqlalchemy.engine.Engine").addFilter(_no_rows)
    if url.drivername == "postgresql+psycopg":
        limit = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=limit)
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, and deferred ones: `_begin` says BEGIN instead.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    # Said each time, for connections are used again. NORMAL survives a killed process, FULL a power cut, too.
    synchronous = "FULL" if options.get("newsletter_durable") else "NORMAL"
    connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
    references = "ON" if options.get("newsletter_references", True) else "OFF"
    connection.exec_driver_sql(f"PRAGMA foreign_keys={references}")  # only outside of a transaction
    connection.exec_driver_sql(f"BEGIN {options.get('newsletter_begin', 'DEFERRED')}")


def _prepare_file(url: URL) -> None:
    """Put the file into WAL mode once: readers and the writer then never wait for each other.

    The change of mode needs the file alone and is refused at once instead of waiting for it, so it is tried
    again while another process does the same.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    with plain_words(), closing(sqlite3.connect(str(url.database), timeout=BUSY_SECONDS)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
