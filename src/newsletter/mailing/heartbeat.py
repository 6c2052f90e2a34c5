"""A worker says that it lives, in a thread of its own: a slow request, or one that stalls, is no death."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from newsletter.errors import StorageError

_log = logging.getLogger(__name__)

BEAT = timedelta(seconds=15)
"""Between two signs of life; a worker is taken for dead after several that did not come."""


@contextmanager
def beating(beat: Callable[[], bool], every: timedelta = BEAT) -> Iterator[Callable[[], bool]]:
    """Call ``beat`` again and again while the block runs; gives a function that says whether one ever failed.

    ``beat`` says False when the worker was taken for dead. A database that does not answer for a moment is not that.
    """
    done, lost = threading.Event(), threading.Event()

    def run() -> None:
        while not done.wait(every.total_seconds()):
            try:
                if not beat():
                    lost.set()
                    return
            except StorageError as problem:
                _log.warning("no sign of life could be given: %s", problem.message)

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield lost.is_set
    finally:
        done.set()
        thread.join()
