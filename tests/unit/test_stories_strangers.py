"""An article leaves its story when it is far from the others, about what none of them mentions, and lacks its name."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from newsletter.ports import NO_BACKGROUND
from newsletter.stories.strangers import Stranger, strangers
from newsletter.stories.terms import Read
from newsletter.stories.text import stems

STORY = [0, 1, 2, 3, 4]
HARBOUR = ["harbour strike crane", "harbour strike dockers", "harbour strike tugs", "harbour strike pay"]
ELSEWHERE = [f"topic{number} matter{number}" for number in range(40)]
FAR, NEAR = np.array([0.5] * 4 + [0.2] + [0.5] * 42), np.array([0.5] * 47)
STRANGER = "harbour porpoise whale"


def titled(texts: list[str]) -> list[Read]:
    """Articles of a title and nothing else."""
    return [(stems(text), []) for text in texts]


def found(
    fifth: str, *, near: np.ndarray = FAR, more: tuple[str, ...] = ("harbour", "strike")
) -> tuple[Stranger, ...]:
    texts = [*HARBOUR, fifth, *ELSEWHERE, *more]
    return strangers([STORY, *([row] for row in range(5, len(texts)))], near, titled(texts), NO_BACKGROUND)


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
    assert not strangers([[0, 1, 2, 3]], near, titled(texts), NO_BACKGROUND)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdefghij")), min_size=5, max_size=12), st.randoms()
)
def test_at_most_half_of_a_story_leaves_whatever_the_order_of_its_rows(
    made: list[tuple[float, str]], random: object
) -> None:
    texts = [f"shared{word} own{row} own{row}x" for row, (_, word) in enumerate(made)] + ELSEWHERE
    near = np.array([value for value, _ in made] + [0.0] * len(ELSEWHERE))
    rows = list(range(len(made)))
    gone = strangers([rows], near, titled(texts), NO_BACKGROUND)
    assert 2 * len(gone) <= len(rows)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert strangers([rows], near, titled(texts), NO_BACKGROUND) == gone
