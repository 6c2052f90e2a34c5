"""The coverage bar: how many independent voices of each side, as segments and always in words too. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.brand import Brand
from newsletter.domain.leaning import Side
from newsletter.domain.story import Coverage
from newsletter.web.texts import counted

_GAP = 0.7
"""Per cent of the width between segments: hue is never the only difference (look.md)."""
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
    counts: tuple[tuple[Side, str], ...]
    """``(side, "9 left")`` for each side, zeros included; unrated only where there is one."""
    words: str
    """The whole in one sentence, for who does not see the bar."""


def bar_of(coverage: Coverage, brand: Brand, order: Sequence[Side]) -> Bar:
    """The bar of one story, sides in the order of the issue, unrated last."""
    sides = [*order, *([Side.UNRATED] if coverage.unrated else [])]
    counts = tuple((side, f"{coverage.of(side)} {brand.labels[side].lower()}") for side in sides)
    voices = ", ".join(f"{coverage.of(side)} of the {brand.labels[side].lower()}" for side in order)
    rest = f", {coverage.unrated} unrated" if coverage.unrated else ""
    words = f"{counted(coverage.total, 'independent voice')}: {voices}{rest}."
    return Bar(_segments(coverage, brand, sides), counts, words)


def _segments(coverage: Coverage, brand: Brand, sides: Sequence[Side]) -> tuple[Segment, ...]:
    heard = [side for side in sides if coverage.of(side)]
    room = 100 - _GAP * (len(heard) - 1)
    found, x = [], 0.0
    for side in heard:
        width = room * coverage.of(side) / coverage.total
        mark = _mark(brand.labels[side][0].upper(), coverage.of(side), width)
        found.append(Segment(side, round(x, 2), round(width, 2), round(x + width / 2, 2), mark))
        x += width + _GAP
    return tuple(found)


def _mark(letter: str, count: int, width: float) -> str:
    if width < _ROOM_FOR_LETTER:
        return ""
    return f"{letter} {count}" if width >= _ROOM_FOR_COUNT else letter
