"""A model's answer, read strictly: the shape that was asked for, or a reason why not. Nothing of it is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.domain.leaning import SIDES, Side
from newsletter.writing.outages import unusable

LONGEST = 20_000
"""Characters of an answer; what was asked for is a tenth of it."""
SENTENCES = 12
"""Items of one list that are looked at."""
_FENCED = re.compile(r"^\s*```(?:json)?\s*\n(?P<body>.*)\n\s*```\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A sentence with the numbers it cites, as the model put it."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A story as a model proposes it. Nothing of it is verified yet."""

    headline: Proposed | None
    overview: tuple[Proposed, ...]
    points: dict[Side, tuple[Proposed, ...]]
    agreed: tuple[Proposed, ...]
    disputed: tuple[tuple[str, tuple[Proposed, ...]], ...]
    faq: tuple[tuple[str, tuple[Proposed, ...]], ...]


def read(answer: str) -> Draft:
    """Raises `ModelError`: empty, too long, no JSON, or not of the shape that was asked for."""
    if not answer.strip():
        raise unusable("the answer was empty")
    if len(answer) > LONGEST:
        raise unusable("the answer was too long")
    fenced = _FENCED.match(answer)
    try:
        found = json.loads(fenced.group("body") if fenced else answer)
    except (ValueError, RecursionError):
        raise unusable("the answer was no JSON") from None
    try:
        return _draft(found)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise unusable("the answer had another shape than was asked for") from None


def _draft(found: Any) -> Draft:
    points = found.get("points") or {}
    draft = Draft(
        headline=_proposed(found["headline"]) if found.get("headline") else None,
        overview=_list(found.get("overview")),
        points={side: _list(points.get(side.value)) for side in SIDES},
        agreed=_list(found.get("agreed")),
        disputed=tuple((_text(d["topic"]), _list(d["claims"])) for d in _items(found.get("disputed"))),
        faq=tuple((_text(q["question"]), _list(q["answer"])) for q in _items(found.get("faq"))),
    )
    if not (draft.overview or any(draft.points.values())):
        raise ValueError("neither overview nor points")
    return draft


def _items(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError("no list")
    return value[:SENTENCES]


def _list(value: Any) -> tuple[Proposed, ...]:
    return tuple(_proposed(one) for one in _items(value))


def _proposed(value: Any) -> Proposed:
    cites = value["cites"]
    if not isinstance(cites, list) or not all(type(n) is int for n in cites):
        raise TypeError("cites are no numbers")
    return Proposed(_text(value["text"]), tuple(dict.fromkeys(cites)))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return " ".join(value.split(" ")).strip()
