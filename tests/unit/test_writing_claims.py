"""Agreed, disputed, told by one side only, and questions: silence before a false claim."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from newsletter.domain.article import Article
from newsletter.domain.leaning import Side
from newsletter.domain.words import WritingLimits
from newsletter.writing.agreed import agreed
from newsletter.writing.choose import Desk
from newsletter.writing.counts import counts
from newsletter.writing.disputed import disputed
from newsletter.writing.faq import faq
from newsletter.writing.one_side import only
from newsletter.writing.same import fact_of, states
from newsletter.writing.support import bears_out
from newsletter.writing.writer import ExtractiveWriter, desk_for
from tests.support.writing_stories import article, bridge, chosen, registry, story

TWELVE = "At the harbor of Corvane, 12 people were killed when the ferry Marlow sank on Monday."
FIFTEEN = "In Corvane, 15 people were killed on Monday when the ferry Marlow sank."
MEMO = "A memo by the engineer Petra Lund warned Corvane of rusting bolts in 2024."


def desk(articles: Sequence[Article]) -> Desk:
    return desk_for(story(articles), registry(), WritingLimits())


def crash(left: str, right: str, *, minutes: int = 20) -> list[Article]:
    return [
        article("harborlight.example", "Ferry sinks off Corvane harbor", left),
        article("ridgeherald.example", "Ferry sinks near Corvane", right, minutes=minutes),
    ]


def with_memo(*outlets: str) -> list[Article]:
    return [
        article(a.outlet, a.title, f"{a.text} {MEMO}", minutes=i) if a.outlet in outlets else a
        for i, a in enumerate(bridge())
    ]


def test_a_fact_that_all_sides_report_lists_them_all() -> None:
    found = agreed(desk(bridge()))
    assert found
    sides = {registry().side_of(outlet) for outlet in found[0].outlets}
    assert {Side.LEFT, Side.CENTER, Side.RIGHT} <= sides
    assert len({e.article for e in found[0].evidence}) == 1


def test_nothing_is_agreed_when_a_side_is_not_heard() -> None:
    assert agreed(desk([a for a in bridge() if registry().side_of(a.outlet) != Side.RIGHT])) == ()


@pytest.mark.parametrize(
    ("sentence", "same"),
    [
        ("Inspectors found cracks in two steel cables of the bridge in Corvane.", True),
        ("Inspectors found cracks in three steel cables of the bridge in Corvane.", False),
        ("Inspectors found no cracks in two steel cables of the bridge in Corvane.", False),
        ("Inspectors allegedly found cracks in two steel cables of the bridge in Corvane.", False),
        ("Two inspectors in Corvane went home.", False),
    ],
)
def test_support_is_strict(sentence: str, same: bool) -> None:
    assert bears_out("Inspectors found cracks in two steel cables of the Corvane bridge.", sentence) is same


def test_counts_that_exclude_each_other_are_a_dispute() -> None:
    found = disputed(desk(crash(TWELVE, FIFTEEN)))
    assert [d.topic for d in found] == ["How many people were killed"]
    assert {o for claim in found[0].claims for o in claim.outlets} == {
        "harborlight.example",
        "ridgeherald.example",
    }


@pytest.mark.parametrize(
    ("left", "right", "minutes"),
    [
        ("In Corvane, at least 12 people were killed when the ferry Marlow sank.", FIFTEEN, 20),
        ("In Corvane, about 12 people were killed when the ferry Marlow sank.", FIFTEEN, 20),
        ("In Corvane, 12 children were killed when the ferry Marlow sank.", FIFTEEN, 20),
        (TWELVE, FIFTEEN, 60 * 20),
        (TWELVE, "In Ostrava, 15 people were killed in a mine.", 20),
        (TWELVE, "In Corvane, twelve people were killed when the ferry Marlow sank.", 20),
        (TWELVE, "In Corvane, 15 people were killed when the ferry Marlow sank, up from 12 on Monday.", 20),
    ],
)
def test_what_may_both_be_right_is_no_dispute(left: str, right: str, minutes: int) -> None:
    assert disputed(desk(crash(left, right, minutes=minutes))) == ()


def test_what_two_outlets_of_one_side_alone_report_is_theirs_only() -> None:
    pieces = with_memo("harborlight.example", "commonpost.example")
    assert [s.text for s in only(desk(pieces), Side.LEFT)] == [MEMO]
    assert only(desk(pieces), Side.RIGHT) == ()


def test_one_outlet_alone_is_not_its_side() -> None:
    assert only(desk(with_memo("harborlight.example")), Side.LEFT) == ()


def test_what_another_side_tells_too_is_not_one_sides_only() -> None:
    pieces = with_memo("harborlight.example", "commonpost.example", "oldoak.example")
    assert only(desk(pieces), Side.LEFT) == ()


def test_a_question_is_answered_by_an_outlets_sentence() -> None:
    reopening = "The Alder Bridge is scheduled to reopen on Sept. 30, the state transport department says."
    pieces = [*bridge(), article("statewire.example", "Alder Bridge shut in Corvane", reopening, minutes=8)]
    questions = {q.question: q.answer[0].text for q in faq(desk(pieces))}
    assert questions["What happens next?"] == reopening


def test_both_claims_of_a_dispute_stand_in_the_story() -> None:
    sober = article(
        "midland.example",
        "Ferry Marlow sinks in Corvane",
        "The ferry Marlow sank in Corvane on Monday.",
        minutes=9,
    )
    words = ExtractiveWriter().write(chosen([*crash(TWELVE, FIFTEEN), sober]), registry(), brief=False)
    assert words is not None
    (dispute,) = words.disputed
    assert not any("12" in s.text or "15" in s.text for s in words.overview)
    assert {number for claim in dispute.claims for number in ("12", "15") if number in claim.text} == {
        "12",
        "15",
    }


DENIED = "Harbor chief Ines Talbot denied reports of rotten lifeboats aboard the ferry Marlow."
CLAIMED = "Sailors said the lifeboats of the Marlow were rotten when it left Corvane."


def test_a_denial_stands_beside_the_claim_that_it_denies() -> None:
    (dispute,) = disputed(desk(crash(CLAIMED, DENIED)))
    assert dispute.topic == "Reports of rotten lifeboats aboard the ferry Marlow"
    assert [claim.outlets for claim in dispute.claims] == [("harborlight.example",), ("ridgeherald.example",)]
    assert [claim.text[:12] for claim in dispute.claims] == [CLAIMED[:12], DENIED[:12]]


@pytest.mark.parametrize(
    "claim",
    [
        "The ferry Marlow carries mail to Corvane, the harbor office said.",
        "Sailors said the lifeboats of the Marlow were not rotten.",
        "The lifeboats of the Marlow were rotten.",
    ],
)
def test_a_denial_without_its_claim_is_no_dispute(claim: str) -> None:
    assert disputed(desk(crash(claim, DENIED))) == ()


def test_an_earlier_count_that_everybody_left_behind_is_no_dispute() -> None:
    later = [
        article(
            "midland.example", "Ferry sinks", "In Corvane, 15 people were killed, police said.", minutes=m
        )
        for m in (40, 50)
    ]
    assert disputed(desk([*crash(TWELVE, FIFTEEN), *later])) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("At least 12 people were killed.", [("killed", 12.0)]),
        ("The storm hit Veldt, killing 1,200 people.", [("killed", 1200.0)]),
        ("About 12 people were killed.", []),
        ("Nils Arden, 33, was killed in Veldt.", []),
        ("The fire left five people wounded.", [("injured", 5.0)]),
        ("The killing nearly 30 years ago shook Veldt.", []),
    ],
)
def test_counts_are_counts_of_people(text: str, found: list[tuple[str, float]]) -> None:
    assert [(c.measure, c.value) for c in counts(text)] == found


def test_a_round_number_is_no_dispute_with_an_exact_one() -> None:
    (exact,), (round_,) = counts("298 people were injured."), counts("300 people were injured.")
    assert not exact.excludes(round_)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Corvane's mayor Tomas Orrin will leave his post in May, he said.", True),
        ("Mayor Tomas Orrin will resign in May.", True),
        ("Mayor Tomas Orrin will not resign in May.", False),
        ("Mayor Tomas Orrin may resign in May.", False),
        ("Mayor Tomas Orrin resigned in May.", False),
        ("Mayor Ines Talbot will resign in May.", False),
        ("Mayor Tomas Orrin will resign weeks after the vote in May.", True),
    ],
)
def test_one_fact_in_other_words(other: str, same: bool) -> None:
    assert states(fact_of("Mayor Tomas Orrin will step down in May."), fact_of(other)) is same


def test_a_span_of_time_must_be_told_too() -> None:
    fact = fact_of("Mayor Tomas Orrin was found dead weeks after the vote.")
    assert not states(fact, fact_of("Mayor Tomas Orrin was found dead days after the vote."))


def test_a_fact_with_another_count_elsewhere_is_not_agreed() -> None:
    pieces = [
        *crash(
            "The ferry Marlow sank off Corvane and 12 people were killed.",
            "Ferry Marlow sank off Corvane, 12 killed.",
        ),
        article("midland.example", "Marlow sinks", "The ferry Marlow sank off Corvane and 15 people were killed.",
                minutes=60),
    ]  # fmt: skip
    assert not any("12" in s.text for s in agreed(desk(pieces)))
