"""`CorrectionStore` on SQL: corrections one after the other, the draft of each's mail, and which issues tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.correction import Correction, CorrectionMail, KeptCorrection
from newsletter.errors import Refused
from newsletter.ports import NewCorrection
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.statements import serialise
from newsletter.storage.tables import issues, mailings, skips
from newsletter.storage.tables_corrections import correction_tellings, corrections


class SqlCorrectionStore:
    """See `ports.CorrectionStore`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, new: NewCorrection, at: datetime) -> KeptCorrection:
        """Give it the next number; the same one said again keeps its own."""
        same = (
            corrections.c.issue_date == new.issue_date,
            corrections.c.story_id == new.story_id,
            corrections.c.text == new.text,
        )
        with self._db.write() as connection:
            serialise(connection, "corrections")
            number = connection.scalar(sa.select(corrections.c.number).where(*same))
            if number is None:
                last = connection.scalar(sa.select(sa.func.max(corrections.c.number)))
                number = (last or 0) + 1
                connection.execute(sa.insert(corrections).values(number=number, **_values(new, at)))
            return _must(connection, number)

    def edit(self, number: int, text: str, story_id: str) -> KeptCorrection:
        """Word it anew. Raises `Refused` once somebody has been told it."""
        with self._db.write() as connection:
            kept = _must(connection, number)
            if why := _fixed(connection, kept):
                raise Refused(
                    f"Correction {number} {why}.",
                    todo=f"Correct the correction: newsletter corrections add {kept.issue_date} --text TEXT --by NAME",
                )
            values = {"text": text, "story_id": story_id, "subject": "", "html": None, "plain": None}
            change = sa.update(corrections).where(corrections.c.number == number)
            connection.execute(change.values(**values, approved_by="", approved_sha256=""))
            return _must(connection, number)

    def get(self, number: int) -> KeptCorrection | None:
        """The correction of that number."""
        with self._db.read() as connection:
            return next(iter(_kept(connection, corrections.c.number == number)), None)

    def all(self, day: date | None = None) -> tuple[KeptCorrection, ...]:
        """In the order of their numbers; with a date, those to its issue."""
        with self._db.read() as connection:
            return _kept(connection, sa.true() if day is None else corrections.c.issue_date == day)

    def keep_mail(self, number: int, mail: CorrectionMail) -> None:
        """Keep the draft of its mail; an approval of other bytes is dropped."""
        values: dict[str, Any] = {
            "subject": mail.subject,
            "html": mail.html.encode(),
            "plain": mail.text.encode(),
        }
        row = corrections.c.number == number
        with self._db.write() as connection:
            connection.execute(sa.update(corrections).where(row).values(**values))
            stale = sa.update(corrections).where(row, corrections.c.approved_sha256 != mail.sha256)
            connection.execute(stale.values(approved_by="", approved_sha256=""))

    def approve(self, number: int, by: str, sha256: str) -> None:
        """Record who lets those bytes go; empty texts take it back."""
        change = sa.update(corrections).where(corrections.c.number == number)
        with self._db.write() as connection:
            connection.execute(change.values(approved_by=by, approved_sha256=sha256))

    def untold(self, day: date, as_of: datetime) -> tuple[Correction, ...]:
        """See `ports.CorrectionStore.untold`."""
        corrected, between = issues.alias("corrected"), issues.alias("between")
        was_mailed = sa.exists().where(
            corrected.c.date == corrections.c.issue_date, corrected.c.frozen.is_(sa.true())
        )
        told = sa.exists().where(
            correction_tellings.c.number == corrections.c.number,
            between.c.id == correction_tellings.c.issue_id,
            between.c.date > corrections.c.issue_date,
            between.c.date < day,
            between.c.date.not_in(sa.select(skips.c.date)),
            sa.or_(between.c.frozen.is_(sa.true()), sa.not_(was_mailed)),
        )
        wanted = (corrections.c.issue_date < day, corrections.c.made_at <= as_of, sa.not_(told))
        with self._db.read() as connection:
            return tuple(one.told for one in _kept(connection, sa.and_(*wanted)))


def index_tellings(connection: Connection, issue_id: int, document: Mapping[str, Any]) -> None:
    """Note which corrections an issue has at its top; in place of what was noted before."""
    connection.execute(sa.delete(correction_tellings).where(correction_tellings.c.issue_id == issue_id))
    numbers = {int(one["number"]) for one in document.get("corrections", ())}
    if numbers:
        rows = [{"number": number, "issue_id": issue_id} for number in sorted(numbers)]
        connection.execute(sa.insert(correction_tellings), rows)


def _values(new: NewCorrection, at: datetime) -> dict[str, Any]:
    return {
        "issue_date": new.issue_date,
        "story_id": new.story_id,
        "date": new.dated,
        "text": new.text,
        "made_by": new.by,
        "made_at": new.made_at,
        "recorded_at": at,
    }


def _must(connection: Connection, number: int) -> KeptCorrection:
    (found,) = _kept(connection, corrections.c.number == number)
    return found


def _fixed(connection: Connection, kept: KeptCorrection) -> str:
    """Why its words cannot be changed any more; empty where they can."""
    query = sa.select(mailings.c.id).where(mailings.c.correction == kept.number)
    if connection.scalar(query) is not None:
        return "is being mailed, or was"
    told = (
        sa.select(issues.c.date)
        .join(correction_tellings, correction_tellings.c.issue_id == issues.c.id)
        .where(correction_tellings.c.number == kept.number, issues.c.frozen.is_(sa.true()))
    )
    day = connection.scalar(told)
    return f"stands in the issue of {day}" if day else ""


def _kept(connection: Connection, condition: sa.ColumnElement[bool]) -> tuple[KeptCorrection, ...]:
    rows = connection.execute(sa.select(corrections).where(condition).order_by(corrections.c.number)).all()
    told = _told_in(connection, [row.number for row in rows])
    return tuple(_correction(row, told.get(row.number, ())) for row in rows)


def _told_in(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[date, ...]]:
    query = (
        sa.select(correction_tellings.c.number, issues.c.date)
        .join(issues, issues.c.id == correction_tellings.c.issue_id)
        .where(correction_tellings.c.number.in_(list(numbers)))
        .distinct()
        .order_by(issues.c.date)
    )
    found: dict[int, tuple[date, ...]] = {}
    for number, day in connection.execute(query):
        found[number] = (*found.get(number, ()), day)
    return found


def _correction(row: AnyRow, told_in: tuple[date, ...]) -> KeptCorrection:
    told = Correction(row.number, row.date.isoformat(), row.text, row.story_id, row.issue_date.isoformat())
    mail = CorrectionMail(row.subject, row.html.decode(), row.plain.decode()) if row.html else None
    return KeptCorrection(
        told=told,
        issue_date=row.issue_date,
        by=row.made_by,
        made_at=row.made_at,
        mail=mail,
        approved_by=row.approved_by,
        approved_sha256=row.approved_sha256,
        told_in=told_in,
    )
