"""Limits per hour and day: never more than they say in any window, and never longer than they ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.pacing import Limit, free_at, limits
from newsletter.mailing.report import Outcome
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.terms import SendTerms
from tests.support.mailing_fakes import (
    START,
    FakeClock,
    FakeMailingStore,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)

NOW = datetime(2026, 8, 14, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_zero_is_no_limit() -> None:
    assert limits(0, 0) == ()
    assert limits(100, 0) == (Limit(HOUR, 100),)
    assert limits(100, 1000) == (Limit(HOUR, 100), Limit(DAY, 1000))
    assert free_at([(NOW, 10**9)], (), 10, NOW) == NOW


def test_the_next_may_go_when_enough_is_an_hour_ago() -> None:
    handed = [(NOW - timedelta(minutes=m), 40) for m in (61, 50, 30, 10)]
    hour = (Limit(HOUR, 120),)
    assert free_at(handed, hour, 0, NOW) == NOW
    assert free_at(handed, hour, 1, NOW) == NOW + timedelta(minutes=10)
    assert free_at(handed, hour, 41, NOW) == NOW + timedelta(minutes=30)
    assert free_at(handed, hour, 999, NOW) == NOW + timedelta(minutes=50), "larger than the limit: alone"
    assert free_at(handed, (Limit(HOUR, 121), Limit(DAY, 160)), 1, NOW) == NOW + DAY - timedelta(minutes=61)


@given(
    batches=st.lists(st.integers(1, 50), min_size=1, max_size=30),
    most=st.integers(50, 120),
    gaps=st.lists(st.integers(0, 40), min_size=30, max_size=30),
)
def test_no_hour_has_more_than_the_limit(batches: list[int], most: int, gaps: list[int]) -> None:
    handed: list[tuple[datetime, int]] = []
    now = NOW
    for people_, gap in zip(batches, gaps, strict=False):
        now = free_at(handed, (Limit(HOUR, most),), people_, now + timedelta(minutes=gap))
        handed.append((now, people_))
    for start, _ in handed:
        assert sum(count for at, count in handed if start <= at < start + HOUR) <= most


def test_a_mailing_waits_for_its_next_hour_and_says_until_when() -> None:
    store, clock, provider = FakeMailingStore(people(50)), FakeClock(), ScriptedProvider()
    frozen(store)

    def run(*, stay: bool = False) -> object:
        given_terms = SendTerms(limits=limits(20, 0), stay=stay)
        mailing = store.get(1)
        assert mailing is not None
        return send_mailing(
            mailing,
            envelope(),
            store=store,
            provider=provider,
            token_of=token_of,
            clock=clock,
            wait=clock.wait,
            terms=given_terms,
        )

    report = run()
    assert (report.outcome, report.submitted, report.waiting) == (Outcome.WAITING, 20, 30)
    assert report.next_at is not None
    assert HOUR <= report.next_at - START < HOUR + timedelta(minutes=1)
    assert "MAX_PER_HOUR" in report.note
    again = run()
    assert (again.outcome, again.submitted) == (Outcome.WAITING, 20)
    assert run(stay=True).outcome is Outcome.DONE
    assert provider.mailed == [person.email for person in people(50)]
    assert 2 * HOUR < clock.now - START < 2 * HOUR + timedelta(minutes=3)
