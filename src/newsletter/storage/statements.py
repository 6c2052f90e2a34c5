"""The few statements that the two databases spell differently."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
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


def insert_many_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert thousands of rows in one statement, in their order, but for those whose key is taken; how many.

    On PostgreSQL they go as one JSON value: its driver takes four times as long over thousands of parameters.
    """
    if connection.dialect.name != "postgresql":
        # RETURNING makes SQLAlchemy put all rows into one statement, and counts the new ones.
        statement = insert_new(connection, table).returning(*table.primary_key)
        return len(connection.execute(statement, rows).all())
    columns = [sa.column(name, table.c[name].type) for name in rows[0]]
    given = sa.func.json_to_recordset(sa.bindparam("rows")).table_valued(*columns)
    chosen = sa.select(*given.render_derived(with_types=True).c)
    insert = postgresql.insert(table).from_select([column.name for column in columns], chosen)
    values = {"rows": json.dumps(rows, default=datetime.isoformat)}
    # Without the option SQLAlchemy forgets PostgreSQL's answer to an INSERT.
    options = {"preserve_rowcount": True}
    return connection.execute(insert.on_conflict_do_nothing(), values, execution_options=options).rowcount


def serialise(connection: Connection, what: str, *, shared: bool = False) -> None:
    """Let no other transaction be here with the same ``what`` until this one ends.

    Only PostgreSQL needs it: on SQLite the write transaction is alone anyway. ``shared`` holders keep out
    only those who ask for it unshared.
    """
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
        connection.execute(sa.select(lock(sa.func.hashtextextended(what, 0))))


def count_rows(connection: Connection, table: sa.Table) -> None:
    """Have the statistics of a table made anew that has just got many rows, for the plans of what comes next.

    PostgreSQL does so by itself a minute later: until then a table of a million new rows counts as small, and is read
    whole for a thousand of them. A sample is looked at, so it takes a second at most.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def by_index(connection: Connection) -> None:
    """Have every row of this transaction found by an index, however the planner weighs reading a whole table.

    It takes the pages of an index for as slow as a disk's, and would read a list of a hundred thousand, which lies in
    memory, once for every thousand of them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.set_config("enable_seqscan", "off", sa.true())))


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
