"""Asking a model about an issue's stories: stored answers first, then within a budget and a deadline.

Whatever goes wrong is a value: an issue is made all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import ModelBusy, ModelError
from newsletter.ports import ModelEndpoint, ModelRequest, ModelTexts
from newsletter.writing.answer import read
from newsletter.writing.prompt import key_of

AT_ONCE = 3
"""Requests under way at a time: five stories are two rounds, and no endpoint's limit is tried."""
TRIES = 3
PAUSE, LONGEST_PAUSE = 2.0, 20.0
"""Seconds before a request is repeated: doubled each time, or what Retry-After says, and never longer."""
CHARACTERS_PER_TOKEN = 3
"""English is nearer to four: an estimate that errs on the dear side."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one issue may cost."""

    tokens: int
    """Of all requests and answers together."""
    seconds: float
    """Of one request."""
    deadline: float
    """Seconds for all of them."""

    def budget_todo(self) -> str:
        """For an operator whose budget was too small."""
        return f"Raise NEWSLETTER_MODEL_BUDGET ({self.tokens} tokens an issue); stories beyond it stay extractive."

    def deadline_todo(self) -> str:
        """For an operator whose deadline came first."""
        return f"Raise NEWSLETTER_MODEL_DEADLINE ({self.deadline:.0f} s an issue), or use a faster model."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: the answer's text, or why there is none."""

    key: str
    text: str = ""
    problem: str = ""
    todo: str = ""
    """What to do about the problem, in words for people."""


_Outcome = tuple[str, ModelError | None]
"""An answer's text, or why there is none."""


class Asker:
    """Gets answers. Safe to share; keeps nothing but what it stores."""

    def __init__(
        self,
        endpoint: Callable[[], ModelEndpoint],
        model: str,
        texts: ModelTexts,
        terms: Terms,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        wait: Callable[[float], None],
    ) -> None:
        """``endpoint`` is called once something has to be asked: a stored answer needs neither client nor key."""
        self.model = model
        self._endpoint, self._texts, self._terms = endpoint, texts, terms
        self._clock, self._monotonic, self._wait = clock, monotonic, wait

    def answers(self, requests: Mapping[str, ModelRequest]) -> dict[str, Answer]:
        """One answer per request, by the same names; never raises for the model's sake."""
        keys = {name: key_of(request, self.model) for name, request in requests.items()}
        stored = {name: self._texts.get(key) for name, key in keys.items()}
        found = {name: Answer(keys[name], text) for name, text in stored.items() if text is not None}
        within = affordable({n: r for n, r in requests.items() if n not in found}, self._terms.tokens)
        for name in requests.keys() - found.keys() - within.keys():
            found[name] = Answer(keys[name], problem="over the budget", todo=self._terms.budget_todo())
        for name, (text, problem) in self._ask_all(within).items():
            if problem:
                found[name] = Answer(keys[name], problem=problem.message, todo=problem.todo)
            else:
                found[name] = Answer(
                    keys[name], self._texts.keep(keys[name], self.model, text, self._clock())
                )
        return {name: found[name] for name in requests}

    def _ask_all(self, requests: Mapping[str, ModelRequest]) -> dict[str, _Outcome]:
        if not requests:
            return {}
        try:
            endpoint = self._endpoint()
        except ModelError as problem:
            return dict.fromkeys(requests, ("", problem))
        end = self._monotonic() + self._terms.deadline
        with ThreadPoolExecutor(min(AT_ONCE, len(requests))) as pool:
            running = {n: pool.submit(self._ask, endpoint, r, end) for n, r in requests.items()}
            return {name: task.result() for name, task in running.items()}

    def _ask(self, endpoint: ModelEndpoint, request: ModelRequest, end: float) -> _Outcome:
        """The answer, or the problem after at most ``TRIES`` requests, none of them past ``end``."""
        problem = ModelError("no time was left", todo=self._terms.deadline_todo())
        for number in range(TRIES):
            left = end - self._monotonic()
            if left <= 0:
                break
            try:
                answer = endpoint.ask(request, min(self._terms.seconds, left))
                read(answer)  # one that cannot be read is not kept: the next build asks again
                return answer, None
            except ModelBusy as busy:
                late = busy.fields.get("slow") and left < self._terms.seconds
                problem = ModelBusy(busy.message, todo=self._terms.deadline_todo()) if late else busy
                pause = pause_before(number + 1, busy.fields.get("retry_after"))
                if number + 1 == TRIES or pause >= end - self._monotonic():
                    break
                self._wait(pause)
            except ModelError as error:
                return "", error
        return "", problem


def affordable(requests: Mapping[str, ModelRequest], tokens: int) -> dict[str, ModelRequest]:
    """The first requests, in their order, that cost no more than that together. Pure."""
    within: dict[str, ModelRequest] = {}
    for name, request in requests.items():
        tokens -= cost(request)
        if tokens < 0:
            break
        within[name] = request
    return within


def cost(request: ModelRequest) -> int:
    """Tokens that a request and the longest answer to it may take. An estimate."""
    asked = len(request.instructions) + len(request.material)
    return asked // CHARACTERS_PER_TOKEN + request.most_tokens


def pause_before(try_: int, retry_after: object) -> float:
    """Seconds before a repeated request. Pure."""
    said = float(retry_after) if isinstance(retry_after, int | float) else PAUSE * 2 ** (try_ - 1)
    return min(max(said, 0.0), LONGEST_PAUSE)
