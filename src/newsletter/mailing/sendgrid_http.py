"""The `sendgrid` package's client with its traps closed (docs/rules.md): the one place that opens a connection.

- a time-out always (the package has none);
- no redirects: urllib would follow a POST's 302 as a GET, with the key, to wherever it points;
- proxy settings never capture a loopback host;
- whether the connection ever stood is known, so "nothing was sent" and "nobody knows" are told apart;
- neither the package's DEBUG log nor http.client's debug switch prints the key or a recipient.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import ssl
from email.message import Message
from typing import IO, Any
from urllib import error, request
from urllib.parse import urlsplit

from python_http_client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from newsletter.errors import SettingsError

_ANSWER_LIMIT = 1_000_000  # bytes of an answer that are read; SendGrid's are a few hundred


class NotConnected(OSError):
    """The connection never stood: not one byte of the request left. ``__cause__`` says why."""


class Answer:
    """Status, headers and as much of the body as arrived; what `python_http_client` reads of a response."""

    def __init__(self, status: int, headers: Message, stream: IO[bytes]) -> None:
        self._status, self._headers, self._stream = status, headers, stream

    def getcode(self) -> int:
        return self._status

    def info(self) -> Message:
        return self._headers

    def read(self) -> bytes:
        """The body; what is missing of it does not matter, for the status has decided already."""
        try:
            return self._stream.read(_ANSWER_LIMIT)
        except (OSError, http.client.HTTPException):
            return b""


class _HttpConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, UnicodeError) as problem:  # UnicodeError: a host name that IDNA refuses
            raise NotConnected(str(problem)) from problem


class _HttpsConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, UnicodeError) as problem:  # UnicodeError: a host name that IDNA refuses
            raise NotConnected(str(problem)) from problem


class _Http(request.HTTPHandler):
    def http_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HttpConnection, req)


class _Https(request.HTTPSHandler):
    def https_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HttpsConnection, req, context=ssl.create_default_context())


class _NoRedirect(request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Client(Client):  # type: ignore[misc]  # the package is untyped
    """Keeps its class along ``client.mail.send`` and makes the call through our opener."""

    body = ""

    def saying(self, body: str) -> _Client:
        """With that JSON as the body of the call: the package would write it anew, and format it for its log, too."""
        made = self._build_client()
        made.body = body
        return made

    def _build_client(self, name: str | None = None) -> _Client:
        path = [*self._url_path, name] if name else self._url_path
        return _Client(self.host, self.request_headers, self._version, path, timeout=self.timeout)

    def _make_request(self, _: object, asked: request.Request, timeout: float | None = None) -> Answer:
        """The opener handed in is the package's own, with the environment's proxies and no time-out."""
        if self.body:
            asked.data = self.body.encode("ascii")
            asked.add_header("Content-Type", "application/json")
        try:
            answer = _opener(asked.full_url).open(asked, timeout=timeout or self.timeout)
        except error.HTTPError as refusal:
            body = Answer(refusal.code, refusal.headers, refusal).read()
            raise HTTPError(refusal.code, refusal.reason, body, refusal.headers) from None
        return Answer(answer.status, answer.headers, answer)


def client(api_key: str, url: str, timeout: float) -> Any:
    """The package's client for that host. Raises `SettingsError` for a key or address that cannot work."""
    _check(api_key, url, timeout)
    _silence()
    api = SendGridAPIClient(api_key=api_key, host=url.rstrip("/"))
    return _Client(api.host, api.client.request_headers, version=3, timeout=timeout)


def is_loopback(url: str) -> bool:
    """Whether the address names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _opener(url: str) -> request.OpenerDirector:
    proxies = request.ProxyHandler({}) if is_loopback(url) else request.ProxyHandler()
    # An explicit 0: from Python 3.12 on the handlers else take http.client's debug switch, which prints headers.
    return request.build_opener(proxies, _Http(debuglevel=0), _Https(debuglevel=0), _NoRedirect())


def _check(api_key: str, url: str, timeout: float) -> None:
    parts = urlsplit(url)
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise SettingsError(
            "The SendGrid API key is empty or holds characters that no key has.",
            todo="Set NEWSLETTER_SENDGRID_API_KEY to the key as SendGrid shows it.",
            setting="SENDGRID_API_KEY",
        )
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url))):
        raise SettingsError(
            "The SendGrid address has to be https:// (http:// only for this machine).",
            todo="Leave NEWSLETTER_SENDGRID_URL at https://api.sendgrid.com.",
            setting="SENDGRID_URL",
        )
    if timeout <= 0:
        raise SettingsError("The provider's time-out has to be more than 0 seconds.", setting="timeout")


def _silent(_: logging.LogRecord) -> bool:
    return False


def _silence() -> None:
    """Its records hold the key and every recipient. A filter holds where a level would be set back."""
    logging.getLogger("python_http_client.client").addFilter(_silent)
