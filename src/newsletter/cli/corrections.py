"""corrections: what an issue got wrong, said right: in the next one, in the archive, and by mail when told."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, TIME, house
from newsletter.cli.output import (
    json_option,
    local,
    print_json,
    print_table,
    printable,
    progress_bar,
    report,
)
from newsletter.errors import Refused, UsageError

if TYPE_CHECKING:
    from newsletter.domain.correction import KeptCorrection
    from newsletter.ports import Reached
    from newsletter.wiring import House


@click.group("corrections")
def corrections_command() -> None:
    """Corrections: numbered, dated, at the top of the next issue, a note in the archive, and by mail when told.

    \b
    newsletter corrections add 2026-08-14 --text "The bill passed by 61 votes, not 16." --by "A. Editor"
    newsletter corrections list
    newsletter corrections send 3
    """


@corrections_command.command("add")
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--text", required=True, metavar="TEXT", help="What was wrong and what is right, for readers.")
@click.option("--by", required=True, metavar="NAME", help="Who corrects it; kept, not published.")
@click.option("--story", default="", metavar="ID", help="The story it is about, by its id in issue.json.")
@click.option("--at", type=TIME, metavar="TIME", help='Stands for "now": an issue made as of then tells it.')
@json_option
def add_command(day: date, text: str, by: str, story: str, at: datetime | None, as_json: bool) -> None:
    """Correct the issue of DATE. The mailed text stays as it is.

    \b
    newsletter corrections add 2026-08-14 --text "The bill passed by 61 votes, not 16." --by "A. Editor"
    newsletter corrections add 2026-08-14 --story 2026-08-14-0c0ffee0 --text "…" --by "A. Editor"

    It gets a number and a date, stands at the top of the next issue, and as a note on the pages of its issue and
    story, at once. Its mail is drafted, and goes to nobody before `newsletter corrections send`.
    """
    from newsletter.pipeline.corrections import add

    with house() as rooms:
        kept = add(rooms.correction_room, day, text, by, story, at)
        people = rooms.mailings.reached(day, kept.number)
        _report(rooms, kept, people, as_json=as_json)


@corrections_command.command("edit")
@click.argument("number", type=int, metavar="N")
@click.option(
    "--text", default="", metavar="TEXT", help="The new text; without one only the mail is redrawn."
)
@click.option("--story", default=None, metavar="ID", help="The story it is about; empty: the whole issue.")
@json_option
def edit_command(number: int, text: str, story: str | None, as_json: bool) -> None:
    """Word correction N anew, as long as nobody was mailed it; its mail is drawn up again, an approval is void.

    \b
    newsletter corrections edit 3 --text "The bill passed by 61 votes to 39."
    newsletter corrections edit 3                # after a change of templates or brand
    """
    from newsletter.pipeline.corrections import edit

    with house() as rooms:
        kept = edit(rooms.correction_room, number, text, story)
        people = rooms.mailings.reached(kept.issue_date, number)
        _report(rooms, kept, people, as_json=as_json)


@corrections_command.command("list")
@click.argument("day", type=DATE, metavar="[DATE]", required=False)
@json_option
def list_command(day: date | None, as_json: bool) -> None:
    """Every correction, or those to the issue of DATE: what it says, where it stands, what became of its mail.

    \b
    newsletter corrections list
    newsletter corrections list 2026-08-14 --json
    """
    with house() as rooms:
        zone = rooms.settings.timezone
        kept = rooms.corrections.all(day)
        rows = [{**_document(one), **_mailed(rooms, one)} for one in kept]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("There are no corrections." if day is None else f"The issue of {day} has no correction.")
        return
    print_table(
        ("no.", "to", "made", "by", "text", "at the top of", "mail"),
        [
            (
                one.number,
                one.issue_date,
                local(one.made_at, zone),
                one.by,
                one.told.text,
                ", ".join(map(str, one.told_in)) or "the next issue",
                row["mail"],
            )
            for one, row in zip(kept, rows, strict=True)
        ],
        right=(0,),
    )


@corrections_command.command("show")
@click.argument("number", type=int, metavar="N")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@json_option
def show_command(number: int, form: str, as_json: bool) -> None:
    """Print the mail of correction N as it would go, and (with --json) whom it would go to.

    \b
    newsletter corrections show 3
    newsletter corrections show 3 --format html > correction.html
    """
    from newsletter.pipeline.corrections import draft, found

    with house() as rooms:
        kept = draft(rooms.correction_room, found(rooms.corrections, number))
        people = rooms.mailings.reached(kept.issue_date, number)
        rows = {**_document(kept), **_mailed(rooms, kept), **_people(people)}
    mail = kept.mail
    if mail is None:
        raise Refused(f"Correction {number} has no mail.", todo=f"newsletter corrections edit {number}")
    if as_json:
        print_json({**rows, "subject": mail.subject, "html": mail.html, "plain": mail.text})
    elif form == "html":
        click.echo(mail.html, nl=False)
    else:
        click.echo(printable(f"Subject: {mail.subject}\n\n{mail.text}"), nl=False)


@corrections_command.command("approve")
@click.argument("number", type=int, metavar="N")
@click.option("--by", required=True, metavar="NAME", help="Who approves; one of APPROVERS where that is set.")
@json_option
def approve_command(number: int, by: str, as_json: bool) -> None:
    """Let the mail of correction N go, where REQUIRE_APPROVAL asks for a word. It holds for these bytes only.

    \b
    newsletter corrections approve 3 --by "A. Editor"
    """
    from newsletter.pipeline.corrections import draft, found

    by = by.strip()
    if not by:
        raise UsageError("An approval needs a name.", todo="Give it with --by NAME.")
    with house() as rooms:
        allowed = rooms.settings.approvers
        if allowed and by not in allowed:
            raise Refused(
                f"{by} is not among the approvers.", todo="NEWSLETTER_APPROVERS lists who may approve."
            )
        kept = draft(rooms.correction_room, found(rooms.corrections, number))
        sha = kept.mail.sha256 if kept.mail else ""
        rooms.corrections.approve(number, by, sha)
    if as_json:
        print_json({"number": number, "approved_by": by, "sha256": sha})
    else:
        click.echo(f"The mail of correction {number} is approved by {by} ({sha[:12]}).")


@corrections_command.command("unapprove")
@click.argument("number", type=int, metavar="N")
@json_option
def unapprove_command(number: int, as_json: bool) -> None:
    """Take the approval of correction N's mail back; also one that has begun goes no further.

    \b
    newsletter corrections unapprove 3
    """
    from newsletter.pipeline.corrections import found

    with house() as rooms:
        found(rooms.corrections, number)
        rooms.corrections.approve(number, "", "")
    if as_json:
        print_json({"number": number, "approved_by": ""})
    else:
        click.echo(f"The mail of correction {number} is no longer approved.")


@corrections_command.command("send")
@click.argument("number", type=int, metavar="N")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--switch-provider", is_flag=True, help="Go on with another provider than it began with.")
@json_option
def send_command(number: int, yes: bool, switch_provider: bool, as_json: bool) -> int:
    """Mail correction N to everybody whom its issue has, or may have, reached, each once; go on where it was.

    \b
    newsletter corrections send 3
    newsletter corrections send 3 --yes

    The issue's mailing has to be halted or done. Whoever has left the list since, or has the correction at the top of
    a later issue, is not mailed, and counted. `newsletter deliver` goes on with it, as with any mailing.
    """
    from newsletter.cli.sending import print_send
    from newsletter.mailing.stopping import StopSignal
    from newsletter.pipeline.corrections import draft, found, send_correction

    with house() as rooms:
        kept = draft(rooms.correction_room, found(rooms.corrections, number))
        before = rooms.mailings.find(kept.issue_date, number)
        if before is not None and before.state.value == "done" and not as_json:
            click.echo(f"Correction {number} was mailed already; nobody is mailed it again.")
        _ask(rooms, kept, yes=yes)
        with progress_bar(quiet=as_json) as progress, StopSignal() as stop:
            room = replace(rooms.send_room, wait=stop.wait)
            sent = send_correction(
                room, number, switch_provider=switch_provider, stop=stop, progress=progress
            )
        report(as_json, lambda: asdict(sent), lambda: print_send(sent, rooms))
    return sent.exit_status


def _ask(rooms: House, kept: KeptCorrection, *, yes: bool) -> None:
    """Whoever has no terminal must say --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("Nobody is at the terminal to confirm the send.", todo="Add --yes.")
    people = rooms.mailings.reached(kept.issue_date, kept.number)
    click.echo(printable(f"“{kept.told.text}”"))
    click.echo(whom(people, kept.issue_date))
    if not click.confirm(f"Mail correction {kept.number} by {rooms.provider.name}?"):
        raise Refused("Not sent.")


def whom(people: Reached, day: date) -> str:
    """Whom a correction's mail goes to, for people."""
    told = f"{people.people:,} people whom the issue of {day} reached"
    if people.perhaps:
        told += f", {people.perhaps:,} of them perhaps: nobody knows"
    left = [f"{count:,} {reason}" for reason, count in people.left_out.items()]
    return f"{told}." + (f" Not mailed: {', '.join(left)}." if left else "")


def _report(rooms: House, kept: KeptCorrection, people: Reached, *, as_json: bool) -> None:
    if as_json:
        print_json({**_document(kept), **_mailed(rooms, kept), **_people(people)})
        return
    click.echo(printable(f"Correction {kept.number} to the issue of {kept.issue_date}: {kept.told.text}"))
    click.echo("It stands on its page from now on, and at the top of the next issue.")
    if people.people:
        click.echo(f"Its mail would go to {whom(people, kept.issue_date)}")
        click.echo(f"Look at it: newsletter corrections show {kept.number}")
        click.echo(f"Send it:    newsletter corrections send {kept.number}")


def _document(kept: KeptCorrection) -> dict[str, Any]:
    return {
        "number": kept.number,
        "issue": kept.issue_date,
        "date": kept.told.date,
        "text": kept.told.text,
        "story_id": kept.told.story_id,
        "by": kept.by,
        "made_at": kept.made_at,
        "told_in": list(kept.told_in),
        "approved_by": kept.approved_by,
    }


def _mailed(rooms: House, kept: KeptCorrection) -> dict[str, Any]:
    """What became of its mail: ``draft`` until it is sent, then the mailing's state."""
    mailing = rooms.mailings.find(kept.issue_date, kept.number)
    return {
        "mail": mailing.state.value if mailing else "draft",
        "recipients": mailing.recipients if mailing else 0,
    }


def _people(people: Reached) -> dict[str, Any]:
    return {
        "reached": people.surely,
        "perhaps": people.perhaps,
        "left_out": {str(reason): count for reason, count in people.left_out.items()},
    }
