"""What SendGrid's ``POST /v3/mail/send`` refuses, written from its public description (docs/rules.md). Pure.

Deliberately shares no code with `newsletter.mailing`: a rule that the sender got wrong must not be wrong here, too.
"""

from __future__ import annotations

import json
import re
from typing import Any

Refusal = dict[str, Any]
"""One entry of SendGrid's ``errors``: message, field, and help where there is some."""

DOCS = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send#"
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FORBIDDEN_HEADERS = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
    *("to", "from", "subject", "reply-to", "cc", "bcc"),
}
_HOURS_72 = 72 * 60 * 60


class Verdict:
    """Collects refusals while a body is walked through."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.errors: list[Refusal] = []

    def no(self, field: str | None, message: str) -> None:
        more = {"help": {"link": f"{DOCS}{field}"}} if field else {}
        self.errors.append({"message": message, "field": field, **more})


def refusals(body: object, now: int) -> list[Refusal]:
    """SendGrid's list of errors for a decoded JSON body; empty means it would be taken. ``now`` in Unix seconds."""
    verdict = Verdict(now)
    if not isinstance(body, dict):
        verdict.no(None, "Bad Request")
        return verdict.errors
    people = body.get("personalizations")
    if not isinstance(people, list) or not people:
        verdict.no("personalizations", "At least one personalization is required.")
        people = []
    if len(people) > 1000:
        verdict.no("personalizations", "There may be no more than 1000 personalizations.")
    total = sum(_walk_person(verdict, f"personalizations.{i}", person) for i, person in enumerate(people))
    if total > 1000:
        verdict.no("personalizations", "The request has more than 1000 recipients.")
    _walk_message(verdict, body, people)
    return verdict.errors


def _walk_person(verdict: Verdict, at: str, person: Any) -> int:
    """Check one personalization; how many recipients it has."""
    if not isinstance(person, dict):
        verdict.no(at, "Bad Request")
        return 0
    if not isinstance(person.get("to"), list) or not person["to"]:
        verdict.no(f"{at}.to", "Every personalization needs a to array with at least one address.")
    known: list[str] = []
    for kind in ("to", "cc", "bcc"):
        for index, box in enumerate(person.get(kind) or []):
            _walk_mailbox(verdict, f"{at}.{kind}.{index}", box)
            known.append(str(box.get("email") if isinstance(box, dict) else box).lower())
    if len(known) != len(set(known)):
        verdict.no(at, "An address may stand only once among to, cc and bcc of a personalization.")
    _walk_headers(verdict, f"{at}.headers", person.get("headers"))
    _walk_map(verdict, f"{at}.custom_args", person.get("custom_args"))
    _walk_map(verdict, f"{at}.substitutions", person.get("substitutions"))
    _walk_send_at(verdict, f"{at}.send_at", person.get("send_at"))
    return len(known)


def _walk_mailbox(verdict: Verdict, at: str, box: Any) -> None:
    email = box.get("email") if isinstance(box, dict) else None
    if not isinstance(email, str) or not _EMAIL.fullmatch(email):
        verdict.no(f"{at}.email", "Does not contain a valid address.")
        return
    name = box.get("name", "")
    if not isinstance(name, str) or ";" in name or "," in name:
        verdict.no(f"{at}.name", "The name must be a string without ; or , characters.")


def _walk_message(verdict: Verdict, body: dict[str, Any], people: list[Any]) -> None:
    _walk_from(verdict, body.get("from"))
    if not body.get("subject") and not (
        people and all(isinstance(p, dict) and p.get("subject") for p in people)
    ):
        verdict.no("subject", "A subject is required, here or in every personalization.")
    _walk_content(verdict, body.get("content"))
    _walk_headers(verdict, "headers", body.get("headers"))
    _walk_map(verdict, "custom_args", body.get("custom_args"))
    _walk_send_at(verdict, "send_at", body.get("send_at"))
    _walk_categories(verdict, body.get("categories"))
    if len((body.get("asm") or {}).get("groups_to_display") or []) > 25:
        verdict.no("asm.groups_to_display", "There is a limit of 25 groups to display.")
    for name in ("tracking_settings", "mail_settings"):
        if not isinstance(body.get(name, {}), dict):
            verdict.no(name, "Bad Request")


def _walk_from(verdict: Verdict, sender: Any) -> None:
    email = sender.get("email") if isinstance(sender, dict) else None
    if not isinstance(email, str) or not _EMAIL.fullmatch(email):
        verdict.no("from.email", "The from email does not contain a valid address.")


def _walk_content(verdict: Verdict, parts: Any) -> None:
    if not isinstance(parts, list) or not parts:
        verdict.no("content", "At least one content block is required.")
        return
    kinds = []
    for index, part in enumerate(parts):
        value = part.get("value") if isinstance(part, dict) else None
        kinds.append(part.get("type") if isinstance(part, dict) else None)
        if not isinstance(value, str) or not value:
            verdict.no(
                f"content.{index}.value",
                "The content value must be a string at least one character in length.",
            )
        if not isinstance(kinds[-1], str) or "/" not in kinds[-1]:
            verdict.no(f"content.{index}.type", "The content type must be a MIME type.")
    if "text/plain" in kinds[1:] and kinds[0] != "text/plain":
        verdict.no("content", "text/plain has to come first, then text/html.")


def _walk_headers(verdict: Verdict, at: str, headers: Any) -> None:
    if headers is None:
        return
    if not isinstance(headers, dict):
        verdict.no(at, "The headers must be an object of key/value strings.")
        return
    for key, value in headers.items():
        if not isinstance(value, str):
            verdict.no(f"{at}.{key}", "The header values must be strings.")
        elif "\r" in value or "\n" in value:
            verdict.no(f"{at}.{key}", "The header values must not contain line breaks.")
        if any(ord(c) > 126 for c in key) or key.lower() in _FORBIDDEN_HEADERS:
            verdict.no(f"{at}.{key}", "The header name is reserved or contains non-ASCII characters.")


def _walk_map(verdict: Verdict, at: str, values: Any) -> None:
    if values is None:
        return
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        verdict.no(at, "The values must be strings.")
        return
    if len(json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")) > 10_000:
        verdict.no(at, "The total size cannot exceed 10000 bytes.")


def _walk_send_at(verdict: Verdict, at: str, moment: Any) -> None:
    if moment is None:
        return
    if type(moment) is not int:
        verdict.no(at, "The send_at parameter must be an integer.")
    elif moment > verdict.now + _HOURS_72:
        verdict.no(at, "Scheduling more than 72 hours in advance is forbidden.")


def _walk_categories(verdict: Verdict, names: Any) -> None:
    if names is None:
        return
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        verdict.no("categories", "The categories must be an array of strings.")
        return
    if len(names) > 10:
        verdict.no("categories", "You cannot have more than 10 categories per request.")
    if len(set(names)) != len(names):
        verdict.no("categories", "The categories must be unique.")
    if any(len(name) > 255 or any(ord(c) > 126 for c in name) for name in names):
        verdict.no("categories", "A category is too long or contains non-ASCII characters.")
