"""What guards the pages: headers on every answer, a limit on bodies and on reports, the same-origin check."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'{images}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the pages: no script at all, nothing from anybody else but the brand's logo."""

FORM_POLICY = PAGE_POLICY.replace("style-src", "script-src 'self'; style-src")
"""Of the sign-up form: with the little script of our own that guesses the time zone."""

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {images}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors {ancestors}"
)
"""For mail shown as a page: its styles stand in the markup, as mail clients need it."""

SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms. Nothing goes to others.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SafetyHeaders:
    """Puts the safety headers on every answer; an answer's own policy stays."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self.policy)
                headers.setdefault("cache-control", "no-store")
                for name, value in SAFE_HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a request body over ``limit`` bytes with 413, announced or not; ``larger``: limits by path."""

    def __init__(
        self, app: ASGIApp, limit: int = 32_768, larger: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = 0
        limit = self.larger.get(scope["path"], self.limit)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413)
            return message

        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await PlainTextResponse("Too long.\n", status_code=413)(scope, receive, send)
            return
        await self.app(scope, counted, send)


class LocalHostOnly:
    """Answers only requests that name this machine: a page elsewhere cannot reach in by DNS rebinding."""

    def __init__(self, app: ASGIApp, names: Collection[str] = ("127.0.0.1", "localhost", "::1")) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _host_name(Headers(scope=scope).get("host", "")) not in self.names:
            refusal = PlainTextResponse("This preview answers only on this machine.\n", status_code=421)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def from_own_page(request: Request, public_url: str) -> bool:
    """Whether a form post comes from one of our pages, as far as the browser says (it does for every POST).

    Programs that are no browser send neither header; they could forge both, and are left to the rate limit.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(public_url)
    own = {f"{parts.scheme}://{parts.netloc}", f"{request.url.scheme}://{request.url.netloc}"}
    return origin in own


class RateLimit:
    """At most so many acts per client in each window, in this process's memory; forgets the oldest clients."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        windows: tuple[tuple[timedelta, int], ...] = ((timedelta(minutes=1), 5), (timedelta(days=1), 30)),
        clients: int = 10_000,
    ) -> None:
        self.clock = clock
        self.windows = windows
        self.clients = clients
        self._acts: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait_for(self, address: str) -> timedelta | None:
        """None, and the act is counted; or how long this client has to wait."""
        now = self.clock()
        client = client_key(address)
        acts = self._acts.setdefault(client, deque())
        self._acts.move_to_end(client)
        while len(self._acts) > self.clients:
            self._acts.popitem(last=False)
        longest = max(span for span, _ in self.windows)
        while acts and now - acts[0] >= longest:
            acts.popleft()
        waits = [
            recent[0] + span - now
            for span, limit in self.windows
            if len(recent := [act for act in acts if now - act < span]) >= limit
        ]
        if waits:
            return max(waits)
        acts.append(now)
        return None


def client_key(address: str) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 network of 64 bits (one household has them all)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
