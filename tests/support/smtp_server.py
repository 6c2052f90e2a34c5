"""A small SMTP server on loopback that does what a recipient's address asks for, and counts what it accepted.

``reader+nouser@…`` is refused as unknown, ``+full`` as full, ``+bare`` with a bare 550, ``+relay`` as relaying;
``+grey`` is put off once, ``+never`` always; ``+cut`` loses the connection before the mail itself, once, ``+lost``
after it, once (the mail is accepted), ``+busy`` ends the connection with 421, once.
"""

from __future__ import annotations

import base64
import re
import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

_PATH = re.compile(r"(?:from|to):<([^>]*)>(.*)", re.IGNORECASE)
_RCPT = {
    "nouser": "550 5.1.1 no such user",
    "full": "552 5.2.2 mailbox full",
    "bare": "550 go away",
    "relay": "550 5.7.1 relaying denied",
    "never": "451 4.7.1 come back later",
}


class SmtpStandIn:
    """``with SmtpStandIn() as server:`` serves at ``server.port`` until the block ends."""

    def __init__(
        self,
        *,
        certificate: tuple[Path, Path] | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        eight_bit: bool = True,
        mails_a_connection: int = 1_000_000,
        accepted: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
        self.implicit, self.login, self.eight_bit = implicit, login, eight_bit
        self.mails_a_connection, self.accepted = mails_a_connection, accepted
        self.mails: list[tuple[str, str, bytes]] = []
        self.connections = 0
        self.commands: list[str] = []
        self.once: set[str] = set()
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.desk = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def per_recipient(self) -> Counter[str]:
        return Counter(to for _, to, _ in self.mails)

    def parsed(self, number: int = 0) -> EmailMessage:
        found = message_from_bytes(self.mails[number][2], policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def first(self, address: str) -> bool:
        """Whether this is the first time for that address."""
        with self.lock:
            fresh = address not in self.once
            self.once.add(address)
        return fresh

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    desk: SmtpStandIn

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is an everyday thing here."""


class _Gone(Exception):
    """The connection ends here."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 20

    def handle(self) -> None:
        self.desk = self.server.desk
        self.desk.connections += 1
        self.secure = self.let_in = False
        self.taken = 0
        try:
            if self.desk.implicit:
                self._encrypt()
            self._say("220 stand-in ESMTP")
            while line := self.rfile.readline():
                self._command(line.decode("ascii", "replace").rstrip("\r\n"))
        except (_Gone, OSError):
            return
        finally:
            self.rfile.close()
            self.connection.close()

    def _encrypt(self) -> None:
        assert self.desk.tls is not None
        plain = self.rfile
        self.request = self.connection = self.desk.tls.wrap_socket(
            self.connection, server_side=True, do_handshake_on_connect=False
        )
        self.rfile = self.connection.makefile("rb")
        plain.close()
        self.connection.do_handshake()
        self.secure = True

    def _say(self, line: str) -> None:
        self.connection.sendall(line.encode() + b"\r\n")

    def _command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        self.desk.commands.append(verb)
        if verb in ("MAIL", "RCPT", "DATA") and self.desk.login and not self.let_in:
            self._say("530 5.7.0 log in first")
            return
        answer = getattr(self, f"_{verb.lower()}", None)
        if answer is None:
            self._say("502 5.5.1 unknown")
        else:
            answer(line)

    def _ehlo(self, _: str) -> None:
        offered = ["stand-in"]
        offered += ["8BITMIME"] if self.desk.eight_bit else []
        offered += ["STARTTLS"] if self.desk.tls and not self.secure else []
        offered += ["AUTH PLAIN"] if self.desk.login else []
        for line in offered:
            self._say(f"250{' ' if line is offered[-1] else '-'}{line}")

    def _starttls(self, _: str) -> None:
        self._say("220 go on")
        self._encrypt()

    def _auth(self, line: str) -> None:
        given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
        self.let_in = tuple(given) == self.desk.login
        self._say("235 2.7.0 welcome" if self.let_in else "535 5.7.8 wrong user or password")

    def _mail(self, line: str) -> None:
        found = _PATH.search(line)
        assert found is not None
        if self.taken >= self.desk.mails_a_connection:
            self._say("421 4.7.0 enough on this connection")
            raise _Gone
        self.sender = found[1]
        self._say("250 ok")

    def _rcpt(self, line: str) -> None:
        found = _PATH.search(line)
        assert found is not None
        self.to = found[1]
        self.tag = self.to.partition("@")[0].rpartition("+")[2]
        if self.tag == "busy" and self.desk.first(self.to):
            self._say("421 4.3.2 going down")
            raise _Gone
        if self.tag == "grey" and self.desk.first(self.to):
            self._say("450 4.2.0 greylisted")
            return
        self._say(_RCPT.get(self.tag, "250 ok"))

    def _data(self, _: str) -> None:
        if self.tag == "cut" and self.desk.first(self.to):
            raise _Gone
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            raise _Gone
        with self.desk.lock:
            self.desk.mails.append((self.sender, self.to, b"".join(lines)))
            number = len(self.desk.mails)
        self.taken += 1
        self.desk.accepted(number)
        if self.tag == "lost" and self.desk.first(self.to):
            raise _Gone
        self._say("250 2.0.0 queued")

    def _rset(self, _: str) -> None:
        self._say("250 ok")

    def _quit(self, _: str) -> None:
        self._say("221 bye")
        raise _Gone
