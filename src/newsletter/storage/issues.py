"""`IssueStore` on SQL: issues by revision, who let them go, their stories' index, readers' reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.story import PastStory
from newsletter.errors import IssueNotFound, Refused
from newsletter.ports import Listing, Skip, StoredIssue, StoryTerms
from newsletter.storage import past
from newsletter.storage.columns import AnyRow
from newsletter.storage.corrections import index_tellings
from newsletter.storage.engine import Database
from newsletter.storage.past import NEWEST
from newsletter.storage.statements import insert_new
from newsletter.storage.tables import approvals, issue_stories, issues, reports, skips

_CONTENT = ("number", "as_of", "html_sha256", "document", "html", "text")
"""What a frozen revision keeps for good."""


class SqlIssueStore:
    """See `ports.IssueStore`; every method is one transaction."""

    def __init__(self, database: Database, terms: StoryTerms) -> None:
        self._db = database
        self._terms = terms

    def get(self, day: date, revision: int | None = None) -> StoredIssue | None:
        """That revision, or the newest."""
        query = (
            sa.select(issues, approvals.c.approved_by, approvals.c.sha256, approvals.c.overrides)
            .join(approvals, approvals.c.issue_id == issues.c.id, isouter=True)
            .where(issues.c.date == day, NEWEST if revision is None else issues.c.revision == revision)
        )
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return _issue(row) if row else None

    def save(self, issue: StoredIssue) -> None:
        """Insert or replace (day, revision). Raises `Refused` when that revision is frozen and differs.

        An approval given in ``issue`` is stored with it. Without one, an approval of the same bytes stays
        and one of other bytes is dropped.
        """
        values = _content(issue)
        with self._db.write() as connection:
            old = connection.execute(_named(issue.date, issue.revision).with_for_update()).first()
            if old is not None and old.frozen:
                _refuse_change(old, values, issue)
            values["frozen"] = issue.frozen or (old is not None and old.frozen)
            if old is not None and old.html_sha256 != issue.html_sha256:
                values["text_before"] = old.text
            number = _put(connection, old.id if old else None, values, issue)
            past.index_stories(connection, number, issue.document, self._terms)
            index_tellings(connection, number, issue.document)
            stale = approvals.c.sha256 != issue.html_sha256
            if old is not None and _mail_differs(old, issue):
                stale = sa.true()  # the subject and the plain text are mailed, too
            connection.execute(sa.delete(approvals).where(approvals.c.issue_id == number, stale))
            if issue.approved_by:
                given = (issue.approved_by, issue.approved_sha256, issue.overrides or {})
                _put_approval(connection, number, *given)

    def text_before(self, day: date) -> str:
        """The plain text that the newest revision's last change replaced, else that of the revision before it."""
        mine = sa.select(issues.c.revision, issues.c.text_before).where(issues.c.date == day)
        with self._db.read() as connection:
            row = connection.execute(mine.order_by(issues.c.revision.desc()).limit(1)).first()
            if row is None or row.text_before is not None:
                return row.text_before.decode() if row else ""
            earlier = sa.select(issues.c.text).where(issues.c.date == day, issues.c.revision < row.revision)
            text = connection.scalar(earlier.order_by(issues.c.revision.desc()).limit(1))
        return text.decode() if text is not None else ""

    def freeze(self, day: date, revision: int) -> None:
        """From now on that revision is immutable. Raises `IssueNotFound`."""
        with self._db.write() as connection:
            number = _must_find(connection, day, revision)
            connection.execute(sa.update(issues).where(issues.c.id == number).values(frozen=True))

    def approve(self, day: date, revision: int, by: str, sha256: str, overrides: Mapping[str, str]) -> None:
        """Record who lets those bytes go, in place of an earlier approval. Raises `IssueNotFound`."""
        with self._db.write() as connection:
            _put_approval(connection, _must_find(connection, day, revision), by, sha256, overrides)

    def unapprove(self, day: date) -> None:
        """Take back the approval of every revision of that day."""
        numbers = sa.select(issues.c.id).where(issues.c.date == day)
        with self._db.write() as connection:
            connection.execute(sa.delete(approvals).where(approvals.c.issue_id.in_(numbers)))

    def skip(self, skip: Skip) -> None:
        """Idempotent; the first word stays."""
        row = {"date": skip.date, "skipped_by": skip.by, "reason": skip.reason, "at": skip.at}
        with self._db.write() as connection:
            connection.execute(insert_new(connection, skips), row)

    def unskip(self, day: date) -> bool:
        """Whether the day was skipped."""
        with self._db.write() as connection:
            return connection.execute(sa.delete(skips).where(skips.c.date == day)).rowcount == 1

    def skipped(self, day: date) -> Skip | None:
        """Whose word it is that there is no issue that day."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(skips).where(skips.c.date == day)).first()
        return Skip(row.date, row.skipped_by, row.reason, row.at) if row else None

    def dates(self) -> tuple[date, ...]:
        """Dates that have an issue, ascending; not those that were skipped."""
        query = sa.select(issues.c.date).where(issues.c.date.not_in(sa.select(skips.c.date)))
        with self._db.read() as connection:
            return tuple(connection.scalars(query.distinct().order_by(issues.c.date)))

    def number_of(self, day: date, first: date | None) -> int:
        """1 + the issues dated before ``day`` (and on or after ``first``, where given); skipped days have none."""
        unskipped = issues.c.date.not_in(sa.select(skips.c.date))
        query = sa.select(sa.func.count(issues.c.date.distinct())).where(issues.c.date < day, unskipped)
        if first is not None:
            query = query.where(issues.c.date >= first)
        with self._db.read() as connection:
            return 1 + (connection.scalar(query) or 0)

    def past_stories(self, before: date, days: int) -> tuple[PastStory, ...]:
        """Stories, briefs and blindspots of the ``days`` days before ``before``, newest first.

        Each date's newest revision; within an issue in its order.
        """
        past.complete_index(self._db, self._terms)
        with self._db.read() as connection:
            return past.past_stories(connection, before, days)

    def stories_sharing(
        self, wanted: Sequence[Sequence[str]], least: int, before: date
    ) -> tuple[tuple[PastStory, ...], ...]:
        """For each set of terms the stories of issues dated before ``before`` that share ``least`` of them.

        Each date's newest revision; oldest first, within an issue in its order.
        """
        past.complete_index(self._db, self._terms)
        with self._db.read() as connection:
            return past.stories_sharing(connection, wanted, least, before)

    def story_date(self, story_id: str) -> date | None:
        """The issue that holds that story (the latest, should several); older revisions count."""
        query = (
            sa.select(sa.func.max(issues.c.date))
            .join_from(issue_stories, issues, issues.c.id == issue_stories.c.issue_id)
            .where(issue_stories.c.story_id == story_id)
        )
        with self._db.read() as connection:
            found: date | None = connection.scalar(query)
        return found

    def listed(
        self, until: date, *, words: Sequence[str] = (), first: date | None = None, most: int, skip: int = 0
    ) -> tuple[tuple[Listing, ...], int]:
        """See `past.listed`."""
        with self._db.read() as connection:
            return past.listed(connection, until, words=words, first=first, most=most, skip=skip)

    def add_report(self, day: date, story_id: str, kind: str, text: str, contact: str, at: datetime) -> int:
        """Put a reader's report into the queue; its number."""
        values = {"date": day, "story_id": story_id, "kind": kind, "text": text, "contact": contact, "at": at}
        with self._db.write() as connection:
            statement = sa.insert(reports).values(values).returning(reports.c.number)
            return int(connection.execute(statement).scalar_one())

    def reports(self) -> tuple[Mapping[str, object], ...]:
        """The queue, oldest first: number, date, story_id, kind, text, contact, at, answer, answered_at."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(reports).order_by(reports.c.number))
            return tuple(dict(row) for row in rows.mappings())

    def answer_report(self, number: int, answer: str, at: datetime) -> bool:
        """Record what was done about a report; whether there is one of that number."""
        change = sa.update(reports).where(reports.c.number == number)
        with self._db.write() as connection:
            return connection.execute(change.values(answer=answer, answered_at=at)).rowcount == 1


def _named(day: date, revision: int) -> sa.Select[Any]:
    return sa.select(issues).where(issues.c.date == day, issues.c.revision == revision)


def _must_find(connection: Connection, day: date, revision: int) -> int:
    row = connection.execute(_named(day, revision).with_for_update()).first()
    if row is None:
        raise IssueNotFound(
            f"There is no issue of {day}, revision {revision}.",
            todo=f"Build it: newsletter build {day}",
            date=day.isoformat(),
            revision=revision,
        )
    return int(row.id)


def _content(issue: StoredIssue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "as_of": issue.as_of,
        "html_sha256": issue.html_sha256,
        "document": json.dumps(issue.document, ensure_ascii=False, separators=(",", ":")).encode(),
        "html": issue.html.encode(),
        "text": issue.text.encode(),
    }


def _mail_differs(old: AnyRow, new: StoredIssue) -> bool:
    """Whether anything that is mailed is another than before."""
    subject = json.loads(old.document).get("subject")
    return (old.html.decode(), old.text.decode(), subject) != (
        new.html,
        new.text,
        new.document.get("subject"),
    )


def _refuse_change(old: AnyRow, new: Mapping[str, Any], issue: StoredIssue) -> None:
    changed = [name for name in _CONTENT if getattr(old, name) != new[name]]
    if changed:
        raise Refused(
            f"The issue of {issue.date} is frozen, and this build differs in {', '.join(changed)}.",
            todo="Build it as a new revision: --revision",
            date=issue.date.isoformat(),
            revision=issue.revision,
        )


def _put(connection: Connection, number: int | None, values: dict[str, Any], issue: StoredIssue) -> int:
    if number is None:
        named = {**values, "date": issue.date, "revision": issue.revision}
        return int(connection.execute(sa.insert(issues).values(named).returning(issues.c.id)).scalar_one())
    connection.execute(sa.update(issues).where(issues.c.id == number).values(values))
    return number


def _put_approval(
    connection: Connection, number: int, by: str, sha256: str, overrides: Mapping[str, str]
) -> None:
    connection.execute(sa.delete(approvals).where(approvals.c.issue_id == number))
    values = {"issue_id": number, "approved_by": by, "sha256": sha256, "overrides": dict(overrides)}
    connection.execute(sa.insert(approvals).values(values))


def _issue(row: AnyRow) -> StoredIssue:
    return StoredIssue(
        date=row.date,
        revision=row.revision,
        number=row.number,
        as_of=row.as_of,
        frozen=row.frozen,
        html_sha256=row.html_sha256,
        document=json.loads(row.document),
        html=row.html.decode(),
        text=row.text.decode(),
        approved_by=row.approved_by or "",
        approved_sha256=row.sha256 or "",
        overrides=row.overrides,
    )
