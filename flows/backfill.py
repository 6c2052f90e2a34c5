"""The `backfill` flow: past dates from stored captures, on the work pool. Mails nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.common import open_house
from newsletter.errors import NewsletterError
from newsletter.pipeline import backfill as past


@task(name="backfill dates")
def backfill_dates(
    start: dt.date, end: dt.date, policy: str, order: str, max_failures: int, plan: bool
) -> list[dict[str, Any]]:
    """Plan, and unless ``plan`` do, each date in turn; the SQL tables keep what was done."""
    logger = get_run_logger()
    with open_house() as house:
        room = house.backfill_room
        if plan:
            entries = past.plan_range(room, start, end, policy, order)
        else:
            created = past.create(room, start, end, policy, order)
            logger.info("backfill %d: %s to %s", created.id, start, end)
            entries = past.run(
                room,
                created,
                max_failures=max_failures,
                progress=lambda done, total, what: logger.info("%s (%d of %d)", what, done, total),
            ).dates
    rows = [
        {"date": e.date.isoformat(), "state": e.state, "attempt": e.attempt, "why": e.reason} for e in entries
    ]
    create_table_artifact(key="backfill", table=rows, description=f"{start} to {end}, policy {policy}")
    return rows


@flow(name="backfill", description="Make the issues of past dates from stored captures. Mails nobody.")
def backfill(
    start: dt.date,
    end: dt.date,
    policy: Literal["missing", "failed", "all"] = "missing",
    order: Literal["oldest", "newest"] = "oldest",
    max_failures: int = 3,
    plan: bool = False,
) -> State[Any]:
    """START to END, both included, each as of its own issue time. ``plan`` only says what would be done."""
    try:
        rows = backfill_dates(start, end, policy, order, max_failures, plan)
    except NewsletterError as problem:
        return Failed(message=str(problem))
    failed = [row["date"] for row in rows if row["state"] == "failed"]
    done = sum(row["state"] == "done" for row in rows)
    if failed:
        return Failed(message=f"{done} made, {len(failed)} failed: {', '.join(failed)}", data=rows)
    return Completed(
        message="Planned only." if plan else f"{done} made, {len(rows) - done} left alone.", data=rows
    )
