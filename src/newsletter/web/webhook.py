"""Where the provider tells what became of the mail: ``POST /webhook/sendgrid``.

Signed bytes only, as they were received. Whatever is wrong with a request is a 4xx; where the fault is ours
(no key set, database away) it is a 503, and the provider comes back with the same events. Nothing of a
request is logged but how many events it held.
"""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.errors import AudienceError, SettingsError
from newsletter.mailing.event_rows import read_events
from newsletter.mailing.events import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verdict, verify_signature
from newsletter.wiring import House

WEBHOOK_PATH = "/webhook/sendgrid"
BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of a request; SendGrid sends at most 768 kB at a time."""

_log = logging.getLogger(__name__)


class Webhook:
    """The provider's events, verified and taken in."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        signature = request.headers.get(SIGNATURE_HEADER, "")
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        return await run_in_threadpool(self._take, body, signature, timestamp)

    def _take(self, body: bytes, signature: str, timestamp: str) -> Response:
        verdict = self._verdict(body, signature, timestamp)
        if verdict is not Verdict.GENUINE:
            _log.warning("webhook: refused, %s", verdict)
            return _said(verdict.status, f"Refused: {verdict}.")
        try:
            rows = read_events(body, self.house.secret_keys[0])
        except AudienceError as problem:
            raise HTTPException(400) from problem
        taken = self.house.intake.take(rows.events)
        _log.info("webhook: %d events, %d new, %d ignored", len(rows.events), taken.new, rows.ignored)
        return _said(200, f"{taken.new} new, {taken.repeated} told before, {rows.ignored} not used.")

    def _verdict(self, body: bytes, signature: str, timestamp: str) -> Verdict:
        """The best of what the accepted keys say: while a key is changed there are two."""
        keys = self.house.settings.webhook_public_key
        if not keys:
            raise SettingsError(
                "Events came in, and NEWSLETTER_WEBHOOK_PUBLIC_KEY is not set.",
                todo="Copy the verification key from the provider's Event Webhook settings.",
                setting="WEBHOOK_PUBLIC_KEY",
            )
        now = self.house.clock()
        found = [verify_signature(key, signature, timestamp, body, now) for key in keys]
        good = (Verdict.GENUINE, Verdict.STALE)
        return next((verdict for verdict in good if verdict in found), found[0])


def _said(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status)
