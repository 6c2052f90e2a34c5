"""How many requests are under way: the provider's answers decide; and a worker's signs of life while they are."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.flight import FIRST, QUICK, Window
from newsletter.domain.mailing import Accepted, BatchState, ClaimTerms, MailingState
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain, StorageError
from newsletter.mailing.flight import Flight, Landing
from newsletter.mailing.heartbeat import beating
from newsletter.mailing.owner import new_owner
from newsletter.mailing.report import Outcome, SendReport
from newsletter.mailing.sender import SendTerms, send_mailing
from newsletter.mailing.settle import resolve
from tests.support.mailing_fakes import (
    DAY,
    LEASE,
    START,
    Atomic,
    FakeClock,
    FakeMailingStore,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)

SOON, LONG = timedelta(seconds=1), QUICK + timedelta(seconds=1)
BUSY = ProviderBusy("Too many requests.", todo="Later.", retry_after=None)
DOUBT = ProviderUncertain("No answer in time.")
ANSWERS: dict[str, Callable[[Window], Window]] = {
    "quick": lambda window: window.accepted(SOON),
    "slow": lambda window: window.accepted(LONG),
    "busy": Window.refused,
    "doubt": Window.doubted,
}


# ── the rule ───────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(1, 100), st.lists(st.sampled_from(sorted(ANSWERS)), max_size=300))
def test_there_is_always_room_for_one_and_never_for_more_than_allowed(most: int, answers: list[str]) -> None:
    window = Window.first(most)
    for answer in answers:
        before, window = window, ANSWERS[answer](window)
        assert 1 <= window.room <= most
        if answer == "quick":
            assert before.room <= window.room <= before.room + 1
        elif answer == "slow":
            assert window == before
        elif answer == "doubt":
            assert window.room == 1
        else:
            assert window.room == max(1, int(before.size / 2))


@given(st.integers(2, 50))
def test_a_window_of_quick_answers_makes_room_for_one_more(most: int) -> None:
    window = Window.first(most)
    while window.room < most:
        before = window
        for _ in range(before.room):
            window = window.accepted(SOON)
        assert before.room <= window.room <= before.room + 1
        assert window.accepted(SOON).room == before.room + 1
        window = window.accepted(SOON)


def test_it_starts_low_and_one_is_one() -> None:
    assert (Window.first(8).room, Window.first(1).room) == (int(FIRST), 1)
    assert Window.first(1).accepted(SOON).room == 1


# ── requests under way ─────────────────────────────────────────────────────────────────────────────


def landed(flight: Flight, *landings: Landing) -> list[Landing]:
    """All of them under way together."""
    for landing in landings:
        flight.start(lambda landing=landing: landing)
    return [flight.land() for _ in landings]


def test_too_many_requests_counts_once_for_all_that_were_under_way_together() -> None:
    flight = Flight(8)
    landed(flight, *[Landing(took=SOON)] * 12)
    full = flight.window.room
    assert full > 4
    found = landed(flight, Landing(BUSY), Landing(BUSY), Landing(BUSY))
    assert [landing.echo for landing in found] == [False, True, True]
    assert flight.window.room == full // 2 or flight.window.size == pytest.approx(full / 2, abs=1)
    assert landed(flight, Landing(BUSY))[0].echo is False, "asked after that, it is news"


def test_a_doubt_leaves_one_and_a_refusal_changes_nothing() -> None:
    flight = Flight(4)
    landed(flight, Landing(ProviderRejected("No.", todo="Fix it.")))
    assert flight.window.room == 2
    landed(flight, Landing(DOUBT))
    assert flight.window.room == 1


def test_what_goes_wrong_in_a_thread_is_told_to_the_run() -> None:
    def bug() -> Landing:
        raise ZeroDivisionError

    flight = Flight(2)
    flight.start(bug)
    assert isinstance(flight.land().failure, ZeroDivisionError)
    alone = Flight(1)
    with pytest.raises(ZeroDivisionError):
        alone.start(bug)
    assert not alone.aloft


# ── signs of life ──────────────────────────────────────────────────────────────────────────────────


def test_signs_of_life_go_on_until_the_end_and_outlive_a_database_that_is_away() -> None:
    seen, enough = [], threading.Event()

    def beat() -> bool:
        seen.append(len(seen))
        if len(seen) == 2:
            raise StorageError("The database is away.")
        if len(seen) > 3:
            enough.set()
        return True

    with beating(beat, timedelta(milliseconds=1)) as lost:
        assert enough.wait(10)
        assert not lost()
    after = len(seen)
    assert not any(thread.name == "heartbeat" for thread in threading.enumerate())
    assert len(seen) == after


def test_who_was_taken_for_dead_is_told_so() -> None:
    with beating(lambda: False, timedelta(milliseconds=1)) as lost:
        assert any(lost() or threading.Event().wait(0.01) for _ in range(1_000))


# ── runs ───────────────────────────────────────────────────────────────────────────────────────────


class Wide(ScriptedProvider):
    """Takes several requests at a time; ``during`` happens in each, ``most`` is how many there were at once."""

    parallel = True

    def __init__(self, *script: Any, during: Callable[[str], None] = lambda _: None) -> None:
        super().__init__(*script)
        self.during, self.lock, self.now, self.most = during, threading.Lock(), 0, 0

    def submit(self, envelope: Any, batch_id: str, recipients: Any, schedule: Any = None) -> Accepted:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self.during(batch_id)
            with self.lock:
                return super().submit(envelope, batch_id, recipients, schedule)
        finally:
            with self.lock:
                self.now -= 1


def run(store: Any, provider: Any, in_flight: int = 1, **more: Any) -> SendReport:
    clock = more.pop("clock", None) or FakeClock()
    beat = more.pop("beat", timedelta(hours=1))
    return send_mailing(
        store.find(DAY) or frozen(store),
        envelope(),
        store=store,
        provider=provider,
        token_of=more.pop("token_of", token_of),
        clock=clock,
        wait=clock.wait,
        jitter=lambda: 0.0,
        terms=SendTerms(in_flight=in_flight, beat=beat),
        **more,
    )


def once(store: Any, *mailed: list[str]) -> bool:
    return Counter(email for emails in mailed for email in emails) == Counter(p.email for p in store.people)


def test_several_requests_are_under_way_and_everybody_is_mailed_once() -> None:
    store, together = FakeMailingStore(people(120)), threading.Barrier(2)
    frozen(store)

    def meet(batch_id: str) -> None:
        if batch_id in ("m1b1", "m1b2"):
            together.wait(10)

    provider = Wide(during=meet)
    assert run(Atomic(store), provider, 4).outcome is Outcome.DONE
    assert once(store, provider.mailed)
    assert 2 <= provider.most <= 4


def test_a_provider_that_takes_one_at_a_time_gets_one_at_a_time() -> None:
    store, narrow = FakeMailingStore(people(60)), ScriptedProvider()
    frozen(store)
    assert run(store, narrow, 4).outcome is Outcome.DONE
    assert narrow.mailed == [p.email for p in store.people]


def test_stopped_with_several_under_way_all_of_them_are_finished() -> None:
    store, both = FakeMailingStore(people(100)), threading.Barrier(2)
    frozen(store)
    asked = threading.Event()

    def stop_while_two_are_under_way(batch_id: str) -> None:
        if batch_id in ("m1b1", "m1b2"):
            both.wait(10)
            asked.set()

    provider = Wide(during=stop_while_two_are_under_way)
    report = run(Atomic(store), provider, 2, stop=asked.is_set)
    assert report.outcome is Outcome.STOPPED
    assert (report.submitting, report.uncertain) == (0, 0)
    assert report.submitted == len(provider.mailed) >= 20
    assert report.submitted + report.pending == 100


@pytest.mark.parametrize("most", [1, 3])
def test_a_bug_in_one_request_leaves_the_others_recorded(most: int) -> None:
    store = FakeMailingStore(people(60))
    frozen(store)
    with pytest.raises(ZeroDivisionError):
        run(Atomic(store), Wide((ZeroDivisionError(), False)), most)
    states = Counter(batch.state for batch in store.rows.values())
    assert states[BatchState.UNCERTAIN] == 1
    assert BatchState.SUBMITTING not in states
    assert store.workers(1) == ()


@given(
    script=st.lists(
        st.sampled_from([None, BUSY, (DOUBT, True), (DOUBT, False), ProviderRejected("No.", todo="Fix.")]),
        max_size=12,
    ),
    workers=st.integers(1, 3),
    in_flight=st.integers(1, 4),
)
def test_whatever_is_answered_to_several_workers_nobody_is_mailed_twice_or_lost(
    script: list[Any], workers: int, in_flight: int
) -> None:
    plain = FakeMailingStore(people(90), shared=True)
    frozen(plain)
    store: Any = Atomic(plain)
    provider = Wide(*script)

    def work() -> None:
        run(store, provider, in_flight)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for _ in range(30):
        if run(store, provider).outcome is Outcome.DONE:
            break
        for batch in store.batches(1, (BatchState.UNCERTAIN,)):
            first = store.members[batch.id][0].email
            resolve(batch.id, first in provider.mailed, store=store, clock=FakeClock())
    assert once(store, provider.mailed)
    assert store.mailings[1].state is MailingState.DONE


# ── several workers ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shared() -> FakeMailingStore:
    store = FakeMailingStore(people(35), shared=True)
    frozen(store)
    return store


def test_a_second_worker_shares_and_the_one_that_is_left_ends_it(shared: FakeMailingStore) -> None:
    inner: list[SendReport] = []
    rival = ScriptedProvider()
    provider = ScriptedProvider(lambda: inner.append(run(shared, rival)))
    assert run(shared, provider).outcome is Outcome.DONE
    (other,) = inner
    assert (other.outcome, other.exit_status, other.state) == (Outcome.SHARED, 0, MailingState.SENDING)
    assert "10 recipients are being handed over by process" in other.note
    assert (len(provider.mailed), len(rival.mailed)) == (10, 25)
    assert once(shared, provider.mailed, rival.mailed)


def test_a_worker_that_pauses_leaves_the_mailing_to_the_others(shared: FakeMailingStore) -> None:
    inner: list[SendReport] = []
    refused = ScriptedProvider(ProviderRejected("The key is not accepted (401).", todo="Check it."))
    provider = ScriptedProvider(None, lambda: inner.append(run(shared, refused)))
    report = run(shared, provider)
    assert (inner[0].outcome, inner[0].state) == (Outcome.PAUSED, MailingState.SENDING)
    assert (report.outcome, report.failed, report.submitted) == (Outcome.PAUSED, 10, 25)
    assert "10 recipients were refused: The key is not accepted" in report.note
    assert shared.mailings[1].state is MailingState.PAUSED


def test_another_workers_claim_under_way_is_waited_for(shared: FakeMailingStore) -> None:
    """A batch that is due, and that nobody else's transaction gives away just now."""

    class ItsTransactionEnds(FakeClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            shared.locked.clear()

    other, clock = new_owner(), ItsTransactionEnds()
    shared.acquire(1, other, clock())
    shared.locked.add("m1b4")
    report = run(shared, ScriptedProvider(), clock=clock, gone=lambda _: False)
    assert (report.outcome, report.submitted) == (Outcome.DONE, 35)
    assert clock.waited


def test_a_stalled_request_is_no_death() -> None:
    """The other worker looks for the dead while this one's request takes longer than a lease lasts."""
    clock, beaten, reports = FakeClock(), threading.Event(), []

    class Beaten(FakeMailingStore):
        def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> bool:
            found = super().heartbeat(mailing_id, owner, at)
            if clock.now > later and threading.current_thread().name == "heartbeat":
                beaten.set()
            return found

    later, shared = clock.now + 2 * LEASE, Beaten(people(35), shared=True)
    frozen(shared)

    def stall() -> None:
        clock.now = later + LEASE
        assert beaten.wait(10)
        reports.append(run(shared, ScriptedProvider(), clock=clock, gone=lambda _: False))

    report = run(
        shared, ScriptedProvider(stall), clock=clock, beat=timedelta(milliseconds=1), gone=lambda _: False
    )
    assert (report.outcome, report.uncertain) == (Outcome.DONE, 0)
    assert reports[0].uncertain == 0


def test_who_stood_still_between_claim_and_request_does_not_send(shared: FakeMailingStore) -> None:
    clock, rival = FakeClock(), ScriptedProvider()

    def sleeps(recipient: Any) -> str:
        if recipient.email == "reader1@example.org" and not rival.asked:
            clock.now += 2 * LEASE
            assert run(shared, rival, clock=clock).outcome is Outcome.UNSETTLED
            resolve("m1b1", False, store=shared, clock=clock)
            assert run(shared, rival, clock=clock).outcome is Outcome.DONE
        return token_of(recipient)

    slow = ScriptedProvider()
    assert run(shared, slow, clock=clock, token_of=sleeps).outcome is Outcome.ELSEWHERE
    assert slow.asked == []
    assert once(shared, rival.mailed)


def test_one_that_was_slow_but_not_taken_over_sends(shared: FakeMailingStore) -> None:
    clock = FakeClock()

    def slow(recipient: Any) -> str:
        clock.now += timedelta(seconds=5)
        return token_of(recipient)

    provider = ScriptedProvider()
    assert run(shared, provider, clock=clock, token_of=slow).outcome is Outcome.DONE
    assert once(shared, provider.mailed)


def test_a_sign_of_life_that_came_too_late_ends_the_run() -> None:
    told = threading.Event()

    class Late(FakeMailingStore):
        def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> bool:
            found = super().heartbeat(mailing_id, owner, at)
            if not found:
                told.set()
            return found

    def struck_off() -> None:
        shared.working[1].clear()
        assert told.wait(10)

    shared = Late(people(35), shared=True)
    frozen(shared)

    provider = ScriptedProvider(struck_off)
    report = run(shared, provider, beat=timedelta(milliseconds=1))
    assert (report.outcome, report.submitted) == (Outcome.ELSEWHERE, 10)


def test_the_dead_are_found_while_others_send(shared: FakeMailingStore) -> None:
    """Not only at the end: an operator of a long mailing learns of the doubt at once."""
    clock = FakeClock()
    dead = new_owner()
    shared.acquire(1, dead, clock())
    claimed = shared.claim(1, clock(), ClaimTerms(clock(), owner=dead))
    assert claimed is not None
    seen: list[BatchState] = []

    def look() -> None:
        seen.append(shared.rows[claimed[0].id].state)
        clock.now += timedelta(seconds=40)

    provider = ScriptedProvider(look, look, look)
    report = run(shared, provider, clock=clock, gone=lambda owner: owner == dead and len(seen) > 1)
    assert report.outcome is Outcome.UNSETTLED
    assert seen[0] is BatchState.SUBMITTING
    assert BatchState.UNCERTAIN in seen


def test_a_halt_that_comes_with_the_last_batch_outlives_it() -> None:
    class Halted(FakeMailingStore):
        def close(self, mailing_id: int, *rest: Any) -> MailingState:
            self.set_state(mailing_id, MailingState.HALTED, "wrong figure", START)
            return super().close(mailing_id, *rest)

    store = Halted(people(15))
    frozen(store)
    assert run(store, ScriptedProvider()).outcome is Outcome.HALTED
    assert store.mailings[1].state is MailingState.HALTED


def test_progress_is_told_once_a_second_however_quick_it_goes() -> None:
    class Still(FakeClock):
        def __call__(self) -> datetime:
            return self.now

    store, told = FakeMailingStore(people(500)), []
    frozen(store)
    report = run(store, ScriptedProvider(), clock=Still(), progress=lambda done, *_: told.append(done))
    assert (report.submitted, told) == (500, [0])


def test_a_lease_given_back_just_now_is_taken() -> None:
    class Late(FakeMailingStore):
        def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
            self.asked = getattr(self, "asked", 0) + 1
            return self.asked > 1 and super().acquire(mailing_id, owner, at)

    store = Late(people(5))
    frozen(store)
    assert run(store, ScriptedProvider()).outcome is Outcome.DONE
