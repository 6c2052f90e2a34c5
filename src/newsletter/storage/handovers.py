"""`HandoverLog` on SQL: mail handed over one by one, and the parting of a batch that was interrupted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.handover import ONE_BY_ONE, Handover, Parts, parts_of
from newsletter.domain.mailing import Actor, BatchState
from newsletter.errors import StorageError
from newsletter.ports import Known
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.freezing import batch_name
from newsletter.storage.moving import move, note_move
from newsletter.storage.statements import serialise
from newsletter.storage.suppressing import PAGE, hold, upsert
from newsletter.storage.tables import batches, handovers, mailings, recipients, subscribers

PARTED = "Parted from an interrupted batch"
_DEAD = "dead: "
"""Marks the reason of a refusal that says that the mailbox does not exist."""


class SqlHandovers:
    """See `ports.HandoverLog`; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, batch_id: str, at: datetime) -> int:
        """The number of the claim."""
        with self._db.write() as connection:
            row = _under_way(connection, batch_id)
            if row.begun >= row.attempts:
                raise _taken_over(batch_id)
            change = sa.update(batches).where(batches.c.id == row.id)
            connection.execute(change.values(begun=row.attempts))
            return int(row.attempts)

    def note(self, batch_id: str, claim: int, known: Sequence[Known], at: datetime) -> None:
        """Keep what is known; a later word on a delivery replaces the earlier."""
        rows = [
            {
                "delivery_id": one.delivery_id,
                "batch_id": batch_id,
                "outcome": one.outcome.value,
                "reason": _DEAD + one.reason if one.dead else one.reason,
                "at": at,
            }
            for one in known
        ]
        with self._db.write() as connection:
            _still_ours(connection, batch_id, claim)
            insert = upsert(connection, handovers)
            new = {name: insert.excluded[name] for name in ("batch_id", "outcome", "reason", "at")}
            connection.execute(insert.on_conflict_do_update(index_elements=["delivery_id"], set_=new), rows)

    def part(self, batch_id: str, claim: int, at: datetime) -> Parts:
        """Part an interrupted batch by what is known of its mails."""
        with self._db.write() as connection:
            return _part(connection, _still_ours(connection, batch_id, claim), at)


def _still_ours(connection: Connection, batch_id: str, claim: int) -> AnyRow:
    """The batch under way, if it still is so by that claim. Raises `StorageError` as `_under_way` does."""
    row = _under_way(connection, batch_id)
    if (row.attempts, row.begun) != (claim, claim):
        raise _taken_over(batch_id)
    return row


def _under_way(connection: Connection, batch_id: str) -> AnyRow:
    """The batch under way.

    Raises `StorageError` when another process has taken the batch over: not one byte more may be sent of it.
    """
    query = sa.select(batches).where(batches.c.batch_id == batch_id).with_for_update()
    row = connection.execute(query).first()
    if row is None or row.state != BatchState.SUBMITTING.value:
        raise _taken_over(batch_id)
    return row


def _taken_over(batch_id: str) -> StorageError:
    return StorageError(
        "Another process has taken this batch over.",
        todo="Let it finish; `newsletter deliveries` shows how far it is.",
        batch_id=batch_id,
    )


def part_uncertain(connection: Connection, mailing_id: int, orphans: Collection[int], at: datetime) -> None:
    """Part each uncertain batch that went one by one: what is open is pending again, what was accepted submitted.

    ``orphans``: row numbers of those that a dead process left just now. Of those, and of those only, silence tells
    something: nothing was begun.
    """
    whose = sa.func.coalesce(sa.func.nullif(batches.c.provider, ""), mailings.c.provider)
    logged = sa.exists().where(handovers.c.batch_id == batches.c.batch_id)
    query = (
        sa.select(batches)
        .join(mailings, mailings.c.id == batches.c.mailing_id)
        .where(
            batches.c.mailing_id == mailing_id,
            batches.c.state == BatchState.UNCERTAIN.value,
            whose.in_(sorted(ONE_BY_ONE)),
            sa.or_(logged, batches.c.id.in_(sorted(orphans))),
        )
    )
    for row in connection.execute(query).all():
        parts = _part(connection, row, at)
        if parts.open:
            state, why = BatchState.PENDING, "interrupted before these were begun"
        elif parts.in_doubt:
            continue
        else:
            state, why = BatchState.SUBMITTED, "every mail in it was accepted or refused by itself"
        move(connection, row.batch_id, BatchState.UNCERTAIN, state, at, why)


def _part(connection: Connection, batch: AnyRow, at: datetime) -> Parts:
    serialise(connection, f"parting mailing {batch.mailing_id}")  # two at once would take one number
    known = connection.execute(sa.select(handovers).where(handovers.c.batch_id == batch.batch_id)).all()
    mine = sa.and_(recipients.c.batch == batch.id, recipients.c.skipped == "")
    query = sa.select(recipients.c.delivery_id).where(mine).order_by(recipients.c.id)
    parts = parts_of(
        connection.scalars(query).all(), {row.delivery_id: Handover(row.outcome) for row in known}
    )
    refused = {row.delivery_id: row.reason for row in known if row.delivery_id in set(parts.refused)}
    _skip(connection, refused, at)
    if parts.accepted and (parts.in_doubt or parts.open):
        _move(connection, batch, parts.accepted, BatchState.SUBMITTED, f"{PARTED}: each was accepted.", at)
    if parts.in_doubt and parts.open:
        why = f"{PARTED}: the answer to it never came; it may have been accepted."
        _move(connection, batch, parts.in_doubt, BatchState.UNCERTAIN, why, at)
    kept = parts.open or parts.in_doubt or parts.accepted
    still = (
        () if parts.open else kept
    )  # told again should the process die before the batch itself is recorded
    gone = [row.delivery_id for row in known if row.delivery_id not in set(still)]
    for page in (gone[start : start + PAGE] for start in range(0, len(gone), PAGE)):
        connection.execute(sa.delete(handovers).where(handovers.c.delivery_id.in_(page)))
    left = {"recipients": len(kept), "skipped": batches.c.skipped + len(refused)}
    connection.execute(sa.update(batches).where(batches.c.id == batch.id).values(left))
    return parts


def _move(
    connection: Connection, old: AnyRow, people: Sequence[str], state: BatchState, why: str, at: datetime
) -> None:
    """These deliveries into a batch of their own, after all others."""
    last = sa.select(sa.func.max(batches.c.number)).where(batches.c.mailing_id == old.mailing_id)
    number = (connection.scalar(last) or 0) + 1
    key = sa.select(mailings.c.issue_date, mailings.c.correction).where(mailings.c.id == old.mailing_id)
    day, correction = connection.execute(key).one()
    values = {name: getattr(old, name) for name in batches.c.keys() if name != "id"}  # noqa: SIM118 - a collection of columns
    values |= {
        "batch_id": batch_name(day, correction, number),
        "number": number,
        "state": state.value,
        "recipients": len(people),
        "skipped": 0,
        "reason": why,
        "message_id": f"smtp-{old.batch_id}" if state is BatchState.SUBMITTED else "",
        "changed_at": at,
    }
    new = connection.execute(sa.insert(batches).values(values).returning(*batches.c)).one()
    if new.state != old.state:
        note_move(connection, new, BatchState(old.state), Actor.SENDER, at)
    _each(connection, people, {"batch": new.id})


def _skip(connection: Connection, refused: dict[str, str], at: datetime) -> None:
    """Refused recipients are left out with the reason; an address without a mailbox is held back from now on."""
    for reason in set(refused.values()):
        theirs = [delivery for delivery, why in refused.items() if why == reason]
        said = reason.removeprefix(_DEAD)
        _each(connection, theirs, {"skipped": f"refused by the mail server ({said})"})
        if reason.startswith(_DEAD):
            _hold_dead(connection, theirs, at)


def _hold_dead(connection: Connection, deliveries: Sequence[str], at: datetime) -> None:
    query = sa.select(subscribers.c.address_key).join_from(
        recipients, subscribers, subscribers.c.id == recipients.c.subscriber_id
    )
    for start in range(0, len(deliveries), PAGE):
        page = query.where(recipients.c.delivery_id.in_(deliveries[start : start + PAGE]))
        hold(connection, {(key, SuppressionReason.BOUNCE): at for key in connection.scalars(page)})


def _each(connection: Connection, deliveries: Sequence[str], values: dict[str, Any]) -> None:
    for start in range(0, len(deliveries), PAGE):
        page = recipients.c.delivery_id.in_(deliveries[start : start + PAGE])
        connection.execute(sa.update(recipients).where(page).values(values))
