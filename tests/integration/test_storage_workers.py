"""Who is at work on a mailing: one on SQLite, any number on PostgreSQL; who falls silent leaves doubt."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
import sqlalchemy as sa

from newsletter.domain.mailing import BatchState, ClaimTerms, Lease, MailingState
from newsletter.storage.engine import Database, open_database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import mailings
from newsletter.storage.working import LEASE
from tests.support.storage_samples import DAY, NOON, hours, subscriber

if TYPE_CHECKING:
    from tests.support.storage_databases import PostgresServer

pytest_plugins = ("tests.support.storage_databases",)
PENDING, SUBMITTING, SUBMITTED, _, UNCERTAIN, _, _ = BatchState
ANY = ClaimTerms(hours(1000))
SECONDS = [NOON + timedelta(seconds=seconds) for seconds in range(0, 400, 10)]
Result = TypeVar("Result")


@pytest.fixture
def store(database: Database) -> SqlMailingStore:
    """On either database."""
    return SqlMailingStore(database)


@pytest.fixture
def local(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlMailingStore]:
    path = tmp_path / "newsletter.db"
    shutil.copy(migrated_sqlite, path)
    opened = open_database(f"sqlite:///{path}")
    yield SqlMailingStore(opened)
    opened.close()


@pytest.fixture
def server(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[Database]:
    name = postgres_server.create(migrated_postgres)
    opened = open_database(postgres_server.url(name))
    yield opened
    opened.close()
    postgres_server.drop(name)


@pytest.fixture
def shared(server: Database) -> SqlMailingStore:
    return SqlMailingStore(server)


def join(database: Database, count: int) -> None:
    SqlSubscriberStore(database).add_many(subscriber(f"n{n}") for n in range(count))


def freeze(store: SqlMailingStore) -> int:
    return store.freeze(DAY, 1, "sha", "outbox", 2, NOON).id


def together(count: int, work: Callable[[], Result]) -> list[Result]:
    """Run the same thing in several threads, all started at one moment."""
    gate = threading.Barrier(count)

    def run(_: int) -> Result:
        gate.wait(timeout=10)
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_who_holds_the_lease_is_told_with_the_time_it_runs_out(local: SqlMailingStore) -> None:
    mailing = freeze(local)
    assert local.lease(mailing) is None
    local.acquire(mailing, "one", NOON)
    assert local.lease(mailing) == Lease("one", NOON, NOON + LEASE)
    assert local.workers(mailing) == (Lease("one", NOON, NOON + LEASE),)
    local.release(mailing, "another")
    assert local.lease(mailing) is not None
    local.release(mailing, "one")
    assert local.lease(mailing) is None
    assert local.workers(mailing) == ()
    assert local.lease(mailing + 1) is None


def test_one_worker_sends_and_a_silent_one_is_replaced(local: SqlMailingStore) -> None:
    mailing = freeze(local)
    assert local.acquire(mailing, "one", SECONDS[0])
    assert local.acquire(mailing, "one", SECONDS[1]), "one's own lease"
    assert not local.acquire(mailing, "two", SECONDS[9])
    assert local.heartbeat(mailing, "one", SECONDS[9])
    assert not local.acquire(mailing, "two", SECONDS[18])
    assert local.acquire(mailing, "two", SECONDS[19])
    assert not local.heartbeat(mailing, "one", SECONDS[19])
    local.release(mailing, "one")
    assert not local.acquire(mailing, "three", SECONDS[20])
    local.release(mailing, "two")
    assert local.acquire(mailing, "three", SECONDS[20])


def test_several_work_on_one_and_an_older_release_keeps_out(shared: SqlMailingStore) -> None:
    """It knows the lease only: as long as one of them is heard of, that is held."""
    mailing = freeze(shared)
    assert shared.acquire(mailing, "one", SECONDS[0])
    assert shared.acquire(mailing, "two", SECONDS[2])
    assert [one.owner for one in shared.workers(mailing)] == ["one", "two"]
    held = shared.lease(mailing)
    assert held is not None
    assert held.owner not in ("", "one", "two")
    assert held.free_at == SECONDS[2] + LEASE
    assert shared.heartbeat(mailing, "one", SECONDS[5])
    assert shared.heartbeat(mailing, "two", SECONDS[4])
    shared.release(mailing, "two")
    left = shared.lease(mailing)
    assert left is not None
    assert left.heard_at == SECONDS[5], "as the one who is left was heard of"
    shared.release(mailing, "one")
    assert shared.lease(mailing) is None


def test_while_an_older_release_sends_nobody_joins_in(shared: SqlMailingStore, server: Database) -> None:
    mailing = freeze(shared)
    held = sa.update(mailings).where(mailings.c.id == mailing)
    with server.write() as connection:
        connection.execute(held.values(lease_owner="an older one", lease_at=SECONDS[0]))
    assert not shared.acquire(mailing, "one", SECONDS[9])
    assert shared.acquire(mailing, "one", SECONDS[10])


def test_the_silent_and_those_known_to_be_gone_leave_their_batches_in_doubt(
    shared: SqlMailingStore, server: Database
) -> None:
    join(server, 8)
    mailing = freeze(shared)
    for owner, heard in (("silent", SECONDS[0]), ("gone", SECONDS[9]), ("alive", SECONDS[9])):
        assert shared.acquire(mailing, owner, heard)
        assert shared.claim(mailing, heard, replace(ANY, owner=owner)) is not None
    assert shared.orphans_to_uncertain(mailing, SECONDS[10], lambda owner: owner == "gone") == 2
    found = {batch.claimed_by: batch.state for batch in shared.batches(mailing)}
    assert found == {"silent": UNCERTAIN, "gone": UNCERTAIN, "alive": SUBMITTING, "": PENDING}
    assert [one.owner for one in shared.workers(mailing)] == ["alive"]
    assert not shared.heartbeat(mailing, "silent", SECONDS[10])
    assert shared.claim(mailing, SECONDS[10], replace(ANY, owner="silent")) is None, "struck off"
    assert shared.claim(mailing, SECONDS[10], replace(ANY, owner="alive")) is not None
    assert shared.orphans_to_uncertain(mailing, SECONDS[11]) == 0


def test_a_claim_is_a_sign_of_life(store: SqlMailingStore, database: Database) -> None:
    join(database, 2)
    mailing = freeze(store)
    assert store.acquire(mailing, "one", SECONDS[0])
    assert store.claim(mailing, SECONDS[8], replace(ANY, owner="one")) is not None
    assert store.orphans_to_uncertain(mailing, SECONDS[17]) == 0
    assert store.orphans_to_uncertain(mailing, SECONDS[18]) == 1


def test_the_last_to_leave_says_how_it_stands(shared: SqlMailingStore, server: Database) -> None:
    join(server, 2)
    mailing = freeze(shared)
    shared.set_state(mailing, MailingState.SENDING, "", NOON)
    assert shared.acquire(mailing, "one", NOON)
    assert shared.acquire(mailing, "two", NOON)
    assert shared.close(mailing, "one", MailingState.PAUSED, "no network", NOON) is MailingState.SENDING
    assert shared.close(mailing, "two", MailingState.PAUSED, "no key", NOON) is MailingState.PAUSED
    found = shared.get(mailing)
    assert found is not None
    assert found.note == "no key"
    assert shared.lease(mailing) is None


def test_a_mailing_is_done_when_every_batch_is_settled_and_not_before(
    store: SqlMailingStore, database: Database
) -> None:
    join(database, 2)
    mailing = freeze(store)
    store.set_state(mailing, MailingState.SENDING, "", NOON)
    assert store.acquire(mailing, "one", NOON)
    claimed = store.claim(mailing, NOON, replace(ANY, owner="one"))
    assert claimed is not None
    assert not store.set_state(mailing, MailingState.DONE, "", NOON)
    assert store.close(mailing, "one", MailingState.DONE, "", NOON) is MailingState.SENDING
    assert store.move(claimed[0].id, SUBMITTING, SUBMITTED, NOON)
    assert store.close(mailing, "one", MailingState.DONE, "", NOON) is MailingState.DONE


def test_one_of_several_gets_the_lease(local: SqlMailingStore) -> None:
    mailing = freeze(local)
    owners = itertools.count()
    assert together(4, lambda: local.acquire(mailing, f"owner-{next(owners)}", NOON)).count(True) == 1


def test_of_several_that_look_for_the_dead_one_finds_them(store: SqlMailingStore, database: Database) -> None:
    join(database, 6)
    mailing = freeze(store)
    for _ in range(3):
        assert store.claim(mailing, NOON, ANY) is not None
    assert sorted(together(4, lambda: store.orphans_to_uncertain(mailing, hours(1)))) == [0, 0, 0, 3]
