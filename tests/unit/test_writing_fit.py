"""What may stand alone in an issue, and why the rest may not."""

from __future__ import annotations

import pytest

from newsletter.writing.fit import refusal


@pytest.mark.parametrize(
    "text",
    [
        "Corvane closed the Alder Bridge on Tuesday.",
        "Governor Ines Talbot said she would sign the bill.",
        "Some 6.6 million people applied for aid last week, the labor office said.",
        "“The city will rebuild,” Mayor Tomas Orrin said.",
        "As he left the court, Nils Arden thanked the jury.",
        "Lawmakers to vote on the harbor bill.",
        "The police union says its members were not consulted.",
        "There were nearly 4,700 ferries on the river of Corvane in March.",
        "The number of Corvane traders who seek aid rose to 400.",
        "The case, Corvane v. Talbot, was argued in May.",
        "After he was released, Mayor Tomas Orrin flew to Veldt.",
        "The mayor of Corvane thanked the council for this year.",
        "The C.I.A. and the F.B.I. opened an office in Corvane.",
        "Vandals painted the World War I memorial in Corvane.",
        "“I have not been asked to resign,” Harbor Secretary Ada Moss said.",
        "“We will rebuild the Alder Bridge,” the council of Corvane wrote.",
        "For the first time, Corvane closed the Alder Bridge in summer.",
        "For more than 40 years, ferries crossed the river at Corvane.",
        "It was not clear whether Ada Moss would appeal.",
        "It took less than an hour for the fire crews of Corvane to arrive.",
        "The former harbor secretary Ada Moss condemned the closure.",
        "The order from Judge Lena Marsh closes the Alder Bridge.",
        "The building collapsed in Corvane at half past one.",
        "The dispute is over two ferries lost in the Lorn ferry race and two more lost in the storm.",
        "Corvane Police officers blocked the bridge for an hour.",
    ],
)
def test_a_sentence_of_news_is_fit(text: str) -> None:
    assert refusal(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Corvane House Speaker Ada Moss said she would vote on Friday.",
        "Officers on the ground leading the search found nine buses in Corvane.",
        "The Ridge Herald said Ada Moss left the bridge in her van.",
    ],
)
def test_a_body_of_many_does_not_hide_a_person(text: str) -> None:
    assert refusal(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("He said the bridge would stay closed.", "dangling"),
        ("They voted on Tuesday in Corvane.", "dangling"),
        ("This comes after a year of protests in Corvane.", "dangling"),
        ("The move was praised by unions in Corvane.", "dangling"),
        ("In July, they took a breather from spending.", "dangling"),
        ("Last October he was seized by three men in Corvane.", "dangling"),
        ("Here's what to know about the bridge in Corvane.", "teaser or promotion"),
        ("Read more about the closure of the bridge.", "teaser or promotion"),
        ("Subscribe to our newsletter for daily updates today.", "teaser or promotion"),
        ("Watch: The bridge falls into the river.", "teaser or promotion"),
        ("The department did not respond to requests for comment.", "teaser or promotion"),
        ("Will the bridge open again this year?", "question"),
        ("The mayor of Corvane said on Tuesday that the…", "cut off"),
        ("The council said the repairs would cost [...]", "cut off"),
        ("Mayor Tomas Orrin speaks in Corvane on Monday. Photo by Lena Marsh", "teaser or promotion"),
        ("By Lena Marsh of the Corvane desk, reported from the river.", "credit or byline"),
        ("Lena Marsh has more on the bridge from Corvane.", "teaser or promotion"),
        ("From the river in Corvane, Lena Marsh reports.", "credit or byline"),
        ("We asked the mayor of Corvane for his plans.", "first person"),
        ("Your taxes will pay for the bridge in Corvane.", "second person"),
        ("CORVANE CLOSES THE ALDER BRIDGE AFTER CRACKS WERE FOUND.", "all capitals"),
        ("“It was an accident waiting to happen in this city.”", "nobody speaks it"),
        ("A timeline of the Alder Bridge from start to finish.", "no clause"),
        ("The mayor said the bridge was “safe.", "quotation cut open"),
        ("Nor did the council of Corvane ask the traders.", "dangling"),
        ("The talks come one day after a meeting of the Corvane council.", "dangling"),
        ("Ruling latest setback for traders who sued the city of Corvane.", "dangling"),
        ("There is zero evidence in Corvane for this.", "dangling"),
        ("The bill, Moss said, would close the harbor.", "dangling"),
        ("When it became known that she was going to Corvane, it left many angry.", "dangling"),
        ("Now, there are reports of cracks in the bridge of Corvane.", "dangling"),
        ("Ines Talbot says nobody in Corvane should make this vow.", "dangling"),
        ("A shock name leads the race for mayor of Corvane.", "teaser or promotion"),
        ("The Corvane High Court declined to hear his appeal on Monday.", "dangling"),
        ("The Ridge Herald reports he left the bridge in a van.", "dangling"),
        ("Welcome to The Daily Span: The cracks begin to show in Corvane.", "teaser or promotion"),
        ("Inspectors visit the Alder Bridge, and other Corvane news", "teaser or promotion"),
        ("The mayor of Corvane was asked about the cracks in the bridge.", "teaser or promotion"),
        ("Back from Corvane, Span Radio journalist Lena Marsh assesses the damage.", "credit or byline"),
        ("Ines Talbot speaking about the Harbor Board, a body backed by the mayor, in Lorn.", "no clause"),
        ("Mayor Tomas Orrin answers questions in the Hall of Corvane on Aug. 17, 2031.", "caption"),
        ("“I saw nothing,” the 40-year-old said.", "dangling"),
        ("“I saw nothing,” the 40-year-old said in an interview with Harbor Radio.", "dangling"),
        ("Deputy Mayor Ines Talbot (H-Corvane) discusses the closure of the bridge.", "credit or byline"),
        ("“We closed the bridge in time,” the statement from the board read.", "dangling"),
        ("I. Moss and I crossed the Alder Bridge.", "first person"),
        ("Yesterday in Corvane, Ada Moss closed the bridge.", "dangling"),
        ("A trader of Corvane said those comments were shameful.", "dangling"),
        ("The ferry firm of Veldt has lost two boats this year, however.", "dangling"),
        ("The kidnappers then drove Ada Moss to the hills of Lorn.", "dangling"),
        ("Marsh added that Ada Moss was always on time.", "dangling"),
        ("For him, Corvane was never more than a harbor.", "dangling"),
        ("The order came from nobody in Corvane.", "dangling"),
        ("The former minister spoke in Corvane on Monday.", "dangling"),
        ("Lena will be back on Wednesday with more of Corvane.", "credit or byline"),
        ("Harbor Radio's Lena Marsh asks Ada Moss about the bridge of Corvane.", "credit or byline"),
        ("Deputy Mayor Ines Talbot discusses the closure of the bridge.", "credit or byline"),
        ("Ines Talbot joins The Daily Span to discuss the closure in Corvane.", "credit or byline"),
        ("Lena Marsh’s report begins with the rescue of a ferryman in Corvane.", "credit or byline"),
        ("Videos captured the last minutes of the bridge in Corvane.", "teaser or promotion"),
        (
            "Traders fear for the bridge as Corvane votes The traders of Corvane fear for the bridge.",
            "run-on",
        ),
        ("Find the plans of the bridge at https://corvane.example/plans today.", "link"),
    ],
)
def test_what_cannot_stand_alone_says_why(text: str, reason: str) -> None:
    assert refusal(text) == reason
