"""Stopping a send in order: the batch under way is finished and recorded, no new one is claimed."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any, Self


class StopSignal:
    """SIGTERM, SIGINT and SIGHUP ask the sender to finish its batch; a second Ctrl-C ends it at once.

    A second SIGTERM does not: `timeout` and some supervisors send two of them at a time. A signal that the
    process was told to ignore (nohup, a job in the background) stays ignored. Outside the main thread nothing
    is listened to: signals belong to the main thread.
    """

    def __init__(self) -> None:
        self.asked = False
        self.before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return self.asked

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until somebody asks to stop."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self.before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, _frame: object) -> None:
        if self.asked and number == signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
