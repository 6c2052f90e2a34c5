"""Which revision a database is at, and bringing it to this version's.

The revisions stand here by name so that opening a database that is up to date needs no Alembic.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.errors import MigrationNeeded, StorageError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every revision this version knows, oldest first; a test compares it with the migration files."""
HEAD = REVISIONS[-1]
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_UPGRADE_LOCK = 0x6E6C_6462
"""Any constant will do, as long as every version takes the same advisory lock."""


def revision_of(connection: Connection) -> str | None:
    """The database's revision; None when it is empty. `StorageError` when it is somebody else's.

    PostgreSQL: a schema with other tables than ours counts as empty, since databases are shared there.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return str(found) if found else None
    if tables and connection.dialect.name == "sqlite":
        raise StorageError(
            "The database file holds tables of another program.",
            todo="Name another file in NEWSLETTER_DATABASE_URL.",
        )
    return None


def require_known(revision: str | None) -> None:
    """Refuse a database that a newer version of the software has migrated."""
    if revision is not None and revision not in REVISIONS:
        raise StorageError(
            f"The database was made by a newer version (its revision is {revision}, this version knows"
            f" {HEAD}).",
            todo="Install the newer version, or restore a backup made before it.",
            revision=revision,
        )


def require_head(revision: str | None) -> None:
    """Refuse a database that is behind: raises `MigrationNeeded`."""
    require_known(revision)
    if revision != HEAD:
        state = f"is at revision {revision}" if revision else "has no tables yet"
        raise MigrationNeeded(
            f"The database {state}; this version needs {HEAD}.",
            todo="Run `newsletter db upgrade`.",
            revision=revision or "",
        )


def migrate(connection: Connection) -> tuple[str | None, str]:
    """Bring the database to `HEAD` within the caller's `Database.rebuild` transaction; (revision before, after).

    The transaction lets one process in at a time (SQLite: BEGIN IMMEDIATE, PostgreSQL: an advisory lock),
    so the second of two finds the work done.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    before = revision_of(connection)
    require_known(before)
    if before != HEAD:
        _run_migrations(connection)
        _require_whole(connection)
    return before, HEAD


def _require_whole(connection: Connection) -> None:
    """References are not looked at while SQLite's tables are built anew: afterwards, all at once."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageError(
            "The database holds rows that refer to nothing; it was left as it was.",
            todo="Restore a backup, or report this.",
        )


def _run_migrations(connection: Connection) -> None:
    # Imported late: Alembic takes longer to import than an up-to-date database takes to open.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
