"""What an editor does to an issue before it goes: change it, take a change back, let it go.

Each change is recorded first, with who and when, then the issue is built again as of its own cut-off: nothing later
comes in by an edit. A change that meets nothing is taken back at once, and refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.domain.edits import Change, Edit
from newsletter.errors import IssueNotFound, NewsletterError, Refused, UsageError
from newsletter.pipeline.build import BuildRoom, Built, build
from newsletter.pipeline.send import failed_checks
from newsletter.ports import Clock, EditStore, IssueStore, StoredIssue

NAME_MOST = 80
"""Characters of a name; who writes a novel there meant something else."""


@dataclass(frozen=True)
class DeskRoom:
    """What the desk works with."""

    build: BuildRoom
    edits: EditStore
    clock: Clock


def change(room: DeskRoom, day: date, by: str, wanted: Change, *, seen: str = "") -> Built:
    """Record the change and build the issue of ``day`` with it.

    ``seen``: digest of the mail the editor looked at; where the issue is another by now, `Refused`. Raises
    `IssueNotFound`, `Refused` (frozen, or the change meets nothing), `UsageError` (no name).
    """
    issue, name = _open(room, day, seen), named(by)
    edit = room.edits.add(day, name, room.clock(), wanted)
    try:
        built = build(room.build, day, issue.as_of)
    except NewsletterError:
        room.edits.undo(day, name, room.clock(), edit.id)
        raise
    if problem := _missed(built.issue):
        room.edits.undo(day, name, room.clock(), edit.id)
        build(room.build, day, issue.as_of)
        raise Refused(
            f"That changes nothing: {problem}.", todo="Look at the issue again; it may be another now."
        )
    return built


def undo(room: DeskRoom, day: date, by: str, number: int | None = None) -> Built | None:
    """Take back that change, or the newest, and build without it; None where there is none to take back."""
    name = named(by)
    return _rebuilt(room, day, lambda: room.edits.undo(day, name, room.clock(), number))


def redo(room: DeskRoom, day: date) -> Built | None:
    """Bring back what was taken back last, and build with it; None where there is none."""
    return _rebuilt(room, day, lambda: room.edits.redo(day))


def _rebuilt(room: DeskRoom, day: date, act: Callable[[], Edit | None]) -> Built | None:
    issue = _open(room, day)
    return build(room.build, day, issue.as_of) if act() else None


def _open(room: DeskRoom, day: date, seen: str = "") -> StoredIssue:
    issue = found(room.build.issues, day)
    if issue.frozen:
        raise Refused(
            f"The issue of {day} is frozen: its mailing has begun.",
            todo=f"What was mailed stays; `newsletter corrections add {day}` corrects it.",
        )
    if seen and seen != issue.html_sha256:
        raise Refused(
            f"The issue of {day} was changed since you looked at it.", todo="Look at it anew, then decide."
        )
    return issue


def found(issues: IssueStore, day: date) -> StoredIssue:
    """The newest revision of that date's issue. Raises `IssueNotFound`."""
    issue = issues.get(day)
    if issue is None:
        raise IssueNotFound(f"There is no issue of {day}.", todo=f"Make it: newsletter build {day}")
    return issue


def named(by: str) -> str:
    """Who does it, on one line. Raises `UsageError` without a name."""
    name = " ".join(by.split())[:NAME_MOST]
    if not name:
        raise UsageError("Every change needs a name.", todo="Say who you are (--by NAME).")
    return name


def _missed(issue: StoredIssue) -> str:
    """Why the newest change met nothing; empty when it did."""
    document: Mapping[str, Any] = issue.document
    edits = document.get("edits") or [{"missed": ""}]
    return str(edits[-1]["missed"])


def approve(
    issues: IssueStore,
    day: date,
    by: str,
    overrides: Collection[str],
    reason: str,
    approvers: Collection[str],
) -> StoredIssue:
    """Let these very bytes go, in ``by``'s name; ``overrides`` are failed checks that need not hold.

    Raises `UsageError` (no name, no reason, no such failed check) and `Refused` (not an approver, checks that fail).
    """
    name, issue = named(by), found(issues, day)
    if approvers and name not in approvers:
        raise Refused(
            f"{name} is not among the approvers.", todo="NEWSLETTER_APPROVERS lists who may approve."
        )
    failing = failed_checks(issue.document)
    if overrides and not reason.strip():
        raise UsageError("An override needs a reason.", todo="Add --reason TEXT.")
    if unknown := [check for check in overrides if check not in failing]:
        raise UsageError(
            f"No failed check is called {', '.join(unknown)}.",
            todo=f"Failed: {', '.join(failing) or 'none'}.",
        )
    if left := [check for check in failing if check not in overrides]:
        raise Refused(
            f"These checks fail: {', '.join(left)}.", todo="Mend them, or --override each with a --reason."
        )
    issues.approve(day, issue.revision, name, issue.html_sha256, dict.fromkeys(overrides, reason))
    return issue
