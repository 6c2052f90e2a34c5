"""The stand-in's HTTP side: routes, answers in SendGrid's shapes, and failures on demand."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from newsletter.dev.sendgrid_events import LISTS, PAGE_LIMIT, EventDesk
from newsletter.dev.sendgrid_ledger import Ledger
from newsletter.dev.sendgrid_openapi import outside, outside_answer
from newsletter.dev.sendgrid_rules import refusals
from newsletter.dev.sendgrid_setup import Setup

_LIMIT = 30_000_000
_DRAIN = 64_000_000  # more of a body than this is not even read


@dataclass(slots=True)
class Desk:
    """What the threads of one stand-in share."""

    api_key: str
    ledger: Ledger
    events: EventDesk
    setup: Setup
    tell: Callable[[str], None]
    now: Callable[[], float]
    failures: deque[tuple[int | str, Mapping[str, str]]] = field(default_factory=deque)
    stop_failures: deque[str] = field(default_factory=deque)
    page_failures: deque[tuple[int, Mapping[str, str]]] = field(default_factory=deque)
    outside: list[str] = field(default_factory=list)
    """What of the requests, or of our answers, the provider's OpenAPI file does not allow."""
    closing: threading.Event = field(default_factory=threading.Event)

    def note(self, what: list[str]) -> None:
        for one in what:
            self.tell(f"outside the published rules: {one}")
        self.outside.extend(what)


class Server(ThreadingHTTPServer):
    """``desk`` is set before it serves."""

    daemon_threads = True

    desk: Desk

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is an everyday thing here."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    _told: Sequence[str] = ()
    """What of the request under way is outside the file."""

    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def do_PATCH(self) -> None:
        self._guarded(self._patch)

    def do_DELETE(self) -> None:
        self._guarded(self._delete)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet: the base class prints each request to stderr."""

    @property
    def _desk(self) -> Desk:
        return self.server.desk

    def _guarded(self, route: Callable[[str, bytes], None]) -> None:
        length = _length(self.headers)
        raw = self.rfile.read(min(length, _DRAIN))
        kind = self.headers.get("Content-Type") or ""
        self._told = outside(self.command, self.path, self.headers.keys(), kind, raw)
        self._desk.note(self._told)
        if self.headers.get("Authorization") != f"Bearer {self._desk.api_key}":
            self._refuse(401, "The provided authorization grant is invalid, expired, or revoked")
        elif self.path.startswith(tuple(self._desk.setup.forbidden)):
            self._refuse(403, "access forbidden")
        elif length >= _LIMIT:
            self._refuse(413, "The request is larger than 30 MB.")
        else:
            route(self.path.partition("?")[0], raw)

    # ── routes ─────────────────────────────────────────────────────────────────────────────────────

    def _get(self, path: str, _: bytes) -> None:
        if path == "/v3/scopes":
            self._answer(200, {"scopes": list(self._desk.setup.scopes)})
        elif path == "/v3/user/scheduled_sends":
            self._answer(200, self._desk.ledger.stops(self._desk.now()))
        elif path.startswith("/v3/user/scheduled_sends/"):
            self._answer(200, self._desk.ledger.stops(self._desk.now(), path.rpartition("/")[2]))
        elif path.startswith("/v3/mail/batch/"):
            self._batch(path.rpartition("/")[2])
        elif path.removeprefix("/v3/") in LISTS:
            self._suppressed(path.removeprefix("/v3/"))
        elif path == "/v3/whitelabel/domains":
            asked = parse_qs(urlsplit(self.path).query).get("domain", [""])[0]
            self._answer(200, self._desk.setup.listed(asked))
        elif path == "/v3/verified_senders":
            self._answer(200, self._desk.setup.verified())
        elif path == "/v3/user/webhooks/event/settings/all":
            self._answer(200, {"max_allowed": 5, "webhooks": list(self._desk.setup.webhooks)})
        else:
            self._refuse(404, "not found")

    def _suppressed(self, name: str) -> None:
        """A page of a suppression list."""
        asked = parse_qs(urlsplit(self.path).query)
        given = {key: asked.get(key, [default])[0] for key, default in (("limit", "500"), ("offset", "0"))}
        wrong = [key for key, value in given.items() if not (value.isascii() and value.isdigit())]
        if not wrong and not 0 < int(given["limit"]) <= PAGE_LIMIT:
            wrong = ["limit"]
        if wrong:
            self._refuse(
                400, f"{wrong[0]} has to be a number, and limit one from 1 to {PAGE_LIMIT}.", wrong[0]
            )
            return
        self._desk.ledger.pages += 1
        status, headers = self._desk.page_failures.popleft() if self._desk.page_failures else (200, {})
        if status != 200:
            self._desk.tell(f"failing on demand ({status}): {name}")
            body = {"errors": [{"message": "failing on demand", "field": None}]}
            self._answer(status, body, headers, on_demand=True)
            return
        self._answer(200, self._desk.events.page(name, int(given["limit"]), int(given["offset"])))

    def _post(self, path: str, raw: bytes) -> None:
        if path == "/v3/mail/batch":
            self._answer(201, {"batch_id": self._desk.ledger.new_batch(self._desk.now())})
        elif path in ("/v3/mail/send", "/v3/user/scheduled_sends"):
            body = self._json(raw)
            if body is not None:
                (self._send if path == "/v3/mail/send" else self._stop)(body)
        elif path.startswith("/v3/whitelabel/domains/") and path.endswith("/validate"):
            self._answer(200, self._desk.setup.validated(int(path.split("/")[4])))
        else:
            self._refuse(404, "not found")

    def _patch(self, path: str, raw: bytes) -> None:
        body = self._json(raw)
        if body is None:
            return
        batch_id, status = path.rpartition("/")[2], str(body.get("status"))
        reason = self._desk.ledger.stop(batch_id, status, self._desk.now(), again=True)
        self._refuse(400, reason) if reason else self._answer(204)

    def _delete(self, path: str, _: bytes) -> None:
        known = self._desk.ledger.resume(path.rpartition("/")[2], self._desk.now())
        self._answer(204) if known else self._refuse(404, "not found")

    def _batch(self, batch_id: str) -> None:
        if self._desk.ledger.knows(batch_id, self._desk.now()):
            self._answer(200, {"batch_id": batch_id})
        else:
            self._refuse(400, "invalid batch id", "batch_id")

    def _stop(self, body: dict[str, Any]) -> None:
        failure = self._desk.stop_failures.popleft() if self._desk.stop_failures else None
        if failure == "timeout":
            self.close_connection = True
            self._say_nothing()
            return
        batch_id, status = str(body.get("batch_id")), str(body.get("status"))
        reason = self._desk.ledger.stop(batch_id, status, self._desk.now(), again=False)
        if reason:
            self._refuse(400, reason, "batch_id")
        elif failure == "timeout-after-accept":
            self.close_connection = True
            self._say_nothing()
        else:
            self._answer(201, {"batch_id": batch_id, "status": status})

    def _json(self, raw: bytes) -> dict[str, Any] | None:
        """The body, or None after an answer that refuses it."""
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            self._refuse(415, "The Content-Type has to be application/json.")
            return None
        try:
            body = json.loads(raw.decode("utf-8"))
            json.dumps(body, ensure_ascii=False).encode()  # escaped half characters are no UTF-8 either
        except (ValueError, RecursionError):
            self._refuse(400, "Bad Request")
            return None
        if not isinstance(body, dict):
            self._refuse(400, "Bad Request")
            return None
        return body

    # ── mail ───────────────────────────────────────────────────────────────────────────────────────

    def _send(self, body: dict[str, Any]) -> None:
        desk = self._desk
        desk.ledger.requests += 1
        errors = refusals(body, int(desk.now()))
        if body.get("batch_id") is not None and not desk.ledger.knows(str(body["batch_id"]), desk.now()):
            errors.append({"message": "The batch_id is unknown.", "field": "batch_id"})
        errors = errors or [{"message": told, "field": None} for told in self._told]
        if errors:
            desk.tell(f"refused: {errors[0]['field']}: {errors[0]['message']}")
            self._answer(400, {"errors": errors})
            return
        failure = desk.failures.popleft() if desk.failures else None
        if failure is not None and failure[0]:  # 0: planned to go well
            self._fail(*failure, body)
        elif _sandboxed(body):
            desk.tell(f"sandbox: {_summary(body)}")
            self._answer(200)
        else:
            message_id = desk.ledger.accept(body)
            desk.tell(f"accepted: {_summary(body)}")
            self._answer(202, headers={"X-Message-Id": message_id})

    def _fail(self, kind: int | str, headers: Mapping[str, str], body: dict[str, Any]) -> None:
        self._desk.tell(f"failing on demand ({kind}): {_summary(body)}")
        if isinstance(kind, int):
            message = "too many requests" if kind == 429 else "failing on demand"
            self._answer(kind, {"errors": [{"message": message, "field": None}]}, headers, on_demand=True)
            return
        if kind.endswith("-after-accept") or kind == "cut-receipt":
            message_id = self._desk.ledger.accept(body)
        self.close_connection = True
        if kind.startswith("timeout"):
            self._say_nothing()
        elif kind.startswith("reset"):
            self._reset()
        elif kind == "garbage":
            self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
        else:
            receipt = f"HTTP/1.1 202 Accepted\r\nX-Message-Id: {message_id}\r\nContent-Length: 99\r\n\r\nbro"
            self.wfile.write(receipt.encode())

    def _say_nothing(self) -> None:
        """Until the client hangs up or the stand-in closes."""
        while not self._desk.closing.is_set():
            if select.select([self.connection], [], [], 0.05)[0] and not self.connection.recv(1):
                return

    def _reset(self) -> None:
        """A TCP reset instead of an orderly end: linger 0 makes the kernel send RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    # ── answers ────────────────────────────────────────────────────────────────────────────────────

    def _refuse(self, status: int, message: str, field: str | None = None) -> None:
        self._answer(status, {"errors": [{"message": message, "field": field}]})

    def _answer(
        self,
        status: int,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        on_demand: bool = False,
    ) -> None:
        raw = b"" if body is None else json.dumps(body).encode()
        if not on_demand:
            self._desk.note(outside_answer(self.command, self.path.partition("?")[0], status, raw))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _length(headers: Message) -> int:
    value = headers.get("Content-Length") or ""
    return int(value) if value.isascii() and value.isdigit() else 0


def _sandboxed(body: Mapping[str, Any]) -> bool:
    sandbox = (body.get("mail_settings") or {}).get("sandbox_mode") or {}
    return isinstance(sandbox, dict) and sandbox.get("enable") is True


def _summary(body: Mapping[str, Any]) -> str:
    people = body["personalizations"]
    local, _, domain = people[0]["to"][0]["email"].partition("@")
    more = f" and {len(people) - 1} more" if len(people) > 1 else ""
    return f"{body.get('subject', '')!r} to {local[:1]}…@{domain}{more}"
