"""One gather's GETs, hop by hop. All state (slots, pauses, connections) lives as long as the gather."""

from __future__ import annotations

import asyncio
import functools
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from newsletter.domain.feed import FetchRequest, FetchResult, FetchStatus
from newsletter.feeds.allow import AllowList
from newsletter.feeds.failures import Refusal, TooLarge, failure_of
from newsletter.feeds.guard import GuardedBackend, Resolver
from newsletter.feeds.inflate import ACCEPTED, Body
from newsletter.feeds.slots import Slots
from newsletter.feeds.sniff import is_web_page, retry_seconds

MAX_REDIRECTS = 5
KEPT_HEADERS = frozenset(
    {"cache-control", "cf-mitigated", "content-type", "etag", "expires", "last-modified", "retry-after"}
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_RECORD_BYTES = 65_536  # of a block page, for the record
_STATUSES = {
    404: FetchStatus.NOT_FOUND,
    410: FetchStatus.GONE,
    429: FetchStatus.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True)
class Limits:
    connect: float
    total: float
    max_bytes: int
    per_host: int
    concurrency: int
    jitter: float


@dataclass(slots=True)
class _Trip:
    """One request on its way: where it is, how it got there, what time it has left."""

    request: FetchRequest
    url: httpx.URL
    left: float
    started: float = field(default_factory=monotonic)
    hops: int = 0
    permanent: bool = True

    @property
    def final_url(self) -> str:
        return str(self.url) if self.hops else self.request.url

    @property
    def moved_to(self) -> str:
        """Empty unless every hop was permanent; a way from https down to http is never learnt."""
        downgrade = self.request.url.startswith("https:") and self.url.scheme == "http"
        return str(self.url) if self.hops and self.permanent and not downgrade else ""

    def result(self, status: FetchStatus, message: str = "", **found: Any) -> FetchResult:
        facts: dict[str, Any] = {"final_url": self.final_url, "seconds": monotonic() - self.started, **found}
        return FetchResult(self.request, status, message=message, **facts)


class FetchRun:
    """An async context manager around one gather's connections; `get` may run many times at once."""

    def __init__(
        self, user_agent: str, allow: AllowList, limits: Limits, resolver: Resolver | None = None
    ) -> None:
        self._allow, self._limits = allow, limits
        self._agent = user_agent.encode("latin-1", "replace")
        self._slots = Slots(limits.per_host, limits.concurrency, limits.jitter)
        self._paused: dict[str, float] = {}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trust(),
            max_connections=limits.concurrency,
            network_backend=GuardedBackend(allow, resolver),
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def get(self, request: FetchRequest) -> FetchResult:
        """One request to its end, through at most five redirects. Never raises but for cancellation."""
        trip = _Trip(request, httpx.URL(), self._limits.total)
        try:
            trip.url = _checked(request.url)
            while True:
                result = await self._hop(trip)
                if result is not None:
                    return result
        except Exception as error:  # noqa: BLE001 - one bad feed must not end the gather
            status, message = failure_of(error, self._limits.total)
            return trip.result(status, message)

    async def _hop(self, trip: _Trip) -> FetchResult | None:
        """One GET; None when it led elsewhere. Waiting for a slot does not count against the time limit."""
        host, allowed = trip.url.host, self._allow.covers(str(trip.url))
        async with self._slots.allowed(host) if allowed else self._slots.polite(host):
            if host in self._paused:
                return trip.result(
                    FetchStatus.RATE_LIMITED,
                    f"{host} had asked for a pause a moment before, so this was not sent",
                    retry_after=self._paused[host],
                )
            began = monotonic()
            async with asyncio.timeout(trip.left):
                result = await self._exchange(trip)
            trip.left -= monotonic() - began
        if result is not None and result.status is FetchStatus.RATE_LIMITED and not allowed:
            self._paused[host] = result.retry_after
        return result

    async def _exchange(self, trip: _Trip) -> FetchResult | None:
        url = trip.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"
        )
        seconds = self._limits.total
        timeouts = {"connect": self._limits.connect, "read": seconds, "write": seconds, "pool": seconds}
        async with self._pool.stream(
            "GET", target, headers=self._headers(trip), extensions={"timeout": timeouts}
        ) as response:
            headers = _kept(response.headers)
            location = _one(response.headers, b"location")
            if response.status in _REDIRECTS and location:
                self._follow(trip, location, permanent=response.status in _PERMANENT)
                return None
            return await self._read(trip, response, headers)

    def _headers(self, trip: _Trip) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"Host", trip.url.netloc),
            (b"User-Agent", self._agent),
            (b"Accept", b"application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"),
            (b"Accept-Encoding", ACCEPTED.encode()),
        ]
        validators = (
            (b"If-None-Match", trip.request.etag),
            (b"If-Modified-Since", trip.request.last_modified),
        )
        # Latin-1 both ways: the bytes go back exactly as they came.
        return headers + [(name, value.encode("latin-1", "ignore")) for name, value in validators if value]

    def _follow(self, trip: _Trip, location: bytes, *, permanent: bool) -> None:
        if trip.hops >= MAX_REDIRECTS:
            raise Refusal(f"it led through more than {MAX_REDIRECTS} redirects")
        try:
            there = str(trip.url.join(location.decode("utf-8", "replace")).copy_with(fragment=None))
        except (httpx.InvalidURL, ValueError) as error:
            raise Refusal("it redirects to something that is no address") from error
        trip.url = _checked(there)
        trip.hops += 1
        trip.permanent = trip.permanent and permanent

    async def _read(self, trip: _Trip, response: httpcore.Response, headers: dict[str, str]) -> FetchResult:
        found: dict[str, Any] = {"http_status": response.status, "headers": headers}
        if response.status == 304:
            return _unchanged(trip, found)
        if response.status not in (200, 203):
            return _refused(trip, response.status, headers, found)
        body = await self._body(response)
        if not body.strip():
            return trip.result(FetchStatus.NOT_A_FEED, "the answer was empty", **found)
        found["moved_to"] = trip.moved_to
        if is_web_page(body):
            return trip.result(FetchStatus.BLOCKED, body=body[:_RECORD_BYTES], **found)
        return trip.result(FetchStatus.FRESH, body=body, **found)

    async def _body(self, response: httpcore.Response) -> bytes:
        length = _one(response.headers, b"content-length")
        if length.isdigit() and int(length) > self._limits.max_bytes:
            raise TooLarge(f"over {self._limits.max_bytes:,} bytes")
        body = Body(_one(response.headers, b"content-encoding").decode("latin-1"), self._limits.max_bytes)
        async for piece in response.aiter_stream():
            body.feed(piece)
        return body.close()


@functools.cache
def _trust() -> ssl.SSLContext:
    """The certificate authorities, read once: that takes longer than many a feed."""
    return httpx.create_ssl_context(trust_env=False)


def _checked(url: str) -> httpx.URL:
    """The URL taken apart. Raises `Refusal` unless it is plain http or https to some host."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Refusal("this is no valid address") from error
    if parsed.scheme not in ("http", "https"):
        raise Refusal(f"only http and https are asked, not {parsed.scheme or 'nothing'}")
    if not parsed.host:
        raise Refusal("the address names no host")
    if parsed.userinfo:
        raise Refusal("the address carries a user name or password")
    return parsed


def _kept(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in headers:
        key = name.decode("latin-1").lower()
        if key in KEPT_HEADERS:
            kept.setdefault(key, value.decode("latin-1"))
    return kept


def _one(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for key, value in headers if key.lower() == name), b"")


def _unchanged(trip: _Trip, found: dict[str, Any]) -> FetchResult:
    if trip.request.etag or trip.request.last_modified:
        return trip.result(FetchStatus.UNCHANGED, moved_to=trip.moved_to, **found)
    return trip.result(FetchStatus.HTTP_ERROR, "it says 304 although nothing was asked to compare", **found)


def _refused(trip: _Trip, status: int, headers: dict[str, str], found: dict[str, Any]) -> FetchResult:
    found["retry_after"] = retry_seconds(headers.get("retry-after", ""), datetime.now(UTC))
    challenge = headers.get("cf-mitigated", "").lower() == "challenge"
    if status in (403, 503) and challenge:
        return trip.result(FetchStatus.BLOCKED, "a challenge page meant for browsers", **found)
    kind = _STATUSES.get(status, FetchStatus.UNAVAILABLE if status >= 500 else FetchStatus.HTTP_ERROR)
    return trip.result(kind, _phrase(status), **found)


def _phrase(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
