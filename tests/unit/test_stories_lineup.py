"""The line-up: both sides or no lead, voices and not articles, one slot an affair, and a reason for everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Kind
from newsletter.domain.leaning import Side
from newsletter.domain.story import LineUp, PastStory, Story
from newsletter.ports import DaySupply
from newsletter.stories.blindspots import at_most
from newsletter.stories.desks import Desk
from newsletter.stories.lineup import Chooser
from newsletter.stories.ranking import LineUpRules
from tests.support.stories_articles import EVENTS, NOW, RIGHT, past, report, story, supply


def choose(*stories: Story, before: tuple[PastStory, ...] = (), heard: DaySupply | None = None) -> LineUp:
    return Chooser()(stories, before, heard or supply(), NOW)


def keys(chosen: object) -> list[str]:
    return [one.story.key for one in chosen]  # type: ignore[attr-defined]


def why_waits(lineup: LineUp, told: Story) -> str:
    places = (*lineup.waiting, *lineup.briefs)
    return next(one.why for one in places if one.story.key == told.key)


def test_outlets_count_before_articles() -> None:
    broad, loud = story("dam", 4, 2, 4), story("bank", 2, 1, 2, per_outlet=4)
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
    assert "a story of the same matter leads already" in why_waits(lineup, second)
    assert EVENTS["dam"][0] in why_waits(lineup, second)


def election_night(*, share: float) -> list[Story]:
    """Four stories of one election and others enough to give it that share of the day's voices, or a little less."""
    night = [story(event, 5, 4, 5, family="election") for event in ("mayor", "bank", "ferry", "vaccine")]
    voices = round(sum(one.coverage.total for one in night) * (1 / share - 1))
    rest = [_other(number, voices // 8 + (number < voices % 8)) for number in range(8)]
    return [*night, *rest]


def _other(number: int, voices: int) -> Story:
    left, right = (voices + 1) // 3 + (voices + 1) % 3 // 2, (voices + 1) // 3
    return story(f"other{number}", left, voices - left - right, right)


def test_an_event_that_holds_over_two_fifths_of_the_days_voices_takes_three_main_places() -> None:
    lineup = choose(*election_night(share=0.42))
    told = [one for one in lineup.main if one.story.family == "election"]
    assert (len(told), len(lineup.main)) == (3, 5)
    assert all("part of one event that holds 42 % of the day's voices" in one.why for one in told)
    assert all("one event" not in one.why for one in lineup.main if one not in told)
    (fourth,) = (one for one in (*lineup.briefs, *lineup.waiting) if one.story.family == "election")
    assert "3 stories of the event that holds 42 % of the day's voices lead already" in fourth.why


def test_an_event_of_less_than_two_fifths_takes_one_main_place() -> None:
    lineup = choose(*election_night(share=0.38))
    assert [one.story.family for one in lineup.main].count("election") == 1


def test_a_curiosity_told_by_more_outlets_does_not_lead_before_public_affairs() -> None:
    curious, law = story("vase", 4, 3, 4), story("bank", 3, 3, 3)
    assert keys(choose(curious, law).main) == [law.key, curious.key]


def test_one_voice_on_a_side_costs_a_main_place_but_not_a_brief() -> None:
    leads = [story(f"other{number}", 3, 3, 3) for number in range(5)]
    single, even = story("bank", 6, 5, 0), story("mayor", 3, 1, 3)
    lineup = choose(*leads, single, even, heard=supply(right=4))
    assert single.key not in keys(lineup.main)
    assert keys(lineup.briefs) == [single.key, even.key]
    assert "no outlet of the right covers it" in why_waits(lineup, single)


def test_a_matter_is_told_twice_at_most_and_the_third_story_says_so() -> None:
    three = [story(event, 4, 3, 4, family="floods") for event in ("dam", "mayor", "bank")]
    lineup = choose(*three)
    assert (len(lineup.main), len(lineup.briefs)) == (1, 1)
    assert "told often enough in this issue" in lineup.waiting[0].why


_SECTIONS = [
    ("/sports/cup/final", "sports"),
    ("/entertainment/star", "celebrity"),
    ("/lifestyle/kettles", "shopping"),
]


@pytest.mark.parametrize(("path", "section"), _SECTIONS)
def test_a_section_is_told_nowhere_unless_it_is_switched_on(path: str, section: str) -> None:
    show, one_sided = story("vase", 6, 5, 6, path=path), story("kettle", 8, 3, 0, path=path)
    news = story("dam", 2, 1, 2)
    lineup = choose(show, one_sided, news)
    assert keys((*lineup.main, *lineup.briefs, *lineup.blindspots)) == [news.key]
    assert f"section {section}, which is not switched on (setting SECTIONS)" in why_waits(lineup, show)

    asked = Chooser(LineUpRules(sections=frozenset({Desk(section)})))((show, news), (), supply(), NOW)
    assert keys(asked.main) == [show.key, news.key]


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
    assert chosen.new_articles == 8
    assert "8 new articles" in chosen.why


def test_a_loose_heap_of_articles_is_held_back() -> None:
    heap = story("dam", 4, 3, 4)
    sure, unsure = replace(heap, confidence=0.93), replace(heap, confidence=0.919)
    assert keys(choose(sure).main) == [heap.key]
    lineup = choose(unsure)
    assert not lineup.main
    assert not lineup.briefs
    assert "may not all be about one event (confidence 0.919, needed 0.930)" in lineup.waiting[0].why


def test_what_happened_before_yesterday_weighs_half() -> None:
    fresh, stale = story("dam", 2, 2, 2), story("bank", 3, 3, 3, hours=30)
    assert keys(choose(fresh, stale).main) == [fresh.key, stale.key]


def test_a_blindspot_needs_a_side_that_could_have_told_it() -> None:
    told_left = story("dam", 8, 4, 0)
    (blindspot,) = choose(told_left).blindspots
    assert (blindspot.missing, blindspot.could_have) == (Side.RIGHT, 8)
    assert "8 outlets of the right published enough to be expected; none of them told it" in blindspot.why
    assert choose(told_left, heard=supply(right=4)).blindspots == ()


def test_a_side_with_little_supply_is_not_blamed_for_silence() -> None:
    heard = DaySupply(
        {**supply(right=5, each=40).heard, Side.RIGHT: dict.fromkeys(("r1", "r2", "r3", "r4", "r5"), 1)}
    )
    assert choose(story("dam", 8, 4, 0), heard=heard).blindspots == ()


def test_outlets_that_publish_next_to_nothing_are_not_called_silent() -> None:
    told = story("dam", 8, 4, 0)
    half = {domain: 40 if number < 4 else 2 for number, domain in enumerate(RIGHT)}
    assert choose(told, heard=supply(each=40)).blindspots
    assert choose(told, heard=DaySupply({**supply(each=40).heard, Side.RIGHT: half})).blindspots == ()


def test_who_prints_anothers_text_is_not_silent() -> None:
    """Two outlets of the right print a text of the left's: one voice, of the left; and yet the right told it."""
    told = story("dam", 8, 4, 0)
    carried = [report("dam", domain, 0) for domain in RIGHT[:2]]
    first = told.voices[0]
    voice = replace(first, article_ids=(*first.article_ids, *(one.id for one in carried)))
    printed = replace(told, articles=(*told.articles, *carried), voices=(voice, *told.voices[1:]))
    assert choose(told).blindspots
    assert choose(printed).blindspots == ()


@pytest.mark.parametrize("family", ["floods", "elsewhere"])
def test_a_split_story_is_no_blindspot(family: str) -> None:
    """The right tells it in a story beside this one: of the same family, or known by the same words in its titles."""
    told_left = replace(story("dam", 8, 4, 0), family="floods")
    rest = story("dam", 0, 0, 2, family=family)
    assert choose(told_left, story("bank", 0, 0, 2)).blindspots
    assert choose(told_left, replace(rest, key="rest")).blindspots == ()


def test_blindspots_are_at_most_two_each_way() -> None:
    many = [story(event, 8, 3, 0) for event in EVENTS]
    assert len(choose(*many).blindspots) == 2


def test_chance_is_the_tail_of_fishers_exact_test() -> None:
    assert at_most(0, 5, 6, 6) == pytest.approx(6 / 792)
    assert at_most(1, 2, 1, 1) == pytest.approx(1.0)
    assert at_most(5, 5, 20, 5) == pytest.approx(1.0)


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
