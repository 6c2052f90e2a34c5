"""Where SQLAlchemy's and the drivers' exceptions end: each becomes a `StorageError` in plain words.

The driver's own text is looked at and never repeated: it may hold an address ("Key (address_key)=(…)
already exists") or a connection string. For the same reason the cause is cut off (``from None``).
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import StorageError

_PLAIN: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("password authentication failed", "no password supplied"),
        "The database server refused the user or the password.",
        "Check the user and the password in NEWSLETTER_DATABASE_URL.",
    ),
    (
        ("no pg_hba.conf entry",),
        "The database server does not let this machine in.",
        "Ask whoever runs the server to allow it (pg_hba.conf).",
    ),
    (
        ("permission denied", "must be owner"),
        "The database user may not do that.",
        "Grant it the rights on the newsletter's tables.",
    ),
    (
        ('role "',),
        "The database server does not know that user.",
        "Check the user in NEWSLETTER_DATABASE_URL.",
    ),
    (
        ('database "',),
        "The server has no database of that name.",
        "Create it, or check the name in NEWSLETTER_DATABASE_URL.",
    ),
    (
        ("connection refused", "could not translate host", "failed to resolve host", "connection failed"),
        "The database server cannot be reached.",
        "Check host and port in NEWSLETTER_DATABASE_URL, and that the server runs.",
    ),
    (
        ("timeout expired", "connection timeout"),
        "The database server did not answer in time.",
        "Check host and port in NEWSLETTER_DATABASE_URL, and that the server runs.",
    ),
    (
        ("server closed the connection", "terminating connection", "connection is lost", "is closed"),
        "The connection to the database server was lost.",
        "Run the command again; what was committed is kept.",
    ),
    (
        ("unable to open database file",),
        "The database file cannot be opened.",
        "Check that its folder exists and that this user may write there.",
    ),
    (
        ("readonly database",),
        "The database file cannot be written.",
        "Give this user the right to write the file and its folder.",
    ),
    (
        ("file is not a database", "malformed", "not a directory", "while decompressing"),
        "The database file is damaged or is no SQLite database.",
        "Restore it from a backup, or name another file in NEWSLETTER_DATABASE_URL.",
    ),
    (
        ("disk i/o error",),
        "The disk refuses to take the database's data; it may be full, over its quota, or failing.",
        "Make room or look at the disk, then run the command again.",
    ),
    (
        ("is full", "no space left", "could not extend file"),
        "The disk of the database is full.",
        "Make room, then run the command again.",
    ),
    (
        ("database is locked", "lock timeout", "deadlock detected", "could not serialize"),
        "The database was busy for too long.",
        "Run the command again when the other process has finished.",
    ),
    (
        ("no such table", "undefinedtable", 'relation "'),
        "The database lacks a table it should have.",
        "Run `newsletter db upgrade`; if that does not help, restore a backup.",
    ),
)


def explain(error: Exception) -> StorageError:
    """The `StorageError` that says in plain words what a third party's exception means."""
    cause = getattr(error, "orig", None) or error
    text = f"{type(cause).__name__}: {cause}".lower()
    for marks, message, todo in _PLAIN:
        if any(mark in text for mark in marks):
            return StorageError(message, todo=todo, kind=type(cause).__name__)
    return StorageError(
        f"The database refused ({type(cause).__name__}).",
        todo="This is likely a fault of the program: please report it.",
        kind=type(cause).__name__,
    )


@contextmanager
def plain_words() -> Iterator[None]:
    """Within it, whatever SQLAlchemy or a driver raises comes out as a `StorageError`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeError, zlib.error) as error:
        raise explain(error) from None
