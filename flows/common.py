"""What every flow shares: the wired house, the artifacts an operator looks at, and the date of a run."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.runtime import flow_run

from newsletter.domain.feed import GatherReport
from newsletter.settings import load
from newsletter.wiring import House

_WWW = re.compile(r"(www)\.", re.IGNORECASE)


def open_house() -> House:
    """The house as the worker's environment sets it. Use as a context manager."""
    return House(load(os.environ, Path.cwd()).settings)


def scheduled_time() -> datetime:
    """When this run was due: a late run still makes the issue of its own date. Now, when run by hand."""
    due = flow_run.scheduled_start_time
    return due.astimezone(UTC) if isinstance(due, datetime) else datetime.now(UTC)


def plain(text: object) -> str:
    """Feed text in a markdown artifact: no markup, no link (a bare address or URL is one), no line of its own."""
    kept = "".join(c if c.isprintable() else " " for c in str(text))
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]<>()#+!|~&:@" else c for c in kept)
    return _WWW.sub(r"\1\\.", escaped)


def feed_health(report: GatherReport) -> None:
    """Artifact `feed-health`: every feed of the last gather, the ones that failed first."""
    rows = [
        {
            "outlet": feed.outlet,
            "feed": feed.feed_url,
            "status": feed.status,
            "items": feed.items,
            "new": feed.new_articles,
            "newest": feed.newest_item.isoformat() if feed.newest_item else "",
            "failing since": feed.since.isoformat() if feed.since else "",
            "what happened": feed.message,
            "what to do": feed.todo,
        }
        for feed in sorted(report.feeds, key=lambda feed: (feed.ok, feed.outlet, feed.feed_url))
    ]
    ok = len(report.feeds) - len(report.failed)
    create_table_artifact(
        key="feed-health",
        table=rows,
        description=f"{ok} of {len(report.feeds)} feeds answered as of {report.at.isoformat()}.",
    )


def issue_checks(document: Any, folder: str) -> None:
    """Artifact `issue-checks`: the issue at a glance, its stories, checks and balance."""
    minutes, seconds = divmod(document["reading_seconds"], 60)
    lines = [
        f"# No. {document['number']} · {document['date']}",
        f"**{plain(document['subject'])}** · {minutes} min {seconds} s · {document['html_bytes']:,} bytes",
        "",
        *_story_lines(document["stories"]),
        "",
        "| verdict | check | figure | limit | what to do |",
        "|---|---|---|---|---|",
        *[
            f"| {check['verdict']} | {check['name']} | {plain(check['figure'])} | {plain(check['limit'])} "
            f"| {plain(check['todo'])} |"
            for check in document["checks"]
        ],
        "",
        "## Balance",
        *_balance_lines(document["balance"]),
        "",
        f"Files: {plain(folder)}",
    ]
    create_markdown_artifact(
        key="issue-checks", markdown="\n".join(lines), description=f"Issue of {document['date']}"
    )


def _story_lines(stories: Sequence[Any]) -> list[str]:
    lines = []
    for index, story in enumerate(stories, start=1):
        counts = story["coverage"]
        told = f"{counts['left']} left, {counts['center']} center, {counts['right']} right"
        lines.append(f"{index}. {plain(story['headline'])} ({told}) — {plain(story['why'])}")
    return lines


def _balance_lines(balance: dict[str, Any]) -> list[str]:
    return [f"- {plain(key)}: {plain(value)}" for key, value in balance.items()]


def issue_link(public_url: str, day: date) -> None:
    """Artifact `issue-link`: the issue as archived, on the public pages."""
    create_link_artifact(
        key="issue-link",
        link=f"{public_url}/issues/{day.isoformat()}",
        link_text=f"The issue of {day}",
        description="As `newsletter serve` shows it; editors use `newsletter preview`.",
    )


def send_progress(report: Any) -> None:
    """Artifact `send-progress`: what became of everybody."""
    rows = [
        {"what": "recipients", "count": report.recipients},
        {"what": "submitted", "count": report.submitted},
        {"what": "pending", "count": report.pending},
        {"what": "failed", "count": report.failed},
        {"what": "uncertain", "count": report.uncertain},
        {"what": "left since the freeze", "count": report.skipped},
        *[{"what": f"not mailed: {reason}", "count": count} for reason, count in report.exclusions.items()],
    ]
    create_table_artifact(key="send-progress", table=rows, description=report.note or "The mailing, counted.")
