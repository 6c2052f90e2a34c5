"""A language model's stand-in on loopback: speaks chat completions and Anthropic's messages, fails when told to.

For tests and the demo (`ModelStandIn` as a context manager) and for `newsletter dev model`. It knows no language:
it replays what it is given.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import click

from newsletter.dev.recorded import Recorded
from newsletter.locate import folder

DEV_KEY = "stand-in-key"
DEV_MODEL = "recorded"
Answerer = Callable[[str], str | None]
"""The user's message to the answer's text; None for a story that nothing was recorded about."""
FAILURES = (
    "hang",
    "drip",
    "drip-headers",
    "redirect",
    "garbage",
    "huge",
    "packed",
    "cut",
    "refuse",
    "shapeless",
)


@dataclass
class _Desk:
    """What the threads of one stand-in share."""

    key: str
    answer: Answerer
    tell: Callable[[str], None]
    failures: deque[tuple[int | str, Mapping[str, str]]] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: _Desk

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is an everyday thing here."""


class ModelStandIn:
    """``with ModelStandIn(answer) as model:`` serves at ``model.url`` until the block ends."""

    def __init__(
        self,
        answer: Answerer,
        *,
        key: str = DEV_KEY,
        port: int = 0,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._desk = _Desk(key, answer, tell or (lambda _: None))
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.desk = self._desk
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def root(self) -> str:
        """The address an Anthropic client takes."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The address an OpenAI-compatible client takes."""
        return f"{self.root}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies of the requests that came with the key, in order."""
        return self._desk.requests

    def fail_next(self, kind: int | str, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        """Fail the next requests: a status, or one of ``FAILURES``."""
        if isinstance(kind, str) and kind not in FAILURES:
            raise ValueError(f"one of {FAILURES}, or a status")
        self._desk.failures.extend([(kind, headers or {})] * times)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._desk.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet: the base class prints each request to stderr."""

    def do_POST(self) -> None:
        desk = self.server.desk
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 2_000_000))
        given = self.headers.get("Authorization", "").removeprefix("Bearer "), self.headers.get("x-api-key")
        if desk.key not in given:
            self._answer(
                401, {"error": {"message": "Incorrect API key provided", "type": "authentication_error"}}
            )
            return
        with desk.lock:
            failure = desk.failures.popleft() if desk.failures else None
        wrong, body = _read(self.path, raw)
        if wrong:
            desk.tell(f"refused: {wrong}")
            self._answer(400, {"error": {"message": wrong, "type": "invalid_request_error"}})
            return
        desk.requests.append(body)
        self._fail(*failure) if failure else self._speak(desk, body)

    def _speak(self, desk: _Desk, body: Mapping[str, Any]) -> None:
        text = desk.answer(body["messages"][-1]["content"])
        if text is None:
            desk.tell("nothing is recorded about that story")
            self._answer(404, {"error": {"message": "nothing is recorded about that story"}})
            return
        desk.tell(f"answered {len(text):,} characters")
        self._answer(200, _shaped(self.path, text, "stop"))

    def _fail(self, kind: int | str, headers: Mapping[str, str]) -> None:
        self.server.desk.tell(f"failing on demand ({kind})")
        if isinstance(kind, int):
            self._answer(kind, {"error": {"message": "failing on demand"}}, headers)
        elif kind == "redirect":
            self._answer(307, {}, {"Location": headers["Location"]})
        elif kind in {"cut", "refuse"}:
            self._answer(200, _shaped(self.path, '{"overview": [', kind))
        elif kind == "shapeless":
            self._answer(200, {"choices": "none", "content": 3})
        elif kind == "packed":
            self._answer(200, {}, {"Content-Encoding": "gzip"})
        elif kind == "huge":
            self._answer(200, _shaped(self.path, "x" * 2_000_000, "stop"))
        else:
            self._slowly(kind)

    def _slowly(self, kind: str) -> None:
        """Nothing, or a byte at a time, until the client hangs up or the stand-in closes."""
        self.close_connection = True
        closing = self.server.desk.closing
        if kind == "garbage":
            self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
            return
        if kind == "drip":
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
            )
        if kind == "drip-headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not closing.wait(0.02):
            if kind != "hang":
                self.wfile.write(b"x")

    def _answer(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _read(path: str, raw: bytes) -> tuple[str, dict[str, Any]]:
    """(what is wrong, the body): strict, as the providers are."""
    if path not in {"/v1/chat/completions", "/v1/messages"}:
        return f"no such path: {path}", {}
    try:
        body = json.loads(raw)
        messages = body["messages"]
        if not isinstance(body["model"], str) or not all(isinstance(m["content"], str) for m in messages):
            return "model and messages have to be strings", {}
        if path == "/v1/messages" and not (
            "max_tokens" in body and [m["role"] for m in messages] == ["user"]
        ):
            return "max_tokens and one user message are needed", {}
    except (ValueError, KeyError, TypeError):
        return "model and messages are needed", {}
    return "", body


def _shaped(path: str, text: str, ended: str) -> dict[str, Any]:
    """An answer in the shape of the path it was asked at."""
    if path == "/v1/messages":
        reason = {"stop": "end_turn", "cut": "max_tokens", "refuse": "refusal"}[ended]
        return {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": text}],
            "stop_reason": reason,
        }
    reason = {"stop": "stop", "cut": "length", "refuse": "content_filter"}[ended]
    message = {"role": "assistant", "content": text}
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
    }


def recorded_sample() -> Recorded:
    """The sample newsroom's recorded answers."""
    return Recorded(folder("sample") / "model" / "answers.toml")


def main(port: int = 8035) -> None:
    """Serve the sample's recorded answers until interrupted, and say what arrives."""
    with ModelStandIn(recorded_sample(), port=port, tell=click.echo) as model:
        try:
            click.echo(
                f"Recorded answers about the sample newsroom, at {model.url} (Ctrl-C ends it). To use it:"
            )
            click.echo(f"  export NEWSLETTER_WRITER=model NEWSLETTER_MODEL={DEV_MODEL}")
            click.echo(f"  export NEWSLETTER_MODEL_URL={model.url} NEWSLETTER_MODEL_API_KEY={DEV_KEY}")
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo(f"{len(model.requests)} requests answered.")
