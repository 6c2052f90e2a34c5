"""An article's history: the pure part."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsletter.storage.versions import History, place, same_content
from tests.support.storage_samples import article, hours


def seen(at: int, title: str, undated: bool = False) -> History:
    return place((), article(title=title, seen=hours(at), date_inferred=undated))


sightings = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["a", "b", "c"]), st.booleans()), min_size=1
)


@given(sightings)
def test_history_is_sorted_and_neighbours_differ(found: list[tuple[int, str, bool]]) -> None:
    history: History = ()
    for count, (at, title, undated) in enumerate(found, 1):
        history = place(history, article(title=title, seen=hours(at), date_inferred=undated))
        first = min(hours(at) for at, *_ in found[:count])
        assert {version.article.first_seen for version in history} == {first} == {history[0].seen_at}
        assert all(version.seen_at <= version.last_seen for version in history)
        for one, after in pairwise(history):
            assert one.last_seen < after.seen_at
            assert not same_content(one.article, after.article)


@given(sightings)
def test_placing_again_changes_nothing(found: list[tuple[int, str, bool]]) -> None:
    history: History = ()
    for at, title, undated in found:
        one = article(title=title, seen=hours(at), date_inferred=undated)
        history = place(history, one)
        assert place(history, one) == history


def test_row_stays_with_the_version_it_holds() -> None:
    stored = tuple(replace(v, row=7) for v in seen(3, "a"))
    (moved,) = place(stored, article(title="a", seen=hours(1)))
    assert (moved.row, moved.seen_at, moved.last_seen) == (7, hours(1), hours(3))
