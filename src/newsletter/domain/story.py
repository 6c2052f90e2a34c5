"""Stories: the articles on one event, their independent voices, and who covered them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.domain.article import Article
from newsletter.domain.leaning import SIDES, Side


@dataclass(frozen=True, slots=True)
class Voice:
    """One independent text: an outlet's own piece(s), or a text that several outlets carry.

    Near-copies, wire copies and one owner's reprints are one voice, however many outlets print them.
    ``outlet`` and ``side`` are the originator's: the agency where it is known to the registry, else the
    outlet that printed the text first. An outlet that brings two texts of its own on one story is one voice.
    """

    outlet: str
    side: Side
    article_ids: tuple[str, ...]
    """All articles of this voice, earliest first."""
    carriers: tuple[str, ...]
    """The outlets that printed it, first printer first; just ``(outlet,)`` for an outlet's own piece."""
    wire: str = ""
    """The agency's name when this is wire copy ("AP")."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many independent voices of each side covered a story (copies counted once)."""

    left: int = 0
    center: int = 0
    right: int = 0
    unrated: int = 0

    def of(self, side: Side) -> int:
        return {
            Side.LEFT: self.left,
            Side.CENTER: self.center,
            Side.RIGHT: self.right,
            Side.UNRATED: self.unrated,
        }[side]

    @property
    def total(self) -> int:
        return self.left + self.center + self.right + self.unrated

    @property
    def sides(self) -> int:
        """How many of the three sides are heard at all."""
        return sum(self.of(side) > 0 for side in SIDES)


def coverage_of(voices: tuple[Voice, ...]) -> Coverage:
    """Count voices by side: the only way a count in an issue comes about."""
    count = dict.fromkeys(Side, 0)
    for voice in voices:
        count[voice.side] += 1
    return Coverage(count[Side.LEFT], count[Side.CENTER], count[Side.RIGHT], count[Side.UNRATED])


@dataclass(frozen=True, slots=True)
class PastStory:
    """A story of an earlier issue, as far as threads and history need it."""

    story_id: str
    thread_id: str
    date: str
    """Issue date, YYYY-MM-DD."""
    headline: str
    article_ids: tuple[str, ...]
    articles: int
    terms: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Its telling terms with their weights, a vector of length one; empty where it has no words."""
    merged: tuple[str, ...] = ()
    """Threads that ended in this story: they go on as its own."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """Today's story as the next part of a thread."""

    past: PastStory
    """The newest story of the thread that it continues, or, after a split, of the thread it was a part of."""
    fresh: frozenset[str]
    """Ids of its articles that no earlier issue of that thread had."""
    thread_id: str = ""
    """The thread whose name it keeps; empty where another of today's stories keeps it (a split)."""
    earlier: tuple[PastStory, ...] = ()
    """Every earlier story of its thread and of those that it joins, newest first."""
    merged: tuple[PastStory, ...] = ()
    """The newest story of each other thread that ends in it."""

    @property
    def new_articles(self) -> int:
        return len(self.fresh)


@dataclass(frozen=True, slots=True)
class Story:
    """The articles on one event. Articles are sorted by (published, id); voices by (first article, outlet)."""

    key: str
    """Id of its earliest article: names the story while an issue is being made."""
    articles: tuple[Article, ...]
    voices: tuple[Voice, ...]
    cohesion: float = 1.0
    """Mean similarity of its articles, 0 to 1."""
    family: str = ""
    """Key of the looser group it belongs to ("full coverage"); stories of one family compete."""
    confidence: float = 1.0
    """The share of its articles that a reader would find belong to one event, as estimated; 0 to 1."""
    continued: Continuation | None = None
    """What of earlier issues it continues, decided among all stories of the day; None when it is new."""
    threaded: bool = False
    """Whether that was decided."""

    @property
    def coverage(self) -> Coverage:
        return coverage_of(self.voices)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A story with its place in the line-up and the reason for it, in words for an editor."""

    story: Story
    why: str
    score: float = 0.0
    new_articles: int | None = None
    """Articles that yesterday's issue did not have; None when the story is not a continuation."""
    missing: Side | None = None
    """For a blindspot: the side that hardly covered it."""
    could_have: int = 0
    """For a blindspot: outlets of that side that published enough today to have covered it."""
    title: str = ""
    """The title that names the story best, as one of its outlets has it: for an editor's eyes."""


@dataclass(frozen=True, slots=True)
class LineUp:
    """The chosen stories in order, and the ones that wait."""

    main: tuple[Chosen, ...]
    briefs: tuple[Chosen, ...] = ()
    blindspots: tuple[Chosen, ...] = ()
    waiting: tuple[Chosen, ...] = ()
    quiet: bool = False
    """Fewer good main stories than usual; the issue says so."""
