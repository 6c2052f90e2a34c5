"""Subscribers from and to CSV. Pure over lines: nothing is opened here.

Header ``email``, optionally the other `COLUMNS`. Every good row is kept; every other line is reported by its number,
never by its address.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Protocol

from newsletter.domain.audience import Subscriber, SubscriberStatus
from newsletter.errors import AudienceError
from newsletter.mailing import csvcells
from newsletter.mailing.csvcells import Unfit, csv_line, new_public_id, unguarded
from newsletter.mailing.csvrows import BrokenLine, Record, decoded, is_garbled, records

COLUMNS = (
    *("email", "name", "status", "timezone", "deliver_at", "consent_source", "consent_at"),
    *("consent_text", "confirmed_at", "paused_until"),
)
_DELIMITERS = (",", ";", "\t")


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
    yield csv_line(COLUMNS)
    for row in rows:
        values = {name: getattr(row, name) for name in COLUMNS}
        yield csv_line(csvcells.written(value) for value in values.values())


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
            raise Unfit("more cells than the header has columns; quote a cell that holds the separator")
        subscriber = _subscriber(_used(columns, record.cells), now, rules)
    except Unfit as unfit:
        return RejectedRow(record.line, str(unfit))
    earlier = seen(subscriber.address_key, record.line)
    if earlier != record.line:
        return RejectedRow(record.line, f"the same address as on line {earlier}")
    if rules.barred(subscriber.address_key):
        return RejectedRow(record.line, "that person asked to be erased; only they can come back")
    return subscriber


def _subscriber(raw: Mapping[str, str], now: datetime, rules: ImportRules) -> Subscriber:
    if any(is_garbled(cell) for cell in raw.values()):
        raise Unfit("not UTF-8; save the file as CSV in UTF-8")
    row = {name: unguarded(cell.strip()) for name, cell in raw.items()}
    email, key = csvcells.address(row.get("email", ""))
    status = csvcells.status(row.get("status", ""), rules.as_pending)
    source = row.get("consent_source", "") or rules.consent_source
    given_at = csvcells.past_moment("consent_at", row.get("consent_at", ""), now) or rules.consent_at
    if status is SubscriberStatus.ACTIVE and not source:
        source, given_at = f"operator import {now:%Y-%m-%d}", given_at or now
    return Subscriber(
        public_id=new_public_id(),
        email=email,
        address_key=key,
        name=csvcells.person_name(row.get("name", "")),
        status=status,
        timezone=csvcells.timezone(row.get("timezone", "")),
        deliver_at=csvcells.deliver_at(row.get("deliver_at", "")),
        consent_source=source,
        consent_at=given_at,
        created_at=now,
        consent_text=csvcells.consent_text(row.get("consent_text", "")),
        confirmed_at=csvcells.past_moment("confirmed_at", row.get("confirmed_at", ""), now),
        paused_until=csvcells.moment("paused_until", row.get("paused_until", "")),
    )


def _swallowed(record: Record, columns: tuple[str, ...], delimiter: str) -> Iterator[RejectedRow]:
    """Lines inside a quoted cell that look like rows: perhaps a note, perhaps a slip; a person has to look."""
    for number, text in enumerate(record.continued, start=record.line + 1):
        try:
            csvcells.address(
                _used(columns, tuple(text.replace('"', "").split(delimiter))).get("email", "").strip()
            )
        except Unfit:
            continue
        yield RejectedRow(
            number, f"stands inside the quotation marks opened on line {record.line}; check them"
        )
