"""What an answer, or the lack of one, says about a request: accepted, refused, not taken, or unknown.

The rule behind every line: only what certainly was not accepted may ever be sent again by itself. Pure.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import InvalidURL
from typing import Any
from urllib.error import URLError

from python_http_client.exceptions import HTTPError

from newsletter.domain.mailing import Accepted
from newsletter.errors import ProviderBusy, ProviderError, ProviderRejected, ProviderUncertain
from newsletter.mailing.sendgrid_http import NotConnected

_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+")
_MOVED = frozenset({301, 307, 308})  # the request was not processed; 302 and 303 may follow a processed one
_UNSURE = frozenset({408, 409, 425, 499})  # 4xx that intermediaries give without saying what became of it
_LONGEST_WAIT = 24 * 3600
_TODO: Mapping[int, str] = {
    400: "This is a fault of the request: fix what is named and run `newsletter send` again.",
    401: "Check NEWSLETTER_SENDGRID_API_KEY with `newsletter doctor`, then run `newsletter send` again.",
    403: "Verify the sender or its domain at SendGrid and give the key the scope mail.send"
    " (`newsletter doctor` names both), then run `newsletter send` again.",
    413: "The request is too large: shorten the issue and run `newsletter send` again.",
}
_ACCOUNT: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"credits? (limit )?exceeded|exceeded your (messaging|sending) limit|out of credits",
            re.IGNORECASE,
        ),
        "SendGrid's credits are used up",
        "Nothing was accepted. Raise the plan or wait for its next period; the next `newsletter deliver` or"
        " `newsletter send` goes on.",
    ),
    (
        re.compile(
            r"suspend|under review|disabled|deactivat|banned|not authorized to send mail", re.IGNORECASE
        ),
        "SendGrid has suspended the account, or looks into it",
        "Nothing was accepted. Settle it with SendGrid's support; the next `newsletter deliver` or `newsletter"
        " send` goes on.",
    ),
    (
        re.compile(r"verified sender identity|sender identity", re.IGNORECASE),
        "SendGrid does not know the sender's address or domain as verified",
        "Nothing was accepted. Verify NEWSLETTER_FROM_EMAIL's domain at SendGrid (`newsletter doctor` looks); the"
        " next `newsletter deliver` or `newsletter send` goes on.",
    ),
)
"""What SendGrid says with 401 and 403 of an account that may not mail just now: word, what it means, what to do."""
_TODO_ELSE = "Check NEWSLETTER_SENDGRID_URL and the account, then run `newsletter send` again."
_SETTLE = "See `newsletter deliveries DATE --uncertain`; look at the provider's activity and settle it."


def accepted(status: int, headers: Mapping[str, str], *, sandbox: bool) -> Accepted:
    """202 is a receipt; 200 is one in the sandbox or with a message id. Raises `ProviderUncertain` else."""
    message_id = str(headers.get("X-Message-Id") or "").strip()
    if status == 202 or (status == 200 and (sandbox or message_id)):
        return Accepted(message_id or ("sandbox" if sandbox else ""))
    # A 200 without receipt is what a captive portal or a wrong host answers.
    raise ProviderUncertain(
        f"SendGrid's address answered {status} without a receipt.", todo=_SETTLE, status=status
    )


def outcome(problem: BaseException, now: float, secrets: tuple[str, ...] = ()) -> ProviderError:
    """The error of ours for whatever the client raised. ``now`` is Unix seconds; total over exceptions.

    ``secrets`` are strings to leave out of messages besides mail addresses.
    """
    if isinstance(problem, HTTPError):
        return _refusal(problem, now, secrets)
    reason = problem.reason if isinstance(problem, URLError) else problem
    if isinstance(reason, NotConnected):
        return _not_connected(reason)
    if isinstance(reason, InvalidURL):  # http.client refuses it before it connects
        return ProviderRejected("SendGrid's address is not a usable URL.", todo=_TODO_ELSE)
    if isinstance(reason, TimeoutError):
        return ProviderUncertain("SendGrid did not answer in time.", todo=_SETTLE)
    kind = type(reason).__name__
    return ProviderUncertain(f"The connection broke before SendGrid answered ({kind}).", todo=_SETTLE)


def _not_connected(reason: NotConnected) -> ProviderError:
    if isinstance(reason.__cause__, ssl.SSLCertVerificationError):
        return ProviderRejected(
            "The certificate of SendGrid's address cannot be verified.",
            todo="Check NEWSLETTER_SENDGRID_URL, the machine's clock and its proxy, then send again.",
        )
    kind = type(reason.__cause__).__name__
    return ProviderBusy(
        f"No connection to SendGrid ({kind}); nothing was sent.",
        todo="Check the network and NEWSLETTER_SENDGRID_URL, then run `newsletter send` again.",
        retry_after=None,
    )


def _refusal(answer: HTTPError, now: float, secrets: tuple[str, ...]) -> ProviderError:
    status = int(answer.status_code)
    if status == 429:
        return ProviderBusy(
            "SendGrid takes no more requests for the moment (429).",
            todo="Run `newsletter send` again later; nothing was accepted.",
            status=status,
            retry_after=_retry_after(answer.headers or {}, now),
        )
    if status in _MOVED or (400 <= status < 500 and status not in _UNSURE):
        message, field = _first_error(answer.body, secrets)
        if status in (401, 403) and (known := _account(message)):
            return ProviderRejected(
                f"{known[0]} ({status}): {message}", todo=known[1], status=status, field=field
            )
        return ProviderRejected(
            f"SendGrid refused the request ({status}{f', {field}' if field else ''}): {message}",
            todo=_TODO.get(status, _TODO_ELSE),
            status=status,
            field=field,
        )
    return ProviderUncertain(f"SendGrid answered {status}.", todo=_SETTLE, status=status)


def _account(message: str) -> tuple[str, str] | None:
    """What a refusal that is about the account means, and what to do; None for another one."""
    return next(((what, todo) for word, what, todo in _ACCOUNT if word.search(message)), None)


def _first_error(body: bytes, secrets: tuple[str, ...]) -> tuple[str, str]:
    """``(message, field)`` of the first error, scrubbed; whatever a proxy put there instead is not repeated."""
    try:
        first: Any = json.loads(body)["errors"][0]
        message, field = str(first["message"]), str(first.get("field") or "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "no reason given.", ""
    return _sentence(scrub(message, secrets)) or "no reason given.", scrub(field, secrets)


def _sentence(text: str) -> str:
    """With a full stop: advice of ours follows."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def scrub(text: str, secrets: tuple[str, ...] = ()) -> str:
    """The text without mail addresses, secrets and unprintable characters, at most 300 characters."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    text = _ADDRESS.sub("[address]", text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait: ``Retry-After`` (seconds or date), else ``X-RateLimit-Reset`` (Unix seconds), else None."""
    given, reset = headers.get("Retry-After"), headers.get("X-RateLimit-Reset")
    for value in (given, reset):
        seconds = _seconds(str(value), now) if value else None
        if seconds is not None:
            return min(max(seconds, 0.0), float(_LONGEST_WAIT))
    return None


def _seconds(value: str, now: float) -> float | None:
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 15:
        number = float(value)
        return number - now if number > 1_000_000_000 else number
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return None
