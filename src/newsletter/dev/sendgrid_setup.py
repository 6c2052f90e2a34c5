"""The stand-in's account: scopes, sender authentication, event webhooks. All in order unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SCOPES = (
    "mail.send",
    "mail.batch.create",
    "suppression.read",
    "user.scheduled_sends.create",
    "user.scheduled_sends.read",
    "user.scheduled_sends.update",
    "user.webhooks.event.settings.read",
    "whitelabel.read",
)
_RECORDS = ("mail_cname", "dkim1", "dkim2")
_HOSTS = {"mail_cname": "em4711", "dkim1": "s1._domainkey", "dkim2": "s2._domainkey"}
EVENTS = (
    *("processed", "delivered", "bounce", "dropped", "deferred", "spam_report"),
    *("unsubscribe", "group_unsubscribe", "group_resubscribe"),
)


@dataclass(slots=True)
class Setup:
    """To be changed by whoever wants something broken."""

    scopes: Sequence[str] = SCOPES
    domains: Sequence[str] | None = None
    """Names that are authenticated; None: every one that is asked for."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with which record (``dkim1`` …) of each of them."""
    senders: Sequence[str] = ()
    """Single addresses that are verified."""
    webhooks: Sequence[Mapping[str, Any]] = ()
    forbidden: frozenset[str] = frozenset()
    """Beginnings of paths that the key may not ask (403)."""

    def listed(self, asked: str) -> list[dict[str, Any]]:
        """The authentications, of one domain where one is asked for."""
        names = [asked] if self.domains is None and asked else list(self.domains or ())
        return [self._domain(n, name) for n, name in enumerate(names, 1) if asked in ("", name)]

    def validated(self, number: int) -> dict[str, Any]:
        """The records as looked at just now."""
        results = {
            name: {"valid": name not in self.broken, "reason": self.broken.get(name)} for name in _RECORDS
        }
        return {"id": number, "valid": not self.broken, "validation_results": results}

    def _domain(self, number: int, name: str) -> dict[str, Any]:
        dns = {
            record: {
                "valid": record not in self.broken,
                "type": "cname",
                "host": f"{_HOSTS[record]}.{name}",
                "data": f"{record}.u4711.wl.sendgrid.example",
            }
            for record in _RECORDS
        }
        return {"id": number, "domain": name, "subdomain": "em4711", "valid": not self.broken, "dns": dns}

    def verified(self) -> dict[str, Any]:
        """The single addresses."""
        rows = [{"id": n, "from_email": email, "verified": True} for n, email in enumerate(self.senders, 1)]
        return {"results": rows}


def webhook(url: str, public_key: str, events: Sequence[str] = EVENTS, *, on: bool = True) -> dict[str, Any]:
    """An event webhook as SendGrid lists it; not signed where the key is empty."""
    flags = {**{name: name in events for name in EVENTS}, "open": False, "click": False}
    signed = {"public_key": public_key} if public_key else {}
    return {"id": "hook-1", "friendly_name": None, "enabled": on, "url": url, **flags, **signed}
