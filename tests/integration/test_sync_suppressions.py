"""The provider's suppression lists merged into ours, on both databases, by the real client over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.dev.sendgrid_events import LISTS
from newsletter.domain.audience import SuppressionReason
from newsletter.domain.events import DeliveryEvent, EventKind
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.sendgrid_lists import PAGE_SIZE, SendGridLists
from newsletter.pipeline import suppressions
from newsletter.pipeline.suppressions import SyncRoom, sync_suppressions
from newsletter.storage.engine import Database
from newsletter.storage.events import SqlEventStore
from newsletter.storage.pulls import SqlPullStore
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.command import Command
from tests.support.storage_samples import NOON

pytest_plugins = ("tests.support.storage_databases",)
KEY = "SG.a-key-that-nobody-may-see"
BOUNCES, BLOCKS, INVALID, SPAM, LEFT = LISTS
LONG_AGO = int(datetime(2025, 1, 1).astimezone().timestamp())


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(KEY, now=lambda: NOON.timestamp()) as server:
        yield server


@dataclass
class Sync:
    database: Database
    stand_in: SendGridStandIn
    now: datetime = NOON
    waited: list[float] = field(default_factory=list)

    @property
    def room(self) -> SyncRoom:
        source = SendGridLists(KEY, self.stand_in.url, timeout=5)
        return SyncRoom(source, SqlPullStore(self.database), lambda: self.now, self.waited.append)

    def run(self, **more: object) -> dict[str, suppressions.ListReport]:
        return {one.name: one for one in sync_suppressions(self.room, **more)}

    def held(self) -> frozenset[str]:
        store = SqlSubscriberStore(self.database)
        return store.suppressed([f"{name}@reader.example" for name in (*"abcdefg", *map(str, range(1_300)))])


@pytest.fixture
def sync(database: Database, stand_in: SendGridStandIn) -> Sync:
    return Sync(database, stand_in)


def people(*names: object) -> list[str]:
    return [f"{name}@Reader.example" for name in names]


def test_the_lists_here_are_the_lists_there() -> None:
    assert tuple(suppressions.LISTS) == LISTS


def test_everybody_on_a_list_is_held_back_but_the_blocked(sync: Sync, stand_in: SendGridStandIn) -> None:
    for name, person in zip(LISTS, "abcde", strict=True):
        stand_in.events.enlist(name, people(person), LONG_AGO)
    stand_in.events.enlist(SPAM, ["no address", *people("a")], LONG_AGO)
    told: list[tuple[int, int, str]] = []
    found = sync.run(progress=lambda done, total, what: told.append((done, total, what)))
    assert sync.held() == {f"{name}@reader.example" for name in "acde"}
    assert (found[SPAM].read, found[SPAM].new, found[SPAM].unreadable) == (3, 2, 1)
    assert (found[BLOCKS].read, found[BLOCKS].new) == (1, 0)
    assert told[0] == (0, 5, BOUNCES)
    assert told[-1] == (5, 5, "done")
    again = sync.run()
    assert sum(one.new for one in again.values()) == 0
    assert "answer.1.email: no mail address" in stand_in.asked_for()[0]


def test_pages_of_500_to_the_end(sync: Sync, stand_in: SendGridStandIn) -> None:
    stand_in.events.enlist(BOUNCES, people(*range(1_200)), LONG_AGO)
    stand_in.events.enlist(SPAM, people(*range(500)), LONG_AGO)
    found = sync.run()
    assert (found[BOUNCES].read, found[BOUNCES].new, found[SPAM].new) == (1_200, 1_200, 500)
    assert stand_in.ledger.pages == 3 + 2 + 3, "a full last page is followed by an empty one"
    assert len(sync.held()) == 1_200


def test_interrupted_it_goes_on_where_it_was(sync: Sync, stand_in: SendGridStandIn) -> None:
    stand_in.events.enlist(BOUNCES, people(*range(1_200)), LONG_AGO)
    stopped = sync.run(stop=lambda: stand_in.ledger.pages == 2)
    assert (stopped[BOUNCES].read, stopped[BOUNCES].complete, stopped[SPAM].read) == (1_000, False, 0)
    assert len(sync.held()) == 1_000
    found = sync.run()
    assert (found[BOUNCES].read, found[BOUNCES].new) == (700, 200), "a page back, for the list may have moved"
    assert sync.run()[BOUNCES].read == 1_200


def test_after_a_day_it_begins_anew(sync: Sync, stand_in: SendGridStandIn) -> None:
    stand_in.events.enlist(BOUNCES, people(*range(1_200)), LONG_AGO)
    sync.run(stop=lambda: stand_in.ledger.pages == 2)
    sync.now = NOON + suppressions.RESUME_WITHIN + timedelta(seconds=1)
    assert sync.run()[BOUNCES].read == 1_200


def test_a_busy_provider_is_waited_for_as_long_as_it_asks(sync: Sync, stand_in: SendGridStandIn) -> None:
    stand_in.events.enlist(BOUNCES, people("a"), LONG_AGO)
    stand_in.fail_pages(429, headers={"Retry-After": "7"})
    stand_in.fail_pages(503)
    assert sync.run()[BOUNCES].new == 1
    assert sync.waited == [7.0, 4.0]


@pytest.mark.parametrize(
    ("status", "times", "error", "todo"),
    [
        (429, 5, ProviderBusy, "goes on where it was"),
        (500, 5, ProviderUncertain, "goes on where it was"),
        (403, 1, ProviderRejected, "suppression.read"),
        (401, 1, ProviderRejected, "doctor"),
    ],
)
def test_what_was_read_before_a_failure_is_kept(
    sync: Sync, stand_in: SendGridStandIn, status: int, times: int, error: type[Exception], todo: str
) -> None:
    stand_in.events.enlist(BOUNCES, people("a"), LONG_AGO)
    stand_in.fail_pages(200)
    stand_in.fail_pages(status, times=times)
    with pytest.raises(error, match=todo):
        sync.run()
    assert sync.held() == {"a@reader.example"}


def test_a_list_that_is_not_offered_is_said(sync: Sync, stand_in: SendGridStandIn) -> None:
    for _ in LISTS[:-1]:
        stand_in.fail_pages(200)
    stand_in.fail_pages(404)
    found = sync.run()
    assert [one.name for one in found.values() if not one.offered] == [LEFT]


def test_who_came_back_later_is_not_held_back_by_an_old_entry(
    sync: Sync, stand_in: SendGridStandIn, database: Database
) -> None:
    back = DeliveryEvent(EventKind.GROUP_RESUBSCRIBE, NOON, "e", "f", address_key="a@reader.example")
    SqlEventStore(database).take([back], NOON)
    stand_in.events.enlist(LEFT, people("a"), LONG_AGO)
    sync.run()
    assert sync.held() == frozenset()
    stand_in.events.enlist(LEFT, people("a"), int(NOON.timestamp()) + 60)
    sync.run()
    assert sync.held() == {"a@reader.example"}


def test_nothing_is_lifted(sync: Sync, database: Database) -> None:
    people_ = SqlSubscriberStore(database)
    people_.suppress("a@reader.example", SuppressionReason.BOUNCE, NOON)
    people_.suppress("b@reader.example", SuppressionReason.UNSUBSCRIBE, NOON)
    sync.run()
    assert sync.held() == {"a@reader.example", "b@reader.example"}


def test_a_page_is_what_the_provider_gives_at_most(stand_in: SendGridStandIn) -> None:
    assert PAGE_SIZE == 500
    assert SendGridLists(KEY, stand_in.url).page(BOUNCES, 0) == []


def test_the_command(
    tmp_path: Path,
    stand_in: SendGridStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = Command(tmp_path, monkeypatch, capsys)
    stand_in.events.enlist(INVALID, people("a", "b"), LONG_AGO)
    given = {"SENDGRID_URL": stand_in.url, "SENDGRID_API_KEY": KEY, "PROVIDER": "sendgrid"}
    ran = command("sync-suppressions", "--json", **given)
    assert (ran.status, ran.json["new"]) == (0, 2)
    ran = command("sync-suppressions", **given)
    assert "counted only" in ran.out
    assert "reader.example" not in ran.out + ran.err
    refused = command("sync-suppressions")
    assert refused.status == 1
    assert "PROVIDER" in refused.err


def test_doctor_asks_for_the_webhooks_key(
    tmp_path: Path,
    stand_in: SendGridStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = Command(tmp_path, monkeypatch, capsys)
    given = {"SENDGRID_URL": stand_in.url, "SENDGRID_API_KEY": KEY, "PROVIDER": "sendgrid"}

    def webhook(**more: str) -> tuple[bool, str]:
        found = {row["name"]: row for row in command("doctor", "--json", **given, **more).json}
        return found["webhook"]["ok"], found["webhook"]["found"]

    assert webhook() == (False, "no verification key is set: bounces and complaints would go unheard")
    assert webhook(WEBHOOK_PUBLIC_KEY="bm9uZQ==")[0] is False
    assert webhook(WEBHOOK_PUBLIC_KEY=stand_in.events.public_key) == (True, "1 verification key")
