"""Settling what is uncertain: the decision of a person who looked at the provider's activity."""

from __future__ import annotations

from newsletter.domain.mailing import Actor, Batch, BatchState, Mailing, MailingState
from newsletter.errors import Refused, UsageError
from newsletter.ports import Clock, MailingStore


def resolve(batch_id: str, accepted: bool, *, store: MailingStore, clock: Clock) -> Batch:
    """Settle an uncertain batch: as submitted, or as pending, which the next `newsletter send` mails.

    Saying the same thing twice is fine. Raises `UsageError` for an unknown batch, `Refused` for one that is
    not uncertain.
    """
    batch = store.batch(batch_id)
    if batch is None:
        raise UsageError(f"There is no batch {batch_id}.", todo="`newsletter deliveries DATE` lists them.")
    wanted = BatchState.SUBMITTED if accepted else BatchState.PENDING
    if batch.state is wanted:
        return batch
    said = "accepted" if accepted else "not accepted"
    why = f"settled by an operator: {said}"
    if not store.move(batch_id, BatchState.UNCERTAIN, wanted, clock(), why, by=Actor.OPERATOR):
        raise Refused(
            f"Batch {batch_id} is {batch.state.value}, not uncertain.",
            todo="Only an uncertain batch can be settled; one left `submitting` by a process that died"
            " becomes uncertain with the next `newsletter send`.",
            batch_id=batch_id,
        )
    return store.batch(batch_id) or batch


def close_if_complete(mailing: Mailing, *, store: MailingStore, clock: Clock) -> bool:
    """Mark a paused or interrupted mailing done once its last batch is settled as submitted; whether it is."""
    if mailing.state not in (MailingState.PAUSED, MailingState.SENDING, MailingState.WAITING):
        return mailing.state is MailingState.DONE
    return store.set_state(mailing.id, MailingState.DONE, "", clock())
