"""Issues as readers see them: the mailed HTML without anything personal, and the lists of issues."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.domain.brand import Brand
from newsletter.domain.correction import KeptCorrection
from newsletter.domain.issue import PREFERENCES_SLOT, SLOTS, UNSUBSCRIBE_SLOT, Issue, IssueStory
from newsletter.domain.leaning import SIDES
from newsletter.domain.reading import issue_from
from newsletter.ports import IssueStore, StoredIssue
from newsletter.rendering import clean
from newsletter.web.bars import Bar, bar_of
from newsletter.web.views import blindspot_note
from newsletter.wiring import House

_PERSONAL_LINK = re.compile(
    rf"""<a\b(?P<before>[^>]*?)\bhref=(["'])[^"'>]*(?P<slot>{"|".join(SLOTS)})[^"'>]*\2(?P<after>[^>]*)>.*?</a>""",
    re.DOTALL | re.IGNORECASE,
)
_INSTEAD = {
    UNSUBSCRIBE_SLOT: ("", "All issues"),
    PREFERENCES_SLOT: ("subscribe?from=issue", "Get it by mail"),
}
"""Where a personal link leads on the public page, and what it says there."""


def public_html(mail_html: str, home: str) -> str:
    """The mail's bytes, but for the links that are one recipient's own: those lead to pages for everybody."""

    def for_everybody(found: re.Match[str]) -> str:
        path, text = _INSTEAD[found["slot"].lower()]
        return f'<a{found["before"]}href="{html.escape(home + path)}"{found["after"]}>{text}</a>'

    public = _PERSONAL_LINK.sub(for_everybody, mail_html)
    for slot in SLOTS:
        public = public.replace(slot, "")
    return public


def with_foreword(mail_html: str, foreword: str) -> str:
    """The page of an issue: what is said about it since, then the mail as it stands, its body's first."""
    start = mail_html.lower().find("<body")
    end = mail_html.find(">", start) + 1 if start >= 0 else 0
    return mail_html[:end] + foreword + mail_html[end:]


@dataclass(frozen=True, slots=True)
class CorrectionNote:
    """A correction as a dated note on a page."""

    number: int
    dated: date
    issue: date
    text: str
    story_id: str


def correction_notes(kept: Iterable[KeptCorrection]) -> tuple[CorrectionNote, ...]:
    """In the order of their numbers."""
    return tuple(
        CorrectionNote(
            number=one.number,
            dated=date.fromisoformat(one.told.date),
            issue=one.issue_date,
            text=clean.text(one.told.text),
            story_id=one.told.story_id,
        )
        for one in kept
    )


def with_afterword(mail_html: str, afterword: str) -> str:
    """The page of an issue: the mail as it stands, then what is said about it, before the body ends."""
    end = mail_html.lower().rfind("</body>")
    return mail_html[:end] + afterword + mail_html[end:] if end >= 0 else mail_html + afterword


BALANCE_ROWS = (
    ("hearings_due", "Stories in which two or more of its outlets were heard"),
    ("words", "Words in its own voice"),
    ("frame_words", "Words from its outlets in headlines, overviews, agreed and disputed"),
    ("quotations", "Excerpts"),
    ("links", "Links to its articles"),
    ("first", "Stories in which it spoke first"),
    ("loaded", "Loaded words in a hundred, in its own voice"),
    ("loaded_in_coverage", "Loaded words in a hundred, in all that its outlets said"),
)
"""The balance audit's figures that readers get, with what they mean."""


def balance_table(balance: Mapping[str, Any], brand: Brand) -> tuple[tuple[str, ...], ...]:
    """Rows of the audit as kept with the issue, the head first; empty where the issue has none."""
    kept: list[Mapping[str, Any]] = [balance[side.value] for side in SIDES if side.value in balance]
    if len(kept) < len(SIDES):
        return ()
    head = ("", *(brand.labels[side] for side in SIDES))
    rows = [
        (text, *(f"{figures[key]:,}" for figures in kept))
        for key, text in BALANCE_ROWS
        if all(isinstance(figures.get(key), int | float) for figures in kept)
    ]
    return (head, *rows)


@dataclass(frozen=True, slots=True)
class Headline:
    """One story of an issue as listed."""

    id: str
    headline: str
    dek: str
    bar: Bar
    note: str


@dataclass(frozen=True, slots=True)
class IssueCard:
    """An issue in a list; ``stories`` stays empty where only its title is shown."""

    date: date
    number: int
    subject: str
    preheader: str
    reading_seconds: int
    stories: tuple[Headline, ...] = ()
    in_brief: tuple[Headline, ...] = ()
    blindspots: tuple[Headline, ...] = ()


def card(stored: StoredIssue, brand: Brand, *, whole: bool = False) -> IssueCard:
    """The card of a stored issue, with its stories when ``whole``."""
    document: Mapping[str, Any] = stored.document
    short = IssueCard(
        stored.date,
        stored.number,
        document["subject"],
        document["preheader"],
        document["reading_seconds"],
    )
    if not whole:
        return short
    issue = issue_from(document)
    return IssueCard(
        short.date,
        short.number,
        short.subject,
        short.preheader,
        short.reading_seconds,
        headlines(issue.stories, brand),
        headlines(issue.in_brief, brand),
        headlines(issue.blindspots, brand),
    )


def headlines(stories: Sequence[IssueStory], brand: Brand) -> tuple[Headline, ...]:
    return tuple(
        Headline(
            story.id,
            clean.text(story.words.headline.text),
            clean.text(story.words.dek.text) if story.words.dek else "",
            bar_of(story.coverage, brand),
            blindspot_note(story, brand),
        )
        for story in stories
    )


class PublicArchive:
    """The issues that readers may see: what was mailed, and past dates.

    A draft of today is nobody's but the editors' until it is frozen. Where a date has a frozen revision, that
    one is shown, as it was mailed, whatever was built later. An unfrozen past date is one that a backfill made.
    """

    def __init__(self, store: IssueStore, today: Callable[[], date]) -> None:
        self._store, self._today = store, today

    def get(self, day: date, revision: int | None = None) -> StoredIssue | None:
        """That revision, or the newest one that is public; None where there is none."""
        newest = found = self._store.get(day, revision)
        while found is not None and not found.frozen:
            found = self._store.get(day, found.revision - 1)
        if found is not None:
            return found
        return newest if newest is not None and day < self._today() else None

    def dates(self) -> tuple[date, ...]:
        """Dates with a public issue, ascending."""
        dates, today = self._store.dates(), self._today()
        return tuple(day for day in dates if day < today or self.get(day) is not None)

    def until(self) -> date | None:
        """The newest public date."""
        dates = self.dates()
        return dates[-1] if dates else None

    def story_date(self, story_id: str) -> date | None:
        return self._store.story_date(story_id)


def public_archive(house: House) -> PublicArchive:
    """What readers may see of this installation's issues."""
    return PublicArchive(house.issues, lambda: house.calendar.date_of(house.clock()))


def find_story(store: PublicArchive, story_id: str) -> tuple[Issue, IssueStory] | None:
    """A story and the newest revision of its issue that still has it: links that were mailed do not die."""
    stored = _holding(store, story_id)
    if stored is None:
        return None
    issue = issue_from(stored.document)
    return issue, next(story for story in issue.all_stories if story.id == story_id)


def readable(store: PublicArchive, story_ids: Iterable[str]) -> frozenset[str]:
    """Those of the stories that have a page."""
    return frozenset(name for name in story_ids if _holding(store, name) is not None)


def _holding(store: PublicArchive, story_id: str) -> StoredIssue | None:
    day = store.story_date(story_id)
    stored = store.get(day) if day else None
    while stored is not None and story_id not in _story_ids(stored.document):
        stored = store.get(stored.date, stored.revision - 1)
    return stored


def _story_ids(document: Mapping[str, Any]) -> set[str]:
    return {story["id"] for part in ("stories", "in_brief", "blindspots") for story in document[part]}
