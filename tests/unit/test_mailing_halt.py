"""The stop button: whoever can still be spared is, and the others are counted and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.mailing import BatchState, MailingState, Recipient
from newsletter.errors import ProviderRejected, ProviderUncertain, Refused
from newsletter.mailing.halting import Halt, HaltReport
from newsletter.mailing.report import Outcome
from newsletter.mailing.sender import send_mailing
from tests.support.mailing_fakes import (
    START,
    FakeClock,
    FakeMailingStore,
    PostRoom,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class HaltStore(FakeMailingStore):
    """… that also tells who is in a batch."""

    def recipients_of(self, batch_id: str) -> tuple[Recipient, ...]:
        return tuple(r for r in self.members[batch_id] if r.delivery_id not in self.skipped)


def due_in(*ahead: timedelta) -> HaltStore:
    store = HaltStore(people(len(ahead) * 10))
    frozen(store)
    for batch, moment in zip(list(store.rows.values()), ahead, strict=True):
        store.rows[batch.id] = replace(batch, due_at=START + moment)
    return store


def send(store: Any, provider: Any, clock: FakeClock) -> Outcome:
    return send_mailing(
        store.get(1),
        envelope(),
        store=store,
        provider=provider,
        token_of=token_of,
        clock=clock,
        wait=clock.wait,
    ).outcome


def halt(
    store: HaltStore, provider: Any, clock: FakeClock, stop: Callable[[], bool] = lambda: False
) -> HaltReport:
    mailing = store.get(1)
    assert mailing is not None
    found = Halt(mailing, store, provider, clock, clock.wait, stop)("Ann", "wrong figure")
    sums = found.stopped + found.reached + found.perhaps + found.queued + found.skipped
    assert sums == found.recipients
    return found


def test_before_anything_went_nobody_gets_it_and_it_stays_so() -> None:
    store, clock = due_in(HOUR, 2 * HOUR), FakeClock()
    found = halt(store, ScriptedProvider(), clock)
    assert (found.stopped, found.reached, found.note) == (20, 0, "")
    assert {batch.state for batch in store.rows.values()} == {BatchState.CANCELLED}
    assert store.mailings[1].note == "Halted by Ann: wrong figure"
    provider = ScriptedProvider()
    assert send(store, provider, clock) is Outcome.HALTED
    assert provider.asked == []


def test_what_is_scheduled_is_cancelled_and_what_went_is_named() -> None:
    store, clock = due_in(timedelta(0), 5 * MINUTE, 30 * MINUTE, 50 * MINUTE, 9 * HOUR), FakeClock()
    store.left = {21}
    provider = PostRoom(clock)
    assert send(store, provider, clock) is Outcome.WAITING
    found = halt(store, provider, clock)
    assert (found.reached, found.stopped, found.skipped, found.perhaps) == (20, 29, 1, 0)
    assert sorted(provider.delivered) == sorted(p.email for p in people(20))
    states = [batch.state for batch in store.rows.values()]
    assert states == [BatchState.SUBMITTED] * 2 + [BatchState.CANCELLED] * 3
    mailing = store.get(1)
    assert mailing is not None
    named = list(Halt(mailing, store, provider, clock, clock.wait).reached())
    assert [who.email for who, _, _ in named] == [p.email for p in people(20)]
    assert {what for _, _, what in named} == {"reached"}


def test_a_mailing_that_is_done_is_halted_too_as_far_as_it_is_still_to_go_out() -> None:
    store, clock = due_in(30 * MINUTE, 40 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    assert send(store, provider, clock) is Outcome.DONE
    assert halt(store, provider, clock).stopped == 20
    assert not provider.delivered
    assert store.mailings[1].state is MailingState.HALTED


@pytest.mark.parametrize("accepted", [False, True])
def test_a_doubt_is_cancelled_where_there_is_time_and_else_counted_as_perhaps(accepted: bool) -> None:
    store, clock = due_in(timedelta(0), 30 * MINUTE), FakeClock()
    doubt = ProviderUncertain("No answer in time.")
    provider = PostRoom(clock, (doubt, accepted), (doubt, accepted), (doubt, accepted))
    send(store, provider, clock)
    found = halt(store, provider, clock)
    assert (found.stopped, found.perhaps) == (10, 10)
    assert sum(provider.delivered.values()) == (10 if accepted else 0)


def test_a_dead_senders_batch_is_a_doubt_and_a_live_ones_is_waited_for() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock)

    def halted_meanwhile() -> None:
        found = halt(store, provider, clock)
        assert (found.perhaps, found.stopped) == (10, 0)
        assert 40 < sum(clock.waited) < 60

    provider.script = [halted_meanwhile]
    assert send(store, provider, clock) is Outcome.HALTED
    assert store.rows["m1b1"].state is BatchState.SUBMITTED
    assert halt(store, provider, clock).stopped == 10, "the second halt cancels what the first waited for"
    store.rows["m1b1"] = replace(store.rows["m1b1"], state=BatchState.SUBMITTING, provider_batch="")
    assert halt(store, provider, clock).perhaps == 10


def test_more_than_ten_are_queued_and_asked_for_as_long_as_there_is_time() -> None:
    store, clock = due_in(*[30 * MINUTE] * 12), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    found = halt(store, provider, clock)
    assert (found.stopped, found.reached, found.queued) == (100, 20, 0)
    assert START + 19 * MINUTE <= clock.now <= START + 21 * MINUTE


def test_asked_to_stop_it_says_how_many_can_still_be_cancelled_and_the_next_goes_on() -> None:
    store, clock = due_in(*[30 * MINUTE] * 12), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    found = halt(store, provider, clock, lambda: len(provider.cancelled) >= 10)
    assert (found.stopped, found.reached, found.queued) == (100, 0, 20)
    gone, provider.cancelled = set(provider.cancelled), []
    provider.taken = [(e, s) for e, s in provider.taken if s and s.provider_batch not in gone]
    assert halt(store, provider, clock).stopped == 120
    assert not provider.delivered


def test_what_the_provider_refuses_is_said() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    provider.answers = [ProviderRejected("The key may not do that (403).")]
    found = halt(store, provider, clock, lambda: not provider.answers)
    assert "The key may not do that" in found.note
    assert found.queued == 10
    assert store.rows["m1b1"].state is BatchState.SUBMITTED


def test_what_another_provider_holds_is_left_to_it_and_said() -> None:
    store, clock = due_in(30 * MINUTE, 30 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    store.rows["m1b1"] = replace(store.rows["m1b1"], provider="older")
    found = halt(store, provider, clock)
    assert (found.stopped, found.reached, found.queued) == (10, 10, 0)
    assert provider.cancelled == [provider.ids[1]]
    assert "10 are still held by older" in found.note


def test_after_a_switch_the_first_provider_can_still_be_asked_to_cancel_its_own() -> None:
    store, clock = due_in(30 * MINUTE, 2 * HOUR), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    store.rows["m1b1"] = replace(store.rows["m1b1"], provider=provider.name)
    store.mailings[1] = replace(store.mailings[1], provider="newer")
    found = halt(store, provider, clock)
    assert (found.stopped, found.note) == (20, "")
    assert not provider.delivered


def test_a_halt_is_gone_on_with_without_waiting_for_room() -> None:
    store, clock = due_in(*[30 * MINUTE] * 12, 2 * HOUR), FakeClock()
    provider = PostRoom(clock)
    send(store, provider, clock)
    store.set_state(1, MailingState.HALTED, "Stopped: complaints", clock())
    mailing = store.get(1)
    assert mailing is not None
    clock.waited.clear()
    found = Halt(mailing, store, provider, clock, clock.wait).go_on()
    assert (found.stopped, found.queued) == (110, 20)
    assert clock.waited == []
    after = store.get(1)
    assert after is not None
    assert after.note == "Stopped: complaints"


def test_by_another_provider_it_cannot_be_halted() -> None:
    store, clock = HaltStore(people(10)), FakeClock()
    frozen(store, provider="sendgrid")
    with pytest.raises(Refused, match="sendgrid"):
        halt(store, ScriptedProvider(), clock)
    assert store.mailings[1].state is MailingState.FROZEN


@given(
    dues=st.lists(st.sampled_from([0, 5, 12, 30, 59, 90]), min_size=1, max_size=14),
    script=st.lists(st.sampled_from([True, False, None]), max_size=6),
    minutes=st.integers(0, 70),
)
def test_whoever_a_halt_reports_as_stopped_gets_nothing_and_whoever_gets_it_is_named(
    dues: list[int], script: list[bool | None], minutes: int
) -> None:
    store, clock = due_in(*(m * MINUTE for m in sorted(dues))), FakeClock()
    doubt = ProviderUncertain("No answer in time.")
    provider = PostRoom(clock, *[None if entry is None else (doubt, entry) for entry in script])
    send(store, provider, clock)
    clock.now += minutes * MINUTE
    halt(store, provider, clock)
    mailing = store.get(1)
    assert mailing is not None
    named = {who.email for who, _, _ in Halt(mailing, store, provider, clock, clock.wait).reached()}
    assert set(provider.delivered) <= named
    stopped = [b.id for b in store.rows.values() if b.state is BatchState.CANCELLED]
    assert not [r.email for b in stopped for r in store.members[b] if provider.delivered[r.email]]
