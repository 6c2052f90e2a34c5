"""What every mailing works with, an issue's and a correction's alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.domain.approving import ApprovalRules
from newsletter.domain.mailing import Mailing
from newsletter.domain.pacing import Limit
from newsletter.mailing.guard import Problem
from newsletter.mailing.halting import Halt
from newsletter.pipeline.days import Calendar
from newsletter.ports import Clock, CorrectionStore, IssueStore, MailingStore, Provider, TokenMaker


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail is from."""

    from_email: str
    from_name: str
    list_id: str
    public_url: str


@dataclass(frozen=True, slots=True)
class SendRules:
    approval: ApprovalRules
    problems: tuple[Problem, ...] = ()
    """What `newsletter doctor` would say before a real provider's host may be used; empty when all is well."""
    limits: tuple[Limit, ...] = ()
    """How many may be mailed in how much time."""
    in_flight: int = 1
    """Most requests under way at a time."""


@dataclass(frozen=True)
class SendRoom:
    """What a send works with."""

    issues: IssueStore
    mailings: MailingStore
    corrections: CorrectionStore
    provider: Provider
    sender: Sender
    rules: SendRules
    calendar: Calendar
    token_of: TokenMaker
    clock: Clock
    wait: Callable[[float], None]
    say: Callable[[str], None] = lambda _: None
    """Told, in a line, what an operator should know about the audience."""


def halting(room: SendRoom, mailing: Mailing, stop: Callable[[], bool]) -> Halt:
    """The stop button of a mailing."""
    return Halt(mailing, room.mailings, room.provider, room.clock, room.wait, stop)


def batch_size(room: SendRoom) -> int:
    """Most recipients of a batch: what the provider takes at a time, and no more than the limits let go at once."""
    return min([room.provider.batch_size, *(limit.most for limit in room.rules.limits)])
