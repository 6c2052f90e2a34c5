"""What a run of the sender came to, as data and as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from newsletter.domain.audience import ExclusionReason
from newsletter.domain.mailing import BatchState, Mailing, MailingState
from newsletter.errors import StorageError


class Outcome(StrEnum):
    """Why the run ended, with the exit status it means."""

    DONE = "done"
    STOPPED = "stopped"
    """Asked to stop (SIGTERM): the batch under way was finished, the rest is pending."""
    PAUSED = "paused"
    """The provider refused, stays busy or stays silent; the note says what to do."""
    UNSETTLED = "unsettled"
    """Nothing is left to send, but somebody has to say whether an uncertain batch was accepted."""
    HALTED = "halted"
    ELSEWHERE = "elsewhere"
    """Another live process is sending this mailing; this one did nothing."""

    @property
    def exit_status(self) -> int:
        return {Outcome.DONE: 0, Outcome.ELSEWHERE: 3, Outcome.HALTED: 3}.get(self, 1)


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
    skipped: int
    exclusions: Mapping[ExclusionReason, int] = field(default_factory=dict)
    note: str = ""
    """What happened and what to do, for people; empty when all went well."""

    @property
    def exit_status(self) -> int:
        return self.outcome.exit_status


def report_of(
    mailing: Mailing, outcome: Outcome, state: MailingState, counts: Mapping[str, int], note: str
) -> SendReport:
    """The report, once every recipient is accounted for. Raises `StorageError` when the sum is wrong."""
    by_state = {state: counts.get(state.value, 0) for state in BatchState}
    skipped = counts.get("skipped", 0)
    if sum(by_state.values()) + skipped != mailing.recipients:
        raise StorageError(
            f"The mailing of {mailing.issue_date} has {mailing.recipients} recipients, but its batches account"
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
        skipped=skipped,
        exclusions=dict(mailing.exclusions),
        note=note,
    )
