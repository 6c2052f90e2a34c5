"""Each batch on its morning: waiting, handing over ahead, cancelling what is in doubt. Nobody twice, nobody lost."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.mailing import Actor, Batch, BatchState, MailingState, Schedule
from newsletter.domain.outlook import Outlook, cancellable, is_certain, outlook
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.cancelling import AFRESH, TOO_LATE
from newsletter.mailing.report import Outcome, SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.terms import SendTerms
from tests.support.mailing_fakes import (
    LEASE,
    START,
    DyingProcess,
    FakeClock,
    FakeMailingStore,
    Killed,
    PostRoom,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def busy() -> ProviderBusy:
    return ProviderBusy("Too many requests.", todo="Later.", retry_after=None)


def doubt() -> ProviderUncertain:
    return ProviderUncertain("No answer in time.")


def refused() -> ProviderRejected:
    return ProviderRejected("The key may not do that (403).", todo="Give it the scope.")


def due_in(*ahead: timedelta, size: int = 10) -> FakeMailingStore:
    """A batch of ten for each, due so long after the start."""
    store = FakeMailingStore(people(len(ahead) * size))
    frozen(store, batch_size=size)
    for batch, moment in zip(list(store.rows.values()), ahead, strict=True):
        store.rows[batch.id] = replace(batch, due_at=START + moment)
    return store


def send(
    store: Any, provider: Any, clock: FakeClock, *, stop: Any = lambda: False, **terms: Any
) -> SendReport:
    return send_mailing(
        store.get(1),
        envelope(),
        store=store,
        provider=provider,
        token_of=token_of,
        clock=clock,
        wait=clock.wait,
        stop=stop,
        jitter=lambda: 0.0,
        terms=SendTerms(**terms),
    )


def everybody(batches: int) -> Counter[str]:
    return Counter(person.email for person in people(10 * batches))


def states(store: FakeMailingStore) -> list[str]:
    return [batch.state.value for batch in store.rows.values()]


# ── waiting ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_due_goes_and_the_rest_is_said_to_wait() -> None:
    store, clock, provider = due_in(timedelta(0), HOUR, HOUR, 9 * HOUR), FakeClock(), ScriptedProvider()
    report = send(store, provider, clock, zone=ZoneInfo("America/New_York"))
    assert provider.asked == ["m1b1"]
    assert (report.outcome, report.exit_status, report.state) == (Outcome.WAITING, 0, MailingState.WAITING)
    assert (report.submitted, report.pending, report.waiting, report.recipients) == (10, 30, 30, 40)
    assert (report.next_at, report.last_due) == (START + HOUR, START + 9 * HOUR)
    assert "30 recipients wait for their morning: the next 20 go from 2026-08-20 06:00 EDT on" in report.note
    assert "2026-08-20 14:00 EDT" in report.note
    clock.now = START + HOUR
    assert send(store, provider, clock).submitted == 30
    clock.now = START + 9 * HOUR
    report = send(store, provider, clock)
    assert (report.outcome, report.waiting, report.next_at) == (Outcome.DONE, 0, None)
    assert Counter(provider.mailed) == everybody(4)


def test_asked_to_stay_it_waits_for_the_last_morning() -> None:
    store, clock, provider = due_in(timedelta(0), HOUR, 9 * HOUR), FakeClock(), ScriptedProvider()
    assert send(store, provider, clock, stay=True).outcome is Outcome.DONE
    assert provider.mailed == list(everybody(3))
    assert START + 9 * HOUR <= clock.now < START + 9 * HOUR + MINUTE
    assert max(clock.waited) <= 15, "in slices: its lease must not run out"


def test_a_stop_ends_the_waiting() -> None:
    store, clock = due_in(9 * HOUR), FakeClock()
    report = send(store, ScriptedProvider(), clock, stay=True, stop=lambda: clock.now > START + HOUR)
    assert (report.outcome, report.pending) == (Outcome.STOPPED, 10)
    assert clock.now < START + HOUR + MINUTE


def test_a_halt_ends_the_waiting() -> None:
    store, clock = due_in(9 * HOUR), FakeClock()

    def halted_in_an_hour() -> bool:
        if clock.now > START + HOUR:
            store.set_state(1, MailingState.HALTED, "", clock.now)
        return False

    report = send(store, ScriptedProvider(), clock, stay=True, stop=halted_in_an_hour)
    assert (report.outcome, report.pending) == (Outcome.HALTED, 10)


def test_a_missed_morning_does_not_go_by_itself_and_the_others_do() -> None:
    store, clock, provider = due_in(timedelta(0), 5 * HOUR, 20 * HOUR), FakeClock(), ScriptedProvider()
    clock.now = START + 7 * HOUR
    report = send(store, provider, clock, stale_after=6 * HOUR)
    assert provider.asked == ["m1b2"]
    assert (report.outcome, report.exit_status, report.state) == (Outcome.PAUSED, 1, MailingState.PAUSED)
    assert (report.missed, report.waiting) == (10, 10)
    assert "2026-08-20 09:00 UTC, is over" in report.note
    assert "--allow-stale" in report.note
    clock.now = START + 20 * HOUR
    assert send(store, provider, clock, stale_after=6 * HOUR).outcome is Outcome.PAUSED
    assert send(store, provider, clock).outcome is Outcome.DONE
    assert Counter(provider.mailed) == everybody(3)


# ── ahead of its time ──────────────────────────────────────────────────────────────────────────────


def test_handed_over_an_hour_ahead_at_most_with_the_time_to_send_it() -> None:
    store, clock = due_in(timedelta(0), 59 * MINUTE, 61 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    report = send(store, provider, clock)
    assert (report.outcome, report.submitted, report.waiting) == (Outcome.WAITING, 20, 10)
    assert report.next_at == START + MINUTE
    assert send(store, provider, clock, stay=True).outcome is Outcome.DONE
    assert START + MINUTE <= clock.now < START + 3 * MINUTE
    told = [
        schedule and (schedule.provider_batch, schedule.send_at - START) for _, schedule in provider.taken
    ]
    assert told[::10] == [None, ("id-1", 59 * MINUTE), ("id-2", 61 * MINUTE)]
    assert provider.delivered == everybody(3)


def test_due_within_a_minute_it_is_simply_sent() -> None:
    store, clock = due_in(50 * timedelta(seconds=1)), FakeClock()
    provider = PostRoom(clock)
    assert send(store, provider, clock).outcome is Outcome.DONE
    assert provider.ids == []
    assert provider.taken[0][1] is None


def test_an_id_that_was_not_used_is_used_for_the_next_batch() -> None:
    store, clock = due_in(30 * MINUTE, 40 * MINUTE), FakeClock()
    provider, claim = PostRoom(clock), store.claim

    def somebody_else_was_quicker(*_: Any) -> None:
        store.claim = claim  # type: ignore[method-assign]

    store.claim = somebody_else_was_quicker  # type: ignore[assignment]
    assert send(store, provider, clock, stay=True).outcome is Outcome.DONE
    assert provider.ids == ["id-1", "id-2"]
    assert provider.delivered == everybody(2)


def test_a_key_that_may_not_schedule_sends_when_it_is_due() -> None:
    store, clock = due_in(30 * MINUTE, 40 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    provider.reservations = [refused(), refused()]
    report = send(store, provider, clock)
    assert (report.outcome, report.next_at) == (Outcome.WAITING, START + 30 * MINUTE)
    assert "Nothing was handed over ahead of its time: The key may not do that" in report.note
    assert send(store, provider, clock, stay=True).outcome is Outcome.DONE
    assert [schedule for _, schedule in provider.taken] == [None] * 20
    assert clock.now >= START + 40 * MINUTE


@pytest.mark.parametrize("trouble", [busy, doubt])
def test_no_id_to_be_had_for_long_pauses_with_nothing_under_way(trouble: Any) -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    provider.reservations = [trouble() for _ in range(9)]
    report = send(store, provider, clock)
    assert (report.outcome, report.pending) == (Outcome.PAUSED, 10)
    assert store.rows["m1b1"].attempts == 0
    provider.reservations = []
    assert send(store, provider, clock).outcome is Outcome.DONE


# ── doubt that can be cancelled ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("accepted", [False, True])
def test_doubt_about_mail_for_later_is_cancelled_and_sent_afresh(accepted: bool) -> None:
    store, clock = due_in(30 * MINUTE, 40 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), accepted))
    report = send(store, provider, clock)
    assert (report.outcome, report.submitted, report.note) == (Outcome.DONE, 20, "")
    assert provider.delivered == everybody(2)
    assert provider.cancelled == ["id-1"]
    assert provider.asked == ["m1b1", "m1b2", "m1b1"]
    told = [(move.old.value, move.new.value, move.reason) for move in store.history("m1b1")]
    assert told == [
        ("pending", "submitting", ""),
        ("submitting", "uncertain", "No answer in time."),
        ("uncertain", "cancelling", "No answer in time."),
        ("cancelling", "pending", AFRESH),
        ("pending", "submitting", ""),
        ("submitting", "submitted", ""),
    ]


def test_mail_that_is_to_go_at_once_cannot_be_cancelled() -> None:
    store, clock = due_in(timedelta(0)), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    report = send(store, provider, clock)
    assert (report.outcome, report.exit_status, report.uncertain) == (Outcome.UNSETTLED, 1, 10)
    assert "newsletter resolve" in report.note
    assert provider.cancelled == []


def test_ten_minutes_before_its_time_doubt_stays_a_doubt() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    clock.now = START + 19 * MINUTE
    provider = PostRoom(clock, (doubt(), True))
    assert send(store, provider, clock).outcome is Outcome.UNSETTLED
    assert provider.cancelled == []
    assert send(store, provider, clock).outcome is Outcome.UNSETTLED
    assert provider.asked == ["m1b1"]


@pytest.mark.parametrize("accepted", [False, True])
def test_a_dead_processs_batch_is_cancelled_by_the_next_run(accepted: bool) -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock)
    process = DyingProcess(2, after=accepted)  # the first call asks for an id
    with pytest.raises(Killed):
        send(store, _Scheduling(process, provider), clock)
    assert states(store) == ["uncertain"], "in our own process Python still records it"
    store.rows["m1b1"] = replace(store.rows["m1b1"], state=BatchState.SUBMITTING)
    clock.now += 2 * LEASE
    report = send(store, provider, clock)
    assert (report.outcome, provider.delivered) == (Outcome.DONE, everybody(1))
    assert provider.cancelled == ["id-1"]


@pytest.mark.parametrize("answer", [busy, doubt], ids=["not asked", "no answer"])
@pytest.mark.parametrize("done", [False, True])
def test_a_cancellation_without_an_answer_is_asked_for_again(answer: Any, done: bool) -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    provider.answers = [(answer(), done)]
    report = send(store, provider, clock)
    assert (report.outcome, report.cancelling) == (Outcome.WAITING, 10)
    assert states(store) == ["cancelling"]
    assert "being cancelled" in report.note
    report = send(store, provider, clock)
    assert (report.outcome, provider.delivered) == (Outcome.DONE, everybody(1))


def test_a_cancellation_confirmed_too_late_settles_nothing() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    provider.answers = [(doubt(), True)]
    send(store, provider, clock)
    clock.now = START + 21 * MINUTE
    assert send(store, provider, clock).outcome is Outcome.UNSETTLED
    assert (states(store), store.rows["m1b1"].reason) == (["uncertain"], TOO_LATE)
    assert provider.asked == ["m1b1"]


def test_a_slow_confirmation_counts_only_if_it_came_in_time() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    cancel = provider.cancel

    def slow(provider_batch: str) -> Any:
        clock.now += 25 * MINUTE
        provider.cancelled.append(provider_batch)
        return cancel(provider_batch)

    provider.cancel = slow  # type: ignore[method-assign]
    assert send(store, provider, clock).outcome is Outcome.UNSETTLED
    assert store.rows["m1b1"].reason == TOO_LATE


def test_what_the_provider_will_not_cancel_is_left_to_a_person() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    provider.answers = [refused()]
    report = send(store, provider, clock)
    assert (report.outcome, report.uncertain) == (Outcome.WAITING, 10)
    assert "The key may not do that" in report.note
    clock.now = START + 25 * MINUTE
    report = send(store, provider, clock)
    assert report.outcome is Outcome.UNSETTLED
    assert provider.asked == ["m1b1"]


def test_refused_for_this_batch_it_is_a_plain_doubt_again() -> None:
    store, clock = due_in(30 * MINUTE, 31 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    provider.answers = [(None, False)]
    report = send(store, provider, clock)
    assert (states(store)[0], report.submitted) == ("uncertain", 10)
    assert "does not cancel it" in store.rows["m1b1"].reason


def test_settled_by_an_event_it_is_neither_cancelled_nor_sent_again() -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    cancellations = provider.cancellations

    def an_event_comes() -> Any:
        store.move("m1b1", BatchState.UNCERTAIN, BatchState.SUBMITTED, clock(), by=Actor.PROVIDER)
        return cancellations()

    provider.cancellations = an_event_comes  # type: ignore[method-assign]
    assert send(store, provider, clock).outcome is Outcome.DONE
    assert (provider.asked, provider.cancelled) == (["m1b1"], [])


@pytest.mark.parametrize("state", [BatchState.UNCERTAIN, BatchState.CANCELLING])
@pytest.mark.parametrize(
    "what",
    [{"seen_at": START}, {"provider": "older"}, {"left_at": START}],
    ids=["told of", "another's", "out"],
)
def test_what_was_told_of_and_what_another_provider_has_is_never_cancelled_and_sent_afresh(
    what: Any, state: BatchState
) -> None:
    store, clock = due_in(30 * MINUTE), FakeClock()
    provider = PostRoom(clock, (doubt(), True))
    provider.answers = [busy()]
    send(store, provider, clock)
    assert states(store) == ["cancelling"]
    was = "uncertain" if state is BatchState.CANCELLING else ""
    store.rows["m1b1"] = replace(store.rows["m1b1"], state=state, was=was, **what)
    report = send(store, provider, clock)
    if state is BatchState.CANCELLING and "seen_at" in what:
        # The request to cancel may have come through: it is asked to the end, for else nobody might be mailed.
        assert (report.submitted, provider.delivered) == (10, everybody(1))
        return
    assert provider.asked == ["m1b1"]
    assert report.submitted == 0
    assert states(store) == [state.value]


def test_an_event_that_is_quicker_than_the_answer_is_no_trouble() -> None:
    store, clock = due_in(timedelta(0)), FakeClock()

    def an_event_comes() -> None:
        store.move("m1b1", BatchState.SUBMITTING, BatchState.SUBMITTED, clock(), by=Actor.PROVIDER)

    assert send(store, PostRoom(clock, an_event_comes), clock).outcome is Outcome.DONE
    assert store.rows["m1b1"].message_id == "receipt-m1b1"


def test_of_fifty_uncertain_batches_ten_are_cancelled_at_a_time_and_the_rest_is_queued() -> None:
    store, clock = due_in(*[50 * MINUTE] * 50), FakeClock()
    provider = PostRoom(clock)
    fifty_uncertain(store, provider)
    report = send(store, provider, clock)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.WAITING, 100, 400)
    assert len(provider.cancelled) == 10
    assert "400 recipients may or may not have been handed over" in report.note
    report = send(store, provider, clock)
    assert (report.submitted, report.uncertain) == (100, 400), "the provider holds no more for now"
    rounds = 1
    while report.outcome is Outcome.WAITING:
        done, provider.cancelled[:] = list(provider.cancelled), []  # the provider has worked through them
        provider.taken = [(e, s) for e, s in provider.taken if s is None or s.provider_batch not in done]
        report = send(store, provider, clock)
        rounds += 1
    assert (report.outcome, report.submitted, rounds) == (Outcome.DONE, 500, 5)
    assert provider.delivered == everybody(50)


def test_of_fifty_the_ones_in_the_queue_too_long_are_left_to_a_person_by_name() -> None:
    store, clock = due_in(*[50 * MINUTE] * 50), FakeClock()
    provider = PostRoom(clock)
    fifty_uncertain(store, provider)
    report = send(store, provider, clock, stay=True)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.UNSETTLED, 100, 400)
    assert START + 39 * MINUTE <= clock.now <= START + 41 * MINUTE, "it kept asking until it was too late"
    assert Counter(states(store)) == {"submitted": 10, "uncertain": 40}
    named = {batch.id for batch in store.batches(1) if batch.state is BatchState.UNCERTAIN}
    assert len(named) == 40
    assert max(provider.delivered.values()) == 1


def test_what_is_full_though_its_list_does_not_say_so_keeps_the_batch_in_the_queue() -> None:
    store, clock = due_in(*[50 * MINUTE] * 50), FakeClock()
    provider = PostRoom(clock)
    fifty_uncertain(store, provider)
    provider.cancellations = frozenset  # type: ignore[method-assign]
    report = send(store, provider, clock)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.WAITING, 100, 400)
    assert Counter(states(store)) == {"submitted": 10, "uncertain": 40}


def test_a_stop_is_heard_between_two_cancellations() -> None:
    store, clock = due_in(*[50 * MINUTE] * 5), FakeClock()
    provider = PostRoom(clock)
    for batch in list(store.rows.values()):
        name = provider.reserve()
        store.rows[batch.id] = replace(
            batch, state=BatchState.UNCERTAIN, attempts=1, provider_batch=name, send_at=batch.due_at
        )
    report = send(store, provider, clock, stop=lambda: len(provider.cancelled) >= 2)
    assert (report.outcome, len(provider.cancelled), provider.asked) == (Outcome.STOPPED, 2, [])


def fifty_uncertain(store: FakeMailingStore, provider: PostRoom) -> None:
    """Every other one was accepted."""
    for number, batch in enumerate(store.batches(1)):
        at = batch.due_at
        assert at is not None
        name = provider.reserve()
        store.rows[batch.id] = replace(
            batch, state=BatchState.UNCERTAIN, attempts=1, provider_batch=name, send_at=at, reason="died"
        )
        if number % 2:
            provider.taken += [(person.email, Schedule(at, name)) for person in store.members[batch.id]]


# ── laws ───────────────────────────────────────────────────────────────────────────────────────────


@given(
    dues=st.lists(st.sampled_from([0, 5, 12, 30, 59, 90, 300]), min_size=1, max_size=6),
    script=st.lists(
        st.sampled_from([None, busy, (refused, False), (doubt, True), (doubt, False)]), max_size=12
    ),
    answers=st.lists(st.sampled_from([None, (busy, False), (doubt, True), (doubt, False)]), max_size=6),
    kills=st.lists(st.tuples(st.integers(1, 80), st.booleans(), st.integers(0, 90)), max_size=4),
)
def test_any_mornings_answers_and_kills_nobody_twice_and_nobody_lost(
    dues: list[int], script: list[Any], answers: list[Any], kills: list[tuple[int, bool, int]]
) -> None:
    store, clock = due_in(*(minutes * MINUTE for minutes in sorted(dues))), FakeClock()
    provider = PostRoom(clock, *script)
    provider.answers = [entry and (entry[0](), entry[1]) for entry in answers]
    for step, after, minutes in kills:
        process = DyingProcess(step, after=after)
        wrapped = _Scheduling(process, provider)
        with contextlib.suppress(Killed):
            send(process.wrap(store), wrapped, clock)
        clock.now += 2 * LEASE + minutes * MINUTE
    for _ in range(40):
        report = send(store, provider, clock, stay=True)
        if report.outcome in (Outcome.DONE, Outcome.UNSETTLED):
            break
        clock.now += MINUTE
    assert max(provider.delivered.values(), default=1) == 1, "somebody twice"
    for batch in store.batches(1):
        assert batch.state in (BatchState.SUBMITTED, BatchState.UNCERTAIN)
        if batch.state is BatchState.SUBMITTED:
            assert all(provider.delivered[person.email] == 1 for person in store.members[batch.id]), "lost"


class _Scheduling:
    """A provider whose every call is a step at which the process may die."""

    def __init__(self, process: DyingProcess, provider: PostRoom) -> None:
        self.name, self.real, self.batch_size = provider.name, provider.real, provider.batch_size
        self.ahead, self.cancel_before = provider.ahead, provider.cancel_before
        self.most_cancellations = provider.most_cancellations
        for method in ("submit", "submit_test", "reserve", "cancellations", "cancel"):
            setattr(self, method, getattr(process.wrap(provider), method))


# ── what is left ───────────────────────────────────────────────────────────────────────────────────


def batch(state: BatchState, due: timedelta = HOUR, people: int = 10, **more: Any) -> Batch:
    return Batch("b", 1, state, people, 1, due_at=START + due, **more)


def test_the_outlook_counts_everybody_who_is_left_once() -> None:
    ahead = {"provider_batch": "id", "send_at": START + HOUR}
    left = outlook(
        [
            batch(BatchState.PENDING, -7 * HOUR, 1),
            batch(BatchState.PENDING, HOUR, 2),
            batch(BatchState.PENDING, 2 * HOUR, 4),
            batch(BatchState.UNCERTAIN, HOUR, 8, **ahead),
            batch(BatchState.CANCELLING, HOUR, 16, **ahead),
            batch(BatchState.UNCERTAIN, HOUR, 32),
            batch(BatchState.SUBMITTED, HOUR, 64),
            Batch("old", 1, BatchState.PENDING, 128, 0),
        ],
        START,
        HOUR / 2,
        START - 6 * HOUR,
        10 * MINUTE,
    )
    assert left == Outlook(
        waiting=6,
        next_at=START + HOUR / 2,
        next_people=2,
        last_due=START + 2 * HOUR,
        missed=1,
        missed_due=START - 7 * HOUR,
        settling=24,
        doubtful=32,
    )


def test_until_when_a_batch_can_be_cancelled() -> None:
    one = batch(BatchState.UNCERTAIN, provider_batch="id", send_at=START + HOUR)
    limit = 10 * MINUTE
    assert cancellable(one, START + 48 * MINUTE, limit)
    assert not cancellable(one, START + 49 * MINUTE, limit)
    assert not cancellable(one, START, None)
    assert not cancellable(replace(one, send_at=None), START, limit)
    assert not cancellable(replace(one, provider_batch=""), START, limit)
    assert is_certain(one, START + 50 * MINUTE, limit)
    assert not is_certain(one, START + 50 * MINUTE + timedelta(seconds=1), limit)
    assert not is_certain(replace(one, send_at=None), START.astimezone(UTC), limit)
