"""The background: each closed day is counted once, from what was known by then, and the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.article import Article
from newsletter.pipeline.background import BackgroundRoom, background, closes, last_day
from newsletter.ports import Background
from newsletter.storage.engine import Database
from newsletter.storage.feeds import SqlFeedArchive
from newsletter.storage.tables import article_aliases, article_versions, articles
from newsletter.storage.termdays import SqlTermDays, pack, unpack
from newsletter.stories.terms import CountTerms
from tests.support.storage_samples import NOON, article, gather, hours

pytest_plugins = ("tests.support.storage_databases",)
WINDOW = timedelta(hours=36)
LATER = NOON + timedelta(days=3)
"""A build as of then has `NOON`'s day wholly before its window."""


@pytest.fixture
def archive(database: Database) -> SqlFeedArchive:
    return SqlFeedArchive(database)


@pytest.fixture
def room(archive: SqlFeedArchive, database: Database) -> BackgroundRoom:
    return BackgroundRoom(archive, SqlTermDays(database), CountTerms())


def ferries(number: int, published: datetime = NOON) -> list[Article]:
    return [article(str(n), published=published) for n in range(number)]


def test_terms_of_days_before_the_window_are_counted_and_passing_words_left_out(
    archive: SqlFeedArchive, room: BackgroundRoom
) -> None:
    once = article("x", title="Kestrel", text="", published=NOON)
    gather(archive, NOON, [*ferries(3), once])
    found = background(room, LATER, WINDOW)
    assert found.documents == 4
    assert found.counts["harbour"] == 3
    assert "kestrel" not in found.counts


def test_a_days_counts_never_look_ahead(archive: SqlFeedArchive, room: BackgroundRoom) -> None:
    gather(archive, NOON, ferries(2))
    assert background(room, NOON + timedelta(days=1), WINDOW).documents == 0, "its own window's day"
    closed = closes(NOON.date())
    late = [article("late", published=NOON)]
    assert background(room, LATER, WINDOW).documents == 2
    gather(archive, closed + timedelta(hours=1), late)
    assert background(room, LATER, WINDOW).documents == 2, "seen after the day was closed"


def test_counts_stay_when_the_articles_are_gone(
    archive: SqlFeedArchive, room: BackgroundRoom, database: Database
) -> None:
    gather(archive, NOON, ferries(2))
    before = background(room, LATER, WINDOW)
    with database.write() as connection:
        for table in (article_aliases, article_versions, articles):
            connection.execute(sa.delete(table))
    assert background(room, LATER, WINDOW) == before


def test_a_gather_made_up_for_later_is_counted_as_if_it_had_run_then(
    archive: SqlFeedArchive, room: BackgroundRoom
) -> None:
    gather(archive, NOON, ferries(2))
    assert background(room, LATER, WINDOW).documents == 2
    gather(archive, hours(2), [article("3", published=NOON)])
    assert background(room, LATER, WINDOW).documents == 3


def test_another_way_of_counting_counts_anew(archive: SqlFeedArchive, room: BackgroundRoom) -> None:
    gather(archive, NOON, ferries(2))
    background(room, LATER, WINDOW)
    other = replace(room, count=CountTerms(recipe="another"))
    last = last_day(LATER, WINDOW)
    assert not room.days.kept(last - timedelta(days=9), last, "another")
    assert background(other, LATER, WINDOW) == background(room, LATER, WINDOW)


@pytest.mark.parametrize(("window", "last"), [(36, 12), (48, 11), (6, 12), (59, 11), (60, 11), (61, 10)])
def test_the_newest_day_ended_before_the_window_and_was_closed(window: int, last: int) -> None:
    at = datetime(2026, 8, 14, 12, tzinfo=UTC)
    assert last_day(at, timedelta(hours=window)) == date(2026, 8, last)


counts = st.dictionaries(st.text("abc ", min_size=1), st.integers(2, 9), max_size=8)


@given(st.lists(counts, max_size=5))
def test_packed_days_add_up(days: list[dict[str, int]]) -> None:
    total: dict[str, int] = {}
    for day in days:
        for term, count in day.items():
            total[term] = total.get(term, 0) + count
    assert unpack([pack(Background(9, day)) for day in days]) == total
