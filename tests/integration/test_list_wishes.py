"""Confirming, coming back and being erased, on both databases, and the commands for it."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsletter.domain.audience import Act, Standing, SubscriberStatus, SuppressionReason
from newsletter.domain.events import DeliveryEvent, EventKind
from newsletter.domain.tokens import erased_key
from newsletter.errors import SettingsError
from newsletter.mailing.csvfile import RejectedRow
from newsletter.mailing.csvseen import ImportScratch
from newsletter.mailing.joining import act_on
from newsletter.storage.engine import Database
from newsletter.storage.events import SqlEventStore
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables_all import metadata
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.command import Command
from tests.support.storage_samples import DAY, NOON, hours, subscriber
from tests.support.web_client import Client
from tests.support.web_house import make_house

pytest_plugins = ("tests.support.storage_databases",)
ADA = "ada@reader.example"
KEYS = (b"new" * 11, b"old" * 11)


def erased_keys(key: str) -> tuple[str, ...]:
    return tuple(erased_key(secret, key) for secret in KEYS)


@pytest.fixture
def people(database: Database) -> SqlSubscriberStore:
    return SqlSubscriberStore(database, erased_keys)


def everything(database: Database) -> str:
    """All that is kept, as text."""
    with database.read() as connection:
        tables = [connection.execute(sa.select(table)).all() for table in metadata.sorted_tables]
    return "\n".join(sorted(str(row) for rows in tables for row in rows))


# ── acts ───────────────────────────────────────────────────────────────────────────────────────────


def test_leaving_and_coming_back_are_kept(people: SqlSubscriberStore) -> None:
    people.add(subscriber("ada", status=SubscriberStatus.PENDING, consent_at=None))
    assert act_on(people, ADA, Act.CONFIRM, hours(1)).standing.mailed
    found = people.by_address(ADA)
    assert found is not None
    assert found.consent_at == hours(1)
    act_on(people, ADA, Act.LEAVE, hours(2))
    assert people.standing(ADA) == Standing(
        SubscriberStatus.UNSUBSCRIBED, frozenset({SuppressionReason.UNSUBSCRIBE})
    )
    assert act_on(people, ADA, Act.OPERATOR_CONFIRM, hours(3)).refused
    assert act_on(people, ADA, Act.RETURN, hours(4)).standing.mailed
    assert people.standing(ADA) == Standing(SubscriberStatus.ACTIVE, frozenset())


def test_confirming_lifts_an_unsubscribe_at_the_provider_for_good(
    people: SqlSubscriberStore, database: Database
) -> None:
    people.add(subscriber("ada"))
    left = DeliveryEvent(EventKind.UNSUBSCRIBE, hours(1), "e", "f", address_key=ADA)
    events = SqlEventStore(database, erased_keys)
    events.take([left], hours(1))
    assert not people.standing(ADA).mailed
    assert act_on(people, ADA, Act.CONFIRM, hours(2)).standing.mailed
    events.take([left], hours(3))
    assert people.standing(ADA).mailed, "the old event told again is older than the confirmation"


# ── erasing ────────────────────────────────────────────────────────────────────────────────────────


def test_erased_nothing_of_the_address_is_left_and_it_stays_held_back(
    people: SqlSubscriberStore, database: Database
) -> None:
    people.add_many([subscriber("ada"), subscriber("ben")])
    store = SqlMailingStore(database)
    mailing = store.freeze(DAY, 1, "sha", "outbox", 10, NOON)
    before = store.counts(mailing.id)
    people.suppress(ADA, SuppressionReason.SPAM_REPORT, NOON)
    act_on(people, ADA, Act.LEAVE, NOON)
    assert people.erase(ADA, hours(1))
    kept = everything(database)
    assert "ada@" not in kept.lower()
    assert "'ada'" not in kept.lower()  # a random token may hold the three letters
    assert people.by_address(ADA) is None
    assert people.standing(ADA) == Standing(
        None,
        frozenset({SuppressionReason.SPAM_REPORT, SuppressionReason.UNSUBSCRIBE, SuppressionReason.ERASED}),
    )
    assert store.counts(mailing.id) == before
    assert len(store.recipients_of(store.batches(mailing.id)[0].id)) == 2, "the delivery stays, by number"
    assert not people.erase(ADA, hours(2)), "twice is fine"
    assert everything(database) == kept


def test_who_is_on_no_list_can_be_erased_too(people: SqlSubscriberStore) -> None:
    assert not people.erase(ADA, NOON)
    assert people.barred()(ADA)
    assert not people.barred()("ben@reader.example")


def test_an_old_key_still_recognises_whom_it_erased(database: Database) -> None:
    SqlSubscriberStore(database, lambda key: erased_keys(key)[1:]).erase(ADA, NOON)
    people = SqlSubscriberStore(database, erased_keys)
    assert people.barred()(ADA)
    assert SuppressionReason.ERASED in people.standing(ADA).held


def test_without_a_key_nothing_is_erased(database: Database) -> None:
    people = SqlSubscriberStore(database)
    people.add(subscriber("ada"))
    with pytest.raises(SettingsError):
        people.erase(ADA, NOON)
    assert people.by_address(ADA) is not None


def test_an_event_about_somebody_erased_brings_no_address_back(
    people: SqlSubscriberStore, database: Database
) -> None:
    people.add(subscriber("ada"))
    people.erase(ADA, NOON)
    told = [
        DeliveryEvent(EventKind.SPAM_REPORT, hours(1), "e1", "f1", address_key=ADA),
        DeliveryEvent(EventKind.UNSUBSCRIBE, hours(1), "e2", "f2", address_key=ADA),
    ]
    SqlEventStore(database, erased_keys).take(told, hours(1))
    assert "ada" not in everything(database).lower()
    assert SuppressionReason.SPAM_REPORT in people.standing(ADA).held


def test_only_their_own_confirmation_brings_them_back(people: SqlSubscriberStore, database: Database) -> None:
    people.add(subscriber("ada"))
    act_on(people, ADA, Act.LEAVE, NOON)
    people.erase(ADA, NOON)
    people.add(subscriber("ada", status=SubscriberStatus.PENDING))
    assert act_on(people, ADA, Act.OPERATOR_CONFIRM, hours(1)).refused
    assert not people.standing(ADA).mailed
    assert act_on(people, ADA, Act.CONFIRM, hours(2)).standing.mailed
    assert not people.barred()(ADA)
    mailing = SqlMailingStore(database).freeze(DAY, 1, "sha", "outbox", 10, hours(3))
    assert mailing.recipients == 1


def test_a_bounce_outlives_erasing_and_coming_back(people: SqlSubscriberStore, database: Database) -> None:
    people.suppress(ADA, SuppressionReason.BOUNCE, NOON)
    people.erase(ADA, NOON)
    people.add(subscriber("ada", status=SubscriberStatus.PENDING))
    assert act_on(people, ADA, Act.CONFIRM, hours(1)).standing.held == {SuppressionReason.BOUNCE}
    mailing = SqlMailingStore(database).freeze(DAY, 1, "sha", "outbox", 10, hours(3))
    assert mailing.recipients == 0


def test_editing(people: SqlSubscriberStore) -> None:
    people.add(subscriber("ada"))
    assert people.edit(ADA, timezone="Europe/Berlin", deliver_at="")
    found = people.by_address(ADA)
    assert found is not None
    assert (found.timezone, found.deliver_at, found.name) == ("Europe/Berlin", "", "Ada")
    assert people.edit(ADA)
    assert not people.edit("ben@reader.example", name="Ben")
    assert not people.edit("ben@reader.example")


# ── the page ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make_house(tmp_path) as made:
        yield made


def test_the_link_confirms_by_its_button_and_not_by_being_looked_at(house: House) -> None:
    client, store = Client(create_app(house)), house.subscribers
    ada = subscriber("ada", status=SubscriberStatus.PENDING)
    store.add(ada)
    path = house.confirm_link(ada).removeprefix("http://testserver")
    page = client.get(path)
    assert "Yes, subscribe me" in page.text
    assert ADA not in page.text
    assert not store.standing(ADA).mailed
    elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert client.post(path, headers=elsewhere).status_code == 403
    assert not store.standing(ADA).mailed
    for _ in range(2):
        assert "You are subscribed" in client.post(path).text
    assert store.standing(ADA).mailed
    assert client.get(path.replace("/confirm/", "/u/")).status_code == 404, "it opens nothing else"
    assert client.post(path[:-1]).status_code == 404
    store.suppress(ADA, SuppressionReason.BOUNCE, NOON)
    assert "held back" in client.post(path).text


# ── the commands ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, monkeypatch, capsys)


def test_erase_and_the_ways_back(command: Command, tmp_path: Path) -> None:
    command("subscribers", "add", ADA)
    assert command("subscribers", "erase", ADA).status == 3
    assert command("subscribers", "erase", ADA, "--yes", "--json").json == {"erased": True, "was_known": True}
    assert command("subscribers", "count", "--json").json["active"] == 0
    refused = command("subscribers", "add", ADA)
    assert (refused.status, "erased" in refused.err) == (1, True)
    (tmp_path / "list.csv").write_text(f"email\nben@reader.example\n{ADA.upper()}\n")
    ran = command("subscribers", "import", "list.csv", "--json")
    assert ran.json["added"] == 1
    assert [row["line"] for row in ran.json["rejected"]] == [3]
    assert "erased" in ran.json["rejected"][0]["reason"]
    link = command("subscribers", "add", ADA, "--pending", "--json").json
    assert link["added"]
    assert "/confirm/" in link["confirm"]
    assert command("subscribers", "confirm", ADA).status == 1


def test_edit(command: Command) -> None:
    command("subscribers", "add", ADA)
    ran = command("subscribers", "edit", ADA, "--timezone", "Europe/Berlin", "--deliver-at", "7:15", "--json")
    assert ran.json == {"name": "", "timezone": "Europe/Berlin", "deliver_at": "07:15"}
    assert command("subscribers", "edit", ADA, "--timezone", "", "--json").json["timezone"] == ""
    for wrong in (("--timezone", "Mars/Olympus"), ("--deliver-at", "half seven")):
        assert command("subscribers", "edit", ADA, *wrong).status == 2
    assert command("subscribers", "edit", "ben@reader.example", "--name", "Ben").status == 1


def test_an_import_says_where_consent_came_from(command: Command, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "email,consent_source,consent_at\nada@reader.example,,\nben@reader.example,web form,2026-01-02\n"
    )
    told = ("--consent-source", "stand at the fair", "--consent-at", "2026-03-14")
    assert command("subscribers", "import", "list.csv", *told).status == 0
    rows = {row["email"]: row for row in command("subscribers", "list", "--json").json}
    assert rows[ADA]["consent_source"] == "stand at the fair"
    assert rows[ADA]["consent_at"].startswith("2026-03-14")
    assert rows["ben@reader.example"]["consent_source"] == "web form"
    assert command("subscribers", "import", "list.csv", "--consent-at", "soon").status == 1


def test_no_address_in_a_log_at_any_level(command: Command, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    command("subscribers", "add", ADA)
    command("subscribers", "edit", ADA, "--name", "Ada")
    command("subscribers", "erase", ADA, "--yes")
    assert "ada@" not in caplog.text


# ── a long file ────────────────────────────────────────────────────────────────────────────────────


def test_what_an_import_remembers_is_on_disk() -> None:
    tracemalloc.start()
    with ImportScratch() as scratch:
        for line in range(2, 60_000):
            assert scratch.first_line(f"reader{line}@reader.example", line) == line
            if line % 3 == 0:
                scratch.reject(RejectedRow(line, "not a mail address"))
        assert scratch.first_line("reader17@reader.example", 99_999) == 17
        peak = tracemalloc.get_traced_memory()[1]
        rows = list(scratch.rows())
    tracemalloc.stop()
    assert peak < 1_000_000
    assert (len(rows), rows[0], scratch.rejected) == (19_999, RejectedRow(3, "not a mail address"), 19_999)
