"""What all sides report: a line that tells more than the headline, by outlets that report all of it."""

from __future__ import annotations

import pytest

from newsletter.domain.article import Article
from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement, WritingLimits
from newsletter.writing.agreed import agreed
from newsletter.writing.choose import Desk
from newsletter.writing.credits import Coverage, other_doer
from newsletter.writing.one_side import only
from newsletter.writing.passages import Passage
from newsletter.writing.writer import desk_for
from tests.support.writing_stories import article, registry, story

HEADLINE = "Harbor chief Nils Arden resigns in Corvane"


def desk(articles: list[Article], *said: str) -> Desk:
    """A desk on which the headline and more was said."""
    found = desk_for(story(articles), registry(), WritingLimits())
    found.said.extend((HEADLINE, *said))
    return found


def told(*sentences: str) -> list[Article]:
    """One piece of each side, with those sentences."""
    outlets = ("harborlight.example", "midland.example", "ridgeherald.example", "commonpost.example")
    return [
        article(outlet, f"Nils Arden resigns from Corvane harbor, note {i}", text, minutes=i)
        for i, (outlet, text) in enumerate(zip(outlets, sentences, strict=False))
    ]


def passage(of: Desk, begins: str) -> Passage:
    return next(p for p in of.material.passages if p.text.startswith(begins))


CAUSE = "Nils Arden resigned as harbor chief after 12 lifeboats were found rotten."
OTHERS = (
    "Harbor chief Nils Arden has resigned after 12 lifeboats were found rotten, he said on Monday.",
    "After 12 lifeboats of Corvane were found rotten, harbor chief Nils Arden resigned.",
)
MORE = "The town of Corvane pays the chief two years of wages."
AGAIN = "Nils Arden has quit as the harbor chief of Corvane."


def texts(found: tuple[Statement, ...]) -> list[str]:
    return [one.text for one in found]


def test_a_fact_that_adds_to_the_headline_comes_before_its_rewording() -> None:
    pieces = [*told(f"{AGAIN} {CAUSE}", f"{OTHERS[0]} {AGAIN}", f"{OTHERS[1]} {AGAIN}")]
    found = agreed(desk(pieces))
    assert "lifeboats" in found[0].text
    assert not any("lifeboats" not in text for text in texts(found))


def test_the_headline_in_other_words_of_the_same_meaning_is_no_fact() -> None:
    pieces = [
        article(a.outlet, "Corvane harbor news", a.text, minutes=i)
        for i, a in enumerate(told(AGAIN, AGAIN, AGAIN))
    ]
    assert agreed(desk(pieces)) == ()


def test_what_a_short_line_told_already_comes_after_all_other_facts() -> None:
    """That all sides report it is still worth its line where there is nothing else."""
    pieces = told(CAUSE, *OTHERS)
    assert texts(agreed(desk(pieces))) == texts(agreed(desk(pieces, CAUSE)))
    more = [f"{CAUSE} {MORE}", *(f"{text} {MORE}" for text in OTHERS)]
    assert texts(agreed(desk(told(*more), CAUSE))) == [MORE]


@pytest.mark.parametrize(
    ("text", "credited"),
    [
        ("Harbor chief Nils Arden resigned, and 12 lifeboats were rotten.", True),
        ("Harbor chief Nils Arden resigned on Monday over the lifeboats of Corvane.", False),
        ("Harbor chief Nils Arden resigned after 9 lifeboats were found rotten.", False),
        (
            "Nils Arden denied that harbor inspectors found 12 rotten lifeboats before he resigned as chief.",
            False,
        ),
    ],
)
def test_an_outlet_is_named_only_with_what_it_reports(text: str, credited: bool) -> None:
    of = desk(told(CAUSE, *OTHERS, text))
    found = Coverage(of.material).reporting(passage(of, "Nils Arden resigned as"), HEADLINE)
    assert ("commonpost.example" in {s.outlet for s in found}) is credited


def test_left_and_right_are_enough_where_the_center_tells_other_things() -> None:
    outlets = ("harborlight.example", "ridgeherald.example", "midland.example")
    of_sides = [f"{CAUSE} {MORE}", f"{OTHERS[0]} {MORE}"]
    center = "The ferry to Veldt leaves Corvane at noon from today."
    pieces = [
        article(outlet, f"Nils Arden resigns from Corvane harbor, note {i}", text, minutes=i)
        for i, (outlet, text) in enumerate(zip(outlets, [*of_sides, center], strict=True))
    ]
    (found,) = agreed(desk(pieces))
    assert set(found.outlets) == set(outlets[:2]), "two outlets do for one line, not for a second"
    assert not agreed(desk([pieces[0], pieces[2]])), "one side alone agrees with nobody"


def test_what_is_disputed_is_not_agreed() -> None:
    of = desk(told(CAUSE, *OTHERS))
    assert agreed(of, [p.key for p in of.material.passages]) == ()


@pytest.mark.parametrize(
    ("fact", "text", "reported"),
    [
        # what another part of a text denies, doubts or expects takes nothing back
        (
            "Admiral Ines Talbot visited the dry dock of Veldt.",
            "Adm. Talbot visited the dry dock of Veldt, after 90 days without a port call for her fleet.",
            True,
        ),
        (
            "The queen of Veldt opened the Alder tunnel with the mayor.",
            "The queen of Veldt, with the mayor, opened the Alder tunnel. It could reportedly save an hour.",
            True,
        ),
        (
            "Judge Brandt threw out the claim that Veldt failed to warn fishermen.",
            "Judge Brandt dismissed a suit accusing Veldt of failing to warn fishermen; it had failed to prove harm.",
            True,
        ),
        # what the text itself denies, doubts or expects is not told
        (
            "The queen of Veldt opened the Alder tunnel with the mayor.",
            "The queen of Veldt may have opened the Alder tunnel with the mayor.",
            False,
        ),
        (
            "The queen of Veldt opened the Alder tunnel with the mayor.",
            "The palace denied that the queen of Veldt opened the Alder tunnel with the mayor.",
            False,
        ),
        (
            "Heavy rain and strong winds hit the island of Skarn.",
            "A storm is forecast to hit the island of Skarn, bringing heavy rain and strong winds.",
            False,
        ),
        (
            "Judge Brandt threw out the claim that Veldt failed to warn fishermen.",
            "Judge Brandt dismissed a suit accusing Veldt of failing to pay fishermen.",
            False,
        ),
        # another deed, another time
        (
            "The frigate Skarn has been escorting grain ships of Veldt.",
            "The frigate Skarn was painted while the grain ships of Veldt lay in port.",
            False,
        ),
        (
            "Veldt will annex the lighthouse of Skarn amid the herring war.",
            "Veldt will annex the lighthouse of Skarn after the herring war.",
            False,
        ),
        (
            "Sen. Odell Marsh (H-Skarn) backed the toll on the Alder tunnel.",
            "Senator Odell Marsh supported the toll on the Alder tunnel.",
            True,
        ),
    ],
)
def test_a_fact_is_looked_for_in_what_a_text_tells_firmly(fact: str, text: str, reported: bool) -> None:
    of = desk(
        [article("harborlight.example", fact, fact), article("ridgeherald.example", "Corvane notes", text)]
    )
    found = Coverage(of.material).reporting(passage(of, fact[:20]), "News of the day")
    assert bool(found) is reported


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (
            "Petra Lund announced the closure of the port.",
            "Nils Arden announced the closure of the port.",
            True,
        ),
        (
            "Petra Lund announced the closure of the port.",
            "Engineer Petra Lund announced the port's closure.",
            False,
        ),
        ("Guards shot Odell Marsh.", "Odell Marsh was shot at the port.", False),
    ],
)
def test_the_same_one_must_have_done_it(one: str, other: str, differ: bool) -> None:
    assert other_doer(one, other) is differ


MEMO = "An internal memo by the engineer Petra Lund warned harbor chief Arden of rusting bolts in Ostrava."


def half(*right: str) -> list[Article]:
    """Two outlets of the left that tell of a memo, and what outlets of the right tell."""
    left = [article(o, "Nils Arden resigns", f"{CAUSE} {MEMO}", minutes=i)
            for i, o in enumerate(("harborlight.example", "commonpost.example"))]  # fmt: skip
    return left + [
        article(o, "Harbor chief resigns", text, minutes=10 + i)
        for i, (o, text) in enumerate(zip(("ridgeherald.example", "oldoak.example"), right, strict=False))
    ]


def test_one_side_alone_tells_what_the_other_could_have_told() -> None:
    assert texts(only(desk(half(*OTHERS)), Side.LEFT)) == [MEMO]


def test_nothing_is_one_sides_only_where_the_other_side_has_one_outlet_or_titles_alone() -> None:
    assert only(desk(half(OTHERS[0])), Side.LEFT) == ()
    assert only(desk(half(OTHERS[0], "")), Side.LEFT) == ()


def test_what_the_other_side_words_otherwise_is_not_one_sides_only() -> None:
    reworded = (
        "Arden was warned of rusted bolts in Ostrava by an engineering memorandum, internally, Lund said."
    )
    assert only(desk(half(OTHERS[0], reworded)), Side.LEFT) == ()


def test_a_surname_that_nobody_introduced_does_not_stand_alone() -> None:
    pieces = [article(a.outlet, a.title, a.text.replace("An internal memo by the engineer Petra Lund", "Lund"),
                      minutes=i) for i, a in enumerate(half(*OTHERS))]  # fmt: skip
    assert only(desk(pieces), Side.LEFT) == ()
    assert only(desk(pieces, "Petra Lund is the engineer."), Side.LEFT)
