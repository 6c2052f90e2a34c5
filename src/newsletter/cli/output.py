"""Printing: tables and a progress bar for people, one JSON document for machines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from newsletter.errors import NewsletterError, RegistryError
from newsletter.ports import Progress, no_progress

_ESCAPED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on stdout; logs on stderr."
)


def print_json(document: object) -> None:
    click.echo(_json(document))


def print_json_with(document: Mapping[str, object], name: str, rows: Iterable[object]) -> None:
    """One document with a list that need not fit into memory under ``name``."""
    click.echo(_json(document).removesuffix("\n}") + f',\n "{name}": [', nl=False)
    for number, row in enumerate(rows):
        click.echo(("," if number else "") + "\n  " + _json(row).replace("\n", "\n  "), nl=False)
    click.echo("]\n}")


def _json(document: object) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=1, default=_plain)
    # JSON leaves C1 controls alone, which terminals obey, and half characters, which no stream can encode.
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, Path) else repr(value)


def print_error(problem: NewsletterError, *, as_json: bool) -> None:
    """One line on stderr; with ``as_json`` also an object on stdout."""
    if as_json:
        print_json_error(problem)
    if isinstance(problem, RegistryError):
        for line, text in problem.problems:
            click.echo(printable(f"  line {line}: {text}"), err=True)
    click.echo(printable(f"newsletter: {problem}"), err=True)


def print_json_error(problem: NewsletterError) -> None:
    """The error as the one JSON document on stdout."""
    fields = {key: str(value) for key, value in problem.fields.items()}
    kind = type(problem).__name__
    print_json({"error": {"type": kind, "message": problem.message, "todo": problem.todo, **fields}})


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "", right: Sequence[int] = ()
) -> None:
    """A plain table, as wide as the terminal allows; nothing in the rows is read as markup."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(printable(str(cell))) for cell in row])
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def printable(text: str) -> str:
    """Without control characters: feed text must not drive somebody's terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress]:
    """A bar on stderr when a person watches; nothing otherwise."""
    if quiet or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda done, total, what: bar.update(
            task, completed=done, total=total or None, description=what
        )


def report(as_json: bool, document: Callable[[], Any], people: Callable[[], None]) -> None:
    """Print the one or the other."""
    if as_json:
        print_json(document())
    else:
        people()


def local(moment: datetime | None, zone: Any) -> str:
    """A time for people, in the issue's zone; a dash for none."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"
