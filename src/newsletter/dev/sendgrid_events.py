"""The stand-in's event webhook: signed events for what it accepted, and the suppression lists they lead to.

What becomes of a mail stands in its address, after a plus: ``reader+bounce@…``. Written from the provider's public
description; shares no code with `newsletter.mailing`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib import request
from urllib.error import HTTPError
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.dev.sendgrid_ledger import StoodMail

LISTS = (
    "suppression/bounces",
    "suppression/blocks",
    "suppression/invalid_emails",
    "suppression/spam_reports",
    "suppression/unsubscribes",
)
PAGE_LIMIT = 500
POST_LIMIT = 1_000
"""Events in one request."""
_COURSES: Mapping[str, tuple[str, ...]] = {
    "bounce": ("processed", "bounce"),
    "block": ("processed", "blocked"),
    "drop": ("dropped",),
    "defer": ("processed", "deferred", "delivered"),
    "spam": ("processed", "delivered", "spamreport"),
    "leave": ("processed", "delivered", "unsubscribe"),
    "return": ("processed", "delivered", "group_unsubscribe", "group_resubscribe"),
}
_LISTED = {
    "bounce": LISTS[0],
    "blocked": LISTS[1],
    "dropped": LISTS[2],
    "spamreport": LISTS[3],
    "unsubscribe": LISTS[4],
    "group_unsubscribe": LISTS[4],
}
_MORE: Mapping[str, Mapping[str, str]] = {
    LISTS[0]: {"reason": "550 5.1.1 no such mailbox", "status": "5.1.1"},
    LISTS[1]: {"reason": "550 5.7.1 not from you", "status": "5.7.1"},
    LISTS[2]: {"reason": "Mail domain mentioned in email address is unknown"},
    LISTS[3]: {"ip": "203.0.113.7"},
    LISTS[4]: {},
}
_SECONDS = 5.0


class EventDesk:
    """Makes, signs and posts events; keeps the suppression lists. Thread-safe.

    The signing key is made from the API key: the same key at every start, so that the setting that knows
    its public half stays right.
    """

    def __init__(self, api_key: str) -> None:
        secret = int.from_bytes(hashlib.sha256(b"events of " + api_key.encode()).digest()[:31], "big") + 1
        self._key = ec.derive_private_key(secret, ec.SECP256R1())
        self._lists: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in LISTS}
        self._lock = threading.Lock()

    @property
    def public_key(self) -> str:
        """Base64 of the DER, as SendGrid shows it."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    # ── events ─────────────────────────────────────────────────────────────────────────────────────

    def events_of(self, mail: StoodMail, now: float) -> list[dict[str, Any]]:
        """All that becomes of one mail, a second apart; its address goes onto the list it belongs on."""
        tag = mail.to.partition("@")[0].rpartition("+")[2]
        course = _COURSES.get(tag, ("processed", "delivered"))
        for event in course:
            self._enlist(event, mail.to, int(now))
        return [_event(mail, name, int(now) + second) for second, name in enumerate(course)]

    def signed(self, body: bytes, now: float) -> dict[str, str]:
        """The headers of a request with that body."""
        stamp = str(int(now))
        signature = self._key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }

    def post(self, url: str, events: Sequence[Mapping[str, Any]], now: float) -> list[int]:
        """Post the events, a thousand at a time; the answers' statuses. Raises `OSError` where nobody listens."""
        return [
            self.post_bytes(url, json.dumps(events[start : start + POST_LIMIT]).encode(), now)
            for start in range(0, len(events), POST_LIMIT)
        ]

    def post_bytes(self, url: str, body: bytes, now: float) -> int:
        """Sign and post a body; the answer's status."""
        asked = request.Request(url, body, self.signed(body, now), method="POST")  # noqa: S310 - the developer's address
        opener = request.build_opener(request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=_SECONDS) as answer:
                return int(answer.status)
        except HTTPError as refusal:
            with refusal:
                return refusal.code

    # ── suppressions ───────────────────────────────────────────────────────────────────────────────

    def _enlist(self, event: str, email: str, now: int) -> None:
        if event == "group_resubscribe":
            with self._lock:
                self._lists[LISTS[4]].pop(email.lower(), None)
        elif event in _LISTED:
            self.enlist(_LISTED[event], [email], now)

    def enlist(self, name: str, emails: Iterable[str], now: int) -> None:
        """Put addresses onto one of `LISTS`, as of Unix seconds."""
        rows = {email.lower(): {"created": now, "email": email, **_MORE[name]} for email in emails}
        with self._lock:
            self._lists[name].update(rows)

    def page(self, name: str, limit: int, offset: int) -> list[dict[str, Any]]:
        """A page of a list, oldest entry first."""
        with self._lock:
            return list(self._lists[name].values())[offset : offset + limit]


def _event(mail: StoodMail, name: str, at: int) -> dict[str, Any]:
    event = {"event": "bounce", "type": "blocked"} if name == "blocked" else {"event": name}
    more = {"type": "bounce", "reason": "550 5.1.1 no such mailbox"} if name == "bounce" else {}
    return {
        **mail.custom_args,
        **event,
        **more,
        "email": mail.to,
        "timestamp": at,
        "sg_event_id": uuid4().hex,
        "sg_message_id": f"{mail.message_id}.filter0001.{uuid4().hex[:4]}",
        "category": ["newsletter"],
    }
