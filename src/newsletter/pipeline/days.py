"""Dates and cut-offs: which instant an issue of a date is made as of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.errors import UsageError


@dataclass(frozen=True, slots=True)
class Calendar:
    """The issue's time zone and hours."""

    zone: ZoneInfo
    issue_time: time
    stale_after: timedelta
    deliver_at: time = time(6, 30)
    """When a subscriber without a wish of their own gets the mail, on their own clock."""
    approval_deadline: time | None = None
    """Until when an approval is waited for; None: for ever."""

    def date_of(self, moment: datetime) -> date:
        """The date of that instant in the issue's zone."""
        return moment.astimezone(self.zone).date()

    def cut_off(self, day: date) -> datetime:
        """ISSUE_TIME of that date, UTC. In a spring gap the wall time moves on; in autumn the first one counts."""
        return datetime.combine(day, self.issue_time, self.zone).astimezone(UTC)

    def deadline(self, day: date) -> datetime | None:
        """Until when an approval of that date's issue is waited for, UTC."""
        if self.approval_deadline is None:
            return None
        return datetime.combine(day, self.approval_deadline, self.zone).astimezone(UTC)

    def stale_at(self, day: date) -> datetime:
        """From then on the issue of that date does not go out by itself."""
        return self.cut_off(day) + self.stale_after

    def resolve(self, day: date | None, at: datetime | None, now: datetime) -> tuple[date, datetime]:
        """``(date, cut-off)`` of a build.

        No date: the date of ``at`` or of now. No ``at``: now for today, ISSUE_TIME for a past date (later
        news would be looking ahead). Raises `UsageError` for a date that has not begun by then.
        """
        moment = at or now
        day = day or self.date_of(moment)
        if at is None and day < self.date_of(now):
            return day, self.cut_off(day)
        if self.date_of(moment) < day:
            raise UsageError(
                f"The issue of {day} cannot be made as of {moment.isoformat()}: that day has not begun there.",
                todo="Give a later --at, or an earlier date.",
            )
        return day, moment.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """TIME: ISO 8601 with a zone. Raises `UsageError`."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"{text!r} is no time with a zone.", todo="Write it as 2026-08-19T23:30:00Z.")
    _in_our_time(moment.date())
    return moment.astimezone(UTC)


def parse_date(text: str) -> date:
    """DATE: YYYY-MM-DD. Raises `UsageError`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is no date.", todo="Write it as YYYY-MM-DD.") from None
    return _in_our_time(day)


def _in_our_time(day: date) -> date:
    """Near the ends of the calendar, windows and zones would lead outside of it."""
    if not 1900 <= day.year <= 2999:
        raise UsageError(f"{day.isoformat()} is out of range.", todo="Give a year from 1900 to 2999.")
    return day
