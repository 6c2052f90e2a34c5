"""Signing up by oneself: which mail answers it, how often, and what is wrong with a form. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.audience import Standing, SubscriberStatus, SuppressionReason
from newsletter.domain.mailing import Addressed, Recipient, preferences_url, slots_in
from newsletter.domain.mornings import pause_end
from newsletter.domain.signups import (
    ClientLimit,
    ListMailKind,
    MailTerms,
    client_limits,
    mail_for,
    may_mail,
    version_of,
    wait_for,
)
from newsletter.domain.tokens import Purpose, sign_until, verify, verify_until
from newsletter.settings import parse
from newsletter.web import zones
from newsletter.web.signup import TOO_LATE, TOO_SOON, haste, read_form
from newsletter.web.texts import span

NOW = datetime(2026, 8, 14, 12, tzinfo=UTC)
KEY = b"k" * 40
HELD = st.frozensets(st.sampled_from(list(SuppressionReason)))
MOMENTS = st.lists(st.integers(0, 200_000).map(lambda seconds: NOW - timedelta(seconds=seconds)), max_size=30)


@given(st.none() | st.sampled_from(list(SubscriberStatus)), HELD)
def test_who_must_not_be_written_to_is_not_and_who_is_mailed_needs_no_link(
    status: SubscriberStatus | None, held: frozenset[SuppressionReason]
) -> None:
    kind = mail_for(Standing(status, held))
    final = {"bounce", "spam report", "invalid", "operator"} & {reason.value for reason in held}
    assert (kind is None) == bool(final)
    assert (kind is ListMailKind.ALREADY) == Standing(status, held).mailed


@given(MOMENTS)
def test_no_address_is_written_to_more_often_than_the_terms_say(asked: list[datetime]) -> None:
    terms = MailTerms(timedelta(minutes=10), 3)
    sent: list[datetime] = []
    for at in sorted(asked):
        if may_mail(sent, at, terms):
            sent.append(at)
    assert all(later - earlier >= terms.pause for earlier, later in pairwise(sent))
    assert all(sum(at - timedelta(days=1) < one <= at for one in sent) <= 3 for at in sent)
    assert not asked or sent[0] == min(asked)


@given(MOMENTS)
def test_a_client_never_has_more_than_its_share_and_the_wait_is_exact(asked: list[datetime]) -> None:
    limits = client_limits(3, 5)
    done: list[datetime] = []
    for at in sorted(asked):
        wait = wait_for(done, at, limits)
        if wait is None:
            done.append(at)
        else:
            assert wait > timedelta(0)
            assert wait_for(done, at + wait, limits) is None
            assert wait_for(done, at + wait - timedelta(microseconds=1), limits) is not None
    for limit in limits:
        assert all(sum(at - limit.window < one <= at for one in done) <= limit.most for at in done)


def test_nought_is_no_limit() -> None:
    assert client_limits(0, 0) == ()
    assert client_limits(0, 7) == (ClientLimit(timedelta(days=1), 7),)
    assert wait_for([NOW] * 99, NOW, ()) is None
    hours_ago = [NOW - timedelta(hours=n) for n in range(1, 20)]
    assert may_mail(hours_ago, NOW, MailTerms(per_day=0))
    assert not may_mail(hours_ago, NOW, MailTerms())


@pytest.mark.parametrize(
    ("hours", "said"), [(168, "7 days"), (24, "1 day"), (36, "36 hours"), (0.1, "1 hour"), (49, "2 days")]
)
def test_how_long_is_said(hours: float, said: str) -> None:
    assert span(timedelta(hours=hours)) == said


def test_words_have_a_name_that_changes_with_them_and_not_with_their_lines() -> None:
    assert version_of("I want it\n daily.") == version_of("I want it daily.")
    assert version_of("I want it daily.") != version_of("I want it weekly.")


# ── tokens that say until when ─────────────────────────────────────────────────────────────────────


def test_a_token_holds_its_time_and_opens_nothing_else() -> None:
    token = sign_until(KEY, Purpose.CONFIRM, "abc", 1, NOW)
    assert verify_until((b"x" * 40, KEY), Purpose.CONFIRM, token, 1) == NOW
    for keys, purpose, version in (
        ((b"x" * 40,), Purpose.CONFIRM, 1),
        ((KEY,), Purpose.FORM, 1),
        ((KEY,), Purpose.CONFIRM, 2),
    ):
        assert verify_until(keys, purpose, token, version) is None
    assert not verify((KEY,), Purpose.CONFIRM, token, 1)
    public_id, moment, signature = token.split(".")
    assert verify_until((KEY,), Purpose.CONFIRM, f"{public_id}.{int(moment) + 1}.{signature}", 1) is None
    assert verify_until((KEY,), Purpose.CONFIRM, f"xyz.{moment}.{signature}", 1) is None


@given(st.text())
def test_no_text_is_a_token(text: str) -> None:
    assert verify_until((KEY,), Purpose.CONFIRM, text, 1) is None
    assert verify_until((KEY,), Purpose.CONFIRM, f"abc.{text}.x", 1) is None


# ── a break ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", date(2026, 9, 1), datetime(2026, 9, 1, tzinfo=UTC)),
        ("Pacific/Auckland", date(2026, 9, 1), datetime(2026, 8, 31, 12, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 2), datetime(2026, 11, 2, 5, tzinfo=UTC)),
        (
            "America/Havana",
            date(2026, 3, 8),
            datetime(2026, 3, 8, 5, tzinfo=UTC),
        ),  # midnight does not exist there
    ],
)
def test_a_break_ends_as_the_day_begins_there(zone: str, day: date, end: datetime) -> None:
    assert pause_end(day, ZoneInfo(zone)) == end


# ── the form ───────────────────────────────────────────────────────────────────────────────────────


@given(st.dictionaries(st.sampled_from(["email", "name", "timezone", "from", "opened"]), st.text()))
def test_no_form_breaks_the_checks(typed: dict[str, str]) -> None:
    form = read_form(typed)
    assert bool(form.address_key) == ("email" not in form.wrong)
    assert form.name.isprintable() or form.name == ""
    assert len(form.name) <= 101


def test_haste() -> None:
    assert haste(None, NOW) == TOO_LATE
    assert haste(NOW - timedelta(hours=13), NOW) == TOO_LATE
    assert haste(NOW - timedelta(seconds=1), NOW) == TOO_SOON
    assert haste(NOW + timedelta(seconds=1), NOW) == TOO_SOON
    assert haste(NOW - timedelta(seconds=2), NOW) == ""


def test_places_to_choose_from() -> None:
    names = [name for _, places in zones.by_area() for name, _ in places]
    assert len(names) == len(set(names)) > 300
    assert all(ZoneInfo(name) for name in names)
    assert (
        dict(dict(zones.by_area())["America"])["America/Argentina/Buenos_Aires"] == "Argentina, Buenos Aires"
    )
    assert zones.is_known("UTC")
    assert not zones.is_known("US/Eastern")


@pytest.mark.parametrize("text", ["proxy.example.org", "10.0.0.0/33", "*", "10.0.0.1/8"])
def test_a_proxy_is_an_address_or_a_network(text: str) -> None:
    with pytest.raises(ValueError, match="no address or CIDR"):
        parse.networks(text)
    assert parse.networks("10.0.0.0/8, ::1") == ("10.0.0.0/8", "::1")
    assert parse.networks("") == ()


def test_what_goes_into_which_slot() -> None:
    one = Addressed(Recipient("d", 1, "p", "a@example.org", "", 1), "u-token", "p-token")
    assert slots_in("x -preferences-token- y", "") == ("-preferences-token-",)
    assert one.fillings(["-preferences-token-"]) == {"-preferences-token-": "p-token"}
    assert one.fillings()["-unsubscribe-token-"] == "u-token"
    assert preferences_url("https://n.example/", "t") == "https://n.example/p/t"
