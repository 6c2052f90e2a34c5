"""subscribers add, confirm, edit, remove, erase, lift: one person."""

from __future__ import annotations

import sys

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_json
from newsletter.errors import AudienceError, Refused, UsageError


@click.command("add")
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
    from newsletter.mailing.csvcells import new_public_id

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


@click.command("confirm")
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


@click.command("edit")
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


@click.command("remove")
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


@click.command("erase")
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


@click.command("lift")
@click.argument("address")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["bounce", "spam report", "invalid", "operator"]),
    help="What holds the address back.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def lift(address: str, reason: str, yes: bool, as_json: bool) -> None:
    """Lift a bounce, a spam report or your own hold, once its owner has written to you and you believe them.

    \b
    newsletter subscribers lift reader@example.org --reason bounce

    A form cannot do that: anybody may type any address into it. Nobody who unsubscribed is brought back here; they sign
    up again. Take the address off the provider's list, too, or the next `sync-suppressions` holds it again.
    """
    from newsletter.domain.audience import SuppressionReason, parse_address

    _, key = parse_address(address)
    found = SuppressionReason(reason)
    with house() as rooms:
        if found not in rooms.subscribers.standing(key).held:
            raise AudienceError(f"That address is not held back for that reason ({reason}).")
        if not yes and not (sys.stdin.isatty() and click.confirm("Has its owner asked for it?")):
            raise Refused("Nothing was lifted.", todo="Add --yes.")
        rooms.subscribers.unsuppress(key, found)
        left = sorted(one.value for one in rooms.subscribers.standing(key).held)
    if as_json:
        print_json({"lifted": reason, "still_held": left})
    else:
        click.echo("Lifted." + (f" Still held back: {', '.join(left)}." if left else ""))
