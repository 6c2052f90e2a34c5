"""Gather: every due feed once, captures kept, articles stored.

plan -> fetch all -> parse what is new in the cage -> clean -> keep, feed by feed, each in one transaction:
a process killed in the middle keeps what it had, and the next gather asks for the rest.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.domain.feed import (
    Capture,
    CleanFeed,
    FeedReport,
    FeedSkip,
    FeedState,
    FetchRequest,
    FetchResult,
    FetchStatus,
    GatherReport,
    ParsedFeed,
    ParseJob,
)
from newsletter.domain.outlet import Registry
from newsletter.ports import (
    Clock,
    FeedArchive,
    FeedCleaner,
    FeedFetcher,
    FeedParser,
    FeedPlanner,
    Progress,
    VectorStore,
    no_progress,
)


@dataclass(frozen=True)
class GatherRoom:
    """What a gather works with."""

    registry: Registry
    planner: FeedPlanner
    fetcher: FeedFetcher
    parser: FeedParser
    cleaner: FeedCleaner
    archive: FeedArchive
    clock: Clock
    keep_captures: timedelta
    """Retention: older captures, and vectors as old, are deleted at the end of a gather. Articles stay."""
    vectors: VectorStore


@dataclass(frozen=True)
class _Answer:
    """A GET's result with the digest of its bytes, before anything was parsed."""

    result: FetchResult
    digest: str


def gather(room: GatherRoom, now: datetime, progress: Progress = no_progress) -> GatherReport:
    """Gather as of ``now``. A feed that fails is a line of the report; only our own faults raise."""
    began = time.perf_counter()
    states = room.archive.states(now)
    plan = room.planner.plan(room.registry, states, now)
    answers = asyncio.run(_fetch(room, plan.requests, progress))
    reports = [_skipped(skip, states) for skip in plan.skips]
    settled = _settle_all(room, answers, states, now)
    for done, report in enumerate(settled, start=1):
        reports.append(report)
        progress(done, len(answers), "reading")
    # By the clock, not by TIME: replaying an old day, or a slip in the year, must delete nothing.
    room.archive.purge_captures(room.clock() - room.keep_captures)
    room.vectors.purge(room.clock() - room.keep_captures)
    reports.sort(key=lambda report: (report.outlet, report.feed_url))
    return GatherReport(now, tuple(reports), time.perf_counter() - began)


async def _fetch(room: GatherRoom, requests: Sequence[FetchRequest], progress: Progress) -> list[_Answer]:
    answers: list[_Answer] = []
    async for result in room.fetcher.fetch(requests):
        answers.append(_Answer(result, hashlib.sha256(result.body).hexdigest() if result.body else ""))
        progress(len(answers), len(requests), "fetching")
    return answers


def _settle_all(
    room: GatherRoom, answers: Sequence[_Answer], states: Mapping[str, FeedState], now: datetime
) -> Iterator[FeedReport]:
    """Keep every answer: first those with nothing to parse, then the parsed ones as the cage ends them."""
    to_parse: dict[str, _Answer] = {}
    for answer in sorted(answers, key=lambda answer: answer.result.request.feed_url):
        url = answer.result.request.feed_url
        if answer.result.status is not FetchStatus.FRESH:
            yield _keep(room, answer, states.get(url), None, None, now)
        elif room.archive.parsed_before(url, answer.digest, now):
            same = replace(answer, result=replace(answer.result, status=FetchStatus.UNCHANGED))
            yield _keep(room, same, states.get(url), None, None, now)
        else:
            to_parse[url] = answer
    jobs = [_job(answer) for answer in to_parse.values()]
    for parsed in _in_order(jobs, room.parser.parse(jobs)):
        answer = to_parse[parsed.feed_url]
        clean = None
        if parsed.status.ok:
            outlet, final = answer.result.request.outlet, answer.result.final_url
            clean = room.cleaner.clean(parsed, outlet, now, final_url=final, provenance="live")
        yield _keep(room, answer, states.get(parsed.feed_url), parsed, clean, now)


def _in_order(jobs: Sequence[ParseJob], results: Iterator[ParsedFeed]) -> Iterator[ParsedFeed]:
    """The results in the order of the jobs, each as soon as all before it are there.

    The cage ends them in any order; two feeds that bring one article must meet in the same order every time.
    """
    waiting: dict[str, ParsedFeed] = {}
    for job in jobs:
        while job.feed_url not in waiting:
            parsed = next(results)
            waiting[parsed.feed_url] = parsed
        yield waiting.pop(job.feed_url)


def _job(answer: _Answer) -> ParseJob:
    result = answer.result
    kind = result.headers.get("content-type", "")
    return ParseJob(result.request.feed_url, result.body, result.final_url, kind)


def _keep(
    room: GatherRoom,
    answer: _Answer,
    before: FeedState | None,
    parsed: ParsedFeed | None,
    clean: CleanFeed | None,
    now: datetime,
) -> FeedReport:
    state = room.planner.settle(before, answer.result, parsed, clean, now)
    if clean is not None:
        state = replace(state, digest=answer.digest)
    recorded = room.clock()
    capture = _capture(answer, now, recorded)
    articles = clean.articles if clean else ()
    kept = room.archive.keep(state, recorded, capture, answer.result.body if capture else b"", articles)
    return FeedReport(
        feed_url=state.feed_url,
        outlet=state.outlet,
        status=state.status.value,
        ok=state.status.ok,
        message=state.message,
        todo=state.todo,
        since=state.failing_since,
        until=state.retry_at,
        items=state.items,
        new_articles=kept.new_articles,
        newest_item=state.newest_item,
        dropped=dict(clean.dropped) if clean else {},
        held=clean.held if clean else 0,
    )


def _capture(answer: _Answer, now: datetime, recorded: datetime) -> Capture | None:
    """What is kept of the bytes: those of every 200, also the ones that turned out to be no feed."""
    result = answer.result
    if not result.body or result.http_status != 200:
        return None
    return Capture(
        feed_url=result.request.feed_url,
        fetched_at=now,
        recorded_at=recorded,
        http_status=result.http_status,
        final_url=result.final_url,
        headers=dict(result.headers),
        digest=answer.digest,
        size=len(result.body),
    )


def _skipped(skip: FeedSkip, states: Mapping[str, FeedState]) -> FeedReport:
    state = states.get(skip.feed_url)
    return FeedReport(
        feed_url=skip.feed_url,
        outlet=skip.outlet,
        status=skip.reason.value,
        ok=False,
        message=state.message if state else "",
        todo=state.todo if state else "",
        since=state.failing_since if state else None,
        until=skip.until,
    )
