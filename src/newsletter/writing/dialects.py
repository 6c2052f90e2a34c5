"""How the two kinds of provider are asked and how their answers read: chat completions, Anthropic's messages.

The clients build the request and know its errors. No environment variable names another account, and their own
repeating is off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from newsletter.errors import SettingsError
from newsletter.ports import ModelRequest

_MISSING = (
    "The package {} is not installed; a model as writer needs it.",
    "Install the extra: pip install 'both-sides-newsletter[model]', or set NEWSLETTER_WRITER=extractive.",
)


class Dialect(Protocol):
    """How one provider is asked and how its answers read."""

    async def send(self, http: Any, request: ModelRequest) -> Any: ...

    def text(self, found: Any) -> tuple[Any, str]:
        """(the answer's text, why it ended)."""
        ...

    def problems(self) -> tuple[type[Exception], type[Exception]]:
        """The client's errors: one with a status, any other."""
        ...


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


DIALECTS: dict[str, Callable[[str, str, str], Dialect]] = {"openai": _OpenAi, "anthropic": _Anthropic}
"""By the name before the colon of ``NEWSLETTER_MODEL``: name, address and key make one."""


def _body(found: Any) -> Any:
    """What arrived, as bytes: the clients' own reading of it believes too much."""
    return found.http_response.content
