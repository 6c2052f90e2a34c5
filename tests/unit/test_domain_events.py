"""The provider's events, folded: any order and any repeats end alike; rates are judged in whole numbers."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.events import (
    Choice,
    DeliveryEvent,
    DeliveryState,
    EventKind,
    Fact,
    fact_of,
    fold,
    state_of,
)
from newsletter.domain.reception import Reception, SpamVerdict, reception
from newsletter.errors import AudienceError
from newsletter.mailing.event_rows import read_events

START = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)
KEY = b"k" * 32

events = st.builds(
    DeliveryEvent,
    kind=st.sampled_from(EventKind),
    at=st.integers(0, 20).map(lambda n: START + timedelta(seconds=n)),
    event_id=st.sampled_from(["e1", "e2", "e3"]),
    fingerprint=st.sampled_from(["f1", "f2", "f3"]),
    address_key=st.sampled_from(["", "ann@example.org", "ben@example.org"]),
    delivery_id=st.sampled_from(["", "d1", "d2"]),
)


@given(st.lists(events, max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_end_alike(told: list[DeliveryEvent], chance: random.Random) -> None:
    again = told + [chance.choice(told) for _ in range(len(told))] if told else []
    chance.shuffle(again)
    assert fold(again) == fold(told)


@given(st.lists(events, max_size=8), st.lists(events, max_size=8))
def test_parts_come_to_the_whole(first: list[DeliveryEvent], second: list[DeliveryEvent]) -> None:
    whole = fold(first + second)
    assert fold(first).merged(fold(second)) == whole
    assert fold(second).merged(fold(first)) == whole
    assert whole.merged(whole) == whole


def of(kind: EventKind, seconds: int = 0, address: str = "ann@example.org") -> DeliveryEvent:
    at = START + timedelta(seconds=seconds)
    return DeliveryEvent(kind, at, f"{kind}{seconds}", f"{kind}{seconds}", "", address, "d1")


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), DeliveryState.SILENT),
        (("processed",), DeliveryState.PROCESSED),
        (("deferred", "processed"), DeliveryState.DEFERRED),
        (("delivered", "deferred", "processed"), DeliveryState.DELIVERED),
        (("blocked", "deferred"), DeliveryState.BLOCKED),
        (("dropped",), DeliveryState.DROPPED),
        (("delivered", "bounce"), DeliveryState.BOUNCED),
        (("spamreport",), DeliveryState.DELIVERED),
        (("open", "click", "group_resubscribe"), DeliveryState.SILENT),
    ],
)
def test_one_word_for_a_delivery(kinds: tuple[str, ...], state: DeliveryState) -> None:
    facts = Fact.NONE
    for kind in kinds:
        facts |= fact_of(EventKind(kind))
    assert state_of(facts) is state


def test_only_what_must_suppresses() -> None:
    told = fold([of(kind) for kind in EventKind])
    assert {reason for _, reason in told.suppressed} == {
        SuppressionReason.BOUNCE,
        SuppressionReason.SPAM_REPORT,
    }
    for harmless in (EventKind.BLOCKED, EventKind.DEFERRED, EventKind.DROPPED, EventKind.OPEN):
        assert fold([of(harmless)]).suppressed == {}
        assert fold([of(harmless)]).choices == {}


@pytest.mark.parametrize(
    ("left", "returned", "holds"),
    [(5, None, True), (5, 9, False), (9, 5, True), (5, 5, True), (None, 5, False)],
)
def test_the_later_of_leaving_and_returning_counts(
    left: int | None, returned: int | None, holds: bool
) -> None:
    told = [of(EventKind.GROUP_UNSUBSCRIBE, left)] if left is not None else []
    told += [of(EventKind.GROUP_RESUBSCRIBE, returned)] if returned is not None else []
    assert fold(told).choices["ann@example.org"].holds is holds
    assert fold(reversed(told)).choices["ann@example.org"].holds is holds
    assert not Choice().holds


# ── rows of a request ──────────────────────────────────────────────────────────────────────────────


def row(**more: Any) -> dict[str, Any]:
    return {
        "event": "delivered",
        "email": "Ann@Example.org",
        "timestamp": 1_790_000_000,
        "sg_event_id": "abc",
        "sg_message_id": "m.filter1",
        "delivery": "d1",
        "batch": "b1",
        **more,
    }


def read(*rows: Any) -> tuple[DeliveryEvent, ...]:
    return read_events(json.dumps(rows).encode(), KEY).events


def test_a_row_becomes_an_event() -> None:
    (event,) = read(row())
    assert (event.kind, event.event_id, event.message_id) == (EventKind.DELIVERED, "abc", "m.filter1")
    assert (event.delivery_id, event.batch_id, event.address_key) == ("d1", "b1", "ann@example.org")
    assert event.at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert "ann" not in event.fingerprint


def test_a_repeat_under_a_new_id_has_the_same_fingerprint() -> None:
    first, repeat, other, click = read(
        row(),
        row(sg_event_id="new"),
        row(timestamp=1_790_000_001),
        row(event="click", url="https://x.example"),
    )
    assert first.fingerprint == repeat.fingerprint
    assert len({first.fingerprint, other.fingerprint, click.fingerprint}) == 3
    one, two = read(row(event="click", url="https://a.example"), row(event="click", url="https://b.example"))
    assert one.fingerprint != two.fingerprint
    assert read_events(json.dumps([row()]).encode(), b"other" * 8).events[0].fingerprint != first.fingerprint


def test_bounces_of_the_two_types() -> None:
    kinds = [event.kind for event in read(row(event="bounce", type="blocked"), row(event="bounce"))]
    assert kinds == [EventKind.BLOCKED, EventKind.BOUNCE]


@pytest.mark.parametrize(
    "odd",
    [
        "text",
        None,
        [],
        {},
        row(event="blocked"),
        row(event="group_something"),
        row(event=["delivered"]),
        row(timestamp=None),
        row(timestamp=True),
        row(timestamp=-1),
        row(timestamp=1e30),
        row(timestamp="soon"),
    ],
)
def test_an_odd_row_costs_no_other(odd: Any) -> None:
    found = read_events(json.dumps([row(), odd, row()]).encode(), KEY)
    assert (len(found.events), found.ignored) == (2, 1)


@pytest.mark.parametrize(
    "odd",
    [
        row(email=5),
        row(email="no address"),
        row(sg_event_id="x" * 999),
        row(delivery={"a": 1}),
        row(batch="\x00"),
    ],
)
def test_an_odd_cell_is_left_out(odd: dict[str, Any]) -> None:
    (event,) = read(odd)
    assert event.kind is EventKind.DELIVERED
    assert len(event.event_id) < 300
    assert "\x00" not in event.batch_id


def test_time_stamps_in_other_clothes() -> None:
    assert [event.at for event in read(row(timestamp="1790000000"), row(timestamp=1790000000.0))] == [
        datetime.fromtimestamp(1_790_000_000, UTC)
    ] * 2


@pytest.mark.parametrize("body", [b"", b"{}", b"no json", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(AudienceError, match="no JSON list"):
        read_events(body, KEY)


# ── rates ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("complaints", "delivered", "verdict"),
    [
        (0, 0, SpamVerdict.FINE),
        (2, 1_000, SpamVerdict.FINE),
        (3, 999, SpamVerdict.FINE),
        (3, 1_000, SpamVerdict.STOP),
        (3, 1_001, SpamVerdict.ALARM),
        (3, 3_000, SpamVerdict.ALARM),
        (3, 3_001, SpamVerdict.FINE),
        (300, 100_000, SpamVerdict.STOP),
        (299, 100_000, SpamVerdict.ALARM),
    ],
)
def test_alarm_and_stop(complaints: int, delivered: int, verdict: SpamVerdict) -> None:
    received = Reception({DeliveryState.DELIVERED: delivered}, complaints)
    assert received.spam is verdict
    assert bool(received.warning) is (verdict is not SpamVerdict.FINE)


def test_an_old_list_is_told_of_and_stops_nothing() -> None:
    old = reception({Fact.PROCESSED | Fact.DELIVERED: 980, Fact.PROCESSED | Fact.BOUNCED: 20})
    assert old.bounces_high
    assert old.bounce_rate == pytest.approx(0.02)
    assert "how old is this list" in old.warning
    assert old.spam is SpamVerdict.FINE
    assert not reception({Fact.DELIVERED: 981, Fact.BOUNCED: 19}).bounces_high


def test_the_states_add_up_to_what_was_submitted() -> None:
    told = {
        Fact.PROCESSED: 1,
        Fact.PROCESSED | Fact.DEFERRED | Fact.DELIVERED: 5,
        Fact.DELIVERED | Fact.COMPLAINED: 2,
        Fact.DELIVERED | Fact.LEFT: 1,
    }
    received = reception(told, submitted=12)
    assert sum(received.states.values()) == 12
    assert (received.delivered, received.complaints, received.left, received.deferred) == (8, 2, 1, 5)
    assert received.states[DeliveryState.SILENT] == 3
    assert Reception().spam_rate == Reception().bounce_rate == 0
