"""Words, stems and marks: what of a title and an address the rest of the room goes by."""

from __future__ import annotations

import numpy as np
import pytest

from newsletter.domain.article import Kind
from newsletter.domain.leaning import Leaning
from newsletter.stories.agencies import agency_outlet
from newsletter.stories.background import CAP, rarity
from newsletter.stories.marks import kind_by_marks
from newsletter.stories.matrix import weigh
from newsletter.stories.neighbours import neighbours
from newsletter.stories.terms import terms_of
from newsletter.stories.text import stems, words
from tests.support.stories_articles import NOW, outlet, registry


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("resigns", "resigned"),
        ("strikes", "striking"),
        ("companies", "company"),
        ("Curaçao’s", "curacao"),
        ("stopped", "stops"),
        ("nationalisation", "nationalise"),
        ("taxes", "taxed"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize(("one", "other"), [("police", "policy"), ("party", "part"), ("general", "generous")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_words_keep_order_and_stop_words_while_stems_drop_them() -> None:
    assert words("The mayor’s 2.5% plan — it isn't over") == [
        "the",
        "mayor",
        "2.5",
        "plan",
        "it",
        "isnt",
        "over",
    ]
    assert stems("It was the news that officials said") == []


def test_the_title_counts_twice_and_neighbouring_words_are_terms() -> None:
    terms = terms_of("Dam breach", "Dam repaired")
    assert terms["dam"] == 3
    assert terms["dam breach"] == 2


def test_a_rare_term_tells_more_than_a_common_one_up_to_a_cap() -> None:
    common, rare = rarity(np.array([40_001, 1]), 100_010)
    assert common < rare == CAP
    assert rarity(np.array([10]), 10) == pytest.approx([1.0])


def test_likeness_is_whole_for_a_day_and_a_half_and_then_fades() -> None:
    matrix = weigh([(["dam", "breach"], [])] * 2)
    at = [NOW, NOW.replace(day=5)]
    assert neighbours(matrix, at).pairs() == {(0, 1): pytest.approx(1.0)}
    assert neighbours(matrix, [NOW, NOW.replace(day=1)]).value[0] < 0.5


@pytest.mark.parametrize(
    ("url", "title", "kind"),
    [
        ("https://a.example/world/live/2031/may/06/dam", "Dam latest", Kind.LIVE),
        ("https://a.example/2031/05/06/dam", "Dam breach – live updates", Kind.LIVE),
        ("https://a.example/opinion/dam", "Fix the dams", Kind.OPINION),
        ("https://a.example/2031/dam", "Dams are a choice | Opinion", Kind.OPINION),
        ("https://a.example/newsletters/dawn", "The dam and you", Kind.ROUNDUP),
        ("https://a.example/video/x", "5/6: Evening Bulletin", Kind.ROUNDUP),
        ("https://a.example/x", "Horoscope for Tuesday", Kind.SERVICE),
        ("https://a.example/x", "The Evening Hour, May 6, 2031", Kind.ROUNDUP),
        ("https://a.example/x", "Ferries stop ‘for good.’ And, the mayor resigns", Kind.ROUNDUP),
        ("https://a.example/x", "Five stories: the news you missed over Easter", Kind.ROUNDUP),
        ("https://a.example/x", "The 7 best things to do on Skarn", Kind.ROUNDUP),
        ("https://a.example/x", "Dam breach on May 6 floods three villages", Kind.NEWS),
        ("https://a.example/x", "Live video shows the dam giving way", Kind.NEWS),
        ("https://a.example/obituaries/2031/lindqvist", "Ottilie Lindqvist, mayor, dies at 71", Kind.NEWS),
        ("https://a.example/sponsored/kettles", "Better tea", Kind.SPONSORED),
        ("https://a.example/news/dam", "Dam breach; two missing", Kind.NEWS),
        ("https://a.example/news/dam", "Families who live below the dam", Kind.NEWS),
        ("", "Dam breach", Kind.NEWS),
    ],
)
def test_kinds_show_in_address_and_title(url: str, title: str, kind: Kind) -> None:
    assert kind_by_marks(url, title) == kind


@pytest.mark.parametrize("mark", ["AP", "The Associated Press", "associated press", "apnews.com", "AP News"])
def test_an_agency_is_found_by_any_of_its_names(mark: str) -> None:
    found = agency_outlet(mark, registry())
    assert found is not None
    assert found.domain == "apnews.com"


def test_an_agency_must_be_a_wire_outlet_of_the_registry() -> None:
    assert agency_outlet("Reuters", registry()) is None
    assert agency_outlet("Reuters", registry(outlet("reuters.com", Leaning.CENTER))) is None
    assert agency_outlet("Left0", registry()) is None
