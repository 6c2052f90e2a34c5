"""The checks an issue must pass before it may go: each a figure, a limit, a verdict and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    PASS = "pass"
    WARN = "warn"
    """Worth an editor's look; does not stop a send."""
    FAIL = "fail"
    """Stops a send unless an approver overrides it by name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checks. ``name`` is stable (`--override NAME`); the texts are for people."""

    name: str
    figure: str
    limit: str
    verdict: Verdict
    todo: str = ""
    """What to do about it; empty when it passed."""
    where: str = ""
    """The story id or place it speaks of; empty for the whole issue."""


def failed(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.verdict is Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """Limits an operator may set; the defaults are promise 5 (five minutes) and Gmail's clip."""

    html_warn_bytes: int = 80_000
    html_fail_bytes: int = 95_000
    reading_seconds: int = 300
    words_per_minute: int = 238
    """Mean silent reading rate, English non-fiction: Brysbaert 2019, J. Memory and Language 109."""
    contrast: float = 4.5
    """WCAG 2.2 AA, success criterion 1.4.3."""
    supply_left: int = 8
    supply_right: int = 8
    """Outlets of a side that must have published today for its silence to mean anything."""
    supply_stops: bool = False
    """Whether a thin supply stops a send or is only said."""
    balance_tolerance: float = 0.35
    """Largest gap between a side's share of the words and the share due to it, as a part of the latter
    (see rendering.balance)."""
    quotations_tolerance: float = 0.6
    """The same for excerpts. Wider: an overview takes the sentence that most sides bear out, whoever printed it."""
    links_tolerance: float = 0.6
    frame_tolerance: float = 0.35
    """Largest lean of headlines and overviews to outlets of the left or the right; a warning."""
    loaded_tolerance: float = 3.0
    """How many loaded words in 100 a side's column may have beyond what its coverage has."""
