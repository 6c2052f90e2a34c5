"""Mail through SendGrid's v3 API (facts: docs/rules.md). It has no idempotency key, so doubt is never repeated."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence

from newsletter.domain.mailing import Accepted, Addressed, Cancellation, Envelope, Schedule
from newsletter.errors import ProviderError, ProviderRejected
from newsletter.mailing import sendgrid_answers, sendgrid_http
from newsletter.mailing.letter import TEST_BATCH, marked_test
from newsletter.mailing.payload import sendgrid_payload
from newsletter.mailing.payload_rules import MAX_PERSONALIZATIONS, check_payload
from newsletter.mailing.sendgrid_schedule import AHEAD, CANCEL_BEFORE, MOST_CANCELLATIONS, ScheduledSends

SENDGRID_URL = "https://api.sendgrid.com"
_PERSON = re.compile(r"personalizations\.(\d+)")


class SendGridProvider:
    """A `newsletter.ports.Provider` that `Schedules`. ``url`` may be the stand-in's or the EU host's.

    ``timeout`` in seconds. With ``sandbox`` SendGrid checks the request, answers 200 and mails nobody. ``now`` gives
    Unix seconds, for the provider's "come back at". Raises `SettingsError` for a key or address that cannot work.
    """

    name = "sendgrid"
    batch_size = MAX_PERSONALIZATIONS
    parallel = True  # each request has a connection of its own
    ahead = AHEAD
    cancel_before = CANCEL_BEFORE
    most_cancellations = MOST_CANCELLATIONS

    def __init__(
        self,
        api_key: str,
        url: str = SENDGRID_URL,
        timeout: float = 30.0,
        sandbox: bool = False,
        click_tracking: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.real = not sendgrid_http.is_loopback(url)
        self._client = sendgrid_http.client(api_key, url, timeout)
        self._secrets = (api_key,)
        self._sandbox, self._click_tracking, self._now = sandbox, click_tracking, now
        self._scheduled = ScheduledSends(self._client, now, self._secrets)

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        """One request for the whole batch. Raises as `Provider` says; messages name no address."""
        switches = {"sandbox": self._sandbox, "click_tracking": self._click_tracking}
        payload = sendgrid_payload(envelope, batch_id, recipients, schedule, **switches)
        body = json.dumps(payload)
        problems = check_payload(payload, int(self._now()), body)
        if problems:
            raise _unsendable(problems[0].field, problems[0].message, recipients)
        try:
            return self._post(body)
        except ProviderRejected as refusal:
            raise _named(refusal, recipients) from None

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        """One mail, its subject marked, to an address that need not be a subscriber's."""
        marked, addressed = marked_test(envelope, email)
        return self.submit(marked, TEST_BATCH, [addressed])

    def reserve(self) -> str:
        """See `Schedules.reserve`."""
        return self._scheduled.reserve()

    def cancellations(self) -> frozenset[str]:
        """See `Schedules.cancellations`."""
        return self._scheduled.cancellations()

    def cancel(self, provider_batch: str) -> Cancellation:
        """See `Schedules.cancel`."""
        return self._scheduled.cancel(provider_batch)

    def _post(self, body: str) -> Accepted:
        try:
            answer = self._client.mail.send.saying(body).post()
            return sendgrid_answers.accepted(answer.status_code, answer.headers, sandbox=self._sandbox)
        except ProviderError:
            raise
        except Exception as problem:  # noqa: BLE001 - what nobody foresaw leaves the outcome unknown, too
            # `from None`: the package's exceptions carry bodies, and a traceback would print them
            raise sendgrid_answers.outcome(problem, self._now(), self._secrets) from None


def _unsendable(field: str, message: str, recipients: Sequence[Addressed]) -> ProviderRejected:
    refusal = ProviderRejected(
        f"SendGrid would refuse this request ({field}): {message}.",
        todo="Nothing was sent. Fix what is named and run `newsletter send` again.",
        field=field,
    )
    return _named(refusal, recipients)


def _named(refusal: ProviderRejected, recipients: Sequence[Addressed]) -> ProviderRejected:
    """With the delivery id of the recipient the provider objects to: one fails the whole batch."""
    match = _PERSON.search(str(refusal.fields.get("field", "")))
    if match is None or int(match[1]) >= len(recipients):
        return refusal
    recipient = recipients[int(match[1])].recipient
    return ProviderRejected(
        f"{refusal.message} The recipient is delivery {recipient.delivery_id},"
        f" subscriber {recipient.subscriber_id}.",
        todo=f"{refusal.todo} Removing that subscriber frees the other {len(recipients) - 1}.",
        **refusal.fields,
        delivery_id=recipient.delivery_id,
    )
