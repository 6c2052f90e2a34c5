"""What the provider's published OpenAPI file says of a request, in our own statement of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newsletter.dev.sendgrid_openapi import OPERATIONS, operation, outside, outside_answer
from newsletter.mailing.payload import sendgrid_payload
from tests.support.mailing_fakes import addressed, envelope

SEND = "/v3/mail/send"


def mail(**more: Any) -> dict[str, Any]:
    return {**sendgrid_payload(envelope(), "b1", addressed(2), click_tracking=True, sandbox=True), **more}


def told(body: Any, method: str = "POST", target: str = SEND, **more: Any) -> list[str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = more.get("headers", ("Authorization", "Accept"))
    return outside(method, target, headers, more.get("kind", "application/json"), raw)


def test_a_mail_of_ours_keeps_to_it() -> None:
    assert told(mail()) == []
    assert told(mail(send_at=1_790_000_000, batch_id="abc")) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"personalizations": []}, "body.personalizations: 0 items"),
        ({"personalizations": [{}]}, "body.personalizations.0.to: missing"),
        (
            {"personalizations": [{"to": [{"email": "a b@example.org"}]}]},
            "body.personalizations.0.to.0.email",
        ),
        ({"personalizations": [{"to": [{"name": "A"}]}]}, "body.personalizations.0.to.0.email: missing"),
        (
            {"personalizations": [{"to": [{"email": "a@example.org"}], "substitutions": {"-x-": 1}}]},
            "body.personalizations.0.substitutions.-x-: no string",
        ),
        ({"from": {"name": "A"}}, "body.from.email: missing"),
        ({"subject": ""}, "body.subject: 0 characters"),
        ({"content": [{"type": "text/plain"}]}, "body.content.0.value: missing"),
        ({"categories": ["a"] * 2}, "body.categories: the same item twice"),
        ({"categories": [str(n) for n in range(11)]}, "body.categories: 11 items"),
        ({"categories": ["x" * 256]}, "body.categories.0: 256 characters"),
        ({"send_at": "1790000000"}, "body.send_at: no integer"),
        ({"send_at": True}, "body.send_at: no integer"),
        ({"asm": {"groups_to_display": [1]}}, "body.asm.group_id: missing"),
        (
            {"asm": {"group_id": 1, "groups_to_display": list(range(26))}},
            "body.asm.groups_to_display: 26 items",
        ),
        ({"custom_args": {"batch": "b1"}}, "body.custom_args: no string"),
        ({"tracking_settings": {"click_tracking": {"enable": 1}}}, "neither true nor false"),
        ({"reply_to_list": [{"email": "a@example.org"}] * 2}, "body.reply_to_list: the same item twice"),
        ({"attachments": [{"content": "eA==", "filename": "x", "disposition": "beside"}]}, "disposition"),
        ({"unknown": 1}, "body.unknown: not a property it has"),
    ],
)
def test_what_it_does_not_allow_in_a_mail_is_named(change: dict[str, Any], where: str) -> None:
    found = told(mail(**change))
    assert found
    assert where in found[0]
    assert "a b@example.org" not in found[0], "an address is not repeated"


def test_a_thousand_and_one_personalizations_are_too_many() -> None:
    assert told(mail(personalizations=mail()["personalizations"][:1] * 1000)) == []
    assert "1001 items" in told(mail(personalizations=mail()["personalizations"][:1] * 1001))[0]


def test_methods_paths_queries_headers_and_bodies() -> None:
    assert told(b"", "GET", "/v3/suppression/bounces?limit=500&offset=0") == []
    assert "limit: 501" in told(b"", "GET", "/v3/suppression/bounces?limit=501")[0]
    assert "limit: no integer" in told(b"", "GET", "/v3/suppression/blocks?limit=many")[0]
    assert "page: not a parameter" in told(b"", "GET", "/v3/suppression/blocks?page=2")[0]
    assert "Accept: missing" in told(b"", "GET", "/v3/suppression/bounces", headers=("Authorization",))[0]
    assert "Authorization: missing" in told(b"", "GET", "/v3/scopes", headers=())[0]
    assert "no operation" in told(b"", "GET", "/v3/asm/suppressions/global")[0]
    assert "no operation" in told(b"", "PUT", SEND)[0]
    assert "it takes none" in told({}, "POST", "/v3/mail/batch")[0]
    assert told(b"", "POST", "/v3/mail/batch") == []
    assert "Content-Type" in told(mail(), kind="text/plain")[0]
    assert "no JSON" in told(b"\xff")[0]
    assert told({"status": "cancel"}, "PATCH", "/v3/user/scheduled_sends/abc") == []
    assert "not one of" in told({"status": "stop"}, "PATCH", "/v3/user/scheduled_sends/abc")[0]
    assert "not one of" in told({"batch_id": "-", "status": "cancel"}, target="/v3/user/scheduled_sends")[0]


def test_answers_are_looked_at_too() -> None:
    assert outside_answer("POST", SEND, 202, b"") == []
    assert outside_answer("POST", SEND, 202, b"{}")
    assert outside_answer("POST", SEND, 201, b"")
    assert outside_answer("POST", SEND, 400, b'{"errors": [{"message": "no", "field": null}]}') == []
    assert outside_answer("POST", SEND, 400, b'{"errors": [{"message": "no", "help": null}]}')
    assert outside_answer("GET", "/v3/nothing", 404, b"{}") == []
    assert outside_answer("GET", "/v3/nothing", 200, b"{}")
    row = b'[{"created": 1, "email": "a@example.org"}]'
    assert outside_answer("GET", "/v3/suppression/unsubscribes", 200, row) == []
    assert outside_answer("GET", "/v3/suppression/spam_reports", 200, row), "it has an ip"


def test_every_operation_is_found_by_its_own_path() -> None:
    for one in OPERATIONS:
        path = one.path.replace("{batch_id}", "abc").replace("{id}", "7")
        assert operation(one.method, path) is one
