"""The `daily-issue` flow, each morning: gather, build, show the checks, send or wait for approval.

The SQL tables are the record; a repeated run finds what the last one did and goes on from there.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.common import issue_checks, issue_link, open_house, scheduled_time, send_progress
from flows.gather import gather_once
from newsletter.errors import NewsletterError, Refused
from newsletter.mailing.stopping import StopSignal
from newsletter.pipeline.build import build
from newsletter.pipeline.days import parse_date, parse_time
from newsletter.pipeline.send import send


def run_name() -> str:
    """``issue-2026-08-14``: by a callable, because a template knows no scheduled time."""
    with open_house() as house:
        given = flow_run.parameters.get("day")
        return f"issue-{given or house.calendar.date_of(scheduled_time())}"


@task(name="build issue", retries=1, retry_delay_seconds=10)
def build_issue(day: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Make and keep the issue; deterministic, so repeating it changes nothing. Publishes the artifacts."""
    with open_house() as house:
        built = build(house.build_room, day, at)
        document: Any = built.issue.document
        issue_checks(document, built.folder)
        issue_link(house.settings.public_url, day)
    failed = [check["name"] for check in document["checks"] if check["verdict"] == "fail"]
    get_run_logger().info(
        "issue of %s: %d stories, %d checks failed", day, len(document["stories"]), len(failed)
    )
    return {"date": day.isoformat(), "stories": len(document["stories"]), "failed_checks": failed}


@task(name="send issue", retries=0)
def send_issue(day: dt.date, allow_stale: bool) -> dict[str, Any]:
    """Send or go on sending. Never repeated by Prefect: the batches in SQL decide what may go again."""
    with open_house() as house, StopSignal() as stop:
        room = replace(house.send_room, wait=stop.wait)
        report = send(room, day, allow_stale=allow_stale, stop=stop)
    send_progress(report)
    return {
        "submitted": report.submitted,
        "recipients": report.recipients,
        "waiting": report.waiting,
        "complete": report.exit_status == 0,
    }


@flow(
    name="daily-issue",
    flow_run_name=run_name,
    description="Gather, build, check, then send or wait for approval.",
)
def daily_issue(
    day: dt.date | None = None, at: dt.datetime | None = None, mail: bool = True, allow_stale: bool = False
) -> State[Any]:
    """The issue of ``day`` (default: the date this run was due, in the issue's zone) as of ``at``.

    ``mail=False`` only builds. A stale or unapproved issue is built and not sent, and the run says so.
    """
    with open_house() as house:
        day, cut_off = house.calendar.resolve(
            day or house.calendar.date_of(scheduled_time()), at, house.clock()
        )
        gathers = house.should_gather(cut_off)
        skip = house.issues.skipped(day)
    if skip:
        return Completed(message=f"No issue of {day}: it is skipped ({skip.reason}).")
    if gathers:
        gather_once(cut_off)
    try:
        built = build_issue(day, cut_off)
    except NewsletterError as problem:
        return Failed(message=f"No issue of {day}: {problem}")
    if not mail:
        return Completed(message=f"Issue of {day} built; mailing was not asked for.", data=built)
    return _mail(day, built, allow_stale)


def _mail(day: dt.date, built: dict[str, Any], allow_stale: bool) -> State[Any]:
    try:
        sent = send_issue(day, allow_stale)
    except Refused as refused:
        get_run_logger().warning("not sent: %s", refused)
        state = Failed if built["failed_checks"] else Completed
        return state(message=f"Issue of {day} built, not sent: {refused}", data=built)
    except NewsletterError as problem:
        return Failed(message=f"Issue of {day} built, sending failed: {problem}", data=built)
    message = f"Issue of {day}: {sent['submitted']} of {sent['recipients']} submitted."
    if sent["waiting"]:
        message += f" {sent['waiting']} wait for their morning; the deployment `deliver` goes on."
    return (Completed if sent["complete"] else Failed)(message=message, data={**built, **sent})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run the daily issue as a flow, here and now.")
    parser.add_argument("day", type=parse_date)
    parser.add_argument("--at", type=parse_time)
    parser.add_argument("--no-mail", action="store_true")
    parser.add_argument("--allow-stale", action="store_true")
    given = parser.parse_args()
    final = daily_issue(given.day, given.at, not given.no_mail, given.allow_stale, return_state=True)
    raise SystemExit(0 if final.is_completed() else 1)
