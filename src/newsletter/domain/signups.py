"""Signing up by oneself: what was asked, which mail answers it, and how often. Pure.

::

    the form ──> request ──take──> open sign-up ──(their own button)──> confirmed
                                        │ ╰── not within CONFIRM_WITHIN: forgotten
                                        ╰──> mail: pending ──claim──> submitting ──> submitted
                                                      ^ │ │               │ ├──> failed      refused for good
                                                      │ │ ╰──> dropped    │ ╰──> uncertain   never sent again by us
                                                      │ ╰── superseded    │
                                                      ╰──── busy ─────────╯

The page answers before anybody has looked at the list, so that neither its words nor its time can tell who is on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.domain.audience import (
    OWN_CHOICES,
    Standing,
    SubscriberStatus,
    SuppressionReason,
)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody typed into the form, checked, and the words they were shown."""

    email: str
    address_key: str
    at: datetime
    source: str
    """Where: "sign-up page", "sign-up page, from a story" …"""
    consent_text: str
    """`version_of` the words."""
    name: str = ""
    timezone: str = ""
    deliver_at: str = ""


class ListMailKind(StrEnum):
    """A mail about one's own subscription, asked for by oneself."""

    CONFIRM = "confirm"
    """The link that only the address is sent."""
    ALREADY = "already"
    """To whoever is on the list: you are, and here are your settings."""


class ListMailState(StrEnum):
    PENDING = "pending"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """Nobody knows whether it went; the person may ask again, we never do."""
    DROPPED = "dropped"
    """Not needed any more, or not allowed: confirmed meanwhile, erased, bounced, too old."""


@dataclass(frozen=True, slots=True)
class ListMail:
    """One such mail, claimed; everything it is made of."""

    mail_id: str
    kind: ListMailKind
    email: str
    address_key: str
    public_id: str
    token_version: int
    asked_at: datetime
    timezone: str = ""
    """Of the open sign-up, or of the subscriber: whose clock the mail speaks of."""


@dataclass(frozen=True, slots=True)
class MailTerms:
    """How often one address is written to, and all of them together."""

    pause: timedelta = timedelta(minutes=10)
    """At most one mail to an address in that time."""
    per_day: int = 3
    """And so many in 24 hours; 0: as many as the pause leaves."""
    per_hour: int = 500
    """To all addresses together; what is more waits. 0: no limit."""
    confirm_within: timedelta = timedelta(days=7)
    """How long a link works, and an unconfirmed sign-up is kept."""


FINAL_HOLDS = frozenset(
    {
        SuppressionReason.BOUNCE,
        SuppressionReason.SPAM_REPORT,
        SuppressionReason.INVALID,
        SuppressionReason.OPERATOR,
    }
)
"""Whoever is held back for one of these is sent nothing, not even a link: a form proves nothing, a complaint does."""

DAY = timedelta(days=1)


def mail_for(standing: Standing) -> ListMailKind | None:
    """Which mail answers a sign-up; None where the address must not be written to."""
    if standing.held & FINAL_HOLDS:
        return None
    if standing.status is SubscriberStatus.ACTIVE and not standing.held & OWN_CHOICES:
        return ListMailKind.ALREADY
    return ListMailKind.CONFIRM


def may_mail(earlier: Sequence[datetime], now: datetime, terms: MailTerms) -> bool:
    """Whether an address that was written to at those times may be again."""
    recent = [at for at in earlier if at > now - DAY]
    few = not terms.per_day or len(recent) < terms.per_day
    return few and not any(at > now - terms.pause for at in recent)


@dataclass(frozen=True, slots=True)
class ClientLimit:
    """At most so many acts of one client in any window."""

    window: timedelta
    most: int


def client_limits(per_hour: int, per_day: int) -> tuple[ClientLimit, ...]:
    """As the settings have them; 0 is none."""
    given = (ClientLimit(timedelta(hours=1), per_hour), ClientLimit(DAY, per_day))
    return tuple(limit for limit in given if limit.most > 0)


def wait_for(acts: Sequence[datetime], now: datetime, limits: Sequence[ClientLimit]) -> timedelta | None:
    """None when one more act is within the limits, else how long to wait until it would be."""
    waits = []
    for limit in limits:
        recent = sorted(at for at in acts if at > now - limit.window)
        if len(recent) >= limit.most:
            waits.append(recent[-limit.most] + limit.window - now)
    return max(waits, default=None)


def version_of(words: str) -> str:
    """Names the words somebody agreed to: a digest, so that changed words have another name."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]
