"""A story keeps its thread over the days; of several that could, one keeps its name; merges and splits are told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.story import PastStory, Story
from newsletter.stories.telling import TellingTerms
from newsletter.stories.threads import ThreadFinder, continuation_of, threads_of
from tests.support.stories_articles import EVENTS, past, story

TODAY = story("dam", 3, 2, 3)
TERMS = TellingTerms()


def part(told: Story, first: int, last: int, key: str) -> Story:
    """A story of today with only some of the articles."""
    return replace(told, key=key, articles=told.articles[first:last])


def other_articles(earlier: PastStory) -> PastStory:
    """The same words, none of the same articles."""
    return replace(earlier, article_ids=("a-other",), articles=1)


def test_a_story_told_before_keeps_its_thread_and_the_rest_is_new() -> None:
    found = continuation_of(TODAY, (past(TODAY, ids=3, headline="Something else entirely"),))
    assert found is not None
    assert (found.thread_id, found.new_articles) == ("t-1", 5)


def test_the_same_words_without_shared_articles_make_a_continuation() -> None:
    found = continuation_of(TODAY, (other_articles(past(TODAY)),))
    assert found is not None
    assert found.new_articles == len(TODAY.articles)


def test_another_event_is_not_a_continuation() -> None:
    assert continuation_of(TODAY, (past(story("mayor", 3, 2, 3)),)) is None
    assert continuation_of(TODAY, ()) is None


def test_one_stray_article_does_not_link_two_events() -> None:
    stray = replace(past(story("mayor", 3, 2, 3)), article_ids=(TODAY.articles[0].id, "a-1", "a-2"))
    assert continuation_of(TODAY, (stray,)) is None


def test_a_story_of_which_half_was_told_continues_whatever_its_words() -> None:
    """Yesterday it stood among others, in a larger story with other words."""
    larger = replace(past(story("mayor", 3, 2, 3)), article_ids=tuple(a.id for a in TODAY.articles[:4]))
    found = continuation_of(TODAY, (larger,))
    assert found is not None
    assert found.new_articles == 4


def test_an_article_alone_makes_no_thread() -> None:
    assert continuation_of(part(TODAY, 0, 1, "a-alone"), (past(TODAY),)) is None


def test_articles_of_every_earlier_issue_of_the_thread_are_old() -> None:
    monday = past(TODAY, day="2031-05-04", ids=5)
    tuesday = replace(past(TODAY, day="2031-05-05"), article_ids=(TODAY.articles[6].id,))
    found = continuation_of(TODAY, (tuesday, monday))
    assert found is not None
    assert found.past == tuesday
    assert found.earlier == (tuesday, monday), "newest first"
    assert found.new_articles == 2


def test_of_two_stories_the_best_continuation_keeps_the_name_and_the_other_is_a_split() -> None:
    whole = past(TODAY)
    rescue, inquiry = part(TODAY, 0, 5, "a-rescue"), part(TODAY, 5, 8, "a-inquiry")
    found = threads_of([inquiry, rescue], (replace(whole, article_ids=whole.article_ids[:6]),), TERMS)
    assert found["a-rescue"].thread_id == "t-1"
    assert found["a-inquiry"].thread_id == ""
    assert found["a-inquiry"].past.thread_id == "t-1"
    assert found["a-inquiry"].new_articles == 2, "what the whole told is not news in its part"


def test_two_threads_that_meet_in_one_story_are_a_merge() -> None:
    flood, spillway = past(TODAY, thread="t-flood", ids=5), other_articles(past(TODAY, thread="t-spillway"))
    (found,) = threads_of([TODAY], (flood, spillway), TERMS).values()
    assert found.thread_id == "t-flood"
    assert found.merged == (spillway,)
    assert set(found.earlier) == {flood, spillway}


def test_a_thread_that_ended_in_another_goes_on_under_its_name() -> None:
    """Or every day after a merge would be a merge again."""
    monday = (past(TODAY, thread="t-a", day="2031-05-03"), past(TODAY, thread="t-b", day="2031-05-03"))
    tuesday = replace(past(TODAY, thread="t-a", day="2031-05-04"), merged=("t-b",))
    (found,) = threads_of([TODAY], (*monday, tuesday), TERMS).values()
    assert (found.thread_id, found.merged) == ("t-a", ())
    assert len(found.earlier) == 3


def test_a_ring_of_merges_does_not_run_for_ever() -> None:
    ring = (
        replace(past(TODAY, thread="t-a", day="2031-05-03"), merged=("t-b",)),
        replace(past(TODAY, thread="t-b", day="2031-05-04"), merged=("t-a",)),
    )
    assert len(threads_of([TODAY], ring, TERMS)) == 1


def test_a_weaker_story_keeps_the_thread_that_the_stronger_one_leaves() -> None:
    """No merge where each of two stories can go on with a thread of its own."""
    first, second = part(TODAY, 0, 5, "a-first"), part(TODAY, 5, 8, "a-second")
    strong, weak = past(TODAY, thread="t-strong", ids=5), other_articles(past(TODAY, thread="t-weak"))
    found = threads_of([first, second], (strong, weak), TERMS)
    assert [found[key].thread_id for key in ("a-first", "a-second")] == ["t-strong", "t-weak"]
    assert not any(one.merged for one in found.values())


def test_what_was_decided_for_the_day_stands() -> None:
    whole = past(TODAY, ids=6)
    rescue, inquiry = part(TODAY, 0, 5, "a-rescue"), part(TODAY, 5, 8, "a-inquiry")
    decided = ThreadFinder()([rescue, inquiry], (whole,))
    assert [one.key for one in decided] == ["a-rescue", "a-inquiry"]
    split = continuation_of(decided[1], (whole,))
    assert split is not None
    assert split.thread_id == "", "alone it would have kept the thread's name"
    (new,) = ThreadFinder()([rescue], ())
    assert continuation_of(new, (whole,)) is None


@given(st.data())
def test_threads_do_not_depend_on_order_and_go_to_one_story_each(data: st.DataObject) -> None:
    """Laws, over days whose stories are parts of events that earlier days told in other parts."""
    cuts = st.lists(st.integers(1, 7), max_size=2, unique=True).map(lambda at: [0, *sorted(at), 8])
    today, earlier = [], []
    for event in data.draw(st.lists(st.sampled_from(sorted(EVENTS)), unique=True, min_size=1, max_size=3)):
        told, ends, before = story(event, 3, 2, 3), data.draw(cuts), data.draw(cuts)
        today += [part(told, a, b, f"a-{event}{a}") for a, b in pairwise(ends)]
        for a, b in pairwise(before):
            earlier.append(
                past(part(told, a, b, "a-past"), thread=f"t-{event}{a}", day=f"2031-05-0{a % 5 + 1}")
            )
    found = threads_of(today, earlier, TERMS)
    again = threads_of(data.draw(st.permutations(today)), data.draw(st.permutations(earlier)), TERMS)
    assert again == found
    kept = Counter(one.thread_id for one in found.values() if one.thread_id)
    ended = Counter(end.thread_id for one in found.values() for end in one.merged)
    assert all(count == 1 for count in (kept + ended).values()), "a thread goes on once, or ends once"
    for one in found.values():
        assert one.thread_id or not one.merged, "a split joins nothing"
        assert not one.fresh & {article for line in one.earlier for article in line.article_ids}
