"""The GETs of one gather: concurrent, polite, bounded in time and size, and never into a private network.

The rules are docs/rules.md, "Fetching rules" 1 and 4-7. Built on httpcore, httpx's own transport, because
only there can the network be given from outside (see `newsletter.feeds.guard`); no proxy and no setting is
read from the environment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

from newsletter.domain.feed import FetchRequest, FetchResult
from newsletter.feeds.allow import AllowList
from newsletter.feeds.fetch_run import FetchRun, Limits
from newsletter.feeds.guard import Resolver

MAX_BYTES = 10_000_000


class HttpFetcher:
    """`newsletter.ports.FeedFetcher`.

    ``user_agent`` reads ``<name>/<version> (+<contact URL>)``: we never pretend to be a browser. Times are in
    seconds, ``max_bytes`` counts after decompression, ``jitter`` is the longest random wait before a request.
    Hosts in ``allow_hosts`` may be private and are asked without jitter and without a limit per host.
    """

    def __init__(
        self,
        user_agent: str,
        allow_hosts: Iterable[str] = (),
        *,
        resolver: Resolver | None = None,
        connect_timeout: float = 10.0,
        total_timeout: float = 30.0,
        max_bytes: int = MAX_BYTES,
        per_host: int = 2,
        concurrency: int = 40,
        jitter: float = 0.5,
    ) -> None:
        self._user_agent = user_agent
        self._allow = AllowList(allow_hosts)
        self._resolver = resolver
        self._limits = Limits(
            connect=connect_timeout,
            total=total_timeout,
            max_bytes=max_bytes,
            per_host=per_host,
            concurrency=concurrency,
            jitter=jitter,
        )

    async def fetch(self, requests: Sequence[FetchRequest]) -> AsyncIterator[FetchResult]:
        """Each request's result as it ends, in any order; a failure is a result. Stopping early cancels the rest."""
        if not requests:
            return
        async with FetchRun(self._user_agent, self._allow, self._limits, self._resolver) as run:
            tasks = [asyncio.create_task(run.get(request)) for request in requests]
            try:
                for done in asyncio.as_completed(tasks):
                    yield await done
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
