"""Build: the issue of a date, as of a cut-off.

articles -> stories -> threads -> line-up -> words -> history -> issue -> mail -> trimmed to five minutes -> checks
-> kept.
Every decision is a pure function of what was stored by the cut-off; this file only leads from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from newsletter import __version__
from newsletter.domain.article import Article
from newsletter.domain.checks import Check
from newsletter.domain.document import document, sha256
from newsletter.domain.issue import Issue, Mail, Supply
from newsletter.domain.leaning import side_order
from newsletter.domain.outlet import Registry
from newsletter.domain.story import LineUp, Story
from newsletter.errors import IssueError, Refused
from newsletter.pipeline.background import BackgroundRoom, background
from newsletter.pipeline.compose import Composed, compose, outlets_named
from newsletter.pipeline.earlier import with_related
from newsletter.pipeline.edited import editing
from newsletter.pipeline.fitted import fitted
from newsletter.pipeline.supply import count_supply, day_supply
from newsletter.ports import (
    Balancer,
    Checker,
    EditStore,
    Embedded,
    FeedArchive,
    Grouper,
    IssueFiles,
    IssueStore,
    LineUpChooser,
    Progress,
    RelatedFinder,
    Renderer,
    SeriesMarker,
    StoredIssue,
    StoryRemaker,
    TermCounter,
    TermDays,
    Threader,
    Trimmer,
    UntoldCorrections,
    VectorSource,
    Verifier,
    Writer,
    no_corrections,
    no_progress,
    no_series,
    no_vectors,
)

SERIES_DAYS = timedelta(days=7)
"""How long before the window is looked for titles that come back; a daily or weekdays' series shows in a week."""


@dataclass(frozen=True, slots=True)
class BuildRules:
    """The settings an issue's content depends on; recorded with it."""

    window: timedelta
    reading_seconds: int = 300
    first_issue: date | None = None
    past_days: int = 7
    sections: tuple[str, ...] = ()
    """Sections told beside the news."""

    def inputs(self) -> dict[str, str]:
        hours = f"{self.window.total_seconds() / 3600:g}"
        told = {"sections": ", ".join(self.sections)} if self.sections else {}
        return {"window_hours": hours, "past_days": str(self.past_days), **told}


@dataclass(frozen=True)
class BuildRoom:
    """What a build works with."""

    registry: Registry
    archive: FeedArchive
    days: TermDays
    count: TermCounter
    issues: IssueStore
    files: IssueFiles
    grouper: Grouper
    threader: Threader
    chooser: LineUpChooser
    related: RelatedFinder
    writer: Writer
    renderer: Renderer
    trimmer: Trimmer
    checker: Checker
    balance: Balancer
    rules: BuildRules
    edits: EditStore
    remake: StoryRemaker
    verifier: Verifier
    vectors: VectorSource = no_vectors
    series: SeriesMarker = no_series
    corrections: UntoldCorrections = no_corrections


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the issue as kept, its checks, and where its files are."""

    issue: StoredIssue
    checks: tuple[Check, ...]
    folder: str
    changed: bool
    """False when the very same bytes were kept already."""


STEPS = ("reading the day", "grouping", "choosing", "writing", "rendering", "checking")


def build(
    room: BuildRoom, day: date, at: datetime, *, revision: bool = False, progress: Progress = no_progress
) -> Built:
    """Make and keep the issue of ``day`` as of ``at``.

    Raises `IssueError` when there is nothing to make an issue of, `Refused` when the date's issue is frozen,
    the new bytes differ and ``revision`` is not set.
    """
    if word := room.issues.skipped(day):
        raise Refused(
            f"{day} is skipped: {word.reason}.", todo=f"newsletter skip {day} --undo brings it back."
        )
    kept = room.issues.get(day)
    number = kept.number if kept else room.issues.number_of(day, room.rules.first_issue)
    issue = draft(room, day, at, number, progress)
    mail, issue = fitted(issue, room.renderer, room.trimmer, room.rules.reading_seconds)
    _step(progress, 5)
    checks = room.checker.check(issue, mail)
    stored = _stored(issue, mail, checks, room.balance(issue), _revision(kept))
    return _save(room, stored, kept, checks, revision)


def draft(room: BuildRoom, day: date, at: datetime, number: int, progress: Progress = no_progress) -> Issue:
    """The content of the issue before it is fitted to five minutes. Keeps nothing but counts of closed days."""
    _step(progress, 0)
    articles = room.archive.articles(at, at - room.rules.window)
    if not articles:
        raise IssueError(
            f"There are no articles for the issue of {day}: none seen by {at:%Y-%m-%d %H:%M} UTC.",
            todo="Gather first (`newsletter gather`); for a past date only what was captured by then counts.",
            date=day.isoformat(),
        )
    _step(progress, 1)
    stories, embedded = grouped(room, articles, at, progress)
    _step(progress, 2)
    editor = editing(room.edits.of(day), room.registry, room.remake, room.verifier)
    line_up = editor.line_up(chosen(room, articles, editor.stories(stories), day, at))
    _step(progress, 3)
    writer = room.writer.for_issue(line_up.main, room.registry)
    composed = compose(line_up, writer, room.registry, day, editor.words)
    composed = with_related(composed, room.issues, room.related, day)
    if not composed.stories and not composed.in_brief:
        raise IssueError(
            f"No story for the issue of {day} can be told from {len(articles)} articles.",
            todo="Gather from more outlets (`newsletter outlets list`) or over more hours.",
            date=day.isoformat(),
        )
    failed_feeds = sum(not state.status.ok for state in room.archive.states(at).values())
    supply = replace(count_supply(articles, room.registry), failed_feeds=failed_feeds)
    issue = _issue(room, writer, day, at, number, composed, supply, embedded)
    return replace(issue, edits=editor.applied(line_up))


def grouped(
    room: BuildRoom, articles: Sequence[Article], at: datetime, progress: Progress = no_progress
) -> tuple[tuple[Story, ...], Embedded]:
    """The stories of the articles as of ``at``, and the vectors that had a part in them."""
    earlier = background(BackgroundRoom(room.archive, room.days, room.count), at, room.rules.window)
    began = at - room.rules.window
    articles = room.series(articles, room.archive.articles(began, began - SERIES_DAYS))
    embedded = room.vectors(articles, progress)
    return room.grouper(articles, room.registry, earlier=earlier, vectors=embedded.vectors), embedded


def chosen(
    room: BuildRoom, articles: Sequence[Article], stories: Sequence[Story], day: date, at: datetime
) -> LineUp:
    """The line-up of ``day``, its stories told from those of earlier issues."""
    past = room.issues.past_stories(day, room.rules.past_days)
    threaded = room.threader(stories, past)
    return room.chooser(threaded, past, day_supply(articles, room.registry), at)


def _issue(
    room: BuildRoom,
    writer: Writer,
    day: date,
    at: datetime,
    number: int,
    composed: Composed,
    supply: Supply,
    embedded: Embedded,
) -> Issue:
    return Issue(
        date=day,
        number=number,
        as_of=at,
        order=side_order(number),
        stories=composed.stories,
        in_brief=composed.in_brief,
        blindspots=composed.blindspots,
        outlets=outlets_named(composed, room.registry),
        supply=supply,
        quiet=composed.quiet,
        writer=writer.name,
        engine=__version__,
        inputs={**room.rules.inputs(), "grouping": embedded.used, **writer.inputs()},
        corrections=room.corrections(day, at),
        waiting=composed.waiting,
        model=writer.tally(),
    )


def _stored(
    issue: Issue, mail: Mail, checks: Sequence[Check], balance: Mapping[str, object], revision: int
) -> StoredIssue:
    return StoredIssue(
        date=issue.date,
        revision=revision,
        number=issue.number,
        as_of=issue.as_of,
        frozen=False,
        html_sha256=sha256(mail.html),
        document=document(issue, mail, checks, balance),
        html=mail.html,
        text=mail.text,
    )


def _revision(kept: StoredIssue | None) -> int:
    """The revision a build writes: a frozen one is followed by the next, an open one is replaced."""
    if kept is None:
        return 1
    return kept.revision + 1 if kept.frozen else kept.revision


def _save(
    room: BuildRoom, new: StoredIssue, kept: StoredIssue | None, checks: tuple[Check, ...], revision: bool
) -> Built:
    if kept is not None and _same(kept, new):
        return Built(kept, checks, room.files.write(kept), changed=False)
    if kept is not None and kept.frozen and not revision:
        raise Refused(
            f"The issue of {new.date} is frozen (its mailing has begun) and this build differs from it.",
            todo="Use --revision to keep the new one beside it; the mailed text stays as it is.",
            date=new.date.isoformat(),
        )
    room.issues.save(new)
    return Built(new, checks, room.files.write(new), changed=True)


def _same(kept: StoredIssue, new: StoredIssue) -> bool:
    return kept.document == new.document and kept.html == new.html and kept.text == new.text


def _step(progress: Progress, index: int) -> None:
    progress(index + 1, len(STEPS), STEPS[index])
