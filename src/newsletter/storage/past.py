"""Earlier stories: the rows that each kept issue leaves for threads and history, and the search over all of them.

They are made from the issue's document alone, when it is saved; issues that were saved before there was an index,
or by another recipe for terms, are indexed when earlier stories are first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.story import PastStory
from newsletter.ports import Listing as Listed
from newsletter.ports import StoryTerms
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.statements import serialise
from newsletter.storage.tables import issue_stories, issues, story_indexes, story_terms, thread_events

_SECTIONS = ("stories", "in_brief", "blindspots")
_AT_ONCE = 50
"""Issues indexed in one transaction, and places asked for in one statement."""
_newer = issues.alias("newer")
NEWEST = ~sa.exists().where(_newer.c.date == issues.c.date, _newer.c.revision > issues.c.revision)
"""SQL: no later revision of that date."""
_Item = TypeVar("_Item")
_Place = tuple[int, int]
"""issue_id, position"""


def index_stories(
    connection: Connection, number: int, document: Mapping[str, Any], terms: StoryTerms
) -> None:
    """Write an issue's rows anew: its stories, their terms, merges and splits of threads."""
    stories = list(enumerate(_stories(document)))
    names = {key: outlet["name"] for key, outlet in document.get("outlets", {}).items()}
    told = [{"issue_id": number, "position": at, **_row(story, names)} for at, story in stories]
    _replace(connection, issue_stories, number, told)
    events = [
        {"issue_id": number, "position": at, "kind": kind, "thread_id": thread}
        for at, story in stories
        for kind, thread in _events(story)
    ]
    _replace(connection, thread_events, number, events)
    _index_terms(connection, number, document, terms)


def complete_index(database: Database, terms: StoryTerms) -> None:
    """Index the issues that are not, or not by this recipe."""
    missing = (
        sa.select(issues.c.id)
        .join(story_indexes, story_indexes.c.issue_id == issues.c.id, isouter=True)
        .where(sa.or_(story_indexes.c.recipe.is_(None), story_indexes.c.recipe != terms.recipe))
    )
    with database.read() as connection:
        numbers = connection.scalars(missing).all()
    for some in _parts(numbers):
        with database.write() as connection:
            kept = (
                sa.select(issues.c.id, issues.c.document).where(issues.c.id.in_(some)).order_by(issues.c.id)
            )
            for number, document in connection.execute(kept.with_for_update()).all():
                _index_terms(connection, number, json.loads(document), terms)


def past_stories(connection: Connection, before: date, days: int) -> tuple[PastStory, ...]:
    """Those of the ``days`` days before ``before``, newest first, within an issue in its order."""
    rows = connection.execute(
        _told()
        .where(issues.c.date < before, issues.c.date >= before - timedelta(days=days), NEWEST)
        .order_by(issues.c.date.desc(), issue_stories.c.position)
    ).all()
    return tuple(_with_terms(connection, rows).values())


def stories_sharing(
    connection: Connection, wanted: Iterable[Sequence[str]], least: int, before: date
) -> tuple[tuple[PastStory, ...], ...]:
    """For each set of terms the stories dated before ``before`` that share ``least`` of them, oldest first."""
    found = [connection.execute(sharing(terms, least, before)).all() for terms in wanted]
    known = _with_terms(connection, [row for rows in found for row in rows])
    return tuple(tuple(known[_place(row)] for row in rows) for rows in found)


def listed(
    connection: Connection,
    until: date,
    *,
    words: Sequence[str] = (),
    first: date | None = None,
    most: int,
    skip: int = 0,
) -> tuple[tuple[Listed, ...], int]:
    """Stories of issues dated ``until`` and earlier (``first`` and later), newest first; and how many there are.

    ``words``: all of them stand in the headline or in the name of an outlet that told it, whatever their case.
    A story that several revisions have is listed once.
    """
    wanted = [issues.c.date <= until, *([issues.c.date >= first] if first else [])]
    wanted += [issue_stories.c.search.contains(word.casefold(), autoescape=True) for word in words]
    stories = (
        sa.select(
            issue_stories.c.story_id,
            sa.func.max(issues.c.date).label("date"),
            sa.func.max(issue_stories.c.headline).label("headline"),
            sa.func.min(issue_stories.c.position).label("position"),
        )
        .join_from(issue_stories, issues, issues.c.id == issue_stories.c.issue_id)
        .where(*wanted)
        .group_by(issue_stories.c.story_id)
    )
    total = connection.scalar(sa.select(sa.func.count()).select_from(stories.subquery())) or 0
    page = stories.order_by(sa.desc("date"), "position").limit(most).offset(skip)
    rows = connection.execute(page)
    return tuple(Listed(row.date, row.story_id, row.headline) for row in rows), total


def sharing(terms: Sequence[str], least: int, before: date) -> sa.Select[Any]:
    """The search: each term's places from the index, then the stories of those that come often enough."""
    places = (
        sa.select(story_terms.c.issue_id, story_terms.c.position)
        .where(story_terms.c.term.in_(terms))
        .group_by(story_terms.c.issue_id, story_terms.c.position)
        .having(sa.func.count() >= least)
        .subquery()
    )
    return (
        _told()
        .join(
            places,
            sa.and_(
                places.c.issue_id == issue_stories.c.issue_id, places.c.position == issue_stories.c.position
            ),
        )
        .where(issues.c.date < before, NEWEST)
        .order_by(issues.c.date, issue_stories.c.position)
    )


def _told() -> sa.Select[Any]:
    return sa.select(issues.c.date, issue_stories).join_from(
        issue_stories, issues, issues.c.id == issue_stories.c.issue_id
    )


def _with_terms(connection: Connection, rows: Sequence[AnyRow]) -> dict[_Place, PastStory]:
    """Rows of `_told` by place, each once, with their terms and merges."""
    places = list(dict.fromkeys(map(_place, rows)))
    terms: dict[_Place, dict[str, float]] = {place: {} for place in places}
    merged: dict[_Place, list[str]] = {place: [] for place in places}
    for row in _of_places(connection, story_terms, places):
        terms[_place(row)][row.term] = row.weight
    for row in _of_places(connection, thread_events, places):
        if row.kind == "merge":
            merged[_place(row)].append(row.thread_id)
    return {
        _place(row): PastStory(
            story_id=row.story_id,
            thread_id=row.thread_id,
            date=row.date.isoformat(),
            headline=row.headline,
            article_ids=tuple(row.article_ids),
            articles=len(row.article_ids),
            terms=terms[_place(row)],
            merged=tuple(sorted(merged[_place(row)])),
        )
        for row in rows
    }


def _of_places(connection: Connection, table: sa.Table, places: Sequence[_Place]) -> Iterator[AnyRow]:
    for some in _parts(places):
        # Spelled out: SQLite reads the whole table for a pair that is looked for in a list of pairs.
        one_of = sa.or_(*(sa.and_(table.c.issue_id == i, table.c.position == p) for i, p in some))
        yield from connection.execute(sa.select(table).where(one_of))


def _parts(whole: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))


def _place(row: AnyRow) -> _Place:
    return (row.issue_id, row.position)


def _index_terms(connection: Connection, number: int, document: Mapping[str, Any], terms: StoryTerms) -> None:
    serialise(connection, f"terms of issue {number}")
    rows = [
        {"issue_id": number, "position": at, "term": term, "weight": weight}
        for at, story in enumerate(_stories(document))
        for term, weight in terms(_texts(story)).items()
    ]
    _replace(connection, story_terms, number, rows)
    _replace(connection, story_indexes, number, [{"issue_id": number, "recipe": terms.recipe}])


def _replace(connection: Connection, table: sa.Table, number: int, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(sa.delete(table).where(table.c.issue_id == number))
    if rows:
        connection.execute(sa.insert(table), rows)


def _stories(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in _SECTIONS:
        yield from document.get(section, ())


def _row(story: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    outlets = dict.fromkeys(article.get("outlet", "") for article in story["articles"])
    return {
        "story_id": story["id"],
        "thread_id": story["thread_id"],
        "headline": story["headline"],
        "article_ids": [article["id"] for article in story["articles"]],
        "search": "\n".join([story["headline"], *(names.get(key, key) for key in outlets)]).casefold(),
    }


def _texts(story: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(article.get("title", ""), article.get("text", "")) for article in story["articles"]]


def _events(story: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Documents of earlier releases tell of none."""
    note: Mapping[str, Any] = story.get("thread") or {}
    yield from (("merge", end["thread_id"]) for end in note.get("merged", ()))
    if note.get("split_from"):
        yield "split", note["split_from"]["thread_id"]
