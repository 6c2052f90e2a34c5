"""Joining and leaving: an act is ruled upon (`domain.audience`) and what it leads to is kept."""

from __future__ import annotations

from datetime import datetime

from newsletter.domain.audience import Act, Ruling, ruling
from newsletter.ports import SubscriberStore


def act_on(store: SubscriberStore, address_key: str, act: Act, now: datetime) -> Ruling:
    """Rule on an act concerning a subscriber on the list, and keep what it changes. Idempotent."""
    standing = store.standing(address_key)
    found = ruling(standing, act)
    if not found.refused and found.standing != standing:
        store.apply(address_key, standing, found.standing, now)
    return found
