"""Homes with an issue and a list, real `newsletter` processes in them, and ways to kill those at an exact step.

`Home.command` is `python -m newsletter` as a user starts it. `Home.fork` runs the same command in a process
forked from one that has imported everything already: as real (own pid, own memory, SIGKILL), but quick.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from newsletter.demo.run import DAYS
from newsletter.domain.mailing import Batch, Mailing
from newsletter.pipeline.build import build
from newsletter.ports import StoredIssue
from newsletter.settings import load
from newsletter.wiring import House
from tests.support.sample_home import sample_house

DAY = DAYS[0]
KEY = "SG.a-key-that-nobody-may-see"
SECRET = "a-secret-that-signs-the-links-of-these-tests"
DOMAIN = "readers.example"
PEOPLE = 2_500
LIMIT = 40  # seconds after which a process of these tests hangs
_ROOT = Path(__file__).resolve().parents[2]
_count = itertools.count(1)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "newsletter.cli.sending",
        "newsletter.wiring",
        "newsletter.pipeline.send",
        "newsletter.storage.issues",
        "newsletter.storage.mailings",
        "newsletter.storage.subscribers",
        "newsletter.mailing.sendgrid_provider",
        "psycopg",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "tests.support.sending_processes",
    ]
)


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

    @property
    def environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
        ours = {
            "HOME": str(self.path),
            "DATABASE_URL": self.url,
            "SECRET_KEY": SECRET,
            "PROVIDER": "sendgrid",
            "SENDGRID_URL": self.sendgrid,
            "SENDGRID_API_KEY": self.key,
            "FROM_EMAIL": "morning@bothsides.example",
            "POSTAL_ADDRESS": "The Reading Room, 4 Customs Quay, Marrowgate",
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

    def fork(self, *words: str, plan: Plan | None = None) -> Forked:
        """The same in a forked process, under way."""
        return Forked(self, words, plan or Plan())

    def ran(self, *words: str, plan: Plan | None = None) -> Ran:
        """The same in a forked process, to its end."""
        return self.fork(*words, plan=plan).ended()

    def send(self, day: date = DAY, plan: Plan | None = None) -> Ran:
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


def ended(process: subprocess.Popen[str]) -> Ran:
    try:
        out, err = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    return told(Ran(process.returncode, out, err))


def told(ran: Ran) -> Ran:
    """Whatever was said names neither the key nor anybody's address (mail.md, requirement 9), nor crashed."""
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


# ── processes that die where they are told to ──────────────────────────────────────────────────────


@dataclass(frozen=True)
class Plan:
    """Kill the process by SIGKILL at the ``nth`` call of ``step`` (a store's method, or ``submit``).

    ``after``: the call has taken effect. ``batch_size`` makes smaller batches than the provider's 1,000.
    """

    step: str = ""
    nth: int = 1
    after: bool = False
    batch_size: int = 1_000

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.step} {self.nth}"


class Forked:
    """A `newsletter` command in a forked process."""

    def __init__(self, home: Home, words: tuple[str, ...], plan: Plan) -> None:
        self._said = home.path / f"said-{next(_count)}"
        given = (home.environment, str(home.path), words, str(self._said), plan)
        self.process: ForkServerProcess = _context.Process(target=_command, args=given)
        self.process.start()

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self.process.kill()
        self.process.join(LIMIT)
        assert self.process.exitcode == -signal.SIGKILL

    def ended(self) -> Ran:
        self.process.join(LIMIT)
        if self.process.exitcode is None:
            self.process.kill()
            raise AssertionError("the command hangs")
        texts = [self._said.with_suffix(end).read_text(encoding="utf-8") for end in (".out", ".err")]
        return told(Ran(self.process.exitcode, *texts))


def _command(
    environment: Mapping[str, str], folder: str, words: tuple[str, ...], said: str, plan: Plan
) -> None:
    """In the forked process: the command, as the console script runs it."""
    from newsletter.cli import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, end in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(said + end, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    _arm(plan)
    sys.argv = ["newsletter", *words]
    main()


def _arm(plan: Plan) -> None:
    from newsletter.mailing.sendgrid_provider import SendGridProvider
    from newsletter.storage.mailings import SqlMailingStore

    SendGridProvider.batch_size = plan.batch_size
    if plan.step:
        owner: Any = SendGridProvider if plan.step == "submit" else SqlMailingStore
        setattr(owner, plan.step, _deadly(getattr(owner, plan.step), plan))


def _deadly(method: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    calls = itertools.count(1)

    def called(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == plan.nth
        if last and plan.after:
            method(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*args, **kwargs)

    return called


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
