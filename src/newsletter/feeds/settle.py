"""What one attempt at a feed means for its state: validators, back-off, pauses, redirects, warnings. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.domain.feed import CleanFeed, FeedState, FetchResult, FetchStatus, ParsedFeed
from newsletter.feeds.advice import failure_words, success_words
from newsletter.feeds.backoff import later, pause, rest

MOVED_RUNS = 3
"""A permanent redirect rewrites the address after this many runs in a row that parsed (miniflux #1387)."""


def settle(
    before: FeedState | None,
    result: FetchResult,
    parsed: ParsedFeed | None,
    clean: CleanFeed | None,
    now: datetime,
    *,
    per_feed: bool = False,
) -> FeedState:
    """The state after one attempt at ``now``.

    ``parsed`` None with a FRESH result means that these very bytes had been parsed before. ``per_feed``: a
    429 pauses this feed only, not its host.
    """
    status = _status(result, parsed)
    base = before or FeedState(result.request.feed_url, result.request.outlet, now, status)
    base = replace(base, at=now, status=status, http_status=result.http_status)
    if status.ok:
        return _success(base, result, parsed, clean, now)
    return _failure(base, result, parsed, now, per_feed=per_feed)


def _status(result: FetchResult, parsed: ParsedFeed | None) -> FetchStatus:
    if result.status is not FetchStatus.FRESH:
        return result.status
    return FetchStatus.UNCHANGED if parsed is None else parsed.status


# ── success ────────────────────────────────────────────────────────────────────────────────────────


def _success(
    base: FeedState,
    result: FetchResult,
    parsed: ParsedFeed | None,
    clean: CleanFeed | None,
    now: datetime,
) -> FeedState:
    state = replace(
        base,
        message="",
        todo="",
        failures=0,
        failing_since=None,
        retry_at=None,
        host_paused_until=None,
        disabled=False,
        last_success=now,
    )
    # Ill-formed XML may be a feed that broke off: it is asked for in full once more, before a 304 can hide the rest.
    whole = parsed is None or not parsed.message
    state = _validators(state, result, now, learn=whole)
    state = _contents(state, parsed, clean)
    state = _address(state, result)
    message, todo = success_words(state, now)
    return replace(state, message=message, todo=todo)


def _validators(state: FeedState, result: FetchResult, now: datetime, *, learn: bool) -> FeedState:
    """Kept byte for byte. A 304 may renew them; a 200 replaces them, even by nothing."""
    etag, modified = result.headers.get("etag", ""), result.headers.get("last-modified", "")
    if not result.body:
        return replace(state, etag=etag or state.etag, last_modified=modified or state.last_modified)
    return replace(
        state,
        etag=etag if learn else "",
        last_modified=modified if learn else "",
        digest=hashlib.sha256(result.body).hexdigest(),
        last_full_get=now,
    )


def _contents(state: FeedState, parsed: ParsedFeed | None, clean: CleanFeed | None) -> FeedState:
    if clean is not None:
        return replace(state, items=len(clean.articles), newest_item=clean.newest)
    return state if parsed is None else replace(state, items=len(parsed.entries))


def _address(state: FeedState, result: FetchResult) -> FeedState:
    asked = result.request.url
    state = replace(state, fetch_url=asked if asked != state.feed_url else "")
    if not result.moved_to or result.moved_to == asked:
        return replace(state, moved_to="", moved_runs=0)
    runs = state.moved_runs + 1 if result.moved_to == state.moved_to else 1
    if runs < MOVED_RUNS:
        return replace(state, moved_to=result.moved_to, moved_runs=runs)
    target = result.moved_to if result.moved_to != state.feed_url else ""
    return replace(state, fetch_url=target, moved_to="", moved_runs=0)


# ── failure ────────────────────────────────────────────────────────────────────────────────────────


def _failure(
    base: FeedState, result: FetchResult, parsed: ParsedFeed | None, now: datetime, *, per_feed: bool
) -> FeedState:
    # A request we held back ourselves (its host had just said 429) is no failure of this feed.
    held_back = base.status is FetchStatus.RATE_LIMITED and result.http_status == 0
    failures = base.failures if held_back else base.failures + 1
    # The validators stay those of the last good bytes: a broken answer's own would bring 304 from then on.
    since = base.failing_since or now
    state = replace(
        base,
        failures=failures,
        failing_since=since,
        retry_at=None,
        host_paused_until=None,
        moved_to="",
        moved_runs=0,
        disabled=base.status is FetchStatus.GONE,
    )
    state = _wait(state, result, now - since, now, per_feed=per_feed)
    message, todo = failure_words(state, result, parsed.message if parsed is not None else "")
    return replace(state, message=message, todo=todo)


def _wait(
    state: FeedState, result: FetchResult, failing_for: timedelta, now: datetime, *, per_feed: bool
) -> FeedState:
    if state.disabled:
        return state
    if state.status is FetchStatus.RATE_LIMITED:
        until = now + pause(result.retry_after, state.failures)
        return replace(state, retry_at=until, host_paused_until=None if per_feed else until)
    if state.status is FetchStatus.UNAVAILABLE and result.http_status == 503:
        return replace(state, retry_at=now + pause(result.retry_after, state.failures))
    return replace(state, retry_at=later(now, rest(state.status, state.failures, failing_for)))
