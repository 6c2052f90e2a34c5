"""group, write, dev: parts of the engine on their own, for engineers and scorers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from newsletter.cli.context import house
from newsletter.cli.output import json_option, print_json, progress_bar
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.ports import Embedded


def _rows(file: TextIO, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """JSON lines. Raises `UsageError` naming the line that is none, or what it lacks."""
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()  # what came in must be able to go out
        except UnicodeEncodeError:
            raise UsageError(
                f"line {number}: half a character (\\ud800 …).", todo="Mend that text."
            ) from None
        except RecursionError:
            raise UsageError(f"line {number}: nested far too deeply.", todo="Mend that row.") from None
        except json.JSONDecodeError as problem:
            raise UsageError(f"line {number}: {problem}.", todo="One JSON object a line is needed.") from None
        missing = [key for key in needed if not isinstance(row, dict) or key not in row]
        if missing:
            raise UsageError(f"line {number}: no {', '.join(missing)}.", todo="See the command's --help.")
        yield row


def _lines(file: TextIO) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError:
        raise UsageError(f"{file.name} is not UTF-8.", todo="Save it as UTF-8.") from None


@click.command("group")
@click.argument("infile", type=click.File("r", encoding="utf-8"), metavar="IN.jsonl")
@click.argument("outfile", type=click.File("w", encoding="utf-8"), metavar="OUT.jsonl")
@click.option(
    "--embeddings", metavar="MODEL", help='As the setting EMBEDDINGS, which it overrides; "" for none.'
)
@json_option
def group_command(infile: TextIO, outfile: TextIO, embeddings: str | None, as_json: bool) -> None:
    """Only the grouping: articles in, one story id for each out. `-` stands for stdin or stdout.

    \b
    newsletter group articles.jsonl stories.jsonl
    newsletter group articles.jsonl stories.jsonl --embeddings all-MiniLM-L6-v2

    IN has rows {"id","title","description","url","outlet","published"}; OUT gets {"id","story_id"}, in the
    same order. Deterministic and independent of the order of the rows. With --json a document on stdout says
    what it was grouped with (OUT is a file then).
    """
    from newsletter.stories.rows import group_rows
    from newsletter.wiring import bundled_grouping

    if as_json and getattr(outfile, "name", "-") in ("-", "<stdout>"):
        raise UsageError("--json and OUT both want stdout.", todo="Name a file for OUT.")
    rows = list(_rows(infile, ("id", "title")))
    embedded = _embedded(rows, embeddings, quiet=as_json)
    grouped = group_rows(rows, bundled_grouping(), embedded.vectors)
    outfile.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in grouped)
    if as_json:
        stories = len({row["story_id"] for row in grouped})
        print_json({"articles": len(grouped), "stories": stories, "grouping": embedded.used})


def _embedded(rows: list[dict[str, Any]], given: str | None, *, quiet: bool) -> Embedded:
    """The rows' vectors, as the option has it, else the setting. This command opens no database to keep them."""
    from newsletter.embeddings.vectors import MemoryStore
    from newsletter.stories.rows import articles_of

    chosen = {} if given is None else {"EMBEDDINGS": given}
    with house(**chosen) as rooms, progress_bar(quiet=quiet) as progress:
        return rooms.vector_source(MemoryStore())(articles_of(rows), progress)


def _with_articles(row: dict[str, Any]) -> dict[str, Any]:
    """The row, its articles being objects with an id. Raises `UsageError`."""
    articles = row["articles"]
    if not isinstance(articles, list) or not all(isinstance(a, dict) and "id" in a for a in articles):
        raise UsageError(
            f"Row {row['id']!r}: articles is no list of objects with an id.", todo="See the command's --help."
        )
    return row


@click.command("write")
@click.argument("infile", type=click.File("r", encoding="utf-8"), metavar="IN.jsonl")
@click.argument("outfile", type=click.File("w", encoding="utf-8"), metavar="OUT.jsonl")
@click.option("--budget", default=60, show_default=True, metavar="WORDS", help="Length of the overview.")
def write_command(infile: TextIO, outfile: TextIO, budget: int) -> None:
    """Only the writing: stories in, words with their evidence out. `-` stands for stdin or stdout.

    \b
    newsletter write stories.jsonl words.jsonl --budget 60

    IN has rows {"id","articles":[{"id","title","text","outlet","leaning","url","published"}]}.
    """
    from newsletter.writing.rows import write_row

    rows = map(_with_articles, _rows(infile, ("id", "articles")))
    told = (write_row(row, budget_words=budget) for row in rows)
    outfile.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in told)


@click.group("dev")
def dev_command() -> None:
    """Stand-ins for development, on loopback only.

    \b
    newsletter dev sendgrid
    newsletter dev model
    """


@dev_command.command("model")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8035, show_default=True, help="0 takes a free one."
)
def model(port: int) -> None:
    """A language model's stand-in: replays the recorded answers about the sample newsroom, knows nothing else.

    \b
    newsletter dev model --port 8035
    NEWSLETTER_WRITER=model NEWSLETTER_MODEL=recorded NEWSLETTER_MODEL_URL=http://127.0.0.1:8035/v1 \\
      NEWSLETTER_MODEL_API_KEY=stand-in-key newsletter build
    """
    from newsletter.dev.model import main

    main(port)


@dev_command.command("sendgrid")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8025, show_default=True, help="0 takes a free one."
)
@click.option(
    "--record", type=click.Path(dir_okay=False), help="Append what is accepted to this JSON lines file."
)
@click.option("--events", default="", metavar="URL", help="Post signed events about what is accepted there.")
@click.option(
    "--fail",
    "faults",
    multiple=True,
    metavar="[N:]FAULT",
    help="Answer the Nth send (default: the next one) with a status, or with timeout, timeout-after-accept,"
    " reset-before, reset-after-accept, garbage or cut-receipt. May be given several times.",
)
def sendgrid(port: int, record: Path | None, events: str, faults: tuple[str, ...]) -> None:
    """A strict SendGrid stand-in: rejects all that SendGrid rejects, mails nobody.

    \b
    newsletter dev sendgrid --port 8025
    newsletter dev sendgrid --fail 3:429 --fail 8:timeout-after-accept
    newsletter dev sendgrid --events http://127.0.0.1:8080/webhook/sendgrid
    NEWSLETTER_PROVIDER=sendgrid NEWSLETTER_SENDGRID_URL=http://127.0.0.1:8025 \\
      NEWSLETTER_SENDGRID_API_KEY=SG.stand-in newsletter send 2026-08-14 --yes

    With --events every mail is told of as processed and delivered, unless its address says otherwise:
    reader+bounce@…, +block, +drop, +defer, +spam, +leave or +return. They also come onto the suppression lists.
    """
    from newsletter.dev.sendgrid import main, planned_faults

    try:
        planned = planned_faults(faults)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    main(port, record, events_to=events, faults=planned)
