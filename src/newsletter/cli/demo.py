"""demo: see it work before setting anything up."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import settings
from newsletter.cli.output import json_option, print_json

if TYPE_CHECKING:
    from newsletter.demo.run import DemoResult


@click.command("demo")
@click.option("--engine", type=click.Choice(["plain", "prefect"]), default="plain", show_default=True)
@click.option(
    "--writer",
    type=click.Choice(["extractive", "model"]),
    default="extractive",
    show_default=True,
    help="model: recorded answers of a language model, and the verifier that decides (needs the extra `model`).",
)
@json_option
def demo_command(engine: str, writer: str, as_json: bool) -> None:
    """The whole day on the sample newsroom: gather, build, check, mail into the outbox. Mails nobody.

    \b
    newsletter demo
    newsletter demo --engine prefect
    newsletter demo --writer model

    Fictional outlets of a fictional country, served over local HTTP with a clock of their own: no key, no
    network, no server. It works in HOME/demo, which each run empties.
    """
    from newsletter.demo.run import run_demo

    home = settings().settings.home / "demo"
    say = (lambda _: None) if as_json else click.echo
    with _model(writer) as more:
        result = run_demo(home, engine=engine, say=say, more=more)
    if as_json:
        print_json(_json(result))
    else:
        _print(result)


@contextmanager
def _model(writer: str) -> Iterator[dict[str, str]]:
    """The settings of that writer, with a stand-in that replays recorded answers while it lasts."""
    if writer != "model":
        yield {}
        return
    from newsletter.dev.model import DEV_KEY, DEV_MODEL, ModelStandIn, recorded_sample

    with ModelStandIn(recorded_sample()) as model:
        yield {"WRITER": "model", "MODEL": DEV_MODEL, "MODEL_URL": model.url, "MODEL_API_KEY": DEV_KEY}


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
