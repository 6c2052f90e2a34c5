"""Homes with an issue and a list, real `newsletter` processes in them, and ways to kill those at an exact step.

`Home.command` is `python -m newsletter` as a user starts it. `Home.fork` runs the same command in a process
forked from one that has imported everything already (`tests.support.sending_forks`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from newsletter.demo.run import DAYS
from newsletter.domain.mailing import Batch, Mailing
from newsletter.pipeline.build import build
from newsletter.ports import StoredIssue
from newsletter.settings import load
from newsletter.wiring import House
from tests.support.sample_home import sample_house
from tests.support.sending_forks import UNHARMED, Fork, Plan, start

DAY = DAYS[0]
KEY = "SG.a-key-that-nobody-may-see"
SECRET = "a-secret-that-signs-the-links-of-these-tests"
DOMAIN = "readers.example"
PEOPLE = 2_500
LIMIT = 40  # seconds after which a process of these tests hangs
_ROOT = Path(__file__).resolve().parents[2]


def sample_issue(folder: Path) -> StoredIssue:
    """The first issue of the sample newsroom, built from its gathered articles."""
    with sample_house(folder, DAY) as (house, _, _):
        return build(house.build_room, DAY, house.calendar.cut_off(DAY)).issue


def addresses(count: int = PEOPLE) -> list[str]:
    return [f"reader{n:04}@{DOMAIN}" for n in range(1, count + 1)]


def list_csv(path: Path, count: int = PEOPLE) -> Path:
    rows = "".join(f"{email},Reader {n}\n" for n, email in enumerate(addresses(count), 1))
    path.write_text("email,name\n" + rows, encoding="utf-8")
    return path


# ── homes ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """An installation of its own. ``url`` is its database's."""

    path: Path
    url: str
    sendgrid: str = ""
    key: str = KEY
    provider: str = "sendgrid"
    more: tuple[tuple[str, str], ...] = ()
    """Further settings."""
    webhook_key: str = ""

    @property
    def environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
        ours = {
            "HOME": str(self.path),
            "DATABASE_URL": self.url,
            "SECRET_KEY": SECRET,
            "PROVIDER": self.provider,
            "SENDGRID_URL": self.sendgrid,
            "SENDGRID_API_KEY": self.key,
            "WEBHOOK_PUBLIC_KEY": self.webhook_key,
            "FROM_EMAIL": "morning@bothsides.example",
            "REQUESTS_IN_FLIGHT": "1",
            "POSTAL_ADDRESS": "The Reading Room, 4 Customs Quay, Marrowgate",
            **dict(self.more),
        }
        own = {f"NEWSLETTER_{name}": value for name, value in ours.items() if value}
        return given | own | {"PYTHONPATH": os.pathsep.join((str(_ROOT / "src"), str(_ROOT)))}

    def at(self, sendgrid: str, key: str = KEY) -> Home:
        return replace(self, sendgrid=sendgrid, key=key)

    @contextmanager
    def house(self) -> Iterator[House]:
        with House(load(self.environment, self.path, {}).settings) as house:
            yield house

    def popen(self, *words: str) -> subprocess.Popen[str]:
        """`python -m newsletter …`, under way."""
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = [sys.executable, "-m", "newsletter", *words]
        return subprocess.Popen(
            command, cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL, **pipes
        )

    def command(self, *words: str) -> Ran:
        """`python -m newsletter …`, to its end."""
        return ended(self.popen(*words))

    def fork(self, *words: str, plan: Plan = UNHARMED) -> Forked:
        """The same in a forked process, under way."""
        return Forked(start(self.environment, self.path, words, plan))

    def ran(self, *words: str, plan: Plan = UNHARMED) -> Ran:
        """The same in a forked process, to its end."""
        return self.fork(*words, plan=plan).ended()

    def send(self, day: date = DAY, plan: Plan = UNHARMED) -> Ran:
        return self.ran(*send_words(day), plan=plan)

    def batches(self, day: date = DAY) -> tuple[Batch, ...]:
        with self.house() as house:
            mailing = house.mailings.find(day)
            return house.mailings.batches(mailing.id) if mailing else ()

    def mailing(self, day: date = DAY) -> Mailing:
        with self.house() as house:
            found = house.mailings.find(day)
        assert found is not None
        return found


def send_words(day: date = DAY) -> tuple[str, ...]:
    return ("send", day.isoformat(), "--yes", "--allow-stale", "--json")


@dataclass(frozen=True)
class Forked:
    """A `newsletter` command under way in a forked process."""

    process: Fork

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.ended(LIMIT) == -signal.SIGKILL

    def ended(self) -> Ran:
        return told(Ran(self.process.ended(LIMIT), self.process.out, self.process.err))


def ended(process: subprocess.Popen[str]) -> Ran:
    try:
        out, err = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    return told(Ran(process.returncode, out, err))


def told(ran: Ran) -> Ran:
    """Whatever was said names neither the key nor anybody's address, nor crashed."""
    said = ran.out + ran.err
    assert KEY not in said
    assert not re.search(rf"@{re.escape(DOMAIN)}", said)
    assert "Traceback" not in said, said
    return ran


def copied(home: Home, path: Path) -> Home:
    """A copy of a home on SQLite."""
    path.mkdir()
    name = home.url.rpartition("/")[2]
    shutil.copy(home.path / name, path / name)
    return Home(path, f"sqlite:///{path / name}")


# ── a provider that takes its time ─────────────────────────────────────────────────────────────────


class Gate:
    """``tell`` of a stand-in that keeps back the answer to the first accepted batch until it is opened.

    ``then`` runs in between, when the batch is accepted and the sender does not know it yet.
    """

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.accepted, self._open, self._then = threading.Event(), threading.Event(), then

    def __call__(self, said: str) -> None:
        if said.startswith("accepted") and not self.accepted.is_set():
            self._then()
            self.accepted.set()
            self._open.wait(LIMIT)

    def open(self) -> None:
        self._open.set()


@contextmanager
def deaf_port() -> Iterator[str]:
    """An address where connections neither come to stand nor are refused: its queue is full."""
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def until(condition: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    waiting = threading.Event()
    for _ in range(LIMIT * 50):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it never happened")
