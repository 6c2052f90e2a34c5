"""gather, build, show, check: a day's issue."""

from __future__ import annotations

from collections.abc import Sequence
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

if TYPE_CHECKING:
    from newsletter.domain.checks import Check
    from newsletter.domain.feed import GatherReport
    from newsletter.pipeline.build import Built
    from newsletter.wiring import House


@click.command("gather")
@click.option("--at", type=TIME, metavar="TIME", help='Stands for "now", e.g. 2026-08-19T23:30:00Z.')
@json_option
def gather_command(at: datetime | None, as_json: bool) -> int:
    """Fetch every due feed once, keep what came, store the articles.

    \b
    newsletter gather
    newsletter gather --at 2026-08-13T12:00:00Z

    Run it every hour or so: some feeds hold only a few hours of news. A feed that fails is reported with
    what to do; it costs no other feed anything. Exit status 1 when every feed failed.
    """
    with house() as rooms:
        found = gather(rooms, at or rooms.clock(), quiet=as_json)
        zone = rooms.settings.timezone
    report(as_json, lambda: gather_json(found), lambda: print_gather(found, zone))
    return 1 if found.feeds and all(not feed.ok for feed in found.feeds) else 0


def gather(rooms: House, at: datetime, *, quiet: bool) -> GatherReport:
    from newsletter.pipeline.gather import gather as run

    with progress_bar(quiet=quiet) as progress:
        return run(rooms.gather_room, at, progress)


def gather_json(found: GatherReport) -> dict[str, Any]:
    import dataclasses

    return {
        "at": found.at,
        "seconds": round(found.seconds, 3),
        "new_articles": found.new_articles,
        "feeds_ok": sum(feed.ok for feed in found.feeds),
        "feeds_failed": len(found.failed),
        "feeds": [dataclasses.asdict(feed) for feed in found.feeds],
    }


def print_gather(found: GatherReport, zone: Any) -> None:
    ok = len(found.feeds) - len(found.failed)
    click.echo(
        f"Gathered as of {local(found.at, zone)}: {ok} of {len(found.feeds)} feeds answered, "
        f"{found.new_articles} new articles, {found.seconds:.1f} s."
    )
    held, dropped = sum(feed.held for feed in found.feeds), _dropped(found)
    if held:
        click.echo(f"{held} articles are dated later and wait for their time.")
    if dropped:
        click.echo("Left out: " + ", ".join(f"{n} {reason}" for reason, n in dropped.items()) + ".")
    if found.failed:
        rows = [
            (
                f.outlet,
                f.status,
                local(f.since, zone),
                f.message,
                f.todo or f"again after {local(f.until, zone)}",
            )
            for f in found.failed
        ]
        print_table(("outlet", "status", "since", "what happened", "what to do"), rows, title="Not heard")
    worth = [(f.outlet, f.message) for f in found.feeds if f.ok and f.message]
    if worth:
        print_table(("outlet", "worth a look"), worth)


def _dropped(found: GatherReport) -> dict[str, int]:
    total: dict[str, int] = {}
    for feed in found.feeds:
        for reason, count in feed.dropped.items():
            total[reason] = total.get(reason, 0) + count
    return dict(sorted(total.items(), key=lambda item: -item[1]))


@click.command("build")
@click.argument("day", type=DATE, required=False, metavar="[DATE]")
@click.option("--at", type=TIME, metavar="TIME", help="Cut-off: nothing fetched or dated later plays a part.")
@click.option("--no-gather", is_flag=True, help="Use what is stored; fetch nothing.")
@click.option("--revision", is_flag=True, help="Keep a changed build beside a frozen issue.")
@json_option
def build_command(
    day: date | None, at: datetime | None, no_gather: bool, revision: bool, as_json: bool
) -> None:
    """Make the issue of DATE (default today) as of TIME (default now; for a past date its issue time).

    \b
    newsletter build
    newsletter build 2026-08-14 --at 2026-08-14T23:00Z

    Gathers first, unless the cut-off is more than an hour ago and no feed's host is named in ALLOW_HOSTS
    (such feeds are replayed). Writes issue.json, issue.html, issue.txt and
    checks.json to HOME/issues/DATE/. The same stored articles give the same bytes.
    """
    with house() as rooms:
        day, at = rooms.calendar.resolve(day, at, rooms.clock())
        if not no_gather and rooms.should_gather(at):
            print_gather_line(gather(rooms, at, quiet=as_json), quiet=as_json)
        built = build(rooms, day, at, revision=revision, quiet=as_json)
        report(as_json, lambda: built_json(built), lambda: print_built(built))


def print_gather_line(found: GatherReport, *, quiet: bool) -> None:
    if not quiet:
        ok = len(found.feeds) - len(found.failed)
        click.echo(f"Gathered {found.new_articles} new articles from {ok} of {len(found.feeds)} feeds.")


def build(rooms: House, day: date, at: datetime, *, revision: bool, quiet: bool) -> Built:
    from newsletter.pipeline.build import build as run

    with progress_bar(quiet=quiet) as progress:
        return run(rooms.build_room, day, at, revision=revision, progress=progress)


def built_json(built: Built) -> dict[str, Any]:
    doc: Any = built.issue.document
    return {
        "date": built.issue.date,
        "revision": built.issue.revision,
        "changed": built.changed,
        "folder": built.folder,
        **{key: doc[key] for key in ("number", "as_of", "subject", "words", "reading_seconds", "html_bytes")},
        "html_sha256": built.issue.html_sha256,
        "grouping": doc["inputs"].get("grouping", "lexical"),
        **({"model": doc["model"]} if "model" in doc else {}),
        "checks": doc["checks"],
    }


def print_built(built: Built) -> None:
    doc: Any = built.issue.document
    minutes, seconds = divmod(doc["reading_seconds"], 60)
    click.echo(
        f"\nNo. {doc['number']} · {built.issue.date} · {minutes} min {seconds} s · {doc['html_bytes']:,} bytes"
    )
    click.echo(printable(f"Subject: {doc['subject']}\n"))
    for index, story in enumerate(doc["stories"], start=1):
        counts = story["coverage"]
        line = f"{counts['left']} left · {counts['center']} center · {counts['right']} right"
        click.echo(printable(f"  {index}  {story['headline']}\n     {line}"))
    for title, key in (("In brief", "in_brief"), ("Blindspots", "blindspots")):
        if doc[key]:
            click.echo(f"\n  {title}: " + printable("; ".join(story["headline"] for story in doc[key])))
    click.echo("")
    for check in built.checks:
        if check.name == "model-text":
            click.echo(f"{check.figure[:1].upper()}{check.figure[1:]}.\n")
    print_checks(built.checks, only_open=True)
    click.echo(f"Grouping: {doc['inputs'].get('grouping', 'lexical')}")
    unchanged = "" if built.changed else " (unchanged)"
    click.echo(f"Written to {built.folder}{unchanged}")


def print_checks(checks: Sequence[Check], *, only_open: bool = False) -> None:
    shown = [check for check in checks if not (only_open and check.verdict.value == "pass")]
    rows = [
        (check.verdict.value.upper(), check.name, check.figure, check.limit, check.todo) for check in shown
    ]
    passed = sum(check.verdict.value == "pass" for check in checks)
    click.echo(f"{passed} of {len(checks)} checks passed.")
    if rows:
        print_table(("verdict", "check", "figure", "limit", "what to do"), rows)


@click.command("show")
@click.argument("day", type=DATE, metavar="DATE")
@click.option(
    "--format", "form", type=click.Choice(["json", "html", "text"]), default="text", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def show_command(day: date, form: str, as_json: bool) -> None:
    """Print the issue of DATE.

    \b
    newsletter show 2026-08-14
    newsletter show 2026-08-14 --format html > issue.html
    """
    from newsletter.domain.document import dump

    with house() as rooms:
        issue = kept_issue(rooms, day)
    form = "json" if as_json else form
    text = {"json": dump(issue.document), "html": issue.html, "text": issue.text}[form]
    click.echo(text, nl=not text.endswith("\n"))


def kept_issue(rooms: House, day: date) -> Any:
    """The newest issue of that date. Raises `IssueNotFound`."""
    from newsletter.errors import IssueNotFound

    issue = rooms.issues.get(day)
    if issue is None:
        raise IssueNotFound(f"There is no issue of {day}.", todo=f"Make it: newsletter build {day}")
    return issue


@click.command("check")
@click.argument("day", type=DATE, metavar="DATE")
@json_option
def check_command(day: date, as_json: bool) -> int:
    """The checks of the issue of DATE: figure, limit, verdict, what to do. Exit status 3 when one fails.

    \b
    newsletter check 2026-08-14
    """
    from newsletter.domain.checks import failed
    from newsletter.domain.reading import checks_from

    with house() as rooms:
        issue = kept_issue(rooms, day)
    checks = checks_from(issue.document)
    if as_json:
        print_json({"date": day, "html_sha256": issue.html_sha256, "checks": issue.document["checks"]})
    else:
        print_checks(checks)
    return 3 if failed(checks) else 0
