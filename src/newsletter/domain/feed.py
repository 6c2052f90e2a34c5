"""Feeds over time: what was asked, what came back, and what that means for the next run.

One gather is: plan (pure) -> fetch (I/O) -> parse in a cage (I/O) -> clean (pure) -> keep (I/O).
The states are append-only, so that a gather "as of TIME" sees only what had happened by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.domain.article import Article


class FetchStatus(StrEnum):
    """How one attempt at one feed ended. The first two are successes."""

    FRESH = "fresh"
    """200 with bytes that had not been parsed before."""
    UNCHANGED = "unchanged"
    """304, or 200 with bytes already parsed."""
    NOT_FOUND = "not found"
    GONE = "gone"
    BLOCKED = "blocked"
    """HTML instead of a feed, or a challenge page."""
    RATE_LIMITED = "rate limited"
    UNAVAILABLE = "unavailable"
    """5xx."""
    HTTP_ERROR = "http error"
    """Any other status."""
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    """DNS, TLS or connection failure."""
    REFUSED = "refused"
    """By our own rules: private address, scheme, too many redirects."""
    TOO_LARGE = "too large"
    NOT_A_FEED = "not a feed"
    """The bytes parse to no entries and are no known feed format."""
    PARSE_FAILED = "parse failed"
    """The cage had to kill the parser (time, memory), or it crashed."""

    @property
    def ok(self) -> bool:
        return self in (FetchStatus.FRESH, FetchStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed after an attempt at ``at`` (the run's TIME). Stored append-only."""

    feed_url: str
    outlet: str
    at: datetime
    status: FetchStatus
    message: str = ""
    """What happened, for people; empty on success."""
    todo: str = ""
    """What the operator can do about it; empty on success."""
    http_status: int = 0
    fetch_url: str = ""
    """Where to ask next time: differs from feed_url once a permanent redirect has proved itself."""
    etag: str = ""
    last_modified: str = ""
    """Both validators byte for byte as the server sent them."""
    digest: str = ""
    """SHA-256 hex of the last bytes that were parsed successfully."""
    failures: int = 0
    """Failed attempts in a row."""
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    """Not due before this time: back-off, or a pause the server asked for."""
    host_paused_until: datetime | None = None
    """A 429 pauses every feed of the host until then (not for hosts in ALLOW_HOSTS)."""
    disabled: bool = False
    """410: not asked again until an operator removes or replaces the feed."""
    last_success: datetime | None = None
    last_full_get: datetime | None = None
    moved_to: str = ""
    moved_runs: int = 0
    """Runs in a row that a 301/308 led to ``moved_to`` and it parsed."""
    items: int = 0
    newest_item: datetime | None = None


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One GET to make. Empty ``etag`` and ``last_modified`` make it unconditional."""

    feed_url: str
    """The feed's identity (its URL in the registry)."""
    outlet: str
    url: str
    """Where to ask."""
    etag: str = ""
    last_modified: str = ""


class SkipReason(StrEnum):
    """Why a feed is not asked in this run."""

    DISABLED = "disabled (410 Gone)"
    BACKED_OFF = "backed off after failures"
    PAUSED = "paused at the server's request"
    HOST_PAUSED = "its host is paused at the server's request"


@dataclass(frozen=True, slots=True)
class FeedSkip:
    feed_url: str
    outlet: str
    reason: SkipReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """Every feed of the registry is in exactly one of the two."""

    requests: tuple[FetchRequest, ...]
    skips: tuple[FeedSkip, ...]


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one GET brought. ``status`` is FRESH (bytes to look at), UNCHANGED (304) or a failure."""

    request: FetchRequest
    status: FetchStatus
    http_status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names; only the ones worth keeping (content-type, etag, last-modified, retry-after …)."""
    body: bytes = b""
    """After decompression; empty unless FRESH (or BLOCKED, for the record)."""
    final_url: str = ""
    moved_to: str = ""
    """Target when every hop was a 301/308, else empty."""
    retry_after: float = 0.0
    """Seconds, parsed from Retry-After (number or date), capped at 24 h; 0 when absent."""
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RawEntry:
    """A feed's item as the parser gave it: strings only, nothing trusted, HTML still inside."""

    guid: str
    link: str
    title: str
    summary: str
    published: str
    """Raw date text as the feed gives it."""
    published_parsed: tuple[int, int, int, int, int, int] | None
    """feedparser's idea of it in UTC, or None; feeds.dates decides what to believe."""
    author: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParseJob:
    feed_url: str
    body: bytes
    final_url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What the cage brought back: entries, or why there are none (``status`` NOT_A_FEED/PARSE_FAILED)."""

    feed_url: str
    status: FetchStatus
    entries: tuple[RawEntry, ...] = ()
    language: str = ""
    title: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class CleanFeed:
    """A parsed feed turned into articles; each entry left out is counted under its reason."""

    articles: tuple[Article, ...]
    dropped: Mapping[str, int]
    """reason -> count: "no title", "no link", "too old", "not English", "duplicate in the feed" …"""
    held: int
    """Articles dated more than 10 minutes after the run; kept, and out of every issue until then."""
    newest: datetime | None = None
    """The newest date the feed gives that is not in the future, dropped entries included; None when undated."""


@dataclass(frozen=True, slots=True)
class Capture:
    """The bytes of a feed as fetched at a time; the bytes themselves are stored by ``digest``."""

    feed_url: str
    fetched_at: datetime
    """The run's TIME."""
    recorded_at: datetime
    """The wall clock."""
    http_status: int
    final_url: str
    headers: Mapping[str, str]
    digest: str
    size: int
    provenance: str = "live"


@dataclass(frozen=True, slots=True)
class FeedReport:
    """One feed's line in a gather's report."""

    feed_url: str
    outlet: str
    status: str
    """A FetchStatus or SkipReason value."""
    ok: bool
    message: str = ""
    todo: str = ""
    since: datetime | None = None
    until: datetime | None = None
    items: int = 0
    new_articles: int = 0
    newest_item: datetime | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    held: int = 0


@dataclass(frozen=True, slots=True)
class GatherReport:
    """What one gather did, feed by feed."""

    at: datetime
    feeds: tuple[FeedReport, ...]
    seconds: float = 0.0

    @property
    def failed(self) -> tuple[FeedReport, ...]:
        return tuple(feed for feed in self.feeds if not feed.ok)

    @property
    def new_articles(self) -> int:
        return sum(feed.new_articles for feed in self.feeds)
