"""An article leaves its story when it is far from the others, about what none of them mentions, and lacks its name.

Or when it is farther than is typical, tells of another place than they do, and lacks that name.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.ports import NO_BACKGROUND
from newsletter.stories.confidence import confidences, nearness
from newsletter.stories.edges import Edges
from newsletter.stories.group import Grouping
from newsletter.stories.places import places_of
from newsletter.stories.strangers import Stranger, strangers
from newsletter.stories.terms import Read
from newsletter.stories.text import stems
from tests.support.stories_articles import LEFT, article

STORY = [0, 1, 2, 3, 4]
HARBOUR = ["harbour strike crane", "harbour strike dockers", "harbour strike tugs", "harbour strike pay"]
ELSEWHERE = [f"topic{number} matter{number}" for number in range(40)]
FAR, NEAR = np.array([0.5] * 4 + [0.2] + [0.5] * 42), np.array([0.5] * 47)
STRANGER = "harbour porpoise whale"


def titled(texts: list[str]) -> list[Read]:
    """Articles of a title and nothing else."""
    return [(stems(text), []) for text in texts]


def leaving(
    stories: list[list[int]], near: np.ndarray, texts: list[str], wide: tuple[int, ...] = ()
) -> tuple[Stranger, ...]:
    places = dict(enumerate(map(places_of, texts)))
    return strangers(stories, near, titled(texts), NO_BACKGROUND, places, wide)


def found(
    fifth: str, *, near: np.ndarray = FAR, more: tuple[str, ...] = ("harbour", "strike")
) -> tuple[Stranger, ...]:
    texts = [*HARBOUR, fifth, *ELSEWHERE, *more]
    return leaving([STORY, *([row] for row in range(5, len(texts)))], near, texts)


def test_it_takes_all_three_to_be_a_stranger() -> None:
    (one,) = found(STRANGER)
    assert (one.row, one.nearness) == (4, 0.4)
    assert one.title > 0.5
    assert one.words > 0.6
    assert not found(STRANGER, near=NEAR), "it is as near as the others"
    assert not found("harbour crane dockers"), "others speak of that too"
    assert not found(STRANGER, more=("quay", "walkout")), (
        "the harbour is named nowhere else: it is the story's own"
    )


def test_a_small_story_keeps_every_article() -> None:
    texts = [*HARBOUR[:3], STRANGER, *ELSEWHERE, "harbour"]
    near = np.array([0.5, 0.5, 0.5, 0.1] + [0.0] * 41)
    assert not leaving([[0, 1, 2, 3]], near, texts)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdefghij")), min_size=5, max_size=12), st.randoms()
)
def test_at_most_half_of_a_story_leaves_whatever_the_order_of_its_rows(
    made: list[tuple[float, str]], random: object
) -> None:
    lands = {"a": "Norway", "b": "Peru", "c": "Texas"}
    texts = [
        f"{lands.get(word, 'Kenya')} shared{word} own{row} own{row}x" for row, (_, word) in enumerate(made)
    ] + ELSEWHERE
    near = np.array([value for value, _ in made] + [0.0] * len(ELSEWHERE))
    rows = list(range(len(made)))
    gone = leaving([rows], near, texts)
    assert 2 * len(gone) <= len(rows)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert leaving([rows], near, texts) == gone


PAINTINGS = [
    f"Stolen painting found by police in {place}"
    for place in ("Norway", "Oslo, Norway", "Norway town", "Norway")
]
"""Four reports on one find; what is told of elsewhere shares every word with them but the place."""
NEARER = np.array([0.5] * 4 + [0.44] + [0.0] * 42)
ABROAD = ("Norway", "Peru", "stolen painting", "police found")
"""The story's words stand elsewhere that day, too."""


def of_painting(fifth: str, *, near: np.ndarray = NEARER, fourth: str = PAINTINGS[3]) -> list[int]:
    texts = [*PAINTINGS[:3], fourth, fifth, *ELSEWHERE[:38], *ABROAD]
    return [one.row for one in leaving([STORY], near[: len(texts)], texts)]


def test_a_like_event_in_another_place_leaves_though_it_shares_every_other_word() -> None:
    assert of_painting("Stolen painting found by police in Peru") == [4]
    assert of_painting("Peruvian police: stolen painting found") == [4]
    assert not of_painting("Stolen painting found by police in Trondheim"), "no other country is named"
    assert not of_painting("Stolen painting: Peru thanks Norway"), "the story's place is named too"
    assert not of_painting("Stolen painting found by police in Peru", near=np.full(47, 0.5)), "it is as near"


def test_what_more_articles_name_is_a_place_of_the_story() -> None:
    """A dispute of two countries has both; nobody who names one alone is elsewhere."""
    row = [f"Norway and Peru argue over fish quota {n}" for n in range(4)]
    texts = [*row, "Peru minister on fish quota", *ELSEWHERE, "Norway fish", "Peru quota"]
    assert not leaving([STORY], NEARER, texts)


def test_a_state_is_compared_with_states_only() -> None:
    """A report that names the country alone may be of any of its states; one of another state is elsewhere."""
    storm = [f"Storm floods roads in Ohio, report {n}" for n in range(4)]
    more = [*ELSEWHERE[:38], "Ohio storm", "Kansas storm floods", "roads Ohio", "Canada storm"]
    for fifth, leaves in (
        ("Storm floods roads in Kansas", True),
        ("Canada watches storm floods on roads", False),
    ):
        assert bool(leaving([STORY], NEARER, [*storm, fifth, *more])) == leaves


def test_names_that_mean_something_else_are_no_places() -> None:
    for text in (
        "Jordan shines for the Bulls",
        "Turkey prices rise",
        "Polish your shoes",
        "The US and America",
    ):
        assert not any(places_of(text)), text
    assert places_of("Sri Lankan and British envoys in North Dakota") == ({"Lanka", "Britain"}, {"Dakota"})


def test_a_column_that_names_the_story_in_passing_may_leave() -> None:
    """Its title says of which matter it is; a report that names the story's own word in its text stays."""
    texts = ["Walrus strike crane", "Walrus strike dockers", "Walrus strike tugs", "Walrus strike pay"]
    read = [
        *titled(texts),
        (stems("whale porpoise budget"), stems("walrus")),
        *titled([*ELSEWHERE, "strike"]),
    ]
    places = dict.fromkeys(range(len(read)), places_of(""))
    for wide, leaves in (((4,), True), ((), False)):
        assert bool(strangers([STORY], FAR, read, NO_BACKGROUND, places, wide)) == leaves


def test_a_story_is_looked_at_again_when_a_stranger_has_left() -> None:
    """Three that came on other matters make a story look loose; without the loosest of them it is tight again."""
    titles = [*HARBOUR, "harbour museum vase", "harbour regatta yacht", "harbour opera festival", STRANGER]
    day = [article(LEFT[0], title) for title in [*titles, *ELSEWHERE, "harbour", "strike"]]
    like = dict.fromkeys(combinations(range(4), 2), 0.6) | {
        (core, odd): 0.44 if odd < 7 else 0.3 for core in range(4) for odd in range(4, 8)
    }
    parts = Grouping().of_edges(day, titled([one.title for one in day]), Edges.of(len(day), like))
    assert [rows for rows in parts.stories if len(rows) > 1] == [[0, 1, 2, 3]]


CLOSE, ODD = [0.4] * 6, [0.4] * 5 + [0.15]


def sure(near: list[float], scale: float = 1.0) -> float:
    (found,) = confidences([list(range(len(near)))], np.array(near), scale)
    return found


def test_one_article_that_is_half_as_near_makes_a_story_less_sure() -> None:
    assert sure(CLOSE) > 0.98
    assert 0.85 < sure(ODD) < 0.93, "five of its six surely belong"
    assert sure([0.2] * 6) > sure(ODD), "many angles, all as far from each other, are one story still"
    assert sure([0.2] * 6) < sure(CLOSE)
    assert sure([0.8] * 6, 0.5) == sure(CLOSE), "another measure of likeness is brought to this one"
    assert confidences([[0]], np.zeros(1)) == (1.0,)


def test_nearness_is_the_mean_of_the_closest_three_of_its_own_story() -> None:
    pairs = {(0, 1): 0.9, (0, 2): 0.6, (0, 3): 0.3, (0, 4): 0.1, (1, 2): 0.5, (0, 5): 0.95}
    near = nearness([[0, 1, 2, 3, 4], [5], [6, 7]], Edges.of(8, pairs))
    assert near.tolist() == pytest.approx([0.6, 1.4 / 3, 1.1 / 3, 0.1, 0.1 / 3, 0, 0, 0], abs=1e-5)
    assert nearness([[0, 1]], Edges.of(8, pairs)).tolist()[:2] == pytest.approx([0.9, 0.9], abs=1e-5)
