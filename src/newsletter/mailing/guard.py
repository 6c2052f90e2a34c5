"""What has to be true before mail may really go out: example values are for this machine only. Pure.

`newsletter doctor` prints these; `newsletter send` refuses on them (exit 3) unless the provider is on loopback.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.domain.audience import parse_address
from newsletter.errors import InvalidAddress, Refused

_EXAMPLE_DOMAINS = frozenset({"example.com", "example.net", "example.org", "example.edu"})
_SPECIAL_ZONES = frozenset({"example", "test", "invalid", "localhost", "local", "internal", "localdomain"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that must not stand in a real send, what is wrong with it, and the fix."""

    setting: str
    what: str
    fix: str


def real_send_problems(
    *, from_email: str, from_name: str, public_url: str, postal_address: str, api_key: str | None
) -> tuple[Problem, ...]:
    """Everything that keeps a mailing from going to real people; empty when nothing does. Repeats no key.

    ``api_key``: None where the provider needs none.
    """
    found = (
        _from_email(from_email),
        _from_name(from_name),
        _public_url(public_url),
        _postal_address(postal_address),
        None if api_key is None else _api_key(api_key),
    )
    return tuple(problem for problem in found if problem)


def refuse_example_values(problems: Sequence[Problem]) -> None:
    """Raise `Refused` with every problem and fix, or return."""
    if problems:
        raise Refused(
            "Not ready to mail for real: " + "; ".join(f"{p.setting}: {p.what}" for p in problems) + ".",
            todo=" ".join(p.fix for p in problems),
            settings=tuple(p.setting for p in problems),
        )


def is_example_host(host: str) -> bool:
    """Reserved for examples and private use (RFC 2606, 6761, 8375), so nobody's real domain."""
    labels = host.lower().rstrip(".").split(".")
    return len(labels) < 2 or labels[-1] in _SPECIAL_ZONES or ".".join(labels[-2:]) in _EXAMPLE_DOMAINS


def _from_email(address: str) -> Problem | None:
    fix = "Set NEWSLETTER_FROM_EMAIL to an address of a domain that is verified at the provider."
    if not address.strip():
        return Problem("FROM_EMAIL", "is missing", fix)
    try:
        _, key = parse_address(address)
    except InvalidAddress:
        return Problem("FROM_EMAIL", "is not a mail address that providers take", fix)
    if is_example_host(key.rpartition("@")[2]):
        return Problem("FROM_EMAIL", "is an example address", fix)
    return None


def _from_name(name: str) -> Problem | None:
    if name.strip():
        return None
    fix = "Set NEWSLETTER_FROM_NAME to the name readers should see in their inbox."
    return Problem("FROM_NAME", "is missing", fix)


def _public_url(url: str) -> Problem | None:
    fix = "Set NEWSLETTER_PUBLIC_URL to the https:// address under which `newsletter serve` is reached."
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return Problem("PUBLIC_URL", "is not a URL", fix)
    if not host:
        return Problem("PUBLIC_URL", "is missing", fix)
    if _unreachable(host):
        return Problem("PUBLIC_URL", "is an example or a private address, so nobody could unsubscribe", fix)
    if parts.scheme != "https":
        return Problem("PUBLIC_URL", "is not https, which one-click unsubscribing asks for (RFC 8058)", fix)
    if parts.query or parts.fragment or parts.username is not None:
        return Problem("PUBLIC_URL", "has a query, a fragment or a user name", fix)
    return None


def _unreachable(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return is_example_host(host)


def _postal_address(address: str) -> Problem | None:
    fix = "Set NEWSLETTER_POSTAL_ADDRESS to the sender's postal address; the law asks for it in every issue."
    if not address.strip():
        return Problem("POSTAL_ADDRESS", "is missing", fix)
    if "example" in address.lower():
        return Problem("POSTAL_ADDRESS", "is an example", fix)
    return None


def _api_key(key: str) -> Problem | None:
    fix = "Set NEWSLETTER_SENDGRID_API_KEY to a key that has the scope mail.send."
    if not key.strip():
        return Problem("SENDGRID_API_KEY", "is missing", fix)
    if any(word in key.lower() for word in ("example", "changeme", "your-key", "xxxx")):
        return Problem("SENDGRID_API_KEY", "is an example", fix)
    return None
