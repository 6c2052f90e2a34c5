"""The coverage bar: how many independent voices of each side, as segments and always in words too. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.domain.brand import Brand
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Coverage
from newsletter.rendering import wording
from newsletter.rendering.telling import SHARES_FROM
from newsletter.web.texts import counted

_GAP = 0.7
"""Per cent of the width between segments: hue is never the only difference."""
_ROOM_FOR_LETTER, _ROOM_FOR_COUNT = 6.0, 13.0


@dataclass(frozen=True, slots=True)
class Segment:
    """``x``, ``width`` and ``middle`` in per cent of the bar; ``mark`` is what fits into it."""

    side: Side
    x: float
    width: float
    middle: float
    mark: str


@dataclass(frozen=True, slots=True)
class Bar:
    segments: tuple[Segment, ...]
    """Empty under five outlets: a bar shows shares, and so few have none (promise 3)."""
    counts: tuple[tuple[Side, str], ...]
    """``(side, "9 left")`` for each side, zeros included; unrated only where there is one."""
    words: str
    """The whole in one sentence, for who does not see the bar."""


def bar_of(coverage: Coverage, brand: Brand) -> Bar:
    """The bar of one story: left to right whatever the day's order of speaking, unrated last."""
    counts = wording.counts(coverage, brand.labels)
    words = f"{counted(coverage.total, 'independent outlet')}: {wording.listed([text for _, text in counts])}"
    return Bar(_segments(coverage, brand) if coverage.total >= SHARES_FROM else (), counts, words)


def _segments(coverage: Coverage, brand: Brand) -> tuple[Segment, ...]:
    heard = [side for side in (*SIDES, Side.UNRATED) if coverage.of(side)]
    letters = wording.letters(brand.labels)
    room = 100 - _GAP * (len(heard) - 1)
    found, x = [], 0.0
    for side in heard:
        width = room * coverage.of(side) / coverage.total
        mark = _mark(letters[side], coverage.of(side), width)
        found.append(Segment(side, round(x, 2), round(width, 2), round(x + width / 2, 2), mark))
        x += width + _GAP
    return tuple(found)


def _mark(letter: str, count: int, width: float) -> str:
    if width < _ROOM_FOR_LETTER:
        return ""
    return f"{letter} {count}" if width >= _ROOM_FOR_COUNT else letter
