"""The request as built is one the provider takes, and our rules say no exactly where the strict stand-in does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.dev.sendgrid_rules import refusals
from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import Addressed, Recipient
from newsletter.mailing.letter import display_name, marked_test, one_line
from newsletter.mailing.payload import sendgrid_payload
from newsletter.mailing.payload_rules import MAX_BYTES, check_payload
from tests.support.mailing_fakes import addressed, envelope

NOW = 1_790_000_000
local_parts = st.from_regex(r"[a-z0-9+_'-]{1,20}", fullmatch=True)
someone = st.builds(
    lambda local, name, token: Addressed(
        Recipient(f"d{local}", 1, "p", f"{local}@example.org", name, 1), f"p.{token}"
    ),
    local_parts,
    st.text(st.characters(codec="utf-8"), max_size=150),
    st.from_regex(r"[a-z2-7]{32}", fullmatch=True),
)


def payload(count: int = 3, **more: Any) -> dict[str, Any]:
    return sendgrid_payload(envelope(), "b1", addressed(count), **more)


def test_each_recipient_has_a_personalization_with_their_own_headers_and_token() -> None:
    first, second, _ = payload()["personalizations"]
    assert first["to"] == [{"email": "reader1@example.org", "name": "Reader 1"}]
    assert first["headers"] == {
        "List-Unsubscribe": "<https://news.example.com/u/token1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert second["substitutions"] == {UNSUBSCRIBE_SLOT: "token2"}
    assert second["custom_args"] == {"batch": "b1", "issue": "2026-08-20", "delivery": "d2"}


def test_what_all_recipients_share_stands_once() -> None:
    body = payload()
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["headers"] == {"List-Id": "<daily.news.example.com>"}
    assert "custom_args" not in body
    assert body["from"] == {"email": "daily@news.example.com", "name": "Both Sides"}
    assert body["mail_settings"] == {"sandbox_mode": {"enable": False}}


def test_nothing_rewrites_the_mail_unless_click_tracking_is_asked_for() -> None:
    def enabled(body: dict[str, Any]) -> list[str]:
        return [name for name, setting in body["tracking_settings"].items() if setting["enable"]]

    assert enabled(payload()) == []
    assert enabled(payload(click_tracking=True)) == ["click_tracking"]
    assert payload(sandbox=True)["mail_settings"] == {"sandbox_mode": {"enable": True}}


def test_nothing_personal_goes_into_custom_args() -> None:
    body = payload()
    args = json.dumps([p["custom_args"] for p in body["personalizations"]])
    assert "@" not in args
    assert "Reader" not in args


def test_a_subject_with_a_line_break_begins_no_header() -> None:
    body = sendgrid_payload(envelope(subject="News\r\nBcc: x@example.org"), "b", addressed(1))
    assert body["subject"] == "News Bcc: x@example.org"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Lee, Ann", "Lee Ann"),
        ('Ann "The Pen" Lee; Esq.', "Ann The Pen Lee Esq."),
        ("Eve <eve@example.org>", "Eve eve@example.org"),
        ("Siobhán O'Neil", "Siobhán O'Neil"),
        ("A\r\nBcc: b", "A Bcc: b"),
        (" \t ", ""),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_are_made_harmless(raw: str, clean: str) -> None:
    assert display_name(raw) == clean


@settings(deadline=None)
@given(st.text())
def test_one_line_is_one_line_and_stays_so(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


def test_a_test_mail_is_marked_and_carries_nobodys_token() -> None:
    marked, one = marked_test(envelope(), "editor@example.org")
    assert marked.subject == "[Test] Both sides of the harbour vote"
    assert (one.recipient.subscriber_id, one.unsubscribe_token) == (0, "test-mail")


# ── the rules ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(st.lists(someone, min_size=1, max_size=5), st.text(st.characters(codec="utf-8"), max_size=50))
def test_whatever_the_names_the_request_is_one_the_provider_takes(
    recipients: list[Addressed], subject: str
) -> None:
    body = sendgrid_payload(envelope(subject=f"News {subject}"), "b1", recipients)
    assert check_payload(body, NOW) == ()
    assert refusals(json.loads(json.dumps(body)), NOW) == []
    assert [p["to"][0]["email"] for p in body["personalizations"]] == [r.recipient.email for r in recipients]


def test_a_full_batch_is_far_below_the_size_limit() -> None:
    long = envelope(html=f"<p>{UNSUBSCRIBE_SLOT}{'é' * 95_000}</p>")
    body = sendgrid_payload(long, "b1", addressed(1000))
    assert check_payload(body) == ()
    assert len(json.dumps(body)) < MAX_BYTES / 10


def _person(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    return lambda body: change(body["personalizations"][1])


FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no personalizations": lambda b: b.update(personalizations=[]),
    "1,001 personalizations": lambda b: b.update(personalizations=b["personalizations"] * 334),
    "1,001 recipients": _person(lambda p: p.update(to=[{"email": f"r{n}@example.org"} for n in range(999)])),
    "no to": _person(lambda p: p.pop("to")),
    "empty to": _person(lambda p: p.update(to=[])),
    "the same address twice": _person(
        lambda p: p.update(to=[{"email": "a@example.org"}, {"email": "A@example.org"}])
    ),
    "the same address in to and cc": _person(lambda p: p.update(cc=[{"email": "reader2@example.org"}])),
    "no address": _person(lambda p: p["to"][0].update(email="nobody")),
    "an address outside ASCII": _person(lambda p: p["to"][0].update(email="münchen@example.org")),
    "a comma in a name": _person(lambda p: p["to"][0].update(name="Lee, Ann")),
    "a semicolon in a name": _person(lambda p: p["to"][0].update(name="Lee; Ann")),
    "no subject": lambda b: b.update(subject=""),
    "no content": lambda b: b.update(content=[]),
    "empty content": lambda b: b["content"][0].update(value=""),
    "html first": lambda b: b["content"].reverse(),
    "no from": lambda b: b.pop("from"),
    "a header that is no string": lambda b: b["headers"].update({"X-Number": 7}),
    "a reserved header": lambda b: b["headers"].update({"Reply-To": "a@example.org"}),
    "a reserved header of a person": _person(lambda p: p["headers"].update({"x-SG-EID": "1"})),
    "a header name outside ASCII": lambda b: b["headers"].update({"X-Größe": "1"}),
    "a line break in a header": lambda b: b["headers"].update({"X-Two": "a\nb"}),
    "custom args that are no strings": _person(lambda p: p["custom_args"].update(issue=7)),
    "custom args too large": _person(lambda p: p["custom_args"].update(more="x" * 10_000)),
    "substitutions too large": _person(lambda p: p["substitutions"].update(more="é" * 5_000)),
    "send_at no integer": lambda b: b.update(send_at="soon"),
    "send_at true": lambda b: b.update(send_at=True),
    "send_at too far": _person(lambda p: p.update(send_at=NOW + 72 * 3600 + 1)),
    "eleven categories": lambda b: b.update(categories=[f"c{n}" for n in range(11)]),
    "a category twice": lambda b: b.update(categories=["a", "a"]),
    "a long category": lambda b: b.update(categories=["a" * 256]),
    "a category outside ASCII": lambda b: b.update(categories=["é"]),
    "too many groups": lambda b: b.update(asm={"group_id": 1, "groups_to_display": list(range(26))}),
}

FINE: dict[str, Callable[[dict[str, Any]], object]] = {
    "1,000 recipients": _person(lambda p: p.update(to=[{"email": f"r{n}@example.org"} for n in range(998)])),
    "a subject for each person": lambda b: (
        b.pop("subject"),
        [p.update(subject="Yours") for p in b["personalizations"]],
    ),
    "send_at in the past": lambda b: b.update(send_at=NOW - 1),
    "send_at in 72 hours": lambda b: b.update(send_at=NOW + 72 * 3600),
    "custom args as large as allowed": _person(lambda p: p["custom_args"].update(more="x" * 9_900)),
    "an emoji": lambda b: b.update(subject="Harbour \N{ANCHOR}\N{SHIP}\N{GRINNING FACE}"),
    "ten categories": lambda b: b.update(categories=[f"c{n}" for n in range(10)]),
    "text only": lambda b: b["content"].pop(),
    "html only": lambda b: b["content"].pop(0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_refusal_is_foreseen(fault: str) -> None:
    body = copy.deepcopy(payload())
    FAULTS[fault](body)
    assert check_payload(body, NOW), "our rules let it through"
    assert refusals(json.loads(json.dumps(body)), NOW), "the stand-in lets it through"


@pytest.mark.parametrize("case", FINE)
def test_nothing_else_is_refused(case: str) -> None:
    body = copy.deepcopy(payload())
    FINE[case](body)
    assert check_payload(body, NOW) == ()
    assert refusals(json.loads(json.dumps(body)), NOW) == []


def test_a_problem_names_the_place_and_no_address() -> None:
    body = payload()
    body["personalizations"][2]["to"][0]["email"] = "secret address"
    (problem,) = check_payload(body)
    assert problem.field == "personalizations.2.to"
    assert "secret" not in problem.message


def test_half_characters_and_30_megabytes_are_found() -> None:
    body = payload()
    body["content"][0]["value"] = "half \ud83d"
    assert [p.field for p in check_payload(body)] == ["content"]
    body["content"][0]["value"] = "x" * MAX_BYTES
    assert "smaller batches" in check_payload(body)[0].message
