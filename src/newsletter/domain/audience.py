"""Subscribers: who is on the list, in which state, and which addresses must not be mailed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.errors import InvalidAddress


class SubscriberStatus(StrEnum):
    PENDING = "pending"
    """Asked to subscribe, not confirmed yet: never mailed an issue."""
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class SuppressionReason(StrEnum):
    """Why an address must not be mailed, whatever its subscriber's status says."""

    UNSUBSCRIBE = "unsubscribe"
    PROVIDER_UNSUBSCRIBE = "unsubscribe at the provider"
    BOUNCE = "bounce"
    SPAM_REPORT = "spam report"
    INVALID = "invalid"
    OPERATOR = "operator"
    ERASED = "erased"
    """The person asked to be forgotten: stands only under `newsletter.domain.tokens.erased_key`."""


class ExclusionReason(StrEnum):
    """Why a subscriber is not a recipient of a mailing. Skipping somebody always has a reason, and is counted."""

    PENDING = "not confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    JOINED_LATER = "joined after the issue"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person on the list. ``address_key`` identifies the address whatever its case or script."""

    public_id: str
    """128 random bits, base32 without padding: stands in links, says nothing about the person."""
    email: str
    address_key: str
    name: str = ""
    status: SubscriberStatus = SubscriberStatus.ACTIVE
    timezone: str = ""
    deliver_at: str = ""
    consent_source: str = ""
    consent_at: datetime | None = None
    created_at: datetime | None = None
    token_version: int = 1
    """Raised to void every link handed out before."""


def parse_address(raw: str) -> tuple[str, str]:
    """``(address as to be written, address key)`` of one mail address.

    The key is the identity on the list: NFC, lower case, domain in IDNA ASCII form. Local parts are
    compared without case, as every large mailbox provider does. A local part outside ASCII is no error in
    itself (RFC 6531), but providers refuse a whole batch for one of them. Raises `InvalidAddress`.
    """
    address = unicodedata.normalize("NFC", raw.strip())
    local, at, domain = address.rpartition("@")
    bad = not at or not local or not domain or len(address) > 254 or len(local.encode()) > 64
    if bad or any(c.isspace() or c in '<>(),;:"\\[]' or not c.isprintable() for c in address) or "@" in local:
        raise InvalidAddress("That is not a mail address.", todo="Give it as name@domain.")
    if not local.isascii():
        raise InvalidAddress(
            "The part before @ has letters outside a-z.",
            todo="Mail providers take none; ask for another address.",
        )
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidAddress("The part before @ has a misplaced dot.", todo="Check the address for a slip.")
    ascii_domain = _ascii_domain(domain)
    return f"{local}@{ascii_domain}", f"{local.casefold()}@{ascii_domain}"


def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidAddress("The part after @ is no domain name.", todo="Check it for a slip.") from None
    labels = ascii_domain.split(".")
    letters = all(label and label.replace("-", "").isalnum() for label in labels)
    hyphens = any(label.startswith("-") or label.endswith("-") for label in labels)
    if len(labels) < 2 or not letters or hyphens or labels[-1].isdigit():
        raise InvalidAddress("The part after @ is no domain name.", todo="Check it for a slip.")
    return ascii_domain
