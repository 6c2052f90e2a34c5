"""A story keeps its thread over the days, by its articles or by its words, and a different event does not."""

from __future__ import annotations

from dataclasses import replace

from newsletter.stories.threads import continuation_of, history_of
from tests.support.stories_articles import past, story

TODAY = story("dam", 3, 2, 3)


def test_shared_articles_make_a_continuation_and_the_rest_is_new() -> None:
    found = continuation_of(TODAY, (past(TODAY, ids=3, headline="Something else entirely"),))
    assert found is not None
    assert found.new_articles == 5


def test_the_same_words_without_shared_articles_make_a_continuation() -> None:
    earlier = replace(
        past(TODAY, headline="Harrow Valley dam breach: thousands flee homes"), article_ids=("a-other",)
    )
    found = continuation_of(TODAY, (earlier,))
    assert found is not None
    assert found.new_articles == len(TODAY.articles)


def test_another_event_is_not_a_continuation() -> None:
    other = story("mayor", 3, 2, 3)
    assert continuation_of(TODAY, (past(other),)) is None
    assert continuation_of(TODAY, ()) is None
    assert history_of(TODAY, (past(other),)) == ()


def test_a_place_in_common_is_not_enough() -> None:
    earlier = past(story("mayor", 1, 0, 1), headline="Harrow Valley fair opens with record crowd")
    assert continuation_of(TODAY, (earlier,)) is None


def test_articles_of_every_earlier_issue_of_the_thread_are_old() -> None:
    monday = past(TODAY, day="2031-05-04", ids=5)
    tuesday = replace(past(TODAY, day="2031-05-05"), article_ids=(TODAY.articles[6].id,))
    found = continuation_of(TODAY, (tuesday, monday))
    assert found is not None
    assert found.past == tuesday
    assert found.new_articles == 2


def test_history_lists_the_thread_newest_first() -> None:
    days = ("2031-05-03", "2031-05-05", "2031-05-04")
    earlier = tuple(past(TODAY, day=day, thread="t-9") for day in days)
    assert [one.date for one in history_of(TODAY, earlier)] == ["2031-05-05", "2031-05-04", "2031-05-03"]
