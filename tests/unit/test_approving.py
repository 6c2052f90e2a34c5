"""The approval rules: whose word lets an issue go, and what becomes of it without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.approving import ApprovalRules, Decision, NoApproval, Ruling, Word, decide

SIX = datetime(2026, 8, 14, 10, tzinfo=UTC)
BYTES = "b" * 64
NOBODY = Word()


def rule(
    word: Word = NOBODY,
    otherwise: NoApproval = NoApproval.HOLD,
    *,
    minutes: int = 0,
    approvers: tuple[str, ...] = (),
    checks_pass: bool = True,
    required: bool = True,
    deadline: datetime | None = SIX,
) -> Decision:
    return decide(
        ApprovalRules(required, approvers, otherwise),
        word,
        BYTES,
        checks_pass=checks_pass,
        deadline=deadline,
        now=SIX + timedelta(minutes=minutes),
    )


def test_where_no_approval_is_asked_for_it_goes() -> None:
    assert rule(required=False) == Decision(Ruling.GO)


def test_an_approval_of_these_bytes_lets_it_go_at_any_time() -> None:
    for minutes in (-60, 0, 60):
        assert rule(Word("Ann", BYTES), minutes=minutes).ruling is Ruling.GO
    assert rule(Word("Ann", BYTES), approvers=("Ann", "Ben")).why == "approved by Ann"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (Word(), "not approved"),
        (Word("Ann", "0" * 64), "not approved in its present bytes"),
        (Word("Cleo", BYTES), "approved by Cleo, who is not among the approvers"),
    ],
)
def test_what_is_no_approval(word: Word, why: str) -> None:
    assert rule(word, approvers=("Ann",)) == Decision(Ruling.HOLD, why)


def test_before_the_deadline_it_waits_whatever_the_rule() -> None:
    for otherwise in NoApproval:
        assert rule(otherwise=otherwise, minutes=-1).ruling is Ruling.HOLD
        assert rule(otherwise=otherwise, minutes=999, deadline=None).ruling is Ruling.HOLD


def test_from_the_deadline_on_the_rule_decides() -> None:
    assert rule().ruling is Ruling.HOLD
    assert rule(otherwise=NoApproval.SKIP) == Decision(Ruling.SKIP, "not approved by the deadline")
    sent = rule(otherwise=NoApproval.SEND)
    assert sent == Decision(Ruling.GO, "not approved by the deadline; its checks pass")
    held = rule(otherwise=NoApproval.SEND, checks_pass=False)
    assert (held.ruling, "did not all pass" in held.why) == (Ruling.HOLD, True)


@given(
    st.sampled_from([Word(), Word("Ann", BYTES), Word("Ann", "0"), Word("Cleo", BYTES)]),
    st.sampled_from(NoApproval),
    st.integers(-5, 5),
    st.booleans(),
)
def test_nothing_goes_without_the_word_or_the_rule(
    word: Word, otherwise: NoApproval, minutes: int, checks_pass: bool
) -> None:
    found = rule(word, otherwise, minutes=minutes, checks_pass=checks_pass, approvers=("Ann",))
    by_rule = otherwise is NoApproval.SEND and minutes >= 0 and checks_pass
    assert (found.ruling is Ruling.GO) == (word == Word("Ann", BYTES) or by_rule)
