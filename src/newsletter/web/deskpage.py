"""What the desk's page is filled with: the mail's figures, the line-up, the checks with their places, the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsletter.domain.checks import Check, CheckLimits, Verdict
from newsletter.domain.issue import Issue
from newsletter.domain.reading import issue_from
from newsletter.domain.telling_edits import titles_of, told
from newsletter.ports import StoredIssue
from newsletter.rendering import wording
from newsletter.web.deskdata import AUDIT, audit_rows, differences, renamed, sections, told_before
from newsletter.web.shownmail import ShownMail
from newsletter.web.texts import counted
from newsletter.wiring import House

SUBJECT_SHOWN, PREHEADER_SHOWN = 40, 90
"""Characters that a phone's list of mails shows, roughly; longer is no fault, but is cut there."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing beside the preview."""

    name: str
    value: str
    hint: str
    verdict: Verdict = Verdict.PASS


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that happened to a story since it was built."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line of what editors changed."""

    number: int
    at: str
    by: str
    what: str
    undone_by: str


def page_of(house: House, shown: ShownMail) -> dict[str, Any]:
    """Everything the template asks for beside the mail itself."""
    stored, issue = shown.stored, issue_from(shown.stored.document)
    mailing = house.mailings.find(stored.date)
    return {
        "figures": figures(shown, house.check_limits),
        "sections": sections(issue, house.brand),
        "flags": flags(house, issue),
        "records": records(house, stored),
        "audit_names": [name for _, name in AUDIT],
        "audit": audit_rows(_balance(stored), house.brand),
        "places": places(issue, shown.checks),
        "failing": [check.name for check in shown.checks if check.verdict is Verdict.FAIL],
        "mailing": mailing.state.value if mailing else "",
    }


def _balance(stored: StoredIssue) -> Mapping[str, Any]:
    found = stored.document["balance"]
    return found if isinstance(found, Mapping) else {}


def changes_of(house: House, stored: StoredIssue) -> dict[str, Any]:
    """The issue against what its last build replaced, and against the issue before it."""
    issue, before = issue_from(stored.document), house.issues.text_before(stored.date)
    earlier = [day for day in house.issues.dates() if day < stored.date]
    last = house.issues.get(earlier[-1]) if earlier else None
    return {
        "stored": stored,
        "against_build": differences(before, stored.text) if before else None,
        "yesterday": last.date if last else None,
        "told_before": told_before(issue, issue_from(last.document) if last else None),
    }


def flags(house: House, issue: Issue) -> tuple[Flag, ...]:
    """Open reports on the issue's stories, and headlines that are others at the outlets by now."""
    keys = {story.id: story.articles[0].id for story in issue.all_stories}
    reported = [
        Flag(f"A reader reported ({one['kind']}): {one['text']}", keys.get(str(one["story_id"]), ""))
        for one in house.issues.reports()
        if one["date"] == issue.date and not one["answered_at"]
    ]
    named = {article.id: story for story in issue.all_stories for article in story.articles}
    others = [
        Flag(f"Its headline is now: “{title}”", named[key].articles[0].id)
        for key, title in sorted(by_now(house, issue).items())
    ]
    return (*reported, *others)


def by_now(house: House, issue: Issue) -> dict[str, str]:
    """See `renamed`; looked up among what the outlets' feeds brought since."""
    published = [article.published for story in issue.all_stories for article in story.articles]
    if not published:
        return {}
    since = min(published) - timedelta(seconds=1)
    return renamed(issue, house.archive.articles(house.clock(), since))


def records(house: House, stored: StoredIssue) -> tuple[Record, ...]:
    """Who changed what, the newest first."""
    titles, zone = titles_of(stored.document), house.settings.timezone
    return tuple(
        Record(
            edit.id,
            edit.at.astimezone(zone).strftime("%H:%M"),
            edit.by,
            told(edit.change, titles),
            edit.undone_by,
        )
        for edit in reversed(house.edits.of(stored.date))
    )


def places(issue: Issue, checks: tuple[Check, ...]) -> dict[str, str]:
    """A check's name -> the anchor in the mail of the story it speaks of first."""
    anchors = {story.id: f"story-{n}" for n, story in enumerate(issue.stories, 1)}
    found: dict[str, str] = {}
    for check in checks:
        named = check.where or next((name for name in anchors if name in check.todo), "")
        if named in anchors:
            found[f"{check.name} {check.where}"] = anchors[named]
    return found


def figures(shown: ShownMail, limits: CheckLimits) -> tuple[Figure, ...]:
    """What is measured beside the preview. Pure."""
    mail = shown.mail
    if mail is None:
        return ()
    size = mail.html_bytes
    weight = (
        Verdict.FAIL
        if size > limits.html_fail_bytes
        else Verdict.WARN
        if size > limits.html_warn_bytes
        else Verdict.PASS
    )
    slow = Verdict.FAIL if mail.reading_seconds > limits.reading_seconds else Verdict.PASS
    return (
        Figure("Subject", counted(len(mail.subject), "character"), f"phones show about {SUBJECT_SHOWN}"),
        Figure("Preheader", counted(len(mail.preheader), "character"), f"lists show about {PREHEADER_SHOWN}"),
        Figure(
            "Reading",
            wording.duration(mail.reading_seconds),
            f"{mail.words:,} words",
            slow,
        ),
        Figure("HTML", f"{size:,} bytes", f"limit {limits.html_fail_bytes:,}", weight),
        Figure("Plain text", f"{len(mail.text.encode()):,} bytes", ""),
    )
