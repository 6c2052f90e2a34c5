"""What a story's page shows, ready for the template: words with their links, counts, marks. Pure.

Templates decide nothing: which heading a side gets, what is linked and what an article is marked with is
settled here, where it can be tested without HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from newsletter.domain.brand import Brand
from newsletter.domain.document import iso
from newsletter.domain.issue import Issue, IssueArticle, IssueStory
from newsletter.domain.leaning import Side
from newsletter.domain.outlet import Paywall
from newsletter.domain.words import Statement
from newsletter.rendering import clean, wording
from newsletter.rendering.balance import INDEPENDENT
from newsletter.web.bars import bar_of
from newsletter.web.model import (
    ArticleGroup,
    ArticleView,
    DisputeView,
    HistoryView,
    Line,
    OnlyView,
    Passage,
    QuestionView,
    SideView,
    SourceLink,
    StoryView,
    TitleView,
    TurnView,
)
from newsletter.web.texts import age, clock_time, counted

_KIND_MARKS = {
    "opinion": "Opinion",
    "live": "Live",
    "sponsored": "Sponsored",
    "roundup": "Round-up",
    "service": "Service",
}
_PAYWALL_MARKS = {Paywall.YES: "Paywall", Paywall.METERED: "Metered"}


def story_view(issue: Issue, story: IssueStory, brand: Brand, zone: ZoneInfo) -> StoryView:
    """The page of one story of an issue."""
    desk, words = _Linker(issue, story, zone), story.words
    return StoryView(
        id=story.id,
        headline=desk.line(words.headline),
        dek=desk.line(words.dek) if words.dek else None,
        bar=bar_of(story.coverage, brand),
        overview=desk.lines(words.overview),
        titles=_titles(desk, brand),
        sides=_sides(desk, brand),
        agreed=desk.lines(words.agreed),
        disputed=tuple(DisputeView(clean.text(d.topic), desk.lines(d.claims)) for d in words.disputed),
        only=_only(desk, brand),
        groups=_groups(issue, story, brand, zone),
        articles=counted(len(story.articles), "article"),
        total=len(story.articles),
        wires=tuple(_wires(issue, story)),
        turns=tuple(_turns(issue, story)),
        before=_history(issue, story, "thread"),
        related=_history(issue, story, "related"),
        faq=tuple(QuestionView(clean.text(q.question), desk.lines(q.answer)) for q in words.faq),
        blindspot=blindspot_note(story, brand),
        new_articles=_news_since(issue, story, brand),
        why=clean.text(story.why).rstrip("."),
    )


def blindspot_note(story: IssueStory, brand: Brand) -> str:
    """Told mostly by one side: by how many of those that could have, and no guess at why (promise 7)."""
    if story.missing is None:
        return ""
    told = story.coverage.of(story.missing)
    could = wording.of_side(max(story.could_have, told), brand.labels[story.missing])
    few = "none" if told == 0 else wording.number(told)
    return f"Told by {few} of the {could} heard that day."


@dataclass(frozen=True, slots=True)
class _Linker:
    """Finds the article behind a sentence."""

    issue: Issue
    story: IssueStory
    zone: ZoneInfo
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def lines(self, statements: Sequence[Statement]) -> tuple[Line, ...]:
        return tuple(self.line(statement) for statement in statements)

    def line(self, statement: Statement) -> Line:
        sources = tuple(self._source(domain, statement) for domain in statement.outlets)
        if statement.made == "editor":
            sources = (*sources, SourceLink(wording.editors(bool(sources)), "", Side.UNRATED, ""))
        passages = tuple(self._passages(statement))
        return Line(clean.text(statement.text), sources, next(self._numbers), passages)

    def _passages(self, statement: Statement) -> Iterator[Passage]:
        """The words that it rests on, by article, as they stand there; gaps are marked."""
        articles = {article.id: article for article in self.story.articles}
        cited = dict.fromkeys(span.article for span in statement.evidence if span.article in articles)
        for article in (articles[name] for name in cited):
            spans = [one for one in statement.evidence if one.article == article.id]
            words = [_field(article, one.field)[one.start : one.end] for one in spans]
            yield Passage(
                clean.text(" … ".join(words)),
                "" if any(one.field == "title" for one in spans) else clean.text(article.title),
                outlet_name(self.issue, article.outlet),
                clean.url(article.url),
                iso(article.published),
                clock_time(article.published, self.zone),
            )

    def _source(self, domain: str, statement: Statement) -> SourceLink:
        cited = {span.article for span in statement.evidence}
        own = [article for article in self.story.articles if article.outlet == domain]
        best = next((a for a in own if a.id in cited), own[0] if own else None)
        outlet = self.issue.outlets.get(domain)
        return SourceLink(
            outlet_name(self.issue, domain),
            clean.url(best.url) if best else "",
            outlet.side if outlet else Side.UNRATED,
            "opinion" if best and best.kind == "opinion" else "",
        )


def _field(article: IssueArticle, name: str) -> str:
    return article.title if name == "title" else article.text


def outlet_name(issue: Issue, domain: str) -> str:
    outlet = issue.outlets.get(domain)
    return clean.text(outlet.name if outlet else domain)


def _titles(desk: _Linker, brand: Brand) -> tuple[TitleView, ...]:
    """The sides' own titles in the issue's order; none where there is nothing to hold beside another."""
    found = desk.story.words.headlines
    shown = [side for side in desk.issue.order if side in found] if len(found) > 1 else []
    return tuple(TitleView(side, brand.labels[side], desk.line(found[side])) for side in shown)


def _sides(desk: _Linker, brand: Brand) -> tuple[SideView, ...]:
    """The columns, in the issue's order; none where nobody is quoted (briefs)."""
    if not any(desk.story.words.sides.values()):
        return ()
    return tuple(_side(desk, side, brand) for side in desk.issue.order)


def _side(desk: _Linker, side: Side, brand: Brand) -> SideView:
    voices, label = desk.story.coverage.of(side), brand.labels[side]
    points = desk.lines(desk.story.words.sides.get(side, ()))
    # "The left says" needs two independent outlets (promise 3); one outlet speaks for itself alone.
    alone = voices < INDEPENDENT and any(one.outlets for one in desk.story.words.sides.get(side, ()))
    heading = wording.one_outlet(label) if alone else wording.voice(label)
    if voices < INDEPENDENT and points and not alone:
        heading = wording.editors_column(label)
    count = counted(voices, "outlet") if voices >= INDEPENDENT else ""
    return SideView(side, heading, count, points, "" if points else _silence(desk, side, label))


def _silence(desk: _Linker, side: Side, label: str) -> str:
    """Why a column is empty, in counts only: why a side is silent is never guessed (promise 7)."""
    voices, copies = desk.story.coverage.of(side), len(desk.story.outlets_of(side))
    if voices:
        return (
            f"{wording.of_side(voices, label)} told it; there is no excerpt, the articles are listed below."
        )
    if copies:
        return f"No text of its own; {wording.of_side(copies, label)} printed another’s."
    supply = desk.issue.supply
    heard = {Side.LEFT: supply.left, Side.CENTER: supply.center, Side.RIGHT: supply.right}[side]
    return wording.no_outlet(label, heard)


def _only(desk: _Linker, brand: Brand) -> tuple[OnlyView, ...]:
    only = desk.story.words.only
    return tuple(
        OnlyView(side, f"Only {wording.of_side(2, brand.labels[side])[2:]}", desk.lines(only[side]))
        for side in desk.issue.order
        if only.get(side)
    )


def _groups(issue: Issue, story: IssueStory, brand: Brand, zone: ZoneInfo) -> tuple[ArticleGroup, ...]:
    return tuple(
        ArticleGroup(side, brand.labels[side], tuple(_article(issue, story, a, zone) for a in found))
        for side in (*issue.order, Side.UNRATED)
        if (found := [article for article in story.articles if article.side == side])
    )


def _article(issue: Issue, story: IssueStory, article: IssueArticle, zone: ZoneInfo) -> ArticleView:
    outlet = issue.outlets.get(article.outlet)
    marks = (
        _KIND_MARKS.get(article.kind, ""),
        _copy_mark(issue, story, article),
        _PAYWALL_MARKS.get(outlet.paywall, "") if outlet else "",
    )
    return ArticleView(
        title=clean.text(article.title),
        url=clean.url(article.url),
        outlet=outlet_name(issue, article.outlet),
        leaning=article.leaning.value,
        iso=iso(article.published),
        time=clock_time(article.published, zone),
        marks=tuple(mark for mark in marks if mark),
    )


def _copy_mark(issue: Issue, story: IssueStory, article: IssueArticle) -> str:
    """Whose text it is where it is not the outlet's own; why nine articles can be eight voices."""
    if article.wire:
        return f"{clean.text(article.wire)} copy"
    notes = [n for n in story.wires if article.outlet in n.carriers and article.outlet != n.outlet]
    whose = [clean.text(note.wire) or outlet_name(issue, note.outlet) for note in notes]
    return f"{whose[0]} copy" if whose else ""


def _wires(issue: Issue, story: IssueStory) -> list[str]:
    notes = []
    for note in story.wires:
        whose = clean.text(note.wire) or f"The text of {outlet_name(issue, note.outlet)}"
        carriers = wording.listed([outlet_name(issue, domain) for domain in note.carriers])
        notes.append(f"{whose}, in {counted(len(note.carriers), 'outlet')}, counts once: {carriers}.")
    return notes


def _news_since(issue: Issue, story: IssueStory, brand: Brand) -> str:
    """ "4 new since yesterday"; empty where nothing is."""
    if not story.new_articles or not story.told_before:
        return ""
    when = wording.since(story.told_before, issue.date, brand.locale)
    return f"{story.new_articles:,} new since {when}"


def _turns(issue: Issue, story: IssueStory) -> Iterator[TurnView]:
    """Merges and splits of threads, in plain words."""
    for end in story.thread.merged:
        last = f"”, last told {age(date.fromisoformat(end.date), issue.date)}."
        yield TurnView(
            "Joined today by a story told apart before: “", end.story_id, clean.text(end.headline), last
        )
    if whole := story.thread.split_from:
        last = f"”, told {age(date.fromisoformat(whole.date), issue.date)}."
        yield TurnView(
            "Before, this was part of another story: “", whole.story_id, clean.text(whole.headline), last
        )


def _history(issue: Issue, story: IssueStory, kind: str) -> tuple[HistoryView, ...]:
    """Earlier stories of that kind, as old as they were on the issue's day."""
    return tuple(
        HistoryView(
            past.story_id,
            clean.text(past.headline),
            f"{age(date.fromisoformat(past.date), issue.date)} · {counted(past.articles, 'article')}",
        )
        for past in story.history
        if past.kind == kind
    )


def structured(issue: Issue, story: IssueStory, brand: Brand, url: str) -> str:
    """What the page is, for machines: schema.org's Article, based on the articles that it rests on. JSON-LD.

    Nothing is claimed that is not so: it is nobody's news report, so no NewsArticle, and it has no author.
    """
    sources = dict.fromkeys(clean.url(article.url) for article in story.articles)
    found = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": clean.text(story.words.headline.text),
        "datePublished": iso(issue.as_of),
        "inLanguage": brand.lang,
        "mainEntityOfPage": url,
        "publisher": {"@type": "Organization", "name": clean.text(brand.name)},
        "isBasedOn": [source for source in sources if source],
    }
    # In a script element only "<" could end it; a JSON string may spell it otherwise.
    return json.dumps(found, ensure_ascii=False).replace("<", "\\u003c")
