"""subscribers import, export, list, count: the list as a whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_json, print_json_with, print_table

if TYPE_CHECKING:
    from newsletter.domain.audience import Subscriber


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--as-pending", is_flag=True, help="Rows without a status come in as pending.")
@click.option(
    "--consent-source", default="", metavar="TEXT", help="Where consent came from, for rows without."
)
@click.option("--consent-at", default="", metavar="DATE", help="When it was given, for rows without.")
@json_option
def import_(file: BinaryIO, as_pending: bool, consent_source: str, consent_at: str, as_json: bool) -> int:
    """Import a CSV with the header email and optionally name, status, timezone, deliver_at, consent_source, consent_at.

    It also reads what an export has beside these: consent_text, confirmed_at, paused_until.

    \b
    newsletter subscribers import list.csv
    cat list.csv | newsletter subscribers import -
    newsletter subscribers import fair.csv --consent-source "stand at the book fair" --consent-at 2026-03-14

    Good rows are kept, bad ones reported by line. Memory stays flat however long the file is. Exit status 1
    when no row could be used. Nobody who unsubscribed or was erased comes back by an import.
    """
    from newsletter.mailing.csvcells import parse_moment
    from newsletter.mailing.csvfile import ImportRules, RejectedRow, Remark, read_subscribers
    from newsletter.mailing.csvseen import ImportScratch

    remarks: list[Remark] = []

    with house() as rooms, ImportScratch() as scratch:
        now = rooms.clock()
        barred = rooms.subscribers.barred()
        rules = ImportRules(as_pending, consent_source.strip(), parse_moment(consent_at, now), barred)

        def good() -> Iterator[Subscriber]:
            for row in read_subscribers(file, now, rules, scratch.first_line):
                if isinstance(row, RejectedRow):
                    scratch.reject(row)
                elif isinstance(row, Remark):
                    remarks.append(row)
                else:
                    yield row

        added, known = rooms.subscribers.add_many(good())
        if as_json:
            notes = [{"line": note.line, "text": note.text} for note in remarks]
            rejected = ({"line": row.line, "reason": row.reason} for row in scratch.rows())
            figures = {"added": added, "already_there": known, "remarks": notes}
            print_json_with(figures, "rejected", rejected)
        else:
            click.echo(f"{added:,} added, {known:,} on the list already, {scratch.rejected:,} rejected.")
            for note in remarks:
                click.echo(f"  line {note.line}: {note.text}", err=True)
            for row in scratch.rows():
                click.echo(f"  line {row.line}: {row.reason}", err=True)
        return 1 if scratch.rejected and not added + known else 0


@click.command("export")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: stdout."
)
def export(out: Path | None) -> None:
    """Write the list as CSV, in the form that import reads.

    \b
    newsletter subscribers export --out list.csv
    """
    from newsletter.mailing.csvfile import write_subscribers

    with house() as rooms:
        lines = write_subscribers(rooms.subscribers.all())
        if out is None:
            sys.stdout.writelines(lines)
        else:
            with out.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)


@click.command("list")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many.")
@json_option
def list_(limit: int, as_json: bool) -> None:
    """Show the list, oldest first.

    \b
    newsletter subscribers list --limit 20
    """
    from itertools import islice

    with house() as rooms:
        found = list(islice(rooms.subscribers.all(), limit))
    if as_json:
        from newsletter.mailing.csvfile import COLUMNS

        print_json([{key: getattr(s, key) for key in COLUMNS} for s in found])
    else:
        rows = [(s.email, s.name, s.status.value, s.consent_source) for s in found]
        print_table(("address", "name", "status", "consent"), rows)


@click.command("count")
@json_option
def count(as_json: bool) -> None:
    """How many, by status; of the active ones, how many have paused.

    \b
    newsletter subscribers count
    """
    with house() as rooms:
        paused = rooms.own_list.health(rooms.clock()).paused
        counts = {**rooms.subscribers.count(), "paused": paused}
    if as_json:
        print_json(counts)
    else:
        for status, number in counts.items():
            click.echo(f"{number:>9,} {status}")
