"""subscribers: the list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_json, print_json_with, print_table
from newsletter.errors import AudienceError, Refused, UsageError

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
    newsletter subscribers add reader@example.org --pending

    With --pending it prints the link by which the person confirms (double opt-in): send it to that address only.
    It also brings back who left or was erased, once they press the button there.
    """
    from newsletter.domain.audience import Act, Subscriber, SubscriberStatus, parse_address, ruling
    from newsletter.mailing.csvfile import new_public_id

    email, key = parse_address(address)
    with house() as rooms:
        now = rooms.clock()
        ruled = ruling(rooms.subscribers.standing(key), Act.SIGN_UP if pending else Act.OPERATOR_ADD)
        if ruled.refused:
            raise AudienceError(
                ruled.refused, todo="Where they ask for it: newsletter subscribers add --pending"
            )
        subscriber = Subscriber(
            public_id=new_public_id(),
            email=email,
            address_key=key,
            name=name,
            status=ruled.standing.status or SubscriberStatus.PENDING,
            consent_source=f"operator {now:%Y-%m-%d}",
            consent_at=None if pending else now,
            created_at=now,
        )
        added = rooms.subscribers.add(subscriber)
        there = rooms.subscribers.by_address(key)
        link = rooms.confirm_link(there) if ruled.confirm and there else ""
        suppressed = bool(rooms.subscribers.standing(key).held)
    if as_json:
        print_json({"added": added, "suppressed": suppressed} | ({"confirm": link} if link else {}))
        return 0
    note = "; it is suppressed and gets nothing" if suppressed else ""
    click.echo(("Added" if added else "That address is on the list already") + note + ".")
    if link:
        click.echo(f"To confirm, for that person only: {link}")
    return 0


@subscribers_command.command("confirm")
@click.argument("address")
@json_option
def confirm(address: str, as_json: bool) -> None:
    """Mark a pending address as confirmed (you have the person's word in another way).

    \b
    newsletter subscribers confirm reader@example.org
    """
    from newsletter.domain.audience import Act, parse_address
    from newsletter.mailing.joining import act_on

    _, key = parse_address(address)
    with house() as rooms:
        ruled = act_on(rooms.subscribers, key, Act.OPERATOR_CONFIRM, rooms.clock())
    if ruled.refused:
        raise AudienceError(
            ruled.refused,
            todo="`newsletter subscribers add --pending ADDRESS` prints a link for them to confirm.",
        )
    if as_json:
        print_json({"status": "active"})
    else:
        click.echo("Confirmed.")


@subscribers_command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--as-pending", is_flag=True, help="Rows without a status come in as pending.")
@click.option(
    "--consent-source", default="", metavar="TEXT", help="Where consent came from, for rows without."
)
@click.option("--consent-at", default="", metavar="DATE", help="When it was given, for rows without.")
@json_option
def import_(file: BinaryIO, as_pending: bool, consent_source: str, consent_at: str, as_json: bool) -> int:
    """Import a CSV with the header email and optionally name, status, timezone, deliver_at, consent_source, consent_at.

    \b
    newsletter subscribers import list.csv
    cat list.csv | newsletter subscribers import -
    newsletter subscribers import fair.csv --consent-source "stand at the book fair" --consent-at 2026-03-14

    Good rows are kept, bad ones reported by line. Memory stays flat however long the file is. Exit status 1
    when no row could be used. Nobody who unsubscribed or was erased comes back by an import.
    """
    from newsletter.mailing.csvfile import ImportRules, RejectedRow, Remark, parse_moment, read_subscribers
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
        keys = ("email", "name", "status", "timezone", "deliver_at", "consent_source", "consent_at")
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


@subscribers_command.command("edit")
@click.argument("address")
@click.option(
    "--timezone", metavar="ZONE", help='Where the person lives, e.g. Europe/Berlin; "" for the setting.'
)
@click.option("--deliver-at", metavar="HH:MM", help='When their issue should come; "" for the setting.')
@click.option("--name", help="How the person is called.")
@json_option
def edit(address: str, timezone: str | None, deliver_at: str | None, name: str | None, as_json: bool) -> None:
    """Change when a person's issue comes, or what they are called. It counts from the next issue on.

    \b
    newsletter subscribers edit reader@example.org --timezone Europe/Berlin --deliver-at 07:15
    """
    from newsletter.domain.audience import parse_address
    from newsletter.mailing.letter import one_line
    from newsletter.settings import parse

    _, key = parse_address(address)
    try:
        zone = parse.zone(timezone).key if timezone else timezone
        hour = f"{parse.clock_time(deliver_at):%H:%M}" if deliver_at else deliver_at
    except ValueError as problem:
        raise UsageError(f"{problem}."[0].upper() + f"{problem}."[1:]) from None
    called = None if name is None else one_line(name)
    with house() as rooms:
        if not rooms.subscribers.edit(key, timezone=zone, deliver_at=hour, name=called):
            raise AudienceError("That address is not on the list.", todo="newsletter subscribers add ADDRESS")
        found = rooms.subscribers.by_address(key)
    if as_json and found:
        print_json({"name": found.name, "timezone": found.timezone, "deliver_at": found.deliver_at})
    else:
        click.echo("Changed.")


@subscribers_command.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(address: str, yes: bool, as_json: bool) -> None:
    """Forget a person on request: address, name and consent go for good.

    \b
    newsletter subscribers erase reader@example.org --yes

    What stays: the counts of past issues, and a keyed digest by which the address is recognised should it turn up in
    an import, so that they are not mailed again by mistake. They can come back by signing up and confirming.
    Mail in the outbox folder, backups and files you exported are yours to clean.
    """
    from newsletter.domain.audience import parse_address

    _, key = parse_address(address)
    if not yes and not (sys.stdin.isatty() and click.confirm("Forget that person for good?")):
        raise Refused("Nothing was erased.", todo="Add --yes.")
    with house() as rooms:
        known = rooms.subscribers.erase(key, rooms.clock())
    if as_json:
        print_json({"erased": True, "was_known": known})
    else:
        click.echo(
            "Erased." if known else "Nothing was known of that address; it will not come in by an import."
        )


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
