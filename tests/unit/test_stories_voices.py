"""A text counts once, however many outlets print it, and under the name of who wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Article
from newsletter.domain.leaning import Leaning, Side
from newsletter.domain.story import Voice, coverage_of
from newsletter.stories.voices import voices_of
from tests.support.stories_articles import (
    AGENCY,
    CENTER,
    EVENTS,
    LEFT,
    RIGHT,
    article,
    outlet,
    registry,
    report,
)

PRESS = registry()
TITLE, TEXT = EVENTS["dam"]
AGENCY_TEXT = f"HARROW VALLEY (AP) — {TEXT} Rescue crews searched through the night for two missing farmers."


def voices(*articles: Article) -> tuple[Voice, ...]:
    return voices_of(sorted(articles, key=lambda one: (one.published, one.id)), PRESS)


def copy(domain: str, hours: float, wire: str = "", title: str = TITLE) -> Article:
    return article(domain, title, AGENCY_TEXT, hours=hours, wire=wire)


def test_a_wire_copy_printed_by_three_outlets_is_the_agencys_one_voice() -> None:
    (voice,) = voices(copy(RIGHT[0], 5, "AP"), copy(LEFT[0], 4, "The Associated Press"), copy(LEFT[1], 3))
    assert (voice.outlet, voice.side, voice.wire) == (AGENCY, Side.CENTER, "AP")
    assert voice.carriers == (RIGHT[0], LEFT[0], LEFT[1])


def test_an_unmarked_reprint_of_the_agencys_own_page_is_the_agencys_voice() -> None:
    (voice,) = voices(copy(RIGHT[0], 5), copy(AGENCY, 4))
    assert voice.outlet == AGENCY


def test_a_copy_from_an_agency_nobody_knows_belongs_to_its_first_printer_ties_by_domain() -> None:
    (voice,) = voices(copy(RIGHT[0], 3, "Lowland Wire"), copy(LEFT[1], 5, "Lowland Wire"), copy(LEFT[0], 5))
    assert (voice.outlet, voice.side) == (LEFT[0], Side.LEFT)


def test_an_outlet_with_a_piece_of_its_own_beside_a_carried_copy_keeps_its_voice() -> None:
    found = voices(copy(RIGHT[0], 5, "AP"), copy(LEFT[0], 5, "AP"), report("dam", RIGHT[0], 3))
    assert [voice.outlet for voice in found] == [AGENCY, RIGHT[0]]
    assert coverage_of(found).right == 1
    assert coverage_of(found).left == 0


def test_several_own_pieces_of_one_outlet_are_one_voice() -> None:
    (voice,) = voices(*(report("dam", LEFT[0], angle, hours=angle + 1) for angle in range(4)))
    assert len(voice.article_ids) == 4


def test_two_texts_of_one_agency_are_one_voice() -> None:
    second = article(
        LEFT[1], "Farmers feared dead below broken dam", "Two farmers were missing.", wire="Associated Press"
    )
    (voice,) = voices(copy(RIGHT[0], 5, "AP"), second)
    assert voice.outlet == AGENCY


def test_own_reports_of_one_event_are_voices_of_their_own() -> None:
    found = voices(
        *(report("dam", domain, angle) for angle, domain in enumerate((LEFT[0], CENTER[0], RIGHT[0])))
    )
    assert coverage_of(found).total == 3


def test_a_shortened_copy_is_still_a_copy() -> None:
    short = article(RIGHT[0], "Thousands flee after breach", " ".join(AGENCY_TEXT.split()[:22]), hours=1)
    assert len(voices(copy(LEFT[0], 4), short)) == 1


@pytest.mark.parametrize("wire", ["AP", ""])
def test_an_outlets_own_edit_of_an_agency_text_is_the_agencys_voice(wire: str) -> None:
    """Another title, a word changed, a sentence of its own at the end; marked, or beside the agency's own page."""
    text = AGENCY_TEXT.replace("HARROW VALLEY (AP) — ", "") + " Our reporter will follow."
    edited = article(RIGHT[0], "Breach empties three villages", text, hours=1, wire=wire)
    (voice,) = voices(copy(AGENCY, 4), edited)
    assert (voice.outlet, voice.carriers) == (AGENCY, (AGENCY, RIGHT[0]))


def test_a_short_title_alone_is_no_copy_but_a_long_one_is() -> None:
    assert len(voices(article(LEFT[0], "Storm hits coast"), article(RIGHT[0], "Storm hits coast"))) == 2
    long = "Storm hits northern coast and cuts off power"
    assert len(voices(article(LEFT[0], long), article(RIGHT[0], f"{long} | Right Daily"))) == 1


def test_the_obvious_headline_over_different_texts_is_two_voices() -> None:
    other = "Prime minister Aldous Finch promised emergency money for farms and roads in the flooded district today."
    assert len(voices(article(LEFT[0], TITLE, TEXT), article(RIGHT[0], TITLE, other))) == 2


def test_one_outlet_under_two_domains_is_one_voice() -> None:
    """A registry may list a paper's two editions as two outlets of one owner; one text in both counts once."""
    pair = [
        outlet(domain, Leaning.RIGHT, owner="Vale Media")
        for domain in ("gazette.example", "gazette-us.example")
    ]
    pieces = [article(one.domain, f"{TITLE} | Gazette", TEXT) for one in pair]
    (voice,) = voices_of(sorted(pieces, key=lambda one: one.id), registry(*pair))
    assert set(voice.carriers) == {"gazette.example", "gazette-us.example"}
    assert coverage_of((voice,)).right == 1


def test_one_owner_printing_one_text_with_edits_is_one_voice() -> None:
    edited = (
        TEXT.replace("Engineers opened", "Staff at the site opened").replace("three villages", "villages")
        + " Rain fell."
    )
    owned = (
        outlet("north.example", Leaning.RIGHT, owner="Vale Media"),
        outlet("south.example", Leaning.RIGHT, owner="Vale Media"),
    )
    pieces = [
        article("north.example", "Breach at dam", TEXT),
        article("south.example", "Thousands leave homes", edited),
    ]
    assert len(voices_of(pieces, registry(*owned))) == 1


def test_an_outlet_the_registry_does_not_know_is_unrated() -> None:
    (voice,) = voices(report("dam", "stranger.example"))
    assert voice.side == Side.UNRATED


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda domain, angle, wire: (
                copy(domain, 4, wire) if angle > 5 else report("dam", domain, angle, hours=angle + 1)
            ),
            st.sampled_from([*LEFT[:3], *RIGHT[:3], AGENCY, "stranger.example"]),
            st.integers(0, 8),
            st.sampled_from(["", "AP", "Lowland Wire"]),
        ),
        unique_by=lambda one: one.id,
        min_size=1,
    )
)
def test_voices_partition_the_articles_and_count_no_outlet_twice(articles: list[Article]) -> None:
    found = voices(*articles)
    assert sorted(one for voice in found for one in voice.article_ids) == sorted(one.id for one in articles)
    assert len({voice.outlet for voice in found}) == len(found) == coverage_of(found).total
    outlets = {one.outlet for one in articles}
    assert len(found) <= len(outlets | {AGENCY})
    for voice in found:
        assert set(voice.carriers) == {one.outlet for one in articles if one.id in voice.article_ids}
