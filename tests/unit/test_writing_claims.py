"""Agreed, disputed, told by one side only, and questions: silence before a false claim."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from newsletter.domain.article import Article
from newsletter.domain.leaning import Side
from newsletter.domain.words import WritingLimits
from newsletter.writing.agreed import agreed
from newsletter.writing.choose import Desk
from newsletter.writing.clips import clips
from newsletter.writing.counts import counts
from newsletter.writing.disputed import disputed
from newsletter.writing.faq import faq
from newsletter.writing.one_side import only
from newsletter.writing.same import fact_of, states, weights
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


ASSERTED = "Mayor Orrin said the ferry Marlow was overloaded when it left Corvane."


@pytest.mark.parametrize(
    "denial",
    [
        "Harbor chief Ines Talbot rejected Mayor Orrin's claim that the ferry Marlow was overloaded.",
        'Harbor chief Ines Talbot called Mayor Orrin\'s claim that the ferry Marlow was overloaded "nonsense".',
        "Harbor chief Ines Talbot pushed back against Mayor Orrin's claim that the ferry Marlow was overloaded.",
    ],
)
def test_a_named_persons_claim_stands_beside_its_denial(denial: str) -> None:
    (dispute,) = disputed(desk(crash(ASSERTED, denial)))
    assert dispute.topic == "Mayor Orrin's claim that the ferry Marlow was overloaded"
    assert {claim.outlets[0] for claim in dispute.claims} == {"harborlight.example", "ridgeherald.example"}


def test_another_persons_words_are_not_the_claim_that_was_denied() -> None:
    denial = "Harbor chief Ines Talbot rejected Governor Lund's claim that the ferry Marlow was overloaded."
    assert disputed(desk(crash(ASSERTED, denial))) == ()


def test_a_claim_mentioned_beside_the_deniers_own_case_is_not_made() -> None:
    beside = (
        "Governor Lund said the Marlow had sailed on time amid reports of rotten lifeboats on old ferries."
    )
    assert disputed(desk(crash(beside, DENIED))) == ()


def test_a_denial_in_a_headline_counts() -> None:
    pieces = [
        article("harborlight.example", "Ferry sinks off Corvane harbor", CLAIMED),
        article("ridgeherald.example", DENIED.rstrip("."), "The ferry Marlow sank off Corvane.", minutes=20),
    ]
    assert len(disputed(desk(pieces))) == 1


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


def test_what_few_tell_decides_whether_a_fact_is_told() -> None:
    common = "Corvane council members debated the old harbor bridge on Monday"
    closed = f"{common} and closed its tollgate lane."
    facts = [fact_of(text) for text in (*[f"{common}."] * 5, closed, closed)]
    assert states(facts[-1], facts[0])
    assert not states(facts[-1], facts[0], weights([fact] for fact in facts))
    assert states(facts[-1], facts[-2], weights([fact] for fact in facts))


def test_each_word_of_a_short_fact_counts() -> None:
    fact = fact_of("Corvane harbor board closed the bridge for repairs.")
    assert states(fact, fact_of("Corvane harbor board closed its bridge."))
    assert not states(fact, fact_of("Corvane harbor board renamed its bridge."))


def test_a_grave_word_must_be_told() -> None:
    fact = fact_of("Ferry captain Tomas Orrin was charged over the Marlow crash in Corvane harbor.")
    assert not states(fact, fact_of("Ferry captain Tomas Orrin spoke of the Marlow crash in Corvane harbor."))


def clipped(text: str) -> list[str]:
    pieces = desk([article("midland.example", "Ferry sinks off Corvane", text)]).material.passages
    return [clip.text for passage in pieces if passage.field == "text" for clip in clips(passage)]


def test_a_fact_may_lose_its_last_phrases() -> None:
    text = "Captain Tomas Orrin was freed by a judge in Corvane after a week in the county jail."
    assert "Captain Tomas Orrin was freed by a judge in Corvane" in {c.rstrip(".") for c in clipped(text)}


@pytest.mark.parametrize(
    "text",
    [
        "The harbor office ordered the Marlow crew in Corvane to leave the ship.",
        "The council gave its final approval to harbors in Corvane, Lund and Talbot.",
        "Mayor Orrin said yearly harbor drills with Talbot send a hostile signal.",
        "Captain Tomas Orrin faces harbor charges in connection with the crash.",
    ],
)
def test_no_clip_breaks_what_a_fact_says(text: str) -> None:
    broken = ("crew", "crew in Corvane", "harbors in Corvane", "drills", "connection")
    assert not [c for c in clipped(text) if c.rstrip(".").endswith(broken)]


def test_two_agreed_facts_are_not_one_fact_twice() -> None:
    sentence = "Mayor Tomas Orrin opened the harbor bridge in Corvane on Monday"
    longer = f"{sentence} after two years of repairs"
    pieces = [
        article(outlet, "Corvane marks a day at the harbor", f"{sentence}. {longer}.", minutes=n)
        for n, outlet in enumerate(("harborlight.example", "midland.example", "ridgeherald.example"))
    ]
    assert len(agreed(desk(pieces))) == 1


@pytest.mark.parametrize(
    "memo",
    [
        "Corvane did not answer a memo by the engineer Petra Lund about rusting bolts.",
        "The engineer Petra Lund's memo about bolts came as Corvane counted its rusting bridges.",
    ],
)
def test_a_bare_no_or_a_coincidence_is_nothing_that_one_side_alone_tells(memo: str) -> None:
    outlets = ("harborlight.example", "commonpost.example")
    pieces = [
        article(a.outlet, a.title, f"{a.text} {memo}", minutes=i) if a.outlet in outlets else a
        for i, a in enumerate(bridge())
    ]
    assert only(desk(pieces), Side.LEFT) == ()
