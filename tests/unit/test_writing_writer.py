"""The words of a story, as a reader gets them."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.domain.article import Article, Kind
from newsletter.domain.leaning import Side
from newsletter.domain.story import Chosen, Voice
from newsletter.domain.words import StoryWords, WritingLimits
from newsletter.ports import Writer
from newsletter.writing.coverage import same_fact
from newsletter.writing.evidence import holds
from newsletter.writing.terms import term_set
from newsletter.writing.writer import ExtractiveWriter
from tests.support.writing_stories import article, bridge, chosen, registry, story


def write(
    articles: Sequence[Article] | None = None,
    *,
    silent: Sequence[str] = (),
    brief: bool = False,
    limits: WritingLimits | None = None,
) -> StoryWords | None:
    writer: Writer = ExtractiveWriter(limits) if limits else ExtractiveWriter()
    return writer.write(chosen(articles or bridge()), registry(silent=silent), brief=brief)


def written(
    articles: Sequence[Article] | None = None,
    *,
    silent: Sequence[str] = (),
    brief: bool = False,
    limits: WritingLimits | None = None,
) -> StoryWords:
    words = write(articles, silent=silent, brief=brief, limits=limits)
    assert words is not None
    return words


def articles_in(words: StoryWords) -> set[str]:
    return {e.article for s in words.statements() for e in s.evidence}


def test_the_headline_is_a_calm_title_that_says_what_happened() -> None:
    headline = written().headline
    assert "Corvane" in headline.text
    assert "bridge" in headline.text.lower()
    assert not headline.text.startswith(("Why", "Outrage"))
    assert headline.evidence[0].field == "title"


def test_the_overview_is_short_of_several_outlets_and_without_datelines() -> None:
    words = written()
    assert words.overview
    assert sum(len(s.text.split()) for s in words.overview) <= 45
    assert not any("(AP)" in s.text or "Read more" in s.text for s in words.statements())
    outlets = [s.outlets[0] for s in words.overview]
    assert len(set(outlets)) == len(outlets)


def test_each_side_speaks_with_its_own_outlets() -> None:
    words, outlets = written(), registry()
    for side in (Side.LEFT, Side.CENTER, Side.RIGHT):
        assert words.sides[side], side
        assert all(outlets.side_of(o) == side for s in words.sides[side] for o in s.outlets)
        assert len(words.sides[side][0].text.split()) <= 26


def test_nothing_is_said_twice() -> None:
    texts = [s.text.casefold() for s in written().statements()]
    assert len(set(texts)) == len(texts)


def test_a_side_with_one_outlet_still_has_its_point() -> None:
    kept = [a for a in bridge() if a.outlet not in {"ridgeherald.example", "statewire.example"}]
    words = written(kept)
    assert words.sides[Side.RIGHT]
    assert words.sides[Side.CENTER]


def test_a_brief_is_a_headline_and_one_sentence() -> None:
    words = written(brief=True)
    assert len(words.overview) == 1
    assert not words.sides
    assert words.dek is None


def test_an_outlet_that_forbids_quotes_gives_no_words() -> None:
    silent = ("midland.example", "commonpost.example")
    words = written(silent=silent)
    assert not {o for s in words.statements() for o in s.outlets} & set(silent)


def test_no_words_without_an_honest_headline() -> None:
    teases = [
        article("harborlight.example", "What happened at the bridge?", "Here is what to know."),
        article("oldoak.example", "You won't believe this bridge", "Click to see the photos."),
    ]
    assert write(teases) is None


def test_opinion_is_no_source_for_what_all_readers_are_told() -> None:
    column = article(
        "oldoak.example",
        "The Alder Bridge closed because Corvane forgot how to build",
        "Corvane closed the Alder Bridge on Tuesday because the city of Corvane forgot how to build a bridge.",
        kind=Kind.OPINION,
        minutes=9,
    )
    words = written([*bridge(), column])
    told = [words.headline, *words.overview, *([words.dek] if words.dek else []), *words.agreed]
    assert column.id not in {e.article for s in told for e in s.evidence}


def test_sponsored_items_are_never_quoted() -> None:
    advert = article(
        "midland.example",
        "Corvane closes Alder Bridge: best detours",
        "Corvane closed the Alder Bridge on Tuesday and Midland Motors sells the best cars for detours.",
        kind=Kind.SPONSORED,
        minutes=9,
    )
    assert advert.id not in articles_in(written([*bridge(), advert]))


def test_of_a_text_that_many_outlets_print_only_the_first_printing_speaks() -> None:
    text = "Veldt Rail will cut ten night trains from October, the company said on Monday."
    copies = [
        article(domain, "Veldt Rail cuts ten night trains", text, minutes=i, wire="AP")
        for i, domain in enumerate(("ridgeherald.example", "midland.example", "commonpost.example"))
    ]
    ids, printers = tuple(a.id for a in copies), tuple(a.outlet for a in copies)
    voice = Voice("statewire.example", Side.CENTER, ids, printers, wire="AP")
    words = ExtractiveWriter().write(Chosen(story(copies, [voice]), ""), registry(), brief=False)
    assert words is not None
    assert articles_in(words) == {copies[0].id}
    assert not words.sides.get(Side.RIGHT), "an agency's text is no point of the side that printed it"


def test_the_title_is_cleared_of_its_outlet_and_of_breaking() -> None:
    title = "Breaking: Corvane closes the Alder Bridge for repairs - Statewire"
    pieces = [
        article("statewire.example", title, minutes=1),
        article(
            "commonpost.example",
            "Inside the closing of a bridge",
            "Corvane closed the bridge on Tuesday.",
            minutes=2,
        ),
    ]
    assert written(pieces).headline.text == "Corvane closes the Alder Bridge for repairs"


def test_an_allegation_keeps_its_alleged() -> None:
    text = (
        "Nils Arden, 41, allegedly set fire to the Corvane depot on Monday night, a blaze that destroyed nine buses "
        "and closed the market for most of the day. Police said Arden was held in Corvane on Tuesday."
    )
    title = "Man accused of setting fire to Corvane depot appears in court"
    printers = ("harborlight.example", "midland.example", "oldoak.example")
    pieces = [article(domain, title, f"{text} Edition {i}.", minutes=i) for i, domain in enumerate(printers)]
    told = written(pieces).statements()
    assert any("set fire" in said.text for said in told)
    assert all("allegedly" in said.text for said in told if "set fire" in said.text)


def test_the_limits_are_the_operators() -> None:
    words = written(limits=WritingLimits(excerpt_words=14, outlet_words=20, overview_words=24))
    assert all(len(s.text.split()) <= 14 for s in words.statements())
    assert sum(len(s.text.split()) for s in words.overview) <= 24


def test_a_sentence_inside_a_long_quotation_is_nobodys() -> None:
    pieces = [
        article(
            "midland.example",
            "Corvane closes the Alder Bridge",
            "“The city failed its people. Corvane closed the Alder Bridge far too late for anybody. It is a shame,” "
            "he said.",
        )
    ]
    told = [s.text for s in written(pieces).statements()]
    assert not any("far too late" in text for text in told)


def test_every_statement_traces() -> None:
    articles = bridge()
    assert all(holds(s, articles) for s in written(articles).statements())


def test_the_same_story_gives_the_same_words() -> None:
    assert write() == write()


def test_a_dek_adds_to_the_headline_and_is_not_in_the_overview() -> None:
    trade = "Corvane shops near the closed Alder Bridge count lost trade and ask for rent relief"
    words = written([*bridge(), article("statewire.example", trade, minutes=9)])
    assert words.dek is not None
    assert len(words.dek.text.split()) <= WritingLimits().dek_words
    assert term_set(words.dek.text) - term_set(words.headline.text)
    assert words.dek.text not in {s.text for s in words.overview}


def test_a_dek_farther_from_the_news_is_of_somebody_in_the_headline() -> None:
    told = [
        ("harborlight.example", "Governor Talbot quits after nine years in Veldt", "Ines Talbot resigned as governor "
         "of Veldt on Tuesday after nine years in office."),
        ("midland.example", "Ines Talbot resigns as governor of Veldt", "Governor Ines Talbot of Veldt quit on "
         "Tuesday, ending nine years in power."),
        ("ridgeherald.example", "Veldt loses its governor as Talbot steps down", "Veldt governor Ines Talbot "
         "stepped down on Tuesday over a row on taxes."),
    ]  # fmt: skip
    office = "Talbot gives up the governor's office"

    def dek(text: str) -> str:
        pieces = [*told, ("nowhere.example", office, text)]
        words = written([article(o, title, t, minutes=n) for n, (o, title, t) in enumerate(pieces)])
        return words.dek.text if words.dek else ""

    assert "teach students law" in dek("Governor Ines Talbot will now teach students law at Lorn.")
    assert dek("Governors of Lorn will now teach students law at the river school.") == ""


def test_no_two_sentences_of_an_overview_say_the_same() -> None:
    twice = [
        article(domain, f"Corvane closes Alder Bridge, {n}", f"{text} on Tuesday.", minutes=n)
        for n, (domain, text) in enumerate(
            [
                (
                    "harborlight.example",
                    "Corvane closed the Alder Bridge after inspectors found two cracks in its cables",
                ),
                (
                    "midland.example",
                    "The city of Corvane shut the Alder Bridge when inspectors found two cracks in its cables",
                ),
                (
                    "oldoak.example",
                    "Inspectors found two cracks in the cables of the Alder Bridge and Corvane closed it",
                ),
            ]
        )
    ]
    assert len(written(twice).overview) == 1


def test_two_sentences_with_one_number_or_one_beginning_are_most_likely_one_fact() -> None:
    assert same_fact(
        "Traders in Corvane lose 4 million crowns.", "The closed bridge costs shops 4 million crowns."
    )
    assert same_fact(
        "Mayor Tomas Orrin closed the bridge.", "Mayor Tomas Orrin closed the ferry line in May."
    )
    assert not same_fact(
        "Traders lost 4 million crowns.", "The closed bridge costs the state 12 million a month."
    )
    assert not same_fact("In 2031 the bridge of Corvane fell.", "Ferry lines to Lorn were sold in 2031.")
