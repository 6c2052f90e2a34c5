"""What anybody may read: the list of issues, an issue, a story, how it is made."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.domain.issue import IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.outlet import Outlet, Registry
from newsletter.errors import NewsletterError
from newsletter.rendering import wording
from newsletter.web.archive import (
    IssueCard,
    balance_table,
    card,
    find_story,
    headlines,
    public_archive,
    public_html,
    readable,
    with_afterword,
)
from newsletter.web.security import MAIL_POLICY
from newsletter.web.site import SHORT_CACHE, Site, answer
from newsletter.web.texts import zone_name
from newsletter.web.views import story_view
from newsletter.wiring import House

EARLIER = 7
"""Earlier issues named on the front page."""
PER_PAGE = 30


class ReadingPages:
    """The pages without a form. Synchronous: Starlette runs them in its thread pool."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site
        self.archive = public_archive(house)

    def home(self, request: Request) -> Response:
        """The newest issue's stories, and the days before it."""
        cards = self._cards(0, EARLIER + 1, whole_first=True)
        return self._page(request, "home.html", newest=next(iter(cards), None), earlier=cards[1:])

    def issues(self, request: Request) -> Response:
        """Every issue, newest first, a page at a time."""
        asked = request.query_params.get("page", "1")
        page = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
        pages = max(1, -(-len(self.archive.dates()) // PER_PAGE))
        if not 1 <= page <= pages:
            raise HTTPException(404)
        cards = self._cards((page - 1) * PER_PAGE, PER_PAGE)
        return self._page(request, "issues.html", cards=cards, page=page, pages=pages)

    def issue(self, request: Request) -> Response:
        """The issue as it was mailed, without anything personal, then its balance figures; newest revision."""
        stored = self.archive.get(path_date(request.path_params["date"]))
        if stored is None:
            raise HTTPException(404)
        policy = MAIL_POLICY.format(images=f"'self'{self.site.image_hosts}", ancestors="'none'")
        document: Any = stored.document
        afterword = self.site.render(
            "issue-after.html",
            rows=balance_table(document["balance"], self.site.brand),
            supply=document["supply"],
            **self._beside(stored.date),
        )
        return answer(
            request,
            with_afterword(public_html(stored.html, f"{self.site.public_url}/"), afterword),
            cache=SHORT_CACHE,
            headers={"content-security-policy": policy},
        )

    def story(self, request: Request) -> Response:
        """The whole coverage of one story."""
        found = find_story(self.archive, request.path_params["story_id"])
        if found is None:
            raise HTTPException(404)
        issue, story = found
        zone = self.house.settings.timezone
        others = headlines([s for s in issue.stories if s.id != story.id], self.site.brand)
        return self._page(
            request,
            "story.html",
            story=story_view(issue, story, self.site.brand, zone),
            issue=issue,
            others=others,
            known=readable(self.archive, _named_with(story)),
            notice=wording.notice(story.words),
            zone=zone_name(zone),
        )

    def how(self, request: Request) -> Response:
        """How the text is made, the rules, and the registry."""
        limits, registry = self.house.check_limits, self.house.registry
        return self._page(
            request,
            "how.html",
            groups=by_side(registry),
            total=len(registry.enabled()),
            limits=limits,
            writer=self.house.settings.writer,
        )

    def robots(self, request: Request) -> Response:
        text = (
            "User-agent: *\nDisallow: /u/\nDisallow: /p/\nDisallow: /confirm/\nDisallow: /stories/*/report\n"
        )
        return answer(request, text, media_type="text/plain", cache=SHORT_CACHE)

    def healthz(self, request: Request) -> Response:
        """200 when the database answers, else 503; for whoever watches the service."""
        try:
            self.house.issues.dates()
        except NewsletterError:
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ok\n")

    def style(self, request: Request) -> Response:
        year = "public, max-age=31536000, immutable"
        return answer(request, self.site.style, media_type="text/css", cache=year)

    def icon(self, request: Request) -> Response:
        return answer(request, self.site.render("icon.svg"), media_type="image/svg+xml", cache=SHORT_CACHE)

    def _page(self, request: Request, name: str, **context: Any) -> Response:
        return self.site.page(request, name, cache=SHORT_CACHE, **context)

    def _beside(self, day: date) -> dict[str, date | None]:
        dates = self.archive.dates()
        place = dates.index(day)
        later = dates[place + 1] if place + 1 < len(dates) else None
        return {"earlier": dates[place - 1] if place else None, "later": later}

    def _cards(self, start: int, count: int, *, whole_first: bool = False) -> list[IssueCard]:
        newest_first = self.archive.dates()[::-1][start : start + count]
        kept = [stored for day in newest_first if (stored := self.archive.get(day))]
        return [
            card(stored, self.site.brand, whole=whole_first and index == 0)
            for index, stored in enumerate(kept)
        ]


def _named_with(story: IssueStory) -> set[str]:
    """Ids of the earlier stories that its page names."""
    ends = [*story.thread.merged, *([story.thread.split_from] if story.thread.split_from else [])]
    return {past.story_id for past in story.history} | {end.story_id for end in ends}


def by_side(registry: Registry) -> tuple[tuple[Side, tuple[Outlet, ...]], ...]:
    """The enabled outlets of each side, by name."""
    enabled = sorted(registry.enabled(), key=lambda outlet: outlet.name.casefold().removeprefix("the "))
    return tuple(
        (side, tuple(outlet for outlet in enabled if outlet.side == side)) for side in (*SIDES, Side.UNRATED)
    )


def path_date(text: str) -> date:
    """The date of a path; anything else than YYYY-MM-DD is not found."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(404) from None
    if day.isoformat() != text:
        raise HTTPException(404)
    return day
