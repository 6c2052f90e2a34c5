"""Ways to find an issue or a story: the calendar, the search, the feed of issues, what is told to search engines."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.brand import Brand
from newsletter.domain.document import iso
from newsletter.ports import Listing, StoredIssue
from newsletter.rendering import clean, wording
from newsletter.web.archive import public_archive
from newsletter.web.site import SHORT_CACHE, Site, answer
from newsletter.wiring import House

FOUND = 20
"""Stories on a page of the search."""
WORDS = 8
"""Words of a search that are looked at; each costs the database a look at every story."""
FEED = 30
"""Issues in the feed."""
_PER_MONTH = 50_000
"""What a sitemap may hold (sitemaps.org); no month comes near it."""
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    issue: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month's calendar: weeks of days, Monday first; a day is None outside of it, ``issue`` where it has one."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    earlier: date | None
    """First day of the nearest earlier month with an issue."""
    later: date | None


def month_of(dates: Sequence[date], first: date) -> Month | None:
    """The calendar of that month; None where no issue is in it. Pure."""
    months = sorted({day.replace(day=1) for day in dates})
    if first not in months:
        return None
    place, known = months.index(first), frozenset(dates)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first,
        tuple(
            tuple(Day(day, day in known) if day.month == first.month else None for day in week)
            for week in weeks
        ),
        months[place - 1] if place else None,
        months[place + 1] if place + 1 < len(months) else None,
    )


class FindingPages:
    """Synchronous: Starlette runs them in its thread pool."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site
        self.archive = public_archive(house)

    def month(self, request: Request) -> Response:
        """A month's issues as a calendar."""
        found = month_of(self.archive.dates(), _month(request.path_params["month"]))
        if found is None:
            raise HTTPException(404)
        return self.site.page(request, "month.html", cache=SHORT_CACHE, month=found, names=wording.DAYS)

    def search(self, request: Request) -> Response:
        """Stories by words of their headline and names of their outlets."""
        asked = clean.text(request.query_params.get("q", ""))[:200]
        page = _page(request.query_params.get("page", "1"))
        words = list(dict.fromkeys(asked.split()))[:WORDS]
        found, total = self._found(words, page)
        pages = max(1, -(-total // FOUND))
        if page > pages:
            raise HTTPException(404)
        return self.site.page(
            request, "search.html", asked=asked, found=found, total=total, page=page, pages=pages
        )

    def _found(self, words: Sequence[str], page: int) -> tuple[tuple[Listing, ...], int]:
        until = self.archive.until()
        if not words or until is None:
            return (), 0
        return self.house.issues.listed(until, words=words, most=FOUND, skip=(page - 1) * FOUND)

    def feed(self, request: Request) -> Response:
        """The newest issues as Atom (RFC 4287)."""
        newest = self.archive.dates()[: -FEED - 1 : -1]
        kept = [stored for day in newest if (stored := self.archive.get(day))]
        body = atom(kept, self.site.brand, self.site.public_url)
        return answer(request, body, media_type="application/atom+xml", cache=SHORT_CACHE)

    def sitemaps(self, request: Request) -> Response:
        """The months' sitemaps."""
        months = sorted({day.replace(day=1) for day in self.archive.dates()}, reverse=True)
        root = ElementTree.Element("sitemapindex", xmlns=_SITEMAP)
        for first in months:
            entry = ElementTree.SubElement(root, "sitemap")
            _put(entry, "loc", f"{self.site.public_url}/sitemaps/{first:%Y-%m}.xml")
        return answer(request, _xml(root), media_type="application/xml", cache=SHORT_CACHE)

    def sitemap(self, request: Request) -> Response:
        """A month's issues and stories."""
        first = _month(request.path_params["month"])
        days = [day for day in self.archive.dates() if day.replace(day=1) == first]
        if not days:
            raise HTTPException(404)
        stories, _ = self.house.issues.listed(days[-1], first=first, most=_PER_MONTH)
        root = ElementTree.Element("urlset", xmlns=_SITEMAP)
        public = self.site.public_url
        for place, day in [
            *((f"{public}/issues/{day}", day) for day in days),
            *((f"{public}/stories/{quote(one.story_id, safe='')}", one.date) for one in stories),
        ]:
            entry = ElementTree.SubElement(root, "url")
            _put(entry, "loc", place)
            _put(entry, "lastmod", day.isoformat())
        return answer(request, _xml(root), media_type="application/xml", cache=SHORT_CACHE)

    def robots(self, request: Request) -> Response:
        """Everything but forms and personal links may be indexed."""
        text = (
            "User-agent: *\nDisallow: /u/\nDisallow: /p/\nDisallow: /confirm/\nDisallow: /search\n"
            f"Disallow: /stories/*/report\nSitemap: {self.site.public_url}/sitemap.xml\n"
        )
        return answer(request, text, media_type="text/plain", cache=SHORT_CACHE)


def atom(kept: Iterable[StoredIssue], brand: Brand, public_url: str) -> str:
    """The feed document, newest issue first. An issue's id is its address, which never changes. Pure."""
    issues = list(kept)
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": brand.lang})
    _put(root, "title", clean.text(brand.name))
    if brand.tagline:
        _put(root, "subtitle", clean.text(brand.tagline))
    _put(root, "id", f"{public_url}/")
    _put(root, "updated", iso(max((one.as_of for one in issues), default=datetime(1970, 1, 1, tzinfo=UTC))))
    ElementTree.SubElement(
        root, "link", rel="self", href=f"{public_url}/feed.xml", type="application/atom+xml"
    )
    ElementTree.SubElement(root, "link", rel="alternate", href=f"{public_url}/", type="text/html")
    _put(ElementTree.SubElement(root, "author"), "name", clean.text(brand.name))
    for one in issues:
        root.append(_entry(one, public_url))
    return _xml(root)


def _entry(issue: StoredIssue, public_url: str) -> ElementTree.Element:
    document: Any = issue.document
    entry = ElementTree.Element("entry")
    place = f"{public_url}/issues/{issue.date}"
    _put(entry, "title", clean.text(document["subject"]))
    _put(entry, "id", place)
    ElementTree.SubElement(entry, "link", rel="alternate", href=place, type="text/html")
    _put(entry, "updated", iso(issue.as_of))
    _put(entry, "published", iso(issue.as_of))
    told = [clean.text(story["headline"]) for story in document["stories"]]
    _put(entry, "summary", "\n".join(f"{n}. {headline}" for n, headline in enumerate(told, 1)))
    return entry


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _xml(root: ElementTree.Element) -> str:
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _month(text: str) -> date:
    """The first day of YYYY-MM; anything else is not found."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise HTTPException(404) from None
    if f"{first:%Y-%m}" != text:
        raise HTTPException(404)
    return first


def _page(text: str) -> int:
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 0
    if not number:
        raise HTTPException(404)
    return number
