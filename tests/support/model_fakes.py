"""A model that says what a test tells it to, and texts kept in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.dev.recorded import sentences_of
from newsletter.errors import ModelError
from newsletter.ports import ModelRequest
from newsletter.writing.model import ModelWriter
from newsletter.writing.requests import Asker, Terms
from newsletter.writing.writer import ExtractiveWriter

NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)


class Scripted:
    """`ports.ModelEndpoint`: each request takes the next step, an answer or an error; the last one stays."""

    model = "scripted"

    def __init__(self, *steps: str | ModelError | Callable[[ModelRequest], str]) -> None:
        self.steps = list(steps)
        self.asked: list[ModelRequest] = []
        self.seconds: list[float] = []

    def ask(self, request: ModelRequest, seconds: float) -> str:
        self.asked.append(request)
        self.seconds.append(seconds)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, ModelError):
            raise step
        return step if isinstance(step, str) else step(request)


class Kept:
    """`ports.ModelTexts` in memory."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def keep(self, key: str, model: str, answer: str, at: datetime) -> str:
        return self.texts.setdefault(key, answer)


class Time:
    """A monotonic clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def asker(
    endpoint: Scripted,
    texts: Kept | None = None,
    time: Time | None = None,
    *,
    tokens: int = 60_000,
    deadline: float = 300,
) -> Asker:
    time = time or Time()
    terms = Terms(tokens, 60, deadline)
    return Asker(lambda: endpoint, "scripted", texts or Kept(), terms, lambda: NOON, time, time.wait)


def model_writer(endpoint: Scripted, texts: Kept | None = None) -> ModelWriter:
    return ModelWriter(asker(endpoint, texts), ExtractiveWriter())


def one(text: str, *cites: int) -> dict[str, Any]:
    return {"text": text, "cites": list(cites)}


def answer(**parts: Any) -> str:
    return json.dumps(parts)


def number_of(request: ModelRequest, opening: str) -> int:
    """The number of the sentence that begins so."""
    rows = sentences_of(request.material)
    return next(n for n, text in rows.items() if text.startswith(opening))


def citing(request: ModelRequest, text: str, *openings: str) -> dict[str, Any]:
    return one(text, *(number_of(request, opening) for opening in openings))


def texts_sent(request: ModelRequest) -> Sequence[str]:
    return list(sentences_of(request.material).values())
