"""The line-up: both sides or no lead, voices and not articles, one slot an affair, and a reason for everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Kind
from newsletter.domain.leaning import Side
from newsletter.domain.story import LineUp, PastStory, Story
from newsletter.ports import DaySupply
from newsletter.stories.blindspots import at_most
from newsletter.stories.lineup import Chooser
from newsletter.stories.ranking import LineUpRules
from tests.support.stories_articles import EVENTS, NOW, past, story, supply


def choose(*stories: Story, before: tuple[PastStory, ...] = (), heard: DaySupply | None = None) -> LineUp:
    return Chooser()(stories, before, heard or supply(), NOW)


def keys(chosen: object) -> list[str]:
    return [one.story.key for one in chosen]  # type: ignore[attr-defined]


def why_waits(lineup: LineUp, told: Story) -> str:
    places = (*lineup.waiting, *lineup.briefs)
    return next(one.why for one in places if one.story.key == told.key)


def test_outlets_count_before_articles() -> None:
    broad, loud = story("dam", 3, 2, 3), story("bank", 2, 1, 2, per_outlet=4)
    assert keys(choose(loud, broad).main) == [broad.key, loud.key]


def test_a_main_story_needs_three_outlets_and_both_sides() -> None:
    fair, one_sided, thin = story("dam", 2, 1, 2), story("bank", 6, 4, 0), story("ferry", 1, 0, 1)
    lineup = choose(fair, one_sided, thin, heard=supply(right=4))
    assert keys(lineup.main) == [fair.key]
    assert "no outlet of the right" in why_waits(lineup, one_sided)
    assert "2 independent outlets, a main story needs 3" in why_waits(lineup, thin)
    assert lineup.quiet


def test_two_voices_on_each_side_are_preferred_to_one() -> None:
    two_each, one_right = story("dam", 2, 2, 2), story("bank", 3, 2, 1)
    assert keys(choose(one_right, two_each).main) == [two_each.key, one_right.key]


def test_one_running_affair_takes_one_main_slot() -> None:
    first, second = story("dam", 4, 3, 4, family="floods"), story("ferry", 3, 3, 3, family="floods")
    lineup = choose(first, second, story("bank", 2, 2, 2))
    assert second.key not in keys(lineup.main)
    assert EVENTS["dam"][0] in why_waits(lineup, second)


@pytest.mark.parametrize("path", ["/sports/football/final", "/entertainment/star", "/lifestyle/kettles"])
def test_sports_celebrities_and_shopping_rank_behind_the_news(path: str) -> None:
    show, news = story("ferry", 6, 5, 6, path=path), story("dam", 2, 1, 2)
    lineup = choose(show, news)
    assert keys(lineup.main) == [news.key]
    assert "ranked behind the news" in why_waits(lineup, show)


@pytest.mark.parametrize("kind", [Kind.OPINION, Kind.LIVE, Kind.SPONSORED, Kind.SERVICE, Kind.ROUNDUP])
def test_what_is_mostly_no_report_can_neither_lead_nor_be_a_brief(kind: Kind) -> None:
    lineup = choose(story("dam", 4, 4, 4, kind=kind))
    assert keys(lineup.main) == keys(lineup.briefs) == []
    assert f"are {kind}, not reports" in lineup.waiting[0].why


def test_yesterdays_story_without_news_is_held_back_and_says_so() -> None:
    told = story("dam", 4, 3, 4)
    lineup = choose(told, story("bank", 2, 1, 2), before=(past(told, ids=10),))
    assert told.key not in keys(lineup.main)
    assert "the issue of 2031-05-05 told it, and only 1 new article came since" in why_waits(lineup, told)


def test_yesterdays_story_with_news_continues_its_thread() -> None:
    told = story("dam", 4, 3, 4)
    (chosen,) = choose(told, before=(past(told, ids=3),)).main
    assert (chosen.thread_id, chosen.new_articles) == ("t-1", 8)
    assert "8 new articles" in chosen.why


def test_a_loose_heap_of_articles_is_held_back() -> None:
    heap = story("dam", 4, 3, 4)
    loose = Story(heap.key, heap.articles, heap.voices, 0.01, heap.family)
    lineup = choose(loose)
    assert not lineup.main
    assert "resemble each other too little" in lineup.waiting[0].why


def test_what_happened_before_yesterday_weighs_half() -> None:
    fresh, stale = story("dam", 2, 2, 2), story("bank", 3, 3, 3, hours=30)
    assert keys(choose(fresh, stale).main) == [fresh.key, stale.key]


def test_a_blindspot_needs_a_side_that_could_have_told_it() -> None:
    told_left = story("dam", 8, 4, 0)
    (blindspot,) = choose(told_left).blindspots
    assert (blindspot.missing, blindspot.could_have) == (Side.RIGHT, 8)
    assert "8 outlets of the right published today" in blindspot.why
    assert choose(told_left, heard=supply(right=4)).blindspots == ()


def test_a_side_with_little_supply_is_not_blamed_for_silence() -> None:
    heard = DaySupply(
        {**supply(right=5, each=40).heard, Side.RIGHT: dict.fromkeys(("r1", "r2", "r3", "r4", "r5"), 1)}
    )
    assert choose(story("dam", 8, 4, 0), heard=heard).blindspots == ()


def test_blindspots_are_at_most_two_each_way() -> None:
    many = [story(event, 8, 3, 0) for event in EVENTS]
    assert len(choose(*many).blindspots) == 2


def test_chance_is_the_tail_of_fishers_exact_test() -> None:
    assert at_most(0, 5, 6, 6) == pytest.approx(6 / 792)
    assert at_most(1, 2, 1, 1) == pytest.approx(1.0)
    assert at_most(5, 5, 20, 5) == pytest.approx(1.0)


def test_more_slots_of_one_family_can_be_allowed_for_an_election_night() -> None:
    stories = [story(event, 3, 3, 3, family="election") for event in EVENTS]
    chooser = Chooser(LineUpRules(per_family=3))
    assert len(chooser(stories, (), supply(), NOW).main) == 3


_STORIES = st.lists(
    st.builds(
        lambda event, left, center, right, family, hours: (event, left, center, right, family, hours),
        st.sampled_from(sorted(EVENTS)),
        st.integers(0, 8),
        st.integers(0, 8),
        st.integers(0, 8),
        st.sampled_from(["", "affair"]),
        st.integers(0, 40),
    ).filter(lambda made: sum(made[1:4]) > 0),
    unique_by=lambda made: made[0],
)


@settings(max_examples=60, deadline=timedelta(seconds=2))
@given(_STORIES)
def test_every_story_has_one_place_and_a_reason_and_counts_hold(
    made: list[tuple[str, int, int, int, str, int]],
) -> None:
    stories = [story(e, left, c, r, family=f, hours=h) for e, left, c, r, f, h in made]
    lineup = choose(*stories)
    places = (*lineup.main, *lineup.briefs, *lineup.blindspots, *lineup.waiting)
    assert sorted(keys(places)) == sorted(one.key for one in stories)
    assert all(one.why for one in places)
    assert lineup.quiet == (len(lineup.main) < 3)
    assert len(lineup.main) <= 5
    assert len(lineup.briefs) <= 6
    for one in lineup.main:
        coverage = one.story.coverage
        assert coverage.total >= 3
        assert coverage.left >= 1
        assert coverage.right >= 1
    for one in places:
        assert one.story.coverage.total <= len({article.outlet for article in one.story.articles})
    assert choose(*reversed(stories)) == lineup
