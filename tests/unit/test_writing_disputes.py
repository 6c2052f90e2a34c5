"""Numbers and claims that differ: side by side where they exclude each other, silence wherever both may be right."""

from __future__ import annotations

import pytest

from newsletter.domain.article import Article
from newsletter.domain.words import WritingLimits
from newsletter.writing.choose import Desk
from newsletter.writing.disputed import disputed
from newsletter.writing.writer import ExtractiveWriter, desk_for
from tests.support.writing_stories import article, chosen, registry, story


def told(left: str, right: str, minutes: int = 20) -> list[Article]:
    """Two outlets' pieces on one story, the second so much later."""
    return [
        article("harborlight.example", "Corvane harbor in the news", left),
        article("ridgeherald.example", "News from Corvane harbor", right, minutes=minutes),
    ]


def desk(articles: list[Article]) -> Desk:
    return desk_for(story(articles), registry(), WritingLimits())


SHOT = "Odell Marsh was unarmed when officers shot him at the Corvane port, his family said."


@pytest.mark.parametrize(
    ("topic", "left", "right"),
    [
        (
            "How large the fine is",
            "The harbor authority fined Marlow Lines $5 million over the sinking of the ferry.",
            "Marlow Lines was fined $7.5m by the harbor authority after the sinking.",
        ),
        (
            "What it costs",
            "The rebuilt Alder Bridge in Corvane will cost taxpayers $40 million.",
            "The rebuilt Alder Bridge in Corvane will cost taxpayers $65 million, the town said.",
        ),
        (
            "How the council voted",
            "The Corvane council voted 7-2 to close the Alder Bridge.",
            "The Corvane council voted 6-3 on Tuesday to close the Alder Bridge.",
        ),
        (
            "How old Odell Marsh is",
            "Police arrested Odell Marsh, 34, at the ferry port in Corvane.",
            "Odell Marsh, 43, was arrested at the port in Corvane, police said.",
        ),
        (
            "What the percentage is",
            "Turnout in the Corvane mayoral vote was 62 percent.",
            "Turnout in the mayoral vote in Corvane was 54%.",
        ),
        (
            "How large the crowd was",
            "About 2,000 people marched through Corvane against the closure of the bridge.",
            "More than 20,000 people marched through Corvane against the bridge's closure.",
        ),
        (
            "How large the crowd was",
            "Hundreds of protesters gathered outside the Corvane town hall over the bridge.",
            "Tens of thousands of protesters gathered outside the Corvane town hall over the bridge.",
        ),
        (
            "How many paintings",
            "Thieves stole 12 paintings from the Corvane museum on Monday night.",
            "Thieves stole 15 paintings from the Corvane museum on Monday.",
        ),
        (
            "On what day it was",
            "The ferry Marlow left Corvane harbor on Monday with a crew of students.",
            "The ferry Marlow left Corvane harbor on Thursday with its crew of students.",
        ),
        (
            "At what time it was",
            "The ferry Marlow sank off Corvane harbor at 6:15 a.m.",
            "The ferry Marlow sank off Corvane harbor at 6:40 a.m.",
        ),
        (
            "Armed or unarmed",
            "Odell Marsh was armed when officers shot him at the Corvane port, police said.",
            SHOT,
        ),
        (
            "Accident or intent",
            "Police said the explosion at the Corvane depot was an accident.",
            "The explosion at the Corvane depot was deliberate, the mayor said.",
        ),
        (
            "Accepted or rejected",
            "Corvane's ferry union rejected the offer from Marlow Lines on Monday.",
            "Corvane's ferry union accepted the offer from Marlow Lines on Monday.",
        ),
        (
            "Resigned or dismissed",
            "Captain Nils Arden resigned from Marlow Lines after the sinking, he said.",
            "Captain Nils Arden was fired by Marlow Lines after the sinking, the company said.",
        ),
        (
            "Whether the strike hit a hospital in Corvane",
            "Petra Lund said the strike hit a hospital in Corvane.",
            "Nils Arden said the strike did not hit a hospital in Corvane.",
        ),
    ],
)
def test_what_cannot_both_be_true_stands_side_by_side(topic: str, left: str, right: str) -> None:
    (dispute,) = disputed(desk(told(left, right)))
    assert dispute.topic == topic
    assert [claim.outlets for claim in dispute.claims] == [("harborlight.example",), ("ridgeherald.example",)]
    assert all(claim.evidence for claim in dispute.claims)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # rounded, bounded or about right
        (
            "About 50 people marched in Corvane against the bridge.",
            "In Corvane, 52 people marched against the bridge.",
        ),
        (
            "Marlow Lines was fined more than $40 million by Corvane.",
            "Marlow Lines was fined $43 million by Corvane.",
        ),
        ("Marlow Lines was fined $1.6 million by Corvane.", "Marlow Lines was fined $2 million by Corvane."),
        ("Turnout in the Corvane vote was 62 percent.", "Turnout in the Corvane vote was 61.6%."),
        # another scope, unit, body, place, year or stage
        ("The city budget of Corvane is $50 million.", "The state budget for Corvane is $70 million."),
        ("Marlow Lines was fined €5 million by Corvane.", "Marlow Lines was fined $5.8 million by Corvane."),
        (
            "Marlow Lines was fined $5 million by Corvane.",
            "Marlow Lines could be fined $7 million by Corvane.",
        ),
        ("The bridge in Corvane costs $1.6 million a year.", "The bridge in Corvane will cost $4 million."),
        (
            "The Senate voted 52-48 to close the Alder Bridge.",
            "The House voted 217-213 to close the Alder Bridge.",
        ),
        (
            "The Corvane council voted 7-2 to advance the bridge plan.",
            "The Corvane council voted 6-3 to approve the bridge plan.",
        ),
        (
            "Thieves stole 12 paintings from the Corvane museum.",
            "Thieves stole 15 paintings from the Ostrava museum.",
        ),
        (
            "Sales at Marlow Lines rose 4 percent in the second quarter.",
            "Sales at Marlow Lines rose 9 percent over the year.",
        ),
        (
            "Corvane police arrested 12 protesters at the port on Monday.",
            "Corvane police arrested 15 protesters at the port on Tuesday.",
        ),
        (
            "At the harbor of Corvane, 12 people were killed when the ferry Marlow sank.",
            "At the harbor of Corvane, 17 people were killed or injured when the ferry Marlow sank.",
        ),
        (
            "The ferry Marlow sank off Corvane harbor on Monday with a crew of six.",
            "The ferry Marlow sank off Corvane harbor late on Sunday with a crew of six.",
        ),
        (
            "The ferry Marlow sank off Corvane harbor at 6 a.m.",
            "The ferry Marlow sank off Corvane harbor at 11 a.m.",
        ),
        # another person
        ("Odell Marsh, 34, was arrested in Corvane.", "Petra Marsh, 61, was arrested in Corvane."),
        ("Odell Marsh, 34, was arrested in Corvane.", "Odell Marsh, then 19, was arrested in Corvane."),
        # no claim, or none against it
        (SHOT, "Police said Odell Marsh was not armed when officers shot him at the Corvane port."),
        (SHOT, "Police have not said whether Odell Marsh was armed when officers shot him in Corvane."),
        (
            "Corvane's ferry union rejected the offer from Marlow Lines on Monday.",
            "Corvane's ferry union accepted the new offer from Marlow Lines on Thursday.",
        ),
        (
            "The water of Corvane is safe, Petra Lund said.",
            "The water of Ostrava is unsafe, Nils Arden said.",
        ),
        (
            "Petra Lund said the strike hit a hospital in Corvane.",
            "Nils Arden said the strike may not have hit a hospital in Corvane.",
        ),
    ],
)
def test_what_may_both_be_true_is_no_dispute(left: str, right: str) -> None:
    assert disputed(desk(told(left, right))) == ()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            "In Corvane, 3 people were injured when the ferry Marlow sank.",
            "In Corvane, 5 people were injured when the ferry Marlow sank.",
        ),
        (
            "Corvane's ferry union rejected the offer from Marlow Lines.",
            "Corvane's ferry union accepted the offer from Marlow Lines.",
        ),
    ],
)
def test_a_later_report_may_know_more(left: str, right: str) -> None:
    assert disputed(desk(told(left, right, minutes=30)))
    assert disputed(desk(told(left, right, minutes=240))) == ()


def test_a_smaller_count_that_comes_later_is_no_update() -> None:
    older = "In Corvane, 5 people were injured when the ferry Marlow sank."
    newer = "In Corvane, 3 people were injured when the ferry Marlow sank."
    assert disputed(desk(told(older, newer, minutes=240)))


def test_an_outlet_that_gives_both_numbers_knows_why() -> None:
    fined = "Marlow Lines was fined $5 million by the harbor authority of Corvane."
    raised = "Marlow Lines was fined $7 million by the harbor authority of Corvane."
    both = f"{raised} In March, Marlow Lines was fined $5 million for its lifeboats."
    assert disputed(desk(told(fined, raised)))
    assert disputed(desk(told(fined, both))) == ()


def test_a_verdict_ends_the_dispute_over_charges() -> None:
    charged = "Prosecutors accused Captain Nils Arden of fraud over the ferry Marlow."
    denied = "Captain Nils Arden denied the charges of fraud over the ferry Marlow."
    assert disputed(desk(told(charged, denied)))
    decided = article(
        "midland.example", "Ferry trial", "Captain Nils Arden was acquitted in Corvane on Monday.", minutes=40
    )
    assert disputed(desk([*told(charged, denied), decided])) == ()


def test_what_is_disputed_is_told_as_a_fact_nowhere() -> None:
    fined = "Marlow Lines was fined $5 million by the harbor authority of Corvane on Monday."
    other = "The harbor authority of Corvane fined Marlow Lines $7 million on Monday."
    plain = article(
        "midland.example",
        "Corvane fines Marlow Lines",
        "The harbor authority of Corvane fined Marlow Lines.",
        minutes=9,
    )
    words = ExtractiveWriter().write(chosen([*told(fined, other), plain]), registry(), brief=False)
    assert words is not None
    assert [d.topic for d in words.disputed] == ["How large the fine is"]
    said = [words.headline, *words.overview, *words.agreed, *(a for q in words.faq for a in q.answer)]
    assert not any("$" in one.text for one in said)
