"""Events in the database: each once, and whatever their order, repeats and grouping, the same state."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.events import DeliveryEvent, DeliveryState, EventKind, Fact
from newsletter.domain.mailing import Actor, BatchState, ClaimTerms, Mailing, MailingState
from newsletter.domain.reception import reception
from newsletter.mailing.intake import Intake, received_of
from newsletter.storage.engine import Database
from newsletter.storage.events import SqlEventStore
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.settling import TOLD_OF
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import (
    batches,
    delivery_events,
    delivery_states,
    provider_choices,
    suppressions,
)
from tests.support.storage_samples import DAY, NOON, hours, subscriber

pytest_plugins = ("tests.support.storage_databases",)
ANY = ClaimTerms(hours(24))


class Room:
    """A list of people frozen into a mailing whose batches are submitted."""

    def __init__(self, database: Database, people: int = 4, batch_size: int = 2) -> None:
        self.database = database
        self.events = SqlEventStore(database)
        self.people = SqlSubscriberStore(database)
        self.store = SqlMailingStore(database)
        self.intake = Intake(self.events, self.store, lambda: hours(2))
        self.people.add_many(subscriber(f"n{n}") for n in range(people))
        self.mailing: Mailing = self.store.freeze(DAY, 1, "sha", "sendgrid", batch_size, NOON)
        self.ids: dict[str, str] = {}
        while (claimed := self.store.claim(self.mailing.id, NOON, ANY)) is not None:
            batch, recipients = claimed
            self.ids |= {r.email.partition("@")[0]: r.delivery_id for r in recipients}
            self.store.move(
                batch.id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON, message_id=f"m.{batch.id}"
            )

    def event(self, kind: str, name: str = "n0", at: int = 0, **more: str) -> DeliveryEvent:
        known = {"delivery_id": self.ids.get(name, ""), "address_key": f"{name}@reader.example"}
        key = f"{kind}-{name}-{at}"
        values = {"event_id": f"e-{key}", "fingerprint": f"f-{key}", **known, **more}
        return DeliveryEvent(EventKind(kind), NOON + timedelta(seconds=at), **values)

    def state(self) -> tuple[object, ...]:
        """All that events lead to."""
        with self.database.read() as connection:
            return tuple(
                set(map(tuple, connection.execute(sa.select(*columns))))
                for columns in (
                    (delivery_states.c.delivery_id, delivery_states.c.facts),
                    (suppressions.c.address_key, suppressions.c.reason, suppressions.c.at),
                    (batches.c.batch_id, batches.c.state, batches.c.seen_at.is_not(None)),
                    tuple(provider_choices.c),
                )
            )

    def forget(self) -> None:
        with self.database.write() as connection:
            for table in (delivery_events, delivery_states, provider_choices, suppressions):
                connection.execute(sa.delete(table))
            connection.execute(sa.update(batches).values(seen_at=None))


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def held(room: Room, name: str = "n0") -> bool:
    return bool(room.people.suppressed([f"{name}@reader.example"]))


def test_events_are_kept_once_by_either_key(room: Room) -> None:
    first = room.event("delivered")
    taken = room.events.take([first, room.event("delivered", "n1")], NOON)
    assert (taken.new, taken.repeated, taken.unknown) == (2, 0, 0)
    same_id = replace(first, fingerprint="another")
    same_event = replace(first, event_id="another")
    taken = room.events.take([first, same_id, same_event], hours(1))
    assert (taken.new, taken.repeated) == (0, 3)
    assert room.events.reception(room.mailing.id) == {Fact.DELIVERED: 2}


told = st.lists(
    st.tuples(
        st.sampled_from([kind.value for kind in EventKind]), st.sampled_from(["n0", "n1"]), st.integers(0, 3)
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told, st.randoms(use_true_random=False))
def test_any_order_repeats_and_grouping_leave_the_same(
    room: Room, rows: list[tuple[str, str, int]], chance: random.Random
) -> None:
    events = [room.event(*row) for row in rows]
    room.forget()
    room.events.take(events, NOON)
    whole = room.state()
    room.forget()
    # Repeats come under a new id or with a new fingerprint, too.
    again = events + [replace(e, event_id=f"again-{n}") for n, e in enumerate(events)]
    again += [replace(e, fingerprint=f"again-{n}") for n, e in enumerate(events)]
    chance.shuffle(again)
    for part in parts(again, chance):
        room.events.take(part, NOON)
    assert room.state() == whole


def parts(events: Sequence[DeliveryEvent], chance: random.Random) -> list[Sequence[DeliveryEvent]]:
    cut = chance.randint(0, len(events))
    return [events[:cut], events[cut:]]


def test_what_suppresses_and_what_only_counts(room: Room) -> None:
    kinds = ["bounce", "spamreport", "unsubscribe", "group_unsubscribe"]
    for number, kind in enumerate(kinds):
        room.events.take([room.event(kind, f"n{number}")], NOON)
        assert held(room, f"n{number}"), kind
    room.forget()
    room.events.take([room.event(k) for k in ("blocked", "deferred", "dropped", "delivered", "open")], NOON)
    assert not held(room)


def test_coming_back_lifts_the_providers_unsubscribe_and_nothing_else(room: Room) -> None:
    room.people.suppress("n0@reader.example", SuppressionReason.UNSUBSCRIBE, NOON)
    room.events.take([room.event("group_unsubscribe", at=1), room.event("group_resubscribe", at=2)], NOON)
    assert held(room), "they left by our own link, too"
    room.people.unsuppress("n0@reader.example", SuppressionReason.UNSUBSCRIBE)
    assert not held(room)
    room.events.take([room.event("group_unsubscribe", at=3)], NOON)
    assert held(room)
    room.events.take([room.event("group_resubscribe", at=4), room.event("bounce", at=5)], NOON)
    assert held(room)


def test_the_earliest_time_of_a_suppression_stays(room: Room, database: Database) -> None:
    for second in (5, 1, 9):
        room.events.take([room.event("bounce", at=second)], NOON)
    with database.read() as connection:
        assert connection.scalars(sa.select(suppressions.c.at)).all() == [NOON + timedelta(seconds=1)]


def test_suppressed_by_an_event_is_left_out_of_the_next_batch(database: Database) -> None:
    room = Room(database, people=0)
    room.people.add_many(subscriber(f"n{n}") for n in range(2))
    day = DAY + timedelta(days=1)
    mailing = room.store.freeze(day, 1, "sha", "sendgrid", 5, NOON)
    room.events.take([room.event("spamreport", "n1")], NOON)
    claimed = room.store.claim(mailing.id, NOON, ANY)
    assert claimed is not None
    assert [r.email for r in claimed[1]] == ["n0@reader.example"]


def test_a_bounce_without_our_ids_finds_its_delivery_by_message_and_address(room: Room) -> None:
    batch = room.store.batches(room.mailing.id)[1]
    lost = room.event("bounce", "n3", delivery_id="", message_id=f"m.{batch.id}.filter0.1")
    stranger = room.event("bounce", "n0", at=1, delivery_id="", message_id=f"m.{batch.id}.filter0.2")
    taken = room.events.take([lost, stranger], NOON)
    assert taken.unknown == 1, "n0 was not in that batch"
    assert room.events.batch_receptions(room.mailing.id) == {batch.id: {Fact.BOUNCED: 1}}


def test_another_senders_events_are_counted_and_their_addresses_held_back(room: Room) -> None:
    taken = room.events.take([room.event("spamreport", "stranger"), room.event("open", "")], NOON)
    assert (taken.new, taken.unknown) == (2, 2)
    assert held(room, "stranger")
    assert room.events.reception(room.mailing.id) == {}


def test_nothing_told_changes_nothing(room: Room) -> None:
    before = room.state()
    assert room.events.take([], NOON).new == 0
    assert room.state() == before


# ── uncertain batches ──────────────────────────────────────────────────────────────────────────────


def in_doubt(room: Room, database: Database, state: BatchState = BatchState.UNCERTAIN) -> str:
    batch = room.store.batches(room.mailing.id)[0]
    with database.write() as connection:
        connection.execute(sa.update(batches).where(batches.c.batch_id == batch.id).values(state=state.value))
    return batch.id


@pytest.mark.parametrize("by", ["delivery", "batch"])
def test_an_event_settles_an_uncertain_batch_and_closes_the_mailing(
    room: Room, database: Database, by: str
) -> None:
    name = in_doubt(room, database)
    room.store.set_state(room.mailing.id, MailingState.SENDING, "", NOON)
    room.store.set_state(room.mailing.id, MailingState.PAUSED, "somebody has to say", NOON)
    ids = {"batch_id": name, "delivery_id": ""} if by == "batch" else {}
    taken = room.intake.take([room.event("processed", "n0", **ids)])
    assert taken.settled == (name,)
    batch = room.store.batch(name)
    assert batch is not None
    assert (batch.state, batch.reason) == (BatchState.SUBMITTED, TOLD_OF)
    found = room.store.get(room.mailing.id)
    assert found is not None
    assert found.state is MailingState.DONE


@pytest.mark.parametrize("state", [s for s in BatchState if s is not BatchState.SUBMITTED])
def test_whatever_we_believed_of_it_what_the_provider_tells_of_is_submitted(
    room: Room, database: Database, state: BatchState
) -> None:
    name = in_doubt(room, database, state)
    assert room.intake.take([room.event("delivered", "n0")]).settled == (name,)
    batch = room.store.batch(name)
    assert batch is not None
    assert (batch.state, batch.seen_at) == (BatchState.SUBMITTED, hours(2))
    last = room.store.history(name)[-1]
    assert (last.old, last.new, last.by, last.reason) == (
        state,
        BatchState.SUBMITTED,
        Actor.PROVIDER,
        TOLD_OF,
    )


def test_a_receipt_that_comes_after_the_event_is_kept(room: Room, database: Database) -> None:
    name = in_doubt(room, database, BatchState.SUBMITTING)
    with database.write() as connection:
        connection.execute(sa.update(batches).where(batches.c.batch_id == name).values(message_id=""))
    room.intake.take([room.event("processed", "n0")])
    assert not room.store.move(name, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON, message_id="late")
    for attempt, kept in ((2, ""), (1, "late")):
        room.store.keep_receipt(name, attempt, "late")
        batch = room.store.batch(name)
        assert batch is not None
        assert batch.message_id == kept


def test_what_was_told_of_while_in_doubt_is_settled_by_the_next_run(room: Room, database: Database) -> None:
    name = in_doubt(room, database)
    with database.write() as connection:
        connection.execute(sa.update(batches).where(batches.c.batch_id == name).values(seen_at=NOON))
    assert not room.store.move(name, BatchState.UNCERTAIN, BatchState.CANCELLING, NOON)
    assert not room.store.move(name, BatchState.UNCERTAIN, BatchState.PENDING, NOON, by=Actor.OPERATOR)
    room.store.orphans_to_uncertain(room.mailing.id, hours(1))
    batch = room.store.batch(name)
    assert batch is not None
    assert batch.state is BatchState.SUBMITTED


def test_a_fresh_try_has_no_proof_of_an_earlier_one(room: Room, database: Database) -> None:
    name = in_doubt(room, database, BatchState.CANCELLING)
    assert room.store.move(name, BatchState.CANCELLING, BatchState.PENDING, NOON)
    with database.write() as connection:  # as an earlier try may have left it
        values = {"seen_at": NOON, "provider": "sendgrid", "due_at": hours(2)}
        connection.execute(sa.update(batches).where(batches.c.batch_id == name).values(values))
    claimed = room.store.claim(room.mailing.id, hours(1), ClaimTerms(hours(2), provider_batch="fresh"))
    assert claimed is not None
    batch = claimed[0]
    assert (batch.id, batch.provider_batch, batch.seen_at, batch.provider) == (name, "fresh", None, "")


def test_an_uncertain_batch_nobody_told_of_stays_uncertain(room: Room, database: Database) -> None:
    name = in_doubt(room, database)
    room.intake.take([room.event("delivered", "n2"), room.event("bounce", "stranger")])
    batch = room.store.batch(name)
    assert batch is not None
    assert batch.state is BatchState.UNCERTAIN


# ── complaints ─────────────────────────────────────────────────────────────────────────────────────


def complained(room: Room, complaints: int, delivered: int = 1_000) -> None:
    room.intake.take([room.event("delivered", name) for name in list(room.ids)[:delivered]])
    room.intake.take([room.event("spamreport", f"n{n}") for n in range(complaints)])


@pytest.mark.parametrize(
    ("complaints", "state"),
    [
        (2, MailingState.SENDING),
        (3, MailingState.SENDING),
        (3, MailingState.WAITING),
        (3, MailingState.PAUSED),
    ],
)
def test_complaints_stop_a_mailing_under_way(
    database: Database, complaints: int, state: MailingState
) -> None:
    room = Room(database, people=1_000, batch_size=500)
    for now in dict.fromkeys((MailingState.SENDING, state)):
        room.store.set_state(room.mailing.id, now, "", NOON)
    later = {"batch_id": "later", "mailing_id": room.mailing.id, "number": 9, "state": "pending"}
    with database.write() as connection:  # one batch is still to be sent
        connection.execute(sa.insert(batches).values(later))
    complained(room, complaints)
    found = room.store.get(room.mailing.id)
    assert found is not None
    assert found.state is (MailingState.HALTED if complaints == 3 else state)
    assert room.store.to_stop(NOON) == ((found,) if complaints == 3 else ())
    if complaints == 3:
        assert "0.30 %" in found.note
        assert room.store.claim(room.mailing.id, hours(3), ANY) is None
        assert received_of(found, room.events, room.store).complaints == 3


@pytest.mark.parametrize(("send_at", "state"), [(3, MailingState.HALTED), (1, MailingState.DONE)])
def test_a_mailing_that_is_done_is_stopped_while_the_provider_holds_some_for_later(
    database: Database, send_at: int, state: MailingState
) -> None:
    room = Room(database, people=1_500, batch_size=500)
    for now in (MailingState.SENDING, MailingState.DONE):
        room.store.set_state(room.mailing.id, now, "", NOON)
    last = room.store.batches(room.mailing.id)[-1]
    with database.write() as connection:  # the clock of the intake stands at 2
        values = {"send_at": hours(send_at), "provider_batch": "p1"}
        connection.execute(sa.update(batches).where(batches.c.batch_id == last.id).values(values))
    complained(room, 3)
    found = room.store.get(room.mailing.id)
    assert found is not None
    assert found.state is state
    assert [m.id for m in room.store.to_stop(hours(2))] == ([found.id] if send_at == 3 else [])
    assert room.store.to_stop(hours(3)) == ()


def test_a_mailing_that_is_done_stays_done(database: Database) -> None:
    room = Room(database, people=1_000, batch_size=500)
    room.store.set_state(room.mailing.id, MailingState.SENDING, "", NOON)
    room.store.set_state(room.mailing.id, MailingState.DONE, "", NOON)
    complained(room, 5)
    found = room.store.get(room.mailing.id)
    assert found is not None
    assert found.state is MailingState.DONE
    received = received_of(found, room.events, room.store)
    assert (received.complaints, received.states[DeliveryState.SILENT]) == (5, 0)
    assert reception(room.events.reception(found.id)).delivered == 1_000


def test_old_events_are_forgotten_and_what_followed_from_them_stays(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.storage.events.PURGE_PAGE", 2)
    old = [room.event("delivered", name) for name in ("n0", "n1", "n2")] + [room.event("bounce", "n3")]
    room.events.take(old, NOON)
    room.events.take([room.event("spamreport", "n0", 5)], hours(30))
    before = room.state()
    assert room.events.purge(hours(24)) == 4
    assert room.state() == before
    assert room.events.purge(hours(24)) == 0
    assert room.events.take([old[3]], hours(31)).new == 1, "told again it is kept again"
    assert room.state() == before, "and changes nothing"


# ── cancellations: what is accepted may still be stopped, what has gone out may not ────────────────


def ahead(database: Database) -> tuple[Room, str]:
    """A mailing of one batch that the provider was asked to hold until later, under the id ``one``."""
    room = Room(database, people=0)
    room.people.add_many(subscriber(f"n{n}") for n in range(2))
    day = DAY + timedelta(days=1)
    room.mailing = room.store.freeze(day, 1, "sha", "sendgrid", 2, NOON, lambda *_: hours(1))
    return room, claim_ahead(room, "one")


def claim_ahead(room: Room, provider_batch: str) -> str:
    claimed = room.store.claim(room.mailing.id, NOON, ClaimTerms(hours(2), provider_batch=provider_batch))
    assert claimed is not None
    room.ids |= {r.email.partition("@")[0]: r.delivery_id for r in claimed[1]}
    return claimed[0].id


def walk(room: Room, name: str, *states: BatchState, by: Actor = Actor.SENDER) -> None:
    for state in states:
        found = room.store.batch(name)
        assert found is not None
        assert room.store.move(name, found.state, state, NOON, by=by), state


def state_of(room: Room, name: str) -> BatchState:
    found = room.store.batch(name)
    assert found is not None
    return found.state


HALTED = (BatchState.SUBMITTED, BatchState.CANCELLING, BatchState.CANCELLED)


def halted_ahead(room: Room, name: str) -> None:
    walk(room, name, BatchState.SUBMITTED)
    walk(room, name, BatchState.CANCELLING, BatchState.CANCELLED, by=Actor.OPERATOR)


@pytest.mark.parametrize("kind", ["processed", "dropped"])
@pytest.mark.parametrize("held", ["one", ""], ids=["with the try's id", "without"])
@pytest.mark.parametrize("before", [0, 1, 2], ids=["after", "before", "before, and again"])
def test_what_was_accepted_and_then_cancelled_has_reached_nobody(
    database: Database, kind: str, held: str, before: int
) -> None:
    room, name = ahead(database)
    event = room.event(kind, "n0", provider_batch=held)
    if before:
        room.intake.take([event])
        assert state_of(room, name) is BatchState.SUBMITTED
        walk(room, name, BatchState.CANCELLING, BatchState.CANCELLED, by=Actor.OPERATOR)
    else:
        halted_ahead(room, name)
    if before != 1:
        room.intake.take([event, replace(event, event_id="again", fingerprint="again")])
    assert state_of(room, name) is BatchState.CANCELLED
    assert room.store.reached(room.mailing.issue_date).people == 0


@pytest.mark.parametrize("kind", ["delivered", "deferred", "bounce", "blocked", "spamreport", "open"])
def test_what_has_gone_out_has_reached_them_whatever_was_cancelled(database: Database, kind: str) -> None:
    room, name = ahead(database)
    halted_ahead(room, name)
    room.intake.take([room.event(kind, "n0", provider_batch="one")])
    assert state_of(room, name) is BatchState.SUBMITTED
    assert not room.store.move(name, BatchState.CANCELLED, BatchState.PENDING, NOON)


def test_acceptance_while_it_is_being_cancelled_waits_for_the_answer(database: Database) -> None:
    room, name = ahead(database)
    walk(room, name, BatchState.UNCERTAIN, BatchState.CANCELLING)
    room.intake.take([room.event("processed", "n0", provider_batch="one")])
    assert state_of(room, name) is BatchState.CANCELLING
    walk(room, name, BatchState.PENDING)
    assert claim_ahead(room, "two") == name
    for state in (BatchState.SUBMITTING, BatchState.UNCERTAIN):
        again = room.event("processed", "n1", at=len(state), provider_batch="one")
        room.intake.take([again])
        assert state_of(room, name) is state, "of the first try: it proves nothing of this one"
        if state is BatchState.SUBMITTING:
            walk(room, name, BatchState.UNCERTAIN)
    room.intake.take([room.event("processed", "n1", at=99, provider_batch="two")])
    assert state_of(room, name) is BatchState.SUBMITTED


def test_too_late_to_cancel_what_was_accepted_was_accepted(database: Database) -> None:
    room, name = ahead(database)
    walk(room, name, BatchState.UNCERTAIN, BatchState.CANCELLING)
    room.intake.take([room.event("processed", "n0", provider_batch="one")])
    walk(room, name, BatchState.UNCERTAIN)
    assert state_of(room, name) is BatchState.SUBMITTED
    assert room.store.history(name)[-1].by is Actor.PROVIDER


def test_what_an_operator_only_said_was_not_accepted_is_no_cancellation(database: Database) -> None:
    room, name = ahead(database)
    walk(room, name, BatchState.UNCERTAIN)
    walk(room, name, BatchState.PENDING, by=Actor.OPERATOR)
    claim_ahead(room, "two")
    walk(room, name, BatchState.UNCERTAIN, BatchState.CANCELLING, BatchState.PENDING)
    room.intake.take([room.event("processed", "n0", provider_batch="two")])
    assert state_of(room, name) is BatchState.PENDING
    room.intake.take([room.event("processed", "n1", provider_batch="one")])
    assert state_of(room, name) is BatchState.SUBMITTED, "the first try was accepted: nobody gets another"


def test_mail_that_has_gone_out_is_not_cancelled_and_sent_afresh(database: Database) -> None:
    room, name = ahead(database)
    walk(room, name, BatchState.SUBMITTED)
    room.intake.take([room.event("delivered", "n0", provider_batch="one")])
    walk(room, name, BatchState.CANCELLING, by=Actor.OPERATOR)
    assert not room.store.move(name, BatchState.CANCELLING, BatchState.CANCELLED, NOON, by=Actor.OPERATOR)
