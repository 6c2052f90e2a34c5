"""What a story's words must be about: its newest state, its middle, in sentences that stand alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.domain.article import Article
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import StoryWords, WritingLimits
from newsletter.writing.fit import breaks_off, refusal
from newsletter.writing.overview import _newest
from newsletter.writing.subject import leans
from newsletter.writing.timing import Told, looks_ahead, stale, toll, turned
from newsletter.writing.writer import ExtractiveWriter, desk_for
from tests.support.writing_stories import NOON, article, bridge, chosen, registry

HOUR = 60


def written(pieces: list[Article]) -> StoryWords:
    words = ExtractiveWriter().write(chosen(pieces), registry(), brief=False)
    assert words is not None
    return words


def plea() -> list[Article]:
    """First announced from all sides, then done, then told from all sides."""
    return [
        article("harborlight.example", "Nils Arden expected to plead guilty over Corvane depot fire",
                "Nils Arden is expected in a Corvane court for a hearing on Friday. The expected plea comes as Arden "
                "faces a separate case over the depot fire in Veldt.", minutes=0),
        article("statewire.example", "Arden set to plead guilty in Corvane depot fire",
                "Nils Arden is expected in a Corvane court for a hearing on Friday.", minutes=30),
        article("oldoak.example", "Arden to plead guilty in Corvane",
                "Nils Arden is expected in a Corvane court for a hearing on Friday, two people said.", minutes=45),
        article("commonpost.example", "Nils Arden pleads guilty to setting fire to Corvane depot",
                "Nils Arden pleaded guilty on Friday to setting fire to the Corvane depot, where nine buses burned. "
                "Judge Ada Morrow will sentence Arden on October 9.", minutes=20 * HOUR),
        article("midland.example", "Arden pleads guilty in Corvane depot fire",
                "Nils Arden pleaded guilty in a Corvane court on Friday to setting fire to the bus depot. "
                "Prosecutors in Corvane asked for a sentence of eleven years.", minutes=20 * HOUR + 20),
        article("ridgeherald.example", "Depot arsonist Nils Arden pleads guilty in Corvane court",
                "Nils Arden pleaded guilty on Friday to the Corvane depot fire after a deal with prosecutors. "
                "Owners of the Corvane buses called the deal with Arden too mild.", minutes=21 * HOUR),
    ]  # fmt: skip


def mail_of(words: StoryWords) -> list[str]:
    first = [words.sides[side][0] for side in SIDES if words.sides.get(side)]
    said = [words.headline, *([words.dek] if words.dek else []), *words.overview, *first, *words.agreed]
    return [s.text for s in said]


def test_what_has_happened_is_no_longer_expected() -> None:
    said = mail_of(written(plea()))
    assert any("pleaded guilty" in text for text in said)
    assert not any("expected" in text or "set to" in text or " to plead" in text for text in said)


def test_what_still_lies_ahead_is_told() -> None:
    words = written(plea())
    assert any("will sentence" in s.text for s in words.statements())


def test_a_future_that_the_newest_articles_speak_of_is_not_stale() -> None:
    early = Told("Corvane is set to close the Alder Bridge in May", NOON)
    late = Told("Corvane is set to close the Alder Bridge for six weeks in May", NOON + timedelta(hours=9))
    assert stale([early, late], [early, late]) == [False, False]
    assert turned([early, late]) is None


def test_coverage_turns_from_announcing_to_telling() -> None:
    before = [Told("Council to vote on the Alder Bridge", NOON + timedelta(minutes=i)) for i in range(3)]
    after = [
        Told("Council approves the Alder Bridge", NOON + timedelta(hours=8, minutes=i)) for i in range(3)
    ]
    assert turned([*before, *after]) == after[0].at
    assert stale(before, [*before, *after]) == [True] * 3
    assert stale(after, [*before, *after]) == [False] * 3


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("Arden is expected in court on Friday", True),
        ("The expected plea comes as Arden faces trial", True),
        ("Council to vote on the bridge", True),
        ("The mayor could resign by June", True),
        ("Mayor Orrin said the bridge will close in June", False),
        ("Mayor Orrin beat his rival on Friday as was expected", False),
        ("The council asked the court to allow the bridge", False),
        ("According to records the bridge closed", False),
        ("The storm is forecast to hit Lorn this weekend", True),
        ("Warnings issued for Lorn as the storm nears", True),
        ("Ada Moss is locked in a tight contest with Tomas Orrin", True),
    ],
)
def test_looking_ahead(text: str, ahead: bool) -> None:
    assert looks_ahead(text) is ahead


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("The board voted to close the hall", True),
        ("The Harbor Party leader wins the vote he called", True),
        ("The Corvane council voted to close the hall", False),
        ("The Harbor Party's former leader was arrested", False),
        ("Inspectors found cracks in the Alder Bridge", False),
    ],
)
def test_a_description_is_no_name(text: str, leaning: bool) -> None:
    assert leans(text) is leaning


def test_the_overview_opens_with_a_name_and_the_news() -> None:
    first = written(bridge()).overview[0].text
    assert "Alder Bridge" in first
    assert not leans(first)


def test_a_point_tells_of_the_story_and_not_of_its_margin() -> None:
    margin = "Ice cream stands near the river sold lemon cones to children in the afternoon sun."
    news = "Ridge traders say the Alder Bridge closure in Corvane will cost the east bank its summer trade."
    pieces = [a for a in bridge() if a.outlet not in {"ridgeherald.example", "oldoak.example"}]
    pieces += [
        article("ridgeherald.example", "Traders fear Alder Bridge closure", f"{margin} {news}", minutes=8),
        article("oldoak.example", "Corvane bridge closed", "", minutes=9),
    ]
    assert "Alder Bridge" in written(pieces).sides[Side.RIGHT][0].text


def test_a_stray_item_makes_no_point_and_no_dek() -> None:
    stray = article(
        "oldoak.example",
        "On this day in 1912: Senator Pell opened the opera",
        "In 1912 Senator Pell opened the opera house of Lorn with a speech on music.",
        minutes=9,
    )
    pieces = [a for a in bridge() if a.outlet not in {"ridgeherald.example", "oldoak.example"}] + [stray]
    words = written(pieces)
    assert not words.sides.get(Side.RIGHT)
    assert words.dek is None or "opera" not in words.dek.text


def test_a_title_in_title_case_is_the_last_choice_for_a_point() -> None:
    pieces = [
        *[a for a in bridge() if a.outlet not in {"ridgeherald.example", "oldoak.example"}],
        article(
            "oldoak.example",
            "Corvane Traders Decry Alder Bridge Closure",
            "Traders in Corvane decried the closure of the Alder Bridge at a meeting with the mayor.",
            minutes=6,
        ),
    ]
    point = written(pieces).sides[Side.RIGHT][0]
    assert point.evidence[0].field == "text"


def test_points_of_the_sides_are_of_like_length() -> None:
    lengths = [len(points[0].text.split()) for points in written(bridge()).sides.values()]
    assert len(lengths) == 3
    assert max(lengths) <= 2 * min(lengths)


@pytest.mark.parametrize(
    "text",
    [
        "As such, Nils Arden is the owner of the Corvane depot.",
        "Mayor Tomas Orrin repeatedly denied such claims on Tuesday.",
        "Corvane Power told readers to expect “long outages, potentially overnight,”.",
        "Corvane's most famous bridge has been closed Corvane's most famous bridge, the Alder, shut on Tuesday.",
        "When reached for comment, the mayor pointed to his statement.",
        "Ines Talbot outside the Corvane Court of Appeals for the East Bank in May.",
    ],
)
def test_texts_that_do_not_stand_alone(text: str) -> None:
    assert refusal(text)


def test_a_time_without_its_event_is_a_broken_end() -> None:
    assert breaks_off("The city said it recovered three buses worth nine million crowns, months")


def test_two_verbs_of_one_object_stay_together() -> None:
    text = "Nils Arden entered a plea in Corvane on Friday, admitting he bought and burned nine buses of the depot."
    pieces = [article("midland.example", "Nils Arden admits burning nine buses in Corvane", text)]
    assert not any(s.text.rstrip(".").endswith("bought") for s in written(pieces).statements())


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("Five dead after the Corvane ferry sinks", 5),
        ("Ferry sinking kills at least 40 people", 40),
        ("Death toll rises to 1,200 in Veldt", 1200),
        ("The council has 40 members", 0),
    ],
)
def test_the_dead_a_text_counts(text: str, dead: int) -> None:
    assert toll(text) == dead


def test_a_toll_that_two_later_articles_pass_is_not_told_as_news() -> None:
    told = [
        (
            1,
            "midland",
            "Five dead after ferry sinks off Corvane",
            "The Corvane ferry sank, killing five people.",
        ),
        (
            200,
            "statewire",
            "Corvane ferry sinking kills 40",
            "The Corvane ferry sank on Monday, killing 40 people.",
        ),
        (
            240,
            "commonpost",
            "Toll of Corvane ferry reaches 41",
            "At least 41 people were killed on the Corvane ferry.",
        ),
    ]
    pieces = [article(f"{outlet}.example", title, text, minutes=at) for at, outlet, title, text in told]
    words = written(pieces)
    assert "five" not in " ".join(s.text.lower() for s in (words.headline, *words.overview))


def test_a_toll_of_many_only_rises_whatever_an_article_s_date() -> None:
    old = Told("Corvane quake toll jumped to 181 dead on Tuesday", NOON + timedelta(hours=9))
    newer = [Told(f"Corvane quake kills {n}", NOON + timedelta(hours=i)) for i, n in enumerate((240, 265))]
    assert stale([old, *newer], [old, *newer]) == [True, False, False]


def test_what_names_nobody_of_the_story_is_no_point_while_there_is_another() -> None:
    strange = "The closure of the Rowan Bridge in Lorn cost traders on its east bank half of their summer."
    more = article("oldoak.example", "Corvane closes the Alder Bridge", strange, minutes=9)
    points = written([*[a for a in bridge() if a.outlet != "oldoak.example"], more]).sides[Side.RIGHT]
    assert "Rowan" not in " ".join(p.text for p in points)


def twice(first: str, second: str, third: str) -> StoryWords:
    """One event told three times, by an outlet of each side."""
    domains = ("harborlight.example", "midland.example", "ridgeherald.example")
    return written(
        [
            article(domain, f"Mayor Orrin speaks on Lorn, report {n}", text, minutes=n)
            for n, (domain, text) in enumerate(zip(domains, (first, second, third), strict=True))
        ]
    )


def test_one_doing_is_told_once_in_whatever_words() -> None:
    words = twice(
        "Mayor Tomas Orrin threatened to strike Lorn if it gets in the way of opening the Veldt canal.",
        "Mayor Orrin threatened to bomb Lorn if it interferes in a potential agreement over control of the canal.",
        "Traders in Corvane raised their prices for Veldt grain on Monday after the mayor's speech.",
    )
    assert sum("threatened" in s.text for s in words.overview) == 1


def test_an_overview_tells_more_than_its_headline() -> None:
    again = "Mayor Tomas Orrin closed the Alder Bridge in Corvane for six weeks."
    pieces = [
        article(
            domain, "Mayor Orrin closes Alder Bridge in Corvane for six weeks", f"{again} {more}", minutes=n
        )
        for n, (domain, more) in enumerate(
            [
                (
                    "harborlight.example",
                    "Inspectors had found two cracks in the cables of the bridge in April.",
                ),
                (
                    "midland.example",
                    "Buses will cross the river at Veldt until the bridge opens again in June.",
                ),
                (
                    "ridgeherald.example",
                    "Traders on the east bank expect the closure to cost them half their trade.",
                ),
            ]
        )
    ]
    words = written(pieces)
    assert len(words.overview) >= 2
    assert again not in [s.text for s in words.overview]


def test_a_slant_that_no_other_outlet_shares_is_not_the_overview() -> None:
    words = twice(
        "Nils Arden pleaded guilty in Corvane on Friday to burning nine buses at the depot.",
        "Nils Arden pleaded guilty in Corvane on Friday to burning nine buses at the depot.",
        "The harbor crowd's darling, firebug and rascal Nils Arden pleaded guilty in Corvane on Friday to burning nine "
        "buses at the depot.",
    )
    assert "rascal" not in words.overview[0].text


def test_of_nearly_equal_titles_the_side_with_fewer_outlets_has_the_headline() -> None:
    text = "The city of Corvane closed the Alder Bridge on Tuesday after inspectors found two cracks in it."
    title = "Corvane closes Alder Bridge after two cracks found"
    domains = ("harborlight.example", "commonpost.example", "midland.example")
    pieces = [article(domain, title, f"{text} Report {n}.", minutes=n) for n, domain in enumerate(domains)]
    assert written(pieces).headline.outlets == ("midland.example",)


def test_a_contest_is_over_when_a_headline_names_its_winner() -> None:
    plan = Told(
        "Ada Moss, a harbor unionist from the east bank, is locked in a tight contest for the office of mayor of "
        "Corvane against Tomas Orrin, the incumbent whom the chamber of traders backs.",
        NOON,
    )
    account = Told("Tomas Orrin beats Ada Moss in Corvane", NOON + timedelta(hours=5))
    assert stale([plan, account], [plan, account]) == [True, False]


def test_an_overview_leaves_out_what_was_under_way_before_the_storm() -> None:
    expected = "Residents of the east bank are stocking food and water ahead of Hurricane Orla."
    came = {
        "harborlight.example": "Hurricane Orla tore roofs from 40 houses in Corvane before it turned to the sea.",
        "commonpost.example": "Some 9,000 homes of Corvane were without power after Hurricane Orla passed the harbor.",
        "midland.example": "Hurricane Orla flooded the east bank of Corvane, and two ferries sank.",
        "ridgeherald.example": "Rescue crews in Corvane found four people alive after Hurricane Orla.",
        "oldoak.example": "Hurricane Orla has closed the Alder Bridge of Corvane for a week.",
    }
    pieces = [article("statewire.example", "Orla nears Corvane", expected, minutes=1)]
    pieces += [
        article(outlet, "Hurricane Orla hits Corvane", text, minutes=300 + i)
        for i, (outlet, text) in enumerate(came.items())
    ]
    desk = desk_for(chosen(pieces).story, registry(), WritingLimits())
    every = [p for p in desk.material.passages if p.field == "text"]
    assert any("stocking food" in p.text for p in every)
    assert not any("stocking food" in p.text for p in _newest(desk, every))
    few = [p for p in every if p.outlet in {"statewire.example", "midland.example", "oldoak.example"}]
    assert _newest(desk, few) == few
