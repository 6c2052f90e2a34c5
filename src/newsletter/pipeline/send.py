"""Send: the guards an issue must pass, then the mailing, each recipient once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.domain.document import sha256
from newsletter.domain.mailing import Envelope, Mailing
from newsletter.errors import IssueNotFound, Refused, StorageError
from newsletter.mailing.guard import Problem, refuse_example_values
from newsletter.mailing.report import SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.pipeline.days import Calendar
from newsletter.ports import (
    Clock,
    IssueStore,
    MailingStore,
    Progress,
    Provider,
    StoredIssue,
    TokenMaker,
    no_progress,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail is from."""

    from_email: str
    from_name: str
    list_id: str
    public_url: str


@dataclass(frozen=True, slots=True)
class SendRules:
    require_approval: bool
    problems: tuple[Problem, ...] = ()
    """What `newsletter doctor` would say before a real provider's host may be used; empty when all is well."""


@dataclass(frozen=True)
class SendRoom:
    """What a send works with."""

    issues: IssueStore
    mailings: MailingStore
    provider: Provider
    sender: Sender
    rules: SendRules
    calendar: Calendar
    token_of: TokenMaker
    clock: Clock
    wait: Callable[[float], None]


def send(
    room: SendRoom,
    day: date,
    *,
    allow_stale: bool = False,
    switch_provider: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> SendReport:
    """Send the issue of ``day``, or go on with what was interrupted. Raises `Refused` where a guard says no.

    ``switch_provider``: go on with another provider than it began with, for what is pending.
    """
    now = room.clock()
    mailing = room.mailings.find(day)
    issue = issue_to_send(room, day, mailing)
    guard(room, issue, now, allow_stale=allow_stale)
    if mailing is None:
        mailing = freeze(room, issue, now)
    elif switch_provider:
        room.mailings.switch_provider(mailing.id, room.provider.name, now)
        mailing = room.mailings.find(day) or mailing
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


def guard(room: SendRoom, issue: StoredIssue, now: datetime, *, allow_stale: bool) -> None:
    """Every reason not to send, in the order an operator would ask. Raises `Refused`."""
    day = issue.date
    if room.provider.real:
        refuse_example_values(room.rules.problems)
    if now >= room.calendar.stale_at(day) and not allow_stale:
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
    if room.rules.require_approval and issue.approved_sha256 != issue.html_sha256:
        raise Refused(
            f"The issue of {day} is not approved" + (" in its present bytes." if issue.approved_by else "."),
            todo=f"newsletter approve {day} --by NAME",
        )


def failed_checks(document: Mapping[str, object]) -> list[str]:
    """Names of the failed checks in an issue's document, each once."""
    checks = document["checks"]
    if not isinstance(checks, list):
        raise StorageError("The issue's document holds no checks.", todo="Build the issue again.")
    return list(dict.fromkeys(check["name"] for check in checks if check["verdict"] == "fail"))


def _overridden(issue: StoredIssue) -> Mapping[str, str]:
    """Overrides count only for the very bytes they were given for."""
    return (issue.overrides or {}) if issue.approved_sha256 == issue.html_sha256 else {}


def freeze(room: SendRoom, issue: StoredIssue, now: datetime) -> Mailing:
    """Freeze the issue, then its audience. From here on the date's issue is immutable."""
    room.issues.freeze(issue.date, issue.revision)
    provider = room.provider
    return room.mailings.freeze(
        issue.date, issue.revision, issue.html_sha256, provider.name, provider.batch_size, now
    )


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
