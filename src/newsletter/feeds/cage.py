"""Feeds are parsed in a cage: a hostile one costs its own time limit, and nothing else.

A few processes, each behind walls of its own (`newsletter.feeds.worker`), each with its own pair of pipes and
one job at a time: whichever is killed, only its own feed fails. No thread, no fork of the running program
(`subprocess` starts a fresh interpreter), so it may be used from asyncio, from a thread, and under Prefect.

Why not a pool from a library: pebble and concurrent.futures share their queues between workers and import
the caller's ``__main__`` into each of them, which for a console script means the whole program.
"""

from __future__ import annotations

import pyexpat
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from newsletter.domain.feed import ParsedFeed, ParseJob
from newsletter.errors import CageError
from newsletter.feeds.cage_worker import CageWorker
from newsletter.feeds.shift import Shift

OLDEST_EXPAT = (2, 4, 0)
"""Since then expat limits entity amplification by itself (billion laughs, parameter entities)."""


def check_expat(version: tuple[int, int, int] = pyexpat.version_info) -> None:
    """Raises `CageError` when this Python's expat is too old to be given hostile XML."""
    if version < OLDEST_EXPAT:
        found, wanted = (".".join(map(str, numbers)) for numbers in (version, OLDEST_EXPAT))
        raise CageError(
            f"This Python's XML parser is expat {found}, which hostile feeds can exploit.",
            todo=f"Use a Python built with expat {wanted} or later.",
        )


class Cage:
    """`newsletter.ports.FeedParser`. Starts nothing before the first job; `close` ends the processes.

    ``seconds`` limits each parse from its own start, ``memory_bytes`` each process.
    """

    def __init__(self, workers: int = 2, seconds: float = 5.0, memory_bytes: int = 512 * 1024 * 1024) -> None:
        self._workers = max(1, workers)
        self._seconds, self._memory = seconds, memory_bytes
        self._idle: deque[CageWorker] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the idle processes; the cage may be used again afterwards."""
        while self._idle:
            self._idle.pop().close()

    def parse(self, jobs: Iterable[ParseJob]) -> Iterator[ParsedFeed]:
        """One result per job, as they end. Raises `CageError` when no worker can be started at all."""
        shift = Shift(iter(jobs), self._workers, self._get, self._seconds)
        try:
            yield from shift.run()
        finally:
            for worker in shift.leave():
                self._idle.append(worker)
            while len(self._idle) > self._workers:
                self._idle.popleft().close()

    def _get(self) -> CageWorker:
        try:
            return self._idle.pop()
        except IndexError:
            check_expat()
            return CageWorker(self._seconds, self._memory)
