"""approve, unapprove, skip: an issue goes by somebody's name, bound to its very bytes, or not at all."""

from __future__ import annotations

from datetime import date

import click

from newsletter.cli.context import DATE, house
from newsletter.cli.day import kept_issue
from newsletter.cli.output import json_option, print_json
from newsletter.errors import Refused


@click.command("approve")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--by", required=True, metavar="NAME", help="Who approves; one of APPROVERS where that is set.")
@click.option(
    "--override", multiple=True, metavar="CHECK", help="Let this failed check pass; may be repeated."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; needed with --override and kept.")
@json_option
def approve_command(day: date, by: str, override: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Let the issue of DATE go. The approval holds for these bytes only: a changed issue needs a new one.

    \b
    newsletter approve 2026-08-14 --by "A. Editor"
    newsletter approve 2026-08-14 --by "A. Editor" --override supply --reason "Holiday: few outlets publish"
    """
    from newsletter.pipeline.desk import approve, named

    with house() as rooms:
        issue = approve(rooms.issues, day, by, override, reason, rooms.settings.approvers)
    by = named(by)
    if as_json:
        print_json(
            {"date": day, "approved_by": by, "html_sha256": issue.html_sha256, "overrides": list(override)}
        )
    else:
        click.echo(f"The issue of {day} is approved by {by} ({issue.html_sha256[:12]}).")


@click.command("unapprove")
@click.argument("day", type=DATE, metavar="DATE")
@json_option
def unapprove_command(day: date, as_json: bool) -> None:
    """Take the approval of the issue of DATE back.

    \b
    newsletter unapprove 2026-08-14
    """
    with house() as rooms:
        kept_issue(rooms, day)
        rooms.issues.unapprove(day)
    if as_json:
        print_json({"date": day, "approved_by": ""})
    else:
        click.echo(f"The issue of {day} is no longer approved.")


@click.command("skip")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--by", default="", metavar="NAME", help="Who says so.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept.")
@click.option("--undo", is_flag=True, help="There is an issue that day after all.")
@json_option
def skip_command(day: date, by: str, reason: str, undo: bool, as_json: bool) -> None:
    """No issue on DATE: none is built or sent, and the day consumes no number.

    \b
    newsletter skip 2026-12-25 --by "A. Editor" --reason "Holiday"
    newsletter skip 2026-12-25 --undo
    """
    from newsletter.ports import Skip

    with house() as rooms:
        if rooms.mailings.find(day) is not None:
            raise Refused(
                f"The mailing of {day} has begun.",
                todo=f"To stop it: newsletter halt {day} --by NAME --reason TEXT",
            )
        if undo:
            rooms.issues.unskip(day)
        else:
            rooms.issues.skip(Skip(day, by.strip(), reason.strip() or "no reason given", rooms.clock()))
    if as_json:
        print_json({"date": day, "skipped": not undo, "by": by, "reason": reason})
    else:
        click.echo(f"{day} has an issue again." if undo else f"There is no issue on {day}.")
