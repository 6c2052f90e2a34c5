"""Lines of a CSV file into records, so that no broken quote swallows the good lines after it. Pure.

Python's reader takes an unclosed quote to mean that everything up to the end of the file is one field. Here a
record may span lines only where its quotes really close, soon, and outside of the columns we use; else its
first line is the bad one and the lines after it are read for themselves.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

SPAN_LIMIT = 50
"""Most lines of one record; more is an unclosed quote, not a long note."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it begins on (1-based), its cells, and its further lines if it has any."""

    line: int
    cells: tuple[str, ...]
    continued: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no record; ``reason`` is for people."""

    line: int
    reason: str


def decoded(lines: Iterable[str | bytes]) -> Iterator[str]:
    """The lines as text without their ends; bytes that are not UTF-8 stay recognisable (`is_garbled`).

    A lone carriage return ends a line, too (old spreadsheets). A byte order mark is dropped.
    """
    first = True
    for raw in lines:
        text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
        if first:
            text, first = text.removeprefix("\ufeff"), False
        yield from text.removesuffix("\n").removesuffix("\r").split("\r")


def is_garbled(cell: str) -> bool:
    """Whether the cell held bytes that are not UTF-8, or other half characters."""
    return not cell.isascii() and any("\ud800" <= c <= "\udfff" for c in cell)


def records(
    lines: Iterable[str], delimiter: str, spans_well: Callable[[tuple[str, ...]], bool]
) -> Iterator[Record | BrokenLine]:
    """Every line as a record of its own or as a part of one. ``spans_well`` judges a record of several lines."""
    source = enumerate(lines, start=1)
    waiting: deque[tuple[int, str]] = deque()
    while head := waiting.popleft() if waiting else next(source, None):
        number, text = head
        if not text.strip():
            continue
        cells, used = _read([text], delimiter)
        if used > 1:  # the line ends inside quotation marks
            _fill(waiting, source)
            cells, used = _read([text, *(line for _, line in waiting)], delimiter)
            if used > 1 + len(waiting) or not spans_well(cells):
                yield BrokenLine(number, 'a quotation mark (") is never closed')
                continue
        if not cells:
            yield BrokenLine(number, "cannot be read as CSV")
            continue
        if not any(cell.strip() for cell in cells):  # spreadsheets leave rows of separators
            continue
        continued = tuple(waiting.popleft()[1] for _ in range(used - 1))
        yield Record(number, cells, continued)


def _fill(waiting: deque[tuple[int, str]], source: Iterator[tuple[int, str]]) -> None:
    while len(waiting) < SPAN_LIMIT and (line := next(source, None)) is not None:
        waiting.append(line)


def _read(lines: list[str], delimiter: str) -> tuple[tuple[str, ...], int]:
    """The cells of the first record and how many lines it took: more than there are when it never ended.

    No cells when the reader gives up (a cell of more than 131,072 characters).
    """
    reader = csv.reader([f"{line}\n" for line in lines] + [""], delimiter=delimiter)
    try:
        return tuple(next(reader)), reader.line_num
    except csv.Error:
        return (), 1
