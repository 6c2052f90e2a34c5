"""Vectors are kept once a text and model, found again, and go when they are old; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.embeddings.vectors import MemoryStore
from newsletter.ports import VectorStore
from newsletter.storage.engine import Database
from newsletter.storage.vectors import SqlVectorStore

pytest_plugins = ("tests.support.storage_databases",)

NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, database: Database) -> VectorStore:
    return SqlVectorStore(database) if request.param == "sql" else MemoryStore()


def test_what_was_kept_is_found_by_model_and_digest(store: VectorStore) -> None:
    store.keep("a", {"one": b"\x00\x3c", "two": b"\x00\x00"}, NOON)
    store.keep("b", {"one": b"\xff\x3b"}, NOON)
    assert store.get("a", ["one", "two", "three"]) == {"one": b"\x00\x3c", "two": b"\x00\x00"}
    assert store.get("b", ["one", "two"]) == {"one": b"\xff\x3b"}
    assert store.get("c", ["one"]) == {}
    assert store.get("a", []) == {}


def test_what_is_there_stays(store: VectorStore) -> None:
    """Two builds at once may compute the same text; the first one's bytes are everybody's."""
    store.keep("a", {"one": b"\x01\x02"}, NOON)
    store.keep("a", {"one": b"\x03\x04", "two": b"\x05\x06"}, NOON)
    store.keep("a", {}, NOON)
    assert store.get("a", ["one", "two"]) == {"one": b"\x01\x02", "two": b"\x05\x06"}


def test_a_large_day_fits_into_one_call(store: VectorStore) -> None:
    many = {f"{number:05}": number.to_bytes(4, "little") for number in range(3_000)}
    store.keep("a", many, NOON)
    assert store.get("a", [*many, "other"]) == many


def test_old_ones_go(store: VectorStore) -> None:
    store.keep("a", {"old": b"\x01\x02"}, NOON - timedelta(days=2))
    store.keep("a", {"new": b"\x01\x02"}, NOON)
    assert store.purge(NOON - timedelta(days=1)) == 1
    assert store.purge(NOON - timedelta(days=1)) == 0
    assert set(store.get("a", ["old", "new"])) == {"new"}
