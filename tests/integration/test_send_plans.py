"""What a mailing costs a recipient does not grow with the list: whatever is asked for each batch has an index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from newsletter.domain.pacing import limits
from newsletter.errors import ProviderBusy, ProviderRejected, ProviderUncertain
from newsletter.mailing.report import Outcome
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.terms import SendTerms
from newsletter.storage.engine import Database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from tests.support.mailing_fakes import DAY, START, FakeClock, PostRoom, envelope, token_of
from tests.support.storage_samples import subscriber

pytest_plugins = ("tests.support.storage_databases",)
LARGE = ("subscribers", "recipients", "batches", "batch_moves", "suppressions")
"""Tables that grow with the list."""


@pytest.mark.parametrize("later", [False, True], ids=["at once", "ahead, beside a later issue"])
def test_no_question_of_the_send_loop_reads_a_whole_table(database: Database, later: bool) -> None:
    SqlSubscriberStore(database).add_many(subscriber(f"n{n}", created_at=START) for n in range(200))
    store, clock, digest = SqlMailingStore(database), FakeClock(), hashlib.sha256(envelope().html.encode())
    due = START + timedelta(minutes=40 if later else 0)
    names = (digest.hexdigest(), "scripted", 4, START, lambda _zone, _at: due)
    mailing = store.freeze(DAY, 1, *names)
    if later:
        store.freeze(DAY + timedelta(days=1), 1, *names)
    troubles = [
        ProviderBusy("Busy.", retry_after=1),
        ProviderUncertain("Lost."),
        ProviderRejected("No.", todo="Fix."),
    ]
    provider = PostRoom(clock, *troubles)
    terms = SendTerms(timedelta(hours=6), limits=limits(100_000, 100_000))

    def send() -> Outcome:
        return send_mailing(
            mailing, envelope(), store=store, provider=provider, token_of=token_of, clock=clock,
            wait=clock.wait, jitter=lambda: 0.0, terms=terms,
        ).outcome  # fmt: skip

    with asked(database) as statements:
        assert send() is Outcome.PAUSED
        assert send() in (Outcome.DONE, Outcome.UNSETTLED)
    plans = {statement: plan(database, statement, given) for statement, given in statements.items()}
    assert sum(statement.startswith("UPDATE batches") for statement in plans) >= 3
    whole = {
        f"{statement}\n{lines}"
        for statement, lines in plans.items()
        if not counts_everybody(statement)
        for table in LARGE
        if f"SCAN {table}\n" in lines + "\n" or f"Seq Scan on {table} " in lines
    }
    assert not whole, "\n\n".join(whole)


def test_a_freeze_compares_nobody_with_every_batch(database: Database) -> None:
    SqlSubscriberStore(database).add_many(subscriber(f"n{n}", created_at=START) for n in range(200))
    with asked(database) as statements:
        SqlMailingStore(database).freeze(DAY, 1, "sha", "outbox", 4, START)
    (statement,) = [each for each in statements if each.startswith("INSERT INTO recipients")]
    lines = plan(database, statement, statements[statement])
    if database.postgres:
        conditions = [line for line in lines.splitlines() if "Cond: " in line]
        assert any("number = (" in line or "= batches.number" in line for line in conditions), lines
    else:
        assert (
            "SEARCH batches USING COVERING INDEX sqlite_autoindex_batches_2 (mailing_id=? AND number=?)"
            in lines
        )


def counts_everybody(statement: str) -> bool:
    """Once a run, at its end: the sum over the recipients' own rows."""
    return "FROM recipients JOIN batches" in statement and "GROUP BY" in statement


@contextmanager
def asked(database: Database) -> Iterator[dict[str, Any]]:
    """Each statement that is executed, with one set of its parameters."""
    found: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT INTO recipients")) and not many:
            found.setdefault(statement, given)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def plan(database: Database, statement: str, given: Any) -> str:
    with database.engine.connect() as connection:
        if not database.postgres:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            return "\n".join(str(row[3]) for row in rows)
        # Of a small table all pages would be read, whatever there is: the question is whether it can be done otherwise.
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", given))
