"""The few statements that the two databases spell differently."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def insert_new(connection: Connection, table: sa.Table) -> sa.Insert:
    """An INSERT that leaves a row out when one of its unique keys is taken."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: sa.Table) -> sa.Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def serialise(connection: Connection, what: str, *, shared: bool = False) -> None:
    """Let no other transaction be here with the same ``what`` until this one ends.

    Only PostgreSQL needs it: on SQLite the write transaction is alone anyway. ``shared`` holders keep out
    only those who ask for it unshared.
    """
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
        connection.execute(sa.select(lock(sa.func.hashtextextended(what, 0))))


class random_token(FunctionElement[str]):  # noqa: N801 SQL functions are written in lower case
    """A new text of 96 random bits in hex, for every row of the statement."""

    type = sa.Text()
    inherit_cache = True
    name = "random_token"


@compiles(random_token, "sqlite")
def _sqlite_token(_element: random_token, _compiler: SQLCompiler, **_options: Any) -> str:
    return "lower(hex(randomblob(12)))"


@compiles(random_token, "postgresql")
def _postgres_token(_element: random_token, _compiler: SQLCompiler, **_options: Any) -> str:
    # gen_random_uuid is the strong generator that needs no extension; six of its bits are constant.
    return "substr(replace(gen_random_uuid()::text, '-', ''), 9)"
