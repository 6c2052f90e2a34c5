"""`make bench`: speed of the whole, as anybody can measure it. Prints a table; asserts nothing about time.

    python -m benchmarks.run [--outlets 170] [--articles 1000] [--json]

Each figure is the median of three; where there is a peer for the same work (feedparser with its defaults, one
feed after the other, on the same bytes), the ratio is of the same run on the same machine.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks import synthetic
from newsletter.settings import load
from newsletter.wiring import House

RUNS = 3


@contextmanager
def serve(feeds: dict[str, bytes]) -> Iterator[str]:
    """The feeds over loopback HTTP with ETags; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def do_GET(self) -> None:
            body = feeds.get(self.path, b"")
            etag = f'"{sha256(body).hexdigest()[:20]}"'
            same = self.headers.get("If-None-Match") == etag
            self.send_response(304 if same else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", "0" if same else str(len(body)))
            self.end_headers()
            if not same:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def gather_and_build(outlets: int, articles: int) -> dict[str, float]:
    """One run of everything on a fresh home; seconds by name."""
    from newsletter.pipeline.build import build
    from newsletter.pipeline.gather import gather

    by_outlet: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in synthetic.day(articles, outlets):
        by_outlet[row["outlet"]].append(row)
    feeds = {f"/{domain}.xml": synthetic.rss(domain, rows) for domain, rows in by_outlet.items()}
    at = synthetic.CUT_OFF
    with tempfile.TemporaryDirectory() as folder, serve(feeds) as base:
        (Path(folder) / "outlets.toml").write_text(synthetic.outlets_toml(outlets, base))
        given = {"HOME": folder, "OUTLETS": f"{folder}/outlets.toml", "ALLOW_HOSTS": "127.0.0.1"}
        figures = {"feedparser alone, one after the other": timed(lambda: peer(feeds))}
        with House(load({}, Path(folder), given).settings, lambda: at) as house:
            figures["gather, cold"] = timed(lambda: gather(house.gather_room, at))
            figures["gather, unchanged"] = timed(lambda: gather(house.gather_room, at))
            figures["build, warm"] = timed(lambda: build(house.build_room, house.calendar.date_of(at), at))
        environment = {**os.environ, "NEWSLETTER_HOME": folder, "NEWSLETTER_OUTLETS": given["OUTLETS"]}
        command = [
            sys.executable,
            "-c",
            "from newsletter.cli import main; main()",
            "build",
            "--at",
            at.isoformat(),
        ]
        command.append("--no-gather")
        figures["build as a command, start-up included"] = timed(
            lambda: subprocess.run(command, env=environment, check=True, capture_output=True)
        )
        figures["newsletter --help"] = timed(
            lambda: subprocess.run([*command[:3], "--help"], check=True, capture_output=True)
        )
    return figures


def peer(feeds: dict[str, bytes]) -> None:
    """What parsing alone costs with feedparser's defaults."""
    import feedparser

    for body in feeds.values():
        feedparser.parse(io.BytesIO(body))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--outlets", type=int, default=170)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    runs = [gather_and_build(chosen.outlets, chosen.articles) for _ in range(RUNS)]
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    base = median["feedparser alone, one after the other"]
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    if chosen.json:
        print(json.dumps({"seconds": median, "peak_mb": round(peak / 1024), "runs": RUNS}, indent=1))
        return
    print(f"{chosen.outlets} feeds, {chosen.articles} articles, median of {RUNS} runs")
    for name, seconds in median.items():
        print(f"  {name:<42} {seconds:7.2f} s   {seconds / base:6.2f} × the peer")
    print(f"  {'peak memory, largest process':<42} {peak / 1024:7.0f} MB")


if __name__ == "__main__":
    main()
