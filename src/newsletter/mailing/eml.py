"""One recipient's mail as RFC 5322 bytes. Pure, and deterministic: same envelope, recipient and date, same bytes."""

from __future__ import annotations

import binascii
import hashlib
import io
import re
from collections.abc import Callable
from datetime import datetime
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from typing import Any

from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import Addressed, Envelope, Recipient
from newsletter.mailing.letter import display_name, list_id, one_click_headers, one_line

# 998 is RFC 5322's limit. Shorter, and the package "folds" a long List-Unsubscribe into encoded words,
# which no mailbox reads as an address.
_LINE = 998
_ASCII = SMTP.clone(max_line_length=_LINE, cte_type="8bit")
_TOKEN_ROOM = 74  # characters kept free for a token: a quoted-printable line's 76, less the soft break
_NEWLINE = re.compile(r"\r\n?")  # a mail knows one kind of line end
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,74}")
_UNICODE = _ASCII.clone(utf8=True)  # for letters outside ASCII before the @ (RFC 6532)
_STAND_IN = Addressed(
    Recipient("-delivery-id-", 0, "-", "stand-in@recipient.invalid", "", 0), UNSUBSCRIBE_SLOT
)


def mail_of(
    envelope: Envelope, addressed: Addressed, date: datetime, *, seven_bit: bool = False
) -> EmailMessage:
    """The mail one recipient gets: text first, then HTML, the token in every slot and in the headers.

    ``seven_bit``: for a server that takes ASCII only (RFC 6152).
    """
    recipient, token = addressed.recipient, addressed.unsubscribe_token
    mail = EmailMessage(policy=_policy(recipient.email))
    mail["From"] = _mailbox(envelope.from_email, one_line(envelope.from_name))
    mail["To"] = _mailbox(recipient.email, display_name(recipient.name))
    mail["Subject"] = one_line(envelope.subject)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = _message_id(envelope, recipient)
    mail["List-Id"] = list_id(envelope)
    for header, value in one_click_headers(envelope, token).items():
        mail[header] = value
    _add_bodies(mail, envelope, token, seven_bit)
    mail.set_boundary(_boundary(envelope, recipient))
    return mail


def eml_bytes(mail: EmailMessage) -> bytes:
    """For a file of its own: CRLF, as it would go over the wire."""
    return _flatten(mail, mail.policy, mangle_from=False)


def mbox_bytes(mail: EmailMessage) -> bytes:
    """For an mbox entry: LF, and ``>`` before any line of the text that begins "From "."""
    return _flatten(mail, mail.policy.clone(linesep="\n"), mangle_from=True)


def mbox_entry(mail: bytes, date: datetime) -> bytes:
    """`mbox_bytes` with the separator line before and the blank line after."""
    return f"From outbox@localhost {date:%a %b %d %H:%M:%S %Y}\n".encode() + mail.rstrip(b"\n") + b"\n\n"


def writer(
    envelope: Envelope, date: datetime, flatten: Callable[[EmailMessage], bytes], *, seven_bit: bool = False
) -> Callable[[Addressed], bytes]:
    """Writes one mail after the other, byte for byte as ``flatten(mail_of(...))`` would, some ten times as fast.

    The mail of a stand-in recipient is written once; what is a recipient's own is replaced in its bytes. Where
    that cannot be told apart safely (a slot broken by an encoding, the stand-in's marks in the text), or
    where an address needs UTF-8 headers, the mail is built anew.
    """
    skeleton = flatten(mail_of(envelope, _STAND_IN, date, seven_bit=seven_bit))
    newline = b"\r\n" if b"\r\n" in skeleton else b"\n"
    slots = UNSUBSCRIBE_SLOT.encode()
    marks = {
        _to_header(_STAND_IN.recipient, newline): 1,
        _message_id(envelope, _STAND_IN.recipient).encode(): 1,
        _boundary(envelope, _STAND_IN.recipient).encode(): 4,
        slots: 1 + envelope.text.count(UNSUBSCRIBE_SLOT) + envelope.html.count(UNSUBSCRIBE_SLOT),
    }
    plain = all(skeleton.count(mark) == count for mark, count in marks.items())

    def write(one: Addressed) -> bytes:
        if (
            not plain
            or not one.recipient.email.isascii()
            or not _PLAIN_TOKEN.fullmatch(one.unsubscribe_token)
        ):
            return flatten(mail_of(envelope, one, date, seven_bit=seven_bit))
        own = (
            _to_header(one.recipient, newline),
            _message_id(envelope, one.recipient).encode(),
            _boundary(envelope, one.recipient).encode(),
            one.unsubscribe_token.encode(),
        )
        mail = skeleton
        for mark, value in zip(marks, own, strict=True):
            mail = mail.replace(mark, value)
        return mail

    return write


def _message_id(envelope: Envelope, recipient: Recipient) -> str:
    return f"<{recipient.delivery_id}@{envelope.from_email.rpartition('@')[2]}>"


def _boundary(envelope: Envelope, recipient: Recipient) -> str:
    digest = hashlib.sha256(f"{envelope.issue_date}\n{recipient.delivery_id}".encode()).hexdigest()
    return f"=_{digest[:32]}"


def _to_header(recipient: Recipient, newline: bytes) -> bytes:
    mail = EmailMessage(policy=_policy(recipient.email).clone(linesep=newline.decode()))
    mail["To"] = _mailbox(recipient.email, display_name(recipient.name))
    return mail.as_bytes().rstrip(b"\r\n") + newline


def _policy(email: str) -> EmailPolicy[EmailMessage]:
    return _ASCII if email.isascii() else _UNICODE


def _mailbox(email: str, name: str) -> Address:
    local, _, domain = email.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _add_bodies(mail: EmailMessage, envelope: Envelope, token: str, seven_bit: bool) -> None:
    mail["MIME-Version"] = "1.0"
    mail.make_alternative()
    for subtype, template in (("plain", envelope.text), ("html", envelope.html)):
        part = _part(subtype, _NEWLINE.sub("\n", template), token, mail.policy, seven_bit)
        mail.attach(part)  # type: ignore[arg-type]  # typeshed asks for EmailMessage


def _part(subtype: str, template: str, token: str, policy: Policy[Any], seven_bit: bool) -> MIMEPart:
    """Readable as it stands wherever its lines are short enough, whoever's token stands in the slots."""
    part = MIMEPart(policy)
    room = template.replace(UNSUBSCRIBE_SLOT, "-" * _TOKEN_ROOM)
    if not seven_bit and max(len(line.encode()) for line in room.split("\n")) <= _LINE:
        part.set_content(template.replace(UNSUBSCRIBE_SLOT, token), subtype=subtype, cte="8bit")
        return part
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(_quoted_printable(template, token))
    return part


def _quoted_printable(template: str, token: str) -> str:
    """With each token on a line of its own between soft breaks, so that tokens can be exchanged in the bytes.

    The C function does in 0.2 ms what the email package takes 5 ms for.
    """
    quoted = [_quoted(segment) for segment in template.split(UNSUBSCRIBE_SLOT)]
    return f"=\n{_quoted(token)}=\n".join(quoted)


def _quoted(text: str) -> str:
    return binascii.b2a_qp(text.encode()).decode("ascii")


def _flatten(mail: EmailMessage, policy: Policy[Any], *, mangle_from: bool) -> bytes:
    out = io.BytesIO()
    BytesGenerator(out, mangle_from_=mangle_from, policy=policy).flatten(mail)
    return out.getvalue()
