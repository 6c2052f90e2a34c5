"""Who is who on the list, and what joining, leaving and coming back lead to."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.audience import (
    OWN_CHOICES,
    Act,
    Standing,
    SubscriberStatus,
    SuppressionReason,
    parse_address,
    ruling,
)
from newsletter.domain.tokens import erased_key
from newsletter.errors import InvalidAddress

PENDING, ACTIVE, LEFT = SubscriberStatus
BOUNCE, UNSUBSCRIBE, ERASED = (
    SuppressionReason.BOUNCE,
    SuppressionReason.UNSUBSCRIBE,
    SuppressionReason.ERASED,
)
standings = st.builds(
    Standing,
    st.sampled_from([None, *SubscriberStatus]),
    st.frozensets(st.sampled_from(SuppressionReason)),
)
EVERY = [
    Standing(status, frozenset(held))
    for status in (None, *SubscriberStatus)
    for count in range(3)
    for held in itertools.combinations(SuppressionReason, count)
]


def standing(status: SubscriberStatus | None, *held: SuppressionReason) -> Standing:
    return Standing(status, frozenset(held))


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        (standing(None), Act.SIGN_UP, standing(PENDING)),
        (standing(PENDING), Act.CONFIRM, standing(ACTIVE)),
        (standing(ACTIVE), Act.LEAVE, standing(LEFT, UNSUBSCRIBE)),
        (standing(LEFT, UNSUBSCRIBE), Act.RETURN, standing(ACTIVE)),
        (standing(LEFT, UNSUBSCRIBE), Act.CONFIRM, standing(ACTIVE)),
        (standing(LEFT, UNSUBSCRIBE, BOUNCE), Act.CONFIRM, standing(ACTIVE, BOUNCE)),
        (standing(None, ERASED, UNSUBSCRIBE), Act.SIGN_UP, standing(PENDING, ERASED, UNSUBSCRIBE)),
        (standing(PENDING, ERASED, UNSUBSCRIBE), Act.CONFIRM, standing(ACTIVE)),
        (standing(None), Act.OPERATOR_ADD, standing(ACTIVE)),
        (standing(PENDING), Act.OPERATOR_CONFIRM, standing(ACTIVE)),
        (standing(PENDING), Act.RETURN, standing(PENDING)),
    ],
)
def test_ways_in_and_out(before: Standing, act: Act, after: Standing) -> None:
    found = ruling(before, act)
    assert (found.standing, found.refused) == (after, "")


@pytest.mark.parametrize(
    ("before", "act", "why"),
    [
        (standing(None), Act.CONFIRM, "not on the list"),
        (standing(None), Act.OPERATOR_CONFIRM, "not on the list"),
        (standing(LEFT, UNSUBSCRIBE), Act.OPERATOR_CONFIRM, "unsubscribed"),
        (standing(None, ERASED), Act.OPERATOR_ADD, "erased"),
        (standing(PENDING, ERASED), Act.OPERATOR_CONFIRM, "erased"),
    ],
)
def test_what_an_operator_cannot_do_for_a_person(before: Standing, act: Act, why: str) -> None:
    found = ruling(before, act)
    assert why in found.refused
    assert found.standing == before


@given(standings, st.lists(st.sampled_from(Act), max_size=8))
def test_nothing_but_the_persons_own_choices_is_ever_lifted(start: Standing, acts: list[Act]) -> None:
    now = start
    for act in acts:
        now = ruling(now, act).standing
    assert start.held - OWN_CHOICES <= now.held


@given(standings, st.sampled_from(Act))
def test_twice_is_once(start: Standing, act: Act) -> None:
    once = ruling(start, act)
    assert ruling(once.standing, act).standing == once.standing


@pytest.mark.parametrize("start", EVERY)
def test_whoever_left_comes_back_by_their_own_act_only(start: Standing) -> None:
    for act in Act:
        after = ruling(start, act).standing
        if after.mailed and not start.mailed and (start.status is LEFT or start.held):
            assert act in (Act.CONFIRM, Act.RETURN)
        if act is Act.SIGN_UP:
            assert after.mailed == start.mailed, "anybody can type an address"


@given(standings)
def test_whoever_leaves_is_not_mailed(start: Standing) -> None:
    assert not ruling(start, Act.LEAVE).standing.mailed


def test_a_link_is_due_to_whoever_would_not_be_mailed_by_their_own_choice() -> None:
    assert not ruling(standing(ACTIVE), Act.SIGN_UP).confirm
    assert not ruling(standing(ACTIVE, BOUNCE), Act.SIGN_UP).confirm
    for before in (standing(None), standing(PENDING), standing(LEFT), standing(ACTIVE, UNSUBSCRIBE)):
        assert ruling(before, Act.SIGN_UP).confirm


# ── identity ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann.Lee@Example.ORG", "ann.lee@example.org"),
        ("ann@münchen.example", "ANN@MÜNCHEN.EXAMPLE"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
        ("ann@mu\u0308nchen.example", "ann@m\u00fcnchen.example"),
        ("ann@faß.example", "ann@xn--fa-hia.example"),
        ("ann@example\u3002org", "ann@example.org"),
        ("ann@ｅｘａｍｐｌｅ.org", "ann@example.org"),
        ("  ann@example.org. ", "ann@example.org"),
    ],
)
def test_one_address_however_it_is_written(one: str, other: str) -> None:
    assert parse_address(one)[1] == parse_address(other)[1]


def test_two_domains_that_look_alike_are_two() -> None:
    keys = {parse_address(f"ann@{domain}")[1] for domain in ("fass.example", "faß.example", "fаss.example")}
    assert len(keys) == 3, "the last has a Cyrillic a"


@pytest.mark.parametrize(
    "bad",
    [
        "ann@xn--.example",
        f"ann@{'x' * 64}.example",
        "ann@a_b.example",
        "ann@-a.example",
        "ann@é\u200b.example.1",
    ],
)
def test_no_domain_name(bad: str) -> None:
    with pytest.raises(InvalidAddress):
        parse_address(bad)


@given(st.emails())
def test_reading_an_address_again_changes_nothing(raw: str) -> None:
    try:
        email, key = parse_address(raw)
    except InvalidAddress:
        return
    assert parse_address(email) == (email, key)
    assert parse_address(raw.upper())[1] == key


def test_what_stands_for_an_erased_address_tells_nothing_without_the_key() -> None:
    one = erased_key(b"k" * 32, "ann@example.org")
    assert "ann" not in one
    assert one == erased_key(b"k" * 32, "ann@example.org")
    assert one != erased_key(b"o" * 32, "ann@example.org")
    assert one != erased_key(b"k" * 32, "ben@example.org")
