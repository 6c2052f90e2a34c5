"""SendGrid's scheduled sends: ids for batches, and cancelling them (facts: docs/rules.md, its OpenAPI file).

A cancellation belongs to the batch id: it holds also for mail that comes to SendGrid under that id later. A second
POST for one id is a 400, as are an eleventh pending cancellation and one that comes too late; the list of
cancellations tells which it was. Nothing here ever deletes a cancellation: that would let the mail go after all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from newsletter.domain.mailing import Cancellation
from newsletter.errors import ProviderError, ProviderRejected, ProviderUncertain
from newsletter.mailing import sendgrid_answers

AHEAD = timedelta(minutes=60)
"""An unsubscribe counts until then (SendGrid itself would take mail 72 hours ahead)."""
CANCEL_BEFORE = timedelta(minutes=10)
MOST_CANCELLATIONS = 10
_NO_SUCH_STATUS = (400, 404)


class ScheduledSends:
    """``client`` is `sendgrid_http.client`'s; ``now`` gives Unix seconds. Raises as `ports.Provider` does."""

    def __init__(self, client: Any, now: Callable[[], float], secrets: tuple[str, ...]) -> None:
        self._client, self._now, self._secrets = client, now, secrets

    def reserve(self) -> str:
        """A new batch id."""
        made = self._call(lambda: self._client.mail.batch.post())
        found = str(made.get("batch_id") or "") if isinstance(made, dict) else ""
        if not found:
            raise ProviderUncertain("SendGrid's address answered without a batch id.", todo="Run it again.")
        return found

    def cancellations(self) -> frozenset[str]:
        """Ids of the batches that are cancelled or paused."""
        return frozenset(self._statuses())

    def cancel(self, provider_batch: str) -> Cancellation:
        """Have that batch cancelled; what is cancelled already is confirmed."""
        wanted = {"batch_id": provider_batch, "status": "cancel"}
        try:
            self._call(lambda: self._client.user.scheduled_sends.post(request_body=wanted))
        except ProviderRejected as refusal:
            if refusal.fields.get("status") != 400:
                raise
            return self._why_not(provider_batch)
        return Cancellation.CONFIRMED

    def _why_not(self, provider_batch: str) -> Cancellation:
        """What a 400 was about."""
        held = self._statuses()
        if held.get(provider_batch) == "cancel":
            return Cancellation.CONFIRMED
        if provider_batch not in held and len(held) >= MOST_CANCELLATIONS:
            return Cancellation.FULL
        return self._change(provider_batch)

    def _change(self, provider_batch: str) -> Cancellation:
        """A status that exists already is changed by PATCH; where none exists, that is refused, too."""
        path = self._client.user.scheduled_sends._(provider_batch)
        try:
            self._call(lambda: path.patch(request_body={"status": "cancel"}))
        except ProviderRejected as refusal:
            if refusal.fields.get("status") not in _NO_SUCH_STATUS:
                raise
            return Cancellation.REFUSED
        return Cancellation.CONFIRMED

    def _statuses(self) -> Mapping[str, str]:
        listed = self._call(lambda: self._client.user.scheduled_sends.get())
        rows = listed if isinstance(listed, list) else []
        return {str(row["batch_id"]): str(row.get("status")) for row in rows if "batch_id" in row}

    def _call(self, call: Callable[[], Any]) -> Any:
        """The answer's JSON, None where it has no body."""
        try:
            body = call().body
            return json.loads(body) if body else None
        except ProviderError:
            raise
        except Exception as problem:  # noqa: BLE001 - what nobody foresaw leaves the outcome unknown, too
            # `from None`: the package's exceptions carry bodies, and a traceback would print them
            raise sendgrid_answers.outcome(problem, self._now(), self._secrets) from None
