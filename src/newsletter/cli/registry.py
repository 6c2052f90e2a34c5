"""outlets, feeds: who is heard, and how their feeds do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from newsletter.cli.context import TIME, house, settings
from newsletter.cli.output import json_option, local, print_json, print_table, printable


@click.group("outlets")
def outlets_command() -> None:
    """The registry of outlets: leanings, feeds, and whether the file is sound.

    \b
    newsletter outlets list
    newsletter outlets check my-outlets.toml
    """


@outlets_command.command("list")
@click.option("--all", "everyone", is_flag=True, help="Also the outlets that are off.")
@json_option
def list_(everyone: bool, as_json: bool) -> None:
    """Outlets by side, with leaning, feeds and basis.

    \b
    newsletter outlets list --all --json
    """
    with house() as rooms:
        outlets = [o for o in rooms.registry if everyone or o.enabled]
    if as_json:
        print_json([_row(outlet) for outlet in outlets])
        return
    rows = [
        (o.name, o.domain, o.leaning.value, o.side.value, len(o.feeds), o.verified or "–") for o in outlets
    ]
    print_table(("outlet", "domain", "leaning", "side", "feeds", "verified"), rows, right=(4,))
    sides = [outlet.side.value for outlet in outlets]
    click.echo(", ".join(f"{sides.count(side)} {side}" for side in dict.fromkeys(sides)))


def _row(outlet: Any) -> dict[str, Any]:
    keys = ("name", "domain", "leaning", "side", "rated_on", "basis", "owner", "feeds", "verified", "enabled")
    return {key: getattr(outlet, key) for key in keys} | {
        "wire": outlet.wire,
        "paywall": outlet.paywall.value,
    }


@outlets_command.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@json_option
def check(file: Path | None, as_json: bool) -> int:
    """Is the outlets file sound? Every problem with its line. Exit status 1 when there is one.

    \b
    newsletter outlets check
    newsletter outlets check my-outlets.toml
    """
    from newsletter.feeds.registry import check_registry

    path = file or settings().settings.outlets
    problems = check_registry(path)
    errors = [p for p in problems if p.severity == "error"]
    if as_json:
        rows = [{"line": p.line, "severity": p.severity, "text": p.text} for p in problems]
        print_json({"file": path, "errors": len(errors), "problems": rows})
    else:
        for problem in problems:
            click.echo(printable(f"{path}:{problem.line}: {problem.severity}: {problem.text}"))
        click.echo(f"{len(errors)} errors, {len(problems) - len(errors)} warnings.")
    return 1 if errors else 0


@click.command("feeds")
@click.option("--at", type=TIME, metavar="TIME", help="As of that time; default now.")
@json_option
def feeds_command(at: Any, as_json: bool) -> None:
    """Each feed's health: last success, newest item, since when it fails, what to do.

    \b
    newsletter feeds
    """
    import dataclasses

    with house() as rooms:
        states = rooms.archive.states(at or rooms.clock())
        zone = rooms.settings.timezone
        known = {feed.url: feed.outlet.domain for feed in rooms.registry.feeds()}
    if as_json:
        rows_json = [dataclasses.asdict(states[url]) if url in states else {"feed_url": url} for url in known]
        print_json(rows_json)
        return
    rows = []
    for url, domain in known.items():
        state = states.get(url)
        if state is None:
            rows.append((domain, "never asked", "–", "–", "newsletter gather"))
        else:
            note = " ".join(part for part in (state.message, state.todo) if part)
            rows.append(
                (
                    domain,
                    state.status.value,
                    local(state.last_success, zone),
                    local(state.newest_item, zone),
                    note,
                )
            )
    print_table(("outlet", "status", "last success", "newest item", "note"), rows)
