"""An editor's changes: nothing is lost or told twice, a rebuild finds the story again, words stay honest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.edits import (
    Change,
    Edit,
    Merge,
    Move,
    Put,
    Reword,
    Section,
    Split,
    Swap,
    from_json,
    standing,
    to_json,
)
from newsletter.domain.leaning import Side
from newsletter.domain.lineup_edits import (
    BRIEFS_MOST,
    MAIN_MOST,
    NO_ARTICLE,
    NO_STORY,
    SAME,
    WHOLE,
    placed,
    regrouped,
)
from newsletter.domain.story import Chosen, LineUp, Story
from newsletter.domain.word_edits import CHANGED_SINCE, NO_ROOM, reworded
from newsletter.domain.words import Dispute, Evidence, Place, Question, Statement, StoryWords
from newsletter.stories.group import remade
from newsletter.stories.voices import voices_of
from tests.support.stories_articles import TITLES, registry, story

PRESS = registry()
STORIES = tuple(story(event, 2, 2, 2) for event in sorted(TITLES)[:9])


def edits(*changes: Change) -> tuple[Edit, ...]:
    at = datetime(2031, 5, 6, 4, tzinfo=UTC)
    return tuple(Edit(n, date(2031, 5, 6), "A. Editor", at, change) for n, change in enumerate(changes, 1))


def make(articles, base):
    return remade(articles, base, PRESS)


def ids(stories: tuple[Story, ...]) -> list[str]:
    return sorted(article.id for one in stories for article in one.articles)


def chosen(*stories: Story) -> tuple[Chosen, ...]:
    return tuple(
        Chosen(one, f"Rule {n}.", 9.0 - n, title=one.articles[0].title) for n, one in enumerate(stories)
    )


def line_up(main: int = 4, briefs: int = 3) -> LineUp:
    return LineUp(
        chosen(*STORIES[:main]), chosen(*STORIES[main : main + briefs]), (), chosen(*STORIES[main + briefs :])
    )


ARTICLES = st.sampled_from([article.id for one in STORIES for article in one.articles] + ["a-unknown"])
CHANGES = st.one_of(
    st.builds(Put, ARTICLES, st.sampled_from(Section), st.integers(0, 12)),
    st.builds(Swap, ARTICLES, ARTICLES),
    st.builds(Merge, ARTICLES, ARTICLES),
    st.builds(Split, ARTICLES, st.lists(ARTICLES, max_size=4).map(tuple)),
    st.builds(Move, ARTICLES, ARTICLES),
)


@given(st.lists(CHANGES, max_size=12))
def test_no_change_loses_an_article_or_tells_it_twice(changes: list[Change]) -> None:
    found = regrouped(STORIES, edits(*changes), make)
    assert ids(found.stories) == ids(STORIES)
    for one in found.stories:
        assert one.key == one.articles[0].id
        assert {a for voice in one.voices for a in voice.article_ids} == {a.id for a in one.articles}


@given(st.lists(CHANGES, max_size=12))
def test_every_story_stands_in_one_place_and_no_section_overflows(changes: list[Change]) -> None:
    after = placed(line_up(), edits(*changes)).line_up
    stood = [
        one.story.key for part in (after.main, after.briefs, after.blindspots, after.waiting) for one in part
    ]
    assert sorted(stood) == sorted(one.key for one in STORIES)
    assert len(after.main) <= MAIN_MOST
    assert len(after.briefs) <= BRIEFS_MOST


@given(st.lists(CHANGES, max_size=8))
def test_a_change_that_met_nothing_changed_nothing(changes: list[Change]) -> None:
    log = edits(*changes)
    whole = regrouped(STORIES, log, make)
    without = tuple(edit for edit in log if edit.id not in whole.missed)
    assert regrouped(STORIES, without, make).stories == whole.stories


@given(CHANGES)
def test_a_change_comes_back_from_json(change: Change) -> None:
    assert from_json(to_json(change)) == change


def test_a_reworded_sentence_comes_back_from_json() -> None:
    change = Reword("a-1", Place.POINT, "New.", "Old.", (Evidence("a-1", "text", 3, 9),), Side.LEFT)
    assert from_json(to_json(change)) == change


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "burn"},
        {"kind": "put", "story": "a-1"},
        {"kind": "put", "story": "a-1", "section": "attic"},
        {"kind": "put", "story": "a-1", "section": "main", "index": -1},
        {"kind": "put", "story": "a-1", "section": "main", "index": True},
        {"kind": "put", "story": 7, "section": "main"},
        {"kind": "swap", "story": "a-1", "other": "a-2", "by": "x"},
        {"kind": "split", "story": "a-1", "articles": [1]},
        {"kind": "split", "story": "a-1", "articles": 7},
        {"kind": "reword", "story": "a-1", "place": "moon", "text": ""},
        {"kind": "reword", "story": "a-1", "place": "point", "text": "x", "side": "up"},
        {"kind": "reword", "story": "a-1", "place": "dek", "text": "x", "evidence": [{"article": "a"}]},
        {"kind": "reword", "story": "a-1", "place": "dek", "text": "x",
         "evidence": [{"article": "a", "field": "url", "start": 0, "end": 2}]},
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused_in_words(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".{10,}"):
        from_json(given)


def test_what_was_undone_does_not_stand() -> None:
    one, two, three = edits(Put("a", Section.OUT), Put("b", Section.OUT), Put("c", Section.OUT))
    undone = replace(two, undone_by="B", undone_at=two.at)
    assert standing([three, undone, one]) == (one, three)


# ── places ──


def test_a_story_moves_up_and_its_why_says_so() -> None:
    after = placed(line_up(), edits(Put(STORIES[3].articles[1].id, Section.MAIN, 0))).line_up
    assert [one.story.key for one in after.main] == [STORIES[n].key for n in (3, 0, 1, 2)]
    assert after.main[0].why == "Placed by an editor. By rule: Rule 3."
    again = placed(line_up(), edits(*[Put(STORIES[3].key, Section.MAIN, 0)] * 2)).line_up
    assert again.main[0].why == after.main[0].why


def test_a_sixth_main_story_pushes_the_last_unpinned_one_down() -> None:
    first = placed(line_up(5, 2), edits(Put(STORIES[8].key, Section.MAIN, 4))).line_up
    assert [one.story.key for one in first.main] == [STORIES[n].key for n in (0, 1, 2, 3, 8)]
    assert first.briefs[0].story.key == STORIES[4].key


def test_taken_out_waits_first() -> None:
    after = placed(line_up(), edits(Put(STORIES[0].key, Section.OUT))).line_up
    assert after.waiting[0].story.key == STORIES[0].key
    assert len(after.main) == 3


def test_a_story_taken_from_the_blindspots_is_none_any_more() -> None:
    blind = replace(chosen(STORIES[8])[0], missing=Side.LEFT, could_have=9)
    start = replace(line_up(4, 3), waiting=(), blindspots=(blind,))
    after = placed(start, edits(Put(STORIES[8].key, Section.BRIEF, 0))).line_up
    assert after.blindspots == ()
    assert (after.briefs[0].missing, after.briefs[0].could_have) == (None, 0)
    refused = placed(start, edits(Swap(STORIES[0].key, STORIES[8].key)))
    assert "blindspot" in refused.missed[1]


def test_two_stories_exchange_their_places() -> None:
    after = placed(line_up(), edits(Swap(STORIES[0].key, STORIES[8].key))).line_up
    assert after.main[0].story.key == STORIES[8].key
    assert after.waiting[-1].story.key == STORIES[0].key


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Put("a-none", Section.MAIN), NO_STORY),
        (Swap(STORIES[0].key, "a-none"), NO_STORY),
        (Swap(STORIES[0].key, STORIES[0].articles[-1].id), SAME),
    ],
)
def test_a_place_for_nothing_says_why(change: Change, why: str) -> None:
    assert placed(line_up(), edits(change)).missed == {1: why}


# ── stories ──


def test_two_stories_made_one_are_counted_anew() -> None:
    found = regrouped(STORIES, edits(Merge(STORIES[0].key, STORIES[1].key)), make).stories
    whole = next(one for one in found if len(one.articles) == 12)
    assert whole.voices == voices_of(whole.articles, PRESS), "copies are counted anew over both"
    assert whole.confidence == 1.0
    assert len(found) == len(STORIES) - 1


def test_a_story_is_named_by_any_article_it_has_by_now() -> None:
    """The editor's change of the morning holds after a later build has added to the story."""
    before, name = STORIES[0], STORIES[0].articles[2].id
    grown = make((*before.articles, *STORIES[1].articles), before)
    found = regrouped((grown, *STORIES[2:]), edits(Split(name, (name,))), make)
    assert found.missed == {}
    assert any([a.id for a in one.articles] == [name] for one in found.stories)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Merge(STORIES[0].key, "a-none"), NO_STORY),
        (Merge(STORIES[0].key, STORIES[0].articles[1].id), SAME),
        (Split("a-none", (STORIES[0].key,)), NO_STORY),
        (Split(STORIES[0].key, (STORIES[1].key,)), NO_ARTICLE),
        (Split(STORIES[0].key, tuple(a.id for a in STORIES[0].articles)), WHOLE),
        (Move("a-none", STORIES[0].key), NO_ARTICLE),
        (Move(STORIES[0].key, "a-none"), NO_STORY),
        (Move(STORIES[0].key, STORIES[0].articles[1].id), SAME),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(change: Change, why: str) -> None:
    found = regrouped(STORIES, edits(change), make)
    assert found.missed == {1: why}
    assert found.stories == tuple(sorted(STORIES, key=lambda one: one.key))


def test_the_last_article_moves_and_its_story_is_gone() -> None:
    single = make(STORIES[0].articles[:1], STORIES[0])
    found = regrouped((single, STORIES[1]), edits(Move(single.key, STORIES[1].key)), make).stories
    assert [len(one.articles) for one in found] == [7]


# ── words ──

SPAN = Evidence("a-1", "text", 0, 20)
POINT = Statement("The bridge opens in May.", ("one.example",), (SPAN,))
OTHER = Statement("It cost 9 million.", ("two.example",), (replace(SPAN, article="a-2"),))
WORDS = StoryWords(
    headline=Statement("Bridge opens", ("one.example",), (replace(SPAN, field="title", end=12),)),
    overview=(OTHER,),
    sides={Side.LEFT: (POINT,)},
    agreed=(POINT,),
    disputed=(Dispute("The cost", (POINT, OTHER)),),
    only={Side.RIGHT: (OTHER,)},
    faq=(Question("When?", (POINT,)),),
)


def reword(place: Place, text: str, old: Statement = POINT, side: Side | None = None) -> Reword:
    return Reword("a-1", place, text, old.text, old.evidence, side)


def test_an_edited_sentence_keeps_its_passage_where_that_bears_it_out() -> None:
    words, missed = reworded(
        WORDS, edits(reword(Place.POINT, " In May the  bridge opens. ", side=Side.LEFT)), lambda *_: True
    )
    assert words.sides[Side.LEFT] == (
        Statement("In May the bridge opens.", ("one.example",), (SPAN,), "editor"),
    )
    assert missed == {}


def test_and_loses_passage_and_outlets_where_it_does_not() -> None:
    words, _ = reworded(WORDS, edits(reword(Place.POINT, "It falls down.", side=Side.LEFT)), lambda *_: False)
    assert words.sides[Side.LEFT] == (Statement("It falls down.", (), (), "editor"),)


def test_a_sentence_is_found_by_its_passage_though_a_later_build_cut_it_otherwise() -> None:
    recut = replace(WORDS, sides={Side.LEFT: (replace(POINT, text="The bridge opens"),)})
    words, missed = reworded(recut, edits(reword(Place.POINT, "It opens.", side=Side.LEFT)), lambda *_: True)
    assert missed == {}
    assert words.sides[Side.LEFT][0].text == "It opens."


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (reword(Place.POINT, "", side=Side.LEFT), lambda w: w.sides == {}),
        (reword(Place.ONLY, "", OTHER, Side.RIGHT), lambda w: w.only == {}),
        (reword(Place.OVERVIEW, "", OTHER), lambda w: w.overview == ()),
        (reword(Place.AGREED, ""), lambda w: w.agreed == ()),
        (reword(Place.CLAIM, ""), lambda w: w.disputed == ()),
        (reword(Place.ANSWER, ""), lambda w: w.faq == ()),
    ],
)
def test_an_emptied_sentence_is_gone_with_what_stood_on_it_alone(change: Reword, gone) -> None:
    words, missed = reworded(WORDS, edits(change), lambda *_: True)
    assert missed == {}
    assert gone(words)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (reword(Place.HEADLINE, "", WORDS.headline), "a story needs a headline"),
        (reword(Place.POINT, "x", OTHER, Side.LEFT), CHANGED_SINCE),
        (reword(Place.POINT, "x"), CHANGED_SINCE),
        (reword(Place.DEK, "x"), CHANGED_SINCE),
        (Reword("a-1", Place.ANSWER, "x"), NO_ROOM),
        (Reword("a-1", Place.POINT, "x"), NO_ROOM),
        (Reword("a-1", Place.OVERVIEW, "  "), "there is nothing to add"),
    ],
)
def test_words_that_cannot_be_changed_say_why(change: Reword, why: str) -> None:
    words, missed = reworded(WORDS, edits(change), lambda *_: True)
    assert (words, missed) == (WORDS, {1: why})


def test_an_added_sentence_is_the_editors_own_word() -> None:
    changes = edits(
        Reword("a-1", Place.DEK, "In short."), Reword("a-1", Place.POINT, "So.", side=Side.CENTER)
    )
    words, _ = reworded(WORDS, changes, lambda *_: True)
    assert words.dek == Statement("In short.", (), (), "editor")
    assert words.sides[Side.CENTER] == (Statement("So.", (), (), "editor"),)
    assert len(words.edited()) == 2
    _, missed = reworded(words, edits(Reword("a-1", Place.DEK, "Twice.")), lambda *_: True)
    assert missed == {1: CHANGED_SINCE}


def test_a_disputed_claim_taken_out_leaves_the_others() -> None:
    three = replace(
        WORDS, disputed=(Dispute("The cost", (POINT, OTHER, replace(OTHER, text="Ten.", evidence=()))),)
    )
    words, _ = reworded(three, edits(reword(Place.CLAIM, "")), lambda *_: True)
    assert [one.text for one in words.disputed[0].claims] == ["It cost 9 million.", "Ten."]
