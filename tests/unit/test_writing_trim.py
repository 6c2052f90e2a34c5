"""Cuts fall at clause borders and never drop what qualifies a claim."""

from __future__ import annotations

import pytest

from newsletter.writing.evidence import joined, statement_text
from newsletter.writing.sentences import Span
from newsletter.writing.trim import opened, shortenings


def whole(text: str) -> Span:
    return Span(0, len(text))


def cuts(text: str) -> list[str]:
    return [joined(text, spans) for spans in shortenings(text, opened(text, whole(text)))]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("CORVANE (AP) — The bridge closed.", "The bridge closed."),
        ("CORVANE, Veldt — The bridge closed.", "The bridge closed."),
        ("Corvane, Veldt (Reuters) - The bridge closed.", "The bridge closed."),
        ("But the bridge closed.", "the bridge closed."),
        ("Meanwhile, the bridge closed.", "the bridge closed."),
        ("Why it matters: The bridge closed.", "The bridge closed."),
        ("What he's saying: The bridge closed.", "The bridge closed."),
        ("SEE THE BRIDGE OF CORVANE IN PICTURES The bridge closed.", "The bridge closed."),
        ("The bridge closed .", "The bridge closed"),
    ],
)
def test_what_only_leads_in_is_dropped(text: str, rest: str) -> None:
    span = opened(text, whole(text))
    assert text[span.start : span.end] == rest


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (
            "Corvane closed the Alder Bridge on Tuesday, a decision that angered shop owners.",
            "Corvane closed the Alder Bridge on Tuesday",
        ),
        (
            "Corvane closed the Alder Bridge on Tuesday, leaving drivers on both banks.",
            "Corvane closed the Alder Bridge on Tuesday",
        ),
        (
            "Ines Talbot, who took office in May, signed the harbor bill on Tuesday.",
            "Ines Talbot signed the harbor bill on Tuesday.",
        ),
        (
            "The harbor bill (known as Bill 9) passed the senate of Veldt on Tuesday.",
            "The harbor bill passed the senate of Veldt on Tuesday.",
        ),
        (
            "After months of talks, the senate of Veldt passed the harbor bill.",
            "the senate of Veldt passed the harbor bill.",
        ),
        (
            "Two men were held in Corvane, as crowds gathered, according to the court.",
            "Two men were held in Corvane according to the court",
        ),
        (
            "Bread prices in Veldt fell in May at the fastest pace in years, raising hopes for the winter, the trade "
            "office reported Friday.",
            "Bread prices in Veldt fell in May at the fastest pace in years, the trade office reported Friday",
        ),
        (
            "Corvane reported 900 new cases of flu on Sunday, breaking a record in a town that has no hospital.",
            "Corvane reported 900 new cases of flu on Sunday",
        ),
        (
            "Ines Talbot left the hall of Corvane on Tuesday, as traders who had not been asked shouted at her.",
            "Ines Talbot left the hall of Corvane on Tuesday",
        ),
    ],
)
def test_a_clause_that_only_adds_may_fall(text: str, short: str) -> None:
    assert short in cuts(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Nils Arden set the fire at the depot, police said.", "police said"),
        ("Nils Arden, who allegedly set the fire, left Corvane on Tuesday.", "allegedly"),
        ("The depot burned down on Tuesday, according to the fire chief.", "according to"),
        ("The bridge will stay open, unless inspectors find new cracks in it.", "unless"),
        ("Nils Arden took the money, prosecutors allege.", "allege"),
        ("The city did not close the bridge because of the cracks.", "because of the cracks"),
        ("Nils Arden hit a guard in Corvane, running from the court, prosecutors said.", "prosecutors said"),
        ("Arden was charged in Corvane on Tuesday, as his lawyer denied that he took the money.", "denied"),
        (
            "Talbot will not close the port of Veldt, reserving the right to do so if the strike goes on.",
            "if",
        ),
        ("Talbot won in Veldt by nine votes, setting off cheers, but a recount may undo it.", "but"),
    ],
)
def test_no_cut_drops_a_hedge(text: str, kept: str) -> None:
    assert all(kept in cut for cut in cuts(text))


def test_no_cut_opens_a_quotation() -> None:
    text = "The mayor called it “a day of loss, as many said, and of anger” before the council of Corvane."
    assert all(cut.count("“") == cut.count("”") for cut in cuts(text))


def test_a_statement_has_an_initial_capital_and_one_final_stop() -> None:
    assert statement_text("but the bridge closed, he said", [Span(4, 21)]) == "The bridge closed."
    assert statement_text("It is over!", [Span(0, 11)]) == "It is over!"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (
            "Ines Talbot, the governor of Veldt, said Tuesday that the harbor would close in May.",
            "Ines Talbot said that the harbor would close in May.",
        ),
        ("The council on Monday evening approved the plan.", "The council approved the plan."),
        (
            "In an interview with Veldt Radio, Mayor Orrin called the plan dead.",
            "Mayor Orrin called the plan dead.",
        ),
        ("Nils Arden, 46, left (by boat) for Corvane.", "Nils Arden left for Corvane."),
    ],
)
def test_what_only_adds_may_fall_from_the_middle_and_the_front(text: str, short: str) -> None:
    assert short in cuts(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The council is expected to vote on Monday on the plan.", "on Monday"),
        ("In Veldt, the price of bread doubled last year.", "In Veldt"),
        ("The rate, again without food and fuel, is the highest in years.", "without food"),
        ("Orrin said the plan was “late (and bad) for us all” and left.", "(and bad)"),
        ("Prices fell — a first in years — the bureau reported.", "a first in years"),
        ("Citing the thaw that Ines Talbot saw, the mayor said she would wait.", "Ines Talbot"),
        ("Orrin, Talbot, the judges, Arden and the clerks left the hall of Corvane.", "the judges"),
    ],
)
def test_what_the_rest_needs_stays(text: str, kept: str) -> None:
    assert all(kept in cut for cut in cuts(text))


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (
            "Hong's defeat in Corvane was not just a blow to the left — it ended the hopes of the harbor union.",
            "a blow to the left",
        ),
        (
            "Moderates in Corvane were as wary of the harbor plan as traders were glad of it.",
            "wary of the harbor plan",
        ),
        (
            "The board voted to add the mayor's name to the hall months after a court barred it, according to reports.",
            "hall months according to reports",
        ),
        (
            "The board voted to put the name back on the Lorn, V.D., building months before a court meets on it.",
            "V.D",
        ),
        (
            "Ada Moss has called the death of Nils Arden, who was found at home on Friday, a “loss to the city”.",
            "the death of Nils Arden",
        ),
        (
            "Ada Moss defended the guard for dropping the case in a decision that angered the mayor of Corvane.",
            "in a decision",
        ),
        (
            "A judge in Veldt ruled that an order by Ines Talbot that lifted a ban on drilling was unlawful.",
            "order by Ines Talbot",
        ),
        (
            "The number of people forced out of work during the floods in Corvane continues to rise.",
            "out of work",
        ),
        (
            "Some 500 guests invited by the Moss family, including Ines Talbot, are expected in Corvane.",
            "the Moss family",
        ),
        (
            "The suit, which is the first that traders have filed over the closed bridge, including its ramps.",
            "the closed bridge",
        ),
        (
            "The closure of the Alder Bridge on Monday comes after a year in which ferries stood idle.",
            "on Monday comes",
        ),
    ],
)
def test_no_cut_leaves_a_half(text: str, broken: str) -> None:
    assert not any(cut.rstrip(".").endswith(broken) for cut in cuts(text)), cuts(text)
