"""Corrections in the database: their numbers, who tells them, and who is mailed one. On both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command as alembic_command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from newsletter.domain.audience import ExclusionReason, SubscriberStatus, SuppressionReason
from newsletter.domain.correction import CorrectionMail
from newsletter.domain.mailing import BatchState, ClaimTerms, Mailing, MailingState
from newsletter.errors import Refused, StorageError
from newsletter.ports import NewCorrection, Reached
from newsletter.storage import schema
from newsletter.storage.corrections import SqlCorrectionStore
from newsletter.storage.engine import Database, open_database, upgrade
from newsletter.storage.issues import SqlIssueStore
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import recipients, skips
from tests.support.storage_samples import DAY, NOON, hours, issue, subscriber

pytest_plugins = ("tests.support.storage_databases",)
ANY = ClaimTerms(hours(1000))
NEXT = DAY + timedelta(days=1)
AFTER = DAY + timedelta(days=2)
MAIL = CorrectionMail("Correction", "<p>61, not 16.</p>", "61, not 16.\n")


class NoTerms:
    """Nothing is looked for by its terms here."""

    recipe = "none"

    def __call__(self, texts: Any) -> dict[str, float]:
        return {}


@pytest.fixture
def store(database: Database) -> SqlCorrectionStore:
    return SqlCorrectionStore(database)


@pytest.fixture
def kept_issues(database: Database) -> SqlIssueStore:
    return SqlIssueStore(database, NoTerms())


@pytest.fixture
def mailings(database: Database) -> SqlMailingStore:
    return SqlMailingStore(database)


@pytest.fixture
def people(database: Database) -> SqlSubscriberStore:
    return SqlSubscriberStore(database)


def new(words: str = "61, not 16.", at: float = 2, **more: Any) -> NewCorrection:
    return NewCorrection(
        **{"issue_date": DAY, "text": words, "by": "Ann", "made_at": hours(at), "dated": NEXT, **more}
    )


def telling(day: Any, *numbers: int, **more: Any) -> Any:
    told = [{"number": number, "date": "2026-08-14", "text": "x", "story_id": ""} for number in numbers]
    return issue(day, document={**issue().document, "corrections": told}, **more)


# ── numbers and words ──────────────────────────────────────────────────────────────────────────────


def test_numbers_follow_one_another_and_the_same_words_keep_theirs(store: SqlCorrectionStore) -> None:
    first = store.add(new(), NOON)
    assert (first.number, first.told.date, first.told.issue, first.by) == (
        1,
        "2026-08-15",
        "2026-08-14",
        "Ann",
    )
    assert store.add(new(by="Bo", at=9), NOON) == first
    assert store.add(new(story_id="s1"), NOON).number == 2
    assert store.add(new("Another", issue_date=NEXT), NOON).number == 3
    assert [kept.number for kept in store.all()] == [1, 2, 3]
    assert [kept.number for kept in store.all(NEXT)] == [3]
    assert store.get(9) is None


def test_two_editors_at_once_get_two_numbers(store: SqlCorrectionStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: store.add(new(f"No. {n}"), NOON).number, range(12)))
    assert sorted(made) == list(range(1, 13))


def test_an_approval_is_for_the_bytes_that_were_drafted(store: SqlCorrectionStore) -> None:
    store.add(new(), NOON)
    store.keep_mail(1, MAIL)
    store.approve(1, "Ed", MAIL.sha256)
    store.keep_mail(1, MAIL)
    kept = store.get(1)
    assert kept is not None
    assert (kept.mail, kept.approved_by, kept.approved_sha256) == (MAIL, "Ed", MAIL.sha256)
    for other in (
        CorrectionMail("Another subject", MAIL.html, MAIL.text),
        CorrectionMail(MAIL.subject, MAIL.html, "Another text"),
        CorrectionMail(MAIL.subject, "<p>Another</p>", MAIL.text),
    ):
        store.keep_mail(1, MAIL)
        store.approve(1, "Ed", MAIL.sha256)
        store.keep_mail(1, other)
        assert store.get(1).approved_by == ""  # type: ignore[union-attr]


def test_it_is_worded_anew_until_somebody_was_told(
    store: SqlCorrectionStore, kept_issues: SqlIssueStore, mailings: SqlMailingStore
) -> None:
    store.add(new(), NOON)
    store.keep_mail(1, MAIL)
    store.approve(1, "Ed", MAIL.sha256)
    edited = store.edit(1, "61 to 39.", "s1")
    assert (edited.told.text, edited.told.story_id, edited.mail, edited.approved_by) == (
        "61 to 39.",
        "s1",
        None,
        "",
    )
    kept_issues.save(telling(NEXT, 1))
    assert store.edit(1, "61 to 38.", "").told_in == (NEXT,)  # a draft of an issue has told nobody
    kept_issues.freeze(NEXT, 1)
    with pytest.raises(Refused, match="stands in the issue of 2026-08-15"):
        store.edit(1, "x", "")
    store.add(new("Two"), NOON)
    mailings.freeze_correction(DAY, 2, 1, "sha", "outbox", 10, NOON)
    with pytest.raises(Refused, match="is being mailed"):
        store.edit(2, "x", "")


# ── the next issue ─────────────────────────────────────────────────────────────────────────────────


def told(store: SqlCorrectionStore, day: Any, at: float = 24) -> list[int]:
    return [one.number for one in store.untold(day, hours(at))]


def test_the_next_issue_tells_it_and_none_after_that(
    store: SqlCorrectionStore, kept_issues: SqlIssueStore
) -> None:
    store.add(new(), NOON)
    store.add(new("Later", at=30), NOON)
    kept_issues.save(issue(DAY))
    kept_issues.freeze(DAY, 1)
    assert told(store, DAY) == [], "an issue does not correct itself"
    assert told(store, NEXT, at=1.9) == [], "as of a time before it was made"
    assert told(store, NEXT) == [1]
    kept_issues.save(telling(NEXT, 1))
    assert told(store, AFTER, at=48) == [1, 2], "a draft that never went has told nobody who was mailed"
    kept_issues.freeze(NEXT, 1)
    assert told(store, AFTER, at=48) == [2]
    assert told(store, NEXT) == [1], "made again, the issue that tells it tells it again"


def test_where_nothing_is_mailed_a_kept_issue_has_told_it(
    store: SqlCorrectionStore, kept_issues: SqlIssueStore, database: Database
) -> None:
    store.add(new(), NOON)
    kept_issues.save(issue(DAY))
    kept_issues.save(telling(NEXT, 1))
    assert told(store, AFTER) == []
    with database.write() as connection:
        row = {"date": NEXT, "skipped_by": "x", "reason": "y", "at": NOON}
        connection.execute(sa.insert(skips), row)
    assert told(store, AFTER) == [1], "but for one that was skipped"


def test_an_issue_made_again_without_it_no_longer_tells_it(
    store: SqlCorrectionStore, kept_issues: SqlIssueStore
) -> None:
    store.add(new(), NOON)
    kept_issues.save(telling(NEXT, 1))
    kept_issues.save(telling(NEXT))
    assert store.get(1).told_in == ()  # type: ignore[union-attr]


# ── who was reached ────────────────────────────────────────────────────────────────────────────────


STATES = list(BatchState)
"""One batch of two in each; the seven names of those in it are n0 … n13."""


def reach(mailings: SqlMailingStore, people: SqlSubscriberStore, database: Database) -> Mailing:
    people.add_many(subscriber(f"n{n}") for n in range(2 * len(STATES)))
    mailing = mailings.freeze(DAY, 1, "sha", "outbox", 2, NOON)
    for batch, state in zip(mailings.batches(mailing.id), STATES, strict=True):
        with database.write() as connection:
            change = text("UPDATE batches SET state = :state WHERE batch_id = :id")
            connection.execute(change, {"state": state.value, "id": batch.id})
    mailings.set_state(mailing.id, MailingState.HALTED, "", NOON)
    return mailing


def mailed(mailings: SqlMailingStore, mailing: Mailing) -> list[str]:
    named = [who.email for b in mailings.batches(mailing.id) for who in mailings.recipients_of(b.id)]
    return sorted((name.partition("@")[0] for name in named), key=lambda name: int(name[1:]))


def test_whoever_was_or_may_have_been_reached_and_nobody_else(
    mailings: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    reach(mailings, people, database)
    # pending n0 n1, submitting n2 n3, submitted n4 n5, failed n6 n7, uncertain n8 n9, cancelling n10 n11, cancelled
    assert mailings.reached(DAY) == Reached(2, 6, {})
    people.suppress("n2@reader.example", SuppressionReason.BOUNCE, NOON)
    people.set_status(subscriber("n4").public_id, SubscriberStatus.UNSUBSCRIBED, NOON)
    people.remove("n8@reader.example")
    with database.write() as connection:
        change = sa.update(recipients).where(recipients.c.subscriber_id == 11)
        connection.execute(change.values(skipped="unsubscribed"))  # n10 was left out at the claim
    left_out = {ExclusionReason.SUPPRESSED: 1, ExclusionReason.UNSUBSCRIBED: 1, ExclusionReason.REMOVED: 1}
    assert mailings.reached(DAY) == Reached(1, 3, left_out)
    mailing = mailings.freeze_correction(DAY, 3, 1, "sha-c", "outbox", 3, hours(5))
    assert (mailing.candidates, mailing.recipients, mailing.exclusions) == (7, 4, left_out)
    assert (mailing.correction, mailing.html_sha256, mailing.state) == (3, "sha-c", MailingState.FROZEN)
    assert mailed(mailings, mailing) == ["n3", "n5", "n9", "n11"]
    assert [b.recipients for b in mailings.batches(mailing.id)] == [3, 1]
    assert mailings.batches(mailing.id)[0].id.startswith("2026-08-14-c3-0001-")
    assert mailings.freeze_correction(DAY, 3, 1, "other", "outbox", 3, hours(6)) == mailing, "frozen once"
    assert mailings.find(DAY, 3) == mailing
    issue_mailing = mailings.find(DAY)
    assert issue_mailing is not None
    assert (issue_mailing.correction, issue_mailing.recipients) == (0, 14)
    assert [m.correction for m in mailings.unfinished(DAY)] == [3]


def test_nobody_is_in_the_mail_of_one_correction_twice(
    mailings: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    reach(mailings, people, database)
    for number in (1, 2):
        mailings.freeze_correction(DAY, number, 1, "sha", "outbox", 10, NOON)
    with database.read() as connection:
        row = connection.execute(sa.select(recipients).where(recipients.c.correction == 2)).mappings().first()
    assert row is not None
    again = {**row, "id": None, "delivery_id": "another"}
    again.pop("id")
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(sa.insert(recipients), again)


def test_two_processes_freeze_one_mail(
    mailings: SqlMailingStore, people: SqlSubscriberStore, database: Database
) -> None:
    reach(mailings, people, database)
    with ThreadPoolExecutor(4) as pool:
        made = list(
            pool.map(lambda _: mailings.freeze_correction(DAY, 1, 1, "sha", "outbox", 10, NOON).id, range(4))
        )
    assert len(set(made)) == 1


def test_the_correction_comes_after_what_it_corrects(
    mailings: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    """What the provider holds for later, and cannot be cancelled any more, goes out first."""
    people.add_many(subscriber(f"n{n}") for n in range(4))
    mailing = mailings.freeze(DAY, 1, "sha", "sendgrid", 2, NOON, lambda *_: hours(0.5))
    terms = ClaimTerms(hours(1), provider_batch="p1")
    for _ in range(2):
        claimed = mailings.claim(mailing.id, NOON, terms)
        assert claimed is not None
        mailings.move(claimed[0].id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON)
    gone = mailings.batches(mailing.id)[0]
    mailings.set_state(mailing.id, MailingState.HALTED, "", NOON)
    with mailings._db.write() as connection:
        connection.execute(text("UPDATE batches SET send_at = NULL WHERE batch_id = :id"), {"id": gone.id})
    correction = mailings.freeze_correction(DAY, 1, 1, "sha", "sendgrid", 10, hours(0.4))
    due = {b.due_at: mailings.recipients_of(b.id) for b in mailings.batches(correction.id)}
    assert sorted(due) == [hours(0.4), hours(0.5) + timedelta(minutes=1)]
    assert [who.email for who in due[hours(0.4)]] == ["n0@reader.example", "n1@reader.example"]


def test_who_has_it_at_the_top_of_a_later_issue_is_not_mailed_it_as_well(
    mailings: SqlMailingStore, people: SqlSubscriberStore, kept_issues: SqlIssueStore
) -> None:
    people.add_many(subscriber(f"n{n}") for n in range(4))

    def sent(day: Any, size: int, most: int) -> Mailing:
        mailing = mailings.freeze(day, 1, "sha", "outbox", size, NOON)
        for _ in range(most):
            claimed = mailings.claim(mailing.id, NOON, ANY)
            assert claimed is not None
            mailings.move(claimed[0].id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON)
        return mailing

    first = sent(DAY, 1, 4)
    mailings.set_state(first.id, MailingState.SENDING, "", NOON)
    kept_issues.save(telling(NEXT, 1))
    kept_issues.save(issue(AFTER))
    later = sent(NEXT, 1, 1)  # n0 has it
    sent(AFTER, 1, 4)  # this one tells nothing of it
    assert mailings.reached(DAY, 1) == Reached(3, 0, {ExclusionReason.TOLD_ALREADY: 1})
    mailing = mailings.freeze_correction(DAY, 1, 1, "sha", "outbox", 1, NOON)
    assert mailed(mailings, mailing) == ["n1", "n2", "n3"]
    second = mailings.claim(later.id, NOON, ClaimTerms(hours(1000)))
    assert second is None, "whoever has the issue after it does not get the older one"
    with mailings._db.write() as connection:  # n1 got it meanwhile
        mailings_batches = text(
            "UPDATE batches SET state = 'submitted' WHERE id IN (SELECT batch FROM recipients"
            " WHERE issue_date = :day AND subscriber_id = 2)"
        )
        undo = text("UPDATE recipients SET skipped = '' WHERE issue_date = :day AND subscriber_id = 2")
        for statement in (mailings_batches, undo):
            connection.execute(statement.bindparams(sa.bindparam("day", NEXT, sa.Date())))
    claimed = mailings.claim(mailing.id, NOON, ANY)
    assert claimed is not None
    assert [who.email for who in claimed[1]] == ["n2@reader.example"]
    assert mailings.skipped(mailing.id) == {ExclusionReason.TOLD_ALREADY.value: 1}


def test_a_correction_is_no_later_issue_and_holds_none_back(
    mailings: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    people.add_many(subscriber(f"n{n}") for n in range(2))
    older = mailings.freeze(DAY - timedelta(days=1), 1, "sha", "outbox", 10, NOON)
    newer = mailings.freeze(DAY, 1, "sha", "outbox", 10, NOON)
    claimed = mailings.claim(newer.id, NOON, ANY)
    assert claimed is not None
    mailings.move(claimed[0].id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON)
    mailing = mailings.freeze_correction(DAY, 1, 1, "sha", "outbox", 10, NOON)
    later = mailings.freeze(NEXT, 1, "sha", "outbox", 10, NOON)
    sent = mailings.claim(later.id, NOON, ANY)
    assert sent is not None
    mailings.move(sent[0].id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOON)
    told_now = mailings.claim(mailing.id, NOON, ANY)
    assert told_now is not None, "a later issue that does not tell it holds it not back"
    assert len(told_now[1]) == 2
    assert mailings.claim(older.id, NOON, ANY) is None


def test_a_correction_to_an_issue_of_long_ago_is_gone_on_with(
    mailings: SqlMailingStore, people: SqlSubscriberStore
) -> None:
    people.add_many([subscriber()])
    old = mailings.freeze(DAY, 1, "sha", "outbox", 10, NOON)
    claimed = mailings.claim(old.id, NOON, ANY)
    assert claimed is not None
    mailing = mailings.freeze_correction(DAY, 1, 1, "sha", "outbox", 10, hours(24 * 40))
    month_later = DAY + timedelta(days=35)
    assert mailings.unfinished(month_later) == (mailing,)
    assert mailings.unfinished(month_later + timedelta(days=7)) == ()


# ── the migration ──────────────────────────────────────────────────────────────────────────────────

BEFORE = (
    "INSERT INTO subscribers (id, public_id, email, address_key, status) VALUES (1, 'p', 'e', 'e', 'active')",
    "INSERT INTO mailings (id, issue_date, revision, html_sha256, state, frozen_at, state_at, recipients, provider)"
    " VALUES (7, '2026-08-14', 2, 'sha', 'waiting', :at, :at, 3, 'sendgrid')",
    "INSERT INTO mailings (id, issue_date, revision, html_sha256, state, frozen_at, state_at, older_too)"
    " VALUES (8, '2026-08-15', 1, 'sha2', 'frozen', :at, :at, :yes)",
    "INSERT INTO batches (id, batch_id, mailing_id, number, state, recipients, attempts, changed_at, due_at)"
    " VALUES (1, 'b1', 7, 1, 'submitted', 1, 1, :at, :at), (2, 'b2', 7, 2, 'pending', 1, 0, NULL, :at)",
    'INSERT INTO batch_moves (id, batch, at, old, "new", "by")'
    " VALUES (1, 1, :at, 'pending', 'submitting', 'sender')",
    "INSERT INTO mornings (mailing_id, timezone, deliver_at, due_at) VALUES (7, '', '', :at)",
    "INSERT INTO exclusions (mailing_id, subscriber_id, reason) VALUES (7, 9, 'suppressed')",
    "INSERT INTO recipients (id, issue_date, subscriber_id, batch, delivery_id, skipped) VALUES"
    " (11, '2026-08-14', 1, 1, 'd1', ''), (12, '2026-08-14', 2, 1, 'd2', 'gone'), (13, '2026-08-14', 3, 2, 'd3', '')",
    "INSERT INTO delivery_states (delivery_id, batch, facts) VALUES ('d1', 1, 4)",
)
OLD_WRITES = (
    "INSERT INTO mailings (id, issue_date, revision, html_sha256, state, frozen_at, state_at)"
    " VALUES (9, '2026-08-16', 1, 'sha3', 'frozen', :at, :at)",
    "INSERT INTO recipients (id, issue_date, subscriber_id, batch, delivery_id) VALUES (14, '2026-08-16', 1, 2, 'd4')",
)
TWICE = (
    "INSERT INTO mailings (id, issue_date, revision, html_sha256, state, frozen_at, state_at)"
    " VALUES (10, '2026-08-14', 1, 'sha3', 'frozen', :at, :at)",
    "INSERT INTO recipients (id, issue_date, subscriber_id, batch, delivery_id) VALUES (15, '2026-08-14', 1, 2, 'd5')",
)
TABLES = ("mailings", "batches", "batch_moves", "mornings", "exclusions", "recipients", "delivery_states")


def test_what_the_release_before_kept_stays_and_it_goes_on_writing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = f"sqlite:///{tmp_path}/n.db" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    at: Any = "2026-08-14T12:00:00.000000Z" if kind == "sqlite" else NOON
    given = {"at": at, "yes": True}

    def rows(connection: sa.Connection, table: str) -> list[dict[str, Any]]:
        found = connection.execute(text(f"SELECT * FROM {table}")).mappings()  # noqa: S608 - names of ours
        return sorted((dict(row) for row in found), key=repr)

    def do(connection: sa.Connection, statement: str) -> None:
        connection.execute(text(statement), {k: v for k, v in given.items() if f":{k}" in statement})

    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic_command.upgrade(config, "0003")
        for statement in BEFORE:
            do(connection, statement)
        before = {table: rows(connection, table) for table in TABLES}
    engine.dispose()
    assert upgrade(url) == ("0003", schema.HEAD)
    database = open_database(url)
    with database.write() as connection:
        for table in TABLES:
            now = rows(connection, table)
            kept = [{key: row[key] for key in before[table][0]} for row in now]
            assert sorted(kept, key=repr) == before[table], table
            assert all(row.get("correction", 0) == 0 for row in now)
        for statement in OLD_WRITES:
            do(connection, statement)
    for statement in TWICE:
        with pytest.raises(IntegrityError), database.engine.begin() as connection:
            do(connection, statement)
    store = SqlMailingStore(database)
    mailing = store.find(DAY)
    assert mailing is not None
    assert (mailing.id, mailing.revision, mailing.correction, mailing.exclusions) == (
        7,
        2,
        0,
        {ExclusionReason.SUPPRESSED: 1},
    )
    assert store.counts(7) == {
        **dict.fromkeys([s.value for s in BatchState], 0),
        "submitted": 1,
        "pending": 2,  # one of them the older release's, beside us
        "skipped": 1,
    }
    with database.write() as connection:  # references still lead where they did
        connection.execute(text("DELETE FROM mailings WHERE id = 7"))
        left = {table: len(rows(connection, table)) for table in TABLES}
    assert left == {**dict.fromkeys(TABLES, 0), "mailings": 2}
    if kind == "sqlite":
        with database.read() as connection:
            indexes = {row[1] for row in connection.exec_driver_sql("PRAGMA index_list(recipients)")}
        assert "ix_recipients_batch" in indexes
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_database_with_loose_ends_is_left_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic_command.upgrade(config, "0003")
        connection.execute(
            text("INSERT INTO batches (batch_id, mailing_id, number, state) VALUES ('b', 99, 1, 'pending')")
        )
    engine.dispose()
    with pytest.raises(StorageError, match="refer to nothing"):
        open_database(url)
    with sa.create_engine(url).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0003"
