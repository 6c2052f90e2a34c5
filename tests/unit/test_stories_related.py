"""Related earlier stories: the same affair, however long ago; not the same person, office or sort of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from newsletter.domain.story import PastStory
from newsletter.stories.background import Background
from newsletter.stories.names import names_of
from newsletter.stories.related import FRESH_DAYS, MOST, RelatedSearch, ageing, bar
from newsletter.stories.telling import KEPT_TERMS, TellingTerms, cosine
from newsletter.stories.text import stems

DAY = date(2031, 5, 6)
TERMS = TellingTerms()
SEARCH = RelatedSearch(TERMS)
TRIAL = [
    (
        "Former harbor master Quillan convicted over Tessaly ferry sinking",
        "A jury in Port Merrow found Ansgar Quillan guilty of ignoring inspectors before the Tessaly ferry sank"
        " off Cape Dorn, drowning 41 passengers.",
    ),
    (
        "Quillan guilty in Tessaly ferry case",
        "Jurors decided that Ansgar Quillan let the overloaded ferry sail although inspectors had warned him.",
    ),
]
SINKING = [
    (
        "Tessaly ferry sinks off Cape Dorn, dozens of passengers missing",
        "The overloaded Tessaly ferry sank off Cape Dorn; harbor master Ansgar Quillan said inspectors had passed it.",
    ),
    (
        "Rescuers search for ferry passengers off Cape Dorn",
        "Rescuers from Port Merrow searched for passengers of the sunken ferry; inspectors had warned the harbor.",
    ),
]
REGATTA = [
    (
        "Quillan wins Port Merrow chess regatta",
        "Ansgar Quillan beat eleven rivals in Port Merrow to win the town's chess regatta on a rainy afternoon.",
    )
]
PRICES = [
    (
        "Consumer prices rise 2.1 percent in spring",
        "Prices rose for food, energy and rents in the quarter, economists at the statistics office found;"
        " inflation slowed in services, while wages grew and households spent more.",
    )
]


def earlier(texts: Sequence[tuple[str, str]], days: int, thread: str = "t-1", name: str = "s-1") -> PastStory:
    day = (DAY - timedelta(days=days)).isoformat()
    return PastStory(name, thread, day, texts[0][0], ("a-1",), 6, TERMS(texts))


def chosen(texts: Sequence[tuple[str, str]], *found: PastStory) -> list[str]:
    return [past.story_id for past in SEARCH.choose(texts, found, DAY)]


def test_the_same_affair_months_ago_is_related() -> None:
    assert chosen(TRIAL, earlier(SINKING, 122)) == ["s-1"]


def test_the_same_person_in_another_matter_is_not() -> None:
    assert chosen(TRIAL, earlier(REGATTA, 5)) == []


def test_a_report_of_the_same_sort_without_any_name_in_common_is_not() -> None:
    """Each month's prices are told in the same words."""
    assert cosine(TERMS(PRICES), earlier(PRICES, 31).terms) == pytest.approx(1, abs=0.001)
    assert chosen(PRICES, earlier(PRICES, 31)) == []


def test_the_further_back_the_more_alike_it_has_to_be() -> None:
    bars = [bar(ageing(days)) for days in (1, FRESH_DAYS, 365, 5 * 365)]
    assert bars[0] == bars[1] < bars[2] < bars[3] < 0.7
    alike = cosine(TERMS(TRIAL), TERMS(SINKING))
    assert bar(ageing(122)) < alike < bar(ageing(36_500))
    assert chosen(TRIAL, earlier(SINKING, 36_500)) == []


def test_the_further_back_the_more_they_have_to_share() -> None:
    """A place, a people and a verb or two are in the news every year."""
    told, few = TERMS(TRIAL), dict(list(earlier(SINKING, 9).terms.items()))
    shared = [term for term in told if term in few][:9]
    strong = {term: round(1 / 3, 4) for term in shared}
    assert chosen(TRIAL, replace(earlier(SINKING, 9), terms=strong)) == ["s-1"]
    assert chosen(TRIAL, replace(earlier(SINKING, 365), terms=strong)) == []


def test_an_earlier_headline_that_speaks_of_something_else_is_not_shown() -> None:
    """Its story held more than one matter, and the headline is all that a reader sees."""
    other = replace(earlier(SINKING, 9), headline="Six ways to keep bread fresh, and the passengers' letters")
    assert chosen(TRIAL, other) == []
    assert chosen(TRIAL, replace(other, headline="What inspectors wrote before the ferry sailed")) == ["s-1"]


def test_one_line_a_thread_a_few_in_all_newest_first() -> None:
    same = [earlier(SINKING, days, "t-same", f"s-{days}") for days in (40, 41, 42)]
    others = [earlier(SINKING, days, f"t-{days}", f"s-{days}") for days in (300, 90, 200, 400)]
    assert chosen(TRIAL, *others, *same) == ["s-40", "s-90", "s-200"]
    assert MOST == 3


def test_a_storys_own_thread_is_not_related_to_it() -> None:
    own, other = earlier(SINKING, 40, "t-own", "s-own"), earlier(SINKING, 50, "t-other", "s-other")
    assert SEARCH.choose(TRIAL, (own, other), DAY, {"t-own"}) == (other,)


def test_the_index_is_asked_for_what_the_affair_is_known_by() -> None:
    wanted = SEARCH.wanted(TRIAL)
    assert set(stems("Quillan Tessaly ferry inspectors")) <= set(wanted)
    assert len(set(wanted) & set(earlier(SINKING, 9).terms)) >= SEARCH.least


def test_terms_are_the_same_in_any_order_and_of_length_one() -> None:
    told = TERMS(TRIAL)
    assert list(TERMS(TRIAL[::-1]).items()) == list(told.items())
    assert cosine(told, told) == pytest.approx(1, abs=0.001)
    assert len(TERMS([(f"Word{n} alpha", "") for n in range(99)])) == KEPT_TERMS
    assert TERMS([]) == TERMS([("", "")]) == {}


def test_the_recipe_names_the_table() -> None:
    assert TellingTerms(lambda: Background(9, {"ferri": 2})).recipe != TERMS.recipe


def test_names_are_what_is_written_with_a_capital_within_a_sentence() -> None:
    names = names_of([("Mayor of Merrow resigns", "Voters in Merrow had asked for it. Nobody else runs.")])
    assert "merrow" in names
    assert not names & {"mayor", "voter", "nobodi", "resign"}


def test_a_line_in_title_case_tells_nothing_about_names() -> None:
    assert names_of([("Harbor Inspectors Demand Better Lifeboats Everywhere", "")]) == frozenset()


def test_a_story_without_words_is_related_to_nothing() -> None:
    empty = replace(earlier(SINKING, 9), terms={})
    assert chosen(TRIAL, empty) == []
    assert chosen([("", "")], earlier(SINKING, 9)) == []
