"""The articles' side of the archive: finding what is known, writing what changed, reading as of a TIME."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.article import Article, Kind
from newsletter.ports import Kept
from newsletter.storage.columns import AnyRow
from newsletter.storage.statements import insert_new
from newsletter.storage.tables import article_aliases as aliases
from newsletter.storage.tables import article_versions as versions
from newsletter.storage.tables import articles
from newsletter.storage.versions import History, Version, place

_later = versions.alias("later")
_COLUMNS = (
    articles.c.article_id,
    articles.c.outlet,
    articles.c.guid,
    articles.c.first_seen,
    versions.c.seen_at,
    versions.c.published,
    versions.c.date_inferred,
    versions.c.published_raw,
    versions.c.url,
    versions.c.title,
    versions.c.text,
    versions.c.author,
    versions.c.kind,
    versions.c.wire,
    versions.c.lang,
    versions.c.feed_url,
    versions.c.provenance,
    versions.c.aliases,
)
_JOINED = versions.join(articles, versions.c.article == articles.c.id)
AS_OF = (
    sa.select(*_COLUMNS)
    .select_from(_JOINED)
    .where(
        versions.c.published > sa.bindparam("since", type_=versions.c.published.type),
        versions.c.published <= sa.bindparam("as_of", type_=versions.c.published.type),
        versions.c.seen_at <= sa.bindparam("as_of", type_=versions.c.published.type),
        ~sa.exists().where(
            _later.c.article == versions.c.article,
            _later.c.seen_at > versions.c.seen_at,
            _later.c.seen_at <= sa.bindparam("as_of", type_=versions.c.published.type),
        ),
    )
)
"""Enters by the index on ``published``; whether a later version exists is one step into another."""

_BY_ID = sa.select(articles.c.article_id, articles.c.id).where(
    articles.c.article_id.in_(sa.bindparam("ids", expanding=True))
)
_BY_ALIAS = (
    sa.select(aliases.c.outlet, aliases.c.alias, articles.c.article_id, articles.c.id)
    .join(articles, articles.c.id == aliases.c.article)
    .where(
        aliases.c.outlet.in_(sa.bindparam("outlets", expanding=True)),
        aliases.c.alias.in_(sa.bindparam("names", expanding=True)),
    )
)
_HISTORIES = (
    sa.select(*_COLUMNS, versions.c.id.label("row"), versions.c.last_seen, versions.c.dated)
    .select_from(_JOINED)
    .where(versions.c.article.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(versions.c.article, versions.c.seen_at)
)
_ADD_ARTICLES = sa.insert(articles).returning(articles.c.article_id, articles.c.id)
_ADD_VERSIONS = sa.insert(versions)


def read_as_of(connection: Connection, as_of: datetime, since: datetime) -> tuple[Article, ...]:
    """See `FeedArchive.articles`."""
    rows = connection.execute(AS_OF, {"as_of": as_of, "since": since})
    # Sorted here: the databases' own ideas of the order of texts differ.
    return tuple(sorted(map(_article, rows), key=lambda article: (article.published, article.id)))


def keep_articles(connection: Connection, found: Sequence[Article]) -> Kept:
    """Place every sighting in its article's history and write what that changes."""
    numbers, names = _recognise(connection, found)
    before = _histories(connection, numbers)
    after: dict[str, History] = dict(before)
    for article in sorted(found, key=lambda a: (a.seen_at, a.id)):
        name = names[article.id]
        after[name] = place(after.get(name, ()), article)
    fresh = [name for name in after if name not in before]
    numbers |= _add_articles(connection, [after[name][0].article for name in fresh])
    changed = {name: history for name, history in after.items() if history != before.get(name)}
    _write(connection, numbers, before, changed)
    _add_aliases(connection, numbers, names, found)
    added = sum(version.row is None for name in before for version in after[name])
    return Kept(new_articles=len(fresh), new_versions=added)


def _recognise(connection: Connection, found: Sequence[Article]) -> tuple[dict[str, int], dict[str, str]]:
    """(rows' numbers of the articles known, the id under which each sighting is kept).

    A sighting is the article of its own id, else the one that an alias leads to. Two items that stand in
    one feed at one time are two articles, even when they share a link.
    """
    here = {article.id for article in found}
    numbers = _numbers(connection.execute(_BY_ID, {"ids": list(here)}))
    names = {article.id: article.id for article in found}
    strangers = [article for article in found if article.id not in numbers]
    known = _by_alias(connection, strangers)
    for article in strangers:
        matches = (known[key] for alias in article.aliases if (key := (article.outlet, alias)) in known)
        match = next((m for m in matches if m[0] not in here), None)
        if match:
            names[article.id] = match[0]
            numbers[match[0]] = match[1]
    return numbers, names


def _numbers(rows: sa.CursorResult[str, int]) -> dict[str, int]:
    return {row.article_id: row.id for row in rows}


def _by_alias(
    connection: Connection, strangers: Sequence[Article]
) -> Mapping[tuple[str, str], tuple[str, int]]:
    wanted = {alias for article in strangers for alias in article.aliases}
    if not wanted:
        return {}
    lists = {"outlets": list({article.outlet for article in strangers}), "names": list(wanted)}
    rows = connection.execute(_BY_ALIAS, lists)
    return {(outlet, alias): (name, number) for outlet, alias, name, number in rows}


def _histories(connection: Connection, numbers: Mapping[str, int]) -> dict[str, History]:
    if not numbers:
        return {}
    histories: dict[str, History] = {}
    for row in connection.execute(_HISTORIES, {"numbers": list(numbers.values())}):
        version = Version(_article(row), row.last_seen, row.dated, row.row)
        histories[row.article_id] = (*histories.get(row.article_id, ()), version)
    return histories


def _add_articles(connection: Connection, fresh: Sequence[Article]) -> dict[str, int]:
    if not fresh:
        return {}
    rows = [
        {"article_id": a.id, "outlet": a.outlet, "guid": a.guid, "first_seen": a.first_seen} for a in fresh
    ]
    return _numbers(connection.execute(_ADD_ARTICLES, rows))


def _write(
    connection: Connection,
    numbers: Mapping[str, int],
    before: Mapping[str, History],
    changed: Mapping[str, History],
) -> None:
    """Make the rows of the changed histories what they are now; rows that nothing changes stay untouched."""
    old = {version.row: version for name in changed for version in before.get(name, ())}
    new = [(numbers[name], version) for name, history in changed.items() for version in history]
    gone = old.keys() - {version.row for _, version in new}
    if gone:
        connection.execute(sa.delete(versions).where(versions.c.id.in_(gone)))
    moved = [version for _, version in new if version.row is not None and old[version.row] != version]
    _update(connection, old, moved)
    added = [{"article": number, **_row(version)} for number, version in new if version.row is None]
    if added:
        connection.execute(_ADD_VERSIONS, added)
    earlier = [
        {"number": numbers[name], "seen": history[0].seen_at}
        for name, history in changed.items()
        if name in before and history[0].seen_at != before[name][0].seen_at
    ]
    if earlier:
        statement = sa.update(articles).where(articles.c.id == sa.bindparam("number"))
        connection.execute(statement.values(first_seen=sa.bindparam("seen")), earlier)


def _update(connection: Connection, old: Mapping[int | None, Version], moved: Sequence[Version]) -> None:
    """Most changes are "seen again, unchanged": those touch one column, in one statement per TIME."""
    whole = []
    by_time: dict[datetime, list[int | None]] = {}
    for version in moved:
        if replace(old[version.row], last_seen=version.last_seen) == version:
            by_time.setdefault(version.last_seen, []).append(version.row)
        else:
            whole.append(version)
    for last_seen, rows in by_time.items():
        connection.execute(sa.update(versions).where(versions.c.id.in_(rows)).values(last_seen=last_seen))
    for version in whole:
        connection.execute(sa.update(versions).where(versions.c.id == version.row).values(_row(version)))


def _add_aliases(
    connection: Connection, numbers: Mapping[str, int], names: Mapping[str, str], found: Iterable[Article]
) -> None:
    """Remember the other identities; the first article that claimed one keeps it."""
    rows = [
        {"outlet": article.outlet, "alias": alias, "article": numbers[names[article.id]]}
        for article in found
        for alias in article.aliases
    ]
    if rows:
        connection.execute(insert_new(connection, aliases), rows)


def _row(version: Version) -> dict[str, Any]:
    article = version.article
    return {
        "seen_at": article.seen_at,
        "last_seen": version.last_seen,
        "published": article.published,
        "date_inferred": article.date_inferred,
        "dated": version.dated,
        "published_raw": article.published_raw,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "author": article.author,
        "kind": article.kind.value,
        "wire": article.wire,
        "lang": article.lang,
        "feed_url": article.feed_url,
        "provenance": article.provenance,
        "aliases": list(article.aliases),
    }


def _article(row: AnyRow) -> Article:
    return Article(
        id=row.article_id,
        outlet=row.outlet,
        guid=row.guid,
        url=row.url,
        title=row.title,
        text=row.text,
        published=row.published,
        first_seen=row.first_seen,
        seen_at=row.seen_at,
        author=row.author,
        kind=Kind(row.kind),
        wire=row.wire,
        date_inferred=row.date_inferred,
        published_raw=row.published_raw,
        lang=row.lang,
        feed_url=row.feed_url,
        provenance=row.provenance,
        aliases=tuple(row.aliases),
    )
