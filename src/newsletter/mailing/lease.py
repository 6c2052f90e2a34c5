"""Becoming one of a mailing's workers, and saying who keeps it to itself where that cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from newsletter.domain.mailing import Lease
from newsletter.mailing.owner import described
from newsletter.ports import Clock, MailingStore

_log = logging.getLogger(__name__)


def take_lease(
    store: MailingStore, mailing_id: int, owner: str, clock: Clock, gone: Callable[[str], bool]
) -> bool:
    """Join in where the mailing is free or shared; take it where its one holder is silent or has ended (``gone``).

    Of two that find the same dead holder one gets it: the release names the dead one, and so does nothing
    once the other has the lease.
    """
    if store.acquire(mailing_id, owner, clock()):
        return True
    held = store.lease(mailing_id)
    if held is not None:
        if not gone(held.owner):
            return False
        _log.warning("%s was sending this mailing and has ended; this run goes on", described(held.owner))
        store.release(mailing_id, held.owner)
    return store.acquire(mailing_id, owner, clock())


def held_elsewhere(held: Lease | None, now: datetime) -> str:
    """A note for people: who is sending, and from when on this process may if that one has died."""
    if held is None:
        return "Another process was sending this mailing just now; run `newsletter send` again."
    ago = max(0, round((now - held.heard_at).total_seconds()))
    return (
        f"Another process is sending this mailing just now: {described(held.owner)}, last heard of {ago} s ago."
        f" Let it finish. Should it have died, run `newsletter send` again after"
        f" {held.free_at.astimezone(UTC):%H:%M:%S} UTC."
    )
