"""What a run of the sender came to, as data and as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import BatchState, Mailing, MailingState
from newsletter.domain.outlook import Outlook
from newsletter.errors import StorageError
from newsletter.mailing.owner import described


class Outcome(StrEnum):
    """Why the run ended, with the exit status it means."""

    DONE = "done"
    WAITING = "waiting"
    """Whatever may go has gone; the rest goes on its own morning, with the next run or with `--wait`."""
    STOPPED = "stopped"
    """Asked to stop (SIGTERM): the batch under way was finished, the rest is pending."""
    PAUSED = "paused"
    """The provider refused, stays busy or stays silent; the note says what to do."""
    UNSETTLED = "unsettled"
    """Nothing is left to send, but somebody has to say whether an uncertain batch was accepted."""
    HALTED = "halted"
    SHARED = "shared"
    """Nothing is left to claim, but other workers still hand over what they have claimed; the last one ends it."""
    ELSEWHERE = "elsewhere"
    """Another live process is sending this mailing; this one did nothing, or was taken for dead."""

    @property
    def exit_status(self) -> int:
        return _EXITS.get(self, 1)


_EXITS = {
    Outcome.DONE: 0,
    Outcome.WAITING: 0,
    Outcome.SHARED: 0,
    Outcome.ELSEWHERE: 3,
    Outcome.HALTED: 3,
}


@dataclass(frozen=True, slots=True)
class SendReport:
    """Recipients by where they are now. Their sum is ``recipients``, or there would be no report."""

    mailing_id: int
    issue_date: date
    outcome: Outcome
    state: MailingState
    candidates: int
    recipients: int
    submitted: int
    pending: int
    submitting: int
    failed: int
    uncertain: int
    cancelling: int
    """Still uncertain, and the provider is being asked to cancel them."""
    cancelled: int
    """Halted: they are not mailed this issue."""
    skipped: int
    exclusions: Mapping[ExclusionReason, int] = field(default_factory=dict)
    note: str = ""
    """What happened and what to do, for people; empty when all went well."""
    waiting: int = 0
    """Of the pending: those whose morning is to come."""
    missed: int = 0
    """Of the pending: those whose morning is so long over that they do not go by themselves."""
    next_at: datetime | None = None
    """From then on the next batch may be handed over."""
    last_due: datetime | None = None
    """The last morning to come."""
    correction: int = 0
    """Number of the correction that was mailed; 0: the issue itself."""

    @property
    def exit_status(self) -> int:
        return self.outcome.exit_status


def report_of(
    mailing: Mailing,
    outcome: Outcome,
    state: MailingState,
    counts: Mapping[str, int],
    note: str,
    left: Outlook,
) -> SendReport:
    """The report, once every recipient is accounted for. Raises `StorageError` when the sum is wrong."""
    by_state = {state: counts.get(state.value, 0) for state in BatchState}
    skipped = counts.get("skipped", 0)
    if sum(by_state.values()) + skipped != mailing.recipients:
        raise StorageError(
            f"{mailing.name} has {mailing.recipients} recipients, but its batches account"
            f" for {sum(by_state.values())} and {skipped} skipped.",
            todo="Send nothing more of it; restore the database or report this.",
            mailing_id=mailing.id,
        )
    return SendReport(
        mailing_id=mailing.id,
        issue_date=mailing.issue_date,
        outcome=outcome,
        state=state,
        candidates=mailing.candidates,
        recipients=mailing.recipients,
        submitted=by_state[BatchState.SUBMITTED],
        pending=by_state[BatchState.PENDING],
        submitting=by_state[BatchState.SUBMITTING],
        failed=by_state[BatchState.FAILED],
        uncertain=by_state[BatchState.UNCERTAIN],
        cancelling=by_state[BatchState.CANCELLING],
        cancelled=by_state[BatchState.CANCELLED],
        skipped=skipped,
        exclusions=dict(mailing.exclusions),
        note=note,
        waiting=left.waiting,
        missed=left.missed,
        next_at=left.next_at,
        last_due=left.last_due,
        correction=mailing.correction,
    )


def colleagues_note(left: Outlook, others: Sequence[str]) -> str:
    """Who is still handing over, when this run has nothing more to do."""
    names = "; ".join(described(owner) for owner in others) or "another process"
    return (
        f"Nothing is left to claim, but {left.under_way:,} recipients are being handed over by {names}. The last one to"
        " finish says how the mailing ends."
    )


def left_note(mailing: Mailing, left: Outlook, zone: tzinfo | None) -> str:
    """What is left of the mailing, and what to do about it; empty when nothing is."""

    def local(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone or UTC):%Y-%m-%d %H:%M %Z}" if moment else "?"

    told = []
    if left.missed:
        told.append(
            f"{left.missed:,} recipients are not mailed by themselves any more: their morning, the latest at"
            f" {local(left.missed_due)}, is over. `{mailing.command} --allow-stale` sends it all the same, at once."
        )
    if left.doubtful:
        told.append(
            f"{left.doubtful:,} recipients may or may not have been mailed. See `{mailing.look}"
            " --uncertain`, then `newsletter resolve BATCH --accepted|--not-accepted`."
        )
    if left.settling:
        told.append(
            f"{left.settling:,} recipients may or may not have been handed over; what the provider has of them is"
            " being cancelled, a few batches at a time, and then handed over anew."
        )
    if left.waiting and left.held:
        told.append(
            f"As many were mailed as MAX_PER_HOUR and MAX_PER_DAY allow: {left.waiting:,} recipients wait, the next"
            f" from {local(left.next_at)} on. Running `{mailing.command}` again goes on then, as does"
            " `newsletter deliver`."
        )
    elif left.waiting:
        told.append(
            f"{left.waiting:,} recipients wait for their morning: the next {left.next_people:,} go from"
            f" {local(left.next_at)} on, the last are due at {local(left.last_due)}. Running `{mailing.command}`"
            " again goes on then, as does `newsletter deliver`; --wait stays until the last."
        )
    return " ".join(told)
