"""Every way in which a call can end is mapped, and only what certainly was not accepted may be sent again."""

from __future__ import annotations

import builtins
import errno
import http.client
import inspect
import json
import socket
import ssl
import urllib.error
from email.message import Message
from typing import Any
from urllib.error import URLError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_http_client import exceptions as client_errors
from python_http_client.exceptions import HTTPError

from newsletter.domain.mailing import Accepted
from newsletter.errors import ProviderBusy, ProviderError, ProviderRejected, ProviderUncertain
from newsletter.mailing.sendgrid_answers import accepted, outcome, scrub
from newsletter.mailing.sendgrid_http import NotConnected

NOW = 1_790_000_000.0


def answer(status: int, body: bytes = b"", **headers: str) -> HTTPError:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return HTTPError(status, "reason", body, message)


def _exceptions() -> list[BaseException]:
    """One of each exception that urllib, http.client, socket, ssl or an operating system may raise."""
    found: dict[str, BaseException] = {}
    for module in (builtins, urllib.error, http.client, socket, ssl):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, OSError | http.client.HTTPException):
                found[f"{module.__name__}.{name}"] = _made(kind)
    for code in errno.errorcode:
        found[f"errno.{code}"] = OSError(code, "told by the system")
    return list(found.values())


def _made(kind: type[Any]) -> BaseException:
    if issubclass(kind, urllib.error.HTTPError):
        return kind("http://127.0.0.1", 500, "reason", Message(), None)  # type: ignore[no-any-return]
    for arguments in ((), ("x",), (b"", 5), (1, "x")):
        try:
            return kind(*arguments)  # type: ignore[no-any-return]
        except TypeError:
            continue
    raise AssertionError(f"do not know how to make {kind}")


@pytest.mark.parametrize("problem", _exceptions(), ids=repr)
def test_broken_after_the_connection_stood_nobody_knows_before_it_nothing_was_sent(
    problem: BaseException,
) -> None:
    after = outcome(problem, NOW)
    wrapped = outcome(URLError(problem), NOW)  # type: ignore[arg-type]
    if not isinstance(problem, http.client.InvalidURL):  # which http.client raises before it connects
        assert type(after) is ProviderUncertain
        assert type(wrapped) is ProviderUncertain
    not_connected = NotConnected("x")
    not_connected.__cause__ = problem
    before = outcome(URLError(not_connected), NOW)
    certificate = isinstance(problem, ssl.SSLCertVerificationError)
    assert type(before) is (ProviderRejected if certificate else ProviderBusy)


@pytest.mark.parametrize(
    "kind", [k for _, k in inspect.getmembers(client_errors, inspect.isclass) if issubclass(k, Exception)]
)
def test_every_exception_of_the_package_is_mapped(kind: type[HTTPError]) -> None:
    status = next((s for s, k in client_errors.err_dict.items() if k is kind), 599)
    assert isinstance(outcome(kind(status, "", b"", Message()), NOW), ProviderError)


@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 301, 308]
)
def test_a_clear_no_is_a_refusal_with_something_to_do(status: int) -> None:
    problem = outcome(answer(status, b'{"errors":[{"message":"bad thing","field":"from"}]}'), NOW)
    assert type(problem) is ProviderRejected
    assert problem.fields == {"status": status, "field": "from"}
    assert "bad thing" in problem.message
    assert problem.todo


@pytest.mark.parametrize("status", [302, 303, 408, 409, 425, 499, 500, 502, 503, 504, 520, 599])
def test_everything_that_may_follow_an_acceptance_is_uncertain(status: int) -> None:
    assert type(outcome(answer(status), NOW)) is ProviderUncertain


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": "Mon, 21 Sep 2026 14:13:50 GMT"}, 30.0),
        ({"X_RateLimit_Reset": str(int(NOW) + 42)}, 42.0),
        ({"X_RateLimit_Reset": "9"}, 9.0),
        ({"X_RateLimit_Reset": str(int(NOW) - 5)}, 0.0),
        ({"Retry_After": "soon", "X_RateLimit_Reset": str(int(NOW) + 3)}, 3.0),
        ({"Retry_After": "99999999"}, 86_400.0),
        ({"Retry_After": "٣"}, None),
    ],
)
def test_busy_says_for_how_long(headers: dict[str, str], seconds: float | None) -> None:
    problem = outcome(answer(429, **headers), NOW)
    assert type(problem) is ProviderBusy
    assert problem.fields["retry_after"] == seconds


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.sampled_from([b"null", b"[]", b'{"errors":[]}', b'{"errors":["x"]}', b"9" * 5000])
)
def test_whatever_the_body_says_the_status_decides(body: bytes) -> None:
    assert type(outcome(answer(400, body), NOW)) is ProviderRejected


def test_messages_are_scrubbed_of_addresses_and_keys() -> None:
    body = b'{"errors":[{"message":"<ann.lee@example.org> and SG.key\\u0007 no","field":"x@example.org"}]}'
    problem = outcome(answer(400, body), NOW, ("SG.key",))
    assert "example.org" not in str(problem)
    assert "SG.key" not in str(problem)
    assert "example.org" not in str(problem.fields)
    assert scrub("a" * 1000) == "a" * 300


def test_a_receipt_is_a_202_or_a_200_of_the_sandbox() -> None:
    assert accepted(202, {"X-Message-Id": "m1"}, sandbox=False) == Accepted("m1")
    assert accepted(202, {}, sandbox=False) == Accepted("")
    assert accepted(200, {}, sandbox=True) == Accepted("sandbox")
    assert accepted(200, {"X-Message-Id": "m1"}, sandbox=False) == Accepted("m1")
    for status in (200, 201, 204):
        with pytest.raises(ProviderUncertain):
            accepted(status, {}, sandbox=False)


@pytest.mark.parametrize(
    ("status", "said", "what"),
    [
        (401, "Maximum credits exceeded", "credits are used up"),
        (401, "You have exceeded your messaging limits", "credits are used up"),
        (403, "Your account has been suspended", "has suspended the account"),
        (403, "Account under review", "has suspended the account"),
        (401, "Authenticated user is not authorized to send mail", "has suspended the account"),
        (
            403,
            "The from address does not match a verified Sender Identity. Mail cannot be sent until this"
            " error is resolved.",
            "does not know the sender's address",
        ),
    ],
)
def test_what_is_wrong_with_the_account_is_said_plainly_with_what_to_do(
    status: int, said: str, what: str
) -> None:
    found = outcome(answer(status, json.dumps({"errors": [{"message": said}]}).encode()), NOW)
    assert isinstance(found, ProviderRejected)
    assert what in found.message
    assert "goes on" in found.todo
    assert found.fields["status"] == status


def test_another_refusal_of_the_key_is_about_the_key() -> None:
    said = b'{"errors": [{"message": "The provided authorization grant is invalid, expired, or revoked"}]}'
    found = outcome(answer(401, said), NOW)
    assert "NEWSLETTER_SENDGRID_API_KEY" in found.todo
