"""Forgetting an address: what holds it back goes on standing under a keyed digest, from which nobody can tell it.

Deliveries stay, by the number of a subscriber that is no more: the counts of past issues do not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import SubscriberStatus, SuppressionReason
from newsletter.errors import SettingsError
from newsletter.storage.suppressing import ErasedKeys, erased, hold
from newsletter.storage.tables import provider_choices, reports, subscribers, suppressions
from newsletter.storage.tables_signups import list_mails, signup_requests


def erase(connection: Connection, address_key: str, stand_ins: Sequence[str], at: datetime) -> bool:
    """Whether anything of the address was there. ``stand_ins``: what may stand for it, the current key's first."""
    if not stand_ins:
        raise SettingsError("There is no secret key to keep an erased address under.", setting="SECRET_KEY")
    known = erased(connection, [address_key], lambda _: stand_ins)
    instead = known.get(address_key, stand_ins[0])
    person = sa.select(subscribers.c.id).where(subscribers.c.address_key == address_key).scalar_subquery()
    connection.execute(sa.delete(list_mails).where(list_mails.c.subscriber_id == person))
    connection.execute(sa.delete(signup_requests).where(signup_requests.c.address_key == address_key))
    status = connection.scalar(
        sa.delete(subscribers).where(subscribers.c.address_key == address_key).returning(subscribers.c.status)
    )
    moved = _move(connection, address_key, instead)
    written = sa.update(reports).where(sa.func.lower(reports.c.contact) == address_key).values(contact="")
    left = connection.execute(written).rowcount
    hold(connection, {(instead, SuppressionReason.ERASED): at})
    if status == SubscriberStatus.UNSUBSCRIBED.value:
        hold(connection, {(instead, SuppressionReason.UNSUBSCRIBE): at})
    return status is not None or moved > 0 or left > 0


def readmit(connection: Connection, address_key: str, erased_keys: ErasedKeys) -> None:
    """An erased address that is on the list again stands there by name, with all that holds it back."""
    instead = erased(connection, [address_key], erased_keys).get(address_key)
    if instead is not None:
        _move(connection, instead, address_key)


def _move(connection: Connection, old: str, new: str) -> int:
    """Suppressions and choices of one key go over to another; how many suppressions there were."""
    mine = suppressions.c.address_key == old
    rows = connection.execute(sa.select(suppressions.c.reason, suppressions.c.at).where(mine)).all()
    hold(connection, {(new, SuppressionReason(row.reason)): row.at for row in rows})
    connection.execute(sa.delete(suppressions).where(mine))
    there = sa.select(provider_choices.c.address_key).where(provider_choices.c.address_key == new)
    if connection.scalar(there) is None:
        chosen = sa.update(provider_choices).where(provider_choices.c.address_key == old)
        connection.execute(chosen.values(address_key=new))
    return len(rows)
