"""An issue as the mail tells it: the one place where its words are decided, for HTML and text alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote

from newsletter.domain.brand import Brand
from newsletter.domain.checks import CheckLimits
from newsletter.domain.issue import UNSUBSCRIBE_SLOT, Correction, Issue, IssueArticle, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.rendering import clean, wording
from newsletter.rendering.balance import INDEPENDENT, balance_of
from newsletter.rendering.model import (
    BlindspotView,
    BriefView,
    CorrectionView,
    Count,
    Credit,
    DisputeView,
    LinkLine,
    MailView,
    Said,
    Segment,
    StoryView,
    Voice,
)
from newsletter.rendering.shown import shown

SHARES_FROM = 5
"""Outlets from which shares may be shown, as a bar or otherwise (promise 3)."""

NARROWEST = 7
"""Percent of the bar's width that its letter needs at 375 px."""


@dataclass
class _Links:
    """Numbers links in order of first appearance, for the plain text's list."""

    lines: dict[str, LinkLine] = field(default_factory=dict)

    def mark(self, name: str, url: str) -> int:
        if not url:
            return 0
        line = self.lines.setdefault(url, LinkLine(len(self.lines) + 1, name, url))
        return line.mark


@dataclass(frozen=True)
class ViewMaker:
    """Makes the view of any issue of one newsletter."""

    brand: Brand
    public_url: str
    """Without a trailing slash."""
    postal_address: str
    limits: CheckLimits

    def view(self, issue: Issue, reading: str) -> MailView:
        links = _Links()
        day = wording.long_date(issue.date, self.brand.locale)
        stories = tuple(
            _Telling(self, issue, story, links).story(number)
            for number, story in enumerate(issue.stories, start=1)
        )
        briefs = tuple(_Telling(self, issue, story, links).brief() for story in issue.in_brief)
        blindspots = tuple(_Telling(self, issue, story, links).blindspot() for story in issue.blindspots)
        archive = f"{self.public_url}/issues/{issue.date.isoformat()}"
        return MailView(
            brand=self.brand,
            lang=self.brand.lang,
            title=f"{clean.text(self.brand.name)}, {day}",
            date=day,
            number=issue.number,
            reading=reading,
            corrections=tuple(self._correction(one) for one in issue.corrections),
            notices=self._notices(issue),
            stories=stories,
            briefs=briefs,
            blindspots=blindspots,
            balance=self._balance(issue),
            balance_url=f"{archive}#balance",
            made=wording.notice(issue.writer),
            links=tuple(links.lines.values()),
            how_url=f"{self.public_url}/how",
            archive_url=archive,
            contact_url=_contact(self.brand.contact),
            unsubscribe_url=f"{self.public_url}/u/{UNSUBSCRIBE_SLOT}",
            postal_address=clean.text(self.postal_address),
        )

    def story_url(self, story_id: str) -> str:
        return f"{self.public_url}/stories/{quote(story_id, safe='')}"

    def _correction(self, one: Correction) -> CorrectionView:
        day = wording.plain_date(date.fromisoformat(one.date), self.brand.locale)
        url = self.story_url(one.story_id) if one.story_id else ""
        return CorrectionView(f"Correction {one.number}, {day}", clean.text(one.text), url)

    def _notices(self, issue: Issue) -> tuple[str, ...]:
        quiet = f"A quiet day: {wording.number(len(issue.stories))} main {_stories(len(issue.stories))}."
        thin = (
            self._thin(Side.LEFT, issue.supply.left, self.limits.supply_left),
            self._thin(Side.RIGHT, issue.supply.right, self.limits.supply_right),
        )
        return tuple(line for line in (quiet if issue.quiet else "", *thin) if line)

    def _thin(self, side: Side, heard: int, wanted: int) -> str:
        if heard >= wanted:
            return ""
        outlets = wording.of_side(heard, self.brand.labels[side])
        return f"Thin supply: only {outlets} heard today, so what that side leaves out means little."

    def _balance(self, issue: Issue) -> str:
        audit = balance_of(issue)
        rows = [(side, audit[side.value]) for side in issue.order if side in SIDES]
        words = [f"{row['words']} {self._name(side)}" for side, row in rows if isinstance(row, dict)]
        heard = {
            Side.LEFT: issue.supply.left,
            Side.CENTER: issue.supply.center,
            Side.RIGHT: issue.supply.right,
        }
        outlets = [f"{heard[side]} {self._name(side)}" for side, _ in rows]
        return (
            f"Words in each side's own voice: {', '.join(words)}. Outlets heard: {', '.join(outlets)}. "
            f"{wording.speaks_first(self.brand.labels[issue.order[0]])}"
        )

    def _name(self, side: Side) -> str:
        return wording.lower(self.brand.labels[side])


def _stories(n: int) -> str:
    return "story" if n == 1 else "stories"


def _contact(contact: str) -> str:
    return clean.url(contact) or (f"mailto:{quote(contact, safe='@.+-_')}" if "@" in contact else "")


@dataclass(frozen=True)
class _Telling:
    """One story on its way into the view."""

    maker: ViewMaker
    issue: Issue
    of: IssueStory
    links: _Links

    def story(self, number: int) -> StoryView:
        mail, url = shown(self.of), self.maker.story_url(self.of.id)
        counts = self._counts()
        return StoryView(
            number=number,
            anchor=f"story-{number}",
            headline=self._said(mail.headline),
            url=url,
            kicker=self._kicker(),
            dek=self._said(mail.dek) if mail.dek else None,
            bar=bar(self.of, self.maker.brand),
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
        url = self.maker.story_url(self.of.id)
        return BriefView(self._said(self.of.words.headline), url, self._counts())

    def blindspot(self) -> BlindspotView:
        labels, coverage = self.maker.brand.labels, self.of.coverage
        missing = self.of.missing or min(SIDES, key=coverage.of)
        told = [side for side in SIDES if side is not missing and coverage.of(side)]
        by = wording.listed([wording.of_side(coverage.of(side), labels[side]) for side in told])
        could = wording.of_side(max(self.of.could_have, coverage.of(missing)), labels[missing])
        few = wording.number(coverage.of(missing)).replace("no", "none", 1)
        return BlindspotView(
            headline=self._said(self.of.words.headline),
            url=self.maker.story_url(self.of.id),
            told=f"Told by {by or 'nobody else'}; by {few} of the {could} heard today.",
            side=max(told, key=coverage.of, default=Side.CENTER),
        )

    def _counts(self) -> tuple[Count, ...]:
        rows = wording.counts(self.of.coverage, self.maker.brand.labels)
        return tuple(Count(side, text) for side, text in rows)

    def _kicker(self) -> str:
        if not self.of.new_articles:
            return ""
        since = max((mention.date for mention in self.of.history), default="")
        yesterday = (self.issue.date - timedelta(days=1)).isoformat()
        if since and since != yesterday:
            when = wording.plain_date(date.fromisoformat(since), self.maker.brand.locale)
        else:
            when = "yesterday"
        return f"New since {when}: {wording.plural(self.of.new_articles, 'article')}"

    def _more(self) -> str:
        parts = [wording.plural(len(self.of.articles), "article")]
        parts += ["questions"] if self.of.words.faq else []
        parts += ["history"] if self.of.history else []
        return f"Full coverage: {', '.join(parts)}"

    def _voice(self, side: Side, points: Sequence[Statement]) -> Voice:
        label, n = self.maker.brand.labels[side], self.of.coverage.of(side)
        said = tuple(self._said(point) for point in points)
        alone = n < INDEPENDENT and bool(said)
        name = wording.one_outlet(label) if alone else wording.voice(label)
        return Voice(side, name, alone, said, "" if said else self._silence(side))

    def _silence(self, side: Side) -> str:
        """Why a column is empty, in counts only: why a side is silent is never guessed (promise 7)."""
        label, n = self.maker.brand.labels[side], self.of.coverage.of(side)
        if n:
            return f"{wording.of_side(n, label)}; no excerpt, see full coverage."
        copies = len(self.of.outlets_of(side))
        if copies:
            return f"No text of its own; {wording.of_side(copies, label)} printed another's."
        supply = self.issue.supply
        heard = {Side.LEFT: supply.left, Side.CENTER: supply.center, Side.RIGHT: supply.right}[side]
        return wording.no_outlet(label, heard)

    def _said(self, statement: Statement) -> Said:
        return Said(
            clean.text(statement.text), tuple(self._credit(key, statement) for key in statement.outlets)
        )

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
