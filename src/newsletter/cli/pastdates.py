"""backfill: the issues of past dates, in process."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, house
from newsletter.cli.output import json_option, print_json, print_table, progress_bar
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.ports import Backfill, BackfillDate
    from newsletter.wiring import House

ACTIONS = ("status", "resume", "cancel")


@click.command("backfill")
@click.argument("words", nargs=-1, metavar="START END | status|resume|cancel [ID]")
@click.option(
    "--policy", type=click.Choice(["missing", "failed", "all"]), default="missing", show_default=True
)
@click.option("--order", type=click.Choice(["oldest", "newest"]), default="oldest", show_default=True)
@click.option("--max-failures", default=3, show_default=True, help="Stop after so many dates failed.")
@click.option(
    "--plan", "plan_only", is_flag=True, help="Say what would be done with each date, and do nothing."
)
@json_option
def backfill_command(
    words: tuple[str, ...], policy: str, order: str, max_failures: int, plan_only: bool, as_json: bool
) -> int:
    """Make the issues of START to END from stored captures, each as of its own issue time. Mails nobody.

    \b
    newsletter backfill 2026-08-01 2026-08-14 --plan
    newsletter backfill 2026-08-01 2026-08-14
    newsletter backfill status
    newsletter backfill resume 3

    One date after the other, oldest first, because an issue's history rests on the issues before it. An
    issue that was approved or mailed is never touched. Interrupted, it goes on with `backfill resume`.
    """
    if not words:
        raise UsageError("A range of dates or an action is needed.", todo="See newsletter backfill --help.")
    with house() as rooms:
        if words[0] in ACTIONS:
            return _act(rooms, words, max_failures, as_json)
        if len(words) != 2:
            raise UsageError("Two dates are needed.", todo="newsletter backfill START END")
        start, end = (DATE.convert(word, None, None) for word in words)
        entries = plan_dates(rooms, start, end, policy, order)
        if plan_only:
            _print_dates(entries, as_json)
            return 0
        created = rooms.backfills.create(start, end, policy, order, entries, rooms.clock())
        return _run(rooms, created, max_failures, as_json)


def plan_dates(rooms: House, start: date, end: date, policy: str, order: str) -> tuple[BackfillDate, ...]:
    """Each date of the range with what would be done."""
    from newsletter.pipeline import backfill

    today = rooms.calendar.date_of(rooms.clock())
    dates = backfill.dates_between(start, end, order, today)
    failed = rooms.backfills.failed_dates()

    def state_of(day: date) -> backfill.DateState:
        issue = rooms.issues.get(day)
        frozen = issue is not None and issue.frozen
        return backfill.DateState(issue is not None, frozen, day in failed and issue is None)

    return backfill.plan(dates, state_of, policy)


def run_backfill(rooms: House, created: Backfill, max_failures: int, *, quiet: bool) -> Backfill:
    """Do the open dates of a backfill, in process."""
    from newsletter.pipeline.backfill import run
    from newsletter.pipeline.build import build

    def build_date(day: date) -> str:
        built = build(rooms.build_room, day, rooms.calendar.cut_off(day))
        doc: Any = built.issue.document
        return f"{len(doc['stories'])} stories" + ("" if built.changed else ", unchanged")

    with progress_bar(quiet=quiet) as progress:
        return run(
            rooms.backfills, created, build_date, rooms.clock, max_failures=max_failures, progress=progress
        )


def _run(rooms: House, created: Backfill, max_failures: int, as_json: bool) -> int:
    after = run_backfill(rooms, created, max_failures, quiet=as_json)
    _print_backfill(after, as_json)
    return 0 if after.state in {"done", "cancelled"} else 1


def _act(rooms: House, words: tuple[str, ...], max_failures: int, as_json: bool) -> int:
    number = int(words[1]) if len(words) > 1 and words[1].isdigit() else None
    found = rooms.backfills.get(number)
    if found is None:
        raise UsageError("There is no such backfill.", todo="newsletter backfill START END makes one.")
    if words[0] == "cancel":
        rooms.backfills.set_state(found.id, "cancelled", rooms.clock())
        found = rooms.backfills.get(found.id) or found
    if words[0] == "resume":
        if found.state == "done":
            raise UsageError(f"Backfill {found.id} is done.", todo="Nothing is left to resume.")
        rooms.backfills.set_state(found.id, "running", rooms.clock())
        return _run(rooms, found, max_failures, as_json)
    _print_backfill(found, as_json)
    return 0


def _print_backfill(found: Backfill, as_json: bool) -> None:
    import dataclasses

    if as_json:
        print_json(dataclasses.asdict(found))
        return
    counts = Counter(entry.state for entry in found.dates)
    summary = ", ".join(f"{count} {state}" for state, count in counts.items())
    click.echo(f"Backfill {found.id}, {found.start} to {found.end}: {found.state} ({summary}).")
    _print_dates(found.dates, as_json=False)
    if counts["planned"] or counts["running"]:
        click.echo(f"Go on with: newsletter backfill resume {found.id}")


def _print_dates(entries: tuple[BackfillDate, ...], as_json: bool) -> None:
    import dataclasses

    if as_json:
        print_json([dataclasses.asdict(entry) for entry in entries])
    else:
        rows = [(entry.date, entry.state, entry.attempt or "–", entry.reason) for entry in entries]
        print_table(("date", "state", "attempt", "why"), rows, right=(2,))
