"""How many requests run at once: altogether, per host, and how a burst on an allowed host is softened."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BURST = 4
SLOW = 0.2
"""Seconds after which an allowed host's request no longer holds the next one up."""


class Slots:
    """The turn a request waits for. Lives as long as one gather, on its event loop."""

    def __init__(self, per_host: int, concurrency: int, jitter: float) -> None:
        self._per_host, self._jitter = per_host, jitter
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._bursts: dict[str, asyncio.Semaphore] = {}
        self._all = asyncio.Semaphore(concurrency)

    @asynccontextmanager
    async def polite(self, host: str) -> AsyncIterator[None]:
        """A turn at somebody else's server: few at once, none in the same instant."""
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._per_host)):
            # Not a secret: so that many newsletters on one schedule do not knock in the same second.
            await asyncio.sleep(random.uniform(0, self._jitter))  # noqa: S311
            async with self._all:
                yield

    @asynccontextmanager
    async def allowed(self, host: str) -> AsyncIterator[None]:
        """A turn at a host of the operator's own, where limits are per feed.

        A small server takes some five connections at once and makes the others wait a second (its listen
        queue), so they come in as quickly as it answers. A stalled answer gives its turn away and holds up nobody.
        """
        burst = self._bursts.setdefault(host, asyncio.Semaphore(BURST))
        async with self._all:
            await burst.acquire()
            turn = _Turn(burst)
            asyncio.get_running_loop().call_later(SLOW, turn.give_up)
            try:
                yield
            finally:
                turn.give_up()


class _Turn:
    """A place in a burst that is given up exactly once, by whoever comes first: the answer or the clock."""

    def __init__(self, burst: asyncio.Semaphore) -> None:
        self._burst: asyncio.Semaphore | None = burst

    def give_up(self) -> None:
        burst, self._burst = self._burst, None
        if burst is not None:
            burst.release()
