"""The root command: what there is, grouped by who needs it, and how errors reach people and machines."""

from __future__ import annotations

import errno
import importlib
import sys
import traceback
from pathlib import Path

import click

from newsletter import __version__
from newsletter.cli.output import print_error, print_json_error
from newsletter.errors import NewsletterError, UsageError

# name -> (module, one line of help). The help stands here so that `--help` imports no command.
_SUBSCRIBER_LIST = {
    "subscribers": ("people", "Add, import, export, list, remove subscribers."),
}
_EDITOR = {
    "build": ("day", "Make the issue of a date."),
    "show": ("day", "Print an issue: JSON, HTML or text."),
    "check": ("day", "The checks before an issue may go."),
    "preview": ("pages", "See the issue in the browser, reloading as you edit."),
    "edits": ("editing", "What editors changed in an issue; take a change back."),
    "approve": ("approval", "Let an issue go, by name."),
    "unapprove": ("approval", "Take an approval back."),
    "skip": ("approval", "No issue on a date."),
    "test-send": ("sending", "Send yourself one marked test mail."),
    "corrections": ("corrections", "Correct an issue: in the next one, in the archive, by mail."),
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
    "deliver": ("sending", "Go on with every mailing under way, each batch on its morning."),
    "halt": ("halting", "Stop a mailing, and cancel what can still be cancelled."),
    "deliveries": ("deliveries", "What happened to each batch of a mailing."),
    "resolve": ("deliveries", "Settle an uncertain batch."),
    "sync-suppressions": ("suppressions", "Merge the provider's suppression lists."),
    "backfill": ("pastdates", "Make the issues of past dates."),
    "serve": ("pages", "The public pages that the mail links to."),
    "db": ("setup", "The database: upgrade."),
}
_ENGINEER = {
    "evaluate": ("evaluating", "Scores on days that you labelled."),
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
    Each morning:  newsletter gather; newsletter build; newsletter send DATE

    Settings come from the environment or a .env file (see `newsletter settings`).
    Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused by a guard.
    """


def main() -> None:
    """Run the command; errors become one line (and one JSON object with --json) and an exit status.

    With ``python -X dev`` an error nobody foresaw keeps its traceback; else it is one line like the others,
    since a traceback shows values: an address, a key.
    """
    as_json = "--json" in sys.argv[1:]
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        print_error(NewsletterError("interrupted;", todo="run the command again to go on."), as_json=as_json)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        if as_json:
            print_json_error(UsageError(problem.format_message()))
        sys.exit(problem.exit_code)
    except NewsletterError as problem:
        print_error(problem, as_json=as_json)
        sys.exit(problem.exit_status)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: `newsletter show … | head`
        sys.exit(0)
    except Exception as problem:
        if sys.flags.dev_mode:
            raise
        print_error(_unforeseen(problem), as_json=as_json and not _full_stdout(problem))
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _unforeseen(problem: Exception) -> NewsletterError:
    """What no adapter put into words: the system's own refusals by their words, faults of ours by their place."""
    if isinstance(problem, OSError) and problem.strerror:
        what = f"{problem.filename}: " if problem.filename else ""
        return NewsletterError(
            f"{what}{problem.strerror}.", todo="Mend that (path, rights, space), then run the command again."
        )
    return NewsletterError(
        f"Something broke inside ({type(problem).__name__}{_place(problem)}).",
        todo="This is a fault of the program: please report it, with what `python -X dev -m newsletter …` shows.",
    )


def _full_stdout(problem: Exception) -> bool:
    """Whether it was the output itself that could not be written."""
    return (
        isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EIO) and not problem.filename
    )


def _place(problem: BaseException) -> str:
    """File and line of our own innermost frame."""
    frames = traceback.extract_tb(problem.__traceback__)
    own = [frame for frame in frames if "newsletter" in Path(frame.filename).parts]
    return f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
