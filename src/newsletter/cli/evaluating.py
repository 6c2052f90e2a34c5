"""evaluate: how good the engine is on days that somebody labelled, and a start for labelling one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.context import DATE, TIME, house
from newsletter.cli.output import json_option, print_table, progress_bar, report
from newsletter.errors import IssueError, Refused, UsageError

if TYPE_CHECKING:
    from newsletter.evaluation.gold import GoldDay
    from newsletter.pipeline.evaluate import DayScore, WordsScore
    from newsletter.wiring import House


@click.command("evaluate")
@click.option(
    "--gold",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of labelled days.",
)
@click.option("--prepare", type=DATE, metavar="DATE", help="Start DIR/DATE: a draft for you to correct.")
@click.option("--at", type=TIME, metavar="TIME", help="With --prepare: the cut-off (default: ISSUE_TIME).")
@json_option
def evaluate_command(folder: Path, prepare: date | None, at: datetime | None, as_json: bool) -> None:
    """Score grouping, line-up and words on labelled days.

    \b
    newsletter evaluate --gold labels
    newsletter evaluate --gold labels --prepare 2026-08-14

    DIR holds a folder a day (YYYY-MM-DD) with labels.jsonl and, for the line-up, lineup.json; words.jsonl in DIR
    holds stories with reference texts. docs/evaluation.md shows how to label a day in an hour.
    """
    with house() as rooms:
        if prepare:
            made = _prepare(rooms, folder, prepare, at)
            report(as_json, lambda: made, lambda: _print_prepared(made))
            return
        if at:
            raise UsageError(
                "--at belongs to --prepare.", todo='A day\'s cut-off is "as_of" in its lineup.json.'
            )
        days, words = _evaluate(rooms, folder, quiet=as_json)
    report(as_json, lambda: _json(days, words), lambda: _print(days, words))


def _evaluate(rooms: House, folder: Path, *, quiet: bool) -> tuple[list[DayScore], WordsScore | None]:
    from newsletter.evaluation.gold import gold_days, references
    from newsletter.pipeline.evaluate import evaluate_words
    from newsletter.writing.rows import write_row

    gold, told = gold_days(folder), references(folder)
    with progress_bar(quiet=quiet) as progress:
        days = []
        for number, day in enumerate(gold, start=1):
            progress(number, len(gold), str(day.day))
            days.append(_scored(rooms, day))
        words = evaluate_words(told, write_row, _supported, progress) if told else None
    return days, words


def _scored(rooms: House, gold: GoldDay) -> DayScore:
    from newsletter.pipeline.evaluate import evaluate_day
    from newsletter.ports import no_progress
    from newsletter.stories.rows import articles_of, group_rows

    def grouped(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        embedded = rooms.build_room.vectors(articles_of(rows), no_progress)
        return {row["id"]: row["story_id"] for row in group_rows(rows, rooms.grouping, embedded.vectors)}

    return evaluate_day(rooms.build_room, gold, gold.as_of or rooms.calendar.cut_off(gold.day), grouped)


def _supported(row: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[int, int]:
    """How many statements a row of words has, and how many are not exactly their evidence."""
    from newsletter.writing.rows import unsupported_items

    return unsupported_items(row, words)


def _json(days: Sequence[DayScore], words: WordsScore | None) -> dict[str, Any]:
    return {"days": [_day_json(day) for day in days], "words": asdict(words) if words else None}


def _day_json(day: DayScore) -> dict[str, Any]:
    document = asdict(day)
    if day.grouping:
        for name in ("bcubed", "pairs"):
            document["grouping"][name]["f1"] = getattr(day.grouping, name).f1
    return document


def _print(days: Sequence[DayScore], words: WordsScore | None) -> None:
    grouped = [(day.day, day.grouping) for day in days if day.grouping]
    if grouped:
        rows = [
            (name, g.articles, g.stories, *map(_share, (g.bcubed.precision, g.bcubed.recall, g.bcubed.f1)),
             _share(g.purity)) for name, g in grouped
        ]  # fmt: skip
        if len(rows) > 1:
            rows.append(("mean", "", "", "", "", _share(fmean(g.bcubed.f1 for _, g in grouped)), ""))
        head = ("day", "articles", "stories", "precision", "recall", "B-cubed F1", "purity, 5+ outlets")
        print_table(head, rows, title="Grouping", right=range(1, 7))
    chosen = [(day.day, day.line_up) for day in days if day.line_up]
    if chosen:
        lines = [
            (name, one.mains, one.briefs, *map(_share, (one.precision, one.top5, one.top12, one.purity)),
             one.repeats) for name, one in chosen
        ]  # fmt: skip
        if len(lines) > 1:
            means = [
                _share(fmean(getattr(one, key) for _, one in chosen))
                for key in ("precision", "top5", "top12")
            ]
            lines.append(("mean", "", "", *means, "", ""))
        print_table(
            ("day", "main", "brief", "in the editor's", "of top 5", "of top 12", "purity", "repeats"),
            lines, title="Line-up", right=range(1, 8),
        )  # fmt: skip
    if words:
        _print_words(words)
    missing = [(day.day, day.unknown) for day in days if day.unknown]
    for name, count in missing:
        click.echo(f"{name}: {count} labelled articles are not in the archive as of that day's cut-off.")
    for day in days:
        if not (day.grouping or day.line_up or day.unknown):
            click.echo(f"{day.day}: no article is labelled in labels.jsonl, so there is nothing to score.")


def _print_words(words: WordsScore) -> None:
    rows = [
        (what, count, *(f"{100 * value:.1f}" for value in (score.one, score.two, score.longest)))
        for what, count, score in (
            ("overview, first 60 words", words.overviews, words.overview),
            ("a side's points", words.sides, words.side),
        )
        if count
    ]
    if rows:
        print_table(("", "scored", "ROUGE-1", "ROUGE-2", "ROUGE-L"), rows, title="Words", right=range(1, 5))
    if words.sides:
        click.echo(f"Own side's reference minus the others' (ROUGE-2): {100 * words.own_minus_other:+.1f}")
    click.echo(f"{words.items} statements, {words.unsupported} without support.")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _prepare(rooms: House, folder: Path, day: date, at: datetime | None) -> dict[str, Any]:
    """Write DIR/DATE with the engine's own guess. Never over a file that is there."""
    from newsletter.domain.document import iso
    from newsletter.pipeline.build import grouped

    target = folder / day.isoformat()
    if target.exists():
        raise Refused(f"{target} is there already.", todo="Correct it, or name another folder.")
    room, as_of = rooms.build_room, at or rooms.calendar.cut_off(day)
    articles = room.archive.articles(as_of, as_of - room.rules.window)
    if not articles:
        raise IssueError(f"There are no articles as of {iso(as_of)}.", todo="Gather that day's feeds first.")
    found, _ = grouped(room, articles, as_of)
    stories = sorted(found, key=lambda one: (-one.coverage.total, one.key))
    rows = [
        {
            "id": article.guid, "story_id": story.key, "merge_group": None, "outlet": article.outlet,
            "title": article.title, "description": article.text, "published": iso(article.published),
        }
        for story in stories for article in story.articles
    ]  # fmt: skip
    rows = _with_names_of_their_own(rows, [article.id for story in stories for article in story.articles])
    line_up = {"date": day.isoformat(), "as_of": iso(as_of), "lineup": [], "alternates": []}
    target.mkdir(parents=True)
    (target / "labels.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    (target / "lineup.json").write_text(json.dumps(line_up, indent=1) + "\n", encoding="utf-8")
    return {"folder": str(target), "articles": len(rows), "stories": len(stories), "as_of": iso(as_of)}


def _with_names_of_their_own(rows: list[dict[str, Any]], ids: Sequence[str]) -> list[dict[str, Any]]:
    """Two outlets may use one guid: there the article's own id names it."""
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["id"]] = seen.get(row["id"], 0) + 1
    return [{**row, "id": name} if seen[row["id"]] > 1 else row for row, name in zip(rows, ids, strict=True)]


def _print_prepared(made: Mapping[str, Any]) -> None:
    click.echo(
        f"{made['folder']}: {made['articles']} articles in {made['stories']} guessed stories, largest first.\n"
        'Correct "story_id" in labels.jsonl, fill in lineup.json, then: newsletter evaluate --gold '
        + str(Path(made["folder"]).parent)
    )
