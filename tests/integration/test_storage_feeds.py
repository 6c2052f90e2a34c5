"""The archive: states, captures and articles as of a TIME."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Article, Kind
from newsletter.domain.feed import FetchStatus
from newsletter.ports import Kept
from newsletter.storage.articles import AS_OF
from newsletter.storage.engine import Database, open_database
from newsletter.storage.feeds import SqlFeedArchive
from tests.support.storage_samples import FEED, NOON, article, capture, gather, hours, state

pytest_plugins = ("tests.support.storage_databases",)
LONG_AGO = NOON - timedelta(days=30)


@pytest.fixture
def archive(database: Database) -> SqlFeedArchive:
    return SqlFeedArchive(database)


def titles(archive: SqlFeedArchive, as_of: float) -> list[str]:
    return [a.title for a in archive.articles(hours(as_of), LONG_AGO)]


# ── states ─────────────────────────────────────────────────────────────────────────────────────────


def test_state_comes_back_whole(archive: SqlFeedArchive) -> None:
    full = state(
        status=FetchStatus.RATE_LIMITED,
        message="too many requests",
        todo="wait",
        http_status=429,
        fetch_url="https://harbour-post.example/feed",
        etag='W/"ä"',
        last_modified="Fri, 14 Aug 2026 11:00:00 GMT",
        digest="d" * 64,
        failures=3,
        failing_since=hours(-5),
        retry_at=hours(2),
        host_paused_until=hours(3),
        disabled=True,
        last_success=hours(-6),
        last_full_get=hours(-7),
        moved_to="https://elsewhere.example/rss",
        moved_runs=2,
        items=25,
        newest_item=hours(-1) + timedelta(microseconds=1),
    )
    archive.keep(full, NOON)
    assert archive.states(NOON) == {FEED: full}


def test_states_are_those_of_the_time_asked_for(archive: SqlFeedArchive) -> None:
    other = "https://hill-times.example/rss"
    for at in (0, 2, 1):  # also when an earlier TIME is gathered later
        archive.keep(state(hours(at), items=at), hours(9))
    archive.keep(state(hours(1), other), hours(9))
    assert archive.states(hours(-1)) == {}
    assert {url: s.items for url, s in archive.states(hours(1)).items()} == {FEED: 1, other: 0}
    assert archive.states(hours(1.5))[FEED].items == 1
    assert archive.states(hours(5))[FEED].items == 2


def test_of_two_attempts_at_one_time_the_later_counts(archive: SqlFeedArchive) -> None:
    archive.keep(state(status=FetchStatus.TIMED_OUT, failures=1), hours(1))
    archive.keep(state(items=4), hours(2))
    assert archive.states(NOON)[FEED].items == 4


def test_bytes_parsed_before(archive: SqlFeedArchive) -> None:
    archive.keep(state(hours(1), digest="abc"), hours(1))
    assert archive.parsed_before(FEED, "abc")
    assert archive.parsed_before(FEED, "abc", hours(1))
    assert not archive.parsed_before(FEED, "abc", NOON)
    assert not archive.parsed_before(FEED, "")
    assert not archive.parsed_before("https://hill-times.example/rss", "abc")


# ── captures ───────────────────────────────────────────────────────────────────────────────────────


def test_capture_comes_back_with_its_bytes(archive: SqlFeedArchive) -> None:
    first = capture(b"<rss>one</rss>", hours(0), provenance="wayback:20260814120000")
    second = capture(b"<rss>two</rss>", hours(2))
    archive.keep(state(hours(2)), hours(2), second, b"<rss>two</rss>")
    archive.keep(state(hours(0)), hours(3), first, b"<rss>one</rss>")
    assert archive.capture(FEED, hours(-1)) is None
    assert archive.capture(FEED, hours(1)) == (first, b"<rss>one</rss>")
    assert archive.capture(FEED, hours(2)) == (second, b"<rss>two</rss>")
    assert archive.capture("https://hill-times.example/rss", hours(2)) is None


def test_purge_keeps_bytes_that_a_younger_capture_needs(archive: SqlFeedArchive) -> None:
    same, old = b"<rss>same</rss>", b"<rss>old</rss>"
    archive.keep(state(hours(0)), hours(0), capture(same, hours(0)), same)
    archive.keep(state(hours(1)), hours(1), capture(old, hours(1)), old)
    archive.keep(state(hours(2)), hours(2), capture(same, hours(2)), same)
    assert archive.purge_captures(hours(2)) == 2
    assert archive.capture(FEED, hours(1)) is None
    assert archive.capture(FEED, hours(2)) == (capture(same, hours(2)), same)
    assert archive.purge_captures(hours(9)) == 1
    assert archive.purge_captures(hours(9)) == 0


# ── articles ───────────────────────────────────────────────────────────────────────────────────────


def test_article_comes_back_whole(archive: SqlFeedArchive) -> None:
    full = article(
        author="A. Writer",
        kind=Kind.OPINION,
        wire="AP",
        published_raw="Fri, 14 Aug 2026 07:00:00 EDT",
        lang="en-GB",
        provenance="gdelt:20260814110000",
        aliases=("harbour-post.example/1", "ftp:1"),
    )
    assert archive.keep(state(), NOON, articles=[full]) == Kept(new_articles=1, new_versions=0)
    assert archive.articles(NOON, LONG_AGO) == (full,)


def test_times_of_other_zones_are_the_same_times(archive: SqlFeedArchive) -> None:
    eastern = ZoneInfo("America/New_York")
    gather(archive, NOON.astimezone(eastern), [article(published=hours(-1).astimezone(eastern))])
    (found,) = archive.articles(NOON.astimezone(eastern), hours(-2).astimezone(eastern))
    assert (found.published, found.seen_at) == (hours(-1), NOON)
    assert found.published.tzinfo is UTC
    assert archive.articles(hours(-0.001), LONG_AGO) == ()


def test_keeping_again_changes_nothing(archive: SqlFeedArchive) -> None:
    body = b"<rss/>"
    for _ in range(2):
        kept = archive.keep(state(), hours(1), capture(body), body, [article("1"), article("2")])
    assert kept == Kept(0, 0)
    assert len(archive.articles(NOON, LONG_AGO)) == 2
    assert archive.purge_captures(hours(1)) == 1


def test_window_is_open_at_its_start_and_closed_at_its_end(archive: SqlFeedArchive) -> None:
    gather(archive, NOON, [article(str(n), published=hours(n)) for n in (-2, -1, 0, 1)])
    found = archive.articles(hours(0), hours(-2))
    assert [a.guid for a in found] == ["-1", "0"]
    assert [a.guid for a in archive.articles(hours(2), hours(0))] == ["1"], "held until its time"


def test_sorted_by_publication_then_id(archive: SqlFeedArchive) -> None:
    gather(archive, NOON, [article(str(n)) for n in range(20)])
    found = archive.articles(NOON, LONG_AGO)
    assert list(found) == sorted(found, key=lambda a: (a.published, a.id))


def test_changed_article_is_a_new_version(archive: SqlFeedArchive) -> None:
    gather(archive, hours(0), [article(title="Ferry missing")])
    gather(archive, hours(1), [article(title="Ferry missing", author="only the byline changed")])
    assert gather(archive, hours(2), [article(title="Ferry found")]) == Kept(0, 1)
    assert titles(archive, 1) == ["Ferry missing"]
    (now,) = archive.articles(hours(2), LONG_AGO)
    assert (now.title, now.first_seen, now.seen_at) == ("Ferry found", hours(0), hours(2))


def test_version_that_moved_out_of_the_window_takes_the_article_along(archive: SqlFeedArchive) -> None:
    gather(archive, hours(0), [article(published=hours(0))])
    gather(archive, hours(1), [article(published=hours(-20), title="Ferry: a correction")])
    assert archive.articles(hours(2), hours(-3)) == ()


def test_inferred_date_stays_the_first_sighting(archive: SqlFeedArchive) -> None:
    undated = article(date_inferred=True)
    gather(archive, hours(0), [undated])
    gather(archive, hours(3), [replace(undated, title="Ferry found")])
    (now,) = archive.articles(hours(3), LONG_AGO)
    assert (now.title, now.published, now.date_inferred) == ("Ferry found", hours(0), True)


def test_date_once_given_survives_a_feed_that_loses_it(archive: SqlFeedArchive) -> None:
    gather(archive, hours(0), [article(published=hours(-4))])
    gather(archive, hours(1), [article(date_inferred=True, title="Ferry found")])
    (now,) = archive.articles(hours(1), LONG_AGO)
    assert (now.published, now.date_inferred) == (hours(-4), False)


def test_gather_at_an_earlier_time(archive: SqlFeedArchive) -> None:
    gather(archive, hours(4), [article(title="late", date_inferred=True)])
    gather(archive, hours(1), [article(title="early", date_inferred=True)])
    (then,) = archive.articles(hours(2), LONG_AGO)
    assert (then.title, then.first_seen, then.seen_at, then.published) == ("early", *[hours(1)] * 3)
    (now,) = archive.articles(hours(4), LONG_AGO)
    assert (now.title, now.first_seen, now.seen_at, now.published) == ("late", hours(1), hours(4), hours(1))


def test_same_text_at_an_earlier_time_is_the_same_version(archive: SqlFeedArchive) -> None:
    gather(archive, hours(4), [article()])
    assert gather(archive, hours(1), [article()]) == Kept(0, 0)
    (now,) = archive.articles(hours(4), LONG_AGO)
    assert (now.first_seen, now.seen_at) == (hours(1), hours(1))


def test_text_that_came_back_after_another(archive: SqlFeedArchive) -> None:
    """A at 0 and 4 was one version; B found at 2 afterwards splits it."""
    gather(archive, hours(0), [article(title="A")])
    gather(archive, hours(4), [article(title="A")])
    gather(archive, hours(2), [article(title="B")])
    assert [titles(archive, n) for n in (1, 2, 3, 4)] == [["A"], ["B"], ["B"], ["A"]]


@pytest.mark.parametrize("swap", [False, True])
def test_of_two_feeds_at_one_time_the_fuller_text_stands(archive: SqlFeedArchive, swap: bool) -> None:
    bare, full = article(text="Ferry."), article(text="The ferry came back on Friday, late.")
    for at in (0, 1):
        for found in (full, bare) if swap else (bare, full):
            gather(archive, hours(at), [found])
    (now,) = archive.articles(hours(1), LONG_AGO)
    assert (now.text, now.seen_at) == (full.text, hours(0))


def test_article_coming_back_under_a_known_alias_keeps_its_id(archive: SqlFeedArchive) -> None:
    alias = "harbour-post.example/ferry"
    first = article("old-guid", aliases=(alias,))
    gather(archive, hours(0), [first])
    again = article("new-guid", aliases=("urn:new", alias), title="Ferry found")
    assert gather(archive, hours(1), [again]) == Kept(0, 1)
    (now,) = archive.articles(hours(1), LONG_AGO)
    assert (now.id, now.guid, now.title) == (first.id, "old-guid", "Ferry found")
    third = replace(again, id="a-third", guid="third-guid", aliases=("urn:new",))
    assert gather(archive, hours(2), [third]) == Kept(0, 0), "the second's aliases count, too"


def test_another_outlets_alias_is_another_article(archive: SqlFeedArchive) -> None:
    gather(archive, hours(0), [article("1", aliases=("urn:1",))])
    theirs = article("9", outlet="hill-times.example", aliases=("urn:1",))
    assert gather(archive, hours(1), [theirs]).new_articles == 1


def test_two_items_of_one_feed_with_one_link_are_two_articles(archive: SqlFeedArchive) -> None:
    pair = [article("1", aliases=("live-page",)), article("2", aliases=("live-page",))]
    assert gather(archive, hours(0), pair) == Kept(2, 0)
    assert gather(archive, hours(1), pair) == Kept(0, 0)


# ── laws and speed ─────────────────────────────────────────────────────────────────────────────────

_runs = itertools.count(1)
_sightings = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from("abc"), st.sampled_from(["one", "two", "three"]), st.booleans()
    ),
    max_size=9,
)


def _mine(archive: SqlFeedArchive, outlet: str, as_of: int) -> list[Article]:
    return [a for a in archive.articles(hours(as_of), LONG_AGO) if a.outlet == outlet]


def _keep_all(archive: SqlFeedArchive, outlet: str, sightings: list[tuple[int, str, str, bool]]) -> None:
    for at, guid, title, undated in sightings:
        made = article(guid, outlet=outlet, title=title, date_inferred=undated)
        gather(archive, hours(at), [made])


_quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_quick
@given(before=_sightings, cut=st.integers(0, 9), after=_sightings)
def test_what_comes_later_never_changes_what_was(
    archive: SqlFeedArchive, before: list, cut: int, after: list
) -> None:
    outlet = f"paper-{next(_runs)}.example"
    _keep_all(archive, outlet, before)
    then = _mine(archive, outlet, cut)
    _keep_all(archive, outlet, [(cut + 1 + at, *rest) for at, *rest in after])
    assert _mine(archive, outlet, cut) == then


@_quick
@given(sightings=_sightings, data=st.data())
def test_order_of_arrival_does_not_matter_at_the_end(
    archive: SqlFeedArchive, sightings: list, data: st.DataObject
) -> None:
    """Whatever the order, each article stands as last seen, with its first sighting and one date."""
    one, other = (f"paper-{next(_runs)}.example" for _ in range(2))
    _keep_all(archive, one, sightings)
    _keep_all(archive, other, data.draw(st.permutations(sightings)))

    def end(outlet: str) -> list[tuple[object, ...]]:
        found = _mine(archive, outlet, 10)
        return sorted((a.guid, a.title, a.first_seen, a.published, a.date_inferred) for a in found)

    assert end(one) == end(other)
    assert all(a.first_seen <= a.seen_at for a in _mine(archive, one, 10))


def test_a_mornings_gather_is_kept_whole(migrated_sqlite: Path) -> None:
    """170 feeds of 25 articles."""
    database = open_database(f"sqlite:///{migrated_sqlite.with_name('quick.db')}")
    archive = SqlFeedArchive(database)
    found = {
        outlet: [article(str(n), outlet=outlet, aliases=(f"{outlet}/{n}",)) for n in range(25)]
        for outlet in (f"paper-{n}.example" for n in range(170))
    }
    for outlet, items in found.items():
        gather(archive, NOON, items, f"https://{outlet}/rss")
    assert len(archive.articles(NOON, LONG_AGO)) == 170 * 25
    database.close()


def test_reading_a_day_uses_the_indexes(migrated_sqlite: Path) -> None:
    """With years of articles behind it, a day's are found by their date, and each one's later version too."""
    database = open_database(f"sqlite:///{migrated_sqlite}")
    with database.read() as connection:
        query = f"EXPLAIN QUERY PLAN {AS_OF.compile(database.engine)}"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(query, ("",) * 4))
    database.close()
    assert "SCAN" not in plan
    assert "ix_article_versions_published (published>? AND published<?)" in plan
    assert "(article=? AND seen_at>? AND seen_at<?)" in plan
