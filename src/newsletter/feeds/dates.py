"""When an entry was published. feedparser's own reading is the last resort: it takes CET for UTC, "1:00 pm EST"
for one in the morning, and gives up on RFC 822 dates without a zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser
from dateutil import tz as dateutil_tz

EARLY = timedelta(minutes=10)
"""Clocks differ: an item dated this much ahead of the run is still of now."""
EARLIEST = 1990
"""Years before this are a content system's empty date (0001, 1970), not a date."""

_HOURS: dict[str, float] = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2,
    "SAST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IDT": 3, "PKT": 5, "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5,
    "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
"""Names that follow daylight saving; everything else in `_HOURS` says itself which half of the year it means."""

_MONTHS = {"janfebmaraprmayjunjulaugsepoctnovdec"[at : at + 3]: at // 3 + 1 for at in range(0, 36, 3)}
_RFC822 = re.compile(
    r"^(?:[a-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}\.?[\s-]+(\d{4}|\d{2}),?\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(.{0,40})$",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"^(\d{4})-(\d{2})-(\d{2})(?:[t\s]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(.{0,40}))?$",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"^(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})?\b")
_HALF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_LONGEST = 80


def read_date(raw: str, parsed: tuple[int, int, int, int, int, int] | None) -> datetime | None:
    """The moment a raw date text means, in UTC, or None when it means none. Never raises.

    A date without a zone is taken as UTC. ``parsed`` is feedparser's reading, used where ours fails.
    """
    raw = " ".join(raw[:_LONGEST].split())
    for read in (_iso, _rfc822, _free):
        try:
            moment = read(raw)
        except (ValueError, TypeError, ArithmeticError, AttributeError, LookupError):
            continue
        if moment is not None:
            return _sane(moment)
    try:
        return _sane(datetime(*parsed, tzinfo=UTC)) if parsed else None
    except (ValueError, TypeError, OverflowError):
        return None


def _sane(moment: datetime) -> datetime | None:
    try:
        moment = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None
    return moment if EARLIEST <= moment.year < 9999 else None


def _iso(raw: str) -> datetime | None:
    match = _ISO.match(raw)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    if _HALF_DAY.search(raw):
        return None
    return _moment((year, month, day, hour or "0", minute or "0", second or "0"), zone or "")


def _rfc822(raw: str) -> datetime | None:
    match = _RFC822.match(raw)
    if match is None or _HALF_DAY.search(raw):
        return None
    day, month, year, hour, minute, second, zone = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    full = year if len(year) == 4 else str(int(year) + (2000 if int(year) < 70 else 1900))
    return _moment((full, str(number), day, hour, minute, second or "0"), zone)


def _moment(parts: tuple[str, str, str, str, str, str], zone: str) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) for part in parts)
    where = zone_of(zone)
    if where is None:
        return None
    # 24:00 and a leap second both occur; they are the next moment.
    day_start = datetime(year, month, day, tzinfo=where)
    if hour > 24 or minute > 59 or second > 60:
        return None
    naive = day_start.replace(tzinfo=None) + timedelta(hours=hour, minutes=minute, seconds=second)
    return naive.replace(tzinfo=where)


def zone_of(text: str) -> tzinfo | None:
    """The zone a date's tail names ("+02:00", "CET", "ET", "EST (New York)"); UTC for none; None if unknown."""
    text = text.strip().upper()
    if not text:
        return UTC
    offset = _OFFSET.match(text)
    if offset:
        sign, hours, minutes = offset.groups()
        return _fixed((-1 if sign == "-" else 1) * (int(hours) + int(minutes or 0) / 60))
    name = re.split(r"[^A-Z]", text, maxsplit=1)[0]
    if name in _REGIONS:
        return ZoneInfo(_REGIONS[name])
    return _fixed(_HOURS[name]) if name in _HOURS else None


def _fixed(hours: float) -> tzinfo | None:
    return timezone(timedelta(hours=hours)) if abs(hours) <= 14 else None


def _free(raw: str) -> datetime | None:
    """Anything else ("August 14, 2026 1:00 pm EST"), if it names a year, a month and a day."""
    if not re.search(r"\d{4}", raw) or len(raw) < 8:
        return None
    found = [
        dateutil_parser.parse(raw, default=default, tzinfos=_dateutil_zone)
        for default in (datetime(2000, 1, 1), datetime(2004, 2, 3))  # noqa: DTZ001 - only to see gaps
    ]
    # A part the text does not give is filled from the default: two defaults tell.
    if found[0] != found[1]:
        return None
    return found[0] if found[0].tzinfo else found[0].replace(tzinfo=UTC)


def _dateutil_zone(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None and not name:
        return dateutil_tz.tzoffset(None, offset)
    return zone_of(name or "")
