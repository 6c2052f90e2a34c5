"""An HTTP client for a model's address: it follows nothing, reads so much, and no proxy captures a loopback host."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

LONGEST = 1_000_000
"""Bytes of an answer that are read; what is asked for is a hundredth of it."""
CONNECT_SECONDS = 10.0


class TooMuch(Exception):
    """An answer over `LONGEST`, or one packed so that nobody can tell."""


@asynccontextmanager
async def bounded_client(url: str, seconds: float) -> AsyncIterator[Any]:
    """An HTTP client that follows nothing and reads at most `LONGEST` bytes."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in self._inner:
                size += len(chunk)
                if size > LONGEST:
                    raise TooMuch
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def bound(response: Any) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise TooMuch
        response.stream = Bounded(response.stream)

    timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    async with httpx2.AsyncClient(
        follow_redirects=False,
        timeout=timeout,
        trust_env=not is_loopback(url),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [bound]},
    ) as client:
        yield client


def is_loopback(url: str) -> bool:
    """Whether an address names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
