"""backfill: the issues of past dates, in process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

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
    issue whose mailing has begun is never touched. Interrupted, it goes on with `backfill resume`.
    """
    from newsletter.pipeline import backfill

    if not words:
        raise UsageError("A range of dates or an action is needed.", todo="See newsletter backfill --help.")
    with house() as rooms:
        if words[0] in ACTIONS:
            return _act(rooms, words, max_failures, as_json)
        if len(words) != 2:
            raise UsageError("Two dates are needed.", todo="newsletter backfill START END")
        start, end = (DATE.convert(word, None, None) for word in words)
        if plan_only:
            _print_dates(backfill.plan_range(rooms.backfill_room, start, end, policy, order), as_json)
            return 0
        created = backfill.create(rooms.backfill_room, start, end, policy, order)
        return _print_run(rooms, backfill.run, created, max_failures, as_json)


def _print_run(
    rooms: House, go: Callable[..., Backfill], found: Backfill, max_failures: int, as_json: bool
) -> int:
    with progress_bar(quiet=as_json) as progress:
        after = go(rooms.backfill_room, found, max_failures=max_failures, progress=progress)
    _print_backfill(after, as_json)
    return 0 if after.state in {"done", "cancelled"} else 1


def _act(rooms: House, words: tuple[str, ...], max_failures: int, as_json: bool) -> int:
    if len(words) > 2 or (len(words) == 2 and not re.fullmatch("[0-9]{1,9}", words[1])):
        # A slip here must not act on the newest one, which no number at all means.
        raise UsageError(
            f"{' '.join(words[1:])!r} is no backfill's number.", todo="See newsletter backfill status."
        )
    found = rooms.backfills.get(int(words[1]) if len(words) == 2 else None)
    if found is None:
        raise UsageError("There is no such backfill.", todo="newsletter backfill START END makes one.")
    if words[0] == "cancel":
        rooms.backfills.set_state(found.id, "cancelled", rooms.clock())
        found = rooms.backfills.get(found.id) or found
    if words[0] == "resume":
        from newsletter.pipeline.backfill import resume

        return _print_run(rooms, resume, found, max_failures, as_json)
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
