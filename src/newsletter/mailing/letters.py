"""A letter: one mail to one person about their own subscription, as every provider hands it over. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from newsletter.domain.mailing import Letter
from newsletter.mailing.eml import mailbox_of, part_of, policy_of
from newsletter.mailing.letter import one_line
from newsletter.mailing.payload import tracking

CATEGORY = "subscription"


def letter_of(letter: Letter, date: datetime, *, seven_bit: bool = False) -> EmailMessage:
    """The mail: text first, then HTML. No name stands in it: whoever typed the address may have typed any."""
    mail = EmailMessage(policy=policy_of(letter.to))
    mail["From"] = mailbox_of(letter.from_email, one_line(letter.from_name))
    mail["To"] = mailbox_of(letter.to, "")
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{letter.mail_id}@{letter.from_email.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer is wanted
    mail["MIME-Version"] = "1.0"
    mail.make_alternative()
    for subtype, text in (("plain", letter.text), ("html", letter.html)):
        mail.attach(part_of(subtype, text, {}, mail.policy, seven_bit))  # type: ignore[arg-type]
    mail.set_boundary(f"=_{hashlib.sha256(letter.mail_id.encode()).hexdigest()[:32]}")
    return mail


def letter_payload(letter: Letter, *, sandbox: bool = False) -> dict[str, object]:
    """The body of ``POST /v3/mail/send`` for it.

    To somebody who left it goes past the provider's own list of unsubscribed addresses, which would drop the very link
    that they have just asked for; past its bounces and spam reports nothing goes.
    """
    settings: dict[str, object] = {"sandbox_mode": {"enable": sandbox}}
    if letter.despite_unsubscribe:
        settings["bypass_unsubscribe_management"] = {"enable": True}
    return {
        "personalizations": [{"to": [{"email": letter.to}], "custom_args": {"letter": letter.mail_id}}],
        "from": {"email": letter.from_email, "name": one_line(letter.from_name)},
        "subject": one_line(letter.subject),
        "content": [
            {"type": "text/plain", "value": letter.text},
            {"type": "text/html", "value": letter.html},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        "categories": [CATEGORY],
        "tracking_settings": tracking(clicks=False),
        "mail_settings": settings,
    }
