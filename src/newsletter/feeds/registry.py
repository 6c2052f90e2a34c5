"""The outlets file: read into a `Registry`, or every problem in it at once, each with its line.

The format is the contract's (TOML, one ``[[outlet]]`` per publisher). Leanings are the operator's own
decision; no rater's column is read here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from newsletter.domain.outlet import Outlet, Registry
from newsletter.errors import RegistryError
from newsletter.feeds.registry_lines import Place, Places, find_places
from newsletter.feeds.registry_rules import OutletReader, Problem, Seen, Severity

__all__ = ["Problem", "Severity", "check_registry", "load_registry", "read_registry"]

_AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


def load_registry(path: Path, today: date | None = None) -> Registry:
    """The registry in that file. Raises `RegistryError` with every error in it; warnings do not stop it."""
    registry, problems = read_registry(path, today)
    errors = tuple((p.line, p.text) for p in problems if p.severity is Severity.ERROR)
    if errors or registry is None:
        raise RegistryError(
            _summary(path, errors),
            errors,
            todo="Mend the file; `newsletter outlets check` lists every problem with its line.",
            setting="OUTLETS",
            path=str(path),
        )
    return registry


def check_registry(path: Path, today: date | None = None) -> tuple[Problem, ...]:
    """Every problem of the file, by line; empty when all is well. Raises nothing for a bad or absent file.

    ``today`` dates the warnings on old ratings; it defaults to the current day.
    """
    return read_registry(path, today)[1]


def read_registry(path: Path, today: date | None = None) -> tuple[Registry | None, tuple[Problem, ...]]:
    """Both at once: the registry (None when the file has errors) and all problems, sorted by line."""
    text = _read(path)
    if isinstance(text, Problem):
        return None, (text,)
    data = _parse(text)
    if isinstance(data, Problem):
        return None, (data,)
    outlets, problems = _outlets(data, text, today or datetime.now(UTC).date())
    problems = sorted(problems, key=lambda problem: problem.line)
    broken = any(problem.severity is Severity.ERROR for problem in problems)
    return (None if broken else Registry(tuple(outlets))), tuple(problems)


def _read(path: Path) -> str | Problem:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Problem(line, "this line is not UTF-8; save the file as UTF-8.")
    except OSError as error:
        return Problem(0, f"the file cannot be read: {error.strerror or error}.")


def _parse(text: str) -> Mapping[str, Any] | Problem:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found.group(1)) if found else text.rstrip("\n").count("\n") + 1
        return Problem(line, f"not valid TOML: {_AT_LINE.sub('', str(error))}.")
    except RecursionError:
        return Problem(0, "not an outlets file: nested far too deeply.")


def _outlets(data: Mapping[str, Any], text: str, today: date) -> tuple[list[Outlet], list[Problem]]:
    places = find_places(text)
    problems = [
        Problem(places.top.get(key, 1), f"unknown key {key!r}; the file holds [[outlet]] tables only.")
        for key in data
        if key != "outlet"
    ]
    tables = data.get("outlet", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        line = places.top.get("outlet", 1)
        return [], [*problems, Problem(line, "'outlet' must be written as [[outlet]] tables.")]
    if not tables:
        return [], [*problems, Problem(0, "the file holds no outlets; add at least one [[outlet]].")]
    outlets, found = _read_tables(tables, places, text, today)
    return outlets, [*problems, *found]


def _read_tables(
    tables: Sequence[Mapping[str, Any]], places: Places, text: str, today: date
) -> tuple[list[Outlet], list[Problem]]:
    outlets: list[Outlet] = []
    problems: list[Problem] = []
    seen = Seen()
    known = places.outlets if len(places.outlets) == len(tables) else [Place(0)] * len(tables)
    for table, place in zip(tables, known, strict=True):
        reader = OutletReader(table, place, text, seen, today)
        outlet = reader.outlet()
        problems.extend(reader.problems)
        if outlet is not None:
            outlets.append(outlet)
    return outlets, problems


def _summary(path: Path, errors: Sequence[tuple[int, str]]) -> str:
    if not errors:
        return f"The outlets file {path} cannot be used."
    line, text = errors[0]
    where = f"{path}, line {line}" if line else str(path)
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{where}: {text}{more}"
