"""The sample newsroom's files as values: which feeds it serves, and every item with its gold labels."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from newsletter.errors import SampleError

Format = Literal["rss2", "atom", "rdf"]
Behaviour = Literal["ok", "malformed", "error500", "moved"]
GuidStyle = Literal["permalink", "opaque", "link"]
Dates = Literal["offset", "gmt", "named", "none"]
Kind = Literal["news", "opinion", "live", "sponsored", "roundup", "service", "correction"]


@dataclass(frozen=True, slots=True)
class SampleFeed:
    """One feed as newsroom.toml describes it; the words are explained at the top of that file."""

    path: str
    domain: str
    format: Format
    title: str
    behaviour: Behaviour = "ok"
    new_path: str = ""
    guid_style: GuidStyle = "permalink"
    tracking: str = ""
    html_summary: bool = False
    cdata: bool = False
    encoding: str = "utf-8"
    dates: Dates = "offset"
    validators: bool = True


@dataclass(frozen=True, slots=True)
class SampleItem:
    """One piece by one outlet. ``kind`` and ``story`` are gold labels, never served."""

    outlet: str
    at: datetime
    kind: Kind
    story: str
    title: str
    path: str
    summary: str = ""
    author: str = ""
    category: tuple[str, ...] = ()


def read_feeds(file: Path) -> tuple[SampleFeed, ...]:
    """The feeds of newsroom.toml, in the file's order. Raises ``SampleError``."""
    return tuple(_feed(row, f"{file.name}, feed {n}") for n, row in _rows(file, "feed"))


def read_items(file: Path) -> tuple[SampleItem, ...]:
    """The items of one days/*.toml, in the file's order. Raises ``SampleError``."""
    return tuple(_item(row, f"{file.name}, item {n}") for n, row in _rows(file, "item"))


def read_domains(file: Path) -> frozenset[str]:
    """The domains of outlets.toml. Raises ``SampleError``."""
    return frozenset(_text(row, "domain", f"{file.name}, outlet {n}") for n, row in _rows(file, "outlet"))


def _rows(file: Path, table: str) -> list[tuple[int, Mapping[str, object]]]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get(table, [])
    except OSError as error:
        raise SampleError(f"{file.name} of the sample newsroom cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SampleError(f"{file.name} is not valid TOML: {error}.") from error
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise SampleError(f"{file.name} has no [[{table}]] tables.")
    return list(enumerate(rows, start=1))


def _feed(row: Mapping[str, object], where: str) -> SampleFeed:
    _only(row, SampleFeed.__slots__, where)
    feed = SampleFeed(
        path=_text(row, "path", where),
        domain=_text(row, "domain", where),
        format=_one_of(row, "format", "", get_args(Format), where),
        title=_text(row, "title", where),
        behaviour=_one_of(row, "behaviour", "ok", get_args(Behaviour), where),
        new_path=_text(row, "new_path", where, ""),
        guid_style=_one_of(row, "guid_style", "permalink", get_args(GuidStyle), where),
        tracking=_text(row, "tracking", where, ""),
        html_summary=_flag(row, "html_summary", where, default=False),
        cdata=_flag(row, "cdata", where, default=False),
        encoding=_text(row, "encoding", where, "utf-8"),
        dates=_one_of(row, "dates", "offset", get_args(Dates), where),
        validators=_flag(row, "validators", where, default=True),
    )
    if (feed.behaviour == "moved") != bool(feed.new_path):
        raise SampleError(f'{where}: new_path goes with behaviour = "moved", and only with it.')
    return feed


def _item(row: Mapping[str, object], where: str) -> SampleItem:
    _only(row, SampleItem.__slots__, where)
    at, category = row.get("at"), row.get("category", [])
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise SampleError(f"{where}: at must be a date and time with an offset.")
    if not isinstance(category, list) or not all(isinstance(word, str) for word in category):
        raise SampleError(f"{where}: category must be a list of words.")
    return SampleItem(
        outlet=_text(row, "outlet", where),
        at=at,
        kind=_one_of(row, "kind", "", get_args(Kind), where),
        story=_text(row, "story", where),
        title=_text(row, "title", where),
        path=_text(row, "path", where),
        summary=_text(row, "summary", where, ""),
        author=_text(row, "author", where, ""),
        category=tuple(category),
    )


def _only(row: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    if unknown := sorted(set(row) - set(known)):
        raise SampleError(f"{where}: {', '.join(unknown)} is not a known key.")


def _text(row: Mapping[str, object], key: str, where: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise SampleError(f"{where}: {key} must be a text.")
    return value


def _flag(row: Mapping[str, object], key: str, where: str, *, default: bool) -> bool:
    value = row.get(key, default)
    if not isinstance(value, bool):
        raise SampleError(f"{where}: {key} must be true or false.")
    return value


def _one_of(row: Mapping[str, object], key: str, default: str, words: tuple[Any, ...], where: str) -> Any:
    # Any: get_args forgets the Literal it read, and the caller's field states it again.
    value = row.get(key, default)
    if value in words:
        return value
    raise SampleError(f"{where}: {key} must be one of {', '.join(words)}.")
