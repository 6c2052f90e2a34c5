"""Decides, without any I/O, which feeds to ask now and what an answer means for the next time.

Sources of the rules: docs/rules.md, "Fetching rules" 1-4. There is no minimum interval: a feed that is not
disabled, paused or backed off is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from newsletter.domain.feed import (
    CleanFeed,
    FeedSkip,
    FeedState,
    FetchPlan,
    FetchRequest,
    FetchResult,
    FetchStatus,
    ParsedFeed,
    SkipReason,
)
from newsletter.domain.outlet import FeedSource, Registry
from newsletter.feeds.allow import AllowList, host_of
from newsletter.feeds.settle import settle

FULL_GET_EVERY = timedelta(days=7)
"""A GET without validators now and then: some servers answer 304 for ever (FreshRSS #1020)."""
GO_HOME_AFTER = 3
"""Failures in a row at an address a redirect led to, before the registry's own address is tried again."""


class Planner:
    """`newsletter.ports.FeedPlanner`. ``allow_hosts``: hosts whose pauses are per feed, not per host."""

    def __init__(self, allow_hosts: Iterable[str] = ()) -> None:
        self._allow = AllowList(allow_hosts)

    def plan(self, registry: Registry, states: Mapping[str, FeedState], now: datetime) -> FetchPlan:
        """Every feed of the registry's enabled outlets, in file order, asked or skipped with its reason."""
        known = {url: state for url, state in states.items() if state.at <= now}
        paused = self._paused_hosts(known.values(), now)
        requests: list[FetchRequest] = []
        skips: list[FeedSkip] = []
        for source in registry.feeds():
            state = known.get(source.url)
            skip = self._skip(source, state, paused, now)
            if skip is None:
                requests.append(_request(source, state, now))
            else:
                skips.append(skip)
        return FetchPlan(tuple(requests), tuple(skips))

    def settle(
        self,
        before: FeedState | None,
        result: FetchResult,
        parsed: ParsedFeed | None,
        clean: CleanFeed | None,
        now: datetime,
    ) -> FeedState:
        """The state after one attempt; see `newsletter.feeds.settle`."""
        allowed = self._allow.covers(result.request.url) or self._allow.covers(result.request.feed_url)
        return settle(before, result, parsed, clean, now, per_feed=allowed)

    def _paused_hosts(self, states: Iterable[FeedState], now: datetime) -> dict[str, datetime]:
        paused: dict[str, datetime] = {}
        for state in states:
            until = state.host_paused_until
            if until is not None and until > now:
                for host in {host_of(state.feed_url), host_of(state.fetch_url)} - {""}:
                    paused[host] = max(until, paused.get(host, until))
        return paused

    def _skip(
        self, source: FeedSource, state: FeedState | None, paused: Mapping[str, datetime], now: datetime
    ) -> FeedSkip | None:
        def skip(reason: SkipReason, until: datetime | None) -> FeedSkip:
            return FeedSkip(source.url, source.outlet.domain, reason, until)

        if state is not None and state.disabled:
            return skip(SkipReason.DISABLED, None)
        until = self._host_pause(_address(source, state), paused)
        if until is not None:
            return skip(SkipReason.HOST_PAUSED, until)
        if state is None or state.retry_at is None or state.retry_at <= now:
            return None
        return skip(SkipReason.PAUSED if _asked_to_wait(state) else SkipReason.BACKED_OFF, state.retry_at)

    def _host_pause(self, url: str, paused: Mapping[str, datetime]) -> datetime | None:
        return None if self._allow.covers(url) else paused.get(host_of(url))


def _request(source: FeedSource, state: FeedState | None, now: datetime) -> FetchRequest:
    url = _address(source, state)
    if state is None or _full_get_due(state, now) or url != (state.fetch_url or source.url):
        return FetchRequest(source.url, source.outlet.domain, url)
    return FetchRequest(source.url, source.outlet.domain, url, state.etag, state.last_modified)


def _address(source: FeedSource, state: FeedState | None) -> str:
    """Where to ask: the address redirects proved, unless that one keeps failing."""
    if state is None or not state.fetch_url or state.failures >= GO_HOME_AFTER:
        return source.url
    return state.fetch_url


def _full_get_due(state: FeedState, now: datetime) -> bool:
    return state.last_full_get is None or now - state.last_full_get >= FULL_GET_EVERY


def _asked_to_wait(state: FeedState) -> bool:
    unavailable = state.status is FetchStatus.UNAVAILABLE and state.http_status == 503
    return unavailable or state.status is FetchStatus.RATE_LIMITED
