"""One SendGrid request, built from plain values. Pure: no client, no key, no clock.

The JSON is ours and not the `sendgrid` package's helpers', which let more than 1,000 personalizations
through, reverse their order, and lose an address whose name holds a comma (docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsletter.domain.mailing import Addressed, Envelope, Schedule, slots_in
from newsletter.mailing.letter import display_name, list_id, one_click_headers, one_line

CATEGORY = "newsletter"


def sendgrid_payload(
    envelope: Envelope,
    batch_id: str,
    recipients: Sequence[Addressed],
    schedule: Schedule | None = None,
    *,
    sandbox: bool = False,
    click_tracking: bool = False,
) -> dict[str, object]:
    """The body of ``POST /v3/mail/send`` for one batch: one personalization for each recipient, in order.

    ``batch_id`` and the delivery ids come back in the provider's events; nothing personal goes with them.
    ``schedule`` tells when to send it, and the id that it can be cancelled by; without it, at once.
    Check the result with `newsletter.mailing.payload_rules.check_payload` before it leaves.
    """
    told, slots = _told_back(envelope, batch_id, schedule), slots_in(envelope.html, envelope.text)
    return {
        "personalizations": [_personalization(envelope, addressed, told, slots) for addressed in recipients],
        "from": _mailbox(envelope.from_email, one_line(envelope.from_name)),
        "subject": one_line(envelope.subject),
        "content": [
            {"type": "text/plain", "value": envelope.text},
            {"type": "text/html", "value": envelope.html},
        ],
        "headers": {"List-Id": list_id(envelope)},
        "categories": [CATEGORY],
        "tracking_settings": tracking(click_tracking),
        "mail_settings": {"sandbox_mode": {"enable": sandbox}},
        **_scheduled(schedule),
    }


def _told_back(envelope: Envelope, batch_id: str, schedule: Schedule | None) -> dict[str, str]:
    """What the provider's events say of the mail: also which try of the batch it was, for one may be cancelled."""
    correction = {"correction": str(envelope.correction)} if envelope.correction else {}
    held = {"held": schedule.provider_batch} if schedule else {}
    return {"batch": batch_id, "issue": envelope.issue_date, **correction, **held}


def _scheduled(schedule: Schedule | None) -> dict[str, object]:
    if schedule is None:
        return {}
    return {"send_at": int(schedule.send_at.timestamp()), "batch_id": schedule.provider_batch}


def _personalization(
    envelope: Envelope, addressed: Addressed, told: Mapping[str, str], slots: tuple[str, ...]
) -> dict[str, object]:
    recipient = addressed.recipient
    return {
        "to": [_mailbox(recipient.email, display_name(recipient.name))],
        # Literal, per recipient: SendGrid documents substitution for subject and body, not for headers.
        "headers": dict(one_click_headers(envelope, addressed.unsubscribe_token)),
        "substitutions": addressed.fillings(slots),
        # Here and not for the whole request: there the provider's OpenAPI file has a string, its text an object.
        "custom_args": {**told, "delivery": recipient.delivery_id},
    }


def _mailbox(email: str, name: str) -> dict[str, str]:
    return {"email": email, "name": name} if name else {"email": email}


def tracking(clicks: bool) -> dict[str, dict[str, bool]]:
    """Everything off that would rewrite the mail: sent bytes equal the previewed ones but for tokens.

    Subscription tracking would add a second List-Unsubscribe; RFC 8058 allows exactly one.
    """
    return {
        "click_tracking": {"enable": clicks, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }
