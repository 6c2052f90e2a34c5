"""A side's points on the page: real, its own, one fact each, and no leftovers of a feed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.article import Article
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Chosen, Continuation, PastStory
from newsletter.domain.words import StoryWords, WritingLimits
from newsletter.writing.evidence import holds
from newsletter.writing.fit import refusal
from newsletter.writing.openings import unglued
from newsletter.writing.passages import passages_of
from newsletter.writing.sentences import Span
from newsletter.writing.sources import sources_of
from newsletter.writing.subject import points_back
from newsletter.writing.terms import term_set
from newsletter.writing.writer import ExtractiveWriter, desk_for
from tests.support.writing_stories import article, bridge, chosen, registry


def written(pieces: list[Article], limits: WritingLimits | None = None) -> StoryWords:
    words = ExtractiveWriter(limits or WritingLimits()).write(chosen(pieces), registry(), brief=False)
    assert words is not None
    return words


def told_at_length() -> list[Article]:
    """The bridge again, with a right side that has more to say than fits the mail."""
    more = [
        article(
            "ridgeherald.example",
            "Corvane traders count the cost of the Alder Bridge closure",
            "Traders on the east bank of Corvane expect the Alder Bridge closure to cost them 4 million crowns. "
            "Mayor Tomas Orrin offered traders in Corvane a rent holiday until the Alder Bridge opens again. "
            "The Corvane council rejected a ferry in place of the Alder Bridge in March.",
            minutes=30,
        ),
        article(
            "oldoak.example",
            "Ferry firm offers to replace the Alder Bridge in Corvane",
            "A ferry firm from Veldt has offered to carry 900 cars a day while the Alder Bridge in Corvane is closed.",
            minutes=40,
        ),
    ]
    return [*bridge(), *more]


def test_a_title_before_a_text_s_first_sentence_is_no_part_of_it() -> None:
    title = "Mayor Tomas Orrin says he wants to close the Alder Bridge"
    told = "Inspectors of the river board found cracks in two cables of the Alder Bridge on Tuesday."
    passages = passages_of(
        sources_of(chosen([article("midland.example", title, f"{title} {told}")]).story, registry()),
        WritingLimits(),
    )
    assert told in {p.text for p in passages}


def test_a_heading_that_hedges_keeps_what_stands_behind_it_from_being_told() -> None:
    text = "Mayor accused of lies about the bridge A crack was known to the city of Corvane in March."
    passages = passages_of(
        sources_of(chosen([article("midland.example", "Bridge", text)]).story, registry()), WritingLimits()
    )
    assert not any(p.text.startswith("A crack was known") for p in passages)


def test_the_page_has_several_points_of_a_side_that_says_several_things() -> None:
    points = written(told_at_length()).sides[Side.RIGHT]
    assert 3 <= len(points) <= WritingLimits().page_points
    assert len({outlet for p in points for outlet in p.outlets}) == 2


def test_a_side_speaks_from_today_s_articles_before_those_that_an_earlier_issue_had() -> None:
    def first(story: Chosen) -> str:
        words = ExtractiveWriter().write(story, registry(), brief=False)
        assert words is not None
        return words.sides[Side.RIGHT][0].evidence[0].article

    one = chosen(told_at_length())
    known = first(one)
    fresh = frozenset(a.id for a in one.story.articles) - {known}
    past = PastStory("s", "t", "2026-08-13", "Corvane closes bridge", (known,), 1)
    assert first(replace(one, story=replace(one.story, continued=Continuation(past, fresh)))) in fresh


def test_each_further_point_adds_to_the_side_s_others() -> None:
    for points in written(told_at_length()).sides.values():
        stems = [term_set(p.text) for p in points]
        for n, own in enumerate(stems[1:], start=1):
            before = frozenset[str]().union(*stems[:n])
            assert len(own - before) >= 0.4 * len(own), points[n].text


def test_points_are_the_side_s_own_words_within_the_bounds() -> None:
    pieces, outlets, limits = told_at_length(), registry(), WritingLimits()
    words = written(pieces)
    for side, points in words.sides.items():
        assert all(outlets.side_of(outlet) == side for p in points for outlet in p.outlets)
        assert all(holds(p, pieces) for p in points)
    taken: dict[str, int] = {}
    for said in (*words.overview, *(p for points in words.sides.values() for p in points)):
        taken[said.outlets[0]] = taken.get(said.outlets[0], 0) + len(said.text.split())
    assert max(taken.values()) <= limits.outlet_words


def test_fewer_points_where_the_operator_wants_fewer() -> None:
    words = written(told_at_length(), WritingLimits(page_points=2))
    assert max(len(points) for points in words.sides.values()) == 2


def test_the_mail_s_point_comes_first_however_many_follow() -> None:
    short = written(told_at_length(), WritingLimits(page_points=1))
    full = written(told_at_length())
    for side in SIDES:
        assert full.sides[side][0] == short.sides[side][0]


def test_an_article_on_something_else_gives_no_further_point() -> None:
    stray = article(
        "oldoak.example",
        "Opera house of Lorn names a new director",
        "The opera house of Lorn named Ilse Varga as its director. Varga will open her season with a comedy in May.",
        minutes=50,
    )
    told = [p.text for p in written([*told_at_length(), stray]).sides[Side.RIGHT]]
    assert not any("Varga" in text for text in told)


@pytest.mark.parametrize(
    ("title", "field", "sentence"),
    [
        (
            "Corvane closes the ‘Alder’ Bridge for repairs",
            "Corvane closes the 'Alder' Bridge for repairs The city of Corvane closed the bridge on Tuesday night.",
            "The city of Corvane closed the bridge on Tuesday night.",
        ),
        (
            "Bridge closed",
            "Traders fear for the summer CORVANE, Veldt (AP) — The city of Corvane closed its bridge on Tuesday.",
            "The city of Corvane closed its bridge on Tuesday.",
        ),
        (
            "Bridge closed",
            "Updated 24 August 2025 at 02:46 GMT Corvane has closed the Alder Bridge for six weeks.",
            "Corvane has closed the Alder Bridge for six weeks.",
        ),
        (
            "Bridge closed",
            "By Nils Arden and Ada Morrow, The Associated Press The city of Corvane closed its bridge on Tuesday.",
            "The city of Corvane closed its bridge on Tuesday.",
        ),
        (
            "Host mocks the mayor",
            "The Late Span/YouTube Ada Moss mocked Mayor Orrin on Tuesday over the closed bridge in Corvane.",
            "Ada Moss mocked Mayor Orrin on Tuesday over the closed bridge in Corvane.",
        ),
        (
            "Mayor speaks",
            "Tomas Orrin calls for patience after the closure angered traders Tomas Orrin has asked Corvane for time.",
            "Tomas Orrin has asked Corvane for time.",
        ),
    ],
)
def test_what_stands_glued_before_a_text_is_no_part_of_it(title: str, field: str, sentence: str) -> None:
    rest = unglued(title, field, Span(0, len(field)))
    assert field[rest.start : rest.end] == sentence


@pytest.mark.parametrize(
    "field",
    [
        "The U.S.-Veldt talks on the Alder Bridge ended on Tuesday without a result for Corvane.",
        "Corvane's NYC-style traffic plan for the bridge was approved on Tuesday by the council.",
        "Mayor Orrin said “we will rebuild it. The bridge stays ours” at a rally in Corvane on Tuesday.",
    ],
)
def test_a_whole_sentence_stays_whole(field: str) -> None:
    assert unglued("Bridge closed", field, Span(0, len(field))) == Span(0, len(field))


@given(st.text(max_size=120), st.text(max_size=300))
def test_what_is_left_is_the_end_of_the_same_sentence(title: str, field: str) -> None:
    found = unglued(title, field, Span(0, len(field)))
    assert 0 <= found.start <= found.end <= len(field)
    assert field[found.end :].strip() == ""


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("The mayor made both mistakes on Sunday in Corvane.", True),
        ("Corvane has tested two ferries this month, however.", True),
        ("Mayor Orrin called the closure “one of these things” on Tuesday.", False),
        ("Those who live on the east bank will pay more in Corvane.", False),
    ],
)
def test_a_point_does_not_point_at_what_is_not_there(text: str, leaning: bool) -> None:
    assert points_back(text) is leaning


def test_a_line_under_a_picture_is_no_statement() -> None:
    assert refusal("A trader carries boxes across the Alder Bridge in Corvane on Saturday.") == "caption"
    assert not refusal("A trader carried boxes across the Alder Bridge in Corvane on Saturday.")


def test_another_storm_of_the_kind_is_elsewhere() -> None:
    titles = {
        "harborlight.example": "Hurricane Orla floods roads in Corvane",
        "commonpost.example": "Corvane shelters as Hurricane Orla nears",
        "midland.example": "Hurricane Orla cuts power in Corvane",
        "ridgeherald.example": "Hurricane Orla leaves Corvane without power",
    }
    pieces = [article(outlet, title, f"{title}, the harbor office said.") for outlet, title in titles.items()]
    long_ago = "Hurricane Basil destroyed the harbor of Lorn and killed seven people."
    pieces.append(article("oldoak.example", "A storm that became a film", long_ago))
    material = desk_for(chosen(pieces).story, registry(), WritingLimits()).material
    assert {p.text for p in material.passages if material.is_elsewhere(p)} == {long_ago}


def test_what_a_side_stresses_stands_nearer_to_it_than_what_all_tell() -> None:
    shared = "Corvane closed the Alder Bridge on Tuesday after cracks were found."
    stressed = "Traders expect the closure of the Alder Bridge to cost Corvane 4 million crowns."
    left = ["harborlight.example", "commonpost.example"]
    right = ["ridgeherald.example", "oldoak.example"]
    pieces = [
        article(o, "Corvane closes Alder Bridge", f"{shared} Read more.", minutes=i)
        for i, o in enumerate(left)
    ]
    pieces += [
        article(o, "Corvane closes Alder Bridge", f"{shared} {stressed}", minutes=9 + i)
        for i, o in enumerate(right)
    ]
    material = desk_for(chosen(pieces).story, registry(), WritingLimits()).material
    near, far = (
        {p.text: float(scores[i]) for i, p in enumerate(material.passages)}
        for scores in (material.apart(Side.RIGHT), material.side_centrality(Side.RIGHT))
    )
    assert near[stressed] - near[shared] > far[stressed] - far[shared]
