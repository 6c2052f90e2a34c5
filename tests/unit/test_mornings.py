"""Everybody's own morning: due times over zones, wishes and the two nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.mornings import LATEST, SOONEST, Mornings, due_time, wall_time, zone_of

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Pacific/Auckland",
    "Pacific/Apia",
]
ZONES += ["America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati", "Etc/GMT+12", "Africa/Casablanca"]
moments = st.integers(1_735_689_600_000, 1_893_456_000_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)
clock_times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("ready", "deliver_at", "zone", "due"),
    [
        # 05:01 in New York: the newsletter's own morning, and mornings east and west of it
        ("2026-08-14T05:01-04:00", "06:30", "America/New_York", "2026-08-14T06:30-04:00"),
        ("2026-08-14T05:01-04:00", "06:30", "America/Los_Angeles", "2026-08-14T06:30-07:00"),
        ("2026-08-14T05:01-04:00", "06:30", "Europe/London", "2026-08-15T06:30+01:00"),
        ("2026-08-14T05:01-04:00", "06:30", "Asia/Tokyo", "2026-08-15T06:30+09:00"),
        ("2026-08-14T05:01-04:00", "04:30", "America/New_York", "2026-08-15T04:30-04:00"),
        # into the first quarter of an hour: minutes late, not a day
        ("2026-08-14T06:15-04:00", "06:30", "America/New_York", "2026-08-14T06:30-04:00"),
        ("2026-08-14T06:16-04:00", "06:30", "America/New_York", "2026-08-14T06:31-04:00"),
        ("2026-08-14T06:30-04:00", "06:30", "America/New_York", "2026-08-15T06:30-04:00"),
        # spring, 8 March 2026: 02:30 does not exist; it moves on
        ("2026-03-08T00:30-05:00", "02:30", "America/New_York", "2026-03-08T03:30-04:00"),
        ("2026-03-08T00:30-05:00", "06:30", "America/New_York", "2026-03-08T06:30-04:00"),
        # … and a day of 23 hours lets the day after tomorrow's time in
        ("2026-03-07T23:50-05:00", "00:00", "America/New_York", "2026-03-09T00:00-04:00"),
        # autumn, 1 November 2026: 01:30 comes twice, the first counts
        ("2026-11-01T00:30-04:00", "01:30", "America/New_York", "2026-11-01T01:30-04:00"),
        ("2026-11-01T01:20-04:00", "01:30", "America/New_York", "2026-11-01T01:35-04:00"),
        # … and its 25 hours put the next 06:30 out of reach
        ("2026-10-31T06:31-04:00", "06:30", "America/New_York", "2026-10-31T06:46-04:00"),
    ],
)
def test_the_next_such_morning(ready: str, deliver_at: str, zone: str, due: str) -> None:
    found = due_time(at(ready), time.fromisoformat(deliver_at), ZoneInfo(zone))
    assert found == at(due)


@given(moments, clock_times, st.sampled_from(ZONES))
def test_always_within_the_window_in_whole_seconds_and_at_the_wall_time_or_a_quarter_of_an_hour_on(
    ready: datetime, deliver_at: time, name: str
) -> None:
    zone = ZoneInfo(name)
    due = due_time(ready, deliver_at, zone)
    assert SOONEST <= due - ready <= LATEST
    assert (due.microsecond, due.utcoffset()) == (0, timedelta(0))
    local = due.astimezone(zone)
    gap = local.replace(tzinfo=None) - datetime.combine(local.date(), deliver_at)
    moved = (
        0 < gap / timedelta(hours=1) <= 1 and local.utcoffset() != (local - timedelta(hours=3)).utcoffset()
    )
    assert not gap or moved or due - ready - SOONEST < timedelta(seconds=1)


@given(moments, clock_times, st.sampled_from(ZONES), st.integers(1, 48 * 60))
def test_a_later_issue_is_never_due_before_an_earlier_one_for_the_same_wish(
    ready: datetime, deliver_at: time, name: str, minutes: int
) -> None:
    zone = ZoneInfo(name)
    first = due_time(ready, deliver_at, zone)
    later = due_time(ready + timedelta(minutes=minutes), deliver_at, zone)
    assert later >= first


def test_a_subscriber_without_wishes_has_the_newsletters_morning() -> None:
    mornings = Mornings(at("2026-08-14T09:01Z"), NEW_YORK, time(6, 30))
    own = at("2026-08-14T06:30-04:00")
    assert mornings("", "") == mornings("Nowhere/Atlantis", "half past six") == own
    assert mornings("", "08:00") == at("2026-08-14T08:00-04:00")
    assert mornings("America/Chicago", "") == at("2026-08-14T06:30-05:00")


def test_at_once_is_when_the_issue_is_ready() -> None:
    ready = at("2026-08-14T09:01Z")
    assert Mornings(ready, NEW_YORK, time(6, 30), at_once=True)("Asia/Tokyo", "07:00") == ready


@pytest.mark.parametrize(
    "text", ["", "Nowhere/Atlantis", "../etc/passwd", "America", "/etc/localtime", "a\0b"]
)
def test_names_that_are_no_zone(text: str) -> None:
    assert zone_of(text) is None


def test_times_of_day() -> None:
    assert wall_time("06:30") == time(6, 30)
    assert [wall_time(text) for text in ("", "25:00", "soon")] == [None] * 3
