"""The body of an event webhook's request to events. Pure, and forgiving: a row we cannot use costs that row.

The provider repeats a refused request for 24 hours with all its rows; one odd row must not hold up the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newsletter.domain.audience import parse_address
from newsletter.domain.events import DeliveryEvent, EventKind
from newsletter.domain.tokens import keyed_digest
from newsletter.errors import AudienceError, InvalidAddress

_ID_LIMIT = 200
_LAST = 4_102_444_800  # 2100-01-01: a later time stamp is no Unix seconds
_KINDS: Mapping[str, EventKind] = {
    kind.value: kind for kind in EventKind if kind is not EventKind.BLOCKED
}  # `blocked` is the type of a bounce, and no event of its own


@dataclass(frozen=True, slots=True)
class Rows:
    """The events of a request, and how many rows were none that we know."""

    events: tuple[DeliveryEvent, ...]
    ignored: int


def read_events(body: bytes, key: bytes) -> Rows:
    """The rows of a request's body. ``key`` makes the fingerprints, from which no address can be told.

    Raises `AudienceError` when the body is no JSON list.
    """
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise AudienceError("The request holds no JSON list of events.")
    events = [event for row in rows if (event := _event(row, key)) is not None]
    return Rows(tuple(events), len(rows) - len(events))


def _event(row: Any, key: bytes) -> DeliveryEvent | None:
    if not isinstance(row, dict):
        return None
    kind, at = _kind(row), _moment(row.get("timestamp"))
    if kind is None or at is None:
        return None
    message_id, email = _id(row.get("sg_message_id")), _text(row.get("email"))
    fingerprint = keyed_digest(
        key, message_id, email.lower(), str(kind), str(int(at.timestamp())), _text(row.get("url"))
    )
    return DeliveryEvent(
        kind=kind,
        at=at,
        # An event without an id of its own has only the other key.
        event_id=_id(row.get("sg_event_id")) or f"none-{fingerprint}",
        fingerprint=fingerprint,
        message_id=message_id,
        address_key=_address_key(email),
        delivery_id=_id(row.get("delivery")),
        batch_id=_id(row.get("batch")),
        provider_batch=_id(row.get("held")),
    )


def _kind(row: Mapping[str, Any]) -> EventKind | None:
    kind = _KINDS.get(_text(row.get("event")))
    if kind is EventKind.BOUNCE and _text(row.get("type")) == "blocked":
        return EventKind.BLOCKED
    return kind


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 < value < _LAST:
        return None
    return datetime.fromtimestamp(value, UTC)


def _address_key(email: str) -> str:
    try:
        return parse_address(email)[1]
    except InvalidAddress:
        return ""


def _id(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= _ID_LIMIT and text.isascii() and text.isprintable() else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
