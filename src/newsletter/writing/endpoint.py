"""`ports.ModelEndpoint` over the providers' own clients: OpenAI-compatible chat completions, Anthropic messages.

What the clients leave open is closed here: no redirect is followed (it would carry the key), the answer is bounded
in size and the whole request in time, no environment variable names another account or address, no proxy captures a
loopback host, and nothing is logged. Imported only where a model writes: the package runs without the extra.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.errors import SettingsError
from newsletter.ports import ModelRequest
from newsletter.writing.bounded import TooMuch, bounded_client, is_loopback
from newsletter.writing.dialects import DIALECTS
from newsletter.writing.outages import in_time, refusal, too_long, unreachable, unusable

ADDRESSES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_QUIET = ("openai", "anthropic", "httpx2", "httpcore2")
_CUT = frozenset({"length", "max_tokens"})
_REFUSED = frozenset({"content_filter", "refusal"})


class Endpoint:
    """``model`` is "openai:NAME", "anthropic:NAME", or a bare name for any OpenAI-compatible address."""

    def __init__(self, model: str, url: str, key: str, *, plain_http: bool = False) -> None:
        """Raises `SettingsError`: no such client, no model, no key, an address that is not https."""
        provider, _, name = model.partition(":")
        if provider not in DIALECTS:
            provider, name = "openai", model  # many a server's own names hold a colon
        self.model, self._name = model, name
        self._url = url or ADDRESSES[provider]
        self.host = _host(self._url)
        _check(name, self._url, key, plain_http=plain_http)
        for noisy in _QUIET:
            logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
        self._dialect = DIALECTS[provider](name, self._url, key)

    def ask(self, request: ModelRequest, seconds: float) -> str:
        """See `ports.ModelEndpoint`. Raises `ModelBusy` or `ModelError`, whose message is the short reason."""
        return asyncio.run(self._ask(request, seconds))

    async def _ask(self, request: ModelRequest, seconds: float) -> str:
        failed, any_problem = self._dialect.problems()
        try:
            async with asyncio.timeout(seconds), bounded_client(self._url, seconds) as http:
                found = json.loads(await self._dialect.send(http, request))
        except TimeoutError:
            raise in_time(self.host, seconds) from None
        except failed as problem:
            raise refusal(problem, self.host) from None
        except TooMuch:
            raise too_long(self.host) from None
        except any_problem as problem:
            raise unreachable(problem, self.host) from None
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise unusable(f"the answer of {self.host} was no JSON") from None
        except Exception as problem:  # noqa: BLE001 - whatever a client's inside raises, an issue is made
            raise unreachable(problem, self.host) from None
        return self._read(found)

    def _read(self, found: Any) -> str:
        try:
            text, ended = self._dialect.text(found)
        except (KeyError, IndexError, TypeError, AttributeError, StopIteration):
            raise unusable("the answer had another shape than was asked for") from None
        if ended in _CUT:
            raise unusable("the answer was cut short")
        if ended in _REFUSED:
            raise unusable("it refused to answer")
        if not isinstance(text, str) or not text.strip():
            raise unusable("the answer was empty")
        return text.encode("utf-8", "replace").decode()  # half a character cannot be stored


def _host(url: str) -> str:
    """Host and port of an address, without who asks. Raises `SettingsError` where it has none that can be used."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        host, port = "", None
    if not re.fullmatch(r"[\w.:-]+", host):
        raise SettingsError(
            "NEWSLETTER_MODEL_URL is no address.",
            todo="Set it to one like https://models.example/v1, or leave it out for the provider's own.",
            setting="MODEL_URL",
        )
    return f"{host}:{port}" if port else host


def _check(name: str, url: str, key: str, *, plain_http: bool) -> None:
    if not name:
        raise SettingsError(
            "NEWSLETTER_MODEL names no model.",
            todo="Set it, for example to openai:NAME, anthropic:NAME, or a name that your server knows.",
            setting="MODEL",
        )
    if urlsplit(url).scheme != "https" and not (plain_http or is_loopback(url)):
        raise SettingsError(
            "NEWSLETTER_MODEL_URL has to be https://, or the key would travel in the open.",
            todo="http:// is for this machine, and for hosts in NEWSLETTER_ALLOW_HOSTS.",
            setting="MODEL_URL",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            "NEWSLETTER_MODEL_API_KEY holds characters that no key has.",
            todo="Set it to the key as the provider shows it.",
            setting="MODEL_API_KEY",
        )
    if not key and not is_loopback(url):
        raise SettingsError(
            "NEWSLETTER_MODEL_API_KEY is not set.",
            todo="Set it to the provider's key.",
            setting="MODEL_API_KEY",
        )
