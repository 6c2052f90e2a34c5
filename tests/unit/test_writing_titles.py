"""The sides' own titles side by side."""

from __future__ import annotations

from newsletter.domain.article import Article, Kind
from newsletter.domain.leaning import Side
from newsletter.writing.titles import side_titles
from tests.support.writing_stories import article, bridge, registry, story


def shown(articles: list[Article], *, silent: tuple[str, ...] = ()) -> dict[Side, str]:
    return {side: said.text for side, said in side_titles(story(articles), registry(silent=silent)).items()}


def test_each_side_has_a_title_of_its_own_as_its_outlet_set_it() -> None:
    found = side_titles(story(bridge()), registry())
    assert list(found) == [Side.LEFT, Side.CENTER, Side.RIGHT]
    titles = {a.id: a.title for a in bridge()}
    for side, said in found.items():
        assert registry().side_of(said.outlets[0]) is side
        (span,) = said.evidence
        assert span.field == "title"
        assert titles[span.article][span.start : span.end] == said.text


def test_a_tease_a_question_an_opinion_and_a_stranger_are_no_sides_title() -> None:
    news = article("midland.example", "Corvane closes Alder Bridge after inspection", minutes=1)
    others = [
        article("harborlight.example", "Why Corvane is closing the Alder Bridge now", minutes=2),
        article("commonpost.example", "Is the Alder Bridge of Corvane safe?", minutes=3),
        article(
            "oldoak.example", "Corvane was right to close the Alder Bridge", kind=Kind.OPINION, minutes=4
        ),
        article("ridgeherald.example", "Five recipes for a garden lunch in July", minutes=5),
    ]
    assert set(shown([news, *others])) == {Side.CENTER}


def test_an_outlet_that_forbids_quotes_still_has_its_title() -> None:
    assert Side.LEFT in shown(bridge(), silent=("harborlight.example", "commonpost.example"))


def test_near_copies_across_sides_give_way_to_another_title() -> None:
    same = "Corvane closes Alder Bridge after cracks found in cables"
    articles = [
        article("harborlight.example", same, minutes=1),
        article("ridgeherald.example", same, minutes=2),
        article("oldoak.example", "Alder Bridge closure will cost Corvane shops half their trade", minutes=3),
    ]
    assert shown(articles) == {Side.LEFT: same, Side.RIGHT: articles[2].title}


def test_a_title_that_later_articles_have_overtaken_gives_way() -> None:
    articles = [
        article("harborlight.example", "Corvane ferry sinking off Lorn kills 5 people", minutes=1),
        article(
            "commonpost.example", "At least 40 dead as a ferry goes down near Corvane harbor", minutes=90
        ),
        article("midland.example", "Corvane ferry sinking off Lorn kills 41 people", minutes=95),
    ]
    assert shown(articles)[Side.LEFT] == articles[1].title
