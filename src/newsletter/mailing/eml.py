"""One recipient's mail as RFC 5322 bytes. Pure, and deterministic: same envelope, recipient and date, same bytes."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from typing import Any

from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import Addressed, Envelope
from newsletter.mailing.letter import display_name, list_id, one_click_headers, one_line

# 998 is RFC 5322's limit. Shorter, and the package "folds" a long List-Unsubscribe into encoded words,
# which no mailbox reads as an address.
_LINE = 998
_ASCII = SMTP.clone(max_line_length=_LINE, cte_type="8bit")
_UNICODE = _ASCII.clone(utf8=True)  # for letters outside ASCII before the @ (RFC 6532)


def mail_of(envelope: Envelope, addressed: Addressed, date: datetime) -> EmailMessage:
    """The mail one recipient gets: text first, then HTML, the token in every slot and in the headers."""
    recipient, token = addressed.recipient, addressed.unsubscribe_token
    mail = EmailMessage(policy=_policy(recipient.email))
    mail["From"] = _mailbox(envelope.from_email, one_line(envelope.from_name))
    mail["To"] = _mailbox(recipient.email, display_name(recipient.name))
    mail["Subject"] = one_line(envelope.subject)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{recipient.delivery_id}@{envelope.from_email.rpartition('@')[2]}>"
    mail["List-Id"] = list_id(envelope)
    for header, value in one_click_headers(envelope, token).items():
        mail[header] = value
    _add_bodies(mail, envelope, token)
    digest = hashlib.sha256(f"{envelope.issue_date}\n{recipient.delivery_id}".encode()).hexdigest()
    mail.set_boundary(f"=_{digest[:32]}")
    return mail


def eml_bytes(mail: EmailMessage) -> bytes:
    """For a file of its own: CRLF, as it would go over the wire."""
    return _flatten(mail, mail.policy, mangle_from=False)


def mbox_entry(mail: EmailMessage, date: datetime) -> bytes:
    """For an mbox file: the separator line, LF, and ``>`` before any line of the text that begins "From "."""
    separator = f"From outbox@localhost {date:%a %b %d %H:%M:%S %Y}\n".encode()
    body = _flatten(mail, mail.policy.clone(linesep="\n"), mangle_from=True)
    return separator + body.rstrip(b"\n") + b"\n\n"


def _policy(email: str) -> EmailPolicy[EmailMessage]:
    return _ASCII if email.isascii() else _UNICODE


def _mailbox(email: str, name: str) -> Address:
    local, _, domain = email.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _add_bodies(mail: EmailMessage, envelope: Envelope, token: str) -> None:
    text = envelope.text.replace(UNSUBSCRIBE_SLOT, token)
    html = envelope.html.replace(UNSUBSCRIBE_SLOT, token)
    mail.set_content(text, cte=_encoding(text))
    mail.add_alternative(html, subtype="html", cte=_encoding(html))


def _encoding(text: str) -> str:
    """Readable as it stands wherever its lines are short enough."""
    longest = max(len(line.encode()) for line in text.split("\n"))
    return "8bit" if longest <= _LINE else "quoted-printable"


def _flatten(mail: EmailMessage, policy: Policy[Any], *, mangle_from: bool) -> bytes:
    out = io.BytesIO()
    BytesGenerator(out, mangle_from_=mangle_from, policy=policy).flatten(mail)
    return out.getvalue()
