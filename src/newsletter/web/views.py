"""What a story's page shows, ready for the template: words with their links, counts, marks. Pure.

Templates decide nothing: which heading a side gets, what is linked and what an article is marked with is
settled here, where it can be tested without HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from newsletter.domain.brand import Brand
from newsletter.domain.issue import Issue, IssueArticle, IssueStory
from newsletter.domain.leaning import Side
from newsletter.domain.outlet import Paywall
from newsletter.domain.words import Statement
from newsletter.web.bars import Bar, bar_of
from newsletter.web.texts import age, clock_time, counted, listed, web_link

_KIND_MARKS = {
    "opinion": "Opinion",
    "live": "Live",
    "sponsored": "Sponsored",
    "roundup": "Round-up",
    "service": "Service",
}
_PAYWALL_MARKS = {Paywall.YES: "Paywall", Paywall.METERED: "Metered"}


@dataclass(frozen=True, slots=True)
class SourceLink:
    """An outlet behind a sentence; ``url`` is its article, or empty where none can be linked."""

    name: str
    url: str
    side: Side


@dataclass(frozen=True, slots=True)
class Line:
    """A statement with who says it."""

    text: str
    sources: tuple[SourceLink, ...]


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
    date: str
    age: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """The whole page."""

    id: str
    headline: str
    headline_from: tuple[SourceLink, ...]
    dek: str
    bar: Bar
    overview: tuple[Line, ...]
    sides: tuple[SideView, ...]
    agreed: tuple[Line, ...]
    disputed: tuple[DisputeView, ...]
    only: tuple[OnlyView, ...]
    groups: tuple[ArticleGroup, ...]
    articles: str
    total: int
    wires: tuple[str, ...]
    history: tuple[HistoryView, ...]
    faq: tuple[QuestionView, ...]
    blindspot: str
    new_articles: str
    why: str


def story_view(issue: Issue, story: IssueStory, brand: Brand, zone: ZoneInfo) -> StoryView:
    """The page of one story of an issue."""
    desk = _Linker(issue, story)
    words = story.words
    return StoryView(
        id=story.id,
        headline=words.headline.text,
        headline_from=desk.line(words.headline).sources,
        dek=words.dek.text if words.dek else "",
        bar=bar_of(story.coverage, brand, issue.order),
        overview=desk.lines(words.overview),
        sides=tuple(_side(desk, side, brand) for side in issue.order) if any(words.sides.values()) else (),
        agreed=desk.lines(words.agreed),
        disputed=tuple(DisputeView(d.topic, desk.lines(d.claims)) for d in words.disputed),
        only=tuple(
            OnlyView(side, f"Told only on the {brand.labels[side].lower()}", desk.lines(words.only[side]))
            for side in issue.order
            if words.only.get(side)
        ),
        groups=_groups(issue, story, brand, zone),
        articles=counted(len(story.articles), "article"),
        total=len(story.articles),
        wires=tuple(_wires(issue, story)),
        history=tuple(
            HistoryView(
                past.story_id,
                past.headline,
                past.date,
                f"{age(date.fromisoformat(past.date), issue.date)} · {counted(past.articles, 'article')}",
            )
            for past in story.history
        ),
        faq=tuple(QuestionView(q.question, desk.lines(q.answer)) for q in words.faq),
        blindspot=blindspot_note(story, brand),
        new_articles=f"{counted(story.new_articles, 'new article')} since the last issue that had it"
        if story.new_articles
        else "",
        why=story.why,
    )


def blindspot_note(story: IssueStory, brand: Brand) -> str:
    """Told mostly by one side: by how many of those that could have, and no guess at why."""
    if story.missing is None:
        return ""
    told, label = story.coverage.of(story.missing), brand.labels[story.missing].lower()
    told_by = "None" if told == 0 else str(told)
    of = f"{counted(story.could_have, 'outlet')} on the {label} that published that day"
    return f"{told_by} of the {of} told this story."


@dataclass(frozen=True, slots=True)
class _Linker:
    """Finds the article behind a sentence."""

    issue: Issue
    story: IssueStory

    def lines(self, statements: Sequence[Statement]) -> tuple[Line, ...]:
        return tuple(self.line(statement) for statement in statements)

    def line(self, statement: Statement) -> Line:
        return Line(statement.text, tuple(self._source(domain, statement) for domain in statement.outlets))

    def _source(self, domain: str, statement: Statement) -> SourceLink:
        cited = {span.article for span in statement.evidence}
        own = [article for article in self.story.articles if article.outlet == domain]
        best = next((a for a in own if a.id in cited), own[0] if own else None)
        outlet = self.issue.outlets.get(domain)
        side = outlet.side if outlet else Side.UNRATED
        return SourceLink(outlet_name(self.issue, domain), web_link(best.url) if best else "", side)


def outlet_name(issue: Issue, domain: str) -> str:
    outlet = issue.outlets.get(domain)
    return outlet.name if outlet else domain


def _side(desk: _Linker, side: Side, brand: Brand) -> SideView:
    voices, label = desk.story.coverage.of(side), brand.labels[side]
    points = desk.lines(desk.story.words.sides.get(side, ()))
    # "The left says" needs two independent outlets (promise 3); one outlet speaks for itself alone.
    heading = f"One outlet on the {label.lower()}" if voices == 1 else f"The {label.lower()}"
    if voices == 0:
        empty = f"None of our outlets on the {label.lower()} had told it when this issue closed."
    else:
        empty = "Nothing to quote beyond the overview; the articles are listed below."
    return SideView(side, heading, counted(voices, "outlet") if voices > 1 else "", points, empty)


def _groups(
    issue: Issue, story: IssueStory, brand: Brand, zone: ZoneInfo
) -> tuple[ArticleGroup, ...]:
    return tuple(
        ArticleGroup(side, brand.labels[side], tuple(_article(issue, a, zone) for a in found))
        for side in (*issue.order, Side.UNRATED)
        if (found := [article for article in story.articles if article.side == side])
    )


def _article(issue: Issue, article: IssueArticle, zone: ZoneInfo) -> ArticleView:
    outlet = issue.outlets.get(article.outlet)
    marks = (
        _KIND_MARKS.get(article.kind, ""),
        f"{article.wire} copy" if article.wire else "",
        _PAYWALL_MARKS.get(outlet.paywall, "") if outlet else "",
    )
    return ArticleView(
        title=article.title,
        url=web_link(article.url),
        outlet=outlet_name(issue, article.outlet),
        leaning=article.leaning.value,
        iso=article.published.isoformat(timespec="minutes"),
        time=clock_time(article.published, zone),
        marks=tuple(mark for mark in marks if mark),
    )


def _wires(issue: Issue, story: IssueStory) -> list[str]:
    notes = []
    for note in story.wires:
        whose = note.wire or f"The text of {outlet_name(issue, note.outlet)}"
        carriers = listed([outlet_name(issue, domain) for domain in note.carriers])
        notes.append(f"{whose}, in {counted(len(note.carriers), 'outlet')}, counts once: {carriers}.")
    return notes
