"""What the SendGrid stand-in has accepted: mails, scheduled batches, and the counts tests ask for."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

_CANCEL_BEFORE = 600  # seconds before send_at until which SendGrid lets a batch be stopped
_OPEN_STOPS = 10  # SendGrid holds at most ten pending cancellations
_BATCH_LIFE = 10 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class StoodMail:
    """One accepted mail, as its recipient would get it. ``html`` and ``text`` have the substitutions made."""

    message_id: str
    to: str
    name: str
    subject: str
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    substitutions: Mapping[str, str]
    bodies: Mapping[str, str]
    """By content type, as sent; shared by all mails of a request."""
    batch_id: str = ""
    send_at: int = 0

    @property
    def html(self) -> str:
        return self._filled("text/html")

    @property
    def text(self) -> str:
        return self._filled("text/plain")

    def _filled(self, kind: str) -> str:
        body = self.bodies.get(kind, "")
        for slot, value in self.substitutions.items():
            body = body.replace(slot, value)
        return body


class Ledger:
    """Thread-safe. With ``record``, each accepted mail is a line of JSON there before the answer leaves.

    A cancellation belongs to the batch's id: it holds for what comes later, too. It is *pending* until its mail would
    have gone out, or for as long as ``stops_last`` says; SendGrid does not tell which, so a sender has to get along
    with the strictest. Then it is done: the mail is discarded, the status stays, and nothing can bring it back.
    With ``lists_done`` what is done stays in the list of stops, for as long as its id lives.
    """

    def __init__(
        self, record: Path | None = None, stops_last: float | None = None, lists_done: bool = False
    ) -> None:
        self._lock = threading.Lock()
        self._record = record
        self._stops_last, self._lists_done = stops_last, lists_done
        self._mails: list[StoodMail] = []
        self._batches: dict[str, float] = {}
        self._stops: dict[str, tuple[str, float]] = {}
        self.requests = 0
        """Requests for `/v3/mail/send` that arrived, accepted or not."""
        self.pages = 0
        """Pages of suppression lists that were asked for."""

    @property
    def mails(self) -> tuple[StoodMail, ...]:
        """Accepted and not cancelled, in order."""
        with self._lock:
            return tuple(mail for mail in self._mails if self._status(mail.batch_id) != "cancel")

    @property
    def taken(self) -> tuple[StoodMail, ...]:
        """Every accepted mail, the cancelled ones too."""
        with self._lock:
            return tuple(self._mails)

    def since(self, number: int, now: float) -> tuple[tuple[StoodMail, ...], int]:
        """What was accepted after the first ``number`` mails and is due by now, not cancelled; and how many there are.

        A mail scheduled for later keeps those after it waiting: one after the other is how they are told of.
        """
        with self._lock:
            due: list[StoodMail] = []
            for mail in self._mails[number:]:
                if mail.send_at > now and self._status(mail.batch_id) != "cancel":
                    break
                number += 1
                if self._status(mail.batch_id) != "cancel":
                    due.append(mail)
            return tuple(due), number

    def per_recipient(self) -> Counter[str]:
        """How many mails each address (in lower case) got."""
        return Counter(mail.to.lower() for mail in self.mails)

    def accept(self, body: Mapping[str, Any]) -> str:
        """Take a valid request in; its message id."""
        message_id = f"stand-in-{uuid4().hex[:16]}"
        bodies = {part["type"]: part["value"] for part in body["content"]}
        mails = [_mail(message_id, body, person, bodies) for person in body["personalizations"]]
        with self._lock:
            self._write(mails)
            self._mails.extend(mails)
        return message_id

    def _write(self, mails: list[StoodMail]) -> None:
        if self._record is None:
            return
        handle = os.open(self._record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for mail in mails:
                row = {
                    "message_id": mail.message_id,
                    "to": mail.to,
                    **mail.custom_args,
                    "subject": mail.subject,
                }
                file.write(json.dumps({**row, "headers": dict(mail.headers)}) + "\n")

    # ── scheduled batches ──────────────────────────────────────────────────────────────────────────

    def new_batch(self, now: float) -> str:
        batch_id = uuid4().hex
        with self._lock:
            self._batches[batch_id] = now
        return batch_id

    def knows(self, batch_id: str, now: float) -> bool:
        """Whether it is one of ours, and not older than the ten days that an id lives."""
        with self._lock:
            return self._known(batch_id, now)

    def _known(self, batch_id: str, now: float) -> bool:
        return batch_id in self._batches and now - self._batches[batch_id] < _BATCH_LIFE

    def _status(self, batch_id: str) -> str:
        return self._stops.get(batch_id, ("", 0.0))[0]

    def _pending(self, now: float) -> list[str]:
        """Stops that are not done yet."""
        due = {mail.batch_id: mail.send_at for mail in self._mails if mail.batch_id in self._stops}
        return [
            batch_id
            for batch_id, (_, since) in self._stops.items()
            if not (self._stops_last is not None and now >= since + self._stops_last)
            and now < due.get(batch_id, since + _BATCH_LIFE)
        ]

    def stop(self, batch_id: str, status: str, now: float, *, again: bool) -> str:
        """Cancel or pause a batch; the reason against it, or nothing. ``again``: a PATCH, not the first POST."""
        with self._lock:
            if not self._known(batch_id, now) or status not in ("cancel", "pause"):
                return "unknown batch or status"
            if again != (batch_id in self._stops):
                return "no status to change" if again else "a status already exists for this batch"
            if not again and len(self._pending(now)) >= _OPEN_STOPS:
                return "too many pending cancellations"
            due = [mail.send_at for mail in self._mails if mail.batch_id == batch_id]
            if due and min(due) < now + _CANCEL_BEFORE:
                return "too late to stop this batch"
            self._stops[batch_id] = (status, now)
            return ""

    def resume(self, batch_id: str, now: float) -> bool:
        """Delete a stop. One that is done is gone from the list already."""
        with self._lock:
            pending = batch_id in self._pending(now)
            if pending:
                del self._stops[batch_id]
            return pending

    def stops(self, now: float, batch_id: str = "") -> list[dict[str, str]]:
        """The pending ones (see ``lists_done``); of that batch only, where one is named."""
        with self._lock:
            known = list(self._stops) if self._lists_done else self._pending(now)
            return [{"batch_id": one, "status": self._status(one)} for one in known if batch_id in ("", one)]


def _mail(
    message_id: str, body: Mapping[str, Any], person: Mapping[str, Any], bodies: Mapping[str, str]
) -> StoodMail:
    box = person["to"][0]
    return StoodMail(
        message_id=message_id,
        to=box["email"],
        name=box.get("name", ""),
        subject=person.get("subject") or body["subject"],
        headers={**(body.get("headers") or {}), **(person.get("headers") or {})},
        custom_args={**(body.get("custom_args") or {}), **(person.get("custom_args") or {})},
        substitutions=person.get("substitutions") or {},
        bodies=bodies,
        batch_id=str(body.get("batch_id") or ""),
        send_at=int(person.get("send_at") or body.get("send_at") or 0),
    )
