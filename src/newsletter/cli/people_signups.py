"""subscribers signups: what waits behind the sign-up form, and mailing it by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, local, print_json, printable

if TYPE_CHECKING:
    from newsletter.mailing.signups import Drained
    from newsletter.ports import SignUpHealth


@click.command("signups")
@click.option("--send", is_flag=True, help="Take what waits and mail it now, as `serve` and `deliver` do.")
@json_option
def signups(send: bool, as_json: bool) -> int:
    """What waits behind the sign-up form, the mails of the last week, and why people left.

    \b
    newsletter subscribers signups
    newsletter subscribers signups --send

    `newsletter serve` mails confirmations within seconds, `newsletter deliver` whatever it left. An uncertain one is
    never sent again by itself: the person may ask for another. Exit status 1 when something needs you.
    """
    with house() as rooms:
        done = rooms.sign_up_desk.drain() if send else None
        now, zone = rooms.clock(), rooms.settings.timezone
        health, reasons = rooms.own_list.health(now), dict(rooms.own_list.reasons())
        warning = health_warning(health, now)
    if as_json:
        report = {**asdict(health), "reasons_for_leaving": reasons, "warning": warning}
        print_json({**report, "done": asdict(done)} if done else report)
    else:
        _print(health, reasons, done, zone)
        click.echo(printable(warning)) if warning else None
    return 1 if warning else 0


def health_warning(health: SignUpHealth, now: Any) -> str:
    """What an operator has to see to; empty when all is well."""
    from newsletter.mailing.signups import OVERDUE

    if health.stuck:
        return f"{health.stuck} sign-ups cannot be taken: look at the log of `newsletter serve`."
    if health.oldest is not None and now - health.oldest > OVERDUE:
        why = f" ({health.note})" if health.note else ""
        return (
            f"Confirmations wait since {health.oldest:%Y-%m-%d %H:%M} UTC{why}:"
            " run `newsletter subscribers signups --send`."
        )
    return ""


def _print(health: SignUpHealth, reasons: dict[str, int], done: Drained | None, zone: Any) -> None:
    if done:
        click.echo(
            f"{done.taken:,} taken, {done.sent:,} mailed, {done.uncertain:,} uncertain, {done.failed:,} failed."
        )
        if done.note:
            click.echo(printable(done.note))
    oldest = f", the oldest since {local(health.oldest, zone)}" if health.oldest else ""
    click.echo(f"{health.waiting + health.mails.get('pending', 0):>9,} waiting{oldest}")
    click.echo(f"{health.open:>9,} asked, not confirmed yet")
    for state, count in health.mails.items():
        if count and state != "pending":
            click.echo(f"{count:>9,} mails {state} in the last seven days")
    if reasons:
        click.echo("Why people left:")
        for reason, people in reasons.items():
            click.echo(f"{people:>9,} {reason}")
