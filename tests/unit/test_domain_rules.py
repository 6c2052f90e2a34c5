"""The small rules everything rests on: sides, order, counts, addresses, tokens, batch moves, brand colours."""

from __future__ import annotations

import base64
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.audience import parse_address
from newsletter.domain.brand import DARK, Brand, Palette, contrast
from newsletter.domain.leaning import SIDES, Leaning, Side, side_of, side_order
from newsletter.domain.story import Voice, coverage_of
from newsletter.domain.tokens import Purpose, public_id_of, sign, verify
from newsletter.errors import BrandError, InvalidAddress


def test_every_leaning_has_its_side_and_unrated_is_never_center() -> None:
    assert {leaning: side_of(leaning) for leaning in Leaning} == {
        Leaning.LEFT: Side.LEFT,
        Leaning.LEAN_LEFT: Side.LEFT,
        Leaning.CENTER: Side.CENTER,
        Leaning.LEAN_RIGHT: Side.RIGHT,
        Leaning.RIGHT: Side.RIGHT,
        Leaning.UNRATED: Side.UNRATED,
    }


def test_over_three_issues_each_side_speaks_first_once() -> None:
    assert {side_order(number)[0] for number in (7, 8, 9)} == set(SIDES)
    assert all(set(side_order(number)) == set(SIDES) for number in range(5))


def test_a_text_in_nine_outlets_counts_once() -> None:
    wire = Voice("wire.example", Side.CENTER, ("a-1", "a-2"), tuple(f"o{n}.example" for n in range(9)), "CPW")
    own = Voice("left.example", Side.LEFT, ("a-3",), ("left.example",))
    coverage = coverage_of((wire, own))
    assert (coverage.left, coverage.center, coverage.right, coverage.total) == (1, 1, 0, 2)
    assert coverage.sides == 2


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("Reader@Example.ORG", "reader@example.org"),
        ("  reader+news@example.org ", "reader+news@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("leserin@bücher.example", "leserin@xn--bcher-kva.example"),
    ],
)
def test_one_person_has_one_address_whatever_its_case_or_script(raw: str, key: str) -> None:
    assert parse_address(raw)[1] == key


@pytest.mark.parametrize(
    "raw",
    ["", "reader", "@example.org", "reader@", "reader@localhost", "a@b@example.org", "a b@example.org",
     ".a@example.org", "a..b@example.org", "a@-x.example", "a@x..example", "a@1.2.3.4", "a,b@example.org",
     "a@exa\u202emple.org",
     "a\r\nBcc: b@example.org", "x" * 65 + "@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_repeated(raw: str) -> None:
    with pytest.raises(InvalidAddress) as problem:
        parse_address(raw)
    assert raw.strip() == "" or len(raw) < 5 or raw not in str(problem.value)


def test_letters_outside_ascii_before_the_at_are_refused_with_the_reason() -> None:
    with pytest.raises(
        InvalidAddress, match=r"before @ has letters outside a-z\..*providers take none"
    ) as problem:
        parse_address("münchen@example.org")
    assert "nchen" not in str(problem.value)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused_and_an_address_is_stable(raw: str) -> None:
    try:
        address, key = parse_address(raw)
    except InvalidAddress:
        return
    assert parse_address(address)[1] == key == key.lower()


ids = st.text(alphabet=string.ascii_lowercase + string.digits, min_size=8, max_size=26)


@given(public_id=ids, version=st.integers(1, 9), key=st.binary(min_size=16, max_size=64))
def test_a_token_opens_its_own_link_and_no_other(public_id: str, version: int, key: bytes) -> None:
    token = sign(key, Purpose.UNSUBSCRIBE, public_id, version)
    assert public_id_of(token) == public_id
    assert verify((b"another key altogether", key), Purpose.UNSUBSCRIBE, token, version)
    assert not verify((key,), Purpose.CONFIRM, token, version)
    assert not verify((key,), Purpose.UNSUBSCRIBE, token, version + 1)
    assert not verify((key + b"x",), Purpose.UNSUBSCRIBE, token, version)
    assert not verify((key,), Purpose.UNSUBSCRIBE, token[:-1], version)


@given(st.text(max_size=60))
def test_no_made_up_token_is_accepted(token: str) -> None:
    assert not verify((b"k" * 32,), Purpose.UNSUBSCRIBE, token, 1)


def test_contrast_is_wcags() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_the_built_in_brand_can_be_read_on_both_grounds() -> None:
    assert min(Brand().light.contrasts().values()) >= 4.5
    assert min(DARK.contrasts().values()) >= 4.5


@pytest.mark.parametrize(
    ("palette", "named"),
    [
        (Palette(muted="#aaaaaa"), "muted on page"),
        (Palette(ink="black"), "ink"),
        (Palette(card="#12345g"), "card"),
    ],
)
def test_colours_that_cannot_be_read_are_refused_by_name(palette: Palette, named: str) -> None:
    with pytest.raises(BrandError) as problem:
        Brand(light=palette)
    assert problem.value.fields["key"] == named


@given(st.binary(min_size=1, max_size=80), st.text(string.ascii_lowercase, min_size=1), st.integers(1, 9))
def test_a_token_is_what_it_always_was(key: bytes, public_id: str, version: int) -> None:
    """Links in mail that went out years ago still open: HMAC-SHA-256, 160 bits of it, in base32 (RFC 4648)."""
    digest = hmac.digest(key, f"unsubscribe\n{public_id}\n{version}".encode(), "sha256")[:20]
    expected = base64.b32encode(digest).decode().lower()
    assert sign(key, Purpose.UNSUBSCRIBE, public_id, version) == f"{public_id}.{expected}"
