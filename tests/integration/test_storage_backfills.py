"""Backfills: each date, its state and attempts."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.errors import StorageError
from newsletter.ports import Backfill, BackfillDate
from newsletter.storage.backfills import SqlBackfillStore
from newsletter.storage.engine import Database
from tests.support.storage_samples import NOON, hours

pytest_plugins = ("tests.support.storage_databases",)
THREE = tuple(BackfillDate(date(2026, 8, n), "planned") for n in (14, 13, 12))


@pytest.fixture
def store(database: Database) -> SqlBackfillStore:
    return SqlBackfillStore(database)


def make(store: SqlBackfillStore) -> Backfill:
    return store.create(date(2026, 8, 12), date(2026, 8, 14), "missing", "newest", THREE, NOON)


def test_backfill_comes_back_whole_in_its_own_order(store: SqlBackfillStore) -> None:
    assert store.get() is None
    made = make(store)
    assert (made.state, made.dates, made.policy, made.order) == ("running", THREE, "missing", "newest")
    assert store.get(made.id) == made
    assert store.get(made.id + 1) is None


def test_newest_is_given_when_none_is_named(store: SqlBackfillStore) -> None:
    make(store)
    newest = make(store)
    assert store.get() == newest


def test_dates_and_state_move_on(store: SqlBackfillStore) -> None:
    made = make(store)
    failed = BackfillDate(date(2026, 8, 13), "failed", 2, "no captures")
    extra = BackfillDate(date(2026, 8, 11), "planned")
    store.set_date(made.id, failed, hours(1))
    store.set_date(made.id, extra, hours(1))
    store.set_state(made.id, "cancelled", hours(2))
    found = store.get(made.id)
    assert found is not None
    assert found.dates == (THREE[0], failed, THREE[2], extra)
    assert found.state == "cancelled"


def test_unknown_backfill_is_an_error(store: SqlBackfillStore) -> None:
    with pytest.raises(StorageError, match="no backfill 7"):
        store.set_state(7, "done", NOON)
    with pytest.raises(StorageError, match="no backfill 7"):
        store.set_date(7, THREE[0], NOON)
