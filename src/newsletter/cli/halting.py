"""halt: the stop button."""

from __future__ import annotations

import csv
import dataclasses
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, correction_option, house
from newsletter.cli.output import json_option, print_json
from newsletter.errors import IssueNotFound, UsageError

if TYPE_CHECKING:
    from newsletter.mailing.halting import Halt, HaltReport
    from newsletter.wiring import House

_COLUMNS = ("email", "name", "delivery_id", "batch", "what", "due_at")


@click.command("halt")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--by", required=True, metavar="NAME", help="Who halts it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the mailing.")
@correction_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write who was, or may have been, reached as CSV (for nobody else to read).",
)
@json_option
def halt_command(day: date, by: str, reason: str, correction: int, out: Path | None, as_json: bool) -> int:
    """Stop the mailing of DATE for good: nobody else gets it, and what the provider holds for later is cancelled.

    \b
    newsletter halt 2026-08-14 --by "A. Editor" --reason "Wrong figure in the first story"
    newsletter halt 2026-08-14 --by "A. Editor" --reason "Wrong figure" --out reached.csv

    A provider takes only so many cancellations at a time: the rest is asked for as long as there is time (Ctrl-C
    ends that; run it again to go on). Status 1 when somebody may still get the mail whom a halt could spare it.
    A correction's mail to whoever was reached is drafted; nobody gets it before `newsletter corrections send`.
    """
    from newsletter.mailing.halting import Halt
    from newsletter.mailing.stopping import StopSignal

    if not by.strip() or not reason.strip():
        raise UsageError("A halt needs a name and a reason.", todo="Give --by NAME and --reason TEXT.")
    with house() as rooms, StopSignal() as stop:
        mailing = rooms.mailings.find(day, correction)
        if mailing is None:
            what = f"correction {correction} to the issue of {day}" if correction else str(day)
            raise IssueNotFound(f"No mailing of {what} has begun.", todo="There is nothing to halt.")
        halt = Halt(mailing, rooms.mailings, rooms.provider, rooms.clock, stop.wait, stop)
        found = halt(by.strip(), reason.strip())
        if out is not None:
            _write(halt, out)
        offer = _offer(rooms, found, reason)
    if as_json:
        print_json({**dataclasses.asdict(found), **offer})
    else:
        print_halt(found, out)
        _print_offer(found, offer)
    return 1 if found.queued else 0


def _offer(rooms: House, found: HaltReport, reason: str) -> dict[str, Any]:
    """The mail that tells whoever was reached: a draft in the reason's words, or what is recorded already."""
    from newsletter.pipeline.corrections import prepare

    reached = rooms.mailings.reached(found.issue_date)
    if found.correction or not reached.people:
        return {}
    numbers = [kept.number for kept in rooms.corrections.all(found.issue_date)]
    draft = "" if numbers else prepare(rooms.correction_room, found.issue_date, reason)
    return {"correction_to": reached.people, "corrections": numbers, "draft": draft}


def _print_offer(found: HaltReport, offer: dict[str, Any]) -> None:
    if not offer:
        return
    click.echo("")
    for number in offer["corrections"]:
        click.echo(f"To tell them of correction {number}: newsletter corrections send {number}")
    if offer["draft"]:
        click.echo(
            f"A correction mail to {offer['correction_to']:,} is drafted in your reason's words: {offer['draft']}"
        )
        click.echo(
            f'To word it for readers: newsletter corrections add {found.issue_date} --text "…" --by NAME'
        )
        click.echo("Then, to mail it:       newsletter corrections send N")


def _write(halt: Halt, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for who, batch, what in halt.reached():
            due = batch.due_at.isoformat() if batch.due_at else ""
            rows.writerow(
                [_plain(cell) for cell in (who.email, who.name, who.delivery_id, batch.id, what, due)]
            )


def _plain(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell


def print_halt(found: HaltReport, out: Path | None = None) -> None:
    mail = f"The mail of correction {found.correction} (issue of {found.issue_date})"
    what = mail if found.correction else f"The mailing of {found.issue_date}"
    click.echo(f"{what} is halted; of {found.recipients:,} recipients")
    for label, count in (
        ("are not mailed", found.stopped),
        ("were reached", found.reached),
        ("may have been reached: nobody knows", found.perhaps),
        ("are handed over and can still be cancelled: run the command again", found.queued),
        ("had left the list", found.skipped),
    ):
        if count:
            click.echo(f"  {count:,} {label}")
    if found.note:
        click.echo(found.note)
    if out is not None:
        click.echo(f"Who was, or may have been, reached stands in {out}")
    elif found.reached or found.perhaps:
        click.echo("Who they are: run it again with --out FILE.")
