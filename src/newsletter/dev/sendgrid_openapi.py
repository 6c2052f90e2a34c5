"""The operations of SendGrid's v3 API that we use, and what its published OpenAPI file says of each. Pure.

Facts of https://github.com/twilio/sendgrid-oai (version 1.0.0, as of January 2026), told in a form of our own: method,
path, query, headers, body, and the answers. Stricter in one thing: a property that the file does not name is refused.
Not in the file, but documented: 429, 415 and 200 for a request in the sandbox.

What the file alone does not say (an address twice, html before plain, the size …) is in `sendgrid_rules`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.dev.openapi_forms import (
    Form,
    email,
    items,
    mapping,
    maybe,
    number,
    record,
    text,
    truth,
    whole,
)

_ANY_TIME = frozenset({400, 401, 403, 404, 405, 413, 415, 429, 500, 503})
_STATUS = text(one_of=("pause", "cancel"))
_WHO = record({"email": email, "name": text()}, ("email",))
_ON = record({"enable": truth})
_SWITCHES = ("list_management", "spam_management", "bounce_management", "unsubscribe_management")

_PERSONALIZATION = record(
    {
        "from": _WHO,
        "to": items(_WHO, least=1),
        "cc": items(_WHO, most=1000),
        "bcc": items(_WHO, most=1000),
        "subject": text(1),
        "headers": mapping(text()),
        "substitutions": mapping(text(), 10_000),
        "dynamic_template_data": mapping(),
        "custom_args": mapping(text(), 10_000),
        "send_at": whole(),
    },
    ("to",),
)
_MAIL = record(
    {
        "personalizations": items(_PERSONALIZATION, least=1, most=1000),
        "from": _WHO,
        "reply_to": _WHO,
        "reply_to_list": items(_WHO, most=1000, unique=True),
        "subject": text(1),
        "content": items(record({"type": text(1), "value": text(1)}, ("type", "value")), least=1),
        "attachments": items(
            record(
                {
                    "content": text(1),
                    "type": text(1),
                    "filename": text(),
                    "disposition": text(one_of=("inline", "attachment")),
                    "content_id": text(),
                },
                ("content", "filename"),
            )
        ),
        "template_id": text(),
        "headers": mapping(text()),
        "categories": items(text(most=255), most=10, unique=True),
        # The file says string of what the documentation shows as an object: we keep to the personalizations'.
        "custom_args": text(),
        "send_at": whole(),
        "batch_id": text(),
        "asm": record({"group_id": whole(), "groups_to_display": items(whole(), most=25)}, ("group_id",)),
        "ip_pool_name": text(2, 64),
        "mail_settings": record(
            {
                **{f"bypass_{name}": _ON for name in _SWITCHES},
                "footer": record({"enable": truth, "text": text(), "html": text()}),
                "sandbox_mode": _ON,
            }
        ),
        "tracking_settings": record(
            {
                "click_tracking": record({"enable": truth, "enable_text": truth}),
                "open_tracking": record({"enable": truth, "substitution_tag": text()}),
                "subscription_tracking": record(
                    {"enable": truth, "text": text(), "html": text(), "substitution_tag": text()}
                ),
                "ganalytics": record(
                    {
                        "enable": truth,
                        **{
                            f"utm_{name}": text()
                            for name in ("source", "medium", "term", "content", "campaign")
                        },
                    }
                ),
            }
        ),
    },
    ("personalizations", "from"),
)
_STOP = record({"batch_id": text(pattern="[a-zA-Z0-9]"), "status": _STATUS}, ("batch_id", "status"))
_STOPPED = record({"batch_id": text(pattern="[a-zA-Z0-9_-]"), "status": _STATUS}, ("batch_id", "status"))
_BATCH = record({"batch_id": text(1)})
_PAGE = {"limit": whole(1, 500), "offset": whole(0)}
_SPAN = {"start_time": whole(), "end_time": whole(), "email": text()}
_DNS = record(
    {"valid": truth, "type": text(), "host": text(), "data": text()}, ("valid", "type", "host", "data")
)
_DNS_NAMES = ("mail_cname", "dkim1", "dkim2", "mail_server", "subdomain_spf", "domain_spf", "dkim", "spf")
_DOMAIN = record(
    {
        "id": number,
        "user_id": number,
        **{name: text() for name in ("subdomain", "domain", "username")},
        "ips": items(text()),
        **dict.fromkeys(("custom_spf", "default", "legacy", "automatic_security", "valid"), truth),
        "dns": record(dict.fromkeys(_DNS_NAMES, _DNS)),
    }
)
_SENDER = record(
    {
        "id": whole(),
        **{
            name: text()
            for name in (
                *("nickname", "from_email", "from_name", "reply_to", "reply_to_name"),
                *("address", "address2", "state", "city", "zip", "country"),
            )
        },
        "verified": truth,
        "locked": truth,
    }
)
_RESULT = record({"valid": truth, "reason": maybe(text())})
_KINDS = (
    *("group_resubscribe", "delivered", "group_unsubscribe", "spam_report", "bounce", "deferred"),
    *("unsubscribe", "processed", "open", "click", "dropped", "account_status_change"),
)
_WEBHOOK = record(
    {
        "enabled": truth,
        "url": text(),
        **dict.fromkeys(_KINDS, truth),
        "id": text(),
        "public_key": text(),
        **{
            name: maybe(text())
            for name in (
                *("friendly_name", "created_date", "updated_date"),
                *("oauth_client_id", "oauth_token_url"),
            )
        },
    }
)


def _listed(*required: str) -> Form:
    fields = {"created": number, "email": email, "reason": text(), "status": text(), "ip": text()}
    return items(record({name: fields[name] for name in required}, required))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the file. ``path`` with its parameters in braces; ``query`` all optional."""

    method: str
    path: str
    answers: Mapping[int, Form | None]
    """Status of success and the form of its body; None where it has none."""
    body: Form | None = None
    query: Mapping[str, Form] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    """That have to be there."""


OPERATIONS = (
    Operation("POST", "/v3/mail/send", {202: None, 200: None}, _MAIL),
    Operation("POST", "/v3/mail/batch", {201: _BATCH}),
    Operation("GET", "/v3/mail/batch/{batch_id}", {200: _BATCH}),
    Operation("POST", "/v3/user/scheduled_sends", {201: _STOPPED}, _STOP),
    Operation("GET", "/v3/user/scheduled_sends", {200: items(_STOPPED)}),
    Operation("GET", "/v3/user/scheduled_sends/{batch_id}", {200: items(_STOPPED)}),
    Operation(
        "PATCH", "/v3/user/scheduled_sends/{batch_id}", {204: None}, record({"status": _STATUS}, ("status",))
    ),
    Operation("DELETE", "/v3/user/scheduled_sends/{batch_id}", {204: None}),
    Operation(
        "GET",
        "/v3/suppression/bounces",
        {200: _listed("created", "email", "reason", "status")},
        query={**_PAGE, **_SPAN},
        headers=("Accept",),
    ),
    Operation(
        "GET",
        "/v3/suppression/blocks",
        {200: _listed("created", "email", "reason", "status")},
        query={**_PAGE, **_SPAN},
    ),
    Operation(
        "GET",
        "/v3/suppression/invalid_emails",
        {200: _listed("created", "email", "reason")},
        query={**_PAGE, **_SPAN},
    ),
    Operation(
        "GET",
        "/v3/suppression/spam_reports",
        {200: _listed("created", "email", "ip")},
        query={**_PAGE, **_SPAN},
    ),
    Operation(
        "GET", "/v3/suppression/unsubscribes", {200: _listed("created", "email")}, query={**_PAGE, **_SPAN}
    ),
    Operation("GET", "/v3/scopes", {200: record({"scopes": items(text(), unique=True)}, ("scopes",))}),
    Operation(
        "GET",
        "/v3/verified_senders",
        {200: record({"results": items(_SENDER)})},
        query={"limit": whole(), "lastSeenID": whole(), "id": whole()},
    ),
    Operation(
        "GET",
        "/v3/whitelabel/domains",
        {200: items(_DOMAIN)},
        query={
            "limit": whole(),
            "offset": whole(0),
            "exclude_subusers": text(one_of=("true", "false")),
            "username": text(),
            "domain": text(),
        },
    ),
    Operation(
        "POST",
        "/v3/whitelabel/domains/{id}/validate",
        {
            200: record(
                {
                    "id": whole(),
                    "valid": truth,
                    "validation_results": record(
                        dict.fromkeys(("mail_cname", "dkim1", "dkim2", "spf"), _RESULT)
                    ),
                }
            )
        },
    ),
    Operation(
        "GET",
        "/v3/user/webhooks/event/settings/all",
        {200: record({"max_allowed": number, "webhooks": items(_WEBHOOK)})},
        query={"include": text()},
    ),
    Operation(
        "GET",
        "/v3/user/webhooks/event/settings/signed/{id}",
        {200: record({"id": text(), "public_key": text()})},
    ),
)
ERRORS = record(
    {
        "errors": items(
            record({"message": text(), "field": maybe(text()), "help": mapping()}, ("message",)), least=1
        ),
        "id": text(),
    },
    ("errors",),
)
_ROUTES = tuple((one, re.compile(re.sub(r"\{\w+\}", "[^/]+", one.path))) for one in OPERATIONS)
_MOST_SAID = 5
_INTEGER = re.compile(r"-?\d+", re.ASCII)


def operation(method: str, path: str) -> Operation | None:
    """The operation of that method and path (without its query)."""
    return next((one for one, route in _ROUTES if one.method == method and route.fullmatch(path)), None)


def outside(method: str, target: str, headers: Iterable[str], kind: str, raw: bytes) -> list[str]:
    """What of a request is outside the file, a sentence each, at most five; empty when it keeps to it.

    ``target``: path and query; ``headers``: the names that came; ``kind``: the Content-Type; ``raw``: the body.
    Values are not repeated: a body holds addresses.
    """
    parts = urlsplit(target)
    found = operation(method, unquote(parts.path))
    if found is None:
        return [f"{method} {parts.path}: no operation of the file"]
    told = [*_query(found, parts.query), *_headers(found, headers), *_body(found, kind, raw)]
    return [f"{method} {found.path}: {one}" for one in told[:_MOST_SAID]]


def outside_answer(method: str, path: str, status: int, raw: bytes) -> list[str]:
    """The same of an answer, for the stand-in itself."""
    found = operation(method, path)
    if found is None:
        return [] if status in _ANY_TIME else [f"{method} {path}: {status} of no operation"]
    form = ERRORS if status in _ANY_TIME else found.answers.get(status)
    if status not in _ANY_TIME and status not in found.answers:
        return [f"{method} {found.path}: {status} is no answer of it"]
    if form is None:
        return [f"{method} {found.path}: {status} has no body"] if raw else []
    return [f"{method} {found.path}: {status}: {one}" for one in form(json.loads(raw), "answer")][:_MOST_SAID]


def _query(found: Operation, query: str) -> Iterator[str]:
    for name, value in parse_qsl(query, keep_blank_values=True):
        form = found.query.get(name)
        if form is None:
            yield f"query {name}: not a parameter it has"
        else:
            yield from form(int(value) if _INTEGER.fullmatch(value) else value, f"query {name}")


def _headers(found: Operation, names: Iterable[str]) -> Iterator[str]:
    there = {name.lower() for name in names}
    for name in ("Authorization", *found.headers):
        if name.lower() not in there:
            yield f"header {name}: missing"


def _body(found: Operation, kind: str, raw: bytes) -> Iterator[str]:
    if found.body is None:
        if raw:
            yield "body: it takes none"
        return
    if kind.partition(";")[0].strip().lower() != "application/json":
        yield "header Content-Type: not application/json"
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        yield "body: no JSON in UTF-8"
        return
    yield from found.body(body, "body")
