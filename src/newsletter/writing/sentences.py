"""Sentences with the exact place in the field they come from.

Offsets are characters, half-open, into the article's own field; ``field[start:end]`` is the sentence with no
white space around it. A line break always ends a sentence, a stop inside a short quotation never does.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from newsletter.writing.lexicon import MAY_END, NEVER_ENDS, OPENERS

_STOP = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s|$)")
_LAST_TOKEN = re.compile(r"\S+$")
_INITIAL = re.compile(r"(?:[A-Z]\.)+$")
_NEXT_WORD = re.compile(r"[^\w]*([\w'’]+)")
_QUOTE = re.compile(r"“[^“”]{1,400}”|\"[^\"\n]{1,400}\"")
_CLOSED = re.compile(r"[.!?…][\"”’'»)\]]*$")
_OPENING = "\"“‘'([«{<*#"
"""What may stand before a sentence's first letter; marks of markup do, too, in feeds that leak it."""


@dataclass(frozen=True, slots=True)
class Span:
    """``[start, end)`` in a field."""

    start: int
    end: int


def is_closed(text: str) -> bool:
    """Whether a text ends with a stop of its own (a closing quote or bracket may follow it)."""
    return bool(_CLOSED.search(text))


def sentences(field: str) -> tuple[Span, ...]:
    """The sentences of a field, in order, disjoint, never empty."""
    spans: list[Span] = []
    for start, end in _lines(field):
        spans.extend(_of_line(field, start, end))
    return tuple(spans)


def stripped(field: str, start: int, end: int) -> Span:
    """The same span without white space at its ends (may become empty)."""
    piece = field[start:end]
    return (
        Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
        if piece.strip()
        else Span(start, start)
    )


def _lines(field: str) -> list[tuple[int, int]]:
    cuts = [0, *(m.end() for m in re.finditer(r"[\r\n\u2028\u2029]+", field)), len(field)]
    return [(a, b) for a, b in itertools.pairwise(cuts) if a < b]


def _of_line(field: str, start: int, end: int) -> list[Span]:
    line = field[start:end]
    quoted = [m.span() for m in _QUOTE.finditer(line)]
    spans, begin = [], 0
    for stop in _STOP.finditer(line):
        if any(a <= stop.start() and stop.end() < b for a, b in quoted) or not _ends_here(line, stop):
            continue
        spans.append(stripped(field, start + begin, start + stop.end()))
        begin = stop.end()
    spans.append(stripped(field, start + begin, end))
    return [span for span in spans if span.start < span.end]


def _ends_here(line: str, stop: re.Match[str]) -> bool:
    """Whether the stop closes a sentence: what stands before and after it decides."""
    rest = line[stop.end() :].lstrip()
    if not rest:
        return True
    first = rest.lstrip(_OPENING)[:1]
    if not (first.isupper() or first.isdigit() or rest[0] in _OPENING):
        return False
    if stop.group()[0] != "." or len(stop.group()) > 1:
        return True
    return not _abbreviated(line[: stop.end()], rest)


def _abbreviated(before: str, rest: str) -> bool:
    token = _LAST_TOKEN.search(before)
    word = token.group().lstrip(_OPENING) if token else ""
    if word.lower() in NEVER_ENDS:
        return True
    following = _NEXT_WORD.match(rest)
    opens = (
        following is not None and following.group(1).lower() in OPENERS and following.group(1)[0].isupper()
    )
    if word.lower() in MAY_END or (len(word) > 2 and _INITIAL.fullmatch(word)):
        return not opens
    return bool(_INITIAL.fullmatch(word)) and word != "I."
