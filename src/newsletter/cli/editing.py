"""edits: the record of what editors changed in an issue, and taking a change back. The changes are made at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, house
from newsletter.cli.day import kept_issue
from newsletter.cli.output import json_option, local, print_json, print_table
from newsletter.errors import Refused, UsageError

if TYPE_CHECKING:
    from newsletter.wiring import House


@click.command("edits")
@click.argument("day", type=DATE, metavar="DATE")
@click.option(
    "--undo",
    "number",
    type=int,
    is_flag=False,
    flag_value=0,
    metavar="[N]",
    help="Take change N back; without N the newest.",
)
@click.option("--redo", is_flag=True, help="Bring back what was taken back last.")
@click.option("--by", default="", metavar="NAME", help="Who takes it back; needed with --undo.")
@json_option
def edits_command(day: date, number: int | None, redo: bool, by: str, as_json: bool) -> None:
    """What editors changed in the issue of DATE: who, when, what. Changes are made in `newsletter preview`.

    \b
    newsletter edits 2026-08-14
    newsletter edits 2026-08-14 --undo --by "A. Editor"
    newsletter edits 2026-08-14 --undo 3 --by "A. Editor"
    """
    if redo and number is not None:
        raise UsageError("--undo and --redo are two wishes.", todo="Give one of them.")
    with house() as rooms:
        kept_issue(rooms, day)
        if redo or number is not None:
            _change(rooms, day, by, number)
        rows, zone = list(_rows(rooms, day)), rooms.settings.timezone
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo(f"Nobody changed the issue of {day}.")
    else:
        lines = [(row["id"], local(row["at"], zone), row["by"], row["what"], _state(row)) for row in rows]
        print_table(("no", "when", "who", "what", "state"), lines, title=f"Changes to the issue of {day}")


def _change(rooms: House, day: date, by: str, number: int | None) -> None:
    from newsletter.pipeline import desk

    room = rooms.desk_room
    built = desk.redo(room, day) if number is None else desk.undo(room, day, by, number or None)
    if built is None:
        raise Refused("There is no such change.", todo=f"See `newsletter edits {day}`.")


def _rows(rooms: House, day: date) -> Iterator[dict[str, Any]]:
    """Every change, undone ones too, with what the issue says came of it."""
    from newsletter.domain.edits import to_json
    from newsletter.domain.telling_edits import titles_of, told

    document = kept_issue(rooms, day).document
    notes = iter(document.get("edits", ()))
    for edit in rooms.edits.of(day):
        yield {
            "id": edit.id,
            "at": edit.at,
            "by": edit.by,
            "what": told(edit.change, titles_of(document)),
            "change": to_json(edit.change),
            "missed": next(notes, {"missed": ""})["missed"] if edit.stands else "",
            "undone_by": edit.undone_by,
            "undone_at": edit.undone_at,
        }


def _state(row: dict[str, Any]) -> str:
    if row["undone_by"]:
        return f"taken back by {row['undone_by']}"
    return f"met nothing: {row['missed']}" if row["missed"] else "stands"
