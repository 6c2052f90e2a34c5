"""Which date and cut-off a run means, over zones and daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.pipeline.backfill import DateState, dates_between, plan
from newsletter.pipeline.days import Calendar, parse_date, parse_time

NEW_YORK = Calendar(ZoneInfo("America/New_York"), time(5), timedelta(hours=6))
NOW = datetime(2026, 8, 14, 23, 0, tzinfo=UTC)


def test_today_is_made_as_of_now() -> None:
    assert NEW_YORK.resolve(None, None, NOW) == (date(2026, 8, 14), NOW)


def test_a_past_date_is_made_as_of_its_own_morning() -> None:
    assert NEW_YORK.resolve(date(2026, 8, 12), None, NOW) == (
        date(2026, 8, 12),
        datetime(2026, 8, 12, 9, tzinfo=UTC),
    )


def test_a_date_in_the_issues_zone_begins_later_than_in_utc() -> None:
    night = datetime(2026, 8, 15, 2, 0, tzinfo=UTC)
    assert NEW_YORK.resolve(None, night, NOW + timedelta(days=2))[0] == date(2026, 8, 14)


def test_a_date_that_has_not_begun_is_refused() -> None:
    with pytest.raises(UsageError, match="not begun"):
        NEW_YORK.resolve(date(2026, 8, 15), NOW, NOW)


@pytest.mark.parametrize(
    ("day", "utc_hour"), [(date(2026, 3, 7), 10), (date(2026, 3, 8), 9), (date(2026, 11, 1), 10)]
)
def test_the_cut_off_keeps_wall_time_over_daylight_saving(day: date, utc_hour: int) -> None:
    assert NEW_YORK.cut_off(day).hour == utc_hour
    assert NEW_YORK.stale_at(day) - NEW_YORK.cut_off(day) == timedelta(hours=6)


@pytest.mark.parametrize("text", ["2026-08-14", "2026-08-14T23:00", "yesterday", ""])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_time(text)


def test_times_with_any_zone_are_read() -> None:
    assert parse_time("2026-08-14T19:00-04:00") == parse_time("2026-08-14T23:00Z") == NOW
    assert parse_date("2026-08-14") == date(2026, 8, 14)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_a_range_holds_each_date_once_in_the_order_asked(start: date, days: int) -> None:
    end, today = start + timedelta(days=days), date(2040, 1, 1)
    found = dates_between(start, end, "oldest", today)
    assert len(found) == days + 1
    assert list(found) == sorted(set(found))
    assert dates_between(start, end, "newest", today) == found[::-1]


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 8, 2), date(2026, 8, 1)), (date(2026, 8, 1), date(2026, 9, 1))]
)
def test_a_range_that_makes_no_sense_is_refused(start: date, end: date) -> None:
    with pytest.raises(UsageError):
        dates_between(start, end, "oldest", date(2026, 8, 14))


def test_a_decade_at_once_is_too_much() -> None:
    with pytest.raises(UsageError, match="too many"):
        dates_between(date(2010, 1, 1), date(2026, 1, 1), "oldest", date(2026, 8, 14))


MISSING, BUILT = DateState(False, False, False), DateState(True, False, False)
FROZEN, FAILED = DateState(True, True, False), DateState(False, False, True)


@pytest.mark.parametrize(
    ("policy", "state", "done"),
    [("missing", MISSING, True), ("missing", BUILT, False), ("missing", FAILED, True), ("missing", FROZEN, False),
     ("failed", MISSING, False), ("failed", FAILED, True), ("all", BUILT, True), ("all", MISSING, True),
     ("all", FROZEN, False)],
)  # fmt: skip
def test_the_policy_decides_and_a_frozen_issue_is_never_touched(
    policy: str, state: DateState, done: bool
) -> None:
    (entry,) = plan([date(2026, 8, 1)], lambda _: state, policy)
    assert (entry.state == "planned") is done
    assert entry.reason
