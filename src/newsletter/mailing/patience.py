"""How long a run puts up with a provider that is busy or silent: two counters and the waiting between tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.errors import ProviderBusy, ProviderUncertain

BUSY_LIMIT = 5
"""Busy answers in a row after which the run pauses instead of waiting once more."""
UNCERTAIN_LIMIT = 3
"""Unknown outcomes in a row after which the run pauses: more would only add to what a person has to settle."""
LONGEST_WAIT = 900.0
"""Seconds; a provider that asks for a longer wait pauses the run."""
_FIRST_WAIT = 5.0
_SLICE = 15.0  # between two looks at whether it is still ours


@dataclass(slots=True)
class Patience:
    """``wait`` sleeps for seconds, ``stop`` ends a wait early, ``alive`` raises when this run was taken for dead,
    ``jitter`` gives 0 to 1."""

    wait: Callable[[float], None]
    stop: Callable[[], bool]
    alive: Callable[[], None]
    jitter: Callable[[], float]
    busy: int = 0
    unsure: int = 0

    def restored(self) -> None:
        """The provider took a batch."""
        self.busy = self.unsure = 0

    def after_busy(self, answer: ProviderBusy) -> str:
        """Wait as long as the provider asks and a little longer; or a note, when the run should pause instead."""
        self.busy += 1
        asked = answer.fields.get("retry_after")
        seconds = float(asked) if isinstance(asked, int | float) else _FIRST_WAIT * 2 ** (self.busy - 1)
        if self.busy >= BUSY_LIMIT or seconds > LONGEST_WAIT:
            return f"{answer} It asks for {seconds:.0f} s." if asked else str(answer)
        self.rest(seconds + self.jitter() * max(1.0, seconds / 10))
        return ""

    def after_doubt(self, answer: ProviderUncertain) -> str:
        """A note when the run should pause; else the next batch may be tried."""
        self.unsure += 1
        if self.unsure < UNCERTAIN_LIMIT:
            return ""
        return f"{self.unsure} batches in a row have an unknown outcome. {answer}"

    def rest(self, seconds: float) -> None:
        """Wait so many seconds, in slices, so that a stop is heard, and that others have taken over."""
        while seconds > 0 and not self.stop():
            self.wait(min(seconds, _SLICE))
            self.alive()
            seconds -= _SLICE
