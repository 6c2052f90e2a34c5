"""Mornings in the database: who is due when is frozen, claimed by that time, and never out of order for anybody."""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.mailing import Actor, Batch, BatchState, ClaimTerms, Mailing, MailingState
from newsletter.domain.mornings import Mornings
from newsletter.domain.pacing import limits
from newsletter.storage.claiming import SUPERSEDED
from newsletter.storage.engine import Database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import batches, mailings, subscribers
from tests.support.storage_samples import DAY, NOON, hours, subscriber

pytest_plugins = ("tests.support.storage_databases",)
ZONE = ZoneInfo("America/New_York")
WISHES = [("", ""), ("Asia/Tokyo", ""), ("", "12:45"), ("Europe/London", "18:30"), ("Nowhere/Land", "soon")]


@pytest.fixture
def people(database: Database) -> SqlSubscriberStore:
    return SqlSubscriberStore(database)


@pytest.fixture
def store(database: Database) -> SqlMailingStore:
    return SqlMailingStore(database)


def mornings(ready: datetime = NOON, *, at_once: bool = False) -> Mornings:
    return Mornings(ready, ZONE, time(8, 30), at_once)


def freeze(
    store: SqlMailingStore, days: int = 0, ready: datetime = NOON, size: int = 2, *, at_once: bool = False
) -> Mailing:
    day = DAY + timedelta(days=days)
    return store.freeze(day, 1, "sha", "outbox", size, ready, mornings(ready, at_once=at_once))


def join(people: SqlSubscriberStore, *wishes: tuple[str, str]) -> None:
    people.add_many(subscriber(f"n{n}", timezone=zone, deliver_at=at) for n, (zone, at) in enumerate(wishes))


def claim_all(store: SqlMailingStore, mailing: Mailing, at: datetime, **terms: object) -> list[list[str]]:
    found = []
    given = {"until": at, **terms}
    while claimed := store.claim(mailing.id, at, ClaimTerms(**given)):  # type: ignore[arg-type]
        found.append([r.email.partition("@")[0] for r in claimed[1]])
    return found


def in_batches(store: SqlMailingStore, mailing: Mailing) -> list[tuple[datetime, list[str]]]:
    return [
        (due(batch), [r.email.partition("@")[0] for r in store.recipients_of(batch.id)])
        for batch in store.batches(mailing.id)
    ]


def due(batch: Batch) -> datetime:
    assert batch.due_at is not None
    return batch.due_at


# NOON is 08:00 in New York: 08:30 there is half an hour away.


def test_each_morning_has_its_own_batches_the_earliest_first(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, *WISHES[:3], *WISHES[:2], ("", ""))
    mailing = freeze(store)
    half_past_eight, quarter_to_one, tokyo = hours(0.5), hours(4.75), hours(11.5)
    assert in_batches(store, mailing) == [
        (half_past_eight, ["n0", "n3"]),
        (half_past_eight, ["n5"]),
        (quarter_to_one, ["n2"]),
        (tokyo, ["n1", "n4"]),
    ]
    assert sorted(store.mornings(mailing.id)) == [
        ("", "", half_past_eight),
        ("", "12:45", quarter_to_one),
        ("Asia/Tokyo", "", tokyo),
    ]


def test_a_batch_is_claimed_when_it_is_due_and_not_before(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, *WISHES[:3])
    mailing = freeze(store)
    assert store.next_due(mailing.id) == hours(0.5)
    assert claim_all(store, mailing, hours(0.49)) == []
    assert claim_all(store, mailing, hours(0.5)) == [["n0"]]
    assert store.next_due(mailing.id) == hours(4.75)
    assert claim_all(store, mailing, hours(5)) == [["n2"]]
    assert claim_all(store, mailing, hours(24)) == [["n1"]]
    assert store.next_due(mailing.id) is None


def test_ahead_of_its_time_it_gets_the_providers_id_and_the_time_to_send_it(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, ("", ""), ("", "12:45"))
    mailing = freeze(store)
    claimed = store.claim(mailing.id, hours(0), ClaimTerms(hours(1), None, "id-1"))
    assert claimed is not None
    assert (claimed[0].provider_batch, claimed[0].send_at, claimed[0].due_at) == (
        "id-1",
        hours(0.5),
        hours(0.5),
    )
    late = store.claim(mailing.id, hours(4.74), ClaimTerms(hours(6), None, "id-2"))
    assert late is not None
    assert (late[0].provider_batch, late[0].send_at) == ("", None), "within a minute it is not worth it"
    assert store.move(claimed[0].id, BatchState.SUBMITTING, BatchState.PENDING, hours(1), "busy")
    again = store.batch(claimed[0].id)
    assert again is not None
    assert (again.provider_batch, again.send_at, again.due_at) == ("", None, hours(0.5))


def test_a_morning_that_was_missed_does_not_go_by_itself(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, ("", ""), ("", "12:45"))
    mailing = freeze(store)
    assert store.next_due(mailing.id, missed_before=hours(1)) == hours(4.75)
    assert claim_all(store, mailing, hours(7), missed_before=hours(1)) == [["n1"]]
    assert claim_all(store, mailing, hours(7)) == [["n0"]]


def test_hastened_everybody_pending_is_due_now(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, *WISHES[:3])
    mailing = freeze(store)
    first = store.claim(mailing.id, hours(0.5), ClaimTerms(hours(0.5)))
    assert first is not None
    store.hasten(mailing.id, hours(1))
    assert [due(batch) for batch in store.batches(mailing.id)] == [hours(0.5), hours(1), hours(1)]
    assert claim_all(store, mailing, hours(1)) == [["n2"], ["n1"]]


def test_what_an_older_release_froze_goes_at_once(
    store: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    join(people, ("", ""))
    mailing = freeze(store)
    with database.write() as connection:
        connection.execute(sa.update(batches).values(due_at=None))
    assert store.next_due(mailing.id, missed_before=hours(100)) == NOON
    assert claim_all(store, mailing, NOON) == [["n0"]]


# ── two issues ─────────────────────────────────────────────────────────────────────────────────────


def test_nobody_gets_an_older_issue_after_a_newer_one(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, ("", ""), ("", ""), ("", ""))
    old = freeze(store, size=3)
    store.claim(old.id, hours(1), ClaimTerms(hours(1)))
    (stuck,) = store.batches(old.id)
    store.move(stuck.id, BatchState.SUBMITTING, BatchState.PENDING, hours(1), "busy for a day")
    people.suppress("n2@reader.example", SuppressionReason.BOUNCE, hours(2))
    new = freeze(store, days=1, ready=hours(24), size=1)
    assert claim_all(store, new, hours(25))[:1] == [["n0"]]
    people.unsuppress("n2@reader.example", SuppressionReason.BOUNCE)
    first, second = store.batches(new.id)
    assert store.move(second.id, BatchState.SUBMITTING, BatchState.FAILED, hours(25), "refused")
    assert first.state is BatchState.SUBMITTING
    assert claim_all(store, old, hours(25)) == [["n1", "n2"]], "n1's later issue was refused, n2 has none"
    assert store.skipped(old.id) == {SUPERSEDED: 1}
    assert store.tally(old.id) == store.counts(old.id)


def test_an_operators_word_sends_an_older_issue_all_the_same(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, ("", ""), ("", ""))
    old, new = freeze(store), freeze(store, days=1, ready=hours(24))
    assert claim_all(store, new, hours(25)) == [["n0", "n1"]]
    store.hasten(old.id, hours(25), older_too=True)
    store.hasten(old.id, hours(26))
    assert claim_all(store, old, hours(26)) == [["n0", "n1"]]


def test_a_newer_issue_is_not_due_before_an_older_one_that_is_still_to_come(
    store: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    join(people, ("Europe/London", "12:00"), ("", ""))
    old = freeze(store)  # 13:00 in London: due at noon tomorrow there
    assert in_batches(store, old)[1] == (hours(23), ["n0"])
    with database.write() as connection:
        connection.execute(sa.update(subscribers).values(timezone="", deliver_at="06:00"))
    new = freeze(store, days=1, ready=hours(21.5), at_once=True)
    assert in_batches(store, new) == [(hours(21.5), ["n1"]), (hours(23) + timedelta(minutes=1), ["n0"])]


def test_an_older_issue_that_was_halted_holds_nobody_back(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, ("Europe/London", "12:00"))
    old = freeze(store)
    (batch,) = store.batches(old.id)
    assert store.move(batch.id, BatchState.PENDING, BatchState.CANCELLED, NOON, by=Actor.OPERATOR)
    new = freeze(store, days=1, ready=hours(21.5), at_once=True)
    assert in_batches(store, new) == [(hours(21.5), ["n0"])]


def test_unfinished_mailings_are_found_the_oldest_first(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    made = [freeze(store, days=days) for days in range(4)]
    for state in (MailingState.SENDING, MailingState.DONE):
        assert store.set_state(made[1].id, state, "", NOON)
    assert [m.issue_date for m in store.unfinished(DAY)] == [made[n].issue_date for n in (0, 2, 3)]
    assert [m.id for m in store.unfinished(DAY + timedelta(days=3))] == [made[3].id]


def test_limits_count_what_all_mailings_handed_over(
    store: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    join(people, *[("", "")] * 4)
    old, new = freeze(store, at_once=True), freeze(store, days=1, ready=hours(24), at_once=True)
    hour = {"limits": limits(2, 0)}
    assert claim_all(store, new, hours(24), **hour) == [["n0", "n1"]]
    store.hasten(old.id, hours(24), older_too=True)
    assert claim_all(store, old, hours(24.9), **hour) == []
    assert claim_all(store, old, hours(25), **hour) == [["n0", "n1"]]
    first = store.batches(old.id)[0]
    assert store.handed_over(hours(24.5)) == [(hours(25), 2)]
    assert store.move(first.id, BatchState.SUBMITTING, BatchState.FAILED, hours(25), "refused")
    assert store.handed_over(hours(24.5)) == [], "what was refused does not count"


# ── history ────────────────────────────────────────────────────────────────────────────────────────


def test_each_move_of_a_batch_is_in_its_history(store: SqlMailingStore, people: SqlSubscriberStore) -> None:
    join(people, ("", ""))
    mailing = freeze(store, at_once=True)
    claimed = store.claim(mailing.id, NOON, ClaimTerms(NOON))
    assert claimed is not None
    batch = claimed[0].id
    store.move(batch, BatchState.SUBMITTING, BatchState.UNCERTAIN, hours(1), "no answer")
    assert not store.move(batch, BatchState.UNCERTAIN, BatchState.SUBMITTED, hours(2), attempt=2)
    assert not store.move(batch, BatchState.UNCERTAIN, BatchState.PENDING, hours(2), by=Actor.PROVIDER)
    store.move(batch, BatchState.UNCERTAIN, BatchState.CANCELLING, hours(2), "no answer")
    cancelling = store.batch(batch)
    assert cancelling is not None
    assert cancelling.was == "uncertain"
    store.move(batch, BatchState.CANCELLING, BatchState.SUBMITTED, hours(3), "delivered", by=Actor.PROVIDER)
    told = [(m.old.value, m.new.value, m.by.value, m.attempt, m.reason) for m in store.history(batch)]
    assert told == [
        ("pending", "submitting", "sender", 1, ""),
        ("submitting", "uncertain", "sender", 1, "no answer"),
        ("uncertain", "cancelling", "sender", 1, "no answer"),
        ("cancelling", "submitted", "provider", 1, "delivered"),
    ]
    assert [m.at for m in store.history(batch)] == [NOON, hours(1), hours(2), hours(3)]
    assert store.history("nothing") == ()


# ── laws ───────────────────────────────────────────────────────────────────────────────────────────

_offsets = itertools.count(0, 10)
_wish = st.sampled_from(WISHES)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wishes=st.lists(st.tuples(_wish, _wish), min_size=1, max_size=8),
    size=st.integers(1, 4),
    late=st.integers(0, 30),
    now=st.booleans(),
)
def test_every_reader_is_once_in_a_batch_of_their_own_morning_and_issues_come_in_their_order(
    store: SqlMailingStore,
    people: SqlSubscriberStore,
    database: Database,
    wishes: list[tuple[tuple[str, str], tuple[str, str]]],
    size: int,
    late: int,
    now: bool,
) -> None:
    """Two issues, the second from 1 to 31 hours after the first, and wishes changed in between."""
    with database.write() as connection:
        connection.execute(sa.delete(subscribers))
        connection.execute(sa.update(mailings).values(state="halted"))
        connection.execute(sa.update(batches).values(state="cancelled"))
    offset = next(_offsets)
    join(people, *(before for before, _ in wishes))
    first = freeze(store, offset, hours(24 * offset), size)
    told = in_batches(store, first)
    assert sorted(name for _, names in told for name in names) == sorted(f"n{n}" for n in range(len(wishes)))
    assert all(0 < len(names) <= size for _, names in told)
    mine = {name: moment for moment, names in told for name in names}
    at_first = mornings(hours(24 * offset))
    assert mine == {f"n{n}": at_first(*before) for n, (before, _) in enumerate(wishes)}
    with database.write() as connection:
        for n, (_, (zone, at)) in enumerate(wishes):
            change = sa.update(subscribers).where(subscribers.c.name == f"N{n}")
            connection.execute(change.values(timezone=zone, deliver_at=at))
    second = freeze(store, offset + 1, hours(24 * offset + 1 + late), size, at_once=now)
    then = {name: moment for moment, names in in_batches(store, second) for name in names}
    ready = hours(24 * offset + 1 + late)
    assert all(then[name] > mine[name] or mine[name] <= ready for name in mine)
