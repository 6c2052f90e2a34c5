"""One round of parsing: jobs go to free workers, answers come back, whoever overstays is killed."""

from __future__ import annotations

import selectors
import signal
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from newsletter.domain.feed import FetchStatus, ParsedFeed, ParseJob, RawEntry
from newsletter.errors import CageError
from newsletter.feeds.cage_worker import CageWorker, WorkerDied

START_SECONDS = 30.0
"""A machine under load may take long to start Python; that time is no feed's."""
GRACE = 0.4
"""Seconds past its limit before the parent kills a worker whose own alarm did not."""


class Shift:
    """Runs ``jobs`` on up to ``size`` workers got from ``hire``; `leave` gives back the ones still good."""

    def __init__(
        self, jobs: Iterator[ParseJob], size: int, hire: Callable[[], CageWorker], seconds: float
    ) -> None:
        self._jobs, self._size, self._hire, self._seconds = jobs, size, hire, seconds
        self._selector = selectors.DefaultSelector()
        self._busy: set[CageWorker] = set()
        self._free: list[CageWorker] = []

    def run(self) -> Iterator[ParsedFeed]:
        """Each job's result as it ends. A job is taken only when a worker is free for it."""
        while True:
            self._hand_out()
            if not self._busy:
                return
            yield from self._wait()

    def leave(self) -> list[CageWorker]:
        """The workers that are free; those still at work (the caller stopped early) are killed."""
        for worker in self._busy:
            worker.kill()
        self._busy.clear()
        self._selector.close()
        return self._free

    def _hand_out(self) -> None:
        while len(self._busy) < self._size:
            job = next(self._jobs, None)
            if job is None:
                return
            worker = self._worker_with(job)
            self._busy.add(worker)
            self._selector.register(worker, selectors.EVENT_READ)

    def _worker_with(self, job: ParseJob) -> CageWorker:
        """A worker that has the job, or, while its process is still starting, has it noted down."""
        while True:
            worker = self._free.pop() if self._free else self._hire()
            if not worker.ready:
                worker.job = job
                return worker
            try:
                worker.give(job)
            except WorkerDied:
                continue  # it ended while idle, for reasons of the system's; the feed is not to blame
            return worker

    def _wait(self) -> Iterator[ParsedFeed]:
        nearest = min(self._deadline(worker) for worker in self._busy)
        ready = self._selector.select(max(0.0, nearest - monotonic()))
        # Answers before deadlines: the caller may have been away for longer than a worker needed.
        for key, _ in ready:
            worker = key.fileobj
            assert isinstance(worker, CageWorker)  # noqa: S101 - nothing else is registered
            result = self._hear(worker)
            if result is not None:
                yield result
        heard = {key.fileobj for key, _ in ready}
        for worker in [one for one in self._busy if one not in heard and self._deadline(one) <= monotonic()]:
            yield self._overdue(worker)

    def _deadline(self, worker: CageWorker) -> float:
        return worker.started + (self._seconds + GRACE if worker.ready else START_SECONDS)

    def _hear(self, worker: CageWorker) -> ParsedFeed | None:
        job = worker.job
        assert job is not None  # noqa: S101 - a busy worker has one
        starting = not worker.ready
        try:
            report = worker.answer()
            if starting:
                worker.give(job)
                return None
        except WorkerDied as death:
            self._dismiss(worker)
            if starting:
                raise _no_start(f"it ended with status {death.returncode}") from None
            return failed(job, _why(death.returncode, self._seconds))
        self._dismiss(worker)
        if report.get("memory"):
            worker.kill()
            return failed(job, "it needed more memory than a feed may")
        self._free.append(worker)
        return as_parsed(job, report)

    def _overdue(self, worker: CageWorker) -> ParsedFeed:
        job = worker.job
        worker.kill()
        self._dismiss(worker)
        if job is None or not worker.ready:
            raise _no_start(f"it was not ready within {START_SECONDS:g} seconds")
        return failed(job, _why(-signal.SIGALRM, self._seconds))

    def _dismiss(self, worker: CageWorker) -> None:
        self._busy.discard(worker)
        self._selector.unregister(worker)


def as_parsed(job: ParseJob, report: dict[str, Any]) -> ParsedFeed:
    """A worker's report as a value: entries, a valid empty feed, or no feed at all."""
    if "crash" in report:
        return failed(job, f"the parser stumbled: {report['crash']}")
    entries = tuple(_entry(row) for row in report["entries"])
    # Entries count whatever the parser complained of; without any, only a flawless feed is one.
    if not entries and (report["message"] or not report["version"]):
        return ParsedFeed(job.feed_url, FetchStatus.NOT_A_FEED, message=report["message"])
    return ParsedFeed(
        job.feed_url, FetchStatus.FRESH, entries, report["language"], report["title"], report["message"]
    )


def failed(job: ParseJob, message: str) -> ParsedFeed:
    return ParsedFeed(job.feed_url, FetchStatus.PARSE_FAILED, message=message)


def _entry(row: list[Any]) -> RawEntry:
    guid, link, title, summary, published, parsed, author, categories = row
    when = (parsed[0], parsed[1], parsed[2], parsed[3], parsed[4], parsed[5]) if parsed else None
    return RawEntry(guid, link, title, summary, published, when, author, tuple(categories))


def _why(code: int, seconds: float) -> str:
    if code == -signal.SIGALRM:
        return f"it took longer than {seconds:g} seconds"
    if code == -signal.SIGSEGV:
        return "it made the parser crash"
    return "it made the parser break down, probably for want of memory"


def _no_start(detail: str) -> CageError:
    return CageError(
        f"The parsing worker could not be started: {detail}.",
        todo="Try `python -c 'import newsletter.feeds.parse'` with this installation's Python.",
    )
