"""Trimming: one thing at a time, the least needed first, until two main stories are left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.issue import Issue
from newsletter.rendering.trim import trim
from tests.support.rendering_mail import mail_of
from tests.support.sample_issue import minimal_issue, quiet_issue, sample_issue


def steps(issue: Issue) -> Iterator[Issue]:
    """Every shorter issue there is, in order."""
    while (after := trim(issue)) is not None:
        yield after
        issue = after


def shape(issue: Issue) -> tuple[int, int, int, tuple[int, ...]]:
    return (
        len(issue.stories),
        len(issue.in_brief),
        len(issue.blindspots),
        tuple(s.shortened for s in issue.stories),
    )


def test_the_order_of_leaving_out() -> None:
    assert [shape(one) for one in steps(sample_issue())][:7] == [
        (5, 6, 2, (1, 0, 0, 0, 0)),  # what is agreed where something is disputed
        (5, 6, 2, (2, 0, 0, 0, 0)),  # the third sentence of an overview
        (5, 5, 2, (2, 0, 0, 0, 0)),  # briefs down to four
        (5, 4, 2, (2, 0, 0, 0, 0)),
        (5, 4, 2, (2, 0, 3, 0, 0)),  # agreed and disputed lines, last story first
        (5, 4, 2, (2, 3, 3, 0, 0)),
        (5, 4, 2, (3, 3, 3, 0, 0)),
    ]


def test_the_last_main_story_becomes_the_first_brief() -> None:
    shorter = next(one for one in steps(sample_issue()) if len(one.stories) == 4)
    assert shorter.in_brief[0].id == sample_issue().stories[4].id


def test_trimming_ends_with_two_main_stories_and_nothing_else() -> None:
    *_, last = steps(sample_issue())
    assert shape(last)[:3] == (2, 0, 0)
    assert trim(last) is None


def test_an_issue_of_one_story_keeps_it() -> None:
    assert trim(minimal_issue()) is None


def test_every_step_is_shorter_to_read() -> None:
    words = [mail_of(one).words for one in (sample_issue(), *steps(sample_issue()))]
    assert all(after < before for before, after in itertools.pairwise(words))


@given(st.integers(0, 5), st.integers(0, 6), st.integers(0, 2))
def test_trimming_always_ends_and_never_touches_a_sides_column(stories: int, briefs: int, spots: int) -> None:
    whole = sample_issue()
    issue = Issue(
        **{name: getattr(whole, name) for name in Issue.__dataclass_fields__}
        | {
            "stories": whole.stories[:stories],
            "in_brief": whole.in_brief[:briefs],
            "blindspots": whole.blindspots[:spots],
        }
    )
    trimmed = list(steps(issue))
    assert len(trimmed) < 60
    for after in trimmed:
        assert len(after.stories) >= min(2, stories)
        assert [s.words for s in after.stories] == [s.words for s in issue.stories[: len(after.stories)]]


def test_a_quiet_issue_gives_up_its_brief_before_a_story() -> None:
    *_, last = steps(quiet_issue())
    assert len(last.stories) == 2
    assert last.in_brief == ()
