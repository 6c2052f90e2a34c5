"""Recorded model answers of a file, replayed for whatever numbered sentences a request holds."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from newsletter.errors import SampleError

_ROW = re.compile(r"^\{\"n\": .*\}$", re.MULTILINE)


def sentences_of(material: str) -> dict[int, str]:
    """The numbered sentences of a request."""
    rows = [json.loads(line) for line in _ROW.findall(material)]
    return {row["n"]: row["text"] for row in rows}


class Recorded:
    """Answers of a TOML file (see sample/model/answers.toml)."""

    def __init__(self, file: Path) -> None:
        """Raises `SampleError` when it cannot be read."""
        try:
            self._stories: Sequence[Mapping[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[
                "story"
            ]
        except (OSError, ValueError, KeyError) as problem:
            raise SampleError(f"{file.name} holds no recorded answers: {problem}.") from None

    def __call__(self, material: str) -> str | None:
        """The answer about the story whose sentences these are; None where nothing was recorded about it."""
        rows = sentences_of(material)
        best = max(self._stories, key=lambda story: _held(story, rows), default=None)
        if best is None or 2 * _held(best, rows) < len(list(_snippets(best))):
            return None
        return json.dumps(_numbered(best, rows), ensure_ascii=False)


def _snippets(value: Any) -> Sequence[str]:
    if isinstance(value, Mapping):
        own = list(value.get("cites", ()))
        return own + [s for key, part in value.items() if key != "cites" for s in _snippets(part)]
    return [s for part in value for s in _snippets(part)] if isinstance(value, list) else []


def _held(story: Mapping[str, Any], rows: Mapping[int, str]) -> int:
    return sum(any(text.startswith(s) for text in rows.values()) for s in _snippets(story))


def _numbered(value: Any, rows: Mapping[int, str]) -> Any:
    """The recording with the request's numbers in the place of opening words; 0 for a sentence that is not there."""
    if isinstance(value, Mapping):
        return {
            key: sorted({_number(s, rows) for s in part} - {0}) or [0]
            if key == "cites"
            else _numbered(part, rows)
            for key, part in value.items()
        }
    return [_numbered(part, rows) for part in value] if isinstance(value, list) else value


def _number(snippet: str, rows: Mapping[int, str]) -> int:
    return next((n for n, text in rows.items() if text.startswith(snippet)), 0)
