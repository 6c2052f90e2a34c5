"""Labelled days as files (docs/evaluation.md says how to make them). `UsageError` names file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from newsletter.domain.leaning import SIDES
from newsletter.errors import UsageError
from newsletter.evaluation.lineup import GoldLineUp
from newsletter.evaluation.stories import Label

LABELS, LINE_UP, REFERENCES = "labels.jsonl", "lineup.json", "words.jsonl"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoldDay:
    """What people said of one day; parts that have no file are empty."""

    day: date
    labels: Mapping[str, Label] = field(default_factory=dict)
    articles: tuple[Row, ...] = ()
    """The labels' rows where every one carries its title: then no archive is needed to group them."""
    line_up: GoldLineUp | None = None
    as_of: datetime | None = None
    """The cut-off that the labels were made for; None is that date's ISSUE_TIME."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One story with what people wrote of it."""

    row: Row
    """``{"id", "articles": […]}``, as `newsletter write` takes it."""
    overview: str
    sides: Mapping[str, str]


def gold_days(folder: Path) -> tuple[GoldDay, ...]:
    """The folders of ``folder`` that are named by a date, in order. `UsageError` when there is nothing to score."""
    found = tuple(_day(day, path) for day, path in _dated(folder))
    if not found and not (folder / REFERENCES).exists():
        raise UsageError(
            f"{folder} holds no labelled day: no folder YYYY-MM-DD and no {REFERENCES}.",
            todo="Start one: `newsletter evaluate --gold DIR --prepare DATE`; docs/evaluation.md explains.",
        )
    return found


def references(folder: Path) -> tuple[Reference, ...]:
    """Stories with reference texts; empty where there is no file."""
    path = folder / REFERENCES
    return tuple(_reference(path, n, row) for n, row in _rows(path)) if path.exists() else ()


def _dated(folder: Path) -> Iterator[tuple[date, Path]]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", todo="Name the folder of your labelled days.")
    for path in sorted(folder.iterdir()):
        try:
            yield date.fromisoformat(path.name), path
        except ValueError:
            continue  # a README, or words.jsonl


def _day(day: date, folder: Path) -> GoldDay:
    path = folder / LABELS
    rows = list(_rows(path)) if path.exists() else []
    labels: dict[str, Label] = {}
    seen: set[str] = set()
    for number, row in rows:
        name = _text(path, number, row, "id")
        if name in seen:
            raise _wrong(path, number, f"has the id of an earlier row ({name})")
        seen.add(name)
        if row.get("story_id") is not None:
            labels[name] = Label(
                str(row["story_id"]), str(row.get("merge_group") or ""), str(row.get("outlet") or "")
            )
    whole = bool(rows) and all(row.get("title") for _, row in rows)
    line_up, as_of = _line_up(folder / LINE_UP, labels)
    return GoldDay(day, labels, tuple(row for _, row in rows) if whole else (), line_up, as_of)


def _line_up(path: Path, labels: Mapping[str, Label]) -> tuple[GoldLineUp | None, datetime | None]:
    if not path.exists():
        return None, None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        wanted = [_story(entry) for entry in document["lineup"]]
        also = [_story(entry) for entry in document.get("alternates") or ()]
        also += [
            _story(one)
            for entry in document["lineup"]
            if isinstance(entry, dict)
            for one in entry.get("run_with") or ()
        ]
        as_of = _time(document.get("as_of"))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"{path} is no line-up ({problem}).", todo='It needs {"lineup": [{"story_id": …}, …]}.'
        ) from None
    if not wanted:
        return None, as_of
    event = {label.story: label.event for label in labels.values()}
    return GoldLineUp(
        tuple(event.get(one, one) for one in wanted), frozenset(event.get(one, one) for one in also)
    ), as_of


def _story(entry: object) -> str:
    return str(entry["story_id"]) if isinstance(entry, dict) else str(entry)


def _time(text: object) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(str(text))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _reference(path: Path, number: int, row: Row) -> Reference:
    _text(path, number, row, "id")
    articles = row.get("articles")
    if not isinstance(articles, list) or not all(isinstance(a, dict) and a.get("id") for a in articles):
        raise _wrong(path, number, "has no list of articles, each with an id")
    sides = row.get("sides") or {}
    return Reference(
        row,
        _joined(row.get("overview")),
        {side.value: text for side in SIDES if (text := _joined(sides.get(side.value)))},
    )


def _joined(text: object) -> str:
    return " ".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} cannot be read ({problem}).", todo="It must be a UTF-8 file.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise _wrong(path, number, "is no JSON object")
        yield number, row


def _text(path: Path, number: int, row: Row, key: str) -> str:
    if not row.get(key):
        raise _wrong(path, number, f"has no {key}")
    return str(row[key])


def _wrong(path: Path, number: int, what: str) -> UsageError:
    return UsageError(f"{path}, line {number} {what}.", todo="Mend that line; docs/evaluation.md shows one.")
