"""demo: see it work before setting anything up."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import settings
from newsletter.cli.output import json_option, print_json

if TYPE_CHECKING:
    from newsletter.demo.run import DemoResult


@click.command("demo")
@click.option("--engine", type=click.Choice(["plain", "prefect"]), default="plain", show_default=True)
@json_option
def demo_command(engine: str, as_json: bool) -> None:
    """The whole day on the sample newsroom: gather, build, check, mail into the outbox. Mails nobody.

    \b
    newsletter demo
    newsletter demo --engine prefect

    Fictional outlets of a fictional country, served over local HTTP with a clock of their own: no key, no
    network, no server. It works in HOME/demo, which each run empties.
    """
    from newsletter.demo.run import run_demo

    home = settings().settings.home / "demo"
    result = run_demo(home, engine=engine, say=(lambda _: None) if as_json else click.echo)
    if as_json:
        print_json(_json(result))
    else:
        _print(result)


def _json(result: DemoResult) -> dict[str, Any]:
    from newsletter.cli.day import built_json

    return {
        "home": result.home,
        "issues": [built_json(built) for built in result.issues],
        "mailed": result.sent.submitted if result.sent else None,
    }


def _print(result: DemoResult) -> None:
    from newsletter.cli.day import print_built

    last = result.issues[-1]
    print_built(last)
    if result.sent:
        click.echo(f"Mailed to {result.sent.submitted} sample subscribers: {result.home / 'outbox'}\n")
    else:
        click.echo(f"Mailed by the flow: {result.home / 'outbox'}\n")
    shown, newsletter = _short(result.home), _command()
    day = last.issue.date
    click.echo("Where to look:")
    click.echo(f"  the mail         {_short(Path(last.folder))}/issue.html  (open it in a browser)")
    click.echo(f"  as text          NEWSLETTER_HOME={shown} {newsletter} show {day}")
    click.echo(f"  its checks       NEWSLETTER_HOME={shown} {newsletter} check {day}")
    click.echo(f"  as an editor     NEWSLETTER_HOME={shown} {newsletter} preview {day}")
    click.echo(f"  as a reader      NEWSLETTER_HOME={shown} {newsletter} serve")
    quiet = next((built for built in result.issues if len(_stories(built)) <= 2), None)
    if quiet is not None and quiet is not last:
        click.echo(f"  a quiet day      {_short(Path(quiet.folder))}/issue.html")


def _stories(built: Any) -> list[Any]:
    return list(built.issue.document["stories"])


def _command() -> str:
    """The command as it can be typed from here: `make demo` puts it on nobody's PATH."""
    typed = Path(sys.argv[0])
    known = shutil.which("newsletter") is not None or typed.name != "newsletter"
    return "newsletter" if known else _short(typed)


def _short(path: Path) -> str:
    """As short as it can be typed from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
