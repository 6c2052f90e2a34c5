"""`TermDays` on SQL: one row a day, its counts as compressed text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.article import Article
from newsletter.ports import Background
from newsletter.storage.engine import Database
from newsletter.storage.statements import insert_new
from newsletter.storage.tables import term_days


class SqlTermDays:
    """See `ports.TermDays`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def kept(self, first: date, last: date, recipe: str) -> set[date]:
        """The days from ``first`` to ``last`` that were counted."""
        query = sa.select(term_days.c.day).where(*_between(first, last, recipe))
        with self._db.read() as connection:
            return set(connection.scalars(query))

    def keep(self, day: date, recipe: str, counted: Background) -> None:
        """Keep one day's counts; a day that is there already stays as it is."""
        row = {"day": day, "recipe": recipe, "documents": counted.documents, "counts": pack(counted)}
        with self._db.write() as connection:
            connection.execute(insert_new(connection, term_days), row)

    def total(self, first: date, last: date, recipe: str) -> Background:
        """The sum of the days kept from ``first`` to ``last``."""
        query = sa.select(term_days.c.documents, term_days.c.counts).where(*_between(first, last, recipe))
        with self._db.read() as connection:
            days = connection.execute(query).all()
        return Background(sum(day.documents for day in days), unpack([day.counts for day in days]))


def forget_days(connection: Connection, articles: Sequence[Article]) -> None:
    """Drop the counts of days that were not closed yet when the earliest of these articles was seen.

    A gather as of now finds none. One that is made up for later, as of an earlier TIME, adds to days that may
    have been counted without it.
    """
    earliest = min(article.seen_at for article in articles).date() - timedelta(days=1)
    connection.execute(sa.delete(term_days).where(term_days.c.day >= earliest))


def pack(counted: Background) -> bytes:
    """Lines of a count and the terms that have it, divided by tabs (no term has one)."""
    terms: dict[int, list[str]] = defaultdict(list)
    for term, count in sorted(counted.counts.items()):
        terms[count].append(term)
    return "\n".join("\t".join((str(count), *terms[count])) for count in sorted(terms)).encode()


def unpack(days: Sequence[bytes]) -> dict[str, int]:
    """The sum of what `pack` made, day by day.

    Terms of one count are put together first and counted as a whole, which is three times as fast as adding
    up sixty days' half a million numbers.
    """
    by_count: dict[int, list[str]] = defaultdict(list)
    for packed in days:
        for line in packed.decode().splitlines():
            count, *terms = line.split("\t")
            by_count[int(count)] += terms
    total: dict[str, int] = defaultdict(int)
    for number, terms_of_it in by_count.items():
        for term, times in Counter(terms_of_it).items():
            total[term] += number * times
    return dict(total)


def _between(first: date, last: date, recipe: str) -> tuple[sa.ColumnElement[bool], ...]:
    return term_days.c.day >= first, term_days.c.day <= last, term_days.c.recipe == recipe
