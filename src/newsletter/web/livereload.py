"""What an editor's change is noticed by: template folders watched, brand and stored issue looked at each tick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from pathlib import Path
from typing import TypeVar

from watchfiles import awatch

Seen = TypeVar("Seen", bound=Hashable)

TICK_MS = 300
"""How often the things that cannot be watched are looked at; with 50 ms of settling, well within a second."""
ALIVE_SECONDS = 15.0


async def watch(
    folders: tuple[Path, ...],
    probe: Callable[[], Awaitable[Seen]],
    changed: Callable[[bool, Seen, Seen], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Call ``changed(templates, before, now)`` after every change until ``stop``.

    ``templates``: something in the folders changed. ``before`` and ``now`` are what ``probe`` answered.
    """
    before = await probe()
    watched = [folder for folder in folders if folder.is_dir()]
    async for found in awatch(
        *watched,
        step=50,
        debounce=200,
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        now = await probe()
        if found or now != before:
            await changed(bool(found), before, now)
        before = now


class Changes:
    """A counter that rises with each change, and readers who wait for it."""

    def __init__(self) -> None:
        self.version = 0
        self._risen = asyncio.Condition()

    async def rise(self) -> None:
        async with self._risen:
            self.version += 1
            self._risen.notify_all()

    async def events(self, closing: Callable[[], bool]) -> AsyncIterator[str]:
        """Server-sent events, one per change, and a comment now and then that keeps proxies patient."""
        seen, waited = self.version, 0.0
        yield f"retry: 500\nevent: here\ndata: {seen}\n\n"
        while not closing():
            if self.version != seen:
                seen, waited = self.version, 0.0
                yield f"event: change\ndata: {seen}\n\n"
            elif waited >= ALIVE_SECONDS:
                waited = 0.0
                yield ": still here\n\n"
            waited += await self._wait(seen, 0.5)

    async def _wait(self, seen: int, seconds: float) -> float:
        """Until the version is another, at most so long; the seconds allowed for."""
        try:
            async with asyncio.timeout(seconds), self._risen:
                await self._risen.wait_for(lambda: self.version != seen)
        except TimeoutError:
            pass
        return seconds
