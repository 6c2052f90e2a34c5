"""Third parties' exceptions end in the storage room, and tell nothing that is nobody's business."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import exc

from newsletter.errors import StorageError
from newsletter.storage.failures import explain, plain_words

SECRET = "ada@reader.example s3cret"


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)


@pytest.mark.parametrize("driver", [sqlite3.Error, psycopg.Error])
def test_every_error_of_a_driver_becomes_ours(driver: type[Exception]) -> None:
    for kind in _below(driver):
        for wrapped in (kind(SECRET), exc.DBAPIError("SELECT :x", {"x": SECRET}, kind(SECRET))):
            said = explain(wrapped)
            assert isinstance(said, StorageError)
            assert said.todo
            assert "ada" not in repr(said) + str(said.fields)


@pytest.mark.parametrize(
    "error",
    [
        exc.TimeoutError(SECRET),
        exc.NoResultFound(SECRET),
        exc.StatementError(SECRET, "SELECT :x", {"x": SECRET}, ValueError(SECRET)),
        sqlite3.OperationalError(SECRET),
        UnicodeEncodeError("utf-8", SECRET, 0, 1, "surrogates not allowed"),
    ],
)
def test_whatever_the_libraries_raise_is_caught(error: Exception) -> None:
    with pytest.raises(StorageError) as caught, plain_words():
        raise error
    assert "ada" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('FATAL: password authentication failed for user "ann"', "user or the password"),
        (
            'connection failed: FATAL: no pg_hba.conf entry for host "10.0.0.1"',
            "does not let this machine in",
        ),
        ('permission denied for database "news"', "may not do that"),
        ("database is locked", "busy"),
        ("deadlock detected", "busy"),
        ("database or disk is full", "disk"),
        ("server closed the connection unexpectedly", "lost"),
        ("database disk image is malformed", "damaged"),
        ("connection timeout expired", "in time"),
        ("something new", "please report"),
    ],
)
def test_common_troubles_are_named(text: str, words: str) -> None:
    assert words in str(explain(psycopg.OperationalError(text)))


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), plain_words():
        raise KeyError
