"""One SMTP connection, and what each answer on it means for the one mail it is about (RFC 5321, 3463, 6152).

The rule behind every line: a mail was accepted when 250 answers its end; it certainly was not before its last
dot left; between the two nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from newsletter.errors import ProviderBusy, ProviderRejected, SettingsError
from newsletter.mailing.sendgrid_answers import scrub

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NO_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10"})
"""RFC 3463, address status: this recipient's address leads nowhere. 5.1.7 and 5.1.8 are about the sender's."""
_BARE_REFUSALS = frozenset({550, 551, 553})
_OURS = re.compile(
    r"relay|auth|denied|policy|spam|block|black ?list|sender|reputation|not permitted|not allowed",
    re.IGNORECASE,
)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where the mail goes, and how. ``security``: starttls, tls or none."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0

    def check(self) -> None:
        """Raise `SettingsError` for what cannot work or would show a password or the list to the network."""
        if not self.host:
            raise SettingsError(
                "No mail server is named.", todo="Set NEWSLETTER_SMTP_HOST.", setting="SMTP_HOST"
            )
        if self.security == "none" and self.host not in LOOPBACK:
            raise SettingsError(
                "Mail and log-in would cross the network unencrypted.",
                todo="Set NEWSLETTER_SMTP_SECURITY to starttls or tls.",
                setting="SMTP_SECURITY",
            )


class NotTaken(Exception):
    """This mail was certainly not accepted, and may be sent again. ``lost``: the connection is gone."""

    def __init__(self, reason: str, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lost = reason, lost


class RefusedRecipient(Exception):
    """This recipient will not be taken. ``dead``: the mailbox does not exist; ``sure``: the code says so."""

    def __init__(self, code: str, *, dead: bool, sure: bool) -> None:
        super().__init__(code)
        self.code, self.dead, self.sure = code, dead, sure


class InDoubt(Exception):
    """The mail's end left, and no answer came: it may have been accepted."""


class SmtpSession:
    """A connection, greeted, encrypted and logged in. Use as a context manager."""

    def __init__(self, server: SmtpServer) -> None:
        """Raises `ProviderBusy` where nobody answers, `ProviderRejected` for what repeating will not cure."""
        server.check()
        self._server = server
        try:
            self._smtp = self._connected()
        except smtplib.SMTPAuthenticationError as refusal:
            raise _log_in_refused(refusal) from None
        except ssl.SSLError as problem:
            raise _no_encryption(problem) from None
        except smtplib.SMTPNotSupportedError:
            raise _not_offered() from None
        except (OSError, smtplib.SMTPException, UnicodeError) as problem:
            raise _unreachable(problem) from None

    def _connected(self) -> smtplib.SMTP:
        s = self._server
        context = ssl.create_default_context()
        if s.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(s.host, s.port, timeout=s.timeout, context=context)
        else:
            smtp = smtplib.SMTP(s.host, s.port, timeout=s.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if s.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if s.user:
                smtp.login(s.user, s.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @property
    def eight_bit(self) -> bool:
        """Whether the server takes mail that is not ASCII (RFC 6152)."""
        return bool(self._smtp.has_extn("8bitmime"))

    def hand_over(self, sender: str, recipient: str, mail: bytes) -> None:
        """Return when this mail is accepted. Raises `RefusedRecipient`, `NotTaken`, `InDoubt`, `ProviderRejected`."""
        try:
            self._address(sender, recipient)
            self._ask("data", 354)
            self._smtp.send(_LEADING_DOT.sub(b"..", mail.rstrip(b"\r\n")) + b"\r\n")
        except (OSError, smtplib.SMTPException) as problem:
            raise NotTaken(f"the connection broke ({type(problem).__name__})", lost=True) from None
        self._end()

    def _address(self, sender: str, recipient: str) -> None:
        options = " body=8bitmime" if self.eight_bit else ""
        self._ask(f"mail from:<{sender}>{options}", 250)
        code, answer = self._smtp.docmd(f"rcpt to:<{recipient}>")
        if code not in (250, 251):
            self._judge(code, answer, of_recipient=True)

    def _ask(self, line: str, wanted: int) -> None:
        code, answer = self._smtp.docmd(line)
        if code != wanted:
            self._judge(code, answer, of_recipient=False)

    def _end(self) -> None:
        """The last dot, and the answer that decides."""
        try:
            self._smtp.send(b".\r\n")
            code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException):
            raise InDoubt from None
        if not 200 <= code < 600 or 300 <= code < 400:  # no answer that RFC 5321 knows here
            raise InDoubt
        if code >= 400:
            self._judge(code, answer, of_recipient=True)

    def _judge(self, code: int, answer: bytes, *, of_recipient: bool) -> None:
        """Raise what a refusal means. Anything that is not this recipient's own stops the whole batch."""
        text = scrub(answer.decode("utf-8", "replace"))
        found = _ENHANCED.search(text)
        enhanced = found[1] if found else ""
        said = f"{code} {text}".strip()
        if code == 421 or not 400 <= code < 600:
            raise NotTaken(said, lost=True)
        self._reset()
        if code < 500:
            raise NotTaken(said)
        if of_recipient and enhanced in _NO_MAILBOX:
            raise RefusedRecipient(enhanced, dead=True, sure=True)
        if of_recipient and enhanced.startswith("5.2."):
            raise RefusedRecipient(enhanced, dead=False, sure=True)
        if of_recipient and not enhanced and code in _BARE_REFUSALS and not _OURS.search(text):
            raise RefusedRecipient(str(code), dead=False, sure=False)
        raise ProviderRejected(
            f"The mail server refused: {said}",
            todo="This is about the sender, the content or the log-in: mend what it says, then send again.",
            status=code,
        )

    def _reset(self) -> None:
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()  # the next command finds it lost, before anything of a mail is sent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()


_AGAIN = "Check NEWSLETTER_SMTP_HOST, SMTP_PORT and the network, then run `newsletter send` again."


def _log_in_refused(refusal: smtplib.SMTPAuthenticationError) -> ProviderBusy | ProviderRejected:
    if 400 <= refusal.smtp_code < 500:
        return ProviderBusy(f"The mail server cannot log us in just now ({refusal.smtp_code}).", todo=_AGAIN)
    return ProviderRejected(
        f"The mail server refused the log-in ({refusal.smtp_code}).",
        todo="Check NEWSLETTER_SMTP_USER and NEWSLETTER_SMTP_PASSWORD, then run `newsletter send` again.",
        status=refusal.smtp_code,
    )


def _no_encryption(problem: ssl.SSLError) -> ProviderRejected:
    what = (
        "certificate cannot be verified" if isinstance(problem, ssl.SSLCertVerificationError) else "TLS fails"
    )
    return ProviderRejected(
        f"The mail server's {what}.",
        todo="Check NEWSLETTER_SMTP_HOST, SMTP_PORT and SMTP_SECURITY (tls is port 465, starttls 587).",
    )


def _not_offered() -> ProviderRejected:
    return ProviderRejected(
        "The mail server offers no STARTTLS, or no way to log in.",
        todo="Set NEWSLETTER_SMTP_SECURITY=tls with port 465, or ask whoever runs the server.",
    )


def _unreachable(problem: Exception) -> ProviderBusy | ProviderRejected:
    if isinstance(problem, smtplib.SMTPResponseException) and problem.smtp_code >= 500:
        return ProviderRejected(
            f"The mail server turned us away ({problem.smtp_code}).", todo=_AGAIN, status=problem.smtp_code
        )
    kind = "time-out" if isinstance(problem, socket.timeout) else type(problem).__name__
    return ProviderBusy(f"No connection to the mail server ({kind}); nothing was sent.", todo=_AGAIN)
