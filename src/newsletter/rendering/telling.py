"""One story on its way into the view: headline to full coverage, brief or blindspot. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from newsletter.domain.brand import Brand
from newsletter.domain.issue import Issue, IssueArticle, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.rendering import clean, wording
from newsletter.rendering.balance import INDEPENDENT
from newsletter.rendering.model import (
    BlindspotView,
    BriefView,
    Count,
    Credit,
    DisputeView,
    LinkLine,
    Said,
    Segment,
    StoryView,
    Voice,
)
from newsletter.rendering.shown import credited, shown

SHARES_FROM = 5
"""Outlets from which shares may be shown, as a bar or otherwise (promise 3)."""

NARROWEST = 7
"""Percent of the bar's width that its letter needs at 375 px."""


def story_url(public_url: str, story_id: str) -> str:
    """The story's permanent page."""
    return f"{public_url}/stories/{quote(story_id, safe='')}"


@dataclass
class Links:
    """Numbers links in order of first appearance, for the plain text's list."""

    lines: dict[str, LinkLine] = field(default_factory=dict)

    def mark(self, name: str, url: str) -> int:
        if not url:
            return 0
        line = self.lines.setdefault(url, LinkLine(len(self.lines) + 1, name, url))
        return line.mark


@dataclass(frozen=True)
class Telling:
    """Tells one story of an issue, numbering its links among the issue's."""

    brand: Brand
    public_url: str
    issue: Issue
    links: Links
    of: IssueStory

    def story(self, number: int) -> StoryView:
        mail, url = shown(self.of), story_url(self.public_url, self.of.id)
        counts = self._counts()
        headline = self._said(mail.headline)
        dek = self._said(mail.dek) if mail.dek else None
        shared = dek is not None and dek.credits == headline.credits
        return StoryView(
            number=number,
            anchor=f"story-{number}",
            headline=headline,
            url=url,
            kicker=self._kicker(),
            dek=Said(dek.text, ()) if dek and shared else dek,
            written=wording.written(mail.written()),
            byline="Headline and summary" if shared else "Headline",
            bar=bar(self.of, self.brand),
            bar_text=wording.listed([count.text for count in counts]),
            counts=counts,
            wires=wording.wires(self.of.wires),
            overview=tuple(self._said(one) for one in mail.overview),
            voices=tuple(self._voice(side, mail.points[side]) for side in self.issue.order if side in SIDES),
            agreed=self._said(mail.agreed) if mail.agreed else None,
            disputed=DisputeView(
                clean.text(mail.disputed.topic), tuple(self._said(one) for one in mail.disputed.claims)
            )
            if mail.disputed
            else None,
            more=self._more(),
            report_url=f"{url}/report",
        )

    def brief(self) -> BriefView:
        url = story_url(self.public_url, self.of.id)
        return BriefView(self._said(self.of.words.headline), url, self._counts())

    def blindspot(self) -> BlindspotView:
        labels, coverage = self.brand.labels, self.of.coverage
        missing = self.of.missing or min(SIDES, key=coverage.of)
        told = [side for side in SIDES if side is not missing and coverage.of(side)]
        by = wording.listed([wording.of_side(coverage.of(side), labels[side]) for side in told])
        could = wording.of_side(max(self.of.could_have, coverage.of(missing)), labels[missing])
        few = wording.number(coverage.of(missing)).replace("no", "none", 1)
        return BlindspotView(
            headline=self._said(self.of.words.headline),
            url=story_url(self.public_url, self.of.id),
            told=f"Told by {by or 'nobody else'}; by {few} of the {could} heard today.",
            side=max(told, key=coverage.of, default=Side.CENTER),
        )

    def _counts(self) -> tuple[Count, ...]:
        rows = wording.counts(self.of.coverage, self.brand.labels)
        return tuple(Count(side, text) for side, text in rows)

    def _kicker(self) -> str:
        if not self.of.new_articles or not self.of.told_before:
            return ""
        when = wording.since(self.of.told_before, self.issue.date, self.brand.locale)
        return f"New since {when}: {wording.plural(self.of.new_articles, 'article')}"

    def _more(self) -> str:
        parts = [wording.plural(len(self.of.articles), "article")]
        parts += ["questions"] if self.of.words.faq else []
        parts += ["history"] if self.of.history else []
        return f"Full coverage: {', '.join(parts)}"

    def _voice(self, side: Side, points: Sequence[Statement]) -> Voice:
        label, n = self.brand.labels[side], self.of.coverage.of(side)
        said = tuple(self._said(point) for point in points)
        alone = n < INDEPENDENT and any(point.outlets for point in points)
        name = wording.one_outlet(label) if alone else wording.voice(label)
        if n < INDEPENDENT and said and not alone:
            name = wording.editors_column(label)
        return Voice(side, name, alone, said, "" if said else self._silence(side))

    def _silence(self, side: Side) -> str:
        """Why a column is empty, in counts only: why a side is silent is never guessed (promise 7)."""
        label, n = self.brand.labels[side], self.of.coverage.of(side)
        if n:
            return f"{wording.of_side(n, label)}; no excerpt, see full coverage."
        copies = len(self.of.outlets_of(side))
        if copies:
            return f"No text of its own; {wording.of_side(copies, label)} printed another's."
        supply = self.issue.supply
        heard = {Side.LEFT: supply.left, Side.CENTER: supply.center, Side.RIGHT: supply.right}[side]
        return wording.no_outlet(label, heard)

    def _said(self, statement: Statement) -> Said:
        named = credited(statement, self.issue)
        names = tuple(self._credit(key, statement) for key in named)
        if statement.made == "editor":
            names = (*names, Credit(wording.editors(bool(names)), "", 0))
        return Said(clean.text(statement.text), names, len(statement.outlets) - len(named))

    def _credit(self, outlet: str, statement: Statement) -> Credit:
        known = self.issue.outlets.get(outlet)
        name = clean.text(known.name if known else outlet) or clean.text(outlet)
        article = self._source(outlet, statement)
        url = clean.url(article.url) if article else ""
        note = "opinion" if article and article.kind == "opinion" else ""
        return Credit(name, url, self.links.mark(name, url), note)

    def _source(self, outlet: str, statement: Statement) -> IssueArticle | None:
        """The article of that outlet that the statement rests on; else its first on the story."""
        cited = {span.article for span in statement.evidence}
        own = [article for article in self.of.articles if article.outlet == outlet]
        return next((article for article in own if article.id in cited), own[0] if own else None)


def bar(story: IssueStory, brand: Brand) -> tuple[Segment, ...]:
    """The coverage bar, left to right; empty under five outlets."""
    coverage = story.coverage
    if coverage.total < SHARES_FROM:
        return ()
    letters = wording.letters(brand.labels)
    sides = [side for side in Side if coverage.of(side)]
    widths = [max(NARROWEST, coverage.of(side) * 100 // coverage.total) for side in sides]
    widest = widths.index(max(widths))
    widths[widest] += 100 - sum(widths)
    return tuple(Segment(side, letters[side], width) for side, width in zip(sides, widths, strict=True))
