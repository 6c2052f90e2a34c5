"""A mailing's states and the moves between them.

::

    mailing   frozen ──> sending ──> done                       every batch submitted or failed for good
                │           │ ╲
                │           │  ──> paused ──> sending           provider says no: what to do is said, then resume
                └───────────┴────────────────> halted           an operator's stop

    batch     pending ──claim──> submitting ──202──────> submitted
                 ^                  │ ├──4xx───────────> failed ──resume──> pending
                 │                  │ └──time-out, kill> uncertain
                 └──429, refused────┘                       ├──resolve --accepted──────> submitted
                                                            └──resolve --not-accepted──> pending

The claim (pending -> submitting) is committed before the network call. What was left ``submitting`` by a
dead process is ``uncertain``: it may have been accepted, so it is never sent again by itself (promise 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from newsletter.domain.audience import ExclusionReason


class MailingState(StrEnum):
    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    HALTED = "halted"


class BatchState(StrEnum):
    PENDING = "pending"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


LEGAL: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PENDING: frozenset({BatchState.SUBMITTING}),
    BatchState.SUBMITTING: frozenset(
        {BatchState.SUBMITTED, BatchState.PENDING, BatchState.FAILED, BatchState.UNCERTAIN}
    ),
    BatchState.UNCERTAIN: frozenset({BatchState.SUBMITTED, BatchState.PENDING}),
    BatchState.FAILED: frozenset({BatchState.PENDING}),
    BatchState.SUBMITTED: frozenset(),
}


def may_move(old: BatchState, new: BatchState) -> bool:
    """Whether a batch may go from one state to the other."""
    return new in LEGAL[old]


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
    """One issue's send. ``recipients + sum(exclusions) == candidates`` always."""

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


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may send a mailing just now. At ``free_at`` another process may take it, unless it is renewed."""

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


@dataclass(frozen=True, slots=True)
class Addressed:
    """One recipient with the token only this one gets."""

    recipient: Recipient
    unsubscribe_token: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the batch: ``message_id`` is its receipt."""

    message_id: str


def unsubscribe_url(public_url: str, token: str) -> str:
    """The address of a recipient's unsubscribe page and one-click POST."""
    return f"{public_url.rstrip('/')}/u/{token}"
