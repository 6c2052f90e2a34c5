"""`SubscriberStore` on SQL: the list, and the addresses not to be mailed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from newsletter.domain.audience import Standing, Subscriber, SubscriberStatus, SuppressionReason
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.erasing import erase, readmit
from newsletter.storage.standing import change_standing, standing_of, status_values
from newsletter.storage.statements import insert_many_new, insert_new, serialise
from newsletter.storage.suppressing import ErasedKeys, no_erased_keys
from newsletter.storage.tables import subscribers, suppressions

CHUNK = 1000
"""Rows in one statement, one transaction, one page of a stream."""
_FIELDS = tuple(field.name for field in dataclasses.fields(Subscriber))
COLUMNS = tuple(subscribers.c[name] for name in _FIELDS)


class SqlSubscriberStore:
    """See `ports.SubscriberStore`; every method is one transaction, `add_many` one per thousand rows."""

    def __init__(self, database: Database, erased_keys: ErasedKeys = no_erased_keys) -> None:
        self._db, self._erased_keys = database, erased_keys

    def add(self, subscriber: Subscriber) -> bool:
        """False when the address is on the list already (nothing changes then).

        What was kept of an erased address stands under it again: it holds the person back until they confirm.
        """
        with self._db.write() as connection:
            added = insert_many_new(connection, subscribers, [row_of(subscriber)]) == 1
            if added:
                readmit(connection, subscriber.address_key, self._erased_keys)
            return added

    def add_many(self, subscribers_: Iterable[Subscriber]) -> tuple[int, int]:
        """(added, already there); of an address that comes twice the first is added."""
        added = seen = 0
        rest = iter(subscribers_)
        while chunk := [row_of(subscriber) for subscriber in islice(rest, CHUNK)]:
            added += self._add_chunk(chunk)
            seen += len(chunk)
        return added, seen - added

    def _add_chunk(self, rows: Sequence[dict[str, Any]]) -> int:
        with self._db.write() as connection:
            # Two imports at once would wait for each other's rows in a circle.
            serialise(connection, "subscribers: add many")
            return insert_many_new(connection, subscribers, rows)

    def by_address(self, address_key: str) -> Subscriber | None:
        """The subscriber of that address key."""
        return self._one(subscribers.c.address_key == address_key)

    def by_public_id(self, public_id: str) -> Subscriber | None:
        """The subscriber of that public id."""
        return self._one(subscribers.c.public_id == public_id)

    def _one(self, condition: sa.ColumnElement[bool]) -> Subscriber | None:
        with self._db.read() as connection:
            row = connection.execute(sa.select(*COLUMNS).where(condition)).first()
        return subscriber_from(row) if row else None

    def set_status(self, public_id: str, status: SubscriberStatus, at: datetime) -> bool:
        """Whether there is such a subscriber. Becoming active fills in an absent ``consent_at``."""
        who = subscribers.c.public_id == public_id
        change = sa.update(subscribers).where(who).values(status_values(status, at))
        with self._db.write() as connection:
            return connection.execute(change).rowcount == 1

    def all(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """Streams in order of joining, a page at a time: no transaction stays open between pages."""
        query = sa.select(subscribers.c.id, *COLUMNS).order_by(subscribers.c.id).limit(CHUNK)
        if status is not None:
            query = query.where(subscribers.c.status == status.value)
        last = 0
        while True:
            with self._db.read() as connection:
                rows = connection.execute(query.where(subscribers.c.id > last)).all()
            yield from map(subscriber_from, rows)
            if len(rows) < CHUNK:
                return
            last = rows[-1].id

    def count(self) -> Mapping[str, int]:
        """By status (each of them, also when 0), and ``suppressed``: addresses not to be mailed."""
        by_status = sa.select(subscribers.c.status, sa.func.count().label("people")).group_by(
            subscribers.c.status
        )
        suppressed = sa.select(sa.func.count(suppressions.c.address_key.distinct()))
        with self._db.read() as connection:
            counts = {row.status: row.people for row in connection.execute(by_status)}
            held = connection.scalar(suppressed) or 0
        return {status.value: counts.get(status.value, 0) for status in SubscriberStatus} | {
            "suppressed": held
        }

    def remove(self, address_key: str) -> bool:
        """Whether the address was on the list. A suppression of it stays."""
        with self._db.write() as connection:
            gone = sa.delete(subscribers).where(subscribers.c.address_key == address_key)
            return connection.execute(gone).rowcount == 1

    def suppress(self, address_key: str, reason: SuppressionReason, at: datetime) -> None:
        """Idempotent: a reason keeps its first time. Each reason stands by itself and is lifted by itself."""
        row = {"address_key": address_key, "reason": reason.value, "at": at}
        with self._db.write() as connection:
            connection.execute(insert_new(connection, suppressions), row)

    def unsuppress(self, address_key: str, reason: SuppressionReason) -> None:
        """Lift a suppression of exactly that reason; another reason goes on holding the address back."""
        held = sa.delete(suppressions).where(
            suppressions.c.address_key == address_key, suppressions.c.reason == reason.value
        )
        with self._db.write() as connection:
            connection.execute(held)

    def suppressed(self, address_keys: Sequence[str]) -> frozenset[str]:
        """Those of the addresses that must not be mailed."""
        found: set[str] = set()
        with self._db.read() as connection:
            for start in range(0, len(address_keys), CHUNK):
                keys = address_keys[start : start + CHUNK]
                query = sa.select(suppressions.c.address_key).where(suppressions.c.address_key.in_(keys))
                found.update(connection.scalars(query))
        return frozenset(found)

    # ── a person's wishes ──────────────────────────────────────────────────────────────────────────

    def standing(self, address_key: str) -> Standing:
        """Status and every reason that holds the address back."""
        with self._db.read() as connection:
            return standing_of(connection, address_key, self._erased_keys)

    def apply(self, address_key: str, old: Standing, new: Standing, at: datetime) -> None:
        """Make the one into the other: reasons come and go one by one, so that another's stays."""
        with self._db.write() as connection:
            change_standing(connection, address_key, old, new, at)

    def edit(
        self,
        address_key: str,
        *,
        timezone: str | None = None,
        deliver_at: str | None = None,
        name: str | None = None,
    ) -> bool:
        """Change what is not None; False when the address is not on the list."""
        given = {"timezone": timezone, "deliver_at": deliver_at, "name": name}
        values = {key: value for key, value in given.items() if value is not None}
        if not values:
            return self.by_address(address_key) is not None
        change = sa.update(subscribers).where(subscribers.c.address_key == address_key).values(values)
        with self._db.write() as connection:
            return connection.execute(change).rowcount == 1

    def erase(self, address_key: str, at: datetime) -> bool:
        """See `erasing.erase`. Needs a key to make what stands for the address with."""
        with self._db.write() as connection:
            return erase(connection, address_key, self._erased_keys(address_key), at)

    def barred(self) -> Callable[[str], bool]:
        """Whether an address key was erased, as of now: the few that were are looked up once."""
        gone = sa.select(suppressions.c.address_key).where(
            suppressions.c.reason == SuppressionReason.ERASED.value
        )
        with self._db.read() as connection:
            erased = frozenset(connection.scalars(gone))
        return lambda key: bool(erased) and not erased.isdisjoint((key, *self._erased_keys(key)))


def row_of(subscriber: Subscriber) -> dict[str, Any]:
    return {name: getattr(subscriber, name) for name in _FIELDS} | {"status": subscriber.status.value}


def subscriber_from(row: AnyRow) -> Subscriber:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Subscriber(**{**values, "status": SubscriberStatus(row.status)})
