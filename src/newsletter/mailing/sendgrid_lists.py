"""SendGrid's suppression lists, a page at a time. Reading changes nothing, so every failure may be tried again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.domain.audience import parse_address
from newsletter.errors import InvalidAddress, ProviderError, ProviderRejected
from newsletter.mailing import sendgrid_answers, sendgrid_http
from newsletter.ports import Listed

PAGE_SIZE = 500
"""The most that SendGrid gives at a time."""
_LAST = 4_102_444_800  # 2100-01-01: a later time stamp is no Unix seconds
_NOT_OFFERED = frozenset({404, 405})
_TODO = {
    401: "Check NEWSLETTER_SENDGRID_API_KEY with `newsletter doctor`.",
    403: "Give the API key the scope suppression.read, then run `newsletter sync-suppressions` again.",
}
_AGAIN = "Run `newsletter sync-suppressions` again later; it goes on where it was."


class SendGridLists:
    """A `newsletter.ports.SuppressionSource`. ``timeout`` in seconds; ``now`` gives Unix seconds."""

    page_size = PAGE_SIZE

    def __init__(
        self, api_key: str, url: str, timeout: float = 30.0, now: Callable[[], float] = time.time
    ) -> None:
        self._client = sendgrid_http.client(api_key, url, timeout)
        self._secrets, self._now = (api_key,), now

    def page(self, name: str, offset: int) -> Sequence[Listed] | None:
        """A page of the list; None where the account does not offer it."""
        try:
            answer = self._client._(name).get(query_params={"limit": PAGE_SIZE, "offset": offset})
            rows = json.loads(answer.body)
        except Exception as problem:  # noqa: BLE001 - the package's exceptions carry bodies and hold addresses
            failure = sendgrid_answers.outcome(problem, self._now(), self._secrets)
            if failure.fields.get("status") in _NOT_OFFERED:
                return None
            raise _told(failure) from None
        return [_listed(row) for row in rows] if isinstance(rows, list) else []


def _told(failure: ProviderError) -> ProviderError:
    """With what to do about a list, not about a mailing."""
    status = failure.fields.get("status")
    todo = _TODO.get(status, "") if isinstance(status, int) else ""
    if not todo:
        todo = failure.todo if isinstance(failure, ProviderRejected) and status is None else _AGAIN
    return type(failure)(failure.message, todo=todo, **failure.fields)


def _listed(row: Any) -> Listed:
    """An object with ``email`` and ``created``, or a bare address."""
    fields: Mapping[str, Any] = row if isinstance(row, Mapping) else {"email": row}
    email, created = fields.get("email"), fields.get("created")
    try:
        key = parse_address(email)[1] if isinstance(email, str) else ""
    except InvalidAddress:
        key = ""
    if type(created) is not int or not 0 < created < _LAST:
        return Listed(key)
    return Listed(key, datetime.fromtimestamp(created, UTC))
