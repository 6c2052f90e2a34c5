"""Mailings: frozen once, claimed before they are sent, never twice (the sender's requirements 1-5 and 12)."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

import newsletter
from newsletter.domain.audience import ExclusionReason, SubscriberStatus, SuppressionReason
from newsletter.domain.mailing import (
    Actor,
    BatchState,
    ClaimTerms,
    Mailing,
    MailingState,
    may_move,
)
from newsletter.errors import StorageError
from newsletter.storage.claiming import NOBODY_LEFT, REMOVED
from newsletter.storage.engine import Database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.storage_samples import DAY, NOON, hours, subscriber

pytest_plugins = ("tests.support.storage_databases",)
PENDING, SUBMITTING, SUBMITTED, FAILED, UNCERTAIN, CANCELLING, CANCELLED = BatchState
ANY = ClaimTerms(hours(1000))
Result = TypeVar("Result")


@pytest.fixture
def people(database: Database) -> SqlSubscriberStore:
    return SqlSubscriberStore(database)


@pytest.fixture
def store(database: Database) -> SqlMailingStore:
    return SqlMailingStore(database)


def join(people: SqlSubscriberStore, count: int) -> None:
    people.add_many(subscriber(f"n{n}") for n in range(count))


def freeze(store: SqlMailingStore, batch_size: int = 2, day: date = DAY) -> Mailing:
    return store.freeze(day, 1, "sha", "outbox", batch_size, NOON)


def names(recipients: tuple) -> list[str]:
    return [r.email.partition("@")[0] for r in recipients]


# ── freezing ───────────────────────────────────────────────────────────────────────────────────────


def test_everybody_is_a_recipient_or_counted_with_a_reason(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 5)
    people.add_many(
        [
            subscriber("pending", status=SubscriberStatus.PENDING),
            subscriber("left", status=SubscriberStatus.UNSUBSCRIBED),
            subscriber("late", created_at=hours(1)),
            subscriber("bounced"),
            subscriber("undated", created_at=None),
        ]
    )
    people.suppress("bounced@reader.example", SuppressionReason.BOUNCE, NOON)
    people.suppress("left@reader.example", SuppressionReason.UNSUBSCRIBE, NOON)
    mailing = freeze(store)
    reasons = {
        "pending": ExclusionReason.PENDING,
        "left": ExclusionReason.UNSUBSCRIBED,
        "late": ExclusionReason.JOINED_LATER,
        "bounced": ExclusionReason.SUPPRESSED,
    }
    assert mailing.exclusions == dict.fromkeys(reasons.values(), 1)
    assert (mailing.candidates, mailing.recipients, mailing.state) == (10, 6, MailingState.FROZEN)
    assert (mailing.issue_date, mailing.revision, mailing.html_sha256) == (DAY, 1, "sha")
    assert store.find(DAY) == mailing
    assert [b.recipients for b in store.batches(mailing.id)] == [2, 2, 2]
    assert store.counts(mailing.id)["pending"] == 6
    candidates = {c.email.partition("@")[0]: c for c in store.candidates(NOON)}
    assert {name: c.exclusion for name, c in candidates.items() if c.exclusion} == reasons
    assert store.exclusions(mailing.id) == tuple(
        (candidates[name].subscriber_id, candidates[name].public_id, why) for name, why in reasons.items()
    )


def test_candidates_stream_in_order_of_joining(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, 1001)
    assert [c.name for c in store.candidates(NOON)] == [f"N{n}" for n in range(1001)]


def test_nobody_on_the_list_is_a_mailing_without_batches(store: SqlMailingStore) -> None:
    mailing = freeze(store)
    assert (mailing.candidates, mailing.recipients, mailing.exclusions) == (0, 0, {})
    assert store.batches(mailing.id) == ()
    assert store.claim(mailing.id, NOON, ANY) is None


def test_second_freeze_is_the_first_mailing(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, 3)
    first = freeze(store)
    join(people, 9)
    assert store.freeze(DAY, 2, "other", "sendgrid", 5, hours(5)) == first
    assert freeze(store, day=DAY + timedelta(days=1)).recipients == 9
    assert store.find(date(2026, 1, 1)) is None


def test_batches_in_order_of_joining_with_ids_nobody_guesses(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 5)
    mailing = freeze(store)
    batches = store.batches(mailing.id)
    assert [b.id[:16] for b in batches] == ["2026-08-14-0001-", "2026-08-14-0002-", "2026-08-14-0003-"]
    assert [names(store.recipients_of(b.id)) for b in batches] == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert store.recipients_of("2026-08-14-0001-") == ()
    deliveries = [r.delivery_id for b in batches for r in store.recipients_of(b.id)]
    assert len({*deliveries, *(b.id[16:] for b in batches)}) == 8
    assert all(len(delivery) == 24 for delivery in deliveries)


def test_nobody_is_frozen_twice_for_one_date(
    store: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    join(people, 1)
    freeze(store)
    again = "INSERT INTO recipients (issue_date, subscriber_id, batch, delivery_id) SELECT issue_date,"
    with pytest.raises(StorageError), database.write() as connection:
        connection.execute(text(f"{again} subscriber_id, batch, 'another' FROM recipients"))


def test_audience_that_does_not_add_up_keeps_nothing(
    store: SqlMailingStore, people: SqlSubscriberStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the batches (here: one too few) must stop the mailing, not skip people."""
    join(people, 5)
    from newsletter.storage import freezing

    whole = freezing._add_batches
    monkeypatch.setattr(freezing, "_add_batches", lambda c, m, d, sizes: whole(c, m, d, sizes[:-1]))
    with pytest.raises(StorageError, match="5 candidates, but 4 recipients"):
        freeze(store)
    assert store.find(DAY) is None
    monkeypatch.undo()
    assert freeze(store).recipients == 5


# ── claiming and moving ────────────────────────────────────────────────────────────────────────────


def test_claim_is_committed_before_anything_is_sent(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 3)
    mailing = freeze(store)
    claimed = store.claim(mailing.id, hours(1), ANY)
    assert claimed is not None
    batch, recipients = claimed
    assert (batch.state, batch.attempts, batch.changed_at) == (SUBMITTING, 1, hours(1))
    assert names(recipients) == ["n0", "n1"]
    assert recipients[0].public_id == subscriber("n0").public_id
    assert store.batch(batch.id) == batch
    assert store.batch("nothing") is None
    second = store.claim(mailing.id, hours(1), ANY)
    assert second is not None
    assert names(second[1]) == ["n2"]
    assert store.claim(mailing.id, hours(1), ANY) is None


def test_who_left_since_the_freeze_is_skipped_with_the_reason(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 5)
    mailing = freeze(store, batch_size=5)
    people.set_status(subscriber("n0").public_id, SubscriberStatus.UNSUBSCRIBED, NOON)
    people.suppress("n1@reader.example", SuppressionReason.SPAM_REPORT, NOON)
    people.remove("n2@reader.example")
    claimed = store.claim(mailing.id, hours(1), ANY)
    assert claimed is not None
    batch, recipients = claimed
    assert names(recipients) == ["n3", "n4"]
    assert batch.recipients == 2
    assert store.skipped(mailing.id) == {
        ExclusionReason.UNSUBSCRIBED: 1,
        ExclusionReason.SUPPRESSED: 1,
        REMOVED: 1,
    }
    counts = store.counts(mailing.id)
    assert (counts["submitting"], counts["skipped"], sum(counts.values())) == (2, 3, mailing.recipients)
    assert names(store.recipients_of(batch.id)) == ["n3", "n4"]


def test_who_was_skipped_stays_so_when_the_batch_is_claimed_again(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 2)
    mailing = freeze(store)
    people.suppress("n0@reader.example", SuppressionReason.UNSUBSCRIBE, NOON)
    first = store.claim(mailing.id, NOON, ANY)
    assert first is not None
    assert store.move(first[0].id, SUBMITTING, PENDING, NOON, "too many requests")
    people.unsuppress("n0@reader.example", SuppressionReason.UNSUBSCRIBE)
    again = store.claim(mailing.id, NOON, ANY)
    assert again is not None
    assert (again[0].attempts, again[0].reason, names(again[1])) == (2, "", ["n1"])


def test_batch_with_nobody_left_is_settled_on_the_way(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 4)
    mailing = freeze(store)
    for name in ("n0", "n1"):
        people.suppress(f"{name}@reader.example", SuppressionReason.BOUNCE, NOON)
    claimed = store.claim(mailing.id, hours(1), ANY)
    assert claimed is not None
    assert names(claimed[1]) == ["n2", "n3"]
    first = store.batches(mailing.id)[0]
    assert (first.state, first.recipients, first.reason, first.message_id) == (SUBMITTED, 0, NOBODY_LEFT, "")


def test_removed_reader_is_known_by_delivery_id_only(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 1)
    mailing = freeze(store)
    (batch,) = store.batches(mailing.id)
    (before,) = store.recipients_of(batch.id)
    people.remove("n0@reader.example")
    (after,) = store.recipients_of(batch.id)
    assert after == replace(before, public_id="", email="", name="", token_version=0)


def test_halted_mailing_gives_no_batch_and_stays_halted(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 3)
    mailing = freeze(store)
    store.set_state(mailing.id, MailingState.SENDING, "", NOON)
    store.set_state(mailing.id, MailingState.HALTED, "wrong headline, says Ann", NOON)
    store.set_state(mailing.id, MailingState.DONE, "", NOON)
    found = store.find(DAY)
    assert found is not None
    assert (found.state, found.note) == (MailingState.HALTED, "wrong headline, says Ann")
    assert store.claim(mailing.id, NOON, ANY) is None


def test_batches_move_as_the_rules_say(
    store: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    join(people, 1)
    (batch,) = store.batches(freeze(store).id)
    for old, new, by in itertools.product(BatchState, BatchState, Actor):
        with database.write() as connection:
            values = {"state": old.value}
            connection.execute(
                text("UPDATE batches SET state = :state, reason = '', message_id = ''"), values
            )
        legal = may_move(old, new, by)
        assert store.move(batch.id, old, new, hours(1), "why", "m-1", by=by) is legal
        after = store.batch(batch.id)
        assert after is not None
        assert (after.state, after.reason, after.message_id) == (
            (new, "why", "m-1") if legal else (old, "", "")
        )


def test_batch_that_moved_meanwhile_is_not_moved(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, 1)
    mailing = freeze(store)
    claimed = store.claim(mailing.id, NOON, ANY)
    assert claimed is not None
    batch = claimed[0].id
    assert store.orphans_to_uncertain(mailing.id, hours(1)) == 1
    assert not store.move(batch, SUBMITTING, SUBMITTED, hours(1), message_id="m-1")
    assert store.move(batch, UNCERTAIN, SUBMITTED, hours(2), message_id="m-1")
    assert not store.move("nothing", PENDING, SUBMITTING, NOON)


def test_only_what_was_under_way_becomes_uncertain(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, 6)
    mailing = freeze(store)
    first, second = store.claim(mailing.id, NOON, ANY), store.claim(mailing.id, NOON, ANY)
    assert first is not None
    assert second is not None
    store.move(first[0].id, SUBMITTING, SUBMITTED, NOON, message_id="m-1")
    assert store.orphans_to_uncertain(mailing.id, hours(1)) == 1
    assert [b.state for b in store.batches(mailing.id)] == [SUBMITTED, UNCERTAIN, PENDING]
    assert store.batches(mailing.id)[0].message_id == "m-1"
    assert "died" in store.batches(mailing.id)[1].reason


def test_a_mailing_is_found_by_its_number(store: SqlMailingStore) -> None:
    mailing = freeze(store)
    assert store.get(mailing.id) == mailing
    assert store.get(mailing.id + 1) is None


# ── several at once ────────────────────────────────────────────────────────────────────────────────


def together(count: int, work: Callable[[], Result]) -> list[Result]:
    """Run the same thing in several threads, all started at one moment."""
    gate = threading.Barrier(count)

    def run(_: int) -> Result:
        gate.wait(timeout=10)
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_claims_at_once_get_different_batches(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, 40)
    mailing = freeze(store)

    def claim_all() -> list[tuple[str, list[str]]]:
        found = []
        while (claimed := store.claim(mailing.id, NOON, ANY)) is not None:
            found.append((claimed[0].id, names(claimed[1])))
        return found

    claimed = [pair for pairs in together(4, claim_all) for pair in pairs]
    assert len({batch for batch, _ in claimed}) == len(claimed) == 20
    assert sorted(name for _, people_ in claimed for name in people_) == sorted(f"n{n}" for n in range(40))


def test_freezes_at_once_make_one_mailing(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, 50)
    mailings = together(4, lambda: freeze(store))
    assert len(set(map(repr, mailings))) == 1
    assert store.counts(mailings[0].id)["pending"] == 50


def test_imports_at_once_add_everybody_once(people: SqlSubscriberStore) -> None:
    file = [subscriber(f"n{n}") for n in range(1500)]
    turns = itertools.count()
    counts = together(3, lambda: people.add_many(file[:: 1 if next(turns) % 2 else -1]))
    assert sum(added for added, _ in counts) == 1500


def test_claims_of_two_processes_are_disjoint(
    store: SqlMailingStore, people: SqlSubscriberStore, database_url: str
) -> None:
    join(people, 30)
    mailing = freeze(store, batch_size=1)
    code = (
        "import sys; from datetime import UTC, datetime\n"
        "from newsletter.domain.mailing import ClaimTerms\n"
        "from newsletter.storage.engine import open_database\n"
        "from newsletter.storage.mailings import SqlMailingStore\n"
        "db = open_database(sys.argv[1]); store = SqlMailingStore(db)\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "now = datetime(2026, 8, 14, 12, tzinfo=UTC)\n"
        "while (c := store.claim(int(sys.argv[2]), now, ClaimTerms(now))): print(c[0].id)\n"
        "db.close()"
    )
    command = [sys.executable, "-W", "error", "-c", code, database_url, str(mailing.id)]
    environment = {"PYTHONPATH": str(Path(newsletter.__file__).parents[1])}
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(2)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
    ends = [process.communicate("\n", timeout=30) for process in running]
    assert [process.returncode for process in running] == [0, 0], ends
    claimed = [line for out, _ in ends for line in out.split()]
    assert len(claimed) == len(set(claimed)) == 30


# ── laws ───────────────────────────────────────────────────────────────────────────────────────────

_days = itertools.count()
_readers = st.lists(st.tuples(st.sampled_from(SubscriberStatus), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readers=_readers, batch_size=st.integers(1, 5), gone=st.sets(st.integers(0, 11)))
def test_each_eligible_reader_is_in_one_batch_and_no_other(
    store: SqlMailingStore,
    people: SqlSubscriberStore,
    database: Database,
    readers: list,
    batch_size: int,
    gone: set,
) -> None:
    with database.write() as connection:
        for table in ("subscribers", "suppressions"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    eligible = set()
    for number, (status, suppressed, late) in enumerate(readers):
        people.add(subscriber(f"n{number}", status=status, created_at=hours(1 if late else -1)))
        if suppressed:
            people.suppress(f"n{number}@reader.example", SuppressionReason.BOUNCE, NOON)
        if status is SubscriberStatus.ACTIVE and not suppressed and not late:
            eligible.add(f"n{number}")
    mailing = freeze(store, batch_size, DAY + timedelta(days=next(_days)))
    assert mailing.candidates == len(readers) == mailing.recipients + sum(mailing.exclusions.values())
    frozen = [name for b in store.batches(mailing.id) for name in names(store.recipients_of(b.id))]
    assert sorted(frozen) == sorted(eligible)
    for number in gone:
        people.suppress(f"n{number}@reader.example", SuppressionReason.UNSUBSCRIBE, NOON)
    mailed: list[str] = []
    while (claimed := store.claim(mailing.id, NOON, ANY)) is not None:
        assert 0 < len(claimed[1]) <= batch_size
        mailed += names(claimed[1])
    assert sorted(mailed) == sorted(eligible - {f"n{number}" for number in gone})
    assert sum(store.counts(mailing.id).values()) == mailing.recipients
