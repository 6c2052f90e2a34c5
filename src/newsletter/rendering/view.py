"""An issue as the mail tells it: the one place where its words are decided, for HTML and text alike. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from urllib.parse import quote

from newsletter.domain.brand import Brand
from newsletter.domain.checks import CheckLimits
from newsletter.domain.correction import Correction
from newsletter.domain.issue import PREFERENCES_SLOT, UNSUBSCRIBE_SLOT, Issue
from newsletter.domain.leaning import SIDES, Side
from newsletter.rendering import clean, wording
from newsletter.rendering.balance import audit
from newsletter.rendering.model import CorrectionView, MailView
from newsletter.rendering.shown import shown
from newsletter.rendering.telling import Links, Telling, story_url


@dataclass(frozen=True)
class ViewMaker:
    """Makes the view of any issue of one newsletter."""

    brand: Brand
    public_url: str
    """Without a trailing slash."""
    postal_address: str
    limits: CheckLimits

    def view(self, issue: Issue, reading: str) -> MailView:
        links = Links()
        day = wording.long_date(issue.date, self.brand.locale)
        tell = partial(Telling, self.brand, self.public_url, issue, links)
        stories = tuple(tell(story).story(number) for number, story in enumerate(issue.stories, start=1))
        briefs = tuple(tell(story).brief() for story in issue.in_brief)
        blindspots = tuple(tell(story).blindspot() for story in issue.blindspots)
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
            made=wording.made(_maker(issue)) + wording.edited(_edited(issue)),
            links=tuple(links.lines.values()),
            how_url=f"{self.public_url}/how",
            archive_url=archive,
            contact_url=contact_url(self.brand.contact),
            preferences_url=f"{self.public_url}/p/{PREFERENCES_SLOT}",
            unsubscribe_url=f"{self.public_url}/u/{UNSUBSCRIBE_SLOT}",
            postal_address=clean.text(self.postal_address),
        )

    def _correction(self, one: Correction) -> CorrectionView:
        day = self._day(one.date)
        issue = f", to the issue of {self._day(one.issue)}" if one.issue else ""
        url = story_url(self.public_url, one.story_id) if one.story_id else ""
        return CorrectionView(f"Correction {one.number}, {day}{issue}", clean.text(one.text), url)

    def _day(self, iso: str) -> str:
        return wording.plain_date(date.fromisoformat(iso), self.brand.locale)

    def _notices(self, issue: Issue) -> tuple[str, ...]:
        n = len(issue.stories)
        quiet = (
            f"A quiet day: {wording.number(n)} main {'story' if n == 1 else 'stories'}."
            if issue.quiet
            else ""
        )
        return tuple(line for line in (quiet, self._thin(issue)) if line)

    def _thin(self, issue: Issue) -> str:
        """What a thin supply means to a reader; empty on a normal day."""
        heard = (
            (Side.LEFT, issue.supply.left, self.limits.supply_left),
            (Side.RIGHT, issue.supply.right, self.limits.supply_right),
        )
        few = [wording.of_side(n, self.brand.labels[side]) for side, n, wanted in heard if n < wanted]
        if not few:
            return ""
        whose = "that side leaves" if len(few) == 1 else "the sides leave"
        return f"Thin supply: only {wording.listed(few)} heard today, so what {whose} out means little."

    def _balance(self, issue: Issue) -> str:
        figures, supply, labels = audit(issue), issue.supply, self.brand.labels
        sides = [side for side in issue.order if side in SIDES]
        due = any(row.hearings_due for row in figures.values())
        words = ", ".join(f"{figures[side].mean_words} {self._name(side)}" for side in sides)
        heard = {Side.LEFT: supply.left, Side.CENTER: supply.center, Side.RIGHT: supply.right}
        outlets = ", ".join(f"{heard[side]} {self._name(side)}" for side in sides)
        lines = (
            f"Words a story, where a side had two outlets or more: {words}." if due else "",
            f"Outlets heard: {outlets}.",
            wording.speaks_first(labels[issue.order[0]]),
        )
        return " ".join(filter(None, lines))

    def _name(self, side: Side) -> str:
        return wording.lower(self.brand.labels[side])


def _maker(issue: Issue) -> str:
    """ "model" where a model's text stands in it, whoever was to write."""
    return "model" if any(story.words.written() for story in issue.all_stories) else "extractive"


def _edited(issue: Issue) -> int:
    """Sentences of the mail that an editor changed."""
    mains = sum(one.made == "editor" for story in issue.stories for one in shown(story).statements())
    short = (story.words.headline for story in (*issue.in_brief, *issue.blindspots))
    return mains + sum(one.made == "editor" for one in short)


def contact_url(contact: str) -> str:
    """The editor's address as a link: a page or a mail address; empty for neither."""
    return clean.url(contact) or (f"mailto:{quote(contact, safe='@.+-_')}" if "@" in contact else "")
