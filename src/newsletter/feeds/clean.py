"""Raw entries to articles, by the identity, date, mark and text rules of docs/rules.md (8, 9, 11, 12). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.article import Article, article_id
from newsletter.domain.feed import CleanFeed, ParsedFeed, RawEntry
from newsletter.feeds.dates import EARLY, read_date
from newsletter.feeds.identity import Identity, identities
from newsletter.feeds.language import is_english
from newsletter.feeds.links import canonical_url
from newsletter.feeds.marks import kind_of
from newsletter.feeds.text import description, shorten, title_line, visible
from newsletter.feeds.titles import without_outlet
from newsletter.feeds.wire import wire_of

NO_TITLE = "no title"
NO_LINK = "no link"
TOO_OLD = "too old"
NOT_ENGLISH = "not English"
DUPLICATE = "duplicate in the feed"

MAX_AUTHOR = 200
MAX_GUID = 2_000


@dataclass(frozen=True, slots=True)
class _Source:
    """What all entries of one feed share."""

    feed: ParsedFeed
    outlet: str
    now: datetime
    provenance: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry that has a title and a link; its text is not looked at before it is known to stay."""

    entry: RawEntry
    guid: str
    url: str
    title: str


class Cleaner:
    """`newsletter.ports.FeedCleaner`. ``max_age_days``: older entries are dropped and counted."""

    def __init__(self, max_age_days: int = 7) -> None:
        self._max_age = timedelta(days=max_age_days)

    def clean(
        self, parsed: ParsedFeed, outlet: str, now: datetime, *, final_url: str, provenance: str
    ) -> CleanFeed:
        """The feed's articles, and how many entries were left out for which reason. Never raises on an entry.

        Relative links are resolved against ``final_url``. An entry dated later than ``now`` + 10 minutes
        becomes an article with that date (it is out of every issue until then) and is counted as held.
        """
        source = _Source(parsed, outlet, now, provenance)
        dropped: Counter[str] = Counter()
        drafts = list(_drafts(source, final_url, dropped))
        names = identities([(draft.guid, draft.url) for draft in drafts])
        dates = [read_date(draft.entry.published, draft.entry.published_parsed) for draft in drafts]
        articles: dict[str, Article] = {}
        for draft, name, date in zip(drafts, names, dates, strict=True):
            key = article_id(outlet, name.key)
            reason, text = self._look(draft, date, key in articles, source)
            if reason:
                dropped[reason] += 1
            else:
                articles[key] = _article(draft, name, date, key, text, source)
        kept = tuple(articles.values())
        limit = now + EARLY
        return CleanFeed(
            articles=kept,
            dropped=dict(dropped),
            held=sum(article.published > limit for article in kept),
            newest=max((date for date in dates if date is not None and date <= limit), default=None),
        )

    def _look(self, draft: _Draft, date: datetime | None, seen: bool, source: _Source) -> tuple[str, str]:
        """(why the entry is left out, "") or ("", its text); the cheap questions come first."""
        if seen:
            return DUPLICATE, ""
        if date is not None and date < source.now - self._max_age:
            return TOO_OLD, ""
        text = description(draft.entry.summary)
        return ("", text) if is_english(source.feed.language, draft.title, text) else (NOT_ENGLISH, "")


def _drafts(source: _Source, final_url: str, dropped: Counter[str]) -> Iterator[_Draft]:
    for entry in source.feed.entries:
        title = without_outlet(title_line(entry.title), source.feed.title, source.outlet)
        guid = visible(entry.guid)[:MAX_GUID]
        url = canonical_url(entry.link, final_url) or (canonical_url(guid) if "://" in guid else "")
        if not title:
            dropped[NO_TITLE] += 1
        elif not url:
            dropped[NO_LINK] += 1
        else:
            yield _Draft(entry, guid, url, title)


def _article(
    draft: _Draft, name: Identity, date: datetime | None, key: str, text: str, source: _Source
) -> Article:
    author = shorten(title_line(draft.entry.author), MAX_AUTHOR)
    return Article(
        id=key,
        outlet=source.outlet,
        guid=name.guid,
        url=draft.url,
        title=draft.title,
        text="" if text == draft.title else text,
        published=date or source.now,
        first_seen=source.now,
        seen_at=source.now,
        author=author,
        kind=kind_of(draft.title, draft.url, draft.entry.categories, author),
        wire=wire_of(author, text, draft.url, draft.title),
        date_inferred=date is None,
        published_raw=visible(draft.entry.published),
        feed_url=source.feed.feed_url,
        provenance=source.provenance,
        aliases=name.aliases,
    )
