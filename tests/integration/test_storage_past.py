"""The index of earlier stories on both databases: what it finds, as of a date, and that it can be made anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.storage.engine import Database
from newsletter.storage.issues import SqlIssueStore
from newsletter.storage.past import sharing
from newsletter.storage.tables import issue_stories, story_indexes, story_terms, thread_events
from newsletter.stories.telling import TellingTerms
from tests.support.storage_samples import issue

pytest_plugins = ("tests.support.storage_databases",)

DAY = date(2026, 8, 14)
WORDS = ("ferry", "harbor", "inspector", "storm", "bridge", "toll", "mayor", "budget")
TERMS = TellingTerms()
FERRY = tuple(TERMS([("Ferry harbor inspector storm", "")]))


@pytest.fixture
def store(database: Database) -> SqlIssueStore:
    return SqlIssueStore(database, TERMS)


def story(name: str, title: str, **more: Any) -> dict[str, Any]:
    article = {"id": f"a-{name}", "title": title, "text": ""}
    return {"id": name, "thread_id": f"t-{name}", "headline": title, "articles": [article], **more}


def keep(store: SqlIssueStore, day: date, *stories: dict[str, Any], revision: int = 1, **more: Any) -> None:
    store.save(issue(day, revision=revision, document={"stories": list(stories), "in_brief": []}, **more))


def found(store: SqlIssueStore, least: int = 3, before: date = DAY) -> list[str]:
    (past,) = store.stories_sharing([FERRY], least, before)
    return [one.story_id for one in past]


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything the index holds."""
    with database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=str)
            for table in (issue_stories, story_terms, story_indexes, thread_events)
        }


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def test_stories_that_share_enough_terms_are_found_however_old(store: SqlIssueStore) -> None:
    keep(store, ago(900), story("old", "Ferry inspector warns of storm"))
    keep(
        store, ago(3), story("new", "Harbor storm delays ferry"), story("other", "Mayor defends bridge toll")
    )
    assert found(store) == ["old", "new"]
    assert found(store, least=4) == []
    (past,) = store.stories_sharing([FERRY], 3, ago(3))
    assert past[0].terms == TERMS([("Ferry inspector warns of storm", "")])


def test_each_set_of_terms_is_answered(store: SqlIssueStore) -> None:
    keep(store, ago(3), story("ferry", "Ferry harbor storm"), story("toll", "Mayor bridge toll"))
    sets = [tuple(TERMS([(words, "")])) for words in ("mayor bridge toll", "budget", "ferry harbor storm")]
    answers = store.stories_sharing(sets, 3, DAY)
    assert [[past.story_id for past in one] for one in answers] == [["toll"], [], ["ferry"]]
    assert store.stories_sharing([()], 1, DAY) == ((),)


def test_only_the_newest_revision_and_only_earlier_dates_count(store: SqlIssueStore) -> None:
    keep(store, ago(3), story("first", "Ferry harbor storm"))
    keep(store, ago(3), story("second", "Ferry harbor inspector"), revision=2)
    keep(store, DAY, story("today", "Ferry harbor storm"))
    assert found(store) == ["second"]


@pytest.mark.parametrize("least", [1, 3])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_later_issues_change_nothing(store: SqlIssueStore, least: int, data: st.DataObject) -> None:
    """No look-ahead: what is found for a date rests on earlier issues alone (promise 4)."""
    titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
    for days in data.draw(st.lists(st.integers(1, 60), max_size=3)):
        keep(store, ago(days), story(f"s-{days}", data.draw(titles)))
    before = store.stories_sharing([FERRY], least, DAY), store.past_stories(DAY, 7)
    for days in data.draw(st.lists(st.integers(0, 60), min_size=1, max_size=3)):
        keep(store, DAY + timedelta(days=days), story(f"l-{days}", data.draw(titles)))
    assert (store.stories_sharing([FERRY], least, DAY), store.past_stories(DAY, 7)) == before


def test_merges_and_splits_are_recorded_and_read_back(store: SqlIssueStore, database: Database) -> None:
    def end(thread: str) -> dict[str, str]:
        return {"thread_id": thread, "date": "2026-08-10", "story_id": "s-0", "headline": "Storm"}

    joined = {"merged": [end("t-b"), end("t-c")], "split_from": None}
    parted = {"merged": [], "split_from": end("t-d")}
    keep(store, ago(1), story("s-1", "Ferry", thread=joined), story("s-2", "Toll", thread=parted))
    assert [past.merged for past in store.past_stories(DAY, 7)] == [("t-b", "t-c"), ()]
    assert [row[2:] for row in rows(database)["thread_events"]] == [
        ("merge", "t-b"),
        ("merge", "t-c"),
        ("split", "t-d"),
    ]


def test_an_issue_built_again_leaves_the_same_rows(store: SqlIssueStore, database: Database) -> None:
    told = story("s-1", "Ferry harbor storm")
    keep(store, ago(1), told)
    first = rows(database)
    keep(store, ago(1), story("s-9", "Mayor bridge"), html="<p>other</p>")
    assert rows(database) != first
    keep(store, ago(1), told)
    assert rows(database) == first


def test_issues_of_before_the_index_are_indexed_when_they_are_needed(
    store: SqlIssueStore, database: Database
) -> None:
    for days in range(1, 61):
        keep(store, ago(days), story(f"s-{days}", "Ferry harbor storm"))
    whole = rows(database)
    with database.write() as connection:
        for table in (story_terms, story_indexes):
            connection.execute(sa.delete(table))
    assert len(found(store)) == 60
    assert rows(database) == whole


def test_another_recipe_for_terms_makes_the_index_anew(store: SqlIssueStore, database: Database) -> None:
    class Shouting(TellingTerms):
        recipe = "shouting"

        def __call__(self, texts: Iterable[tuple[str, str]]) -> dict[str, float]:
            return {term.upper(): weight for term, weight in super().__call__(texts).items()}

    keep(store, ago(1), story("s-1", "Ferry harbor storm"))
    louder = SqlIssueStore(database, Shouting())
    assert found(louder) == []
    ((past,),) = louder.stories_sharing([[term.upper() for term in FERRY]], 3, DAY)
    assert list(past.terms) == [term.upper() for term in TERMS([("Ferry harbor storm", "")])]


def test_the_search_reads_the_index(store: SqlIssueStore, database: Database) -> None:
    keep(store, ago(1), story("s-1", "Ferry harbor storm"))
    query = sharing(FERRY, 3, DAY).compile(
        dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}
    )
    with database.read() as connection:
        if database.postgres:
            connection.exec_driver_sql(
                "SET LOCAL enable_seqscan = off"
            )  # a table of three rows needs no index
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {query}"))
            assert "pk_story_terms" in plan
        else:
            plan = "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
            assert "SEARCH story_terms USING PRIMARY KEY (term=?)" in plan
