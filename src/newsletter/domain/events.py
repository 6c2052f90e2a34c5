"""What a mail provider tells about deliveries, folded: any order and any repeats end in the same state. Pure.

::

    what one delivery went through is a set of facts; an event adds one, and none is ever taken away:

    processed ─┐                                 told of the delivery as one word (`state_of`), strongest first:
    deferred   │
    delivered  ├── facts of the delivery (union)   bounced > delivered > dropped > blocked > deferred > processed
    bounced    │
    blocked    │   a complaint or leaving says besides that it arrived
    dropped   ─┘

    address    bounce (hard), spam report          suppressed, with the earliest time told
               unsubscribe, group unsubscribe      left at the provider  ┐ the later of the two counts;
               group resubscribe                   returned there        ┘ it lifts nothing else
               blocked, deferred, dropped          counted only

Union, minimum and maximum are commutative, associative and idempotent: so is the whole fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum
from typing import Final

from newsletter.domain.audience import SuppressionReason


class EventKind(StrEnum):
    """The provider's words; a bounce of type ``blocked`` is a kind of its own."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCE = "bounce"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    OPEN = "open"
    CLICK = "click"
    SPAM_REPORT = "spamreport"
    UNSUBSCRIBE = "unsubscribe"
    GROUP_UNSUBSCRIBE = "group_unsubscribe"
    GROUP_RESUBSCRIBE = "group_resubscribe"


class Fact(IntFlag):
    """What is known of one delivery. Kept in the database: a number is never given a new meaning."""

    NONE = 0
    PROCESSED = 1
    DEFERRED = 2
    DELIVERED = 4
    BLOCKED = 8
    BOUNCED = 16
    DROPPED = 32
    COMPLAINED = 64
    LEFT = 128


class DeliveryState(StrEnum):
    """One word for a delivery, the provider's; ``SILENT`` where it has said nothing yet."""

    SILENT = "no word yet"
    PROCESSED = "processed"
    DEFERRED = "deferred"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    DELIVERED = "delivered"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """One event as told. Ids are empty where it carried none; so is ``address_key`` where it is no address."""

    kind: EventKind
    at: datetime
    event_id: str
    fingerprint: str
    """The second key: a keyed digest of message id, address, kind, time and URL. No address can be told from it."""
    message_id: str = ""
    address_key: str = ""
    delivery_id: str = ""
    batch_id: str = ""
    provider_batch: str = ""
    """Of mail handed over ahead: the provider's id to cancel it by, which tells one try of a batch from the next."""


_FACTS: Final[Mapping[EventKind, Fact]] = {
    EventKind.PROCESSED: Fact.PROCESSED,
    EventKind.DEFERRED: Fact.DEFERRED,
    EventKind.DELIVERED: Fact.DELIVERED,
    EventKind.BOUNCE: Fact.BOUNCED,
    EventKind.BLOCKED: Fact.BLOCKED,
    EventKind.DROPPED: Fact.DROPPED,
    EventKind.SPAM_REPORT: Fact.COMPLAINED,
    EventKind.UNSUBSCRIBE: Fact.LEFT,
    EventKind.GROUP_UNSUBSCRIBE: Fact.LEFT,
}
_SUPPRESSING: Final[Mapping[EventKind, SuppressionReason]] = {
    EventKind.BOUNCE: SuppressionReason.BOUNCE,
    EventKind.SPAM_REPORT: SuppressionReason.SPAM_REPORT,
}
_NOT_OUT: Final = frozenset({EventKind.PROCESSED, EventKind.DROPPED})
_LEAVING: Final = frozenset({EventKind.UNSUBSCRIBE, EventKind.GROUP_UNSUBSCRIBE})
_ARRIVED: Final = Fact.DELIVERED | Fact.COMPLAINED | Fact.LEFT
_STATES: Final = (
    (Fact.BOUNCED, DeliveryState.BOUNCED),
    (_ARRIVED, DeliveryState.DELIVERED),
    (Fact.DROPPED, DeliveryState.DROPPED),
    (Fact.BLOCKED, DeliveryState.BLOCKED),
    (Fact.DEFERRED, DeliveryState.DEFERRED),
    (Fact.PROCESSED, DeliveryState.PROCESSED),
)


def fact_of(kind: EventKind) -> Fact:
    """What an event adds to its delivery; opens, clicks and coming back add nothing."""
    return _FACTS.get(kind, Fact.NONE)


def has_gone_out(kind: EventKind) -> bool:
    """Whether an event proves that mail has left the provider. Mail for later is `processed` when it is accepted, and
    may still be cancelled; what is `dropped` never goes out."""
    return kind not in _NOT_OUT


def state_of(facts: Fact) -> DeliveryState:
    """The one word for a delivery of which these facts are known."""
    return next((state for fact, state in _STATES if facts & fact), DeliveryState.SILENT)


@dataclass(frozen=True, slots=True)
class Choice:
    """The latest leaving and the latest return that an address made at the provider."""

    left_at: datetime | None = None
    returned_at: datetime | None = None

    def merged(self, other: Choice) -> Choice:
        return Choice(_later(self.left_at, other.left_at), _later(self.returned_at, other.returned_at))

    @property
    def holds(self) -> bool:
        """Whether the address must not be mailed for it. Of two at the same second, leaving counts."""
        return self.left_at is not None and (self.returned_at is None or self.left_at >= self.returned_at)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((time for time in (one, other) if time is not None), default=None)


@dataclass(frozen=True, slots=True)
class Told:
    """What a set of events comes to."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    """By delivery id."""
    suppressed: Mapping[tuple[str, SuppressionReason], datetime] = field(default_factory=dict)
    """(address key, reason) -> the earliest time it was told."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """By address key."""

    def merged(self, other: Told) -> Told:
        """Of both. ``fold(a).merged(fold(b)) == fold(a + b)``, in either order."""
        facts, held, choices = dict(self.facts), dict(self.suppressed), dict(self.choices)
        for delivery, fact in other.facts.items():
            facts[delivery] = facts.get(delivery, Fact.NONE) | fact
        for key, at in other.suppressed.items():
            held[key] = min(at, held.get(key, at))
        for address, choice in other.choices.items():
            choices[address] = choices.get(address, Choice()).merged(choice)
        return Told(facts, held, choices)


def fold(events: Iterable[DeliveryEvent]) -> Told:
    """What the events come to, whatever their order and however often each is among them."""
    facts: dict[str, Fact] = {}
    held: dict[tuple[str, SuppressionReason], datetime] = {}
    choices: dict[str, Choice] = {}
    for event in events:
        if event.delivery_id:
            facts[event.delivery_id] = facts.get(event.delivery_id, Fact.NONE) | fact_of(event.kind)
        if not event.address_key:
            continue
        if (reason := _SUPPRESSING.get(event.kind)) is not None:
            key = event.address_key, reason
            held[key] = min(event.at, held.get(key, event.at))
        if (made := _choice_of(event)) is not None:
            choices[event.address_key] = choices.get(event.address_key, Choice()).merged(made)
    return Told(facts, held, choices)


def _choice_of(event: DeliveryEvent) -> Choice | None:
    if event.kind in _LEAVING:
        return Choice(left_at=event.at)
    if event.kind is EventKind.GROUP_RESUBSCRIBE:
        return Choice(returned_at=event.at)
    return None
