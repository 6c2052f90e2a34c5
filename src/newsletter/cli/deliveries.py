"""deliveries, resolve: what became of each batch, and settling those that nobody knows of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import DATE, correction_option, house
from newsletter.cli.output import json_option, local, print_json, print_table, report
from newsletter.errors import IssueNotFound, UsageError

if TYPE_CHECKING:
    from newsletter.domain.mailing import Batch, Mailing
    from newsletter.wiring import House

_UNSURE = ("uncertain", "cancelling")  # states in which nobody knows whether the provider has it


@click.command("deliveries")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--uncertain", is_flag=True, help="Only the batches whose outcome nobody knows.")
@click.option("--summary", is_flag=True, help="Only what the provider told, over all batches.")
@click.option("--history", metavar="BATCH", help="Every step of one batch: when, by whom, why.")
@correction_option
@json_option
def deliveries_command(
    day: date, uncertain: bool, summary: bool, history: str | None, correction: int, as_json: bool
) -> None:
    """What happened to each batch of DATE's mailing, and what the provider's events told of the deliveries in it.

    \b
    newsletter deliveries 2026-08-14
    newsletter deliveries 2026-08-14 --uncertain --json
    newsletter deliveries 2026-08-14 --summary
    newsletter deliveries 2026-08-14 --history 2026-08-14-0003-528bfed0
    newsletter deliveries 2026-08-14 --correction 3
    """
    from newsletter.cli.received import print_received, received_json, states_of
    from newsletter.mailing.intake import received_of

    with house() as rooms:
        mailing = rooms.mailings.find(day, correction)
        if mailing is None:
            what = (
                f"Correction {correction} to the issue of {day} was not"
                if correction
                else f"Nothing of {day} was"
            )
            send = f"corrections send {correction}" if correction else f"send {day}"
            raise IssueNotFound(f"{what} mailed.", todo=f"To mail it: newsletter {send}")
        if history is not None:
            _history(rooms, mailing, history, as_json)
            return
        batches = [b for b in rooms.mailings.batches(mailing.id) if not uncertain or b.state.value in _UNSURE]
        zone = rooms.settings.timezone
        received = received_of(mailing, rooms.events, rooms.mailings)
        told = rooms.events.batch_receptions(mailing.id)
    if summary:
        report(as_json, lambda: received_json(received), lambda: print_received(received))
        return
    rows = [
        {
            "id": batch.id,
            "state": batch.state.value,
            "recipients": batch.recipients,
            "attempts": batch.attempts,
            "reason": batch.reason,
            "message_id": batch.message_id,
            "due_at": batch.due_at,
            "send_at": batch.send_at,
            "provider_batch": batch.provider_batch,
            "told": states_of(told.get(batch.id, {})),
        }
        for batch in batches
    ]
    if as_json:
        print_json(rows)
        return
    click.echo(
        f"{mailing.name}: {mailing.state.value}, {mailing.recipients:,} recipients. {mailing.note}".strip()
    )
    _print_states(batches)
    if not rows:
        click.echo("No batch is uncertain." if uncertain else "It has no batches.")
        return
    print_table(
        ("batch", "state", "due", "recipients", "attempts", "reason"),
        [
            (
                batch.id,
                batch.state.value,
                local(batch.due_at, zone),
                batch.recipients,
                batch.attempts,
                batch.reason,
            )
            for batch in batches
        ],
        right=(3, 4),
    )
    if told or mailing.provider == "sendgrid":
        print_received(received)


def _print_states(batches: Sequence[Batch]) -> None:
    """How many batches, and people in them, are in each state: the table below may be long."""
    states = Counter(batch.state.value for batch in batches)
    people = Counter(
        {state: sum(b.recipients for b in batches if b.state.value == state) for state in states}
    )
    if states:
        told = ", ".join(f"{count:,} {state} ({people[state]:,})" for state, count in states.items())
        click.echo(f"Batches (and recipients): {told}.")


def _history(rooms: House, mailing: Mailing, batch_id: str, as_json: bool) -> None:
    """Every step of one batch, oldest first."""
    batch = rooms.mailings.batch(batch_id)
    if batch is None or batch.mailing_id != mailing.id:
        raise UsageError(
            f"The mailing of {mailing.issue_date} has no batch {batch_id}.",
            todo=f"newsletter deliveries {mailing.issue_date} lists them.",
        )
    moves = rooms.mailings.history(batch_id)
    if as_json:
        rows = [{"at": m.at, "from": m.old, "to": m.new, "by": m.by, "attempt": m.attempt, "reason": m.reason}
                for m in moves]  # fmt: skip
        print_json(rows)
        return
    click.echo(
        f"Batch {batch.id}: {batch.state.value}, {batch.recipients:,} recipients, {batch.attempts} attempts."
    )
    zone = rooms.settings.timezone
    print_table(
        ("when", "from", "to", "by", "attempt", "why"),
        [(_second(m.at, zone), m.old.value, m.new.value, m.by.value, m.attempt, m.reason) for m in moves],
        right=(4,),
    )


def _second(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


@click.command("resolve")
@click.argument("batch_id", metavar="BATCH")
@click.option("--accepted", is_flag=True, help="The provider has it: nobody in it is mailed again.")
@click.option("--not-accepted", is_flag=True, help="The provider never had it: it may be sent again.")
@json_option
def resolve_command(batch_id: str, accepted: bool, not_accepted: bool, as_json: bool) -> None:
    """Settle an uncertain batch after looking into the provider's activity feed.

    \b
    newsletter resolve 2026-08-14-0003-528bfed0 --accepted
    newsletter resolve 2026-08-14-0003-528bfed0 --not-accepted   # then: newsletter send 2026-08-14
    """
    from newsletter.mailing.settle import close_if_complete, resolve

    if accepted == not_accepted:
        raise UsageError("Say which it is.", todo="Give --accepted or --not-accepted.")
    with house() as rooms:
        batch = resolve(batch_id, accepted, store=rooms.mailings, clock=rooms.clock)
        mailing = rooms.mailings.get(batch.mailing_id)
        done = mailing is not None and close_if_complete(mailing, store=rooms.mailings, clock=rooms.clock)
        unsure = sum(one.state.value in _UNSURE for one in rooms.mailings.batches(batch.mailing_id))
    if as_json:
        print_json({"id": batch.id, "state": batch.state.value, "complete": done})
        return
    click.echo(f"Batch {batch.id} is {batch.state.value} now.")
    if mailing is not None:
        if unsure:
            also = f" --correction {mailing.correction}" if mailing.correction else ""
            click.echo(
                f"{unsure:,} more wait for a word: newsletter deliveries {mailing.issue_date} --uncertain{also}"
            )
        elif done:
            click.echo(f"{mailing.name} is complete.")
        else:
            click.echo(f"To go on with the rest: {mailing.command}")
