"""subscribers: the list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_json, print_table
from newsletter.errors import AudienceError

if TYPE_CHECKING:
    from newsletter.domain.audience import Subscriber


@click.group("subscribers")
def subscribers_command() -> None:
    """The list: who gets the issue, with whose consent.

    \b
    newsletter subscribers add reader@example.org
    newsletter subscribers import list.csv
    newsletter subscribers count
    """


@subscribers_command.command("add")
@click.argument("address")
@click.option("--name", default="", help="How the person is called.")
@click.option("--pending", is_flag=True, help="Not confirmed yet: gets nothing until confirmed.")
@json_option
def add(address: str, name: str, pending: bool, as_json: bool) -> int:
    """Put one address on the list (consent: added by an operator, today).

    \b
    newsletter subscribers add reader@example.org --name "A. Reader"
    """
    from newsletter.domain.audience import Subscriber, SubscriberStatus, parse_address
    from newsletter.mailing.csvfile import new_public_id

    email, key = parse_address(address)
    with house() as rooms:
        now = rooms.clock()
        subscriber = Subscriber(
            public_id=new_public_id(),
            email=email,
            address_key=key,
            name=name,
            status=SubscriberStatus.PENDING if pending else SubscriberStatus.ACTIVE,
            consent_source=f"operator {now:%Y-%m-%d}",
            consent_at=now,
            created_at=now,
        )
        added = rooms.subscribers.add(subscriber)
        suppressed = key in rooms.subscribers.suppressed([key])
    note = "; it is suppressed and gets nothing" if suppressed else ""
    if as_json:
        print_json({"added": added, "suppressed": suppressed})
    else:
        click.echo(("Added" if added else "That address is on the list already") + note + ".")
    return 0


@subscribers_command.command("confirm")
@click.argument("address")
@json_option
def confirm(address: str, as_json: bool) -> None:
    """Mark a pending address as confirmed (you have the person's word in another way).

    \b
    newsletter subscribers confirm reader@example.org
    """
    from newsletter.domain.audience import SubscriberStatus, parse_address

    _, key = parse_address(address)
    with house() as rooms:
        subscriber = rooms.subscribers.by_address(key)
        if subscriber is None:
            raise AudienceError("That address is not on the list.", todo="newsletter subscribers add ADDRESS")
        if subscriber.status is SubscriberStatus.UNSUBSCRIBED:
            raise AudienceError(
                "That person unsubscribed.", todo="Only they can come back, by signing up again."
            )
        rooms.subscribers.set_status(subscriber.public_id, SubscriberStatus.ACTIVE, rooms.clock())
    if as_json:
        print_json({"status": "active"})
    else:
        click.echo("Confirmed.")


@subscribers_command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--as-pending", is_flag=True, help="Rows without a status come in as pending.")
@json_option
def import_(file: BinaryIO, as_pending: bool, as_json: bool) -> int:
    """Import a CSV with the header email and optionally name, status, timezone, deliver_at, consent_source, consent_at.

    \b
    newsletter subscribers import list.csv
    cat list.csv | newsletter subscribers import -

    Good rows are kept, bad ones reported by line. Memory stays flat however long the file is. Exit status 1
    when no row could be used. Nobody who unsubscribed comes back by an import.
    """
    from newsletter.mailing.csvfile import RejectedRow, Remark, read_subscribers

    rejected: list[RejectedRow] = []
    remarks: list[Remark] = []

    with house() as rooms:

        def good() -> Iterator[Subscriber]:
            for row in read_subscribers(file, rooms.clock(), as_pending):
                if isinstance(row, RejectedRow):
                    rejected.append(row)
                elif isinstance(row, Remark):
                    remarks.append(row)
                else:
                    yield row

        added, known = rooms.subscribers.add_many(good())
    if as_json:
        rows = [{"line": row.line, "reason": row.reason} for row in rejected]
        notes = [{"line": note.line, "text": note.text} for note in remarks]
        print_json({"added": added, "already_there": known, "rejected": rows, "remarks": notes})
    else:
        click.echo(f"{added:,} added, {known:,} on the list already, {len(rejected):,} rejected.")
        for note in remarks:
            click.echo(f"  line {note.line}: {note.text}", err=True)
        for row in rejected:
            click.echo(f"  line {row.line}: {row.reason}", err=True)
    return 1 if rejected and not added + known else 0


@subscribers_command.command("export")
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


@subscribers_command.command("list")
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
        keys = ("email", "name", "status", "timezone", "consent_source", "consent_at")
        print_json([{key: getattr(s, key) for key in keys} for s in found])
    else:
        rows = [(s.email, s.name, s.status.value, s.consent_source) for s in found]
        print_table(("address", "name", "status", "consent"), rows)


@subscribers_command.command("remove")
@click.argument("address")
@json_option
def remove(address: str, as_json: bool) -> None:
    """Take an address off the list; a suppression of it stays.

    \b
    newsletter subscribers remove reader@example.org
    """
    from newsletter.domain.audience import parse_address

    _, key = parse_address(address)
    with house() as rooms:
        removed = rooms.subscribers.remove(key)
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo("Removed." if removed else "That address is not on the list.")


@subscribers_command.command("count")
@json_option
def count(as_json: bool) -> None:
    """How many, by status.

    \b
    newsletter subscribers count
    """
    with house() as rooms:
        counts = dict(rooms.subscribers.count())
    if as_json:
        print_json(counts)
    else:
        for status, number in counts.items():
            click.echo(f"{number:>9,} {status}")
