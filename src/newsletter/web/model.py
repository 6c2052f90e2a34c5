"""What a story's page is given: plain values, every text cleaned, every link safe or empty."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.domain.leaning import Side
from newsletter.web.bars import Bar


@dataclass(frozen=True, slots=True)
class SourceLink:
    """An outlet behind a sentence; ``url`` is its article, or empty where none can be linked."""

    name: str
    url: str
    side: Side
    note: str = ""
    """ "opinion" where the article is one."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a statement comes from: the words of one article that it rests on, and no more of them."""

    words: str
    title: str
    outlet: str
    url: str
    iso: str
    time: str


@dataclass(frozen=True, slots=True)
class Line:
    """A statement with who says it."""

    text: str
    sources: tuple[SourceLink, ...]
    number: int = 0
    """Its own on the page."""
    passages: tuple[Passage, ...] = ()
    """One an article; none behind an editor's own word."""


@dataclass(frozen=True, slots=True)
class SideView:
    """One side's points, under a heading that claims no more than the coverage bears."""

    side: Side
    heading: str
    count: str
    points: tuple[Line, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    title: str
    url: str
    outlet: str
    leaning: str
    iso: str
    time: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleGroup:
    """The articles of one side; ``counted`` is how many independent voices they are."""

    side: Side
    label: str
    articles: tuple[ArticleView, ...]


@dataclass(frozen=True, slots=True)
class TitleView:
    """How one side put the news: a title of its own."""

    side: Side
    label: str
    title: Line


@dataclass(frozen=True, slots=True)
class DisputeView:
    topic: str
    claims: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OnlyView:
    side: Side
    heading: str
    points: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    question: str
    answer: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    story_id: str
    headline: str
    when: str
    """ "4 days ago · 6 articles"."""


@dataclass(frozen=True, slots=True)
class TurnView:
    """What happened to the story's thread: words before and after the other story's headline."""

    before: str
    story_id: str
    headline: str
    after: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """The whole page."""

    id: str
    headline: Line
    dek: Line | None
    bar: Bar
    overview: tuple[Line, ...]
    titles: tuple[TitleView, ...]
    sides: tuple[SideView, ...]
    agreed: tuple[Line, ...]
    disputed: tuple[DisputeView, ...]
    only: tuple[OnlyView, ...]
    groups: tuple[ArticleGroup, ...]
    articles: str
    total: int
    wires: tuple[str, ...]
    turns: tuple[TurnView, ...]
    before: tuple[HistoryView, ...]
    """The same story in earlier issues."""
    related: tuple[HistoryView, ...]
    """Other stories on the same affair."""
    faq: tuple[QuestionView, ...]
    blindspot: str
    new_articles: str
    why: str
