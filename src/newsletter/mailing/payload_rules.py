"""Every rule that SendGrid answers with 400 or 413, checked before the call (the list is docs/rules.md's).

One recipient's slip fails the whole request of 1,000, so it is found here, with the place named as SendGrid
names it (``personalizations.3.to``). Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from newsletter.domain.audience import parse_address
from newsletter.errors import InvalidAddress

MAX_PERSONALIZATIONS = 1_000
MAX_BYTES = 30_000_000
"""Of the JSON as it leaves, so with ``\\u`` escapes counted."""
MAX_ARGS_BYTES = 10_000
_MOST_BYTES = 8
"""Of a character in JSON (six, for a control character's escape), or about an entry (``"": "", ``)."""
MAX_CATEGORIES = 10
MAX_CATEGORY_CHARS = 255
MAX_SEND_AHEAD = 72 * 3600
MAX_GROUPS = 25
RESERVED = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)

Json = Mapping[str, Any]


class Problem(NamedTuple):
    """Where SendGrid would object, and to what; never an address."""

    field: str
    message: str


def check_payload(payload: Json, now: int = 0, body: str = "") -> tuple[Problem, ...]:
    """Everything SendGrid would refuse in a request body; empty when it would be accepted.

    ``now`` is Unix seconds and matters only where ``send_at`` is used. ``body``: the payload as it leaves, in ASCII,
    where that was written already.
    """
    return (
        *_personalizations(payload, now),
        *_from(payload),
        *_subjects(payload),
        *_content(payload),
        *_headers(payload, ""),
        *_strings_within(payload, "custom_args", "", "unique arguments"),
        *_send_at(payload, "", now),
        *_categories(payload),
        *_groups(payload),
        *_size(payload, body or json.dumps(payload)),
    )


def _personalizations(payload: Json, now: int) -> Iterator[Problem]:
    people = payload.get("personalizations") or []
    if not 1 <= len(people) <= MAX_PERSONALIZATIONS:
        yield Problem(
            "personalizations", f"{len(people):,} of them; 1 to {MAX_PERSONALIZATIONS:,} are allowed"
        )
    everybody = [_everybody(one) for one in people]
    if sum(map(len, everybody)) > MAX_PERSONALIZATIONS:
        yield Problem("personalizations", f"more than {MAX_PERSONALIZATIONS:,} recipients in all")
    for index, one in enumerate(people):
        place = f"personalizations.{index}."
        yield from _recipients(one, everybody[index], place)
        yield from _headers(one, place)
        yield from _strings_within(one, "custom_args", place, "unique arguments")
        yield from _strings_within(one, "substitutions", place, "substitutions")
        if "send_at" in one:
            yield from _send_at(one, place, now)


def _everybody(one: Json) -> list[Json]:
    return [*(one.get("to") or []), *(one.get("cc") or []), *(one.get("bcc") or [])]


def _recipients(one: Json, everybody: list[Json], place: str) -> Iterator[Problem]:
    if not one.get("to"):
        yield Problem(f"{place}to", "nobody to send to")
    seen: set[str] = set()
    for mailbox in everybody:
        email, name = str(mailbox.get("email", "")), str(mailbox.get("name", ""))
        if email.casefold() in seen:
            yield Problem(f"{place}to", "the same address twice in one personalization")
        seen.add(email.casefold())
        if not _deliverable(email):
            yield Problem(f"{place}to", "not an address that SendGrid takes")
        if ";" in name or "," in name:
            yield Problem(f"{place}to", "a ; or , in the name")


def _deliverable(email: str) -> bool:
    """SendGrid takes no letters outside ASCII: none before the @ (`parse_address`), the domain in its ASCII form."""
    try:
        parse_address(email)
    except InvalidAddress:
        return False
    return True


def _from(payload: Json) -> Iterator[Problem]:
    if not _deliverable(str((payload.get("from") or {}).get("email", ""))):
        yield Problem("from", "no usable From address")


def _subjects(payload: Json) -> Iterator[Problem]:
    if payload.get("subject"):
        return
    people = payload.get("personalizations") or []
    if not people or not all(one.get("subject") for one in people):
        yield Problem("subject", "no subject")


def _content(payload: Json) -> Iterator[Problem]:
    parts = payload.get("content") or []
    if not parts:
        yield Problem("content", "no content")
    for index, part in enumerate(parts):
        if not part.get("value"):
            yield Problem(f"content.{index}.value", "empty")
    kinds = [part.get("type") for part in parts]
    if "text/plain" in kinds and kinds[0] != "text/plain":
        yield Problem("content", "text/plain has to come first")


def _headers(part: Json, place: str) -> Iterator[Problem]:
    for key, value in (part.get("headers") or {}).items():
        field = f"{place}headers"
        if not isinstance(value, str):
            yield Problem(field, "a header's value has to be a string")
        elif "\r" in value or "\n" in value:
            yield Problem(field, "a line break in a header")
        if not _is_header(key):
            yield Problem(field, "a header's name is reserved or not ASCII")


@lru_cache(256)
def _is_header(key: str) -> bool:
    return key.isascii() and key.casefold() not in RESERVED


def _strings_within(part: Json, key: str, place: str, what: str) -> Iterator[Problem]:
    values = part.get(key) or {}
    for value in values.values():
        if not isinstance(value, str):
            yield Problem(f"{place}{key}", f"{what} have to be strings")
            return
    characters = sum(map(len, values)) + sum(map(len, values.values()))
    if _MOST_BYTES * (characters + len(values)) < MAX_ARGS_BYTES:  # a thousand people have theirs looked at
        return
    if len(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_ARGS_BYTES:
        yield Problem(f"{place}{key}", f"{what} of more than {MAX_ARGS_BYTES:,} bytes")


def _send_at(part: Json, place: str, now: int) -> Iterator[Problem]:
    moment = part.get("send_at", now)
    if not isinstance(moment, int) or isinstance(moment, bool):
        yield Problem(f"{place}send_at", "has to be whole Unix seconds")
    elif moment - now > MAX_SEND_AHEAD:
        yield Problem(f"{place}send_at", "more than 72 hours ahead")


def _categories(payload: Json) -> Iterator[Problem]:
    names = [str(name) for name in payload.get("categories") or []]
    if len(names) > MAX_CATEGORIES or len(set(names)) < len(names):
        yield Problem("categories", f"more than {MAX_CATEGORIES}, or one of them twice")
    if any(len(name) > MAX_CATEGORY_CHARS or not name.isascii() for name in names):
        yield Problem("categories", f"over {MAX_CATEGORY_CHARS} characters or not ASCII")


def _groups(payload: Json) -> Iterator[Problem]:
    if len((payload.get("asm") or {}).get("groups_to_display") or []) > MAX_GROUPS:
        yield Problem("asm.groups_to_display", f"more than {MAX_GROUPS}")


def _size(payload: Json, body: str) -> Iterator[Problem]:
    if "\\ud" in body:  # a whole pair, as of an emoji, or half of one
        try:
            json.dumps(payload, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            yield Problem("content", "text that is not valid UTF-8 (half a surrogate pair)")
    if len(body) >= MAX_BYTES:
        yield Problem("content", f"{MAX_BYTES // 1_000_000} MB or more; send smaller batches")
