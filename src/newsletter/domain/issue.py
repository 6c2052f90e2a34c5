"""One dated newsletter, as data: what rendering, checks, pages and `issue.json` all read.

An `Issue` is the content; a `Mail` is what rendering made of it; `document` joins the two into issue.json,
whose keys are a contract with users' scripts. Nothing here depends on a port, a path or the wall clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from newsletter.domain.correction import Correction
from newsletter.domain.edits import Applied
from newsletter.domain.leaning import Leaning, Side
from newsletter.domain.outlet import Paywall
from newsletter.domain.story import Coverage
from newsletter.domain.words import StoryWords

UNSUBSCRIBE_SLOT = "-unsubscribe-token-"
"""Stands in the mail where a recipient's own unsubscribe token goes (SendGrid substitution, outbox)."""
PREFERENCES_SLOT = "-preferences-token-"
"""The same for the token of their preferences page."""
SLOTS = (UNSUBSCRIBE_SLOT, PREFERENCES_SLOT)
"""Everything in a mail that is one recipient's own."""


@dataclass(frozen=True, slots=True)
class IssueOutlet:
    """An outlet as it was rated on the issue's day: past issues keep the ratings of their day."""

    domain: str
    name: str
    leaning: Leaning
    side: Side
    owner: str = ""
    paywall: Paywall = Paywall.NO


@dataclass(frozen=True, slots=True)
class IssueArticle:
    """An article as listed with its story."""

    id: str
    guid: str
    url: str
    outlet: str
    leaning: Leaning
    side: Side
    title: str
    published: datetime
    kind: str
    wire: str
    text: str = ""
    """The cleaned description, for evidence and the story page; empty where the outlet allows no quotes."""


@dataclass(frozen=True, slots=True)
class WireNote:
    """A text that several outlets printed and that was counted once: "AP, in 9 outlets"."""

    outlet: str
    wire: str
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastMention:
    """A line of a story's history."""

    date: str
    story_id: str
    headline: str
    articles: int
    kind: str = "thread"
    """ "thread": the same story before; "related": another story on the same affair."""


@dataclass(frozen=True, slots=True)
class ThreadEnd:
    """Where another thread stood last."""

    thread_id: str
    date: str
    story_id: str
    headline: str


@dataclass(frozen=True, slots=True)
class ThreadNote:
    """What happened to a story's thread today."""

    merged: tuple[ThreadEnd, ...] = ()
    """Threads that end in this story."""
    split_from: ThreadEnd | None = None
    """The thread it was part of, and that another of the day's stories goes on with."""


@dataclass(frozen=True, slots=True)
class IssueStory:
    """One story of the issue: main story, brief or blindspot (same shape; the shorter ones leave parts empty)."""

    id: str
    thread_id: str
    words: StoryWords
    coverage: Coverage
    articles: tuple[IssueArticle, ...]
    why: str
    wires: tuple[WireNote, ...] = ()
    history: tuple[PastMention, ...] = ()
    new_articles: int | None = None
    """Set on a continued story: articles since the last issue that had it ("new since yesterday")."""
    thread: ThreadNote = ThreadNote()
    missing: Side | None = None
    could_have: int = 0
    confidence: float = 1.0
    """How surely its articles are one event; see `Story.confidence`."""
    shortened: int = 0
    """Steps by which the mail tells it shorter, to keep to five minutes; its page and issue.json keep the whole."""

    @property
    def told_before(self) -> str:
        """Date of the last issue that had it (YYYY-MM-DD), or empty."""
        return max((mention.date for mention in self.history if mention.kind == "thread"), default="")

    def outlets_of(self, side: Side) -> tuple[str, ...]:
        """Domains of that side among the articles, in order of first appearance."""
        return tuple(dict.fromkeys(a.outlet for a in self.articles if a.side == side))


@dataclass(frozen=True, slots=True)
class Supply:
    """Outlets heard per side in the issue's window: what the day offered before any choice was made."""

    left: int
    center: int
    right: int
    unrated: int
    articles: int
    failed_feeds: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A story that was not chosen, for an editor to see what there was and why it waits."""

    title: str
    coverage: Coverage
    articles: int
    score: float
    why: str
    key: str = ""
    """Id of its earliest article, by which an editor's change names it."""


@dataclass(frozen=True, slots=True)
class ModelTally:
    """What became of a model's text: how much of it the verifier let stand, and why the rest does not."""

    stories: int
    """Main stories that the model was to write."""
    kept: int
    """Sentences that stand."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Sentences that do not, by reason."""
    unanswered: Mapping[str, int] = field(default_factory=dict)
    """Stories that the model did not write, by reason: their text is extractive."""
    todo: Mapping[str, str] = field(default_factory=dict)
    """What to do about each of those reasons."""


@dataclass(frozen=True, slots=True)
class Issue:
    """The content of one issue."""

    date: date
    number: int
    as_of: datetime
    """The cut-off: nothing fetched or dated after it plays a part. UTC."""
    order: tuple[Side, ...]
    """The order in which sides are presented in this issue."""
    stories: tuple[IssueStory, ...]
    in_brief: tuple[IssueStory, ...]
    blindspots: tuple[IssueStory, ...]
    outlets: Mapping[str, IssueOutlet]
    """Every outlet that any part of the issue names, by domain."""
    supply: Supply
    quiet: bool = False
    corrections: tuple[Correction, ...] = ()
    writer: str = "extractive"
    """How the text was made: "extractive" or "model"."""
    engine: str = ""
    """Version of the software that made it."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The settings that the content depends on, recorded for a rebuild."""
    waiting: tuple[Waiting, ...] = ()
    """The heaviest stories that were not chosen; no mail shows them."""
    model: ModelTally | None = None
    """Set where the writer was a model."""
    edits: tuple[Applied, ...] = ()
    """Editors' changes that this build applied, or could not."""

    @property
    def all_stories(self) -> tuple[IssueStory, ...]:
        return (*self.stories, *self.in_brief, *self.blindspots)


@dataclass(frozen=True, slots=True)
class Mail:
    """An issue as mailed, but for each recipient's tokens (`SLOTS`)."""

    subject: str
    preheader: str
    html: str
    text: str
    words: int
    """All visible words of the HTML part (and so of its text twin)."""
    reading_seconds: int

    @property
    def html_bytes(self) -> int:
        return len(self.html.encode())
