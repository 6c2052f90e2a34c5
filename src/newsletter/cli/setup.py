"""init, settings, doctor, status, db: an installation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import house, settings
from newsletter.cli.output import json_option, local, print_json, print_table, printable
from newsletter.errors import EmbeddingError
from newsletter.settings import SPECS
from newsletter.settings.model import Settings

if TYPE_CHECKING:
    from newsletter.domain.mailing import Mailing
    from newsletter.wiring import House


@click.command("init")
@click.option("--name", help="Name of the newsletter.")
@click.option("--timezone", help="The issue's time zone, e.g. America/New_York.")
@click.option("--issue-time", help="When the issue is made, HH:MM.")
@click.option("--from-email", help="Sender address.")
@click.option("--postal-address", help="Stands in every mail.")
@click.option("--public-url", help="Where readers reach `newsletter serve`, https://…")
@click.option("--provider", type=click.Choice(["outbox", "sendgrid", "smtp"]), help="Who carries the mail.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to write."
)
@click.option("--force", is_flag=True, help="Overwrite .env (its secret key is kept) and brand.toml.")
@json_option
def init_command(folder: Path, force: bool, as_json: bool, **given: str | None) -> None:
    """Set up an installation: ask what is not given, write .env (mode 0600) and brand.toml.

    \b
    newsletter init
    newsletter init --name "The Evening Balance" --timezone Europe/London --issue-time 05:30 \\
      --from-email morning@news.example.org --postal-address "1 High Street, Oldtown" \\
      --public-url https://news.example.org --provider outbox
    """
    from newsletter.settings.initfiles import QUESTIONS, refuse_overwriting, write_files

    refuse_overwriting(folder, force=force)
    answers = {}
    for question in QUESTIONS:
        value = given.get(question.option)
        answers[question.option] = question.check(
            value if value is not None else click.prompt(question.text, default=question.default, err=True)
        )
    written = write_files(folder, answers, force=force)
    if as_json:
        print_json({"written": [str(path) for path in written]})
        return
    for path in written:
        click.echo(f"Wrote {path}")
    click.echo("Next: newsletter doctor, then newsletter gather and newsletter build.")


@click.command("settings")
@json_option
def settings_command(as_json: bool) -> None:
    """Every setting, its value (secrets masked), and where it came from.

    \b
    newsletter settings
    """
    loaded = settings()
    rows = []
    for spec in SPECS:
        text = str(loaded.settings.home) if spec.name == "HOME" else loaded.text[spec.name]
        shown = mask(text) if spec.secret and text else text
        rows.append(
            {"name": spec.variable, "value": shown, "from": loaded.origin[spec.name], "help": spec.help}
        )
    if as_json:
        print_json({"settings": rows, "unknown": loaded.unknown})
        return
    print_table(("setting", "value", "from", "what it is"), [tuple(row.values()) for row in rows])
    _print_fallback(loaded.settings)
    for name in loaded.unknown:
        click.echo(f"Not known: {name} (misspelt, or of another version).", err=True)


def _print_fallback(chosen: Settings) -> None:
    """One line on stderr where EMBEDDINGS asks for what, at a glance, is not there."""
    if problem := _fallback(chosen):
        click.echo(printable(f"Stories would be grouped by words alone: {problem}"), err=True)


def _fallback(chosen: Settings) -> EmbeddingError | None:
    from newsletter.wiring import House

    with House(chosen) as rooms:
        return rooms.model.problem() if chosen.embeddings else None


_PASSWORD = re.compile(r"([?&](?:password|sslpassword|passfile)=)[^&]*", re.IGNORECASE)


def mask(secret: str) -> str:
    """Enough to tell two keys apart, not enough to use one; a URL keeps all but its password."""
    if "://" in secret:
        secret = _PASSWORD.sub(r"\1…", secret)
        scheme, _, rest = secret.partition("://")
        credentials, at, place = rest.rpartition("@")
        return f"{scheme}://{credentials.partition(':')[0]}:…@{place}" if at else secret
    return f"{secret[:3]}…" if len(secret) > 12 else "…"


@click.command("doctor")
@json_option
def doctor_command(as_json: bool) -> int:
    """Is everything ready to mail for real? Each check with its fix. Exit status 1 while something is not.

    \b
    newsletter doctor
    """
    from newsletter.cli.doctor import examine

    loaded = settings()
    findings = examine(loaded)
    if as_json:
        print_json([asdict(f) for f in findings])
    else:
        marks = {(True, True): "ok", (True, False): "?"}
        rows = [(marks.get((f.ok, f.looked), "FIX"), f.name, f.found, f.fix) for f in findings]
        print_table(("", "what", "found", "what to do"), rows)
        bad = sum(not f.ok for f in findings)
        if bad:
            click.echo(f"{bad} of {len(findings)} need a fix.")
        elif loaded.settings.provider == "outbox":
            click.echo(
                "All is ready for the outbox. What real mail needs is looked at with PROVIDER=sendgrid."
            )
        else:
            click.echo("All is ready.")
    return 0 if all(f.ok for f in findings) else 1


@click.command("status")
@json_option
def status_command(as_json: bool) -> int:
    """Is this morning all right? Today's issue, its checks, its mailing, the feeds. Exit status 1 if not.

    \b
    newsletter status
    """
    from newsletter.cli.people_signups import health_warning
    from newsletter.domain.reception import Reception, SpamVerdict
    from newsletter.mailing.intake import received_of

    with house() as rooms:
        now = rooms.clock()
        today = rooms.calendar.date_of(now)
        issue = rooms.issues.get(today)
        mailing = rooms.mailings.find(today)
        received = received_of(mailing, rooms.events, rooms.mailings) if mailing else Reception()
        corrections = _corrections_under_way(rooms, today)
        states = rooms.archive.states(now)
        chosen, zone = rooms.settings, rooms.settings.timezone
        due = now >= rooms.calendar.cut_off(today)
        queue = rooms.own_list.health(now)
    failing = sum(not state.status.ok for state in states.values())
    last = max((state.at for state in states.values()), default=None)
    document: Any = issue.document if issue else {}
    failed = [check["name"] for check in document.get("checks", []) if check["verdict"] == "fail"]
    found = {
        "home": chosen.home,
        "date": today,
        "issue": "made" if issue else ("missing" if due else "not due yet"),
        "number": issue.number if issue else None,
        "failed_checks": failed,
        "mailing": mailing.state.value if mailing else "none",
        "recipients": mailing.recipients if mailing else 0,
        "delivered": received.delivered,
        "bounced": received.bounced,
        "complaints": received.complaints,
        "spam_rate": round(received.spam_rate, 6),
        "bounce_rate": round(received.bounce_rate, 6),
        "warning": received.warning,
        "corrections": [f"{one.correction}: {one.state.value}" for one in corrections],
        "last_gather": last,
        "feeds": len(states),
        "feeds_failing": failing,
        "grouping": document["inputs"].get("grouping", "lexical") if issue else None,
        "signups_waiting": queue.waiting + queue.mails.get("pending", 0),
        "signups_warning": health_warning(queue, now),
    }
    found["ok"] = bool(
        (issue or not due)
        and not failed
        and (mailing is None or mailing.state.value in ("done", "waiting"))
        and received.spam is SpamVerdict.FINE
        and all(one.state.value in ("frozen", "waiting") for one in corrections)
        and not found["signups_warning"]
    )
    if as_json:
        print_json(found)
    else:
        _print_status({**found, "last_gather": local(last, zone)}, mailing.note if mailing else "")
        for one in corrections:
            click.echo(printable(f"\n{one.name} is {one.state.value}. {one.note} Look at it: {one.look}"))
        _print_fallback(chosen)
    return 0 if found["ok"] else 1


def _corrections_under_way(rooms: House, today: date) -> list[Mailing]:
    """Mails of corrections that are not through: `deliver` goes on with them."""
    from newsletter.pipeline.deliver import LOOK_BACK

    return [one for one in rooms.mailings.unfinished(today - LOOK_BACK) if one.correction]


def _print_status(found: Mapping[str, Any], note: str) -> None:
    """The figures, a dash for none, and what to do about each that is not right."""
    for key, value in found.items():
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, list):
            value = ", ".join(value)
        shown = "–" if value in (None, "") else value
        click.echo(f"{key.replace('_', ' '):>14}  {shown}")
    day = found["date"]
    if found["issue"] == "missing":
        click.echo(f"\nThere is no issue of {day}. Make it: newsletter build {day}")
    if found["failed_checks"]:
        click.echo(f"\nChecks fail. What to do about each: newsletter check {day}")
    if found["mailing"] not in ("none", "done"):  # a `waiting` one says when it goes on
        click.echo(
            printable(f"\nThe mailing is {found['mailing']}. {note} Look at it: newsletter deliveries {day}")
        )


@click.group("db")
def db_command() -> None:
    """The database. The embedded SQLite migrates itself; PostgreSQL is migrated by `newsletter db upgrade`.

    \b
    newsletter db upgrade
    """


@db_command.command("upgrade")
@json_option
def upgrade(as_json: bool) -> None:
    """Bring the database's schema to this version. Safe to repeat.

    \b
    newsletter db upgrade
    """
    from newsletter.storage.engine import upgrade as run
    from newsletter.wiring import make_home

    chosen = settings().settings
    if chosen.embedded:
        make_home(chosen.home)
    run(chosen.database_url)
    if as_json:
        print_json({"upgraded": mask(chosen.database_url)})
    else:
        click.echo(f"{mask(chosen.database_url)} is up to date.")
