"""Claiming a batch: it becomes `submitting`, committed, before anything is sent to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.mailing import (
    HANDED_OVER,
    Actor,
    Batch,
    BatchState,
    ClaimTerms,
    MailingState,
    Recipient,
)
from newsletter.domain.pacing import Handed, free_at
from newsletter.storage.columns import AnyRow
from newsletter.storage.freezing import exclusion
from newsletter.storage.moving import note_move
from newsletter.storage.statements import by_index, serialise
from newsletter.storage.tables import batches, mailings, recipients, subscribers
from newsletter.storage.working import among_claims, heard

REMOVED = "removed from the list"
"""Why a recipient was skipped who is no subscriber any more."""
SUPERSEDED = "has a later issue already"
"""Why a recipient was skipped to whom a later-dated issue went first: nobody gets an older one after it."""
NOBODY_LEFT = "Everybody in it had left the list; nothing was sent."


def claim(
    connection: Connection, mailing_id: int, at: datetime, terms: ClaimTerms
) -> tuple[Batch, tuple[Recipient, ...]] | None:
    """See `ports.MailingStore.claim`. A halted mailing has no batch to give, and none is given to who was struck off.

    A batch with nobody left to mail is settled on the way, as `submitted` without a message id.
    """
    # So that an operator's halt waits for this claim or is seen by it; the row, for an older release's halt.
    among_claims(connection, mailing_id)
    by_index(connection)
    columns = (mailings.c.state, mailings.c.issue_date, mailings.c.older_too)
    query = sa.select(*columns).where(mailings.c.id == mailing_id)
    mailing = connection.execute(query.with_for_update(read=True)).first()
    if mailing is None or mailing.state == MailingState.HALTED.value:
        return None
    if terms.owner and not heard(connection, terms.owner, at):
        return None
    later = () if mailing.older_too else _later_issues(connection, mailing.issue_date)
    while (chosen := _next_claimable(connection, mailing_id, terms)) is not None:
        if not _is_room(connection, chosen.recipients, at, terms):
            return None
        skipped = _skip_those_ahead(connection, chosen.id, later) if later else 0
        rows = connection.execute(_people(chosen.id)).all()
        skipped += _skip_those_gone(connection, rows)
        people = tuple(_recipient(row) for row in rows if not row.why)
        row = _take(connection, chosen, len(people), skipped, at, terms)
        if people:
            return batch_from(row), people
        _settle_empty(connection, row, at)
    return None


def _take(
    connection: Connection, chosen: AnyRow, people: int, skipped: int, at: datetime, terms: ClaimTerms
) -> AnyRow:
    ahead = bool(terms.provider_batch and people) and terms.is_ahead(chosen.due_at, at)
    values = {
        "state": BatchState.SUBMITTING.value,
        "attempts": batches.c.attempts + 1,
        "recipients": people,
        "skipped": batches.c.skipped + skipped,
        "reason": "",
        "changed_at": at,
        "claimed_at": at,
        "claimed_by": terms.owner,
        "send_at": chosen.due_at if ahead else None,
        "provider_batch": terms.provider_batch if ahead else "",
        "provider": "",  # the mailing's
        "seen_at": None,  # what was told of an earlier try proves nothing of this one
    }
    change = sa.update(batches).where(batches.c.id == chosen.id).values(values)
    row = connection.execute(change.returning(*batches.c)).one()
    note_move(connection, row, BatchState.PENDING, Actor.SENDER, at)
    return row


def _is_room(connection: Connection, people: int, at: datetime, terms: ClaimTerms) -> bool:
    """Whether so many more keep to the limits. Two claims do not count at once: both might fit alone."""
    if not terms.limits:
        return True
    serialise(connection, "limits")
    handed = handed_over(connection, at - max(limit.window for limit in terms.limits))
    return free_at(handed, terms.limits, people, at) <= at


def handed_over(connection: Connection, since: datetime) -> Handed:
    """What was claimed later than that, of all mailings, and has or may have been taken by the provider."""
    states = [state.value for state in HANDED_OVER]
    query = sa.select(batches.c.claimed_at, batches.c.recipients).where(
        batches.c.claimed_at > since, batches.c.state.in_(states)
    )
    return [(row.claimed_at, row.recipients) for row in connection.execute(query)]


def _settle_empty(connection: Connection, row: AnyRow, at: datetime) -> None:
    values = {"state": BatchState.SUBMITTED.value, "reason": NOBODY_LEFT, "changed_at": at}
    change = sa.update(batches).where(batches.c.id == row.id).values(values)
    settled = connection.execute(change.returning(*batches.c)).one()
    note_move(connection, settled, BatchState.SUBMITTING, Actor.SENDER, at)


def _later_issues(connection: Connection, day: date) -> Sequence[date]:
    """Dates of later issues' mailings; locked, so that a claim of theirs waits for this one or is seen by it."""
    query = sa.select(mailings.c.issue_date).where(mailings.c.issue_date > day)
    return connection.scalars(query.order_by(mailings.c.issue_date).with_for_update()).all()


def people_of(connection: Connection, number: int) -> tuple[Recipient, ...]:
    """Everybody frozen into a batch and not skipped, in order of joining.

    Who was removed from the list since is there by delivery id only: everything else is gone for good.
    """
    return tuple(map(_recipient, connection.execute(_people(number))))


def batch_from(row: AnyRow) -> Batch:
    return Batch(
        id=row.batch_id,
        mailing_id=row.mailing_id,
        state=BatchState(row.state),
        recipients=row.recipients,
        attempts=row.attempts,
        reason=row.reason,
        message_id=row.message_id,
        changed_at=row.changed_at,
        due_at=row.due_at,
        send_at=row.send_at,
        provider_batch=row.provider_batch,
        was=row.was,
        seen_at=row.seen_at,
        provider=row.provider,
        claimed_by=row.claimed_by,
    )


def next_pending(connection: Connection, mailing_id: int, missed_before: datetime | None) -> AnyRow | None:
    """(due_at, recipients) of the pending batch that is due first, of those whose morning was not missed.

    Of a batch without a due time (an older release's), its freeze.
    """
    due = batches.c.due_at
    dated = _pending(mailing_id).where(due.is_not(None) if missed_before is None else due > missed_before)
    first = dated.order_by(due, batches.c.number).limit(1)
    frozen = sa.select(mailings.c.frozen_at).where(mailings.c.id == mailing_id).scalar_subquery()
    undated = sa.select(frozen.label("due_at"), batches.c.recipients).where(
        *_is_pending(mailing_id), due.is_(None)
    )
    return connection.execute(undated.limit(1)).first() or connection.execute(first).first()


def _next_claimable(connection: Connection, mailing_id: int, terms: ClaimTerms) -> AnyRow | None:
    """The first pending batch that is due and that no other transaction is claiming (SQLite: there is no other).

    Each of the two is one step into an index: those without a due time are an older release's.
    """
    due = batches.c.due_at
    dated = _pending(mailing_id).where(due <= terms.until)
    if terms.missed_before is not None:
        dated = dated.where(due > terms.missed_before)
    dated = dated.order_by(due, batches.c.number).limit(1).with_for_update(skip_locked=True)
    undated = _pending(mailing_id).where(due.is_(None)).order_by(batches.c.number).limit(1)
    return (
        connection.execute(dated).first()
        or connection.execute(undated.with_for_update(skip_locked=True)).first()
    )


def _pending(mailing_id: int) -> sa.Select[Any]:
    return sa.select(batches.c.id, batches.c.recipients, batches.c.due_at).where(*_is_pending(mailing_id))


def _is_pending(mailing_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return batches.c.mailing_id == mailing_id, batches.c.state == BatchState.PENDING.value


def _skip_those_gone(connection: Connection, rows: Sequence[AnyRow]) -> int:
    """Record as skipped, with the reason, whoever must not be mailed any more; how many."""
    gone = [row for row in rows if row.why]
    for why in sorted({row.why for row in gone}):
        theirs = [row.id for row in gone if row.why == why]
        connection.execute(sa.update(recipients).where(recipients.c.id.in_(theirs)).values(skipped=why))
    return len(gone)


def _skip_those_ahead(connection: Connection, number: int, later: Sequence[date]) -> int:
    """Record as skipped whoever has, or may have, a later issue; how many."""
    other = recipients.alias("other")
    theirs = (
        sa.select(other.c.subscriber_id)
        .join_from(other, batches, batches.c.id == other.c.batch)
        .where(
            other.c.issue_date.in_(later),
            other.c.subscriber_id == recipients.c.subscriber_id,
            other.c.skipped == "",
            batches.c.state.in_([state.value for state in HANDED_OVER]),
        )
    )
    mine = sa.and_(recipients.c.batch == number, recipients.c.skipped == "")
    change = sa.update(recipients).where(mine, theirs.exists()).values(skipped=SUPERSEDED)
    return connection.execute(change).rowcount


def _people(number: int) -> sa.Select[Any]:
    """Everybody in a batch and not skipped, in order of joining; ``why`` they must not be mailed any more, or null."""
    join = recipients.join(subscribers, subscribers.c.id == recipients.c.subscriber_id, isouter=True)
    why = sa.case((subscribers.c.id.is_(None), REMOVED), else_=exclusion())
    return (
        sa.select(
            recipients.c.id,
            recipients.c.delivery_id,
            recipients.c.subscriber_id,
            subscribers.c.public_id,
            subscribers.c.email,
            subscribers.c.name,
            subscribers.c.token_version,
            why.label("why"),
        )
        .select_from(join)
        .where(recipients.c.batch == number, recipients.c.skipped == "")
        .order_by(recipients.c.subscriber_id)
    )


def _recipient(row: AnyRow) -> Recipient:
    _, delivery_id, subscriber_id, public_id, email, name, token_version, _ = row
    return Recipient(delivery_id, subscriber_id, public_id or "", email or "", name or "", token_version or 0)
