"""What SendGrid knows of our key, domain and webhook: asked by `newsletter doctor`. Nothing is sent or changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from newsletter.errors import ProviderError, ProviderRejected
from newsletter.mailing import sendgrid_answers, sendgrid_http
from newsletter.mailing.readiness import Domain, DomainRecord, Key, Webhook

_NOT_FOR_US = frozenset({401, 403, 404, 405})
_RECORDS = ("mail_cname", "mail_server", "subdomain_spf", "domain_spf", "spf", "dkim", "dkim1", "dkim2")


class SendGridAccount:
    """``timeout`` in seconds; ``now`` gives Unix seconds. Methods raise as `ports.Provider` does."""

    def __init__(
        self, api_key: str, url: str, timeout: float = 15.0, now: Callable[[], float] = time.time
    ) -> None:
        self._client = sendgrid_http.client(api_key, url, timeout)
        self._secrets, self._now = (api_key,), now

    def key(self) -> Key:
        """What the key may do, and what time it is there."""
        answer = self._answer(lambda: self._client.scopes.get())
        scopes = _mapping(_json(answer)).get("scopes")
        found = frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset()
        return Key(found, _moment(answer.headers.get("Date")))

    def domains(self, name: str) -> tuple[Domain, ...] | None:
        """The authentications of that domain; None where the key may not ask."""
        rows = self._asked(lambda: self._client.whitelabel.domains.get(query_params={"domain": name}))
        return None if rows is None else tuple(_domain(row) for row in _rows(rows))

    def validated(self, domain: Domain) -> Mapping[str, str]:
        """What is wrong with each record of the domain as SendGrid finds it just now; nothing for one that is right.

        Empty where the key may not ask: then what stands in `Domain.records` is the latest word.
        """
        path = self._client.whitelabel.domains._(str(domain.id)).validate
        results = _mapping(_mapping(self._asked(lambda: path.post())).get("validation_results"))
        return {
            str(name): ""
            if _mapping(one).get("valid") is True
            else str(_mapping(one).get("reason") or "wrong")
            for name, one in results.items()
        }

    def verified_sender(self, email: str) -> bool | None:
        """Whether that single address is verified; None where the key may not ask."""
        rows = self._asked(lambda: self._client.verified_senders.get())
        if rows is None:
            return None
        wanted = email.strip().lower()
        return any(
            str(row.get("from_email", "")).lower() == wanted and row.get("verified") is True
            for row in _rows(_mapping(rows).get("results"))
        )

    def webhooks(self) -> tuple[Webhook, ...] | None:
        """The event webhooks; None where the key may not ask."""
        path = self._client.user.webhooks.event.settings.all
        found = self._asked(lambda: path.get())
        return (
            None if found is None else tuple(_webhook(row) for row in _rows(_mapping(found).get("webhooks")))
        )

    # ── asking ─────────────────────────────────────────────────────────────────────────────────────

    def _asked(self, call: Callable[[], Any]) -> Any:
        """The answer's JSON; None where the key may not ask that."""
        try:
            return _json(self._answer(call))
        except ProviderRejected as refusal:
            if refusal.fields.get("status") in _NOT_FOR_US:
                return None
            raise

    def _answer(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except ProviderError:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever the package raises is an answer of the provider's here
            # `from None`: the package's exceptions carry bodies, and a traceback would print them
            raise sendgrid_answers.outcome(problem, self._now(), self._secrets) from None


def _json(answer: Any) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, TypeError, RecursionError):
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rows(value: Any) -> Sequence[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _moment(value: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(str(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _domain(row: Mapping[str, Any]) -> Domain:
    records = {
        name: DomainRecord(
            str(found.get("type", "")).upper(),
            str(found.get("host", "")),
            str(found.get("data", "")),
            found.get("valid") is True,
        )
        for name, one in _mapping(row.get("dns")).items()
        if name in _RECORDS and (found := _mapping(one))
    }
    number = row.get("id")
    return Domain(
        int(number) if isinstance(number, int | float) else 0,
        str(row.get("domain", "")).lower(),
        row.get("valid") is True,
        records,
    )


def _webhook(row: Mapping[str, Any]) -> Webhook:
    return Webhook(
        url=str(row.get("url") or ""),
        enabled=row.get("enabled") is True,
        public_key=str(row.get("public_key") or ""),
        events=frozenset(name for name, value in row.items() if value is True and name != "enabled"),
    )
