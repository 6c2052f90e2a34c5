"""One line of `newsletter doctor`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.errors import NewsletterError


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, what to do. ``looked`` False: nobody could look, which holds nothing up."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    looked: bool = True


def attempt(name: str, look: Callable[[], str]) -> Finding:
    """What ``look`` finds, or the error it raises."""
    try:
        return Finding(name, True, look())
    except NewsletterError as problem:
        return Finding(name, False, problem.message, problem.todo)
