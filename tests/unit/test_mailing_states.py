"""The state machine of a mailing and its batches: what may become what, and by whom."""

from __future__ import annotations

from itertools import product

import pytest

from newsletter.domain.mailing import (
    MAILING_MOVES,
    MOVES,
    Actor,
    BatchState,
    MailingState,
    is_proven,
    may_become,
    may_move,
)

B, M = BatchState, MailingState


def reachable(start: BatchState, without: BatchState, by: set[Actor]) -> set[BatchState]:
    """States that a batch can come to by those actors' moves, never passing through ``without``."""
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for new, actors in MOVES[here].items():
            if new is not without and new not in found and actors & by:
                found.add(new)
                todo.append(new)
    return found


def test_every_state_has_its_moves_and_none_leads_to_itself() -> None:
    assert set(MOVES) == set(BatchState)
    assert set(MAILING_MOVES) == set(MailingState)
    assert not any(may_move(state, state) for state in BatchState)
    assert all(actors for moves in MOVES.values() for actors in moves.values())


@pytest.mark.parametrize(
    ("old", "new", "by"),
    [
        (B.PENDING, B.SUBMITTING, Actor.SENDER),
        (B.SUBMITTING, B.SUBMITTED, Actor.SENDER),
        (B.SUBMITTING, B.PENDING, Actor.SENDER),
        (B.SUBMITTING, B.FAILED, Actor.SENDER),
        (B.SUBMITTING, B.UNCERTAIN, Actor.SENDER),
        (B.FAILED, B.PENDING, Actor.SENDER),
        (B.UNCERTAIN, B.SUBMITTED, Actor.OPERATOR),
        (B.UNCERTAIN, B.PENDING, Actor.OPERATOR),
        (B.UNCERTAIN, B.CANCELLING, Actor.SENDER),
        (B.CANCELLING, B.PENDING, Actor.SENDER),
        (B.CANCELLING, B.UNCERTAIN, Actor.SENDER),
        (B.SUBMITTED, B.CANCELLING, Actor.OPERATOR),
        (B.CANCELLING, B.CANCELLED, Actor.OPERATOR),
        (B.CANCELLING, B.SUBMITTED, Actor.OPERATOR),
        (B.PENDING, B.CANCELLED, Actor.OPERATOR),
    ],
)
def test_moves_as_they_are_drawn(old: BatchState, new: BatchState, by: Actor) -> None:
    assert may_move(old, new)
    assert may_move(old, new, by)


def test_only_the_sender_sends() -> None:
    assert MOVES[B.PENDING][B.SUBMITTING] == {Actor.SENDER}
    assert not any(B.SUBMITTING in moves for old, moves in MOVES.items() if old is not B.PENDING)


def test_an_event_proves_acceptance_and_does_nothing_else() -> None:
    for old, new in product(BatchState, BatchState):
        assert may_move(old, new, Actor.PROVIDER) is (new is B.SUBMITTED and old is not B.SUBMITTED)


def test_what_was_accepted_is_not_sent_again_unless_the_provider_cancelled_it() -> None:
    assert reachable(B.SUBMITTED, without=B.CANCELLING, by=set(Actor)) == {B.SUBMITTED}
    assert B.PENDING not in reachable(B.CANCELLED, without=B.CANCELLING, by=set(Actor))


def test_the_sender_by_itself_never_leaves_a_cancelled_or_submitted_batch() -> None:
    assert not any(may_move(old, new, Actor.SENDER) for old in (B.SUBMITTED, B.CANCELLED) for new in B)


def test_a_halt_is_final_and_every_other_state_can_be_halted() -> None:
    assert not any(may_become(M.HALTED, new) for new in M if new is not M.HALTED)
    assert all(may_become(old, M.HALTED) for old in M)


def test_a_mailing_is_done_only_out_of_a_run_or_by_the_last_settlement() -> None:
    assert {old for old in M if may_become(old, M.DONE)} == {M.SENDING, M.WAITING, M.PAUSED, M.DONE}
    assert {new for new in M if may_become(M.DONE, new)} == {M.DONE, M.HALTED}
    assert not may_become(M.SENDING, M.FROZEN)


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("cancelled", [False, True])
def test_acceptance_ends_a_doubt_and_only_mail_gone_out_undoes_a_cancellation(
    state: BatchState, left: bool, cancelled: bool
) -> None:
    proven = is_proven(state, left=left, cancelled=cancelled)
    if state is BatchState.SUBMITTED:
        assert not proven, "it is already"
    else:
        assert proven is (left or not (cancelled or state is BatchState.CANCELLING))
