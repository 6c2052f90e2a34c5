"""Fictional values to store: every argument has a default, a test names only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from newsletter.domain.article import Article, article_id
from newsletter.domain.audience import Subscriber, SubscriberStatus
from newsletter.domain.feed import Capture, FeedState, FetchStatus
from newsletter.ports import Kept, StoredIssue
from newsletter.storage.feeds import SqlFeedArchive

NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)
DAY = date(2026, 8, 14)
OUTLET = "harbour-post.example"
FEED = f"https://{OUTLET}/rss"


def hours(number: float) -> datetime:
    """That many hours after `NOON`."""
    return NOON + timedelta(hours=number)


def article(guid: str = "1", seen: datetime = NOON, outlet: str = OUTLET, **changes: Any) -> Article:
    made = Article(
        id=article_id(outlet, guid),
        outlet=outlet,
        guid=guid,
        url=f"https://{outlet}/{guid}",
        title=f"Ferry {guid} returns to the harbour",
        text="The ferry came back on Friday.",
        published=NOON - timedelta(hours=1),
        first_seen=seen,
        seen_at=seen,
        feed_url=FEED,
    )
    return replace(made, **changes)


def state(at: datetime = NOON, url: str = FEED, **changes: Any) -> FeedState:
    return replace(FeedState(url, OUTLET, at, FetchStatus.FRESH), **changes)


def capture(body: bytes, at: datetime = NOON, url: str = FEED, **changes: Any) -> Capture:
    digest = hashlib.sha256(body).hexdigest()
    made = Capture(url, at, at, 200, url, {"content-type": "application/rss+xml"}, digest, len(body))
    return replace(made, **changes)


def gather(archive: SqlFeedArchive, at: datetime, articles: Sequence[Article] = (), url: str = FEED) -> Kept:
    """Keep articles as a gather at that TIME would bring them."""
    seen = [replace(a, seen_at=at, first_seen=at) for a in articles]
    seen = [replace(a, published=at) if a.date_inferred else a for a in seen]
    return archive.keep(state(at, url), at, articles=seen)


def subscriber(name: str = "ada", **changes: Any) -> Subscriber:
    address = f"{name}@reader.example"
    made = Subscriber(
        public_id=hashlib.sha256(name.encode()).hexdigest()[:26],
        email=address,
        address_key=address,
        name=name.title(),
        status=SubscriberStatus.ACTIVE,
        timezone="America/Chicago",
        deliver_at="06:30",
        consent_source="form",
        consent_at=NOON - timedelta(days=2),
        created_at=NOON - timedelta(days=2),
    )
    return replace(made, **changes)


def issue(day: date = DAY, html: str = "<p>The ferry is back.</p>", **changes: Any) -> StoredIssue:
    made = StoredIssue(
        date=day,
        revision=1,
        number=1,
        as_of=NOON,
        frozen=False,
        html_sha256=hashlib.sha256(html.encode()).hexdigest(),
        document={"stories": [], "in_brief": [], "blindspots": []},
        html=html,
        text="The ferry is back – at last.",
    )
    return replace(made, **changes)


def story(story_id: str, *article_ids: str, thread: str = "") -> dict[str, Any]:
    """A story as it stands in a document, as far as the index reads it."""
    return {
        "id": story_id,
        "thread_id": thread or f"t-{story_id}",
        "headline": f"Headline of {story_id}",
        "articles": [{"id": name} for name in article_ids],
    }
