"""A model hub on loopback that answers in the documented shape (https://huggingface.co/docs/hub/api), well or badly."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" + "0" * 34


@dataclass
class Hub:
    """What it holds, what it was asked for, and what it does wrong."""

    files: Mapping[str, bytes]
    address: str = ""
    asked: list[str] = field(default_factory=list)
    wrong: str = ""
    """digest, short, long, cut, gone, html, outside, login, huge."""

    @property
    def model(self) -> str:
        return f"{self.address}/people/tiny"

    def listing(self) -> bytes:
        siblings = []
        for path, body in {".gitattributes": b"*", "README.md": b"tiny", **self.files}.items():
            told: dict[str, object] = {"rfilename": path, "size": len(body), "blobId": _blob(body)}
            if path.endswith(".onnx"):
                size = 9_000_000_000 if self.wrong == "huge" else len(body)
                told["lfs"] = {"sha256": hashlib.sha256(body).hexdigest(), "size": size, "pointerSize": 132}
            if self.wrong == "outside" and path.endswith(".onnx"):
                told["rfilename"] = f"{path}/../../../evil"
                siblings.append({**told, "rfilename": path})
            siblings.append(told)
        return json.dumps({"id": "people/tiny", "sha": COMMIT, "gated": False, "siblings": siblings}).encode()

    def body(self, path: str) -> bytes:
        body = self.files.get(path, b"")
        if self.wrong == "digest":
            return body[:-1] + bytes([body[-1] ^ 1])
        return {"short": body[:-1], "long": body + b"x"}.get(self.wrong, body)


def _blob(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


@contextmanager
def model_hub(files: Mapping[str, bytes]) -> Iterator[Hub]:
    hub = Hub(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append(self.path)
            kind, _, rest = self.path.partition("/people/tiny/")
            if hub.wrong == "login":
                return self._answer(401, b"{}")
            if hub.wrong == "html":
                return self._answer(200, b"<html>Sign in</html>")
            if kind == "/api/models" and rest == "revision/main?blobs=true":
                return self._answer(200, hub.listing())
            if kind == "" and rest.startswith(f"resolve/{COMMIT}/") and hub.wrong != "gone":
                return self._redirect(rest.removeprefix(f"resolve/{COMMIT}/"))
            if kind == "/store":
                return self._answer(200, hub.body(rest))
            return self._answer(404, b"{}")

        def _redirect(self, path: str) -> None:
            """Large files lie elsewhere on the real hub, too."""
            self.send_response(302)
            self.send_header("Location", f"{hub.address}/store/people/tiny/{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if hub.wrong == "cut" and status == 200 else body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
