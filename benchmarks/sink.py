"""A stand-in for SendGrid in a process of its own that costs next to nothing: it checks, counts, and mails nobody.

    python -m benchmarks.sink            # says its address on standard output; ends with its standard input

Of each request for ``/v3/mail/send`` it checks, with 400 for what is wrong: the key's header, JSON, a From address, a
subject, text before HTML and neither empty, 1 to 1,000 personalizations, each with exactly one recipient of the list
that was announced, one HTTPS List-Unsubscribe, one List-Unsubscribe-Post, a substitution, and custom arguments that are
strings. It remembers of each recipient how often it was accepted, in a byte each. The same for whoever sends.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.audience import number_of

KEY = "SG.bench"


class Count:
    """What was accepted since the last announcement."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.announce(0, 0.0)

    def announce(self, people: int, latency: float) -> None:
        with self.lock:
            self.seen, self.latency = bytearray(people + 1), latency
            self.requests = self.refused = self.at_once = self.most_at_once = 0

    def accept(self, people: list[Mapping[str, Any]]) -> bool:
        """Whether everybody is on the list; then each is counted."""
        numbers = [number_of(one["to"][0]["email"]) for one in people]
        with self.lock:
            if not all(0 < number < len(self.seen) for number in numbers):
                return False
            for number in numbers:
                self.seen[number] = min(255, self.seen[number] + 1)
        return True

    def told(self) -> dict[str, int]:
        with self.lock:
            once = self.seen.count(1)
            never = self.seen.count(0) - 1  # nobody has the number 0
            return {
                "once": once,
                "never": never,
                "more": len(self.seen) - 1 - once - never,
                "requests": self.requests,
                "refused": self.refused,
                "most_at_once": self.most_at_once,
            }


COUNT = Count()


def fault(body: Mapping[str, Any]) -> str:
    """What is wrong with a request; empty when nothing is."""
    people, content = body.get("personalizations") or [], body.get("content") or []
    if not 1 <= len(people) <= 1_000:
        return "personalizations"
    if [part.get("type") for part in content] != ["text/plain", "text/html"]:
        return "content"
    if not all(part.get("value") for part in content):
        return "content.value"
    if not (body.get("from") or {}).get("email") or not body.get("subject"):
        return "from, subject"
    return next((f"personalizations.{n}" for n, one in enumerate(people) if not _fine(one)), "")


def _fine(one: Mapping[str, Any]) -> bool:
    headers = one["headers"]
    return (
        len(one["to"]) == 1
        and headers["List-Unsubscribe"].startswith("<https://")
        and headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        and all(one["substitutions"].values())
        and all(type(value) is str for value in one["custom_args"].values())
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version, wbufsize = "HTTP/1.1", -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/announce":
            given = json.loads(raw)
            COUNT.announce(given["people"], given["latency"])
            return self._answer(200, {})
        with COUNT.lock:
            COUNT.requests += 1
            COUNT.at_once += 1
            COUNT.most_at_once = max(COUNT.most_at_once, COUNT.at_once)
        try:
            wrong = self._wrong(raw)
            if COUNT.latency:
                time.sleep(COUNT.latency)
        finally:
            with COUNT.lock:
                COUNT.at_once -= 1
                COUNT.refused += bool(wrong)
        if wrong:
            return self._answer(400, {"errors": [{"message": "wrong", "field": wrong, "help": None}]})
        return self._answer(202, None)

    def _wrong(self, raw: bytes) -> str:
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return "authorization"
        try:
            body = json.loads(raw)
            return fault(body) or ("" if COUNT.accept(body["personalizations"]) else "to")
        except (ValueError, LookupError, TypeError) as problem:
            return type(problem).__name__

    def do_GET(self) -> None:
        self._answer(200, COUNT.told())

    def _answer(self, status: int, body: Any) -> None:
        raw = b"" if body is None else json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("X-Message-Id", f"sink-{COUNT.requests}")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        return


class Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128


def main() -> None:
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
