"""A real HTTP server on loopback that says what a test scripted, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    """What one request gets. ``drip`` sends the body in pieces with a pause of that many seconds between."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: int | None = None
    """Promise the whole body, send this many bytes and hang up."""
    hang: bool = False
    """Accept, and say nothing until the server closes."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; header names are lower-case."""

    path: str
    headers: Mapping[str, str]


Reply = Answer | Callable[[Asked], Answer]


class FeedServer:
    """``with FeedServer() as server: server.script("/rss", Answer(...), Answer(...))``; the last answer repeats."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.busy: dict[str, int] = defaultdict(int)
        self.most_at_once = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._scripts: dict[str, list[Reply]] = {}
        self._http = _Http(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def script(self, path: str, *replies: Reply) -> str:
        """What the path answers, request by request; the URL to ask."""
        self._scripts[path] = list(replies)
        return self.url(path)

    def requests(self, path: str) -> Sequence[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def reply(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            replies = self._scripts.get(asked.path, [Answer(404)])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply if isinstance(reply, Answer) else reply(asked)

    def enter(self) -> None:
        with self._lock:
            self.busy["now"] += 1
            self.most_at_once = max(self.most_at_once, self.busy["now"])

    def leave(self) -> None:
        with self._lock:
            self.busy["now"] -= 1


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what several tests are about."""


def _handler_for(server: FeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            server.enter()
            try:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._send(server.reply(Asked(self.path, headers)))
            finally:
                server.leave()

        def _send(self, answer: Answer) -> None:
            if answer.hang:
                server.closing.wait(30)
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in _pieces(answer):
                self.wfile.write(piece)
                self.wfile.flush()
                if answer.drip and server.closing.wait(answer.drip):
                    break
            if answer.cut is not None:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    return Handler


def _pieces(answer: Answer) -> Iterator[bytes]:
    body = answer.body if answer.cut is None else answer.body[: answer.cut]
    if answer.drip:
        yield from (body[at : at + 1] for at in range(len(body)))
    elif body and answer.status != 304:
        yield body
