"""Send: the guards an issue must pass, then the mailing, each recipient once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from newsletter.domain.approving import Decision, Ruling, Word, decide
from newsletter.domain.document import sha256
from newsletter.domain.mailing import Envelope, Mailing, MailingState
from newsletter.domain.mornings import Mornings, zone_of
from newsletter.errors import IssueNotFound, Refused, StorageError
from newsletter.mailing.guard import refuse_example_values
from newsletter.mailing.report import SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.terms import SendTerms
from newsletter.pipeline.sendroom import Sender, SendRoom, batch_size, halting
from newsletter.ports import Progress, Skip, StoredIssue, no_progress


def send(
    room: SendRoom,
    day: date,
    *,
    allow_stale: bool = False,
    at_once: bool = False,
    stay: bool = False,
    switch_provider: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> SendReport:
    """Send the issue of ``day``, or go on with what was interrupted. Raises `Refused` where a guard says no.

    Everybody gets it on their own morning; what may not go yet is left to the next run, or waited for (``stay``).
    ``at_once`` and ``allow_stale`` make whoever has not got it due now; ``allow_stale`` also sends what is late,
    and to those who have a later issue already. ``switch_provider``: go on with another provider than it began with,
    for what is pending. Where several may share a mailing (`MailingStore.shared`), whoever calls this while others
    send it joins them.
    """
    now = room.clock()
    mailing = room.mailings.find(day)
    if mailing and mailing.state is MailingState.HALTED:
        halting(room, mailing, stop).go_on()  # no guard holds up what spares people
    issue = issue_to_send(room, day, mailing)
    guard(room, issue, now, begun=mailing is not None, allow_stale=allow_stale)
    if mailing is None:
        progress(
            0, 0, "freezing the list"
        )  # of a million it takes a while, and nothing can be counted meanwhile
        mailing = freeze(room, issue, now, at_once=at_once or allow_stale)
    elif switch_provider:
        room.mailings.switch_provider(mailing.id, room.provider.name, now)
        mailing = room.mailings.find(day) or mailing
    if at_once or allow_stale:
        room.mailings.hasten(mailing.id, now, older_too=allow_stale)
    stale_after = None if allow_stale else room.calendar.stale_after
    return send_mailing(
        mailing,
        envelope(room.sender, issue),
        store=room.mailings,
        provider=room.provider,
        token_of=room.token_of,
        clock=room.clock,
        progress=progress,
        stop=stop,
        wait=room.wait,
        terms=SendTerms(stale_after, stay, room.rules.limits, room.calendar.zone, room.rules.in_flight),
    )


def issue_to_send(room: SendRoom, day: date, mailing: Mailing | None) -> StoredIssue:
    """The revision that a mailing under way is bound to, else the newest."""
    issue = room.issues.get(day, mailing.revision if mailing else None)
    if issue is None:
        raise IssueNotFound(f"There is no issue of {day}.", todo=f"Make it: newsletter build {day}")
    if sha256(issue.html) != issue.html_sha256:
        raise StorageError(
            f"The stored bytes of the issue of {day} are not the ones that were checked.",
            todo="Build it again; then look into who changed the database.",
        )
    return issue


def guard(
    room: SendRoom, issue: StoredIssue, now: datetime, *, begun: bool = False, allow_stale: bool
) -> None:
    """Every reason not to send, in the order an operator would ask. Raises `Refused`.

    The calendar says whether a mailing may begin. Once it has (``begun``), each batch has a morning of its own, and
    the sender measures by that.
    """
    day = issue.date
    if not begun and (word := room.issues.skipped(day)):
        raise skipped(day, word.reason)
    if room.provider.real:
        refuse_example_values(room.rules.problems)
    if not begun and now >= room.calendar.stale_at(day) and not allow_stale:
        raise Refused(
            f"The issue of {day} is stale: it was for the morning of {day}.",
            todo="--allow-stale sends it all the same, at once.",
        )
    stopping = [name for name in failed_checks(issue.document) if name not in _overridden(issue)]
    if stopping:
        raise Refused(
            f"The issue of {day} fails {len(stopping)} of its checks: {', '.join(stopping)}.",
            todo=f"See `newsletter check {day}`; `newsletter approve {day} --by NAME --override CHECK "
            "--reason TEXT` lets it go all the same.",
        )
    _require_approval(room, issue, now, begun=begun)


def ruling(room: SendRoom, issue: StoredIssue, now: datetime) -> Decision:
    """What the approval rules say about an issue just now."""
    return decide(
        room.rules.approval,
        Word(issue.approved_by, issue.approved_sha256),
        issue.html_sha256,
        checks_pass=not failed_checks(issue.document),
        deadline=room.calendar.deadline(issue.date),
        now=now,
    )


def _require_approval(room: SendRoom, issue: StoredIssue, now: datetime, *, begun: bool) -> None:
    """A mailing that has begun goes on only while the word stands, too; but it is too late to skip its day."""
    day, found = issue.date, ruling(room, issue, now)
    if found.ruling is Ruling.SKIP and not begun:
        room.issues.skip(Skip(day, "ON_NO_APPROVAL", found.why, now))
        raise skipped(day, found.why)
    if found.ruling is not Ruling.GO:
        raise Refused(f"The issue of {day} is {found.why}.", todo=f"newsletter approve {day} --by NAME")


def skipped(day: date, why: str) -> Refused:
    """The refusal of whatever is asked of a day without an issue."""
    return Refused(f"{day} is skipped: {why}.", todo=f"newsletter skip {day} --undo brings it back.")


def failed_checks(document: Mapping[str, object]) -> list[str]:
    """Names of the failed checks in an issue's document, each once."""
    checks = document["checks"]
    if not isinstance(checks, list):
        raise StorageError("The issue's document holds no checks.", todo="Build the issue again.")
    return list(dict.fromkeys(check["name"] for check in checks if check["verdict"] == "fail"))


def _overridden(issue: StoredIssue) -> Mapping[str, str]:
    """Overrides count only for the very bytes they were given for."""
    return (issue.overrides or {}) if issue.approved_sha256 == issue.html_sha256 else {}


def freeze(room: SendRoom, issue: StoredIssue, now: datetime, *, at_once: bool = False) -> Mailing:
    """Freeze the issue, then its audience with everybody's morning. From here on the date's issue is immutable."""
    room.issues.freeze(issue.date, issue.revision)
    provider, calendar = room.provider, room.calendar
    mornings = Mornings(now, calendar.zone, calendar.deliver_at, at_once)
    mailing = room.mailings.freeze(
        issue.date, issue.revision, issue.html_sha256, provider.name, batch_size(room), now, mornings
    )
    unknown = {zone for zone, _, _ in room.mailings.mornings(mailing.id) if zone and not zone_of(zone)}
    if unknown:
        names = ", ".join(sorted(unknown)[:5])
        room.say(
            f"{len(unknown)} time zones on the list are unknown and count as {calendar.zone.key}: {names}"
        )
    return mailing


def envelope(sender: Sender, issue: StoredIssue) -> Envelope:
    """What every recipient gets alike."""
    return Envelope(
        subject=str(issue.document["subject"]),
        html=issue.html,
        text=issue.text,
        from_email=sender.from_email,
        from_name=sender.from_name,
        list_id=sender.list_id,
        issue_date=issue.date.isoformat(),
        public_url=sender.public_url,
    )
