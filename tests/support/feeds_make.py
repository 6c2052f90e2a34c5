"""Small feeds and values for the feeds' tests; every outlet and word in them is made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import escape

from newsletter.domain.feed import (
    CleanFeed,
    FeedState,
    FetchRequest,
    FetchResult,
    FetchStatus,
    ParsedFeed,
    RawEntry,
)
from newsletter.domain.leaning import Leaning
from newsletter.domain.outlet import Outlet, Registry

NOW = datetime(2026, 8, 14, 10, 0, tzinfo=UTC)


def rss(*items: Mapping[str, str], title: str = "Example Post", language: str = "en") -> bytes:
    """An RSS 2.0 feed; each item is element name -> text (escaped here)."""
    rows = "".join(
        "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in item.items()) + "</item>"
        for item in items
    )
    head = f"<title>{escape(title)}</title><link>https://example.com/</link><language>{language}</language>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{rows}</channel></rss>'.encode()


def entry(**fields: object) -> RawEntry:
    values: dict[str, object] = {
        "guid": "https://example.com/?p=1",
        "link": "https://example.com/news/bridge",
        "title": "Bridge reopens after the flood",
        "summary": "The river bridge in the old town reopened on Friday after a week of repairs.",
        "published": "Fri, 14 Aug 2026 08:00:00 GMT",
        "published_parsed": (2026, 8, 14, 8, 0, 0),
        "author": "Jane Roe",
        "categories": (),
    }
    return RawEntry(**{**values, **fields})  # type: ignore[arg-type]


def parsed(*entries: RawEntry, **fields: object) -> ParsedFeed:
    values: dict[str, object] = {"language": "en", "title": "Example Post"}
    return ParsedFeed("https://example.com/rss", FetchStatus.FRESH, entries, **{**values, **fields})  # type: ignore[arg-type]


def outlet(domain: str, *feeds: str, **fields: object) -> Outlet:
    values: dict[str, object] = {
        "name": domain,
        "domain": domain,
        "leaning": Leaning.CENTER,
        "rated_on": date(2026, 8, 1),
        "basis": "made up",
        "feeds": feeds,
    }
    return Outlet(**{**values, **fields})  # type: ignore[arg-type]


def registry(*urls: str) -> Registry:
    """One outlet per URL."""
    return Registry(tuple(outlet(f"outlet{number}.example", url) for number, url in enumerate(urls)))


def request(url: str = "https://example.com/rss", **fields: str) -> FetchRequest:
    return FetchRequest(feed_url=url, outlet="example.com", url=fields.pop("at", url), **fields)


def result(status: FetchStatus = FetchStatus.FRESH, **fields: object) -> FetchResult:
    values: dict[str, object] = {
        "request": request(),
        "status": status,
        "http_status": 200 if status is FetchStatus.FRESH else 0,
        "body": b"<rss/>" if status is FetchStatus.FRESH else b"",
    }
    return FetchResult(**{**values, **fields})  # type: ignore[arg-type]


def state(url: str = "https://example.com/rss", **fields: object) -> FeedState:
    values: dict[str, object] = {"outlet": "example.com", "at": NOW, "status": FetchStatus.FRESH}
    return FeedState(url, **{**values, **fields})  # type: ignore[arg-type]


def clean(items: int = 1, newest: datetime | None = NOW) -> CleanFeed:
    from newsletter.feeds.clean import Cleaner

    entries = tuple(
        entry(guid=f"g{n}", link=f"https://example.com/{n}", title=f"Title of {n}") for n in range(items)
    )
    made = Cleaner().clean(
        parsed(*entries), "example.com", NOW, final_url="https://example.com/rss", provenance="live"
    )
    return CleanFeed(made.articles, made.dropped, made.held, newest)
