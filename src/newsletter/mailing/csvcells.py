"""The cells of a list's CSV: what each may hold, and how it is written. Pure."""

from __future__ import annotations

import csv
import io
import re
import secrets
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache

from newsletter.domain.audience import SubscriberStatus, parse_address
from newsletter.errors import AudienceError, InvalidAddress
from newsletter.mailing.letter import one_line

_NAME_LIMIT = 200
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Each byte to a letter: 256 is a multiple of 32, so each is as likely as the others."""
_CLOCK_SLACK = timedelta(days=1)


class Unfit(Exception):
    """Why a row cannot be used."""


def new_public_id() -> str:
    """130 random bits as 26 lower-case letters and digits of base32."""
    return secrets.token_bytes(26).translate(_BASE32).decode("ascii")


def address(text: str) -> tuple[str, str]:
    if not text:
        raise Unfit("no address")
    try:
        email, key = parse_address(text)
    except InvalidAddress as bad:
        raise Unfit(bad.message.rstrip(".").lower()) from None
    return email, key


def person_name(text: str) -> str:
    return one_line(text)[:_NAME_LIMIT].rstrip()


def status(text: str, as_pending: bool) -> SubscriberStatus:
    if not text:
        return SubscriberStatus.PENDING if as_pending else SubscriberStatus.ACTIVE
    if text.lower() in (SubscriberStatus.PENDING, SubscriberStatus.ACTIVE):
        return SubscriberStatus(text.lower())
    raise Unfit("the status may be pending or active; others are not imported")


def timezone(text: str) -> str:
    if text and text not in _zones():
        raise Unfit("no such time zone; write it like America/New_York")
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache(2048)
def deliver_at(text: str) -> str:
    if not text:
        return ""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", text, re.ASCII)
    if match is None:
        raise Unfit("deliver_at has to be a time of day like 06:30")
    return f"{time(int(match[1]), int(match[2])):%H:%M}"


def parse_moment(text: str, now: datetime) -> datetime | None:
    """A date or time of consent, UTC where no zone is given. Raises `AudienceError`."""
    try:
        return past_moment("consent_at", text, now)
    except Unfit as unfit:
        raise AudienceError(f"{str(unfit)[0].upper()}{str(unfit)[1:]}.") from None


def moment(name: str, text: str) -> datetime | None:
    """A date or a time, UTC where no zone is given."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(f"{name} has to be a date or time like 2026-01-31T09:00:00Z") from None


def past_moment(name: str, text: str, now: datetime) -> datetime | None:
    """A `moment` that is over."""
    found = moment(name, text)
    if found is not None and found > now + _CLOCK_SLACK:
        raise Unfit(f"{name} lies in the future")
    return found


def consent_text(text: str) -> str:
    """The name of the words that somebody agreed to, as the export writes it."""
    if text and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise Unfit("consent_text has to be the short name of a text, as the export writes it")
    return text


def written(value: object) -> str:
    """A cell of the export: times in UTC, texts so that no spreadsheet runs them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else guarded(str(value))


def guarded(cell: str) -> str:
    text = one_line(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    return cell.removeprefix("'") if _FORMULA.match(cell) else cell


def csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
