"""What went wrong with a model's answer: what happened, where, and what to do, in words for people. Pure.

The message is the short reason that is counted in ``issue.json``; it names the host and never repeats a body, a path
or a key: they may hold what was sent.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import Any

from newsletter.errors import ModelBusy, ModelError
from newsletter.writing.bounded import TooMuch

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_KEY = "Set NEWSLETTER_MODEL_API_KEY to a key that this provider accepts for that model."
_NAME = "Check the model's name (NEWSLETTER_MODEL) and the address (NEWSLETTER_MODEL_URL)."
_TODO = {400: _NAME, 401: _KEY, 403: _KEY, 404: _NAME}
_TOLD = {
    401: " (the key?)",
    403: " (the key?)",
    404: " (the model's name? the address?)",
    429: " (too many requests)",
}


def in_time(host: str, seconds: float) -> ModelBusy:
    """Nothing, or not all of it, within the time of one request."""
    return ModelBusy(
        f"{host} did not answer in time",
        todo=f"It had {seconds:.0f} s: raise NEWSLETTER_MODEL_TIMEOUT, or use a faster model.",
        slow=True,
    )


def refusal(problem: Any, host: str) -> ModelError:
    """A status that is no success."""
    status = int(problem.status_code)
    message = f"{host} answered {status}{_TOLD.get(status, '')}"
    if status not in _BUSY:
        return ModelError(message, todo=_TODO.get(status, _NAME), status=status)
    after = retry_after(problem.response.headers)
    when = f"in {after:.0f} s, as it asks" if after else "later"
    limit = "The account's limit is reached: wait, or raise it at the provider. " if status == 429 else ""
    todo = f"{limit}Build again {when}."
    return ModelBusy(message, todo=todo, retry_after=after, status=status)


def unreachable(problem: Exception, host: str) -> ModelError:
    """No answer at all: nobody there, no such host, a broken line."""
    for cause in _causes(problem):
        if isinstance(cause, TooMuch):
            return too_long(host)
        if isinstance(cause, socket.gaierror):
            return ModelBusy(
                f"{host} is no host that is known", todo="Check NEWSLETTER_MODEL_URL and the network."
            )
        if isinstance(cause, ConnectionRefusedError) or getattr(cause, "errno", 0) == errno.ECONNREFUSED:
            todo = "Nobody listens there: start the model's server, or correct NEWSLETTER_MODEL_URL."
            return ModelBusy(f"{host} refused the connection", todo=todo)
    return ModelBusy(f"{host} could not be reached", todo="Check NEWSLETTER_MODEL_URL and the network.")


def too_long(host: str) -> ModelError:
    """Over the bound of an answer."""
    return unusable(f"the answer of {host} was too long")


def unusable(message: str) -> ModelError:
    """An answer that arrived and cannot be used; nothing of it is kept."""
    return ModelError(
        message, todo="Build again; if it stays so, another model follows the instructions better."
    )


def _causes(problem: BaseException) -> list[BaseException]:
    """The error, what it came from, and what that came from …"""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [problem]
    while todo:
        one = todo.pop()
        if one is not None and one not in found:
            found.append(one)
            todo += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return found


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, where the header gives them (a date is rare, and an outage's own guess)."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None
