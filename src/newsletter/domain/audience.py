"""Subscribers: who is on the list, in which state, and which addresses must not be mailed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import idna

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


class Act(StrEnum):
    """What somebody does about an address on the list. Only `CONFIRM` and `RETURN` prove who they are."""

    SIGN_UP = "sign up"
    """Anybody may type any address: it proves nothing, and asks for a confirmation."""
    CONFIRM = "confirm"
    """By the link that only the address itself was sent."""
    LEAVE = "leave"
    RETURN = "return"
    """After leaving, by the same link, which only their own mail holds."""
    OPERATOR_ADD = "operator add"
    """By hand or by import: the operator answers for the consent."""
    OPERATOR_CONFIRM = "operator confirm"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an address stands: its status (None: not on the list) and every reason that holds it back."""

    status: SubscriberStatus | None = None
    held: frozenset[SuppressionReason] = frozenset()

    @property
    def mailed(self) -> bool:
        return self.status is SubscriberStatus.ACTIVE and not self.held


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an act leads to. ``refused`` says why nothing changed; ``confirm``: a confirmation link is due."""

    standing: Standing
    refused: str = ""
    confirm: bool = False


OWN_CHOICES = frozenset(
    {SuppressionReason.UNSUBSCRIBE, SuppressionReason.PROVIDER_UNSUBSCRIBE, SuppressionReason.ERASED}
)
"""What a person may take back by confirming anew. A bounce or a spam report is not theirs to lift here."""


def ruling(standing: Standing, act: Act) -> Ruling:
    """What an act changes::

                    sign up         confirm        leave    return   operator add     operator confirm
        not listed  pending, link   refused        nothing  nothing  active           refused
        pending     link            active *       left     nothing  nothing          active
        active      link if left *  active *       left     nothing  nothing          nothing
        left        link            active *       nothing  active   nothing          refused
        erased      pending, link   active *       as above          refused          refused

    ``*``: with their own earlier choices lifted (`OWN_CHOICES`); returning lifts our own unsubscribe only.
    """
    status, held = standing.status, standing.held
    if act is Act.SIGN_UP:
        confirm = status is not SubscriberStatus.ACTIVE or bool(held & OWN_CHOICES)
        return Ruling(Standing(status or SubscriberStatus.PENDING, held), confirm=confirm)
    if act in (Act.OPERATOR_ADD, Act.OPERATOR_CONFIRM):
        return _operators(standing, act)
    if status is None:
        return Ruling(standing, "That address is not on the list." if act is Act.CONFIRM else "")
    if act is Act.CONFIRM:
        return Ruling(Standing(SubscriberStatus.ACTIVE, held - OWN_CHOICES))
    if act is Act.LEAVE:
        return Ruling(Standing(SubscriberStatus.UNSUBSCRIBED, held | {SuppressionReason.UNSUBSCRIBE}))
    back = SubscriberStatus.ACTIVE if status is SubscriberStatus.UNSUBSCRIBED else status
    return Ruling(Standing(back, held - {SuppressionReason.UNSUBSCRIBE}))


def _operators(standing: Standing, act: Act) -> Ruling:
    """An operator's word stands for consent, never against the person's own."""
    if SuppressionReason.ERASED in standing.held:
        return Ruling(standing, "That person asked to be erased; only they can come back, by confirming.")
    if act is Act.OPERATOR_ADD:
        return Ruling(Standing(standing.status or SubscriberStatus.ACTIVE, standing.held))
    if standing.status is None:
        return Ruling(standing, "That address is not on the list.")
    if standing.status is SubscriberStatus.UNSUBSCRIBED:
        return Ruling(standing, "That person unsubscribed; only they can come back.")
    return Ruling(Standing(SubscriberStatus.ACTIVE, standing.held))


def parse_address(raw: str) -> tuple[str, str]:
    """``(address as to be written, address key)`` of one mail address.

    The key is the identity on the list: NFC, lower case, domain in IDNA ASCII form. Local parts are
    compared without case, as every large mailbox provider does. A local part outside ASCII is no error in
    itself (RFC 6531), but providers refuse a whole batch for one of them. Raises `InvalidAddress`.
    """
    plain = _PLAIN.fullmatch(raw)
    if plain and len(raw) <= 254:
        ascii_domain = _ascii_domain(plain[2])
        return f"{plain[1]}@{ascii_domain}", f"{plain[1].lower()}@{ascii_domain}"
    address = raw.strip() if raw.isascii() else unicodedata.normalize("NFC", raw.strip())
    local, at, domain = address.rpartition("@")
    bad = not at or not local or not domain or len(address) > 254 or len(local.encode()) > 64
    if bad or "@" in local or not address.isprintable() or _NEVER.search(address):
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


_NEVER = re.compile(r"""[\s<>(),;:"\\[\]]""")
_PLAIN = re.compile(r"((?=[^@]{1,64}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
"""What nearly every address looks like; a million of them are parsed for an import, and for a mailing."""
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@lru_cache(4096)
def _ascii_domain(domain: str) -> str:
    """IDNA 2008, as mail servers look the domain up: ``faß.de`` and ``fass.de`` are two domains."""
    try:
        name = domain.rstrip(".").lower()
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidAddress("The part after @ is no domain name.", todo="Check it for a slip.")
    return name
