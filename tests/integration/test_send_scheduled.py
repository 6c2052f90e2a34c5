"""Mail ahead of its time against the strict stand-in, on real databases: scheduled, cancelled in doubt, never twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.mailing import Addressed, BatchState, Cancellation, ClaimTerms, Schedule
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.report import Outcome, SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.sendgrid_provider import SendGridProvider
from newsletter.mailing.terms import SendTerms
from newsletter.ports import Schedules
from newsletter.storage.engine import Database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.mailing_fakes import LEASE, START, FakeClock, addressed, envelope, token_of
from tests.support.storage_samples import DAY, subscriber

pytest_plugins = ("tests.support.storage_databases",)
KEY = "SG.a-key-that-nobody-may-see"
MINUTE = timedelta(minutes=1)
BATCHES = 50
Open = Callable[..., SendGridStandIn]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def open_stand_in(clock: FakeClock) -> Iterator[Open]:
    opened: list[SendGridStandIn] = []

    def open_it(**options: Any) -> SendGridStandIn:
        opened.append(SendGridStandIn(KEY, now=lambda: clock.now.timestamp(), **options).__enter__())
        return opened[-1]

    yield open_it
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def stand_in(open_stand_in: Open) -> SendGridStandIn:
    return open_stand_in()


def provider(stand_in: SendGridStandIn, clock: FakeClock, key: str = KEY) -> SendGridProvider:
    return SendGridProvider(key, stand_in.url, timeout=1.0, now=lambda: clock.now.timestamp())


# ── the provider's side ────────────────────────────────────────────────────────────────────────────


def test_a_batch_handed_over_ahead_is_cancelled_by_its_id(
    stand_in: SendGridStandIn, clock: FakeClock
) -> None:
    sendgrid = provider(stand_in, clock)
    assert isinstance(sendgrid, Schedules)
    name = sendgrid.reserve()
    sendgrid.submit(envelope(), "b1", addressed(2), Schedule(START + 30 * MINUTE, name))
    (mail, _) = stand_in.mails
    assert (mail.batch_id, mail.send_at) == (name, (START + 30 * MINUTE).timestamp())
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED
    assert stand_in.mails == ()
    assert sendgrid.cancellations() == {name}
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED, "asked again it is confirmed again"


def test_a_cancellation_holds_for_a_request_that_comes_later(
    stand_in: SendGridStandIn, clock: FakeClock
) -> None:
    sendgrid = provider(stand_in, clock)
    name = sendgrid.reserve()
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED
    sendgrid.submit(envelope(), "b1", addressed(2), Schedule(START + 30 * MINUTE, name))
    assert (len(stand_in.ledger.taken), stand_in.mails) == (2, ())


def test_what_cannot_be_cancelled_is_told_apart(stand_in: SendGridStandIn, clock: FakeClock) -> None:
    sendgrid = provider(stand_in, clock)
    near, unknown = sendgrid.reserve(), "never-given"
    sendgrid.submit(envelope(), "b1", addressed(1), Schedule(START + 9 * MINUTE, near))
    assert sendgrid.cancel(near) is Cancellation.REFUSED
    assert sendgrid.cancel(unknown) is Cancellation.REFUSED
    ids = [sendgrid.reserve() for _ in range(11)]
    answers = [sendgrid.cancel(name) for name in ids]
    assert answers == [Cancellation.CONFIRMED] * 10 + [Cancellation.FULL]
    assert sendgrid.cancel(ids[0]) is Cancellation.CONFIRMED
    with pytest.raises(ProviderRejected):
        provider(stand_in, clock, "SG.another").cancel(ids[0])
    with pytest.raises(ProviderRejected):
        provider(stand_in, clock, "SG.another").reserve()


def test_a_paused_batch_becomes_a_cancelled_one(stand_in: SendGridStandIn, clock: FakeClock) -> None:
    sendgrid = provider(stand_in, clock)
    name = sendgrid.reserve()
    assert stand_in.ledger.stop(name, "pause", START.timestamp(), again=False) == ""
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED
    assert stand_in.ledger.stops(START.timestamp()) == [{"batch_id": name, "status": "cancel"}]


def test_one_that_the_list_has_forgotten_is_confirmed_all_the_same(
    open_stand_in: Open, clock: FakeClock
) -> None:
    stand_in = open_stand_in(stops_last=30.0)
    sendgrid = provider(stand_in, clock)
    name = sendgrid.reserve()
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED
    clock.now += MINUTE
    assert sendgrid.cancellations() == frozenset()
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED


def test_no_answer_is_an_unknown_outcome_and_no_connection_is_none(
    open_stand_in: Open, clock: FakeClock
) -> None:
    stand_in = open_stand_in()
    sendgrid = provider(stand_in, clock)
    name = sendgrid.reserve()
    stand_in.fail_next_stop("timeout-after-accept")
    with pytest.raises(ProviderUncertain):
        sendgrid.cancel(name)
    assert sendgrid.cancel(name) is Cancellation.CONFIRMED
    nowhere = SendGridProvider(KEY, "http://127.0.0.1:9", timeout=1.0)
    with pytest.raises(ProviderBusy):
        nowhere.reserve()


# ── fifty batches of a process that died ───────────────────────────────────────────────────────────


@pytest.fixture
def store(database: Database, clock: FakeClock) -> SqlMailingStore:
    """A hundred people in fifty batches, due in fifty minutes."""
    people = SqlSubscriberStore(database)
    people.add_many(subscriber(f"n{n}", created_at=None) for n in range(2 * BATCHES))
    store = SqlMailingStore(database)
    digest = hashlib.sha256(envelope().html.encode()).hexdigest()
    store.freeze(DAY, 1, digest, "sendgrid", 2, START, lambda *_: START + 50 * MINUTE)
    return store


def die_in_every_request(store: SqlMailingStore, sendgrid: SendGridProvider, clock: FakeClock) -> None:
    """Each batch was claimed; every other one reached the provider; nothing was recorded of any."""
    mailing = store.find(DAY)
    assert mailing is not None
    for number in range(BATCHES):
        terms = ClaimTerms(START + 60 * MINUTE, None, sendgrid.reserve())
        claimed = store.claim(mailing.id, START, terms)
        assert claimed is not None
        batch, people = claimed
        assert batch.send_at
        if number % 2:
            those = [Addressed(person, *token_of(person)) for person in people]
            sendgrid.submit(envelope(), batch.id, those, Schedule(batch.send_at, batch.provider_batch))
    clock.now += 2 * LEASE


def send(
    store: SqlMailingStore, sendgrid: SendGridProvider, clock: FakeClock, *, stay: bool = False
) -> SendReport:
    mailing = store.find(DAY)
    assert mailing is not None
    return send_mailing(
        mailing,
        envelope(),
        store=store,
        provider=sendgrid,
        token_of=token_of,
        clock=clock,
        wait=clock.wait,
        terms=SendTerms(stay=stay),
    )


def test_fifty_uncertain_batches_settle_themselves_ten_at_a_time(
    open_stand_in: Open, store: SqlMailingStore, clock: FakeClock
) -> None:
    """Where the provider is done with a cancellation in three minutes; it never holds more than ten."""
    stand_in = open_stand_in(stops_last=180.0)
    sendgrid = provider(stand_in, clock)
    die_in_every_request(store, sendgrid, clock)
    report = send(store, sendgrid, clock)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.WAITING, 20, 80)
    report = send(store, sendgrid, clock, stay=True)
    assert (report.outcome, report.submitted) == (Outcome.DONE, 100)
    assert stand_in.per_recipient() == Counter(f"n{n}@reader.example" for n in range(100))
    assert len(stand_in.ledger.taken) == 150, "fifty of them were cancelled"
    assert clock.now < START + 40 * MINUTE
    steps = sorted(len(store.history(batch.id)) for batch in store.batches(report.mailing_id))
    assert steps == [6] * 49 + [8], "one was asked for once more than the provider's list had room"


def test_what_the_providers_list_keeps_of_old_cancellations_takes_no_room(
    open_stand_in: Open, store: SqlMailingStore, clock: FakeClock
) -> None:
    """Ten of another day, over and done with, but still listed: neither doubt nor a halt waits for them."""
    stand_in = open_stand_in(stops_last=180.0, lists_done=True)
    sendgrid = provider(stand_in, clock)
    for _ in range(10):
        assert sendgrid.cancel(sendgrid.reserve()) is Cancellation.CONFIRMED
    clock.now += timedelta(minutes=5)
    assert len(sendgrid.cancellations()) == 10
    die_in_every_request(store, sendgrid, clock)
    report = send(store, sendgrid, clock, stay=True)
    assert (report.outcome, report.submitted) == (Outcome.DONE, 100)
    assert stand_in.per_recipient() == Counter(f"n{n}@reader.example" for n in range(100))


def test_where_a_cancellation_lasts_ten_settle_themselves_and_forty_are_named(
    stand_in: SendGridStandIn, store: SqlMailingStore, clock: FakeClock
) -> None:
    """The strictest reading of "at most ten pending cancellations": until the mail would have gone."""
    sendgrid = provider(stand_in, clock)
    die_in_every_request(store, sendgrid, clock)
    report = send(store, sendgrid, clock, stay=True)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.UNSETTLED, 20, 80)
    named = [b for b in store.batches(report.mailing_id) if b.state is BatchState.UNCERTAIN]
    assert len(named) == 40
    assert max(stand_in.per_recipient().values()) == 1
    for batch in named:  # an operator, or events, say what became of them
        there = any(mail.custom_args["batch"] == batch.id for mail in stand_in.mails)
        known = BatchState.SUBMITTED if there else BatchState.PENDING
        assert store.move(batch.id, BatchState.UNCERTAIN, known, clock())
    assert send(store, sendgrid, clock, stay=True).outcome is Outcome.DONE
    assert stand_in.per_recipient() == Counter(f"n{n}@reader.example" for n in range(100))
