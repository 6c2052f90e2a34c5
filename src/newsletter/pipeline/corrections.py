"""Corrections: made by an editor, told by the next issue and the archive, and mailed to whoever was reached, when told.

The mail of a correction is a mailing like an issue's: frozen once, claimed, submitted and recorded by the same sender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from newsletter.domain.approving import Ruling, Word, decide
from newsletter.domain.checks import failed
from newsletter.domain.correction import (
    MOST_WORDS,
    Correction,
    CorrectionFacts,
    CorrectionMail,
    KeptCorrection,
    correction_text,
)
from newsletter.domain.mailing import Batch, BatchState, Envelope, Mailing, MailingState
from newsletter.domain.outlook import cancellable
from newsletter.errors import IssueNotFound, Refused, UsageError
from newsletter.mailing.guard import refuse_example_values
from newsletter.mailing.report import SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.terms import SendTerms
from newsletter.pipeline.days import Calendar
from newsletter.pipeline.sendroom import SendRoom, batch_size, halting
from newsletter.ports import (
    Clock,
    CorrectionDesk,
    CorrectionFiles,
    CorrectionStore,
    IssueStore,
    MailingStore,
    NewCorrection,
    Progress,
    Schedules,
    StoredIssue,
    no_progress,
)

DRAFT = "correction-draft"
"""Name of the files that a halt prepares."""
_UNSTOPPED = (BatchState.PENDING, BatchState.FAILED, BatchState.SUBMITTING, BatchState.CANCELLING)


@dataclass(frozen=True)
class CorrectionRoom:
    """What making a correction works with."""

    corrections: CorrectionStore
    issues: IssueStore
    mailings: MailingStore
    desk: CorrectionDesk
    files: CorrectionFiles
    calendar: Calendar
    clock: Clock


# ── making ─────────────────────────────────────────────────────────────────────────────────────────


def add(
    room: CorrectionRoom, day: date, text: str, by: str, story_id: str = "", at: datetime | None = None
) -> KeptCorrection:
    """Record a correction to the issue of ``day`` and draft its mail. Saying the same again changes nothing.

    ``at`` stands for now. Raises `UsageError` for what cannot be one, `Refused` where nobody has read that issue yet.
    """
    now = room.clock()
    at = at or now
    if not by.strip():
        raise UsageError("A correction needs a name.", todo="Say who makes it: --by NAME.")
    issue = _published(room, day, at)
    _check_story(issue, story_id)
    new = NewCorrection(day, correction_text(text), by.strip(), at, room.calendar.date_of(at), story_id)
    return draft(room, room.corrections.add(new, now))


def edit(room: CorrectionRoom, number: int, text: str, story_id: str | None = None) -> KeptCorrection:
    """Word it anew, or (without a text) draw its mail up again with the templates as they are now."""
    kept = found(room.corrections, number)
    story = kept.told.story_id if story_id is None else story_id
    _check_story(_issue(room, kept.issue_date), story)
    words = correction_text(text) if text else kept.told.text
    return draft(room, room.corrections.edit(number, words, story))


def draft(room: CorrectionRoom, kept: KeptCorrection) -> KeptCorrection:
    """The correction with its mail, drawn up and kept where it was not yet; its files are written.

    Raises `Refused` for a mail that no mailbox should get: a template of the operator's own is at fault then.
    """
    mail = kept.mail or _drawn_up(room, kept.told, kept.issue_date)
    if kept.mail is None:
        room.corrections.keep_mail(kept.number, mail)
    room.files.write_correction(kept.issue_date, f"correction-{kept.number}", mail)
    return found(room.corrections, kept.number)


def prepare(room: CorrectionRoom, day: date, reason: str) -> str:
    """What a halt prepares: a draft in the words of its reason, for an editor to look at; the path of its HTML.

    Nothing is recorded, and nobody is told: that takes a text of the editor's.
    """
    number = 1 + max((kept.number for kept in room.corrections.all()), default=0)
    dated = room.calendar.date_of(room.clock()).isoformat()
    told = Correction(number, dated, " ".join(reason.split()[:MOST_WORDS]), issue=day.isoformat())
    return room.files.write_correction(day, DRAFT, _drawn_up(room, told, day))


def _drawn_up(room: CorrectionRoom, told: Correction, day: date) -> CorrectionMail:
    issue = _issue(room, day)
    facts = CorrectionFacts(day, issue.number, _headlines(issue).get(told.story_id, ""))
    mail = room.desk.draft(told, facts)
    if wrong := failed(room.desk.check(told, mail)):
        names = ", ".join(dict.fromkeys(check.name for check in wrong))
        raise Refused(
            f"The mail of correction {told.number} fails {names}: {wrong[0].todo}",
            todo=f"Mend the template, then: newsletter corrections edit {told.number}",
        )
    return mail


def _published(room: CorrectionRoom, day: date, at: datetime) -> StoredIssue:
    """The issue as readers have it. A draft of today needs no correction: it is built again."""
    issue = _issue(room, day)
    if issue.frozen or day < room.calendar.date_of(room.clock()) or day < room.calendar.date_of(at):
        return issue
    raise Refused(
        f"Nobody has been mailed the issue of {day}: it needs no correction.",
        todo=f"Make it again: newsletter build {day}",
    )


def _issue(room: CorrectionRoom, day: date) -> StoredIssue:
    """The revision that was mailed, else the newest."""
    mailing = room.mailings.find(day)
    issue = room.issues.get(day, mailing.revision if mailing else None)
    if issue is None:
        raise IssueNotFound(
            f"There is no issue of {day}.", todo="A correction is to an issue: give its date."
        )
    return issue


def _check_story(issue: StoredIssue, story_id: str) -> None:
    known = _headlines(issue)
    if story_id and story_id not in known:
        raise UsageError(
            f"The issue of {issue.date} has no story {story_id}.",
            todo=f"Its stories: {', '.join(known)}.",
        )


def _headlines(issue: StoredIssue) -> Mapping[str, str]:
    """Story id -> headline, of everything in the issue."""
    document: Mapping[str, Any] = issue.document
    parts = ("stories", "in_brief", "blindspots")
    return {story["id"]: story["headline"] for part in parts for story in document[part]}


def found(store: CorrectionStore, number: int) -> KeptCorrection:
    """The correction of that number. Raises `UsageError`."""
    kept = store.get(number)
    if kept is None:
        raise UsageError(f"There is no correction {number}.", todo="newsletter corrections list")
    return kept


# ── mailing ────────────────────────────────────────────────────────────────────────────────────────


def send_correction(
    room: SendRoom,
    number: int,
    *,
    switch_provider: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> SendReport:
    """Mail a correction to everybody whom its issue has, or may have, reached; or go on with that.

    Raises `Refused` where a guard says no: the issue is still going out, nobody was reached, no approval.
    """
    kept = found(room.corrections, number)
    mailing = room.mailings.find(kept.issue_date, number)
    if mailing and mailing.state is MailingState.HALTED:
        halting(room, mailing, stop).go_on()
    mail = kept.mail
    if mail is None:
        raise Refused(
            f"Correction {number} has no mail yet.", todo=f"Look at it: newsletter corrections show {number}"
        )
    _guard(room, kept, mail)
    if mailing is None:
        mailing = _frozen(room, kept, mail)
    elif switch_provider:
        room.mailings.switch_provider(mailing.id, room.provider.name, room.clock())
        mailing = room.mailings.get(mailing.id) or mailing
    return send_mailing(
        mailing,
        correction_envelope(room, kept, mail),
        store=room.mailings,
        provider=room.provider,
        token_of=room.token_of,
        clock=room.clock,
        progress=progress,
        stop=stop,
        wait=room.wait,
        terms=SendTerms(limits=room.rules.limits, zone=room.calendar.zone),
    )


def _guard(room: SendRoom, kept: KeptCorrection, mail: CorrectionMail) -> None:
    if room.provider.real:
        refuse_example_values(room.rules.problems)
    decision = decide(
        room.rules.approval,
        Word(kept.approved_by, kept.approved_sha256),
        mail.sha256,
        checks_pass=True,
        deadline=None,  # a deadline is for mornings: a correction waits for a word
        now=room.clock(),
    )
    if decision.ruling is not Ruling.GO:
        raise Refused(
            f"The mail of correction {kept.number} is {decision.why}.",
            todo=f"newsletter corrections approve {kept.number} --by NAME",
        )


def _frozen(room: SendRoom, kept: KeptCorrection, mail: CorrectionMail) -> Mailing:
    """Freeze who gets it, once the issue's own mailing has come to its end."""
    day, number, now = kept.issue_date, kept.number, room.clock()
    issue = room.mailings.find(day)
    if issue is None:
        raise Refused(f"Nobody was mailed the issue of {day}.", todo="The next issue tells the correction.")
    _require_end(room, issue, now)
    if room.mailings.reached(day, number).people == 0:
        raise Refused(
            f"Nobody is left to tell: whom the issue of {day} reached has gone from the list, or knows already.",
            todo="The archive tells the correction, and the next issue.",
        )
    size = batch_size(room)
    return room.mailings.freeze_correction(
        day, number, issue.revision, mail.html_sha256, room.provider.name, size, now
    )


def _require_end(room: SendRoom, issue: Mailing, now: datetime) -> None:
    """Who was reached must be settled before they are told: nobody new is by the time the audience is frozen."""
    day = issue.issue_date
    if issue.state is MailingState.HALTED:
        if any(_is_open(room, batch, now) for batch in room.mailings.batches(issue.id)):
            raise Refused(
                f"The halt of {day} is not through: some may still be spared the issue.",
                todo=f"newsletter halt {day} --by NAME --reason TEXT goes on with it.",
            )
    elif issue.state is not MailingState.DONE:
        raise Refused(
            f"The issue of {day} is still going out ({issue.state.value}).",
            todo=f"Stop it first: newsletter halt {day} --by NAME --reason TEXT",
        )


def _is_open(room: SendRoom, batch: Batch, now: datetime) -> bool:
    if batch.state in _UNSTOPPED:
        return True
    if batch.left_at or batch.state is BatchState.CANCELLED or not isinstance(room.provider, Schedules):
        return False
    return cancellable(batch, now, room.provider.cancel_before, room.provider.name)


def correction_envelope(room: SendRoom, kept: KeptCorrection, mail: CorrectionMail) -> Envelope:
    """What every recipient of a correction gets alike."""
    return Envelope(
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        from_email=room.sender.from_email,
        from_name=room.sender.from_name,
        list_id=room.sender.list_id,
        issue_date=kept.issue_date.isoformat(),
        public_url=room.sender.public_url,
        correction=kept.number,
    )
