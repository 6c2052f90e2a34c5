"""send, deliver, test-send: mail to people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, house
from newsletter.cli.day import kept_issue
from newsletter.cli.output import (
    json_option,
    print_error,
    print_json,
    progress_bar,
    report,
)
from newsletter.errors import Refused

if TYPE_CHECKING:
    from newsletter.mailing.report import SendReport
    from newsletter.wiring import House


@click.command("send")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--now", "at_once", is_flag=True, help="Everybody gets it at once, whatever their clocks say.")
@click.option(
    "--wait", "stay", is_flag=True, help="Stay until the last morning, instead of ending in between."
)
@click.option("--allow-stale", is_flag=True, help="Send an issue whose morning has passed, at once.")
@click.option(
    "--switch-provider", is_flag=True, help="Go on with another provider than it began with: what is pending."
)
@json_option
def send_command(
    day: date, yes: bool, at_once: bool, stay: bool, allow_stale: bool, switch_provider: bool, as_json: bool
) -> int:
    """Send the issue of DATE to everybody on the list, each once; go on with what was interrupted.

    \b
    newsletter send 2026-08-14
    newsletter send 2026-08-14 --yes
    newsletter send 2026-08-14 --yes --wait

    The audience is frozen first; whoever joined, left or bounced later is accounted for with a reason.
    Everybody gets it at DELIVER_AT, or a time of their own, on their own clock: what may go now goes, the rest
    waits for the next run (`newsletter deliver`, every ten minutes or so), or for this one with --wait.
    A batch whose outcome nobody knows is never sent again by itself: see `newsletter deliveries` and
    `newsletter resolve`. Stop it with Ctrl-C or SIGTERM: the batch under way is finished, the rest waits.
    """
    with house() as rooms:
        _ask(rooms, day, yes=yes)
        from newsletter.domain.mailing import MailingState
        from newsletter.mailing.stopping import StopSignal
        from newsletter.pipeline.send import send

        before = rooms.mailings.find(day)
        if before is not None and before.state is MailingState.DONE and not as_json:
            click.echo(f"The issue of {day} was mailed already; nobody is mailed again.")
        with progress_bar(quiet=as_json) as progress, StopSignal() as stop:
            room = replace(rooms.send_room, wait=stop.wait)
            found = send(
                room,
                day,
                allow_stale=allow_stale,
                at_once=at_once,
                stay=stay,
                switch_provider=switch_provider,
                stop=stop,
                progress=progress,
            )
        report(as_json, lambda: send_json(found), lambda: print_send(found, rooms))
    return found.exit_status


def _ask(rooms: House, day: date, *, yes: bool) -> None:
    """Whoever has no terminal must say --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("Nobody is at the terminal to confirm the send.", todo="Add --yes.")
    issue = kept_issue(rooms, day)
    count = rooms.subscribers.count().get("active", 0)
    what = f"No. {issue.number}, “{issue.document['subject']}”"
    question = f"Send {what}, to {count:,} subscribers by {rooms.provider.name}?"
    if not click.confirm(question):
        raise Refused("Not sent.")


def send_json(found: SendReport) -> dict[str, Any]:
    return asdict(found)


def print_send(found: SendReport, rooms: House) -> None:
    """What became of everybody, adding up: the recipients to their number, with the exclusions to the candidates."""
    click.echo(f"{found.submitted:,} of {found.recipients:,} recipients submitted to {rooms.provider.name}.")
    states = (
        ("left the list since the freeze", found.skipped),
        ("wait for their morning", found.waiting),
        ("missed their morning", found.missed),
        ("pending", found.pending - found.waiting - found.missed),
        ("being handed over", found.submitting),
        ("failed", found.failed),
        ("uncertain", found.uncertain),
        ("uncertain, being cancelled", found.cancelling),
        ("cancelled", found.cancelled),
    )
    told = [(label, count) for label, count in states if count]
    left_out = [(f"not mailed: {reason}", count) for reason, count in found.exclusions.items()]
    if told or left_out:
        _print_sum([("submitted", found.submitted), *told], ("recipients", found.recipients))
    if left_out:
        _print_sum(left_out, ("looked at for this issue", found.candidates))
    if found.note:
        click.echo(found.note)
    which = f" --correction {found.correction}" if found.correction else ""
    if found.uncertain and "newsletter resolve" not in found.note:
        click.echo(
            f"Uncertain batches wait for you: newsletter deliveries {found.issue_date}{which} --uncertain,"
            " then newsletter resolve."
        )
    if rooms.settings.provider == "outbox":
        click.echo(f"The mail lies in {rooms.settings.outbox_folder}")


def _print_sum(rows: Sequence[tuple[str, int]], total: tuple[str, int]) -> None:
    width = len(f"{total[1]:,}")
    for label, count in rows:
        click.echo(f"  {count:>{width},}  {label}")
    click.echo(f"  {'─' * width}")
    click.echo(f"  {total[1]:>{width},}  {total[0]}")


@click.command("deliver")
@json_option
def deliver_command(as_json: bool) -> int:
    """Go on with every mailing under way: whatever is due now goes. Begins none; run it every ten minutes or so.

    Mail to people who signed up goes first, where `newsletter serve` has left any.

    \b
    newsletter deliver
    */10 * * * *  cd /srv/newsletter && newsletter deliver      # a line for a crontab

    Silent and 0 when there is nothing to do; 1 when a mailing needs somebody, 3 when a guard refuses.
    """
    from newsletter.cli.halting import print_halt
    from newsletter.mailing.report import Outcome
    from newsletter.mailing.stopping import StopSignal
    from newsletter.pipeline.deliver import deliver

    with house() as rooms, StopSignal() as stop:
        rooms.sign_up_desk.drain(
            stop
        )  # what `serve` left: it is quick, and nobody should wait for a long mailing
        found = deliver(replace(rooms.send_room, wait=stop.wait), stop=stop)
        if as_json:
            print_json([asdict(told) for one in found if (told := one.report or one.halted)])
        for one in found:
            if one.report and not as_json:
                click.echo(f"{one.name}:")
                print_send(one.report, rooms)
            if one.halted and not as_json:
                print_halt(one.halted)
            if one.problem:
                print_error(one.problem, as_json=False)
    # Another process that is sending it just now is no trouble: this one will find it done, or waiting.
    ends = [
        one.report.exit_status for one in found if one.report and one.report.outcome is not Outcome.ELSEWHERE
    ]
    ends += [1 for one in found if one.halted and one.halted.queued]
    return max([*ends, *(one.problem.exit_status for one in found if one.problem)], default=0)


@click.command("test-send")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--to", required=True, metavar="ADDRESS", help="Where the test goes.")
@json_option
def test_send_command(day: date, to: str, as_json: bool) -> None:
    """Send one marked test mail of the issue of DATE; it touches no subscriber's state.

    \b
    newsletter test-send 2026-08-14 --to me@example.org
    """
    from newsletter.domain.audience import parse_address
    from newsletter.mailing.guard import refuse_example_values
    from newsletter.pipeline.send import envelope

    email, _ = parse_address(to)
    with house() as rooms:
        issue = kept_issue(rooms, day)
        room = rooms.send_room
        if room.provider.real:
            refuse_example_values(room.rules.problems)
        accepted = room.provider.submit_test(envelope(room.sender, issue), email)
    if as_json:
        print_json({"date": day, "message_id": accepted.message_id})
    else:
        click.echo(f"One test mail handed to {rooms.provider.name} ({accepted.message_id}).")
