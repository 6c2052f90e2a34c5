"""Several real processes on one mailing, and several requests under way in each: whatever dies, each recipient once."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.mailing import BatchState, MailingState
from newsletter.mailing.report import Outcome
from newsletter.pipeline.send import send
from tests.support.sending_forks import Plan
from tests.support.sending_processes import (
    DAY,
    KEY,
    LIMIT,
    Forked,
    Home,
    Ran,
    addresses,
    copied,
    list_csv,
    sample_issue,
    send_words,
    until,
)

if TYPE_CHECKING:
    from tests.support.storage_databases import PostgresServer

pytest_plugins = ("tests.support.storage_databases",)
PEOPLE = 120
SMALL = Plan(batch_size=10)


class Hold:
    """``tell`` of a stand-in that keeps back the answers to accepted batches until it is opened.

    ``reached``: so many are kept back at once.
    """

    def __init__(self, count: int) -> None:
        self.reached, self._open, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._count, self.held = count, 0

    def __call__(self, said: str) -> None:
        if not said.startswith("accepted") or self._open.is_set():
            return
        with self._lock:
            self.held += 1
            if self.held >= self._count:
                self.reached.set()
        assert self._open.wait(LIMIT)

    def wait(self) -> None:
        assert self.reached.wait(LIMIT), f"only {self.held} requests at once"

    def open(self) -> None:
        self._open.set()


def furnished(home: Home, folder: Path) -> Home:
    with home.house() as house:
        house.issues.save(sample_issue(folder / "sample"))
    ran = home.ran("subscribers", "import", str(list_csv(home.path / "list.csv", PEOPLE)), "--json")
    assert (ran.status, ran.json["added"]) == (0, PEOPLE)
    return home


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[str]:
    name, folder = postgres_server.create(), tmp_path_factory.mktemp("postgres")
    home = Home(folder, postgres_server.url(name))
    assert home.ran("db", "upgrade").status == 0
    furnished(home, folder)
    yield name
    postgres_server.drop(name)


@pytest.fixture
def shared(template: str, postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Home]:
    """On PostgreSQL: 120 people."""
    name = postgres_server.create(template)
    yield Home(tmp_path, postgres_server.url(name))
    postgres_server.drop(name)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("sqlite")
    return furnished(Home(folder, f"sqlite:///{folder / 'newsletter.db'}"), folder)


@pytest.fixture
def local(first: Home, tmp_path: Path) -> Home:
    """On SQLite: 120 people."""
    return copied(first, tmp_path / "home")


def started(home: Home, count: int, plan: Plan = SMALL) -> list[Forked]:
    return [home.fork(*send_words(), plan=plan) for _ in range(count)]


def in_flight(home: Home, most: int) -> Home:
    return replace(home, more=(*home.more, ("REQUESTS_IN_FLIGHT", str(most))))


def everybody_once(stand_in: SendGridStandIn) -> bool:
    return stand_in.per_recipient() == Counter(addresses(PEOPLE))


def outcomes(ends: list[Ran]) -> list[str]:
    return sorted(ran.json["outcome"] for ran in ends)


# ── several processes ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("count", "most"), [(2, 1), (3, 2)])
def test_workers_share_a_mailing_and_the_last_one_ends_it(shared: Home, count: int, most: int) -> None:
    hold = Hold(count * most)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = in_flight(shared.at(stand_in.url), most)
        processes = started(home, count)
        hold.wait()
        with home.house() as house:
            assert len(house.mailings.workers(home.mailing().id)) == count
        hold.open()
        ends = [process.ended() for process in processes]
        assert everybody_once(stand_in)
    assert {ran.status for ran in ends} == {0}
    assert set(outcomes(ends)) <= {"done", "shared"}
    assert "done" in outcomes(ends)
    assert home.mailing().state is MailingState.DONE
    assert len({batch.claimed_by for batch in home.batches()}) == count
    with home.house() as house:
        assert house.mailings.workers(home.mailing().id) == ()
        assert house.mailings.lease(home.mailing().id) is None


def test_a_worker_that_finds_nothing_to_claim_says_who_is_still_at_it(shared: Home) -> None:
    hold = Hold(1)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = shared.at(stand_in.url)
        whole = Plan()  # all in one batch
        (busy,) = started(home, 1, whole)
        hold.wait()
        idle = home.ran("send", DAY.isoformat(), "--yes", "--allow-stale", plan=whole)
        waiting = home.fork(*send_words(), "--wait", plan=whole)
        assert idle.status == 0
        assert f"{PEOPLE} recipients are being handed over by process {busy.process.pid}" in idle.out
        assert home.mailing().state is MailingState.SENDING
        with home.house() as house:
            until(lambda: len(house.mailings.workers(home.mailing().id)) == 2)
        os.kill(waiting.process.pid, signal.SIGTERM)
        assert waiting.ended().json["outcome"] == "stopped"
        hold.open()
        assert busy.ended().json["outcome"] == "done"
        assert everybody_once(stand_in)
    assert home.mailing().state is MailingState.DONE


def test_of_one_killed_in_a_request_only_its_batches_are_in_doubt_and_the_others_finish(shared: Home) -> None:
    hold = Hold(6)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = in_flight(shared.at(stand_in.url), 2)
        processes = started(home, 3)
        hold.wait()
        processes[0].kill()
        dead = str(processes[0].process.pid)
        hold.open()
        ends = [process.ended() for process in processes[1:]]
        assert "unsettled" in outcomes(ends)
        doubtful = [batch for batch in home.batches() if batch.state is BatchState.UNCERTAIN]
        assert len(doubtful) == 2
        assert {batch.claimed_by.split("/")[1] for batch in doubtful} == {dead}
        named = home.ran("deliveries", DAY.isoformat(), "--uncertain", "--json").json
        assert {row["id"] for row in named} == {batch.id for batch in doubtful}
        for batch in doubtful:
            assert home.ran("resolve", batch.id, "--accepted").status == 0
        assert everybody_once(stand_in)
    assert home.mailing().state is MailingState.DONE


def test_one_that_stood_still_past_its_lease_gives_way(shared: Home) -> None:
    hold = Hold(1)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = shared.at(stand_in.url)
        (slow,) = started(home, 1)
        hold.wait()
        os.kill(slow.process.pid, signal.SIGSTOP)
        with home.house() as house:
            mailing = home.mailing()
            (worker,) = house.mailings.workers(mailing.id)
            house.mailings.heartbeat(mailing.id, worker.owner, house.clock() - timedelta(minutes=2))
        hold.open()
        ran = home.send(plan=SMALL)
        assert (ran.json["outcome"], ran.json["uncertain"]) == ("unsettled", 10)
        os.kill(slow.process.pid, signal.SIGCONT)
        late = slow.ended()
        assert (late.status, late.json["outcome"]) == (3, "elsewhere")
        assert "taken over" in late.json["note"] or "took" in late.json["note"]
        assert everybody_once(stand_in)
    states = {batch.state for batch in home.batches()}
    assert states == {BatchState.SUBMITTED}, "its own answer settles the doubt about it"
    assert home.send().json["outcome"] == "done"


def test_a_halt_stops_all_of_them(shared: Home) -> None:
    hold = Hold(4)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = in_flight(shared.at(stand_in.url), 2)
        processes = started(home, 2)
        hold.wait()
        halting = home.fork("halt", DAY.isoformat(), "--by", "Ann", "--reason", "wrong", "--json")
        until(lambda: home.mailing().state is MailingState.HALTED)
        hold.open()
        ends, halted = [process.ended() for process in processes], halting.ended()
        assert outcomes(ends) == ["halted", "halted"]
        assert (halted.json["reached"], halted.json["stopped"]) == (40, PEOPLE - 40)
        assert len(stand_in.mails) == 40
    assert {batch.state for batch in home.batches()} == {BatchState.SUBMITTED, BatchState.CANCELLED}


def test_the_limits_hold_for_all_of_them_together(shared: Home) -> None:
    with SendGridStandIn(KEY) as stand_in:
        home = replace(in_flight(shared.at(stand_in.url), 3), more=(("MAX_PER_HOUR", "70"),))
        ends = [process.ended() for process in started(home, 3)]
        assert sum(stand_in.per_recipient().values()) == 70
        assert max(stand_in.per_recipient().values()) == 1
    assert "waiting" in outcomes(ends)
    assert home.mailing().state is MailingState.WAITING


# ── several requests of one process ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_asked_to_stop_it_finishes_what_is_under_way(database: str, request: pytest.FixtureRequest) -> None:
    home: Home = request.getfixturevalue("local" if database == "sqlite" else "shared")
    hold = Hold(2)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = in_flight(home.at(stand_in.url), 4)
        (process,) = started(home, 1)
        hold.wait()
        os.kill(process.process.pid, signal.SIGTERM)
        hold.open()
        ran = process.ended()
        assert (ran.status, ran.json["outcome"]) == (1, "stopped")
        assert (ran.json["submitted"], ran.json["submitting"], ran.json["uncertain"]) == (20, 0, 0)
        assert len(stand_in.mails) == 20
        assert home.send().json["outcome"] == "done"
        assert everybody_once(stand_in)


def test_on_sqlite_one_process_has_several_requests_under_way(local: Home) -> None:
    hold = Hold(3)
    with SendGridStandIn(KEY, tell=hold) as stand_in:
        home = in_flight(local.at(stand_in.url), 3)
        (process,) = started(home, 1)
        until(lambda: hold.held == 2)
        hold.open()
        assert process.ended().json["outcome"] == "done"
        assert everybody_once(stand_in)


def test_a_storm_of_too_many_requests_is_ridden_out(local: Home) -> None:
    waited: list[float] = []
    with SendGridStandIn(KEY) as stand_in:
        stand_in.fail_next(429, times=5, headers={"Retry-After": "3"})
        home = in_flight(local.at(stand_in.url), 4)
        with home.house() as house:
            house.provider.batch_size = 10  # type: ignore[misc]
            found = send(replace(house.send_room, wait=waited.append), DAY, allow_stale=True)
        assert found.outcome is Outcome.DONE
        assert everybody_once(stand_in)
    assert 3 <= sum(waited) <= 4 * 5, "once for all that were under way together"
