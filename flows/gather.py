"""The `gather` flow, hourly: some feeds hold only a few hours of news."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.common import feed_health, open_house
from newsletter.pipeline.gather import gather as gather_feeds


@task(name="gather feeds", retries=1, retry_delay_seconds=30)
def gather_once(at: datetime) -> dict[str, int]:
    """One gather in a process of the worker; safe to repeat, because what came is kept feed by feed."""
    with open_house() as house:
        report = gather_feeds(house.gather_room, at)
    feed_health(report)
    get_run_logger().info(
        "%d of %d feeds answered, %d new articles",
        len(report.feeds) - len(report.failed),
        len(report.feeds),
        report.new_articles,
    )
    return {"feeds": len(report.feeds), "failed": len(report.failed), "new_articles": report.new_articles}


@flow(name="gather", description="Fetch every due feed once, keep the captures, store the articles.")
def gather(at: datetime | None = None) -> State[Any]:
    """Gather as of ``at`` (default now)."""
    counts = gather_once(at or datetime.now(UTC))
    message = (
        f"{counts['new_articles']} new articles; {counts['failed']} of {counts['feeds']} feeds not heard"
    )
    if counts["feeds"] and counts["failed"] == counts["feeds"]:
        return Failed(message=message, data=counts)
    return Completed(message=message, data=counts)
