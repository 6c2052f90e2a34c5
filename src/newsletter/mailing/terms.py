"""How a run goes about a mailing, and what must be as it was at the freeze before it does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from newsletter.domain.mailing import Envelope, Mailing
from newsletter.domain.pacing import Limit
from newsletter.errors import Refused, StorageError
from newsletter.mailing.heartbeat import BEAT
from newsletter.ports import Provider


@dataclass(frozen=True, slots=True)
class SendTerms:
    """How a run goes about it."""

    stale_after: timedelta | None = None
    """A batch whose morning was longer ago than that does not go by itself; None: every batch may go."""
    stay: bool = False
    """Wait for the mornings to come, until the last; else the run ends when nothing may go for now."""
    limits: tuple[Limit, ...] = ()
    """How many may be handed over in how much time, over all mailings."""
    zone: tzinfo | None = None
    """For times in notes; UTC where it is not given."""
    in_flight: int = 1
    """Most requests under way at a time, where the provider takes several (`Parallel`)."""
    beat: timedelta = BEAT
    """Between two signs of life."""


AT_ONCE_AND_END = SendTerms()
"""Whatever is due goes, one request after the other; nothing is waited for."""


def require_unchanged(mailing: Mailing, envelope: Envelope, provider: Provider) -> None:
    """The three things that must not have changed between the freeze and a later resume."""
    if mailing.recipients + sum(mailing.exclusions.values()) != mailing.candidates:
        raise StorageError(
            f"The audience of {mailing.issue_date} does not add up: {mailing.candidates} candidates,"
            f" {mailing.recipients} recipients, {sum(mailing.exclusions.values())} excluded.",
            mailing_id=mailing.id,
        )
    if hashlib.sha256(envelope.html.encode()).hexdigest() != mailing.html_sha256:
        raise Refused(
            f"{mailing.name} was frozen for other bytes than these.",
            todo=f"Send revision {mailing.revision}, which it was frozen for.",
            mailing_id=mailing.id,
        )
    if mailing.provider and mailing.provider != provider.name:
        raise Refused(
            f"{mailing.name} began with {mailing.provider}, not with {provider.name}.",
            todo=f"Set NEWSLETTER_PROVIDER={mailing.provider} to finish it, or let {provider.name} take over what is"
            f" pending: {mailing.command} --switch-provider.",
            mailing_id=mailing.id,
        )
