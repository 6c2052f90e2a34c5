"""Which feeds are asked, and what each answer means for the next time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.feed import FeedState, FetchResult, FetchStatus, ParsedFeed, SkipReason
from newsletter.feeds.plan import Planner
from tests.support.feeds_make import NOW, clean, parsed, registry, request, result, state

URL = "https://example.com/rss"
HOUR = timedelta(hours=1)
FAILURES = sorted(status for status in FetchStatus if not status.ok)


def fail(status: FetchStatus, times: int, step: timedelta = timedelta(0), **fields: object) -> FeedState:
    before: FeedState | None = None
    for number in range(times):
        before = Planner().settle(before, result(status, **fields), None, None, NOW + number * step)
    assert before is not None
    return before


def good(before: FeedState | None, now: datetime = NOW, **fields: object) -> FeedState:
    return Planner().settle(before, result(**fields), parsed(), clean(), now)


# ── plan ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_feed_is_asked_without_validators() -> None:
    plan = Planner().plan(registry(URL), {}, NOW)
    assert [(r.feed_url, r.url, r.etag, r.last_modified) for r in plan.requests] == [(URL, URL, "", "")]
    assert plan.skips == ()


def test_validators_go_back_byte_for_byte() -> None:
    before = good(None, headers={"etag": 'W/"a  b\xe9"', "last-modified": "yesterday, sort of"})
    asked = Planner().plan(registry(URL), {URL: before}, NOW + HOUR).requests[0]
    assert (asked.etag, asked.last_modified) == ('W/"a  b\xe9"', "yesterday, sort of")


def test_there_is_no_minimum_interval() -> None:
    assert Planner().plan(registry(URL), {URL: good(None)}, NOW).requests


def test_once_a_week_the_whole_feed_is_fetched() -> None:
    before = good(None, headers={"etag": '"1"'})
    for day in range(1, 7):
        before = Planner().settle(
            before, result(FetchStatus.UNCHANGED, http_status=304), None, None, NOW + timedelta(days=day)
        )
        assert Planner().plan(registry(URL), {URL: before}, before.at).requests[0].etag == '"1"'
    assert Planner().plan(registry(URL), {URL: before}, NOW + timedelta(days=7)).requests[0].etag == ""


def test_states_recorded_after_the_time_do_not_count() -> None:
    later = state(at=NOW + HOUR, disabled=True)
    assert Planner().plan(registry(URL), {URL: later}, NOW).requests


def test_a_paused_host_pauses_all_its_feeds_and_no_other() -> None:
    a, b, c = "https://one.example/a", "https://one.example/b", "https://two.example/c"
    limited = Planner().settle(
        None, result(FetchStatus.RATE_LIMITED, request=request(a), http_status=429, retry_after=7200.0),
        None, None, NOW,
    )  # fmt: skip
    plan = Planner().plan(registry(a, b, c), {a: limited}, NOW + HOUR)
    assert [r.feed_url for r in plan.requests] == [c]
    assert {(s.feed_url, s.reason, s.until) for s in plan.skips} == {
        (url, SkipReason.HOST_PAUSED, NOW + 2 * HOUR) for url in (a, b)
    }
    assert len(Planner().plan(registry(a, b, c), {a: limited}, NOW + 2 * HOUR).requests) == 3


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:8765", "127.0.0.0/8"])
def test_for_an_allowed_host_a_429_pauses_the_feed_alone(allowed: str) -> None:
    a, b = "http://127.0.0.1:8765/a", "http://127.0.0.1:8765/b"
    planner = Planner([allowed])
    limited = planner.settle(
        None, result(FetchStatus.RATE_LIMITED, request=request(a), http_status=429, retry_after=600.0),
        None, None, NOW,
    )  # fmt: skip
    plan = planner.plan(registry(a, b), {a: limited}, NOW)
    assert [r.feed_url for r in plan.requests] == [b]
    assert plan.skips[0].reason is SkipReason.PAUSED
    assert plan.skips[0].until == NOW + timedelta(minutes=10)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", "two", "three"]),
            st.sampled_from(FAILURES),
            st.integers(1, 12),
            st.sampled_from([0, 404, 429, 503, 410]),
            st.floats(0, 200_000),
        ),
        max_size=12,
    ),
    st.integers(0, 72),
)
def test_every_feed_is_in_exactly_one_of_both(
    rows: list[tuple[str, FetchStatus, int, int, float]], hours: int
) -> None:
    urls = [f"https://{host}.example/{n}" for n, (host, *_) in enumerate(rows)]
    states = {}
    for url, (_, status, times, http, wait) in zip(urls, rows, strict=True):
        before: FeedState | None = None
        for _ in range(times):
            answer = result(status, request=request(url), http_status=http, retry_after=wait)
            before = Planner().settle(before, answer, None, None, NOW)
        assert before is not None
        states[url] = before
    plan = Planner().plan(registry(*urls), states, NOW + timedelta(hours=hours))
    both = [r.feed_url for r in plan.requests] + [s.feed_url for s in plan.skips]
    assert sorted(both) == sorted(urls)
    assert all(s.until is None or s.until > NOW + timedelta(hours=hours) for s in plan.skips)
    if hours >= 24:
        assert all(s.reason is SkipReason.DISABLED for s in plan.skips)


# ── settle ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_answer_wipes_the_failures_away() -> None:
    after = good(fail(FetchStatus.NOT_FOUND, 5, http_status=404))
    assert (after.status, after.failures, after.retry_at, after.failing_since) == (
        FetchStatus.FRESH, 0, None, None,
    )  # fmt: skip
    assert (after.message, after.todo, after.items, after.last_success) == ("", "", 1, NOW)


@pytest.mark.parametrize("said", [FetchStatus.FRESH, FetchStatus.UNCHANGED])
def test_bytes_parsed_before_count_as_unchanged_and_as_a_full_get(said: FetchStatus) -> None:
    first = good(None, headers={"etag": '"1"'})
    answer = replace(result(headers={"etag": '"2"'}), status=said)
    again = Planner().settle(first, answer, None, None, NOW + HOUR)
    assert (again.status, again.etag, again.last_full_get) == (FetchStatus.UNCHANGED, '"2"', NOW + HOUR)
    assert (again.digest, again.items, again.newest_item) == (first.digest, first.items, first.newest_item)


def test_a_304_keeps_validators_and_contents() -> None:
    first = good(None, headers={"etag": '"1"', "last-modified": "then"})
    after = Planner().settle(first, result(FetchStatus.UNCHANGED, http_status=304), None, None, NOW + HOUR)
    assert (after.etag, after.last_modified, after.items) == ('"1"', "then", 1)
    assert after.last_full_get == NOW


def test_a_broken_answers_validators_are_not_learnt() -> None:
    """Else the next 304 would freeze the feed in its broken state."""
    first = good(None, headers={"etag": '"good"'})
    bad = ParsedFeed(URL, FetchStatus.NOT_A_FEED)
    after = Planner().settle(first, result(headers={"etag": '"bad"'}), bad, None, NOW + HOUR)
    assert (after.status, after.etag, after.digest) == (FetchStatus.NOT_A_FEED, '"good"', first.digest)


def test_an_ill_formed_feed_is_asked_in_full_once_more() -> None:
    """It may have broken off, and a 304 would hide the rest for a week."""
    answer = result(headers={"etag": '"1"'})
    first = Planner().settle(None, answer, parsed(message="unclosed token"), clean(), NOW)
    assert (first.status, first.etag) == (FetchStatus.FRESH, "")
    again = Planner().settle(first, answer, None, None, NOW + HOUR)
    assert (again.status, again.etag) == (FetchStatus.UNCHANGED, '"1"')


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(1, 0), (2, 15), (3, 30), (4, 60), (5, 120), (6, 240), (7, 480), (8, 960), (9, 1440), (40, 1440)],
)
def test_back_off_doubles_up_to_a_day(failures: int, minutes: int) -> None:
    after = fail(FetchStatus.NOT_FOUND, failures, http_status=404)
    assert after.failures == failures
    assert after.retry_at == (NOW + timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize("status", [FetchStatus.TIMED_OUT, FetchStatus.UNREACHABLE, FetchStatus.UNAVAILABLE])
def test_a_transient_failure_never_misses_the_next_hourly_gather(status: FetchStatus) -> None:
    before: FeedState | None = None
    for hour in range(24):
        now = NOW + hour * HOUR
        assert Planner().plan(registry(URL), {URL: before} if before else {}, now).requests, hour
        before = Planner().settle(before, result(status), None, None, now)


def test_after_a_day_a_dead_host_backs_off_like_any_other() -> None:
    after = fail(FetchStatus.UNREACHABLE, 30, step=HOUR)
    assert after.retry_at == after.at + timedelta(hours=24)


def test_a_503_pauses_the_feed_as_long_as_it_asks() -> None:
    after = fail(FetchStatus.UNAVAILABLE, 1, http_status=503, retry_after=5400.0)
    assert (after.retry_at, after.host_paused_until) == (NOW + timedelta(minutes=90), None)
    skip = Planner().plan(registry(URL), {URL: after}, NOW + HOUR).skips[0]
    assert (skip.reason, skip.until) == (SkipReason.PAUSED, NOW + timedelta(minutes=90))


@pytest.mark.parametrize("status", [429, 503])
def test_no_pause_is_longer_than_a_day(status: int) -> None:
    kind = FetchStatus.RATE_LIMITED if status == 429 else FetchStatus.UNAVAILABLE
    after = fail(kind, 1, http_status=status, retry_after=10_000_000.0)
    assert after.retry_at == NOW + timedelta(hours=24)


def test_a_429_without_retry_after_still_pauses_the_host() -> None:
    assert fail(FetchStatus.RATE_LIMITED, 1, http_status=429).host_paused_until == NOW + timedelta(minutes=15)


def test_a_request_held_back_by_ourselves_is_no_failure_of_the_feed() -> None:
    after = fail(FetchStatus.RATE_LIMITED, 1, http_status=0, retry_after=60.0)
    assert (after.failures, after.retry_at) == (0, NOW + timedelta(minutes=1))


def test_gone_disables_and_says_what_to_do() -> None:
    after = fail(FetchStatus.GONE, 1, http_status=410)
    assert after.disabled
    assert after.retry_at is None
    assert "outlets file" in after.todo
    skip = Planner().plan(registry(URL), {URL: after}, NOW + timedelta(days=90)).skips[0]
    assert (skip.reason, skip.until) == (SkipReason.DISABLED, None)


@pytest.mark.parametrize("status", FAILURES)
def test_every_failure_has_words_for_people(status: FetchStatus) -> None:
    after = fail(status, 2, http_status=418)
    assert after.message.endswith(".")
    assert after.todo.endswith(".")
    assert after.failing_since == NOW


# ── redirects ──────────────────────────────────────────────────────────────────────────────────────

NEW = "https://new.example/rss"


def moved(before: FeedState | None, target: str = NEW) -> FeedState:
    url = before.fetch_url if before and before.fetch_url else URL
    return good(before, request=request(URL, at=url), final_url=target, moved_to=target)


def test_a_permanent_redirect_is_learnt_after_three_runs_that_parsed() -> None:
    once = moved(None)
    twice = moved(once)
    assert (once.fetch_url, twice.fetch_url, twice.moved_runs) == ("", "", 2)
    thrice = moved(twice)
    assert (thrice.fetch_url, thrice.moved_runs) == (NEW, 0)
    assert Planner().plan(registry(URL), {URL: thrice}, NOW).requests[0].url == NEW
    assert NEW in thrice.message


def test_unchanged_answers_at_the_target_count_as_runs() -> None:
    before = moved(None)
    for _ in range(2):
        answer = result(FetchStatus.UNCHANGED, http_status=304, final_url=NEW, moved_to=NEW)
        before = Planner().settle(before, answer, None, None, NOW)
    assert before.fetch_url == NEW


def test_another_target_or_a_failure_begins_the_count_anew() -> None:
    twice = moved(moved(None))
    assert moved(twice, "https://other.example/rss").moved_runs == 1
    broken = Planner().settle(twice, result(moved_to=NEW), ParsedFeed(URL, FetchStatus.NOT_A_FEED), None, NOW)
    assert (broken.moved_runs, broken.moved_to) == (0, "")


def test_a_temporary_redirect_is_never_learnt() -> None:
    before: FeedState | None = None
    for _ in range(5):
        before = good(before, final_url=NEW, moved_to="")
    assert before is not None
    assert (before.fetch_url, before.moved_runs) == ("", 0)


def test_when_the_new_address_keeps_failing_the_old_one_is_tried_again() -> None:
    before = moved(moved(moved(None)))
    for _ in range(3):
        answer: FetchResult = result(
            FetchStatus.NOT_FOUND, request=request(URL, at=NEW), http_status=404, body=b""
        )
        before = Planner().settle(before, answer, None, None, NOW)
    assert Planner().plan(registry(URL), {URL: before}, NOW + timedelta(days=1)).requests[0].url == URL
    back = good(replace(before, retry_at=None), request=request(URL, at=URL))
    assert back.fetch_url == ""


# ── rule 10 ────────────────────────────────────────────────────────────────────────────────────────


def test_an_abandoned_feed_is_warned_about_though_it_answers() -> None:
    old = NOW - timedelta(hours=73)
    after = Planner().settle(None, result(), parsed(), clean(0, old), NOW)
    assert after.status.ok
    assert "3 days old" in after.message
    assert after.todo
    fine = Planner().settle(None, result(), parsed(), clean(1, NOW - timedelta(hours=71)), NOW)
    assert fine.message == ""


def test_the_warning_comes_also_when_nothing_has_changed_for_days() -> None:
    before = good(None)
    after = Planner().settle(
        before, result(FetchStatus.UNCHANGED, http_status=304), None, None, NOW + timedelta(days=4)
    )
    assert "4 days old" in after.message


def test_an_empty_feed_is_a_success_with_a_warning() -> None:
    after = Planner().settle(None, result(), parsed(), clean(0, None), NOW)
    assert after.status is FetchStatus.FRESH
    assert "no items" in after.message
