"""The flows as an operator runs them: deployed to a real server, run by a real process worker."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import shards
from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.mailing import BatchState, MailingState
from newsletter.mailing.settle import resolve
from newsletter.pipeline.build import build
from newsletter.pipeline.sharding import Large
from newsletter.settings import load
from newsletter.wiring import House
from tests.support.prefect_installation import ROOT, Installation, answers
from tests.support.sample_home import sample_house
from tests.support.storage_samples import subscriber

if TYPE_CHECKING:
    from tests.support.storage_databases import PostgresServer

pytest_plugins = ("tests.support.storage_databases",)

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, House]]:
    folder = tmp_path_factory.mktemp("prefect")
    with sample_house(folder / "home") as (house, _, _):
        installed = Installation(folder, folder / "home")
        try:
            installed.start("server", "start", "--host", "127.0.0.1", "--port", str(installed.port))
            installed.until("the server's start", lambda: answers(f"{installed.api}/health"))
            made = installed.prefect("work-pool", "create", "newsletter", "--type", "process")
            assert made.returncode == 0, made.stdout + made.stderr
            deployed = installed.prefect("--no-prompt", "deploy", "--all")
            assert deployed.returncode == 0, deployed.stdout + deployed.stderr
            loud = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG"}
            installed.start("worker", "start", "--pool", "newsletter", "--type", "process", **loud)
            yield installed, house
        finally:
            installed.stop()
        said = installed.logged()
        assert "Executing flow" in said or "deliver" in said
        for personal in (KEY, "@reader.example", *(one.email for one in house.subscribers.all())):
            assert personal not in said


def test_six_deployments_with_their_schedules(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    rows = {row["name"]: row for row in installed.post("/deployments/filter")}
    assert set(rows) == {"gather", "daily-issue", "deliver", "deliver-shard", "sync-suppressions", "backfill"}
    crons = {name: [s["schedule"]["cron"] for s in row["schedules"]] for name, row in rows.items()}
    assert crons == {
        "gather": ["10 * * * *"],
        "daily-issue": ["0 5 * * *"],
        "deliver": ["*/10 * * * *"],
        "deliver-shard": [],
        "sync-suppressions": ["30 4 * * *"],
        "backfill": [],
    }
    assert rows["daily-issue"]["schedules"][0]["schedule"]["timezone"] == "America/New_York"


def test_a_backfill_then_a_late_scheduled_day_makes_its_own_date(
    installation: tuple[Installation, House],
) -> None:
    installed, house = installation
    past = installed.run("backfill/backfill", {"start": "2026-10-04", "end": "2026-10-05"})
    assert past["state"]["type"] == "COMPLETED", past["state"]["message"]
    assert {date(2026, 10, 4), date(2026, 10, 5)} <= set(house.issues.dates())
    assert '"done"' in installed.artifacts("backfill")[0]["data"]

    due = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
    day = installed.run("daily-issue/daily-issue", {}, due)
    assert day["state"]["type"] == "COMPLETED", day["state"]["message"]
    assert day["name"] == "issue-2026-10-06"
    assert "stale" in day["state"]["message"], "a run that is weeks late builds, and mails nobody"
    issue = house.issues.get(date(2026, 10, 6))
    assert issue is not None
    assert issue.as_of == due
    assert house.mailings.find(date(2026, 10, 6)) is None
    checks = installed.artifacts("issue-checks")
    assert "reading-time" in checks[0]["data"]
    assert installed.artifacts("issue-link")


def test_a_day_is_mailed_once_however_often_it_runs(installation: tuple[Installation, House]) -> None:
    installed, house = installation
    for _ in range(2):
        run = installed.run("daily-issue/daily-issue", {"day": "2026-10-04", "allow_stale": True})
        assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert len(list((installed.home / "outbox").rglob("*.eml"))) == house.subscribers.count()["active"]
    assert "submitted" in installed.artifacts("send-progress")[0]["data"]


def test_a_gather_shows_the_feeds_health(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    run = installed.run("gather/gather", {"at": "2026-10-06T10:00:00Z"})
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    table = installed.artifacts("feed-health")[0]["data"]
    rows = {row["outlet"]: row for row in json.loads(table)}
    assert "backed off" in rows["ternislandpacket.example"]["status"], "its feed answers 500 every time"
    assert rows["ternislandpacket.example"]["what to do"]
    assert rows["harborledger.example"]["items"] > 0


def test_a_malformed_date_says_so(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    run = installed.run("daily-issue/daily-issue", {"day": "yesterday-ish"})
    assert run["state"]["type"] == "FAILED"
    assert "day" in run["state"]["message"]


# ── going on with mailings ─────────────────────────────────────────────────────────────────────────


def issue_of(house: House, day: date) -> None:
    """An issue under that date, frozen. A later one than the sample's: else those would be repeats of it."""
    made = build(house.build_room, date(2026, 10, 4), house.calendar.cut_off(date(2026, 10, 4))).issue
    house.issues.save(replace(made, date=day, revision=1))
    house.issues.freeze(day, 1)


def test_deliver_stops_what_was_halted_and_says_so(installation: tuple[Installation, House]) -> None:
    installed, house = installation
    day = date(2026, 10, 20)
    issue_of(house, day)
    issue = house.issues.get(day)
    assert issue
    at = datetime.now(UTC)
    mailing = house.mailings.freeze(day, 1, issue.html_sha256, "outbox", 5, at)
    house.mailings.set_state(mailing.id, MailingState.HALTED, "Halted by Ann: wrong figure", at)
    run = installed.run("deliver/deliver", {})
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert {batch.state for batch in house.mailings.batches(mailing.id)} == {BatchState.CANCELLED}
    assert not list((installed.home / "outbox" / day.isoformat()).rglob("*.eml"))


KEY = "SG.a-key-that-nobody-may-see"
PEOPLE, A_BATCH, OVER = 600, 10, 200


class Shared:
    """A mailing on PostgreSQL, and a stand-in that keeps its answers back until it is told not to."""

    def __init__(self, house: House, day: date, stand_in: SendGridStandIn, gate: threading.Event) -> None:
        self.house, self.day, self.stand_in, self.gate = house, day, stand_in, gate
        self.mailing_id = 0

    def freeze(self) -> None:
        issue = self.house.issues.get(self.day)
        assert issue
        made = self.house.mailings.freeze(
            self.day, 1, issue.html_sha256, "sendgrid", A_BATCH, datetime.now(UTC)
        )
        self.mailing_id = made.id

    def counts(self) -> dict[str, int]:
        return {k: n for k, n in self.house.mailings.counts(self.mailing_id).items() if n}

    def at_work(self) -> set[int]:
        """Processes that are sending it."""
        return {int(one.owner.split("/")[1]) for one in self.house.mailings.workers(self.mailing_id)}

    def under_way(self) -> int:
        return len(self.house.mailings.batches(self.mailing_id, (BatchState.SUBMITTING,)))


@contextmanager
def settings_of(home: Path, lines: dict[str, str]) -> Iterator[None]:
    """Further lines in the home's `.env`, as long as it lasts: the worker's runs read it."""
    file = home / ".env"
    before = file.read_text()
    file.write_text(before + "".join(f"NEWSLETTER_{name}='{value}'\n" for name, value in lines.items()))
    try:
        yield
    finally:
        file.write_text(before)


@pytest.fixture
def shared(
    installation: tuple[Installation, House], postgres_server: PostgresServer, migrated_postgres: str
) -> Iterator[Shared]:
    installed, sample = installation
    gate, name = threading.Event(), postgres_server.create(migrated_postgres)

    def keep_back(said: str) -> None:
        if said.startswith("accepted"):
            gate.wait(20)

    with SendGridStandIn(KEY, tell=keep_back) as stand_in:
        given = {
            "DATABASE_URL": postgres_server.url(name),
            "PROVIDER": "sendgrid",
            "SENDGRID_URL": stand_in.url,
            "SENDGRID_API_KEY": KEY,
            "SECRET_KEY": "a-secret-that-signs-the-links-of-these-tests",
            "SHARD_OVER": str(OVER),
        }
        loaded = load({"NEWSLETTER_HOME": str(installed.home)}, ROOT, given)
        with settings_of(installed.home, given), House(loaded.settings) as house:
            day = house.calendar.date_of(datetime.now(UTC))
            issue_of(sample, day)
            issue = sample.issues.get(day)
            assert issue
            house.issues.save(issue)
            house.subscribers.add_many(subscriber(f"reader{n}") for n in range(PEOPLE))
            yield Shared(house, day, stand_in, gate)
    postgres_server.drop(name)


def test_a_large_mailing_is_shared_by_runs_and_survives_the_death_of_one(
    installation: tuple[Installation, House], shared: Shared
) -> None:
    installed, house = installation[0], shared.house
    shared.freeze()
    parent = installed.begin("deliver/deliver", {})
    installed.until("three at work", lambda: len(shared.at_work()) == 3 and shared.under_way() >= 3)
    shards_of = {run["name"]: run for run in installed.runs_of("deliver-shard")}
    assert set(shards_of) == {f"shard-{shared.day}-1.1", f"shard-{shared.day}-2.1"}
    dead = shards_of[f"shard-{shared.day}-1.1"]
    pid = int(dead["infrastructure_pid"].rpartition(":")[2])
    assert pid in shared.at_work()
    os.kill(pid, signal.SIGKILL)
    assert installed.ended(dead["id"])["state"]["type"] == "CRASHED"

    with temporary_settings({PREFECT_API_URL: installed.api}):  # what the next round would ask for
        shards._runs(Large(shared.mailing_id, shared.day, PEOPLE, 2))
    names = {run["name"] for run in installed.runs_of("deliver-shard")}
    assert names == {*shards_of, f"shard-{shared.day}-1.2"}, (
        "the dead one has a successor, the living one has not"
    )

    shared.gate.set()
    installed.ended(parent)
    for run in installed.runs_of("deliver-shard"):
        installed.ended(run["id"])
    assert max(shared.stand_in.per_recipient().values()) == 1
    left = shared.counts()
    assert left["submitted"] + left.get("uncertain", 0) == PEOPLE, "nobody waits for the dead"
    assert left.get("uncertain", 0) <= 4 * A_BATCH, "only what it had under way"
    for batch in house.mailings.batches(shared.mailing_id, (BatchState.UNCERTAIN,)):
        taken = any(mail.custom_args["batch"] == batch.id for mail in shared.stand_in.mails)
        resolve(batch.id, accepted=taken, store=house.mailings, clock=house.clock)
    last = installed.run("deliver/deliver", {})
    assert last["state"]["type"] == "COMPLETED", last["state"]["message"]
    mailing = house.mailings.get(shared.mailing_id)
    assert mailing
    assert mailing.state is MailingState.DONE
    assert set(shared.stand_in.per_recipient().values()) == {1}
    assert len(shared.stand_in.per_recipient()) == PEOPLE


def test_without_help_a_run_sends_alone_and_says_so(
    installation: tuple[Installation, House],
    shared: Shared,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    installed, _ = installation
    shared.freeze()
    monkeypatch.setattr(shards, "get_run_logger", lambda: logging.getLogger("flow"))
    monkeypatch.setattr(shards, "DEPLOYMENT", "deliver-shard/not-deployed")
    with temporary_settings({PREFECT_API_URL: installed.api}), caplog.at_level("INFO", "flow"):
        assert shards.ask_for_help(shared.house) == 0
    assert "this run sends alone" in caplog.text
    monkeypatch.setattr(type(shared.house.mailings), "shared", property(lambda _: False))
    caplog.clear()
    with caplog.at_level("INFO", "flow"):
        assert shards.ask_for_help(shared.house) == 0
    assert "SQLite serves one sender" in caplog.text
