"""`EventStore` on SQL: the provider's events, each once, and what they come to for deliveries and addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.events import DeliveryEvent, Fact, Told, fold, has_gone_out
from newsletter.ports import Taken
from newsletter.storage.engine import Database
from newsletter.storage.settling import cancelled_tries, mark_left, mark_seen, named, settle_seen
from newsletter.storage.statements import insert_many_new, serialise
from newsletter.storage.suppressing import PAGE, ErasedKeys, hold_told, no_erased_keys, upsert
from newsletter.storage.tables import batches, delivery_events, delivery_states, recipients, subscribers

PURGE_PAGE = 10_000
"""Events forgotten in one transaction."""


class SqlEventStore:
    """See `ports.EventStore`; every method is one transaction."""

    def __init__(self, database: Database, erased_keys: ErasedKeys = no_erased_keys) -> None:
        self._db, self._erased_keys = database, erased_keys

    def take(self, events: Sequence[DeliveryEvent], at: datetime) -> Taken:
        """Keep the events and all that follows from them."""
        with self._db.write() as connection:
            # Two requests at once may name the same deliveries in another order: they would wait in a circle.
            serialise(connection, "delivery events")
            events = _completed(connection, events)
            homes = _batches_of(connection, {event.delivery_id for event in events} - {""})
            new = _keep(connection, events, at)
            told = fold(events)
            _add_facts(connection, told, homes)
            gone = [event for event in events if has_gone_out(event.kind)]
            told_of = _named_by([*gone, *_that_stand(connection, events)], homes)
            mark_seen(connection, told_of, at)
            mark_left(connection, _named_by(gone, homes), at)
            settled = settle_seen(connection, told_of, at)
            hold_told(connection, told.suppressed, told.choices, self._erased_keys)
            complained = {
                homes[d] for d, facts in told.facts.items() if facts & Fact.COMPLAINED and d in homes
            }
            mailings = _mailings_of(connection, complained) | {mailing for _, mailing in settled}
        return Taken(
            new=new,
            repeated=len(events) - new,
            unknown=sum(event.delivery_id not in homes for event in events),
            settled=tuple(name for name, _ in settled),
            mailings=tuple(sorted(mailings)),
        )

    def reception(self, mailing_id: int) -> Mapping[Fact, int]:
        """Deliveries of a mailing by what is known of them."""
        query = _counted(mailing_id).add_columns(sa.literal("").label("batch_id"))
        return self._counts(query.group_by(delivery_states.c.facts)).get("", {})

    def batch_receptions(self, mailing_id: int) -> Mapping[str, Mapping[Fact, int]]:
        """The same by batch id."""
        query = _counted(mailing_id).add_columns(batches.c.batch_id)
        return self._counts(query.group_by(delivery_states.c.facts, batches.c.batch_id))

    def purge(self, received_before: datetime) -> int:
        """See `ports.EventStore.purge`. Page by page, so that the webhook waits for none of it long."""
        old = sa.select(delivery_events.c.id).where(delivery_events.c.received_at < received_before)
        page = sa.delete(delivery_events).where(delivery_events.c.id.in_(old.limit(PURGE_PAGE)))
        gone = 0
        while True:
            with self._db.write() as connection:
                found = connection.execute(page).rowcount
            gone += found
            if found < PURGE_PAGE:
                return gone

    def _counts(self, query: sa.Select[Any]) -> dict[str, dict[Fact, int]]:
        found: dict[str, dict[Fact, int]] = {}
        with self._db.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.batch_id, {})[Fact(row.facts)] = row.deliveries
        return found


def _counted(mailing_id: int) -> sa.Select[Any]:
    return (
        sa.select(delivery_states.c.facts, sa.func.count().label("deliveries"))
        .join_from(delivery_states, batches, batches.c.id == delivery_states.c.batch)
        .where(batches.c.mailing_id == mailing_id)
    )


def _named_by(events: Sequence[DeliveryEvent], homes: Mapping[str, int]) -> sa.ColumnElement[bool]:
    """The batches that these events tell of."""
    deliveries = {event.delivery_id for event in events}
    return named(
        {home for delivery, home in homes.items() if delivery in deliveries},
        {event.batch_id for event in events} - {""},
    )


def _that_stand(connection: Connection, events: Sequence[DeliveryEvent]) -> list[DeliveryEvent]:
    """Without those of a try that was cancelled: that it had been accepted says nothing of the next one."""
    void = cancelled_tries(connection, {event.provider_batch for event in events} - {""})
    return [event for event in events if event.provider_batch not in void]


def _pages(values: Collection[str]) -> Iterable[list[str]]:
    rows = sorted(values)
    return (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))


def _keep(connection: Connection, events: Sequence[DeliveryEvent], at: datetime) -> int:
    """How many were told for the first time."""
    rows = [
        {
            "event_id": event.event_id,
            "fingerprint": event.fingerprint,
            "delivery_id": event.delivery_id,
            "kind": event.kind.value,
            "at": event.at,
            "received_at": at,
        }
        for event in events
    ]
    pages = (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))
    return sum(insert_many_new(connection, delivery_events, page) for page in pages)


def _batches_of(connection: Connection, delivery_ids: Collection[str]) -> dict[str, int]:
    """Delivery id -> row number of its batch, for the deliveries that are ours."""
    found: dict[str, int] = {}
    for page in _pages(delivery_ids):
        query = sa.select(recipients.c.delivery_id, recipients.c.batch)
        found |= {
            row.delivery_id: row.batch
            for row in connection.execute(query.where(recipients.c.delivery_id.in_(page)))
        }
    return found


def _add_facts(connection: Connection, told: Told, homes: Mapping[str, int]) -> None:
    rows = [
        {"delivery_id": delivery, "batch": homes[delivery], "facts": int(facts)}
        for delivery, facts in sorted(told.facts.items())
        if facts and delivery in homes
    ]
    if not rows:
        return
    insert = upsert(connection, delivery_states)
    union = delivery_states.c.facts.bitwise_or(insert.excluded.facts)
    statement = insert.on_conflict_do_update(
        index_elements=["delivery_id"], set_={"facts": union}, where=union != delivery_states.c.facts
    )
    connection.execute(statement, rows)


def _completed(connection: Connection, events: Sequence[DeliveryEvent]) -> Sequence[DeliveryEvent]:
    """With the delivery of each event that names none (a bounce may have lost it on its way back), where the
    message's id and the address tell it."""
    lost = [e for e in events if not e.delivery_id and e.message_id and e.address_key]
    if not lost:
        return events
    found = _deliveries(connection, lost)
    return [replace(e, delivery_id=_found(found, e)) if not e.delivery_id else e for e in events]


def _found(found: Mapping[tuple[str, str], str], event: DeliveryEvent) -> str:
    keys = ((prefix, event.address_key) for prefix in _prefixes(event.message_id))
    return next((found[key] for key in keys if key in found), "")


def _deliveries(connection: Connection, events: Sequence[DeliveryEvent]) -> dict[tuple[str, str], str]:
    """(our receipt's message id, address key) -> delivery id."""
    found: dict[tuple[str, str], str] = {}
    prefixes = {prefix for event in events for prefix in _prefixes(event.message_id)}
    addresses = {event.address_key for event in events}
    query = (
        sa.select(batches.c.message_id, subscribers.c.address_key, recipients.c.delivery_id)
        .join_from(subscribers, recipients, recipients.c.subscriber_id == subscribers.c.id)
        .join(batches, batches.c.id == recipients.c.batch)
    )
    for names in _pages(prefixes):
        for people in _pages(addresses):
            theirs = query.where(batches.c.message_id.in_(names), subscribers.c.address_key.in_(people))
            found |= {(row[0], row[1]): row[2] for row in connection.execute(theirs)}
    return found


def _prefixes(message_id: str) -> tuple[str, ...]:
    """What X-Message-Id may have been: the event's id, cut at each of its dots."""
    parts = message_id.split(".")
    return tuple(".".join(parts[:end]) for end in range(len(parts), 0, -1) if parts[0])


def _mailings_of(connection: Connection, numbers: Collection[int]) -> set[int]:
    if not numbers:
        return set()
    query = sa.select(batches.c.mailing_id).where(batches.c.id.in_(sorted(numbers)))
    return set(connection.scalars(query))
