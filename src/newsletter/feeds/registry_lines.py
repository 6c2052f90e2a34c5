"""Where things stand in a TOML file: the line of each table header and key. `tomllib` does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADER = re.compile(r"""^\s*\[\[\s*["']?([\w-]+)["']?\s*\]\]""")
_TABLE = re.compile(r"""^\s*\[\s*["']?([\w-]+)["']?\s*[.\]]""")
_KEY = re.compile(r"""^\s*(?:"([^"\\]+)"|'([^']+)'|([\w-]+))\s*[.=]""")
_TOKEN = re.compile(
    r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]',
)


@dataclass
class Place:
    """One table: the line of its header and, by key, the lines of its entries."""

    line: int
    end: int = 0
    keys: dict[str, int] = field(default_factory=dict)


@dataclass
class Places:
    """Every ``[[outlet]]`` in file order, and the lines of whatever stands outside of them."""

    outlets: list[Place] = field(default_factory=list)
    top: dict[str, int] = field(default_factory=dict)


class _Scanner:
    """Walks the lines, knowing when it is inside a multi-line string, array or inline table."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0

    @property
    def outside(self) -> bool:
        return not self.quote and self.depth == 0

    def feed(self, line: str) -> None:
        position = 0
        while position < len(line):
            if self.quote:
                end = line.find(self.quote, position)
                if end < 0:
                    return
                position, self.quote = end + 3, ""
                continue
            match = _TOKEN.search(line, position)
            if match is None:
                return
            position = match.end()
            self._take(match.group())

    def _take(self, token: str) -> None:
        if token in ('"""', "'''"):
            self.quote = token
        elif token in ("[", "{"):
            self.depth += 1
        elif token in ("]", "}"):
            self.depth = max(0, self.depth - 1)


def find_places(text: str) -> Places:
    """The places of a file that `tomllib` has already accepted."""
    places, scanner, current = Places(), _Scanner(), None
    for number, line in enumerate(text.split("\n"), start=1):
        if scanner.outside:
            current = _note(places, current, line, number)
        if current is not None:
            current.end = number
        scanner.feed(line)
    return places


def _note(places: Places, current: Place | None, line: str, number: int) -> Place | None:
    if header := _HEADER.match(line):
        if header.group(1) != "outlet":
            places.top.setdefault(header.group(1), number)
            return None
        places.outlets.append(Place(number))
        return places.outlets[-1]
    if table := _TABLE.match(line):
        places.top.setdefault(table.group(1), number)
        return current if table.group(1) == "outlet" else None
    if key := _KEY.match(line):
        name = key.group(1) or key.group(2) or key.group(3)
        (current.keys if current is not None else places.top).setdefault(name, number)
    return current


def line_of_text(text: str, wanted: str, place: Place | None, fallback: int) -> int:
    """The line inside one outlet on which a value is written (a feed's URL in a long list)."""
    if place is None:
        return fallback
    lines = text.split("\n")
    for number in range(fallback, place.end + 1):
        if number <= len(lines) and f'"{wanted}"' in lines[number - 1].replace("'", '"'):
            return number
    return fallback
