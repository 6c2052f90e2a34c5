"""`ports.ModelEndpoint` over the providers' own clients: OpenAI-compatible chat completions, Anthropic messages.

The clients build the request and know its errors; what they leave open is closed here: no redirect is followed
(it would carry the key), the answer is bounded in size and the whole request in time, no environment variable
names another account or address, no proxy captures a loopback host, and nothing is logged.
Imported only where a model writes: the package runs without the extra.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from newsletter.errors import ModelBusy, ModelError, SettingsError
from newsletter.ports import ModelRequest

LONGEST = 1_000_000
"""Bytes of an answer that are read; what is asked for is a hundredth of it."""
CONNECT_SECONDS = 10.0
ADDRESSES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_QUIET = ("openai", "anthropic", "httpx2", "httpcore2")
_CUT = frozenset({"length", "max_tokens"})
_REFUSED = frozenset({"content_filter", "refusal"})
_MISSING = (
    "The package {} is not installed; a model as writer needs it.",
    "Install the extra: pip install 'both-sides-newsletter[model]', or set NEWSLETTER_WRITER=extractive.",
)


class _Dialect(Protocol):
    """How one provider is asked and how its answers read."""

    async def send(self, http: Any, request: ModelRequest) -> Any: ...

    def text(self, found: Any) -> tuple[Any, str]:
        """(the answer's text, why it ended)."""
        ...

    def problems(self) -> tuple[type[Exception], type[Exception]]:
        """The client's errors: one with a status, any other."""
        ...


class Endpoint:
    """``model`` is "openai:NAME", "anthropic:NAME", or a bare name for any OpenAI-compatible address."""

    def __init__(self, model: str, url: str, key: str, *, plain_http: bool = False) -> None:
        """Raises `SettingsError`: no such client, no model, no key, an address that is not https."""
        provider, _, name = model.partition(":")
        if provider not in _DIALECTS:
            provider, name = "openai", model  # many a server's own names hold a colon
        self.model, self._name = model, name
        self._url = url or ADDRESSES[provider]
        _check(name, self._url, key, plain_http=plain_http)
        for noisy in _QUIET:
            logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
        self._dialect = _DIALECTS[provider](name, self._url, key)

    def ask(self, request: ModelRequest, seconds: float) -> str:
        """See `ports.ModelEndpoint`. Raises `ModelBusy` or `ModelError`, whose message is the short reason."""
        return asyncio.run(self._ask(request, seconds))

    async def _ask(self, request: ModelRequest, seconds: float) -> str:
        failed, any_problem = self._dialect.problems()
        try:
            async with asyncio.timeout(seconds), _client(self._url, seconds) as http:
                found = json.loads(await self._dialect.send(http, request))
        except TimeoutError:
            raise ModelBusy("it did not answer in time") from None
        except failed as problem:
            raise _refusal(problem) from None
        except _TooMuch:
            raise ModelError("the answer was too long") from None
        except any_problem as problem:
            raise _unreachable(problem) from None
        except (ValueError, RecursionError):
            raise ModelError("the answer was no JSON") from None
        return self._read(found)

    def _read(self, found: Any) -> str:
        try:
            text, ended = self._dialect.text(found)
        except (KeyError, IndexError, TypeError, AttributeError, StopIteration):
            raise ModelError("the answer had another shape than was asked for") from None
        if ended in _CUT:
            raise ModelError("the answer was cut short")
        if ended in _REFUSED:
            raise ModelError("it refused to answer")
        if not isinstance(text, str) or not text.strip():
            raise ModelError("the answer was empty")
        return text.encode("utf-8", "replace").decode()  # half a character cannot be stored


class _OpenAi:
    """Chat completions, the shape that most servers speak."""

    def __init__(self, name: str, url: str, key: str) -> None:
        try:
            import openai
        except ImportError:
            raise SettingsError(_MISSING[0].format("openai"), todo=_MISSING[1], setting="WRITER") from None
        self._openai, self._name, self._url, self._key = openai, name, url, key
        self._plain = False

    async def send(self, http: Any, request: ModelRequest) -> Any:
        client = self._openai.AsyncOpenAI(
            api_key=self._key, base_url=self._url, http_client=http, max_retries=0, timeout=http.timeout
        )
        client.organization = client.project = None  # the environment's, maybe another account's
        try:
            return await self._create(client, request)
        except self._openai.BadRequestError:
            if self._plain:
                raise
            # Some models take no temperature, no response format, and their limit under another name.
            self._plain = True
            return await self._create(client, request)

    async def _create(self, client: Any, request: ModelRequest) -> Any:
        options: dict[str, Any] = (
            {"max_completion_tokens": request.most_tokens}
            if self._plain
            else {
                "max_tokens": request.most_tokens,
                "temperature": 0,
                "response_format": {"type": "json_object"},
            }
        )
        messages = [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": request.material},
        ]
        raw = client.chat.completions.with_raw_response
        return _body(await raw.create(model=self._name, messages=messages, **options))

    def text(self, found: Any) -> tuple[Any, str]:
        choice = found["choices"][0]
        refused = choice["message"].get("refusal")
        return choice["message"].get("content") or "", "refusal" if refused else str(
            choice.get("finish_reason")
        )

    def problems(self) -> tuple[type[Exception], type[Exception]]:
        return self._openai.APIStatusError, self._openai.OpenAIError


class _Anthropic:
    """Messages."""

    def __init__(self, name: str, url: str, key: str) -> None:
        try:
            import anthropic
        except ImportError:
            raise SettingsError(_MISSING[0].format("anthropic"), todo=_MISSING[1], setting="WRITER") from None
        self._anthropic, self._name, self._url, self._key = anthropic, name, url, key

    async def send(self, http: Any, request: ModelRequest) -> Any:
        client = self._anthropic.AsyncAnthropic(
            api_key=self._key, base_url=self._url, http_client=http, max_retries=0, timeout=http.timeout
        )
        found = await client.messages.with_raw_response.create(
            model=self._name,
            max_tokens=request.most_tokens,
            system=request.instructions,
            messages=[{"role": "user", "content": request.material}],
        )
        return _body(found)

    def text(self, found: Any) -> tuple[Any, str]:
        parts = [part["text"] for part in found["content"] if part["type"] == "text"]
        return "".join(parts), str(found.get("stop_reason"))

    def problems(self) -> tuple[type[Exception], type[Exception]]:
        return self._anthropic.APIStatusError, self._anthropic.AnthropicError


_DIALECTS: dict[str, Callable[[str, str, str], _Dialect]] = {"openai": _OpenAi, "anthropic": _Anthropic}


class _TooMuch(Exception):
    """An answer over `LONGEST`, or one packed so that nobody can tell."""


def _body(found: Any) -> Any:
    """What arrived, as bytes: the clients' own reading of it believes too much."""
    return found.http_response.content


@asynccontextmanager
async def _client(url: str, seconds: float) -> AsyncIterator[Any]:
    """An HTTP client that follows nothing and reads at most `LONGEST` bytes."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in self._inner:
                size += len(chunk)
                if size > LONGEST:
                    raise _TooMuch
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def bound(response: Any) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _TooMuch
        response.stream = Bounded(response.stream)

    timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    async with httpx2.AsyncClient(
        follow_redirects=False,
        timeout=timeout,
        trust_env=not is_loopback(url),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [bound]},
    ) as client:
        yield client


def _refusal(problem: Any) -> ModelError:
    """A status that is no success, told without the body: it may repeat what was sent."""
    status = int(problem.status_code)
    if status in _BUSY:
        return ModelBusy(
            f"it answered {status}", retry_after=_retry_after(problem.response.headers), status=status
        )
    told = {401: " (the key?)", 403: " (the key?)", 404: " (the model's name? the address?)"}.get(status, "")
    return ModelError(f"it answered {status}{told}", status=status)


def _unreachable(problem: Exception) -> ModelError:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, _TooMuch):
            return ModelError("the answer was too long")
        cause = cause.__cause__
    return ModelBusy("it could not be reached")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, where the header gives them (a date is rare, and an outage's own guess)."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def is_loopback(url: str) -> bool:
    """Whether an address names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


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
