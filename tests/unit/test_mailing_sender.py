"""Whatever the provider answers and wherever the process dies: nobody twice, nobody lost, doubt never repeated."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import BatchState, Mailing, MailingState
from newsletter.errors import (
    ProviderBusy,
    ProviderRejected,
    ProviderUncertain,
    Refused,
    StorageError,
    UsageError,
)
from newsletter.mailing.patience import BUSY_LIMIT
from newsletter.mailing.report import Outcome, SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.settle import close_if_complete, resolve
from tests.support.mailing_fakes import (
    DAY,
    LEASE,
    BrokenStore,
    DyingProcess,
    FakeClock,
    FakeMailingStore,
    Killed,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)


def busy(seconds: float | None = None) -> ProviderBusy:
    return ProviderBusy("Too many requests.", todo="Later.", retry_after=seconds)


def refused() -> ProviderRejected:
    return ProviderRejected("The key is not accepted (401).", todo="Check the key.")


def doubt() -> ProviderUncertain:
    return ProviderUncertain("No answer in time.")


def send(store: Any, provider: Any, clock: FakeClock | None = None, **more: Any) -> SendReport:
    clock = clock or FakeClock()
    mailing = store.find(DAY) or frozen(store)
    more.setdefault("jitter", lambda: 0.0)
    return send_mailing(
        mailing,
        envelope(),
        store=store,
        provider=provider,
        token_of=token_of,
        clock=clock,
        wait=clock.wait,
        **more,
    )


@pytest.fixture
def store() -> FakeMailingStore:
    """35 recipients in 4 batches, and two people who are not mailed."""
    excluded = [
        replace(people(1, 90)[0], exclusion=ExclusionReason.PENDING),
        replace(people(1, 91)[0], exclusion=ExclusionReason.SUPPRESSED),
    ]
    store = FakeMailingStore([*people(35), *excluded])
    frozen(store)
    return store


def everybody() -> list[str]:
    return [p.email for p in people(35)]


def test_each_recipient_is_mailed_once_and_the_mailing_is_done(store: FakeMailingStore) -> None:
    provider, seen = ScriptedProvider(), []
    report = send(store, provider, progress=lambda done, total, what: seen.append((done, total)))
    assert provider.mailed == everybody()
    assert provider.tokens["reader7@example.org"] == "p7.signed"
    assert (report.outcome, report.exit_status, report.state) == (Outcome.DONE, 0, MailingState.DONE)
    assert (report.submitted, report.pending, report.uncertain, report.skipped) == (35, 0, 0, 0)
    assert report.exclusions == {ExclusionReason.PENDING: 1, ExclusionReason.SUPPRESSED: 1}
    assert store.mailings[1].state is MailingState.DONE
    assert store.rows["m1b1"].message_id == "receipt-m1b1"
    assert seen == [(0, 35), (10, 35), (20, 35), (30, 35), (35, 35)]
    assert store.leases == {}


def test_a_second_send_of_a_done_mailing_mails_nobody(store: FakeMailingStore) -> None:
    send(store, ScriptedProvider())
    again = ScriptedProvider()
    assert send(store, again).outcome is Outcome.DONE
    assert again.asked == []


def test_who_left_since_the_freeze_is_skipped_and_counted(store: FakeMailingStore) -> None:
    store.left = {3, *range(11, 21)}  # one of the first batch, all of the second
    provider = ScriptedProvider()
    report = send(store, provider)
    assert (report.outcome, report.submitted, report.skipped) == (Outcome.DONE, 24, 11)
    assert "reader3@example.org" not in provider.mailed
    assert provider.asked == ["m1b1", "m1b3", "m1b4"]  # an empty batch needs no request
    assert store.rows["m1b2"].state is BatchState.SUBMITTED


def test_an_empty_audience_is_done_at_once() -> None:
    store = FakeMailingStore()
    frozen(store)
    assert send(store, ScriptedProvider()).outcome is Outcome.DONE


# ── the provider is busy ───────────────────────────────────────────────────────────────────────────


def test_a_busy_provider_is_given_the_time_it_asks_for(store: FakeMailingStore) -> None:
    clock, provider = FakeClock(), ScriptedProvider(busy(40), busy())
    report = send(store, provider, clock)
    assert report.outcome is Outcome.DONE
    assert provider.mailed == everybody()
    assert sum(clock.waited) >= 40 + 10
    assert max(clock.waited) <= 15  # in slices, with a heartbeat after each


def test_jitter_only_lengthens_the_wait(store: FakeMailingStore) -> None:
    clock = FakeClock()
    send(store, ScriptedProvider(busy(40)), clock, jitter=lambda: 1.0)
    assert 40 < sum(clock.waited) <= 60


def test_a_provider_that_stays_busy_pauses_the_run_with_nothing_lost(store: FakeMailingStore) -> None:
    report = send(store, ScriptedProvider(*[busy() for _ in range(BUSY_LIMIT)]))
    assert (report.outcome, report.state, report.exit_status) == (Outcome.PAUSED, MailingState.PAUSED, 1)
    assert report.pending == 35
    assert "Too many requests" in store.mailings[1].note
    after = ScriptedProvider()
    assert send(store, after).outcome is Outcome.DONE
    assert after.mailed == everybody()


def test_a_wait_of_an_hour_pauses_instead_of_holding_the_lease(store: FakeMailingStore) -> None:
    clock = FakeClock()
    report = send(store, ScriptedProvider(busy(3600)), clock)
    assert report.outcome is Outcome.PAUSED
    assert "3600 s" in report.note
    assert clock.waited == []


def test_a_stop_during_the_wait_ends_it(store: FakeMailingStore) -> None:
    clock = FakeClock()
    report = send(store, ScriptedProvider(busy(600)), clock, stop=lambda: bool(clock.waited))
    assert (report.outcome, report.pending) == (Outcome.STOPPED, 35)
    assert len(clock.waited) == 1


# ── the provider refuses, or nobody knows ──────────────────────────────────────────────────────────


def test_a_refusal_stops_the_run_says_what_to_do_and_a_resume_mails_the_rest(store: FakeMailingStore) -> None:
    provider = ScriptedProvider(None, refused())
    report = send(store, provider)
    assert (report.outcome, report.submitted, report.failed, report.pending) == (Outcome.PAUSED, 10, 10, 15)
    assert "Check the key" in report.note
    after = ScriptedProvider()
    assert send(store, after).outcome is Outcome.DONE
    assert sorted(provider.mailed + after.mailed) == sorted(everybody())


def test_an_unknown_outcome_is_left_to_a_person_and_the_others_are_mailed(store: FakeMailingStore) -> None:
    provider = ScriptedProvider(None, (doubt(), True))
    report = send(store, provider)
    assert (report.outcome, report.state, report.uncertain) == (Outcome.UNSETTLED, MailingState.PAUSED, 10)
    assert "resolve" in report.note
    assert provider.asked == ["m1b1", "m1b2", "m1b3", "m1b4"]
    again = ScriptedProvider()
    assert send(store, again).outcome is Outcome.UNSETTLED
    assert again.asked == []


def test_three_unknown_outcomes_in_a_row_pause_the_run(store: FakeMailingStore) -> None:
    provider = ScriptedProvider(doubt(), doubt(), doubt())
    report = send(store, provider)
    assert (report.outcome, report.uncertain, report.pending) == (Outcome.PAUSED, 30, 5)
    assert len(provider.asked) == 3


def test_a_good_answer_between_them_starts_the_count_again(store: FakeMailingStore) -> None:
    assert send(store, ScriptedProvider(doubt(), doubt(), None, doubt())).uncertain == 25


def test_settled_as_accepted_nobody_is_mailed_again_and_the_mailing_closes(store: FakeMailingStore) -> None:
    send(store, ScriptedProvider((doubt(), True)))
    clock = FakeClock()
    assert not close_if_complete(store.mailings[1], store=store, clock=clock)
    assert resolve("m1b1", True, store=store, clock=clock).state is BatchState.SUBMITTED
    assert resolve("m1b1", True, store=store, clock=clock).state is BatchState.SUBMITTED
    assert close_if_complete(store.mailings[1], store=store, clock=clock)
    assert close_if_complete(store.mailings[1], store=store, clock=clock)
    assert store.mailings[1].state is MailingState.DONE
    after = ScriptedProvider()
    assert send(store, after).outcome is Outcome.DONE
    assert after.asked == []


def test_settled_as_not_accepted_the_next_run_mails_it(store: FakeMailingStore) -> None:
    first = ScriptedProvider((doubt(), False))
    send(store, first)
    resolve("m1b1", False, store=store, clock=FakeClock())
    after = ScriptedProvider()
    assert send(store, after).outcome is Outcome.DONE
    assert after.asked == ["m1b1"]
    assert Counter(first.mailed + after.mailed) == Counter(everybody())


def test_only_an_uncertain_batch_can_be_settled(store: FakeMailingStore) -> None:
    with pytest.raises(UsageError):
        resolve("nonsense", True, store=store, clock=FakeClock())
    with pytest.raises(Refused):
        resolve("m1b1", True, store=store, clock=FakeClock())


# ── stops, halts, rivals ───────────────────────────────────────────────────────────────────────────


def test_a_stop_finishes_the_batch_under_way_and_claims_no_more(store: FakeMailingStore) -> None:
    provider = ScriptedProvider()
    report = send(store, provider, stop=lambda: len(provider.asked) == 2)
    assert (report.outcome, report.submitted, report.pending) == (Outcome.STOPPED, 20, 15)
    assert store.mailings[1].state is MailingState.SENDING
    send(store, provider)
    assert provider.mailed == everybody()


def test_a_halt_from_elsewhere_ends_the_run_and_stays(store: FakeMailingStore) -> None:
    def halt() -> None:
        store.set_state(1, MailingState.HALTED, "wrong headline", FakeClock()())

    provider = ScriptedProvider(None, halt)
    report = send(store, provider)
    assert (report.outcome, report.submitted, report.pending) == (Outcome.HALTED, 20, 15)
    assert store.mailings[1].state is MailingState.HALTED
    assert send(store, provider).outcome is Outcome.HALTED
    assert len(provider.asked) == 2


def test_a_halt_during_a_refused_request_is_not_overwritten(store: FakeMailingStore) -> None:
    def halt_and_refuse() -> ProviderRejected:
        store.set_state(1, MailingState.HALTED, "", FakeClock()())
        return refused()

    send(store, ScriptedProvider((halt_and_refuse, False)))
    assert store.mailings[1].state is MailingState.HALTED


def test_while_another_process_is_sending_this_one_does_nothing(store: FakeMailingStore) -> None:
    inner: list[SendReport] = []
    rival = ScriptedProvider()
    provider = ScriptedProvider(lambda: inner.append(send(store, rival)))
    assert send(store, provider).outcome is Outcome.DONE
    assert (inner[0].outcome, inner[0].exit_status) == (Outcome.ELSEWHERE, 3)
    assert rival.asked == []
    assert provider.mailed == everybody()


def test_a_run_whose_lease_ran_out_in_a_request_records_what_it_knows_and_gives_way(
    store: FakeMailingStore,
) -> None:
    late, rival = FakeClock(), ScriptedProvider()
    late.now += 2 * LEASE

    def overtaken() -> None:
        assert send(store, rival, late).outcome is Outcome.UNSETTLED

    slow = ScriptedProvider(overtaken)
    assert send(store, slow).outcome is Outcome.ELSEWHERE
    assert store.rows["m1b1"].state is BatchState.SUBMITTED  # the receipt settles the rival's doubt
    assert Counter(slow.mailed + rival.mailed) == Counter(everybody())


def test_a_late_answer_does_not_touch_a_batch_that_another_process_is_sending_again(
    store: FakeMailingStore,
) -> None:
    """A laptop sleeps in the middle of a request; meanwhile an operator says "not accepted"."""
    asked, wake = threading.Event(), threading.Event()
    ends: list[SendReport] = []

    def sleeps() -> ProviderBusy:
        asked.set()
        assert wake.wait(10)
        return busy()

    slow = ScriptedProvider((sleeps, False))
    first = threading.Thread(target=lambda: ends.append(send(store, slow)))
    first.start()
    assert asked.wait(10)
    late, rival = FakeClock(), ScriptedProvider()
    late.now += 2 * LEASE
    assert send(store, rival, late).outcome is Outcome.UNSETTLED
    resolve("m1b1", False, store=store, clock=late)

    def the_first_wakes_up() -> None:
        wake.set()
        first.join(10)

    rival.script = [the_first_wakes_up]
    assert send(store, rival, late).outcome is Outcome.DONE
    assert ends[0].outcome is Outcome.ELSEWHERE
    assert Counter(slow.mailed + rival.mailed) == Counter(everybody())


def test_a_lease_lost_between_batches_ends_the_run(store: FakeMailingStore) -> None:
    def lose() -> None:
        late = FakeClock()
        late.now += 2 * LEASE
        store.rows["m1b1"] = replace(store.rows["m1b1"], state=BatchState.UNCERTAIN)
        store.leases[1] = ("somebody else", late.now)

    provider = ScriptedProvider(lose)
    assert send(store, provider).outcome is Outcome.ELSEWHERE
    assert provider.asked == ["m1b1"]
    assert store.leases[1][0] == "somebody else"


def test_a_run_that_has_lost_its_lease_records_its_batch_and_claims_no_other(store: FakeMailingStore) -> None:
    provider = ScriptedProvider(
        lambda: store.acquire(1, "somebody else", FakeClock().now + 2 * LEASE) and None
    )
    report = send(store, provider)
    assert (report.outcome, report.submitted, provider.asked) == (Outcome.ELSEWHERE, 10, ["m1b1"])


def test_a_mailing_that_another_process_finished_just_before_is_done(store: FakeMailingStore) -> None:
    class Slow(FakeMailingStore):
        def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
            self.set_state(1, MailingState.HALTED, "", at)
            return super().acquire(mailing_id, owner, at)

    slow, provider = Slow(people(3)), ScriptedProvider()
    frozen(slow)
    assert send(slow, provider).outcome is Outcome.HALTED
    assert provider.asked == []


def test_a_doubt_of_a_run_that_was_taken_over_stays_a_doubt(store: FakeMailingStore) -> None:
    late, rival = FakeClock(), ScriptedProvider()
    late.now += 2 * LEASE

    def overtaken() -> ProviderUncertain:
        send(store, rival, late)
        return doubt()

    assert send(store, ScriptedProvider((overtaken, True))).outcome is Outcome.ELSEWHERE
    assert store.rows["m1b1"].state is BatchState.UNCERTAIN


# ── what must not have changed ─────────────────────────────────────────────────────────────────────


def test_other_bytes_than_the_frozen_ones_are_refused(store: FakeMailingStore) -> None:
    mailing = replace(store.mailings[1], html_sha256="0" * 64)
    with pytest.raises(Refused, match="other bytes"):
        _send_as(mailing, store)


def test_another_provider_than_the_one_it_began_with_is_refused(store: FakeMailingStore) -> None:
    with pytest.raises(Refused, match="outbox"):
        _send_as(replace(store.mailings[1], provider="outbox"), store)


def test_an_audience_that_does_not_add_up_is_not_mailed(store: FakeMailingStore) -> None:
    with pytest.raises(StorageError, match="add up"):
        _send_as(replace(store.mailings[1], candidates=40), store)


def test_recipients_missing_from_the_batches_are_noticed(store: FakeMailingStore) -> None:
    store.members["m1b4"].pop()
    with pytest.raises(StorageError, match="account for"):
        send(store, ScriptedProvider())
    assert store.mailings[1].state is not MailingState.DONE


def _send_as(mailing: Mailing, store: FakeMailingStore) -> None:
    clock, provider = FakeClock(), ScriptedProvider()
    with_clock = {"clock": clock, "wait": clock.wait}
    try:
        send_mailing(mailing, envelope(), store=store, provider=provider, token_of=token_of, **with_clock)
    finally:
        assert provider.asked == []


# ── crashes ────────────────────────────────────────────────────────────────────────────────────────


def test_a_bug_in_the_request_leaves_the_batch_uncertain(store: FakeMailingStore) -> None:
    with pytest.raises(ZeroDivisionError):
        send(store, ScriptedProvider(ZeroDivisionError()))
    assert store.rows["m1b1"].state is BatchState.UNCERTAIN
    assert store.leases == {}


def test_a_bug_before_the_request_leaves_the_batch_pending(store: FakeMailingStore) -> None:
    clock = FakeClock()
    with pytest.raises(ZeroDivisionError):
        send_mailing(
            store.mailings[1],
            envelope(),
            store=store,
            provider=ScriptedProvider(),
            token_of=lambda _: str(1 // 0),
            clock=clock,
            wait=clock.wait,
        )
    assert store.rows["m1b1"].state is BatchState.PENDING


def test_an_acceptance_that_cannot_be_recorded_says_how_to_settle_it() -> None:
    store = BrokenStore(people(5))
    with pytest.raises(StorageError, match="resolve m1b1 --accepted"):
        send(store, ScriptedProvider())
    assert store.rows["m1b1"].state is BatchState.SUBMITTING


def restart(store: FakeMailingStore, provider: ScriptedProvider) -> SendReport:
    """A new process, after the dead one's lease."""
    clock = FakeClock()
    clock.now += 2 * LEASE
    return send(store, provider, clock)


@pytest.mark.parametrize("after", [False, True], ids=["before the step", "after the step"])
def test_killed_at_any_step_and_started_again_nobody_is_mailed_twice_and_nobody_is_lost(after: bool) -> None:
    for step in itertools.count(1):
        store, provider = FakeMailingStore(people(35)), ScriptedProvider()
        frozen(store)
        process = DyingProcess(step, after=after)
        try:
            send(process.wrap(store), process.wrap(provider))
        except Killed:
            pass
        else:
            break  # the run has fewer steps than that
        restart(store, provider)
        _nobody_twice_nobody_lost(store, provider)
    assert step > 30


@settings(deadline=None)
@given(
    script=st.lists(
        st.sampled_from(
            [
                None,
                busy,
                (refused, False),
                (doubt, True),
                (doubt, False),
            ]
        ),
        max_size=12,
    ),
    kills=st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=3),
    left=st.sets(st.integers(1, 35), max_size=12),
)
def test_any_answers_with_any_kills_mail_nobody_twice_and_lose_nobody(
    script: list[Any], kills: list[tuple[int, bool]], left: set[int]
) -> None:
    store, provider = FakeMailingStore(people(35)), ScriptedProvider(*script)
    frozen(store)
    store.left = left
    for number, (step, after) in enumerate(kills):
        process, clock = DyingProcess(step, after=after), FakeClock()
        clock.now += 3 * number * LEASE
        with contextlib.suppress(Killed):
            send(process.wrap(store), process.wrap(provider), clock)
    for round_ in range(4, 30):
        clock = FakeClock()
        clock.now += round_ * 3 * LEASE
        if send(store, provider, clock).outcome in (Outcome.DONE, Outcome.UNSETTLED):
            break
    _nobody_twice_nobody_lost(store, provider)


def _nobody_twice_nobody_lost(store: FakeMailingStore, provider: ScriptedProvider) -> None:
    """Everybody was mailed once, is skipped with a reason, or waits in an uncertain batch for a person."""
    mailed = Counter(provider.mailed)
    assert not [email for email, count in mailed.items() if count > 1]
    for batch_id, members in store.members.items():
        state = store.rows[batch_id].state
        assert state in (BatchState.SUBMITTED, BatchState.UNCERTAIN)
        for recipient in members:
            gone = recipient.delivery_id in store.skipped
            if state is BatchState.SUBMITTED:
                assert mailed[recipient.email] == (0 if gone else 1)
