"""How an issue was received: deliveries counted by what the provider told, and when that is reason to stop. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.domain.events import DeliveryState, Fact, state_of

ALARM_PER_100_000 = 100
"""0.10 %: what Gmail asks bulk senders to stay under (docs/rules.md, "Sending mail")."""
STOP_PER_100_000 = 300
"""0.30 %: where Gmail, Yahoo and Microsoft begin to refuse."""
LEAST_COMPLAINTS, LEAST_DELIVERED = 3, 1_000
"""Under these a single complaint would be an alarm: nothing is judged."""
BOUNCES_PER_100 = 2
"""2 %: where providers begin to ask about a list. Told; it stops nothing, what bounced is suppressed already."""


class SpamVerdict(StrEnum):
    FINE = "fine"
    ALARM = "alarm"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Reception:
    """Deliveries by `DeliveryState`; complaints and leavings are counted besides, for they are of delivered mail."""

    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    complaints: int = 0
    left: int = 0
    deferred: int = 0
    """Deliveries that were deferred at least once, whatever became of them."""

    @property
    def delivered(self) -> int:
        return self.states.get(DeliveryState.DELIVERED, 0)

    @property
    def bounced(self) -> int:
        return self.states.get(DeliveryState.BOUNCED, 0)

    @property
    def settled(self) -> int:
        """Deliveries that the provider has done with."""
        done = (
            DeliveryState.DELIVERED,
            DeliveryState.BOUNCED,
            DeliveryState.BLOCKED,
            DeliveryState.DROPPED,
        )
        return sum(self.states.get(state, 0) for state in done)

    @property
    def spam_rate(self) -> float:
        """Complaints of what was delivered, 0 to 1."""
        return self.complaints / self.delivered if self.delivered else 0.0

    @property
    def bounce_rate(self) -> float:
        """Hard bounces of what the provider has done with, 0 to 1."""
        return self.bounced / self.settled if self.settled else 0.0

    @property
    def spam(self) -> SpamVerdict:
        """In whole numbers: a rate of exactly the limit is over it."""
        if self.complaints < LEAST_COMPLAINTS or self.delivered < LEAST_DELIVERED:
            return SpamVerdict.FINE
        if self.complaints * 100_000 >= self.delivered * STOP_PER_100_000:
            return SpamVerdict.STOP
        if self.complaints * 100_000 >= self.delivered * ALARM_PER_100_000:
            return SpamVerdict.ALARM
        return SpamVerdict.FINE

    @property
    def bounces_high(self) -> bool:
        return self.settled >= LEAST_DELIVERED and self.bounced * 100 >= self.settled * BOUNCES_PER_100

    @property
    def warning(self) -> str:
        """What an operator should know, in words; empty when all is well."""
        said = []
        if self.spam is not SpamVerdict.FINE:
            limit = "0.30 %" if self.spam is SpamVerdict.STOP else "0.10 %"
            said.append(
                f"{self.complaints:,} of {self.delivered:,} delivered were reported as spam"
                f" ({self.spam_rate:.2%}; the limit is {limit})."
            )
        if self.bounces_high:
            said.append(
                f"{self.bounced:,} of {self.settled:,} bounced ({self.bounce_rate:.2%}): how old is this list?"
            )
        return " ".join(said)


def reception(deliveries: Mapping[Fact, int], submitted: int = 0) -> Reception:
    """Counts by facts to a `Reception`; ``submitted``: how many are with the provider, told of or not."""
    states = dict.fromkeys(DeliveryState, 0)
    for facts, number in deliveries.items():
        states[state_of(facts)] += number
    states[DeliveryState.SILENT] += max(0, submitted - sum(deliveries.values()))
    return Reception(
        states,
        complaints=_having(deliveries, Fact.COMPLAINED),
        left=_having(deliveries, Fact.LEFT),
        deferred=_having(deliveries, Fact.DEFERRED),
    )


def _having(deliveries: Mapping[Fact, int], fact: Fact) -> int:
    return sum(number for facts, number in deliveries.items() if facts & fact)
