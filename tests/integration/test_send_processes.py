"""Sending with real processes, on SQLite and PostgreSQL: whatever is killed and when, each recipient once."""

from __future__ import annotations

import csv
import json
import os
import signal
import stat
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.audience import SubscriberStatus, SuppressionReason
from newsletter.domain.issue import PREFERENCES_SLOT, SLOTS, UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import BatchState, MailingState
from newsletter.domain.tokens import Purpose, public_id_of, sign, verify
from newsletter.mailing.event_rows import read_events
from newsletter.mailing.outbox import FILES_LIMIT
from newsletter.mailing.report import Outcome
from newsletter.mailing.sendgrid_provider import SendGridProvider
from newsletter.mailing.settle import resolve
from newsletter.pipeline.send import send
from newsletter.ports import StoredIssue
from newsletter.storage.tables import subscribers
from newsletter.storage.tables_all import metadata
from tests.support.sending_forks import Plan
from tests.support.sending_processes import (
    DAY,
    KEY,
    LIMIT,
    PEOPLE,
    SECRET,
    Gate,
    Home,
    addresses,
    copied,
    deaf_port,
    ended,
    list_csv,
    sample_issue,
    send_words,
    until,
)

if TYPE_CHECKING:
    from tests.support.storage_databases import PostgresServer

pytest_plugins = ("tests.support.storage_databases",)


@pytest.fixture(scope="module")
def issue(tmp_path_factory: pytest.TempPathFactory) -> StoredIssue:
    return sample_issue(tmp_path_factory.mktemp("sample") / "home")


def furnished(home: Home, issue: StoredIssue) -> Home:
    """With the issue, and 2,500 people imported by the command."""
    with home.house() as house:
        house.issues.save(issue)
    ran = home.command("subscribers", "import", str(list_csv(home.path / "list.csv")), "--json")
    assert (ran.status, ran.json["added"], ran.json["rejected"]) == (0, PEOPLE, [])
    return home


@pytest.fixture(scope="module")
def sqlite_home(issue: StoredIssue, tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("sqlite")
    return furnished(Home(path, f"sqlite:///{path / 'newsletter.db'}"), issue)


@pytest.fixture(scope="module")
def postgres_template(
    issue: StoredIssue, tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[str]:
    """Name of a database with the issue and the list, to copy from."""
    name = postgres_server.create()
    home = Home(tmp_path_factory.mktemp("postgres"), postgres_server.url(name))
    refused = home.ran("subscribers", "count")
    assert refused.status == 1
    assert "newsletter db upgrade" in refused.err
    assert home.command("db", "upgrade").status == 0
    furnished(home, issue)
    yield name
    postgres_server.drop(name)


@pytest.fixture
def local(sqlite_home: Home, tmp_path: Path) -> Home:
    return copied(sqlite_home, tmp_path / "home")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home of one's own, with the issue and 2,500 people; once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("local")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield Home(tmp_path, server.url(name))
    server.drop(name)


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(KEY) as server:
        yield server


def sizes(stand_in: SendGridStandIn) -> list[int]:
    return list(Counter(mail.message_id for mail in stand_in.mails).values())


def everybody_once(stand_in: SendGridStandIn) -> bool:
    return stand_in.per_recipient() == Counter(addresses())


def settle(home: Home, stand_in: SendGridStandIn) -> int:
    """Look each uncertain batch up in the provider's ledger, say what it says; how many there were."""
    listed = home.ran("deliveries", DAY.isoformat(), "--uncertain", "--json").json
    for row in listed:
        there = taken(stand_in, row["id"])
        said = home.ran("resolve", row["id"], "--accepted" if there else "--not-accepted", "--json")
        assert (said.status, said.json["state"]) == (0, "submitted" if there else "pending")
    return len(listed)


def taken(stand_in: SendGridStandIn, batch_id: str) -> bool:
    """What an operator sees in the provider's activity."""
    return any(mail.custom_args["batch"] == batch_id for mail in stand_in.mails)


# ── a quiet morning ────────────────────────────────────────────────────────────────────────────────


def test_2500_people_get_the_issue_once_in_three_batches_each_with_links_of_their_own(
    home: Home, stand_in: SendGridStandIn
) -> None:
    home = home.at(stand_in.url)
    ran = home.command(*send_words())
    assert (ran.status, ran.json["outcome"], ran.json["submitted"]) == (0, "done", PEOPLE)
    assert everybody_once(stand_in)
    assert sizes(stand_in) == [1000, 1000, 500]
    with home.house() as house:
        ids = {person.public_id: person.email for person in house.subscribers.all()}
    for mail in stand_in.mails:
        link = mail.headers["List-Unsubscribe"].strip("<>")
        token = link.rpartition("/u/")[2]
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert ids[public_id_of(token)] == mail.to, "somebody else's link"
        assert verify((SECRET.encode(),), Purpose.UNSUBSCRIBE, token, 1)
        settings = mail.substitutions[PREFERENCES_SLOT]
        assert mail.substitutions == {UNSUBSCRIBE_SLOT: token, PREFERENCES_SLOT: settings}
        assert verify((SECRET.encode(),), Purpose.PREFERENCES, settings, 1)
        assert public_id_of(settings) == public_id_of(token)
    one = stand_in.mails[-1]
    assert one.headers["List-Unsubscribe"].strip("<>") in one.html
    assert one.headers["List-Unsubscribe"].strip("<>") in one.text
    assert f"/p/{one.substitutions[PREFERENCES_SLOT]}" in one.html
    assert f"/p/{one.substitutions[PREFERENCES_SLOT]}" in one.text
    assert not any(slot in one.html + one.text for slot in SLOTS)

    rows = home.ran("deliveries", DAY.isoformat(), "--json").json
    assert all({"id", "state", "recipients", "attempts", "reason"} <= set(row) for row in rows)
    found = [(row["state"], row["recipients"], row["attempts"], row["reason"]) for row in rows]
    assert found == [("submitted", 1000, 1, ""), ("submitted", 1000, 1, ""), ("submitted", 500, 1, "")]

    again = home.send()
    assert (again.status, again.json["outcome"]) == (0, "done")
    assert stand_in.ledger.requests == 3


def test_a_test_mail_changes_nothing_about_anybody(home: Home, stand_in: SendGridStandIn) -> None:
    home = home.at(stand_in.url)
    before = everything(home)
    assert home.ran("test-send", DAY.isoformat(), "--to", "editor@desk.example").status == 0
    assert everything(home) == before
    (mail,) = stand_in.mails
    assert (mail.to, mail.subject[:6]) == ("editor@desk.example", "[Test]")


def everything(home: Home) -> dict[str, list[Any]]:
    with home.house() as house, house.database.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize(
    ("people", "files"), [(FILES_LIMIT, {".eml": FILES_LIMIT}), (FILES_LIMIT + 1, {".mbox": 2})]
)
def test_into_the_outbox_a_thousand_go_as_files_and_one_more_as_mboxes(
    local: Home, people: int, files: dict[str, int]
) -> None:
    only(local, people)
    outbox = replace(local, provider="outbox")
    assert outbox.send().json["submitted"] == people
    folder = local.path / "outbox" / DAY.isoformat()
    assert Counter(path.suffix for path in folder.iterdir()) == files


def only(home: Home, people: int) -> None:
    """The list, cut down to the first so many."""
    with home.house() as house:
        keys = [person.address_key for person in house.subscribers.all()][people:]
        with house.database.write() as connection:
            connection.execute(sa.delete(subscribers).where(subscribers.c.address_key.in_(keys)))


# ── killed ─────────────────────────────────────────────────────────────────────────────────────────


def test_killed_before_the_request_begins(home: Home, stand_in: SendGridStandIn) -> None:
    with deaf_port() as nowhere:
        process = home.at(nowhere).fork(*send_words())
        until(lambda: any(batch.state is BatchState.SUBMITTING for batch in home.batches()))
        process.kill()
    goes_on(home.at(stand_in.url), stand_in, uncertain=1, attempts=[2, 1, 1])


def test_killed_while_the_request_is_in_flight(home: Home, stand_in: SendGridStandIn) -> None:
    stand_in.fail_next("timeout")
    process = home.at(stand_in.url).fork(*send_words())
    until(lambda: stand_in.ledger.requests == 1)
    process.kill()
    assert not stand_in.mails
    goes_on(home.at(stand_in.url), stand_in, uncertain=1, attempts=[2, 1, 1])


def test_killed_by_a_user_after_acceptance_and_before_it_is_recorded(
    home: Home, stand_in: SendGridStandIn
) -> None:
    stand_in.fail_next("timeout-after-accept")
    process = home.at(stand_in.url).popen(*send_words())
    until(lambda: len(stand_in.mails) == 1000)
    process.kill()
    assert ended(process).status == -signal.SIGKILL
    goes_on(home.at(stand_in.url), stand_in, uncertain=1, attempts=[1, 1, 1])


def test_killed_between_two_batches(home: Home, stand_in: SendGridStandIn) -> None:
    killed = home.at(stand_in.url).send(plan=Plan("claim", 2))
    assert killed.status == -signal.SIGKILL
    assert sizes(stand_in) == [1000]
    goes_on(home.at(stand_in.url), stand_in, uncertain=0, attempts=[1, 1, 1])


def goes_on(home: Home, stand_in: SendGridStandIn, *, uncertain: int, attempts: list[int]) -> None:
    """The next run needs not wait for the dead one's lease; doubt is settled by a person, and only by one."""
    ran = home.send()
    if uncertain:
        assert (ran.status, ran.json["outcome"], ran.json["uncertain"]) == (1, "unsettled", 1000)
        assert "newsletter resolve" in ran.json["note"]
        requests = stand_in.ledger.requests
        assert home.send().status == 1
        assert stand_in.ledger.requests == requests, "doubt is never sent again by itself"
        assert settle(home, stand_in) == uncertain
        if home.mailing().state is not MailingState.DONE:
            ran = home.send()
            assert (ran.status, ran.json["outcome"]) == (0, "done")
    assert home.mailing().state is MailingState.DONE
    assert home.send().status == 0
    assert everybody_once(stand_in)
    assert [batch.attempts for batch in home.batches()] == attempts


STEPS = [
    Plan(step, nth, after, batch_size=10)
    for step, times in {
        "freeze": (1,),
        "acquire": (1,),
        "heartbeat": (1,),
        "orphans_to_uncertain": (1,),
        "set_state": (1,),
        "close": (1,),
        "claim": (1, 2, 3),
        "next_due": (1, 4),
        "submit": (1, 3),
        "move": (1, 2, 3),
        "release": (1,),
    }.items()
    for nth in times
    for after in (False, True)
]


def test_killed_at_any_step_nobody_is_mailed_twice_and_nobody_is_lost(
    home: Home, issue: StoredIssue, stand_in: SendGridStandIn
) -> None:
    only(home, 25)  # so that each step is quick
    home = home.at(stand_in.url)
    # A forked process takes PostgreSQL three times as long: there each step's first time has to do.
    steps = STEPS if home.url.startswith("sqlite") else [plan for plan in STEPS if plan.nth == 1]
    days = {plan: DAY + timedelta(days=n) for n, plan in enumerate(steps, 1)}
    with home.house() as house:
        for day in days.values():
            house.issues.save(replace(issue, date=day))
        for plan, day in days.items():
            assert home.send(day, plan).status == -signal.SIGKILL, plan
            resumed = home.send(day, Plan(batch_size=10))
            doubtful = house.mailings.find(day)
            assert doubtful is not None
            uncertain = [b for b in house.mailings.batches(doubtful.id) if b.state is BatchState.UNCERTAIN]
            assert resumed.status == (1 if uncertain else 0), (plan, resumed.out)
            for batch in uncertain:
                resolve(batch.id, taken(stand_in, batch.id), store=house.mailings, clock=house.clock)
            assert not uncertain or home.send(day, Plan(batch_size=10)).status == 0, plan
            mailed = [mail.to for mail in stand_in.mails if mail.custom_args["issue"] == day.isoformat()]
            assert sorted(mailed) == addresses(25), plan


def test_a_lease_of_another_machine_is_respected_and_said_plainly(
    local: Home, stand_in: SendGridStandIn
) -> None:
    local = local.at(stand_in.url)
    assert local.send(plan=Plan("claim", 1)).status == -signal.SIGKILL
    with local.house() as house:
        mailing = local.mailing()
        held = house.mailings.lease(mailing.id)
        assert held is not None
        house.mailings.release(mailing.id, held.owner)
        other = "mailer-2/77/1234/0123456789abcdef/89abcdef"
        assert house.mailings.acquire(mailing.id, other, house.clock())
    ran = local.ran("send", DAY.isoformat(), "--yes", "--allow-stale")
    assert ran.status == 3
    assert "process 77 on mailer-2, last heard of" in ran.out
    assert "Should it have died, run `newsletter send` again after" in ran.out
    assert stand_in.ledger.requests == 0
    with local.house() as house:  # an hour ago: it has run out
        house.mailings.heartbeat(mailing.id, other, house.clock() - timedelta(hours=1))
    assert local.send().status == 0
    assert everybody_once(stand_in)


# ── asked to stop ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_its_batch_and_a_second_run_the_rest(
    local: Home, number: signal.Signals
) -> None:
    gate = Gate()
    with SendGridStandIn(KEY, tell=gate) as stand_in:
        home = local.at(stand_in.url)
        process = home.popen(*send_words())
        assert gate.accepted.wait(30)
        process.send_signal(number)
        time.sleep(0.2)
        assert process.poll() is None, "the request under way is waited for"
        gate.open()
        ran = ended(process)
        assert (ran.status, ran.json["outcome"]) == (1, "stopped")
        assert (ran.json["submitted"], ran.json["pending"]) == (1000, 1500)
        assert f"run `newsletter send {DAY}` again" in ran.json["note"]
        assert sizes(stand_in) == [1000]
        assert home.send().status == 0
        assert everybody_once(stand_in)


def test_a_stop_ends_the_wait_for_a_busy_provider(local: Home) -> None:
    said: list[str] = []
    with SendGridStandIn(KEY, tell=said.append) as stand_in:
        stand_in.fail_next(429, headers={"Retry-After": "600"})
        process = local.at(stand_in.url).fork(*send_words())
        until(lambda: bool(said))
        until(lambda: local.batches()[0].state is BatchState.PENDING)
        os.kill(process.process.pid, signal.SIGTERM)
        began = time.monotonic()
        ran = process.ended()
        assert time.monotonic() - began < 5
        assert (ran.status, ran.json["outcome"], ran.json["pending"]) == (1, "stopped", PEOPLE)


# ── two at once ────────────────────────────────────────────────────────────────────────────────────


def test_on_sqlite_of_two_sends_at_once_one_sends_and_the_other_says_so(local: Home) -> None:
    gate = Gate()
    with SendGridStandIn(KEY, tell=gate) as stand_in:
        home = local.at(stand_in.url)
        first = home.fork(*send_words())
        assert gate.accepted.wait(30)
        second = home.ran("send", DAY.isoformat(), "--yes", "--allow-stale")
        assert second.status == 3
        assert f"process {first.process.pid} on " in second.out
        assert stand_in.ledger.requests == 1
        gate.open()
        assert first.ended().status == 0
        assert everybody_once(stand_in)


@pytest.mark.parametrize("after_a_kill", [False, True])
def test_of_many_started_in_the_same_moment_each_address_gets_one(
    home: Home, stand_in: SendGridStandIn, after_a_kill: bool
) -> None:
    home = home.at(stand_in.url)
    if after_a_kill:  # then they all find the same dead worker
        assert home.send(plan=Plan("claim", 2)).status == -signal.SIGKILL
    ends = [process.ended() for process in [home.fork(*send_words()) for _ in range(4)]]
    assert {ran.status for ran in ends} <= {0, 3}
    assert any(ran.json["outcome"] == "done" for ran in ends)
    assert everybody_once(stand_in)
    assert sorted(sizes(stand_in)) == [500, 1000, 1000]


# ── people leave while it is sent ──────────────────────────────────────────────────────────────────


def test_who_leaves_between_two_batches_is_not_in_the_next_and_is_counted(home: Home) -> None:
    left = [addresses()[1500], addresses()[1501], addresses()[2499], addresses()[3]]

    def they_leave() -> None:
        with home.house() as house:
            now = house.clock()
            unsubscribed, complained, removed, too_late = map(house.subscribers.by_address, left)
            assert unsubscribed
            assert complained
            assert removed
            assert too_late
            house.subscribers.set_status(unsubscribed.public_id, SubscriberStatus.UNSUBSCRIBED, now)
            house.subscribers.set_status(too_late.public_id, SubscriberStatus.UNSUBSCRIBED, now)
            house.subscribers.suppress(complained.address_key, SuppressionReason.SPAM_REPORT, now)
            house.subscribers.remove(removed.address_key)

    gate = Gate(they_leave)
    gate.open()
    with SendGridStandIn(KEY, tell=gate) as stand_in:
        ran = home.at(stand_in.url).send()
        assert (ran.status, ran.json["outcome"], ran.json["skipped"]) == (0, "done", 3)
        assert (ran.json["submitted"], ran.json["recipients"]) == (PEOPLE - 3, PEOPLE)
        assert stand_in.per_recipient() == Counter(set(addresses()) - set(left[:3]))
    with home.house() as house:
        skipped = house.mailings.skipped(home.mailing().id)
    assert skipped == {"unsubscribed": 1, "suppressed": 1, "removed from the list": 1}


# ── what the provider may answer ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["timeout", "timeout-after-accept"])
def test_a_request_without_an_answer_is_left_to_a_person_and_the_rest_is_mailed(
    local: Home, stand_in: SendGridStandIn, kind: str
) -> None:
    home = local.at(stand_in.url)
    stand_in.fail_next(kind)
    with home.house() as house:
        impatient = replace(house.send_room, provider=SendGridProvider(KEY, stand_in.url, timeout=0.5))
        found = send(impatient, DAY, allow_stale=True)
    assert (found.outcome, found.exit_status, found.uncertain) == (Outcome.UNSETTLED, 1, 1000)
    assert "newsletter resolve" in found.note
    assert home.batches()[0].reason == "SendGrid did not answer in time."
    assert settle(home, stand_in) == 1
    assert home.send().status == 0
    assert everybody_once(stand_in)


def test_a_busy_provider_gets_the_time_it_asks_for(local: Home, stand_in: SendGridStandIn) -> None:
    stand_in.fail_next(429, headers={"Retry-After": "7"})
    waited: list[float] = []
    with local.at(stand_in.url).house() as house:
        found = send(replace(house.send_room, wait=waited.append), DAY, allow_stale=True)
    assert found.outcome is Outcome.DONE
    assert 7 <= sum(waited) <= 8
    assert everybody_once(stand_in)


def test_a_provider_busy_for_hours_pauses_and_says_for_how_long(
    local: Home, stand_in: SendGridStandIn
) -> None:
    stand_in.fail_next(429, headers={"Retry-After": "7200"})
    home = local.at(stand_in.url)
    ran = home.send()
    assert (ran.status, ran.json["outcome"], ran.json["pending"]) == (1, "paused", PEOPLE)
    assert "7200 s" in ran.json["note"]
    assert home.send().status == 0
    assert everybody_once(stand_in)


def test_a_wrong_key_stops_the_run_and_the_right_one_finishes_it(
    local: Home, stand_in: SendGridStandIn
) -> None:
    ran = local.at(stand_in.url, "SG.another-key").ran("send", DAY.isoformat(), "--yes", "--allow-stale")
    assert ran.status == 1
    assert "NEWSLETTER_SENDGRID_API_KEY" in ran.out
    assert "SG.another-key" not in ran.out + ran.err
    assert [batch.state.value for batch in local.batches()] == ["failed", "pending", "pending"]
    assert local.mailing().state is MailingState.PAUSED
    assert local.at(stand_in.url).send().status == 0
    assert everybody_once(stand_in)


def test_three_server_errors_in_a_row_pause_and_nothing_is_repeated(
    local: Home, stand_in: SendGridStandIn
) -> None:
    home = local.at(stand_in.url)
    stand_in.fail_next(500, times=3)
    ran = home.send()
    assert (ran.status, ran.json["outcome"], ran.json["uncertain"]) == (1, "paused", PEOPLE)
    assert stand_in.ledger.requests == 3
    assert settle(home, stand_in) == 3
    assert home.send().status == 0
    assert everybody_once(stand_in)


def test_the_last_doubt_settled_as_accepted_completes_the_mailing(
    local: Home, stand_in: SendGridStandIn
) -> None:
    stand_in.fail_next("reset-after-accept")
    home = local.at(stand_in.url)
    ran = home.ran("send", DAY.isoformat(), "--yes", "--allow-stale")
    assert ran.status == 1
    assert ran.out.count("newsletter resolve") == 1
    (batch,) = [b for b in home.batches() if b.state is BatchState.UNCERTAIN]
    assert home.mailing().state is MailingState.PAUSED
    ran = home.ran("resolve", batch.id, "--accepted")
    assert (ran.status, "complete" in ran.out) == (0, True)
    assert home.mailing().state is MailingState.DONE
    assert home.ran("resolve", batch.id, "--not-accepted").status == 3
    assert home.send().status == 0
    assert everybody_once(stand_in)


# ── on its morning ─────────────────────────────────────────────────────────────────────────────────


def in_the_morning(home: Home, minutes: int) -> Home:
    """With the list's morning so many minutes from now; the sample issue is old, so staleness is switched off."""
    soon = datetime.now(ZoneInfo("America/New_York")) + timedelta(minutes=minutes)
    return replace(home, more=(("DELIVER_AT", f"{soon:%H:%M}"), ("STALE_AFTER", "36000 d")))


def test_before_its_morning_it_waits_deliver_goes_on_and_now_does_not_wait(
    local: Home, stand_in: SendGridStandIn
) -> None:
    home = in_the_morning(local.at(stand_in.url), 180)
    words = ("send", DAY.isoformat(), "--yes", "--json")
    ran = home.ran(*words)
    assert (ran.status, ran.json["outcome"], ran.json["waiting"]) == (0, "waiting", PEOPLE)
    assert "recipients wait for their morning" in ran.json["note"]
    assert home.mailing().state is MailingState.WAITING
    table = home.ran("send", DAY.isoformat(), "--yes")
    assert "2,500  wait for their morning" in table.out
    assert "pending" not in table.out
    assert home.ran("deliver").status == 0
    assert stand_in.ledger.requests == 0
    ran = home.ran(*words, "--now")
    assert (ran.status, ran.json["outcome"], ran.json["submitted"]) == (0, "done", PEOPLE)
    assert everybody_once(stand_in)
    assert not any(mail.send_at for mail in stand_in.mails)


def test_killed_at_each_step_of_handing_over_ahead_doubt_settles_itself(
    home: Home, stand_in: SendGridStandIn
) -> None:
    only(home, 25)
    home = in_the_morning(home.at(stand_in.url), 45)
    words = ("send", DAY.isoformat(), "--yes", "--json")
    for step in ("reserve", "claim", "submit", "move", "cancellations", "cancel", "submit", "move"):
        for after in (False, True):
            ran = home.ran(*words, plan=Plan(step, 1, after, batch_size=2))
            assert ran.status in (-signal.SIGKILL, 0), (step, ran.out, ran.err)
    ran = home.ran(*words, plan=Plan(batch_size=2))
    assert (ran.status, ran.json["outcome"], ran.json["uncertain"]) == (0, "done", 0)
    assert stand_in.per_recipient() == Counter(addresses(25))
    assert len(stand_in.ledger.taken) > 25, "some were cancelled and sent afresh"
    assert all(mail.send_at for mail in stand_in.mails)


def test_halted_whatever_is_still_to_go_out_is_cancelled_and_the_others_are_listed(
    home: Home, stand_in: SendGridStandIn
) -> None:
    home = in_the_morning(home.at(stand_in.url), 45)
    ran = home.ran("send", DAY.isoformat(), "--yes", "--json")
    assert (ran.json["outcome"], ran.json["submitted"], len(stand_in.mails)) == ("done", PEOPLE, PEOPLE)
    words = ("halt", DAY.isoformat(), "--by", "Ann", "--reason", "wrong figure")
    assert home.ran(*words[:3]).status == 2
    assert home.ran(*words, plan=Plan("cancel", 2, after=True)).status == -signal.SIGKILL
    assert [batch.state.value for batch in home.batches()] == ["cancelled", "cancelling", "submitted"]
    found = home.ran(*words, "--out", str(home.path / "reached.csv"), "--json")
    assert (found.status, found.json["stopped"], found.json["reached"]) == (0, PEOPLE, 0)
    assert stand_in.mails == ()
    assert (home.path / "reached.csv").read_text().splitlines() == [
        "email,name,delivery_id,batch,what,due_at"
    ]
    assert home.ran("send", DAY.isoformat(), "--yes").status == 3
    assert home.ran("deliver").status == 0
    assert stand_in.mails == ()


def test_a_halt_names_who_was_reached(local: Home, stand_in: SendGridStandIn) -> None:
    only(local, 25)
    home = local.at(stand_in.url)
    assert home.send(plan=Plan(batch_size=10)).status == 0
    path = home.path / "reached.csv"
    told_of = home.ran("halt", DAY.isoformat(), "--by", "Ann", "--reason", "late", "--out", str(path))
    assert "25 were reached" in told_of.out
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert sorted(row["email"] for row in rows) == addresses(25)
    assert {row["what"] for row in rows} == {"reached"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert home.ran("halt", "2026-01-01", "--by", "Ann", "--reason", "x").status == 1


@pytest.mark.parametrize("command", ["deliver", "send"])
def test_stopped_by_complaints_whatever_is_still_to_go_out_is_cancelled_by_the_next_run(
    home: Home, stand_in: SendGridStandIn, command: str
) -> None:
    home = in_the_morning(home.at(stand_in.url), 45)
    later = datetime.now(ZoneInfo("America/New_York")) + timedelta(hours=5)
    with home.house() as house, house.database.write() as connection:
        people = sa.update(subscribers).where(subscribers.c.id % 2 == 0)
        connection.execute(people.values(deliver_at=f"{later:%H:%M}"))
    ran = home.ran("send", DAY.isoformat(), "--yes", "--json")
    assert (ran.json["outcome"], ran.json["submitted"], ran.json["waiting"]) == ("waiting", 1_250, 1_250)
    (gone, _), _ = Counter(mail.custom_args["batch"] for mail in stand_in.mails).most_common()
    told = [mail for mail in stand_in.mails if mail.custom_args["batch"] == gone]
    rows = [
        {"event": what, "email": mail.to, "timestamp": int(time.time()), "sg_event_id": f"{what}-{number}"}
        | dict(mail.custom_args)
        for number, mail in enumerate(told)
        for what in (["delivered", "spamreport"] if number < 3 else ["delivered"])
    ]
    with home.house() as house:
        house.intake.take(read_events(json.dumps(rows).encode(), SECRET.encode()).events)
    assert home.mailing().state is MailingState.HALTED
    assert len(stand_in.mails) == 1_250, "the webhook answers at once; cancelling is the next run's"
    words = ("deliver",) if command == "deliver" else ("send", DAY.isoformat(), "--yes")
    ran = home.ran(*words)
    assert ran.status == (0 if command == "deliver" else 3), ran.err
    assert list(stand_in.mails) == told, "what was delivered cannot be called back, nor is it said to be"
    states = Counter({batch.state.value: batch.recipients for batch in home.batches()})
    assert states == {"submitted": 1_000, "cancelled": 250}
    assert "0.30 %" in home.mailing().note
    assert home.ran("deliver").out == ""


# ── leaving while a mailing is under way ───────────────────────────────────────────────────────────


def test_one_click_and_a_spam_report_hold_for_the_next_batch_of_a_mailing_under_way(home: Home) -> None:
    gate = Gate()
    with SendGridStandIn(KEY, tell=gate) as stand_in:
        home = replace(home.at(stand_in.url), webhook_key=stand_in.events.public_key)
        serving = home.popen("serve", "--port", "0")
        try:
            assert serving.stdout is not None
            address = serving.stdout.readline().split()[-1]
            sending = home.fork(*send_words())
            assert gate.accepted.wait(LIMIT)
            leaver, complainer = addresses()[1_700], addresses()[2_300]
            with home.house() as house:
                found = house.subscribers.by_address(leaver)
                assert found is not None
                token = sign(SECRET.encode(), Purpose.UNSUBSCRIBE, found.public_id, found.token_version)
            click = httpx.post(f"{address}/u/{token}", data={"List-Unsubscribe": "One-Click"})
            report = {"event": "spamreport", "email": complainer, "timestamp": int(time.time())}
            told = stand_in.post(f"{address}/webhook/sendgrid", [report])
            gate.open()
            ran = sending.ended()
        finally:
            gate.open()
            serving.terminate()
            ended(serving)
    assert (click.status_code, told) == (200, [200])
    assert (ran.status, ran.json["skipped"], ran.json["submitted"]) == (0, 2, PEOPLE - 2)
    assert stand_in.per_recipient() == Counter(addresses()) - Counter([leaver, complainer])


def test_a_batch_in_doubt_is_settled_by_its_events_and_nobody_has_to_look(home: Home) -> None:
    with SendGridStandIn(KEY) as stand_in:
        home = replace(home.at(stand_in.url), webhook_key=stand_in.events.public_key)
        stand_in.fail_next("reset-after-accept")
        ran = home.send()
        assert (ran.status, ran.json["uncertain"]) == (1, 1_000)
        serving = home.popen("serve", "--port", "0")
        try:
            assert serving.stdout is not None
            address = serving.stdout.readline().split()[-1]
            told = stand_in.post(f"{address}/webhook/sendgrid", stand_in.events_so_far())
        finally:
            serving.terminate()
            ended(serving)
        assert set(told) == {200}
        summary = home.ran("deliveries", DAY.isoformat(), "--summary", "--json").json
        assert summary["states"]["delivered"] == PEOPLE
        assert (summary["spam"], summary["spam_rate"]) == ("fine", 0)
        rows = home.ran("deliveries", DAY.isoformat(), "--json").json
        assert [row["told"] for row in rows] == [
            {"delivered": 1_000},
            {"delivered": 1_000},
            {"delivered": 500},
        ]
        said = home.ran("deliveries", DAY.isoformat(), "--summary").out
        assert "The provider tells: 2,500 delivered." in said
        assert (home.send().status, everybody_once(stand_in)) == (0, True)
    assert home.mailing().state is MailingState.DONE
