"""Subscribers from and to CSV. Pure over lines: nothing is opened here.

Header ``email``, optionally ``name, status, timezone, deliver_at, consent_source, consent_at``. Every good row is
kept; every other line is reported by its number, never by its address.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import chain
from typing import Protocol

from newsletter.domain.audience import Subscriber, SubscriberStatus, parse_address
from newsletter.errors import AudienceError, InvalidAddress
from newsletter.mailing.csvrows import BrokenLine, Record, decoded, is_garbled, records
from newsletter.mailing.letter import one_line

COLUMNS = ("email", "name", "status", "timezone", "deliver_at", "consent_source", "consent_at")
_DELIMITERS = (",", ";", "\t")
_NAME_LIMIT = 200
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Each byte to a letter: 256 is a multiple of 32, so each is as likely as the others."""
_CLOCK_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A line that did not become a subscriber, and why; never an address."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about the file that cost no row."""

    line: int
    text: str


class _Unfit(Exception):
    """Why a row cannot be used."""


class FirstLines(Protocol):
    """On which line of the file an address stood first."""

    def __call__(self, address_key: str, line: int, /) -> int:
        """The line on which the address was seen first: an earlier one, or this one."""
        ...


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What holds for all rows of a file."""

    as_pending: bool = False
    """Rows without a status come in as pending."""
    consent_source: str = ""
    """Where consent came from, for rows that do not say."""
    consent_at: datetime | None = None
    barred: Callable[[str], bool] = lambda _: False
    """Whether an address key must not come in by an import: the person asked to be erased."""


def read_subscribers(
    lines: Iterable[str | bytes],
    now: datetime,
    rules: ImportRules | None = None,
    first_lines: FirstLines | None = None,
) -> Iterator[Subscriber | RejectedRow | Remark]:
    """Subscribers, rejected lines and remarks, in file order; streams. Memory is flat but for ``first_lines``,
    which by default keeps every address's key (see `newsletter.mailing.csvseen` for files of any length).

    ``lines`` is a file opened as bytes (best: then one bad byte costs one row) or text. A row without status
    is active with consent "operator import DATE", unless ``rules`` say otherwise. Raises `AudienceError` when
    the first line is no header with a column ``email``.
    """
    texts = decoded(lines)
    header = next(texts, "")
    delimiter, columns = _header(header)
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        yield Remark(1, f"columns that are not used: {', '.join(unknown)}")
    known: dict[str, int] = {}
    rules, seen = rules or ImportRules(), first_lines or known.setdefault

    def spans_well(cells: tuple[str, ...]) -> bool:
        return all("\n" not in value for value in _used(columns, cells).values())

    for item in records(chain([""], texts), delimiter, spans_well):
        if isinstance(item, BrokenLine):
            yield RejectedRow(item.line, item.reason)
            continue
        yield _row(item, columns, seen, now, rules)
        yield from _swallowed(item, columns, delimiter)


def write_subscribers(rows: Iterable[Subscriber]) -> Iterator[str]:
    """CSV lines with a header. A cell that a spreadsheet would run as a formula gets an apostrophe in front,
    which `read_subscribers` takes off again."""
    yield _line(COLUMNS)
    for row in rows:
        consent_at = row.consent_at.astimezone(UTC).isoformat() if row.consent_at else ""
        values = (row.email, row.name, row.status.value, row.timezone, row.deliver_at, row.consent_source)
        yield _line((*(_guarded(value) for value in values), consent_at))


def new_public_id() -> str:
    """130 random bits as 26 lower-case letters and digits of base32."""
    return secrets.token_bytes(26).translate(_BASE32).decode("ascii")


# ── the header ─────────────────────────────────────────────────────────────────────────────────────────


def _header(line: str) -> tuple[str, tuple[str, ...]]:
    for delimiter in _DELIMITERS:
        columns = _column_names(line, delimiter)
        if "email" in columns:
            used = [name for name in columns if name in COLUMNS]
            if len(used) > len(set(used)):
                raise AudienceError("A column stands in the file twice.", todo="Leave one of them out.")
            return delimiter, columns
    raise AudienceError(
        "The first line of the file does not name a column `email`.",
        todo=f"Begin the file with a line such as: {','.join(COLUMNS[:3])}"
        + (" (and save it as UTF-8)." if "\x00" in line or is_garbled(line) else "."),
    )


def _column_names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(cell.strip().lower() for cell in cells)


def _used(columns: tuple[str, ...], cells: tuple[str, ...]) -> Mapping[str, str]:
    return {name: cell for name, cell in zip(columns, cells, strict=False) if name in COLUMNS}


# ── a row ──────────────────────────────────────────────────────────────────────────────────────────────


def _row(
    record: Record, columns: tuple[str, ...], seen: FirstLines, now: datetime, rules: ImportRules
) -> Subscriber | RejectedRow:
    try:
        if any(cell.strip() for cell in record.cells[len(columns) :]):
            raise _Unfit("more cells than the header has columns; quote a cell that holds the separator")
        subscriber = _subscriber(_used(columns, record.cells), now, rules)
    except _Unfit as unfit:
        return RejectedRow(record.line, str(unfit))
    earlier = seen(subscriber.address_key, record.line)
    if earlier != record.line:
        return RejectedRow(record.line, f"the same address as on line {earlier}")
    if rules.barred(subscriber.address_key):
        return RejectedRow(record.line, "that person asked to be erased; only they can come back")
    return subscriber


def _subscriber(raw: Mapping[str, str], now: datetime, rules: ImportRules) -> Subscriber:
    if any(is_garbled(cell) for cell in raw.values()):
        raise _Unfit("not UTF-8; save the file as CSV in UTF-8")
    row = {name: _unguarded(cell.strip()) for name, cell in raw.items()}
    email, key = _address(row.get("email", ""))
    status = _status(row.get("status", ""), rules.as_pending)
    source = row.get("consent_source", "") or rules.consent_source
    given_at = _moment(row.get("consent_at", ""), now) or rules.consent_at
    if status is SubscriberStatus.ACTIVE and not source:
        source, given_at = f"operator import {now:%Y-%m-%d}", given_at or now
    return Subscriber(
        public_id=new_public_id(),
        email=email,
        address_key=key,
        name=_name(row.get("name", "")),
        status=status,
        timezone=_timezone(row.get("timezone", "")),
        deliver_at=_deliver_at(row.get("deliver_at", "")),
        consent_source=source,
        consent_at=given_at,
        created_at=now,
    )


def _swallowed(record: Record, columns: tuple[str, ...], delimiter: str) -> Iterator[RejectedRow]:
    """Lines inside a quoted cell that look like rows: perhaps a note, perhaps a slip; a person has to look."""
    for number, text in enumerate(record.continued, start=record.line + 1):
        try:
            _address(_used(columns, tuple(text.replace('"', "").split(delimiter))).get("email", "").strip())
        except _Unfit:
            continue
        yield RejectedRow(
            number, f"stands inside the quotation marks opened on line {record.line}; check them"
        )


def _address(text: str) -> tuple[str, str]:
    if not text:
        raise _Unfit("no address")
    try:
        email, key = parse_address(text)
    except InvalidAddress as bad:
        raise _Unfit(bad.message.rstrip(".").lower()) from None
    return email, key


def _name(text: str) -> str:
    return one_line(text)[:_NAME_LIMIT].rstrip()


def _status(text: str, as_pending: bool) -> SubscriberStatus:
    if not text:
        return SubscriberStatus.PENDING if as_pending else SubscriberStatus.ACTIVE
    if text.lower() in (SubscriberStatus.PENDING, SubscriberStatus.ACTIVE):
        return SubscriberStatus(text.lower())
    raise _Unfit("the status may be pending or active; others are not imported")


def _timezone(text: str) -> str:
    if text and text not in _zones():
        raise _Unfit("no such time zone; write it like America/New_York")
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache(2048)
def _deliver_at(text: str) -> str:
    if not text:
        return ""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", text, re.ASCII)
    if match is None:
        raise _Unfit("deliver_at has to be a time of day like 06:30")
    return f"{time(int(match[1]), int(match[2])):%H:%M}"


def parse_moment(text: str, now: datetime) -> datetime | None:
    """A date or time of consent, UTC where no zone is given. Raises `AudienceError`."""
    try:
        return _moment(text, now)
    except _Unfit as unfit:
        raise AudienceError(f"{str(unfit)[0].upper()}{str(unfit)[1:]}.") from None


def _moment(text: str, now: datetime) -> datetime | None:
    """A date or a time, UTC where no zone is given."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
        moment = (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unfit("consent_at has to be a date or time like 2026-01-31T09:00:00Z") from None
    if moment > now + _CLOCK_SLACK:
        raise _Unfit("consent_at lies in the future")
    return moment


# ── cells ──────────────────────────────────────────────────────────────────────────────────────────────


def _guarded(cell: str) -> str:
    text = one_line(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _unguarded(cell: str) -> str:
    return cell.removeprefix("'") if _FORMULA.match(cell) else cell


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
