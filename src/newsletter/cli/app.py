"""The root command: what there is, grouped by who needs it, and how errors reach people and machines."""

from __future__ import annotations

import importlib
import sys

import click

from newsletter import __version__
from newsletter.cli.output import print_error
from newsletter.errors import NewsletterError

# name -> (module, one line of help). The help stands here so that `--help` imports no command.
_SUBSCRIBER_LIST = {
    "subscribers": ("people", "Add, import, export, list, remove subscribers."),
}
_EDITOR = {
    "build": ("day", "Make the issue of a date."),
    "show": ("day", "Print an issue: JSON, HTML or text."),
    "check": ("day", "The checks before an issue may go."),
    "preview": ("pages", "See the issue in the browser, reloading as you edit."),
    "approve": ("approval", "Let an issue go, by name."),
    "unapprove": ("approval", "Take an approval back."),
    "test-send": ("sending", "Send yourself one marked test mail."),
    "reports": ("pages", "What readers reported."),
}
_OPERATOR = {
    "init": ("setup", "Set up an installation: .env and brand.toml."),
    "doctor": ("setup", "Is everything ready to mail for real?"),
    "settings": ("setup", "Every setting, and where it came from."),
    "status": ("setup", "Is this morning all right?"),
    "demo": ("demo", "The whole day on the fictional sample newsroom."),
    "gather": ("day", "Fetch every due feed once."),
    "feeds": ("registry", "Each feed's health."),
    "outlets": ("registry", "The registry: list, check."),
    "send": ("sending", "Send an issue to the list, each subscriber once."),
    "deliveries": ("sending", "What happened to each batch of a mailing."),
    "resolve": ("sending", "Settle an uncertain batch."),
    "backfill": ("pastdates", "Make the issues of past dates."),
    "serve": ("pages", "The public pages that the mail links to."),
    "db": ("setup", "The database: upgrade."),
}
_ENGINEER = {
    "group": ("tools", "Only the grouping, from JSON lines to JSON lines."),
    "write": ("tools", "Only the writing, from JSON lines to JSON lines."),
    "dev": ("tools", "Stand-ins for development."),
}
SECTIONS = (
    ("Subscriber list", _SUBSCRIBER_LIST),
    ("Editor", _EDITOR),
    ("Operator", _OPERATOR),
    ("Engineer", _ENGINEER),
)
_ALL = {name: entry for _, commands in SECTIONS for name, entry in commands.items()}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_ALL)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ALL:
            return None
        module = importlib.import_module(f"newsletter.cli.{_ALL[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_") + "_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(name, text) for name, (_, text) in commands.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="newsletter")
def cli() -> None:
    """Both Sides in 5 Minutes: a newsroom's morning engine.

    \b
    Try it:        newsletter demo
    Set it up:     newsletter init, then newsletter doctor
    Each morning:  newsletter gather; newsletter build; newsletter send

    Settings come from the environment or a .env file (see `newsletter settings`).
    Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused by a guard.
    """


def main() -> None:
    """Run the command; errors become one line (or one JSON object with --json) and an exit status."""
    as_json = "--json" in sys.argv[1:]
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("newsletter: interrupted; run the command again to go on.", err=True)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except NewsletterError as problem:
        print_error(problem, as_json=as_json)
        sys.exit(problem.exit_status)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: `newsletter show … | head`
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)
