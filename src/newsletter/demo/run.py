"""The whole day on the sample newsroom: gather over local HTTP, build, check, mail into the outbox.

Three days of a fictional country, a clock that stands where it is put, a home of its own: no key, no network,
and the same issue, byte for byte, every time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from newsletter.demo.newsroom import NewsroomServer, load_newsroom
from newsletter.domain.audience import Subscriber
from newsletter.domain.feed import GatherReport
from newsletter.domain.reading import checks_from
from newsletter.errors import Refused, SampleError
from newsletter.locate import folder
from newsletter.mailing.csvfile import read_subscribers
from newsletter.mailing.report import SendReport
from newsletter.pipeline.build import Built, build
from newsletter.pipeline.gather import gather
from newsletter.pipeline.send import send
from newsletter.settings import load
from newsletter.wiring import House

DAYS = (date(2026, 10, 4), date(2026, 10, 5), date(2026, 10, 6))
"""Dates of the three issues; the last one is mailed."""
FIRST_GATHER = datetime(2026, 10, 3, 13, 0, tzinfo=UTC)
GATHER_EVERY = timedelta(hours=4)
MARKER = ".made-by-newsletter-demo"

Say = Callable[[str], None]


@dataclass(frozen=True)
class DemoResult:
    """What the demo made, for whoever prints it."""

    home: Path
    issues: tuple[Built, ...]
    gathers: tuple[GatherReport, ...]
    sent: SendReport | None


class FixedClock:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def run_demo(home: Path, *, engine: str, say: Say, more: Mapping[str, str] | None = None) -> DemoResult:
    """Run the demo in ``home`` (emptied first, if a demo made it). ``engine`` is "plain" or "prefect".

    ``more``: further settings, by their names without prefix (who writes).
    """
    newsroom = load_newsroom(folder("sample"))
    prepare(home)
    with NewsroomServer(newsroom, FIRST_GATHER) as server:
        values = write_home(home, newsroom.outlets_toml(server.base_url), more)
        clock = FixedClock(FIRST_GATHER)
        with House(load({}, home, values).settings, clock) as house:
            import_subscribers(house)
            gathers, issues = [], []
            for day in DAYS if engine == "plain" else DAYS[:-1]:
                say(f"The issue of {day:%A}, {day.day} {day:%B %Y}: gathering …")
                gathers += list(gather_until(house, server, clock, house.calendar.cut_off(day)))
                issues.append(build(house.build_room, day, house.calendar.cut_off(day)))
            if engine == "prefect":
                gathers += list(
                    gather_until(house, server, clock, house.calendar.cut_off(DAYS[-1]) - GATHER_EVERY)
                )
                _last_day_as_flow(house, server, values, say)
                issues.append(_kept(house, DAYS[-1]))
                return DemoResult(home, tuple(issues), tuple(gathers), None)
            say("Mailing it into the outbox …")
            return DemoResult(
                home, tuple(issues), tuple(gathers), send(house.send_room, DAYS[-1], at_once=True)
            )


def prepare(home: Path) -> None:
    """An empty home. Only a folder that a demo made is emptied."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).is_file():
            raise Refused(f"{home} was not made by the demo.", todo="Move it away, or set NEWSLETTER_HOME.")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).write_text("This folder is emptied by every `newsletter demo`.\n", encoding="utf-8")


def write_home(home: Path, outlets: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """outlets.toml and a `.env`, so that the other commands can look into this home; the settings' values."""
    (home / "outlets.toml").write_text(outlets, encoding="utf-8")
    values = {
        "HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'newsletter.db'}",
        "OUTLETS": str(home / "outlets.toml"),
        "ALLOW_HOSTS": "127.0.0.1",
        "TIMEZONE": "America/New_York",
        "ISSUE_TIME": "05:00",
        "PROVIDER": "outbox",
        "SUPPLY_LEFT": "4",
        "SUPPLY_RIGHT": "4",
        "POSTAL_ADDRESS": "The Reading Room, 4 Customs Quay, Marrowgate",
        "FROM_EMAIL": "morning@bothsides.example",
        **(more or {}),
    }
    # Not in the file: once the newsroom is gone, a later build of one of its days must not ask it for feeds.
    kept = {name: value for name, value in values.items() if name != "ALLOW_HOSTS"}
    # As the folder itself has it: a copy of it must not act on the original.
    kept |= {"HOME": ".", "DATABASE_URL": "sqlite:///${NEWSLETTER_HOME}/newsletter.db"}
    kept |= {"OUTLETS": "${NEWSLETTER_HOME}/outlets.toml"}
    lines = "".join(f"NEWSLETTER_{name}='{value}'\n" for name, value in kept.items())
    (home / ".env").write_text(lines, encoding="utf-8")
    return values


def import_subscribers(house: House) -> None:
    path = folder("sample") / "subscribers.csv"
    with path.open("rb") as file:
        rows = list(read_subscribers(file, house.clock()))
    good = [row for row in rows if isinstance(row, Subscriber)]
    if len(good) < len(rows):
        raise SampleError(f"{path} has a row that cannot be used.", todo="Restore the sample folder.")
    house.subscribers.add_many(good)


def gather_until(
    house: House, server: NewsroomServer, clock: FixedClock, end: datetime
) -> Iterator[GatherReport]:
    """Every four hours up to and at ``end``, with the newsroom's clock and ours on that time."""
    while clock.now < end:
        yield _gather_at(house, server, clock, clock.now)
        clock.now = min(clock.now + GATHER_EVERY, end)
    yield _gather_at(house, server, clock, end)


def _gather_at(house: House, server: NewsroomServer, clock: FixedClock, at: datetime) -> GatherReport:
    clock.now = at
    server.set_now(at)
    return gather(house.gather_room, at)


def _last_day_as_flow(house: House, server: NewsroomServer, values: dict[str, str], say: Say) -> None:
    """The last issue by the `daily-issue` flow, in a process of its own; the package knows no Prefect."""
    checkout = folder("sample").parent
    if not (checkout / "flows").is_dir():
        raise Refused(
            "The flows are not part of the installed package.",
            todo="Run `newsletter demo --engine prefect` in a checkout.",
        )
    day, at = DAYS[-1], house.calendar.cut_off(DAYS[-1])
    server.set_now(at)
    say(f"The issue of {day:%A}, {day.day} {day:%B %Y} as the Prefect flow `daily-issue` …")
    environment = {**os.environ, **{f"NEWSLETTER_{name}": value for name, value in values.items()}}
    environment.setdefault("PREFECT_HOME", str(house.settings.home / "prefect"))
    command = [
        sys.executable,
        "-m",
        "flows.daily_issue",
        day.isoformat(),
        "--at",
        at.isoformat(),
        "--allow-stale",
    ]
    done = subprocess.run(command, cwd=checkout, env=environment, check=False)  # noqa: S603  # our own module
    if done.returncode:
        raise SampleError("The flow failed; its log stands above.", todo="Try `newsletter demo` without it.")


def _kept(house: House, day: date) -> Built:
    issue = house.issues.get(day)
    if issue is None:
        raise SampleError(f"The flow made no issue of {day}.", todo="Its log stands above.")
    return Built(
        issue, checks_from(issue.document), str(house.settings.issues_folder / day.isoformat()), changed=True
    )
