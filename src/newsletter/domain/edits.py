"""An editor's changes to one date's issue, as values: who changed what, when; and how they stand in JSON.

A change names a story by one of its articles, not by a name or a place that a later build might give to another:
the story that holds this article *is* the story, whatever joined or left it since. A sentence is named by the spans
it was taken from. So a rebuild applies the same changes again, and says which of them found nothing to change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from newsletter.domain.leaning import Side
from newsletter.domain.words import Evidence, Place


class Section(StrEnum):
    """Where in the line-up a story stands."""

    MAIN = "main"
    BRIEF = "brief"
    OUT = "out"
    """Told nowhere: it waits with the others."""


@dataclass(frozen=True, slots=True)
class Put:
    """The story takes that place in that section, and keeps it; ``index`` from 0, beyond the end is the end."""

    story: str
    section: Section
    index: int = 0


@dataclass(frozen=True, slots=True)
class Swap:
    """Two stories take each other's places."""

    story: str
    other: str


@dataclass(frozen=True, slots=True)
class Merge:
    """The other story's articles are this story's."""

    story: str
    other: str


@dataclass(frozen=True, slots=True)
class Split:
    """Those articles of the story are a story of their own."""

    story: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One article goes to that story."""

    article: str
    story: str


@dataclass(frozen=True, slots=True)
class Reword:
    """A sentence of the story reads otherwise; empty ``text``: it is gone.

    ``said`` is what it read, and ``evidence`` what it rested on, when the editor changed it. Without both the change
    adds a sentence to that place.
    """

    story: str
    place: Place
    text: str
    said: str = ""
    evidence: tuple[Evidence, ...] = ()
    side: Side | None = None
    """Whose column, for points and what only one side tells."""


Change: TypeAlias = Put | Swap | Merge | Split | Move | Reword
_KINDS: Mapping[str, type[Change]] = {
    "put": Put,
    "swap": Swap,
    "merge": Merge,
    "split": Split,
    "move": Move,
    "reword": Reword,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of the record. What was undone stays in it, and changes nothing."""

    id: int
    date: date
    """The issue's."""
    by: str
    at: datetime
    change: Change
    undone_by: str = ""
    undone_at: datetime | None = None

    @property
    def stands(self) -> bool:
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class Applied:
    """A change as an issue records it. ``missed``: why it found nothing to change; empty when it did."""

    by: str
    at: str
    """UTC, ISO 8601."""
    what: str
    missed: str = ""


def standing(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Those that count, in the order they were made."""
    return tuple(sorted((edit for edit in edits if edit.stands), key=lambda edit: edit.id))


def to_json(change: Change) -> dict[str, Any]:
    """The change as JSON's own values, under its kind."""
    kind = next(name for name, its_type in _KINDS.items() if isinstance(change, its_type))
    return {"kind": kind, **dataclasses.asdict(change)}


def from_json(given: Mapping[str, Any]) -> Change:
    """The change back. Raises `ValueError`, in words for whoever sent it, for anything that is none."""
    values = dict(given)
    kind = _KINDS.get(str(values.pop("kind", "")))
    if kind is None:
        raise ValueError(f"There is no such change; there are {', '.join(_KINDS)}.")
    known = {field.name for field in dataclasses.fields(kind)}
    if set(values) - known:
        raise ValueError(f"A change of that kind has no {', '.join(sorted(set(values) - known))}.")
    try:
        return kind(**{name: _value(name, value) for name, value in values.items()})
    except (TypeError, KeyError) as problem:
        raise ValueError(f"The change is not whole: {problem}.") from None


def _value(name: str, value: Any) -> Any:
    match name:
        case "section":
            return Section(value)
        case "place":
            return Place(value)
        case "side":
            return Side(value) if value else None
        case "articles":
            return tuple(_text(one) for one in value)
        case "evidence":
            return tuple(_evidence(one) for one in value)
        case "index":
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError("A place in the line-up is a number from 0.")
            return value
        case _:
            return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Names and texts are strings.")
    return value


def _evidence(one: Mapping[str, Any]) -> Evidence:
    start, end = one["start"], one["end"]
    if one["field"] not in ("text", "title") or not isinstance(start, int) or not isinstance(end, int):
        raise ValueError("A span is an article, a field (text or title), a start and an end.")
    return Evidence(_text(one["article"]), one["field"], start, end)
