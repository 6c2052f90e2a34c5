"""The sample newsroom: a fictional country's feeds as they stood at any moment, and a server for them.

Standard library only, so that the demo and the tests need no network and nothing installed beside.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from newsletter.demo.newsroom_files import SampleFeed, SampleItem, read_domains, read_feeds, read_items
from newsletter.demo.newsroom_xml import render_feed
from newsletter.errors import SampleError

NEWEST = 40
"""A feed holds at most this many items …"""
WINDOW = timedelta(hours=48)
"""… and none older than this."""
FEED_BASE = "http://127.0.0.1:8766"
"""Where sample/outlets.toml says the feeds are."""

_MEDIA_TYPE = {"rss2": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Every feed and every item of the sample; items by time, then outlet and path."""

    feeds: tuple[SampleFeed, ...]
    items: tuple[SampleItem, ...] = field(repr=False)
    outlets_file: str = field(repr=False)
    """The text of outlets.toml."""

    def feed_at(self, path: str) -> SampleFeed | None:
        """The feed that answers at ``path``, old path or new; None when there is none."""
        return next((feed for feed in self.feeds if path in (feed.path, feed.new_path)), None)

    def feed_items(self, feed: SampleFeed, now: datetime) -> tuple[SampleItem, ...]:
        """The items the feed holds at ``now``, newest first."""
        mine = [i for i in self.items if i.outlet == feed.domain and now - WINDOW < i.at <= now]
        return tuple(mine[::-1][:NEWEST])

    def changed(self, feed: SampleFeed, now: datetime) -> datetime | None:
        """When the feed's content last changed, seen from ``now``: an item came, or one grew too old."""
        mine = [item.at for item in self.items if item.outlet == feed.domain]
        return max((at for at in [*mine, *(at + WINDOW for at in mine)] if at <= now), default=None)

    def feed_bytes(self, path: str, now: datetime) -> bytes:
        """The feed at ``path`` as it stood at ``now`` (aware); the same moment, the same bytes.

        Raises ``SampleError`` for an unknown path or a ``now`` without a zone. What the server does
        with the feed (500, 301) is not looked at here.
        """
        feed = self.feed_at(path)
        if feed is None:
            raise SampleError(f"The sample newsroom has no feed at {path}.")
        if now.tzinfo is None:
            raise SampleError("The sample newsroom needs a time with a zone.")
        return render_feed(feed, self.feed_items(feed, now), self.changed(feed, now))

    def outlets_toml(self, base_url: str) -> str:
        """sample/outlets.toml with its feeds at ``base_url`` (no slash at the end)."""
        return self.outlets_file.replace(f'"{FEED_BASE}/', f'"{base_url}/')


def load_newsroom(folder: Path) -> Newsroom:
    """Read outlets.toml, newsroom.toml and days/*.toml under ``folder``; raises ``SampleError``."""
    outlets = folder / "outlets.toml"
    domains = read_domains(outlets)
    feeds = read_feeds(folder / "newsroom.toml")
    days = sorted((folder / "days").glob("*.toml"))
    items = [item for day in days for item in read_items(day)]
    items.sort(key=lambda item: (item.at, item.outlet, item.path))
    _check(domains, feeds, items)
    return Newsroom(feeds, tuple(items), outlets.read_text(encoding="utf-8"))


def _check(domains: frozenset[str], feeds: tuple[SampleFeed, ...], items: list[SampleItem]) -> None:
    if not items:
        raise SampleError("The sample newsroom has no items: there is nothing in its days folder.")
    for domain in {feed.domain for feed in feeds} | {item.outlet for item in items}:
        if domain not in domains:
            raise SampleError(f"{domain} is not in outlets.toml.")
    paths = Counter(path for feed in feeds for path in (feed.path, feed.new_path) if path)
    links = Counter(item.outlet + item.path for item in items)
    if twice := sorted(name for name, count in (paths + links).items() if count > 1):
        raise SampleError(f"{twice[0]} stands twice in the sample newsroom.")


class NewsroomServer:
    """Serves a newsroom's feeds on 127.0.0.1 while the ``with`` block lasts; its clock is set by hand.

    ``requests`` lists (method, path, status) in the order of the answers.
    """

    def __init__(self, newsroom: Newsroom, now: datetime, port: int = 0) -> None:
        self.newsroom = newsroom
        self.requests: list[tuple[str, str, int]] = []
        self.set_now(now)
        self._port = port
        self._server: ThreadingHTTPServer | None = None

    def set_now(self, now: datetime) -> None:
        """Move the clock, forward or back; ``now`` must have a zone."""
        if now.tzinfo is None:
            raise SampleError("The sample newsroom needs a time with a zone.")
        self._now = now

    @property
    def now(self) -> datetime:
        """The moment whose feeds are served."""
        return self._now

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``; raises ``SampleError`` when the server is not running."""
        if self._server is None:
            raise SampleError("The sample newsroom is not being served.", todo="Use it in a with block.")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        handler = type("_Handler", (_FeedHandler,), {"served": self})
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        except OSError as error:
            message = f"The sample newsroom cannot listen on port {self._port}: {error.strerror}."
            raise SampleError(message, todo="Choose another port, or 0 for a free one.") from error
        # A short poll: shutdown() waits for it, and tests start and stop many servers.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _FeedHandler(BaseHTTPRequestHandler):
    served: NewsroomServer
    # Named without Python's version, so that a capture's headers are the same everywhere.
    server_version = "SampleNewsroom"
    sys_version = ""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        feed = self.served.newsroom.feed_at(path)
        if feed is None:
            self._answer(HTTPStatus.NOT_FOUND, b"There is no feed here.\n")
        elif feed.behaviour == "error500":
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"The press is broken.\n")
        elif feed.behaviour == "moved" and path == feed.path:
            self._answer(
                HTTPStatus.MOVED_PERMANENTLY, headers={"Location": self.served.base_url + feed.new_path}
            )
        else:
            self._feed(feed, path)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _feed(self, feed: SampleFeed, path: str) -> None:
        now = self.served.now
        body = self.served.newsroom.feed_bytes(path, now)
        changed = self.served.newsroom.changed(feed, now)
        headers = _validators(body, changed) if feed.validators else {}
        if self._unchanged(headers):
            self._answer(HTTPStatus.NOT_MODIFIED, headers=headers)
            return
        media_type = f"{_MEDIA_TYPE[feed.format]}; charset={feed.encoding}"
        self._answer(HTTPStatus.OK, body, {"Content-Type": media_type, **headers})

    def _unchanged(self, headers: dict[str, str]) -> bool:
        # RFC 9110, 13.2.2: with If-None-Match, If-Modified-Since is not looked at.
        if (tags := self.headers.get("If-None-Match")) is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return "ETag" in headers and (headers["ETag"] in known or "*" in known)
        since = _http_date(self.headers.get("If-Modified-Since"))
        changed = _http_date(headers.get("Last-Modified"))
        return since is not None and changed is not None and changed <= since

    def _answer(self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        # Noted before it is sent: whoever has the answer finds it in the list.
        self.served.requests.append((self.command, self.path, status.value))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet: ``requests`` has it all."""


def _validators(body: bytes, changed: datetime | None) -> dict[str, str]:
    etag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"'}
    return etag if changed is None else etag | {"Last-Modified": _rfc_date(changed)}


def _rfc_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _http_date(value: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
