"""The stand-in behaves as SendGrid's description says, also towards clients that are not ours."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from newsletter.dev.sendgrid import OutsideTheFile, SendGridStandIn
from newsletter.mailing.payload import sendgrid_payload
from tests.support.mailing_fakes import addressed, envelope

NOW = 1_790_000_000
Answer = tuple[int, Any, dict[str, str]]


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn("SG.dev", now=lambda: float(NOW)) as server:
        yield server


def call(
    stand_in: SendGridStandIn,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str = "SG.dev",
    kind: str = "application/json",
) -> Answer:
    raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": kind, "Accept": "application/json"}
    asked = urllib.request.Request(stand_in.url + path, raw, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or b"null"), dict(answer.headers)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read() or b"null"), dict(refusal.headers)


def payload(count: int = 2, **more: Any) -> dict[str, Any]:
    return {**sendgrid_payload(envelope(), "b1", addressed(count)), **more}


def test_a_good_request_is_accepted_with_a_message_id(stand_in: SendGridStandIn) -> None:
    status, body, headers = call(stand_in, "POST", "/v3/mail/send", payload())
    assert (status, body) == (202, None)
    assert headers["X-Message-Id"] == stand_in.mails[0].message_id


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe{}", "application/json", 400),
        (b'{"subject": "half \\ud83d"}', "application/json", 400),
        (b"not json", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "application/json; charset=utf-8", 400),
        (b"{}", "text/plain", 415),
    ],
    ids=["utf-16", "half a character", "no json", "a list", "deep", "empty", "text"],
)
def test_bodies_that_are_none(stand_in: SendGridStandIn, body: bytes, kind: str, status: int) -> None:
    answered, errors, _ = call(stand_in, "POST", "/v3/mail/send", body, kind=kind)
    assert answered == status
    assert {"message", "field"} <= set(errors["errors"][0])
    assert stand_in.mails == ()
    assert stand_in.asked_for(), "what no client may send is known for that"


def test_other_shapes_are_refused_with_the_field_and_not_by_a_crash(stand_in: SendGridStandIn) -> None:
    for change in (
        {"personalizations": "x"},
        {"personalizations": ["x"]},
        {"personalizations": [{"to": "x"}]},
        {"personalizations": [{"to": ["x"]}]},
        {"personalizations": [{"to": [{"email": "a@example.org"}], "headers": "x"}]},
        {"content": ["x"]},
        {"from": "x"},
        {"categories": "x"},
        {"headers": []},
        {"custom_args": "x"},
        {"mail_settings": "x"},
    ):
        status, errors, _ = call(stand_in, "POST", "/v3/mail/send", payload(**change))
        assert status == 400, change
        assert errors["errors"][0]["field"], change
        assert stand_in.asked_for() or change == {"custom_args": "x"}, change


def test_too_large_a_request_is_413_and_a_wrong_key_401(stand_in: SendGridStandIn) -> None:
    assert call(stand_in, "POST", "/v3/mail/send", b" " * 30_000_000)[0] == 413
    assert call(stand_in, "POST", "/v3/mail/send", payload(), key="SG.other")[0] == 401
    assert stand_in.mails == ()
    assert stand_in.asked_for() == ("POST /v3/mail/send: body: no JSON in UTF-8",)


def test_the_rest_of_the_api_that_a_sender_asks_for(stand_in: SendGridStandIn) -> None:
    assert "mail.send" in call(stand_in, "GET", "/v3/scopes")[1]["scopes"]
    for name in ("bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes"):
        assert call(stand_in, "GET", f"/v3/suppression/{name}?limit=500&offset=0")[:2] == (200, [])
    assert call(stand_in, "GET", "/v3/nothing")[0] == 404
    assert call(stand_in, "POST", "/v3/nothing", {})[0] == 404
    assert call(stand_in, "GET", "/v3/asm/suppressions/global")[0] == 404, "it lists one address at a time"
    assert len(stand_in.asked_for()) == 3


def test_a_property_the_file_does_not_name_is_refused_and_fails_the_test() -> None:
    slips: tuple[dict[str, Any], ...] = (
        {"trackng_settings": {}},
        {"custom_args": {"batch": "b1"}},
        {"mail_settings": {"sandbox_mode": {"enable": "yes"}}},
        {"ip_pool_name": "x"},
        {"reply_to": {"name": "Nobody"}},
    )
    for slip in slips:
        stand_in = SendGridStandIn("SG.dev").__enter__()
        assert call(stand_in, "POST", "/v3/mail/send", payload(**slip))[0] == 400
        assert stand_in.mails == ()
        with pytest.raises(OutsideTheFile, match=next(iter(slip))):
            stand_in.__exit__(None, None, None)


def test_a_failing_test_is_told_of_its_own_failure_first() -> None:
    stand_in = SendGridStandIn("SG.dev").__enter__()
    call(stand_in, "GET", "/v3/nothing")
    stand_in.__exit__(RuntimeError, RuntimeError("its own"), None)
    assert stand_in.outside


def test_a_scheduled_batch_can_be_cancelled_until_ten_minutes_before(stand_in: SendGridStandIn) -> None:
    batch = call(stand_in, "POST", "/v3/mail/batch")[1]["batch_id"]
    late = call(stand_in, "POST", "/v3/mail/batch")[1]["batch_id"]
    assert call(stand_in, "POST", "/v3/mail/send", payload(batch_id=batch, send_at=NOW + 3600))[0] == 202
    assert call(stand_in, "POST", "/v3/mail/send", payload(batch_id=late, send_at=NOW + 300))[0] == 202
    assert call(stand_in, "POST", "/v3/mail/send", payload(batch_id="unknown"))[0] == 400
    assert len(stand_in.mails) == 4
    stop = {"batch_id": batch, "status": "pause"}
    assert call(stand_in, "POST", "/v3/user/scheduled_sends", stop)[:2] == (201, stop)
    assert len(stand_in.mails) == 4
    assert call(stand_in, "POST", "/v3/user/scheduled_sends", stop)[0] == 400  # a second POST: use PATCH
    assert call(stand_in, "PATCH", f"/v3/user/scheduled_sends/{batch}", {"status": "cancel"})[0] == 204
    assert len(stand_in.mails) == 2
    assert call(stand_in, "GET", "/v3/user/scheduled_sends")[1] == [{"batch_id": batch, "status": "cancel"}]
    assert (
        call(stand_in, "POST", "/v3/user/scheduled_sends", {"batch_id": late, "status": "cancel"})[0] == 400
    )
    assert call(stand_in, "DELETE", f"/v3/user/scheduled_sends/{batch}")[0] == 204
    assert call(stand_in, "DELETE", f"/v3/user/scheduled_sends/{batch}")[0] == 404
    assert call(stand_in, "PATCH", f"/v3/user/scheduled_sends/{batch}", {"status": "cancel"})[0] == 400


def test_at_most_ten_cancellations_are_pending(stand_in: SendGridStandIn) -> None:
    batches = [call(stand_in, "POST", "/v3/mail/batch")[1]["batch_id"] for _ in range(11)]
    answers = [
        call(stand_in, "POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": "cancel"})[0]
        for batch in batches
    ]
    assert answers == [201] * 10 + [400]


def test_another_process_can_count_in_the_record(tmp_path: Path) -> None:
    record = tmp_path / "mails.jsonl"
    with SendGridStandIn("SG.dev", record=record) as stand_in:
        call(stand_in, "POST", "/v3/mail/send", payload(3))
        rows = [json.loads(line) for line in record.read_text().splitlines()]
    assert [row["to"] for row in rows] == [f"reader{n}@example.org" for n in (1, 2, 3)]
    assert rows[0]["delivery"] == "d1"
    assert rows[0]["batch"] == "b1"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_what_it_tells_shows_no_address_in_full() -> None:
    told: list[str] = []
    with SendGridStandIn("SG.dev", tell=told.append) as stand_in:
        call(stand_in, "POST", "/v3/mail/send", payload(3))
        call(stand_in, "POST", "/v3/mail/send", payload(content=[]))
        stand_in.fail_next(503)
        call(stand_in, "POST", "/v3/mail/send", payload(1))
        call(stand_in, "POST", "/v3/mail/send", payload(1, mail_settings={"sandbox_mode": {"enable": True}}))
        stand_in.asked_for()
    assert told == [
        "accepted: 'Both sides of the harbour vote' to r…@example.org and 2 more",
        "outside the published rules: POST /v3/mail/send: body.content: 0 items; 1 to any number are allowed",
        "refused: content: At least one content block is required.",
        "failing on demand (503): 'Both sides of the harbour vote' to r…@example.org",
        "sandbox: 'Both sides of the harbour vote' to r…@example.org",
    ]


def test_as_a_command_it_says_how_to_use_it_and_ends_on_ctrl_c() -> None:
    program = """if True:
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits "ignored"
        from newsletter.dev.sendgrid import main
        main(0)"""
    command, env = (
        [sys.executable, "-u", "-c", program],
        {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(10) == 0
    assert "http://127.0.0.1:" in told[0]
    assert "NEWSLETTER_SENDGRID_URL=http://127.0.0.1:" in told[2]
    assert rest == "0 mails accepted to 0 addresses.\n"


def test_a_failure_it_does_not_know_is_a_mistake_of_the_test(stand_in: SendGridStandIn) -> None:
    with pytest.raises(ValueError, match="timeout"):
        stand_in.fail_next("explode")
