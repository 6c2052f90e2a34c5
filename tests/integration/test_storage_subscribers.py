"""The list of subscribers and the addresses not to be mailed."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from newsletter.domain.audience import SubscriberStatus, SuppressionReason
from newsletter.storage.engine import Database
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.storage_samples import NOON, hours, subscriber

pytest_plugins = ("tests.support.storage_databases",)
ADA = "ada@reader.example"


@pytest.fixture
def people(database: Database) -> SqlSubscriberStore:
    return SqlSubscriberStore(database)


def test_subscriber_comes_back_whole(people: SqlSubscriberStore) -> None:
    ada = subscriber("ada", status=SubscriberStatus.PENDING, token_version=3)
    ada = replace(ada, name="Ada “the reader” Ørsted")
    assert people.add(ada)
    assert people.by_address(ADA) == ada
    assert people.by_public_id(ada.public_id) == ada
    assert people.by_address("nobody@reader.example") is None
    assert people.by_public_id("nobody") is None


def test_address_stands_on_the_list_once(people: SqlSubscriberStore) -> None:
    people.add(subscriber("ada"))
    assert not people.add(replace(subscriber("ada"), public_id="another", name="Somebody else"))
    assert [s.name for s in people.all()] == ["Ada"]


def test_import_counts_new_and_known_across_chunks(people: SqlSubscriberStore) -> None:
    people.add(subscriber("n7"))
    file = [subscriber(f"n{n}") for n in range(2100)]
    twice = replace(file[0], public_id="p-twice", name="Second line")
    assert people.add_many(iter([*file[:500], twice, *file[500:], twice])) == (2099, 3)
    assert people.add_many(iter(file)) == (0, 2100)
    assert people.add_many(iter(())) == (0, 0)
    joined = [s.email for s in people.all()]
    assert joined == [file[7].email, *(s.email for s in file if s is not file[7])]
    assert people.by_address(file[0].address_key) == file[0]


def test_import_and_streams_keep_memory_flat(people: SqlSubscriberStore) -> None:
    people.add_many(subscriber(f"warm{n}") for n in range(1000))
    tracemalloc.start()
    people.add_many(subscriber(f"n{n}") for n in range(6000))
    assert sum(1 for _ in people.all()) == 7000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_stream_can_be_left_in_the_middle(people: SqlSubscriberStore) -> None:
    people.add_many(subscriber(f"n{n}") for n in range(1200))
    for reader in people.all():
        people.set_status(reader.public_id, SubscriberStatus.UNSUBSCRIBED, NOON)
        break
    assert people.count()["unsubscribed"] == 1


def test_status_changes_and_filters(people: SqlSubscriberStore) -> None:
    ada = subscriber("ada", status=SubscriberStatus.PENDING, consent_at=None)
    people.add_many([ada, subscriber("ben")])
    assert people.set_status(ada.public_id, SubscriberStatus.ACTIVE, hours(1))
    confirmed = people.by_address(ADA)
    assert confirmed is not None
    assert (confirmed.status, confirmed.consent_at) == (SubscriberStatus.ACTIVE, hours(1))
    assert people.set_status(ada.public_id, SubscriberStatus.UNSUBSCRIBED, hours(2))
    assert people.set_status(ada.public_id, SubscriberStatus.UNSUBSCRIBED, hours(3)), "twice is no error"
    assert not people.set_status("nobody", SubscriberStatus.ACTIVE, hours(2))
    assert [s.email for s in people.all(SubscriberStatus.ACTIVE)] == ["ben@reader.example"]


def test_counts(people: SqlSubscriberStore) -> None:
    assert people.count() == {"pending": 0, "active": 0, "unsubscribed": 0, "suppressed": 0}
    people.add_many([subscriber("ada"), subscriber("ben", status=SubscriberStatus.PENDING)])
    people.suppress(ADA, SuppressionReason.BOUNCE, NOON)
    people.suppress(ADA, SuppressionReason.SPAM_REPORT, NOON)
    assert people.count() == {"pending": 1, "active": 1, "unsubscribed": 0, "suppressed": 1}


def test_removed_address_stays_suppressed(people: SqlSubscriberStore) -> None:
    people.add(subscriber("ada"))
    people.suppress(ADA, SuppressionReason.SPAM_REPORT, NOON)
    assert people.remove(ADA)
    assert not people.remove(ADA)
    assert people.by_address(ADA) is None
    assert people.suppressed([ADA, "ben@reader.example"]) == {ADA}


def test_lifting_one_reason_leaves_the_other(people: SqlSubscriberStore) -> None:
    people.suppress(ADA, SuppressionReason.UNSUBSCRIBE, NOON)
    people.suppress(ADA, SuppressionReason.UNSUBSCRIBE, hours(1))
    people.suppress(ADA, SuppressionReason.BOUNCE, hours(2))
    people.unsuppress(ADA, SuppressionReason.SPAM_REPORT)
    people.unsuppress(ADA, SuppressionReason.UNSUBSCRIBE)
    assert people.suppressed([ADA]) == {ADA}
    people.unsuppress(ADA, SuppressionReason.BOUNCE)
    assert people.suppressed([ADA]) == frozenset()


def test_suppressed_takes_any_number_of_addresses(people: SqlSubscriberStore) -> None:
    for name in ("n0", "n2500"):
        people.suppress(name, SuppressionReason.OPERATOR, NOON)
    assert people.suppressed([f"n{n}" for n in range(2501)]) == {"n0", "n2500"}
    assert people.suppressed([]) == frozenset()
