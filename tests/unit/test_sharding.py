"""How many runs share a large mailing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.mailing import Batch, BatchState
from newsletter.domain.sharding import LARGEST_SHARE, MOST_RUNS, due_now, helpers
from tests.support.mailing_fakes import START

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("due", "over", "more"),
    [
        (0, 100_000, 0),
        (100_000, 100_000, 0),
        (100_001, 100_000, 1),
        (250_000, 100_000, 2),
        (1_000_000, 100_000, 9),
        (10_000_000, 100_000, MOST_RUNS - 1),
        (300_000, 250_000, 2),
        (250_000, 250_000, 0),
        (2_500, 1_000, 2),
        (1_000_000, 0, 0),
    ],
)
def test_helpers(due: int, over: int, more: int) -> None:
    assert helpers(due, over) == more


@given(st.integers(0, 1_600_000), st.integers(1, 1_000_000))
def test_each_run_has_half_a_share_to_a_whole_one(due: int, over: int) -> None:
    runs = helpers(due, over) + 1
    if runs > 1:
        share = min(over, LARGEST_SHARE)
        assert share / 2 <= due / runs
        assert due / runs <= share or runs == MOST_RUNS


def test_only_what_may_go_now_counts() -> None:
    rows = [
        (BatchState.PENDING, START, 1),
        (BatchState.PENDING, START + HOUR, 10),
        (BatchState.PENDING, START + 2 * HOUR, 100),  # its morning is to come
        (BatchState.PENDING, START - 7 * HOUR, 1_000),  # missed
        (BatchState.FAILED, START, 10_000),  # tried again
        (BatchState.SUBMITTED, START, 100_000),
        (BatchState.UNCERTAIN, START, 1_000_000),
        (BatchState.PENDING, None, 10_000_000),  # frozen by a release without mornings
    ]
    batches = [Batch(str(n), 1, state, people, 0, due_at=due) for n, (state, due, people) in enumerate(rows)]
    assert due_now(batches, START, HOUR, START - 6 * HOUR) == 10_010_011
