"""Questions: grammatical, answered by the sentence they come from, none where it answers none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import WritingLimits
from newsletter.writing.asking import LONGEST, Context
from newsletter.writing.choose import Desk
from newsletter.writing.faq import ENOUGH, MOST, faq
from newsletter.writing.headline import headline
from newsletter.writing.longform import Points, further_points
from newsletter.writing.points import first_point
from newsletter.writing.questions import questions
from newsletter.writing.sharing import questions_and_points
from newsletter.writing.upcoming import ahead
from newsletter.writing.writer import desk_for
from tests.support.writing_stories import article, bridge, registry, story

ABOUT = Context(
    common=frozenset({"police", "drivers", "mayor"}),
    known=frozenset({"Ines Talbot", "Tomas Orrin"}),
    central=frozenset({"Alder", "Bridge"}),
    proper=frozenset({"corvane", "talbot", "orrin"}),
    topics=frozenset({"inspector", "bridg", "cabl", "rust"}),
    headline=frozenset({"bridg", "corvan"}),
    shared=frozenset({"Orrin"}),
)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Governor Ines Talbot, a former harbor pilot, signed the bill.", "Who is Ines Talbot?"),
        ("Ines Talbot is the first woman to lead the harbor.", "Who is Ines Talbot?"),
        ("The bill funds the Marlow Fund, a state program that repairs ferries.", "What is the Marlow Fund?"),
        ("Corvane closed the bridge because of rust in two cables.", "Why did Corvane close the bridge?"),
        (
            "Corvane closed the bridge on Tuesday in response to a report.",
            "Why did Corvane close the bridge?",
        ),
        ("At least 12 people were killed when the ferry sank.", "How many people were killed?"),
        (
            "About 40,000 drivers cross the Alder Bridge each day.",
            "How many drivers cross the Alder Bridge each day?",
        ),
        ("The Alder Bridge has been closed for three weeks.", "How long has the Alder Bridge been closed?"),
        ("Corvane will pay $12 million for repairs.", "How much will Corvane pay for repairs?"),
        ("Tomas Orrin won by about 4,000 votes.", "By how many votes did Tomas Orrin win?"),
        ("The council voted 7-2 to close it.", "How did the council vote?"),
        ("Tomas Orrin rejected the report.", "How did Tomas Orrin respond to the report?"),
        (
            "Prosecutors say the inspector ignored a report about rust.",
            "What do prosecutors say about the inspector?",
        ),
        ("Tomas Orrin is charged with hiding a report.", "What is Tomas Orrin charged with?"),
        ("The Harbor Act would require yearly checks.", "What would the Harbor Act do?"),
        ("The Alder Bridge opened in May 1931.", "When did the Alder Bridge open?"),
        ("Police have not identified the driver.", "What is not known yet?"),
        ("Corvane plans to close the bridge for repairs.", "What does Corvane plan to do?"),
        ("The mayor urged drivers to use the ferry.", "What did the mayor urge drivers to do?"),
        ("Tomas Orrin said he would sell the ferry.", "What did Tomas Orrin say he would do?"),
        (
            "The harbor ministry said it inspected 40 cables.",
            "How many cables did the harbor ministry say it inspected?",
        ),
        ("The company described the rust as harmless.", "How did the company describe the rust?"),
        (
            "Ines Talbot confirmed the closure, saying two cables had rusted.",
            "What did Ines Talbot say about the closure?",
        ),
        (
            "“The bridge was never safe,” Ines Talbot said in a statement.",
            "What did Ines Talbot say about the bridge?",
        ),
        ("The mayor accused Tomas Orrin of hiding a report.", "What did the mayor accuse Tomas Orrin of?"),
        ("Police are charging Corvane man Tomas Orrin with fraud.", "What is Tomas Orrin charged with?"),
        ("Tomas Orrin has pleaded not guilty.", "How has Tomas Orrin pleaded?"),
        ("A jury has found Tomas Orrin guilty of fraud.", "What has a jury found Tomas Orrin guilty of?"),
        ("Corvane has paid the builder $5 million for repairs.", "How much has Corvane paid the builder?"),
        (
            "Governor Ines Talbot met drivers to discuss the ferry.",
            "Why did Governor Ines Talbot meet drivers?",
        ),
        ("Ines Talbot sued the builder for hiding a report.", "Why did Ines Talbot sue the builder?"),
        ("Corvane has checked 12 bridges since the closure.", "How many bridges has Corvane checked?"),
        ("The ferry has been in use since last June.", "Since when has the ferry been in use?"),
        ("The Alder Bridge is set to reopen on Sept. 30.", "When is the Alder Bridge set to reopen?"),
        ("Tomas Orrin, who was arrested in Corvane, asked for bail.", "Where was Tomas Orrin arrested?"),
        ("Ines Talbot said the Alder Bridge opened in May 1931.", "When did the Alder Bridge open?"),
        ("Officials raised concerns about the cables.", "What did officials raise concerns about?"),
        ("The storm was the worst to hit Corvane in decades.", "How did the storm compare with others?"),
        ("High water and strong winds are hampering the repairs.", "What is hampering the repairs?"),
        (
            "Mara Quill and Ines Talbot are among the names floated to replace Tomas Orrin.",
            "Who could replace Tomas Orrin?",
        ),
        ("The builder declined to comment on the report.", "Has the builder commented?"),
        ("No arrests have been made.", "Has anyone been arrested?"),
        ("A 19-year-old man was arrested near the bridge.", "Has anyone been arrested?"),
        ("No injuries were reported.", "Was anyone hurt?"),
        ("Two drivers are in critical condition.", "What condition are the injured in?"),
        ("The flood destroyed homes and roads in Corvane.", "What damage was done?"),
        ("Several ferries from Corvane were canceled.", "What has been closed or canceled?"),
        ("Young children are at greater risk of severe illness.", "Who is most at risk?"),
        ("The storm left 88,000 customers without power.", "How many customers were left without power?"),
        ("Last month, Corvane closed a lane of the bridge.", "What came before?"),
        ("Corvane had patched the bridge in 2019.", "What came before?"),
        (
            "If elected in November, Ines Talbot would be the first engineer in office.",
            "What if Ines Talbot is elected in November?",
        ),
        ("If the cables break, the city will close the bridge.", "What happens if the cables break?"),
        (
            "Tomas Orrin drew water from the well by digging a trench.",
            "How did Tomas Orrin draw water from the well?",
        ),
        (
            "The attempted repair came two weeks after 200 drivers blocked the bridge.",
            "What came before the attempted repair?",
        ),
        ("Experts fear a closure of the bridge could raise the price of bread.", "What do experts fear?"),
        (
            "Ines Talbot’s lawyer said the charge had nothing to do with rust.",
            "What did Ines Talbot’s lawyer say?",
        ),
        (
            "Nobody had looked at the bridge for ten years, according to court documents.",
            "What do court documents say?",
        ),
        ("The ministry is part of an exercise known as “Harbor Shield.”", "What is Harbor Shield?"),
        ("Orla, a village in northern Corvane, lost its school.", "Where is Orla?"),
        (
            "The repair of the bridge will take at least a year.",
            "How long will the repair of the bridge take?",
        ),
        ("The ferry line is owned by Tomas Orrin.", "Who is the ferry line owned by?"),
        (
            "Police were called to the bridge at about 5 p.m. on Monday.",
            "When were police called to the bridge?",
        ),
        (
            "The new governor, Ines Talbot, has declared a state of emergency.",
            "What has Ines Talbot declared?",
        ),
        (
            "The mayor accused Harbor Minister Tomas F. Orrin Jr. of hiding a report.",
            "What did the mayor accuse Tomas F. Orrin Jr. of?",
        ),
    ],
)
def test_a_sentence_answers_its_question(sentence: str, question: str) -> None:
    assert question in [asked.text for asked in questions(sentence, ABOUT)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The man accused of hiding a report drove home.",
        "After the vote, nobody spoke.",
        "She will leave in May.",
        "Corvane, the city by the sea, sleeps.",
        "Rust.",
        "Police responded to reports of a fire.",
        "Governor Orrin said a good deal was missing.",
        "Tomas Orrin added two ferries to the route.",
        "The board declined to throw it out.",
        "Tomas Orrin went on to praise the crew.",
        "Tomas Orrin rejected Ines Talbot.",
        "A stranger was later found dead.",
        "Rust and wind are said to help.",
        "Corvane has yet to respond, the news agency added.",
        "Bridge was closed because of rust.",
        "Corvane denies politics played a role.",
        "Prices of bread cooled a bit last month.",
    ],
)
def test_what_answers_nothing_asks_nothing(sentence: str) -> None:
    assert list(questions(sentence, ABOUT)) == []


@pytest.mark.parametrize(
    ("sentence", "crooked"),
    [
        ("The ferry is due to start next to the bridge.", "Why"),
        ("Ines Talbot was the only member to vote, saying the bridge was safe.", "What was"),
        ("The flood could destroy homes and roads.", "What damage"),
        (
            "Ines Talbot said in Alder Bridge that drivers should wait.",
            "What did Ines Talbot say about Alder",
        ),
        ("Corvane’s former Mayor Tomas Orrin was arrested in Talbot.", "Where was Mayor"),
        ("Ferries, trains and buses ran, and lanes were shut due to rust.", "Why did"),
        ("Corvane also took over eight other ferries.", "How many"),
        (
            "Tomas Orrin welcomed relief for 700,000 drivers.",
            "How did Tomas Orrin respond to relief for 700?",
        ),
        ("Alder Bridge was painted in nine days in May 2023.", "Where was"),
    ],
)
def test_a_question_is_not_crooked(sentence: str, crooked: str) -> None:
    assert not [asked.text for asked in questions(sentence, ABOUT) if asked.text.startswith(crooked)]


@pytest.mark.parametrize(
    ("text", "to_come"),
    [
        ("The bridge is scheduled to reopen on Sept. 30.", True),
        ("The trial will begin on 8 September.", True),
        ("The council will vote next week.", True),
        ("The council will vote on Monday.", True),
        ("The trial will begin on 8 August.", False),
        ("The trial was scheduled to begin on Sept. 30.", False),
        ("The council will vote on Friday.", False),
        ("The bridge closed on Sept. 30.", False),
        ("The council passed a plan on Wednesday that is expected to help.", False),
        ("On Sept. 30, the council will vote.", True),
        ("The trial had previously been scheduled to begin on Sept. 30.", False),
    ],
)
def test_what_comes_next_lies_ahead_of_the_issue(text: str, to_come: bool) -> None:
    assert ahead(text, date(2026, 8, 14), date(2026, 8, 14)) is to_come


WORDS = st.sampled_from(
    [
        *(
            "Corvane",
            "Talbot",
            "Ines",
            "the",
            "a",
            "bridge",
            "closed",
            "will",
            "has",
            "been",
            "of",
            "in",
            "for",
            "because",
        ),
        *(
            "after",
            "said",
            "$12",
            "million",
            "40",
            "people",
            "killed",
            "who",
            "is",
            ",",
            ".",
            "“no”",
            "May",
            "8",
            "not",
        ),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=25).map(" ".join))
def test_any_question_is_short_and_ends_as_one(text: str) -> None:
    for asked in questions(text, ABOUT):
        assert asked.text.endswith("?")
        assert len(asked.text.split()) <= LONGEST
        assert asked.text[0].isupper()


def desk() -> Desk:
    extra = [
        ("statewire.example", "Governor Ines Talbot, a former harbor pilot, visited the Alder Bridge in Corvane."),
        ("commonpost.example", "Engineers said rust in the Alder Bridge had spread for years before the closure."),
        ("midland.example", "The Alder Bridge is scheduled to reopen on Sept. 30, builders told the council."),
        ("oldoak.example", "The inspectors have not said who ignored the warnings about the Alder Bridge."),
    ]  # fmt: skip
    pieces = [article(o, "Corvane closes Alder Bridge", t, minutes=20 + i) for i, (o, t) in enumerate(extra)]
    return desk_for(story([*bridge(), *pieces]), registry(), WritingLimits())


def test_nobody_was_arrested_only_where_no_outlet_knows_better() -> None:
    told = [
        ("statewire.example", "No arrests have been made after rust closed the Alder Bridge."),
        ("commonpost.example", "The closure of the Alder Bridge in Corvane sent thousands onto the ferry."),
    ]
    known = (
        "midland.example",
        "A man was taken into custody over the report on the Alder Bridge on Tuesday.",
    )

    def asked(extra: list[tuple[str, str]]) -> list[str]:
        pieces = [
            article(o, "Corvane closes Alder Bridge", t, minutes=20 + i) for i, (o, t) in enumerate(extra)
        ]
        return [
            q.answer[0].text for q in faq(desk_for(story([*bridge(), *pieces]), registry(), WritingLimits()))
        ]

    assert any(text.startswith("No arrests") for text in asked(told))
    assert not any(text.startswith("No arrests") for text in asked([*told, known]))


def test_an_answer_holds_news_beside_its_question() -> None:
    repeat = "Corvane plans to close the Alder Bridge on Tuesday, Corvane said."
    news = "Corvane plans to close the Alder Bridge for lorries, buses and tractors until winter."
    for text, kept in ((repeat, False), (news, True)):
        piece = article("statewire.example", "Corvane closes Alder Bridge", text, minutes=30)
        asked = faq(desk_for(story([*bridge(), piece]), registry(), WritingLimits()))
        assert any(q.question == "What does Corvane plan to do?" for q in asked) is kept


def test_questions_leave_each_side_its_second_point() -> None:
    title = "Corvane closes Alder Bridge"
    told = {
        "harborlight.example": "Corvane closed the Alder Bridge on Tuesday after an inspection.",
        "commonpost.example": "About 40,000 drivers cross the Alder Bridge in Corvane each day.",
        "midland.example": "The Alder Bridge was closed by Corvane on Tuesday, the city said.",
        "oldoak.example": "Drivers in Corvane were sent to the ferry when the Alder Bridge closed.",
    }
    pieces = [article(outlet, title, text) for outlet, text in told.items()]
    desk = desk_for(story(pieces), registry(), WritingLimits())
    headline(desk)
    first = next(p for p in desk.material.passages if p.text.startswith("Corvane closed"))
    points: Points = {Side.LEFT: (desk.say(first),), Side.CENTER: (), Side.RIGHT: ()}
    assert len(faq(desk.trial())) == 1
    asked, page = questions_and_points(desk, points)
    assert not asked
    assert len(page[Side.LEFT]) == 2


def test_where_three_questions_cannot_be_had_one_is_asked_and_points_come_first() -> None:
    table = desk_for(story(bridge()), registry(), WritingLimits())
    headline(table)
    firsts = {side: first_point(table, side) for side in SIDES}
    alone = further_points(table.trial(), firsts, 5)
    free = faq(table.trial())
    assert 0 < len(free) < ENOUGH
    asked, page = questions_and_points(table, firsts)
    assert asked
    assert sum(map(len, page.values())) >= sum(map(len, alone.values())) - len(asked)
    shown = [said.text for own in page.values() for said in own]
    assert not {q.answer[0].text for q in asked} & set(shown)


def test_no_two_questions_or_answers_are_alike() -> None:
    asked = faq(desk())
    assert 2 <= len(asked) <= MOST
    assert len({q.question for q in asked}) == len(asked)
    assert len({q.answer[0].text for q in asked}) == len(asked)
