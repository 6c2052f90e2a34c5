"""A mailing's states, the moves between them, and who may make which.

::

    mailing   frozen ──> sending <──> waiting         the rest has its morning still before it
                            │ <──> paused             a refusal, a doubt, a missed morning: said, then tried again
                            ╰────> done               everybody is in a submitted batch, or was skipped
              any of them ───────> halted             an operator's stop, for good

    batch     pending ─────claim─────> submitting ────────202────────> submitted <── an event, from everywhere
                 │^                        │                              ^ │
                 │├──429, no connection────┤                              │ │
                 │├──next run── failed <───┤ 4xx                          │ │
                 ││                        ╰─time-out, kill─> uncertain ──┤ │   resolve --accepted, a late receipt
                 │├──resolve --not-accepted, a late "no"──────────╯ │       │ │
                 ││                               scheduled ahead   v       │ │ halt
                 │╰──the provider has cancelled it────────── cancelling <───┼─╯
                 │                                              │ ╰─────────╯   too late: back to what it was
                 ╰──halt──> cancelled <──cancelled, for a halt──╯

The claim (pending -> submitting) is committed before the network call. What was left ``submitting`` by a
dead process is ``uncertain``: it may have been accepted, so it is never sent again by itself (promise 10). A
batch that was scheduled ahead can be *cancelled* while in doubt: then the doubt is gone, whichever way it was.
An event of the provider proves that a batch was accepted, whatever we believed. Who makes a move is part of its
legality (`MOVES`): no event makes anything go out, and the sender settles no doubt but by the provider's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.issue import PREFERENCES_SLOT, SLOTS, UNSUBSCRIBE_SLOT
from newsletter.domain.pacing import Limit


class MailingState(StrEnum):
    FROZEN = "frozen"
    """The audience is settled; nothing was submitted yet."""
    SENDING = "sending"
    WAITING = "waiting"
    """Whatever may go has gone; the rest has its morning still before it."""
    PAUSED = "paused"
    """Something has to be seen to, by the provider or by a person; the note says what. A run tries again."""
    DONE = "done"
    HALTED = "halted"


class BatchState(StrEnum):
    PENDING = "pending"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLING = "cancelling"
    """The provider is being asked to cancel it; until it has said so, it may still go out."""
    CANCELLED = "cancelled"
    """Nobody in it is mailed: it was halted."""


class Actor(StrEnum):
    """Who makes a move."""

    SENDER = "sender"
    """A run of `newsletter send`, for what it does and sees itself."""
    OPERATOR = "operator"
    """A person: resolve, halt; or the rule on complaints in their stead."""
    PROVIDER = "provider"
    """An event that the provider reports of a batch's mail."""


_SENDER, _OPERATOR = frozenset({Actor.SENDER}), frozenset({Actor.OPERATOR})
_PROVIDER = frozenset({Actor.PROVIDER})
_EITHER = _SENDER | _OPERATOR

MOVES: Mapping[BatchState, Mapping[BatchState, frozenset[Actor]]] = {
    BatchState.PENDING: {
        BatchState.SUBMITTING: _SENDER,
        BatchState.SUBMITTED: _PROVIDER,  # cancelled in doubt, and it went out all the same
        BatchState.CANCELLED: _OPERATOR,
    },
    BatchState.SUBMITTING: {
        BatchState.SUBMITTED: _SENDER | _PROVIDER,
        BatchState.PENDING: _SENDER,
        BatchState.FAILED: _SENDER,
        BatchState.UNCERTAIN: _SENDER,
    },
    BatchState.SUBMITTED: {
        BatchState.CANCELLING: _OPERATOR,
    },
    BatchState.FAILED: {
        BatchState.PENDING: _SENDER,
        BatchState.SUBMITTED: _PROVIDER,
        BatchState.CANCELLED: _OPERATOR,
    },
    BatchState.UNCERTAIN: {
        BatchState.SUBMITTED: _EITHER | _PROVIDER,
        BatchState.PENDING: _EITHER,
        BatchState.CANCELLING: _EITHER,
    },
    BatchState.CANCELLING: {
        BatchState.PENDING: _SENDER,
        BatchState.CANCELLED: _OPERATOR,
        BatchState.UNCERTAIN: _EITHER,
        BatchState.SUBMITTED: _EITHER | _PROVIDER,
    },
    BatchState.CANCELLED: {
        BatchState.SUBMITTED: _PROVIDER,
    },
}
"""old -> new -> who may. What is not here is illegal for everybody."""

MAILING_MOVES: Mapping[MailingState, frozenset[MailingState]] = {
    MailingState.FROZEN: frozenset({MailingState.SENDING, MailingState.HALTED}),
    MailingState.SENDING: frozenset(
        {MailingState.WAITING, MailingState.PAUSED, MailingState.DONE, MailingState.HALTED}
    ),
    MailingState.WAITING: frozenset({MailingState.SENDING, MailingState.DONE, MailingState.HALTED}),
    MailingState.PAUSED: frozenset({MailingState.SENDING, MailingState.DONE, MailingState.HALTED}),
    MailingState.DONE: frozenset({MailingState.HALTED}),
    MailingState.HALTED: frozenset(),
}
"""A halt is final. Also a mailing that is done can be halted: what is scheduled ahead can still be cancelled."""

AT_ONCE = timedelta(minutes=1)
"""A batch due within that is sent without being scheduled."""
HANDED_OVER = frozenset(
    {BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.UNCERTAIN, BatchState.CANCELLING}
)
"""States in which the provider has, or may have, the batch: its people have, or may have, this issue."""
UNKNOWN = HANDED_OVER - {BatchState.SUBMITTED}
"""Those of them in which nobody knows whether it has."""


UNSETTLED = frozenset(
    {
        BatchState.PENDING,
        BatchState.SUBMITTING,
        BatchState.FAILED,
        BatchState.UNCERTAIN,
        BatchState.CANCELLING,
    }
)
"""States with something still to come: no mailing with such a batch is done."""


def may_move(old: BatchState, new: BatchState, by: Actor | None = None) -> bool:
    """Whether a batch may go from one state to the other; with ``by``, whether that one may do it."""
    actors = MOVES[old].get(new, frozenset())
    return bool(actors) if by is None else by in actors


def may_become(old: MailingState, new: MailingState) -> bool:
    """Whether a mailing may go from one state to the other; staying what it is, it may."""
    return old is new or new in MAILING_MOVES[old]


def is_proven(state: BatchState, *, left: bool, cancelled: bool) -> bool:
    """Whether an event of the provider makes a batch in that state `submitted`.

    That it was accepted ends a doubt, but proves nothing against a cancellation, which stops what was accepted:
    there only an event will do that tells of mail gone out (``left``). ``cancelled``: the provider has confirmed a
    cancellation of whatever it may have had of the batch.
    """
    if not may_move(state, BatchState.SUBMITTED, Actor.PROVIDER):
        return False
    return left or not (cancelled or state is BatchState.CANCELLING)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subscriber looked at when a mailing's audience is frozen."""

    subscriber_id: int
    public_id: str
    email: str
    name: str
    token_version: int
    exclusion: ExclusionReason | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A subscriber frozen into a mailing. ``delivery_id`` goes with the mail and comes back in events."""

    delivery_id: str
    subscriber_id: int
    public_id: str
    email: str
    name: str
    token_version: int


@dataclass(frozen=True, slots=True)
class Mailing:
    """One issue's send, or that of a correction to it. ``recipients + sum(exclusions) == candidates`` always."""

    id: int
    issue_date: date
    revision: int
    html_sha256: str
    state: MailingState
    frozen_at: datetime
    candidates: int
    recipients: int
    exclusions: Mapping[ExclusionReason, int] = field(default_factory=dict)
    provider: str = ""
    note: str = ""
    """Why it is paused or halted, for people."""
    correction: int = 0
    """Number of the correction that is mailed; 0: the issue itself."""

    @property
    def name(self) -> str:
        """What it is called where people read of it."""
        if self.correction:
            return f"The mail of correction {self.correction} (issue of {self.issue_date})"
        return f"The mailing of {self.issue_date}"

    @property
    def command(self) -> str:
        """What goes on with it."""
        if self.correction:
            return f"newsletter corrections send {self.correction}"
        return f"newsletter send {self.issue_date}"

    @property
    def look(self) -> str:
        """What shows its batches."""
        more = f" --correction {self.correction}" if self.correction else ""
        return f"newsletter deliveries {self.issue_date}{more}"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may send a mailing just now. At ``free_at`` it counts as dead, unless it is heard of again before."""

    owner: str
    heard_at: datetime
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """One provider request's worth of recipients."""

    id: str
    mailing_id: int
    state: BatchState
    recipients: int
    attempts: int
    reason: str = ""
    """Why it failed or is uncertain, for people; no addresses."""
    message_id: str = ""
    """The provider's id for the accepted request."""
    changed_at: datetime | None = None
    due_at: datetime | None = None
    """When its people should have it: their morning. None (of an older release): at once."""
    send_at: datetime | None = None
    """When the provider is to send it, of a batch that was handed over ahead; else None."""
    provider_batch: str = ""
    """The provider's id by which a batch handed over ahead can be cancelled."""
    was: str = ""
    """Of a batch that is `cancelling`: the state it came from, and goes back to when it is too late."""
    seen_at: datetime | None = None
    """When the provider first told of mail in it: proof that it was accepted. A doubt about it is over then."""
    left_at: datetime | None = None
    """When the provider first told of mail in it that has gone out: no cancellation helps any more."""
    provider: str = ""
    """Who has it, where that is not the mailing's provider (any more); empty: the mailing's."""
    claimed_by: str = ""
    """The worker that took it for sending last."""


@dataclass(frozen=True, slots=True)
class BatchMove:
    """One line of a batch's history."""

    at: datetime
    old: BatchState
    new: BatchState
    by: Actor
    attempt: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """Which pending batches may be claimed: those due by ``until``, unless their morning was missed."""

    until: datetime
    missed_before: datetime | None = None
    """A batch due at or before that does not go by itself any more; None: any may."""
    provider_batch: str = ""
    """The provider's id for a batch that is handed over ahead of its time; empty: none is."""
    limits: tuple[Limit, ...] = ()
    """How many may be handed over in how much time, over all mailings."""
    owner: str = ""
    """The worker that claims; what is claimed in nobody's name is an orphan from the start."""

    @staticmethod
    def is_ahead(due_at: datetime | None, now: datetime) -> bool:
        """Whether the provider has to be told when to send it: due later than in a minute."""
        return due_at is not None and due_at - now > AT_ONCE


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every recipient of a mailing gets alike."""

    subject: str
    html: str
    text: str
    from_email: str
    from_name: str
    list_id: str
    issue_date: str
    public_url: str
    """Base of the links; `unsubscribe_url` makes each recipient's own."""
    correction: int = 0
    """Number of the correction that it tells; 0: it is the issue."""


class Tokens(NamedTuple):
    """What stands in one recipient's own links."""

    unsubscribe: str
    preferences: str = ""


@dataclass(frozen=True, slots=True)
class Addressed:
    """One recipient with the tokens only this one gets."""

    recipient: Recipient
    unsubscribe_token: str
    preferences_token: str = ""

    def fillings(self, slots: Iterable[str] = SLOTS) -> dict[str, str]:
        """What goes into which slot of the mail."""
        tokens = {UNSUBSCRIBE_SLOT: self.unsubscribe_token, PREFERENCES_SLOT: self.preferences_token}
        return {slot: tokens[slot] for slot in slots}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person about their own subscription: no issue, and nothing to unsubscribe from."""

    mail_id: str
    to: str
    subject: str
    html: str
    text: str
    from_email: str
    from_name: str
    despite_unsubscribe: bool = False
    """Whether it may go to somebody who left: they have just asked to come back."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the provider is to send a batch that is handed over ahead, and the id to cancel it by."""

    send_at: datetime
    provider_batch: str


class Cancellation(StrEnum):
    """What the provider says to "do not send that"."""

    CONFIRMED = "confirmed"
    """It holds a cancellation of the batch, from now or from before."""
    FULL = "full"
    """It holds as many cancellations as it can; later perhaps."""
    REFUSED = "refused"
    """It does not cancel that one: too late, or unknown to it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the batch: ``message_id`` is its receipt."""

    message_id: str


def slots_in(*texts: str) -> tuple[str, ...]:
    """The slots that stand in a mail's texts."""
    return tuple(slot for slot in SLOTS if any(slot in text for text in texts))


def unsubscribe_url(public_url: str, token: str) -> str:
    """The address of a recipient's unsubscribe page and one-click POST."""
    return f"{public_url.rstrip('/')}/u/{token}"


def preferences_url(public_url: str, token: str) -> str:
    """The address of a subscriber's page of settings."""
    return f"{public_url.rstrip('/')}/p/{token}"
