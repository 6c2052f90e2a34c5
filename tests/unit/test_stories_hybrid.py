"""With a model's vectors, articles on one event come together though their words differ; words alone still count."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Article, Kind
from newsletter.ports import Vectors
from newsletter.stories.edges import Edges
from newsletter.stories.group import Grouping
from newsletter.stories.hybrid import THRESHOLD, blend
from newsletter.stories.neighbours import FLOOR
from tests.support.stories_articles import CENTER, EVENTS, LEFT, RIGHT, article, registry, report

PRESS = registry()
AXES = {event: np.eye(len(EVENTS) + 1, dtype=np.float32)[at] for at, event in enumerate(EVENTS)}
DAY = [
    report(event, domain, angle, hours=1 + angle)
    for event in EVENTS
    for angle, domain in enumerate((LEFT[0], CENTER[0], RIGHT[0], LEFT[1], RIGHT[1]))
]
# One event, told by four outlets in words of which hardly two agree.
ODD = [
    article(LEFT[2], "Lindqvist quits in disgrace"),
    article(CENTER[2], "Town hall chief steps down", "She goes at once."),
    article(RIGHT[2], "End of the road for an embattled official", "Her departure was announced at noon."),
    article(RIGHT[3], "Parking row claims a scalp"),
]


def blended(
    pairs: dict[tuple[int, int], float], articles: list[Article], vectors: Vectors
) -> dict[tuple[int, int], float]:
    return blend(Edges.of(len(articles), pairs), articles, vectors).pairs()


def meaning(articles: list[Article], **events: str) -> Vectors:
    """Each article's vector points at its event (its guid's first word), or at the one named for its id."""
    return {one.id: AXES[events.get(one.id) or one.guid.partition("-")[0]] for one in articles}


VECTORS = meaning(DAY) | {one.id: AXES["mayor"] for one in ODD}


def partition(articles: list[Article], vectors: Vectors) -> set[frozenset[str]]:
    return {
        frozenset(one.id for one in story.articles) for story in Grouping()(articles, PRESS, vectors=vectors)
    }


def test_one_event_in_other_words_is_one_story() -> None:
    assert len(partition(ODD, {})) == len(ODD), "words alone cannot know"
    assert partition(ODD, VECTORS) == {frozenset(one.id for one in ODD)}


def test_like_words_of_another_meaning_are_another_story() -> None:
    """Words that two events share weigh half: where the meanings have nothing in common they do not suffice."""
    one = article(LEFT[2], "Storm over bank levy in Harrow", "Ministers clash on the levy.")
    other = article(RIGHT[2], "Storm hits bank of river in Harrow", "Gusts fell trees on the river.")
    same, different = ({one.id: AXES["bank"], other.id: AXES[event]} for event in ("bank", "dam"))
    assert len(partition([one, other], same)) == 1
    assert len(partition([one, other], different)) == 2


def test_an_article_without_a_vector_is_grouped_by_its_words() -> None:
    """A copy of a title, of which the model made nothing, still finds its story."""
    without = report("ferry", RIGHT[5], 2)
    story = frozenset({without.id, *(one.id for one in DAY if one.guid.startswith("ferry"))})
    assert story in partition([*DAY, without], VECTORS)


def test_an_edge_is_half_words_and_half_meaning_fading_with_time() -> None:
    now, later = report("dam", LEFT[0]), report("dam", RIGHT[0], 1)
    weeks = report("dam", RIGHT[0], 1, hours=24 * 14)
    vectors = {one.id: AXES["dam"] for one in (now, later, weeks)}
    assert blended({(0, 1): 1.0}, [now, later], vectors) == {(0, 1): 1.0}
    assert blended({}, [now, later], vectors) == {(0, 1): 0.5}, "near by meaning alone is an edge too"
    assert blended({(0, 1): 1.0}, [now, later], vectors | {later.id: AXES["bank"]}) == {(0, 1): 0.5}
    assert blended({}, [now, weeks], vectors) == {}, "what lies weeks apart fades below the floor"


def test_the_bar_is_one_of_its_own() -> None:
    """Edges of both kinds lie higher than those of words alone; a threshold for the latter would join all."""
    assert Grouping().threshold < THRESHOLD
    stories = partition(DAY, VECTORS)
    assert stories == {frozenset(o.id for o in DAY if o.guid.startswith(event)) for event in EVENTS}


MIXED = [
    *DAY,
    *ODD,
    report("dam", LEFT[5], 2, kind=Kind.OPINION),
    report("bank", RIGHT[5], 3, kind=Kind.LIVE),
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(MIXED), unique=True), st.randoms(use_true_random=False), st.integers(0, 9))
def test_stories_are_a_partition_whatever_the_order_and_the_vectors(
    chosen: list[Article], random: object, seed: int
) -> None:
    made = np.random.default_rng(seed).normal(size=(len(MIXED), 6)).astype(np.float32)
    vectors = {one.id: vector for one, vector in zip(MIXED, made, strict=True)}
    stories = Grouping()(chosen, PRESS, vectors=vectors)
    assert sorted(one.id for story in stories for one in story.articles) == sorted(one.id for one in chosen)
    shuffled = list(chosen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Grouping()(shuffled, PRESS, vectors=dict(reversed(vectors.items()))) == stories


@pytest.mark.parametrize("rows", [2, 5, 1_200])
def test_every_edge_is_between_two_rows_in_order_and_over_the_floor(rows: int) -> None:
    """Also where there are more rows than are compared at a time, and more alike than an article may have."""
    many = [article(LEFT[0], f"Item {number}", hours=1, guid=str(number)) for number in range(rows)]
    vectors = {one.id: AXES["dam"] for one in many}
    edges = blended({}, many, vectors)
    assert edges
    assert all(0 <= first < second < rows for first, second in edges)
    assert all(FLOOR <= value <= 1 for value in edges.values())
    if rows < 100:
        assert set(edges) == set(combinations(range(rows), 2))
