"""sync-suppressions: the provider's lists merged into ours."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_table, progress_bar, report

if TYPE_CHECKING:
    from newsletter.pipeline.suppressions import ListReport


@click.command("sync-suppressions")
@json_option
def sync_suppressions_command(as_json: bool) -> int:
    """Read the provider's suppression lists and hold back whoever is on them. Safe to repeat; daily is often enough.

    \b
    newsletter sync-suppressions

    Bounces, invalid addresses, spam reports and unsubscribes are held back; blocks are only counted. When it was
    interrupted, run it again: it goes on where it was. Exit status 1 when it was stopped before the end.
    """
    from newsletter.mailing.stopping import StopSignal
    from newsletter.pipeline.suppressions import sync_suppressions

    with house() as rooms, StopSignal() as stop:
        room = replace(rooms.sync_room, wait=stop.wait)
        with progress_bar(quiet=as_json) as progress:
            found = sync_suppressions(room, progress=progress, stop=stop)
    complete = all(one.complete for one in found)
    report(
        as_json,
        lambda: {
            "complete": complete,
            "new": sum(one.new for one in found),
            "lists": [dataclasses.asdict(one) for one in found],
        },
        lambda: print_table(
            ("list", "read", "held back anew", ""),
            [(one.name, f"{one.read:,}", f"{one.new:,}", _said(one)) for one in found],
            right=(1, 2),
        ),
    )
    return 0 if complete else 1


def _said(one: ListReport) -> str:
    from newsletter.pipeline.suppressions import LISTS

    if not one.offered:
        return "not offered by this account"
    if not one.complete:
        return "stopped; run it again to go on"
    said = ["counted only"] if LISTS[one.name] is None else []
    said += [f"{one.unreadable:,} entries that are no address"] if one.unreadable else []
    return ", ".join(said)
