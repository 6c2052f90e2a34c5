"""The mail an editor looks at: the kept bytes, or the kept issue rendered again with edited templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from newsletter.domain.checks import Check, Verdict
from newsletter.domain.issue import Issue, Mail
from newsletter.domain.reading import issue_from
from newsletter.errors import BrandError, TemplateError
from newsletter.ports import StoredIssue
from newsletter.wiring import House


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no mail to show: a template's or the brand's fault, with its place."""

    title: str
    where: str
    detail: str
    todo: str


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One issue as the preview shows it. Either ``mail`` or ``problem`` is set."""

    stored: StoredIssue
    mail: Mail | None
    checks: tuple[Check, ...]
    edited: bool = False
    """Rendered in memory; the kept bytes are others."""
    problem: Problem | None = None


def kept_mail(stored: StoredIssue) -> ShownMail:
    """The very bytes that would be sent."""
    document: Mapping[str, Any] = stored.document
    mail = Mail(
        subject=document["subject"],
        preheader=document["preheader"],
        html=stored.html,
        text=stored.text,
        words=document["words"],
        reading_seconds=document["reading_seconds"],
    )
    return ShownMail(stored, mail, kept_checks(document["checks"]))


def kept_checks(rows: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    return tuple(Check(**{**row, "verdict": Verdict(row["verdict"])}) for row in rows)


def rendered_again(house: House, stored: StoredIssue) -> ShownMail:
    """The kept issue with brand and templates as they stand on disk now; nothing is written.

    A fault in either is a value for the page to show, not an exception.
    """
    fresh = House(house.settings, house.clock)  # brand and renderer are read anew; it opens no database
    issue = issue_from(stored.document)
    try:
        mail = fresh.renderer.render(issue)
        if mail.html == stored.html and mail.text == stored.text:
            return kept_mail(stored)
        return ShownMail(stored, mail, _checks(fresh, issue, mail), edited=True)
    except (TemplateError, BrandError) as problem:
        return ShownMail(stored, None, (), edited=True, problem=problem_of(problem))


def _checks(fresh: House, issue: Issue, mail: Mail) -> tuple[Check, ...]:
    return tuple(fresh.checker.check(issue, mail))


def problem_of(problem: TemplateError | BrandError) -> Problem:
    """A template's error with template and line, a brand's with its entry."""
    fields = problem.fields
    if isinstance(problem, BrandError):
        return Problem("brand.toml cannot be used", str(fields.get("key", "")), problem.message, problem.todo)
    line = fields.get("line") or 0
    where = f"{fields.get('template', '')}{f', line {line}' if line else ''}"
    return Problem("The template fails", where, str(fields.get("detail") or problem.message), problem.todo)


def database_exists(house: House) -> bool:
    """Whether there is anything to read: opening an absent SQLite file would make one."""
    path = house.settings.database_url.partition("///")[2].partition("?")[0]
    return not house.settings.embedded or Path(path).is_file()


def newest(house: House, day: date | None) -> StoredIssue | None:
    """The issue of that date, or the newest one; None where there is none."""
    if not database_exists(house):
        return None
    dates = house.issues.dates()
    wanted = day or (dates[-1] if dates else None)
    return house.issues.get(wanted) if wanted else None
