"""Batches under way: each handed over in a thread of its own, as many at once as the window has room for.

The thread hands over and records (`handover.py`); what follows from the answer for the run is the run's own thread's
to decide, one answer after the other. Where only one may be under way, the run's own thread does it all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import SimpleQueue

from newsletter.domain.flight import Window
from newsletter.errors import ProviderBusy, ProviderError, ProviderUncertain

_ANYTHING = BaseException  # nothing that goes wrong in a thread may go unseen


@dataclass(frozen=True, slots=True)
class Landing:
    """What came of a batch that was handed over."""

    answer: ProviderError | None = None
    """What the provider said, or that it said nothing; None: it took the batch."""
    took: timedelta = timedelta(0)
    failure: BaseException | None = None
    """What went wrong on our side; the run ends with it."""
    echo: bool = False
    """"Too many requests", said to one that was under way together with another that heard it first."""


@dataclass(slots=True)
class _Landed:
    landing: Landing
    wave: int


@dataclass(slots=True)
class Flight:
    """The requests under way of one run, at most ``most`` at a time."""

    most: int
    window: Window = field(init=False)
    aloft: int = 0
    _wave: int = 0
    _landed: SimpleQueue[_Landed] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.window = Window.first(self.most)

    @property
    def full(self) -> bool:
        """Whether an answer has to come first."""
        return self.aloft >= self.window.room

    def start(self, work: Callable[[], Landing]) -> None:
        """Have it done; `land` tells what came of it."""
        self.aloft += 1
        wave = self._wave
        if self.most == 1:
            self._here(work, wave)
            return
        # A daemon: it holds up no process that must end now. What it leaves is in doubt, as after any kill.
        threading.Thread(target=self._fly, args=(work, wave), daemon=True).start()

    def _here(self, work: Callable[[], Landing], wave: int) -> None:
        try:
            self._landed.put(_Landed(work(), wave))
        except _ANYTHING:
            self.aloft -= 1
            raise

    def _fly(self, work: Callable[[], Landing], wave: int) -> None:
        try:
            landing = work()
        except _ANYTHING as failure:
            landing = Landing(failure=failure)
        self._landed.put(_Landed(landing, wave))

    def land(self) -> Landing:
        """The next answer; waits for it. The window is what follows from it.

        "Too many requests" counts once for all that were under way together: the others were as early.
        """
        landed = self._landed.get()
        self.aloft -= 1
        answer = landed.landing.answer
        if isinstance(answer, ProviderBusy):
            if landed.wave < self._wave:
                return replace(landed.landing, answer=None, echo=True)
            self._wave += 1
            self.window = self.window.refused()
        elif isinstance(answer, ProviderUncertain):
            self.window = self.window.doubted()
        elif answer is None and landed.landing.failure is None:
            self.window = self.window.accepted(landed.landing.took)
        return landed.landing
