"""Sections: what is sports, celebrity or shopping, and what is news although it looks like them. And public affairs."""

from __future__ import annotations

import pytest

from newsletter.domain.article import Article
from newsletter.domain.story import Story
from newsletter.stories.affairs import is_affairs, share_of_affairs
from newsletter.stories.desks import Desk, desk_of, desk_of_story
from tests.support.stories_articles import article


def told(*articles: Article) -> Story:
    return Story(articles[0].id, articles, ())


def titled(*titles: str, text: str = "", path: str = "/news/item") -> Story:
    return told(*(article(f"o{n}.example", title, text, path=path) for n, title in enumerate(titles)))


@pytest.mark.parametrize(
    ("titles", "desk"),
    [
        (("Harrow quarterback out for the preseason", "Knee injury sidelines Harrow's passer"), Desk.SPORTS),
        (
            ("Billionaire buys the Celtics", "Celtics sold for a record sum", "Record sum for a club"),
            Desk.SPORTS,
        ),
        (("Singer's first album in nine years", "Tour dates for the comeback"), Desk.CELEBRITY),
        (
            ("Actress Mona Vell dies at 61", "Mona Vell, 61, has died", "Farewell to Mona Vell"),
            Desk.CELEBRITY,
        ),
        (("Powerball jackpot climbs", "One ticket wins it all"), Desk.SHOPPING),
        (("I tested nine kettles for a month", "Nine kettles, one winner"), Desk.SHOPPING),
    ],
)
def test_a_third_of_the_titles_shows_the_section(titles: tuple[str, ...], desk: Desk) -> None:
    assert desk_of_story(titled(*titles)) == desk


@pytest.mark.parametrize(
    "titles",
    [
        ("President booed at the Super Bowl", "Boos for the president at the Super Bowl"),
        ("Rapper goes on trial for murder", "Jury picked in rapper's murder trial"),
        ("Supreme Court rules against the NCAA", "College players win at the Supreme Court"),
        ("Actor elected governor of Skarn", "Voters send an actor to the governor's mansion"),
        ("Dam breach forces thousands to flee", "Village under water"),
    ],
)
def test_what_happened_counts_and_not_to_whom(titles: tuple[str, ...]) -> None:
    assert desk_of_story(titled(*titles)) == Desk.NEWS


def test_the_address_is_evidence_where_titles_say_nothing() -> None:
    shown = [article(f"o{n}.example", f"What a night {n}", path="/sport/cup/final") for n in range(2)]
    silent = [article(f"s{n}.example", f"A night to remember {n}") for n in range(3)]
    assert desk_of_story(told(*shown, *silent)) == Desk.SPORTS
    assert desk_of_story(told(shown[0], *silent)) == Desk.NEWS


def test_an_outlet_of_sports_alone_is_known_by_its_host() -> None:
    assert desk_of(article("sports.tolm.example", "A night to remember")) == Desk.SPORTS
    assert desk_of(article("tolm.example", "A night to remember")) is None


def test_a_ministers_story_filed_under_sports_by_some_is_news() -> None:
    filed = [
        article(f"o{n}.example", f"Minister resigns over stadium contract {n}", path="/sport/x")
        for n in range(3)
    ]
    assert desk_of_story(told(*filed, article("s.example", "Minister resigns over stadium"))) == Desk.NEWS


def test_the_text_tells_where_title_and_address_do_not() -> None:
    assert (
        desk_of_story(titled("Mona Vell, 61", text="The actress was known for three films."))
        == Desk.CELEBRITY
    )
    minister = "The minister, once an actor, told parliament that the budget stands."
    assert desk_of_story(titled("A long day in Tolm", text=minister)) == Desk.NEWS


def test_public_affairs_are_read_from_the_title_or_clearly_from_the_text() -> None:
    assert is_affairs("Senate passes harbour bill")
    assert not is_affairs("Potter glazes the tallest vase", "A policeman's hobby, seen by one mayor.")
    assert is_affairs("A vase too far", "The mayor banned it; a judge will hear the potter on Monday.")
    assert not is_affairs("A presidential suite", "")
    assert share_of_affairs(titled("Senate passes harbour bill", "Vase glazed")) == 0.5
