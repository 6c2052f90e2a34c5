"""Where an address stands, read and changed within a transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import Standing, SubscriberStatus, SuppressionReason
from newsletter.domain.events import Choice
from newsletter.storage.suppressing import ErasedKeys, choose, hold
from newsletter.storage.tables import subscribers, suppressions


def standing_of(connection: Connection, address_key: str, erased_keys: ErasedKeys) -> Standing:
    """Status and every reason that holds the address back; an erased address is recognised, too."""
    keys = (address_key, *erased_keys(address_key))
    status = sa.select(subscribers.c.status).where(subscribers.c.address_key == address_key)
    held = sa.select(suppressions.c.reason).where(suppressions.c.address_key.in_(keys))
    found = connection.scalar(status)
    reasons = frozenset(map(SuppressionReason, connection.scalars(held)))
    return Standing(SubscriberStatus(found) if found else None, reasons)


def change_standing(
    connection: Connection, address_key: str, old: Standing, new: Standing, at: datetime
) -> None:
    """Make the one into the other: reasons come and go one by one, so that another's stays."""
    lifted = old.held - new.held
    mine = suppressions.c.address_key == address_key
    gone = sa.delete(suppressions).where(mine, suppressions.c.reason.in_([one.value for one in lifted]))
    hold(connection, {(address_key, reason): at for reason in new.held - old.held})
    if SuppressionReason.PROVIDER_UNSUBSCRIBE in lifted:
        # Noted as a choice, so that an older event that comes late does not undo it.
        choose(connection, {address_key: Choice(returned_at=at)})
    connection.execute(gone)
    if new.status is not None and new.status is not old.status:
        who = subscribers.c.address_key == address_key
        connection.execute(sa.update(subscribers).where(who).values(status_values(new.status, at)))


def status_values(status: SubscriberStatus, at: datetime) -> dict[str, Any]:
    """The columns of a change of status. Becoming active fills in an absent ``consent_at``."""
    values: dict[str, Any] = {"status": status.value, "status_at": at}
    if status is SubscriberStatus.ACTIVE:
        absent = sa.literal(at, subscribers.c.consent_at.type)
        values["consent_at"] = sa.func.coalesce(subscribers.c.consent_at, absent)
    return values
