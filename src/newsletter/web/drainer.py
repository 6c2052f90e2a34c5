"""The desk behind the sign-up form, at work in a thread beside the pages: what a request queued is mailed here."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from newsletter.mailing.signups import SignUpDesk

EVERY = 15.0
"""Seconds between two looks at the queue when nobody signs up: mail that a busy provider put off."""
_ENDING = 35.0
"""A request to the provider takes at most thirty."""

_log = logging.getLogger(__name__)


class Drainer:
    """Use as a context manager around serving. Trouble is noted and tried again: the queue is in SQL."""

    def __init__(self, desk: SignUpDesk, every: float = EVERY) -> None:
        self._desk, self._every = desk, every
        self._something = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sign-ups", daemon=True)

    def wake(self) -> None:
        """Somebody signed up."""
        self._something.set()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._something.clear()
            try:
                self._desk.drain(self._ending.is_set)
            except Exception as problem:  # noqa: BLE001 - the next round tries again; a traceback would show addresses
                _log.error("the sign-up desk: %s", type(problem).__name__)
            self._something.wait(self._every)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._something.set()
        self._thread.join(_ENDING)
