"""Rows of the command ``newsletter group``: the grouping alone, without a registry or marks from feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from newsletter.domain.article import Article
from newsletter.errors import UsageError
from newsletter.ports import NO_VECTORS, Vectors
from newsletter.stories.group import Grouping

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def group_rows(
    rows: Iterable[Mapping[str, object]], grouping: Grouping | None = None, vectors: Vectors = NO_VECTORS
) -> list[dict[str, str]]:
    """``{"id", "story_id"}`` for each row, in the rows' order; a story's id is that of its earliest article.

    A row has ``id`` and ``title``; ``description``, ``url``, ``outlet`` and ``published`` (ISO 8601) may be
    missing or null. Rows without a believable date are all taken to be of one hour, the newest of the others.
    ``vectors`` by the rows' ids. Raises `UsageError` for a row without an id, or an id that comes twice.
    """
    articles = articles_of(rows)
    story = (grouping or Grouping()).story_ids(articles, vectors)
    return [{"id": article.id, "story_id": story[article.id]} for article in articles]


def articles_of(rows: Iterable[Mapping[str, object]]) -> list[Article]:
    """The rows as articles, in their order; see `group_rows`."""
    given = [(_text(row, "id"), row) for row in rows]
    _refuse_unusable([row_id for row_id, _ in given])
    dates = {row_id: _date(row) for row_id, row in given}
    newest = max((date for date in dates.values() if date), default=_UNDATED)
    return [_article(row_id, row, dates[row_id] or newest) for row_id, row in given]


def _refuse_unusable(ids: list[str]) -> None:
    seen: set[str] = set()
    for number, row_id in enumerate(ids, start=1):
        if not row_id or row_id in seen:
            what = f"has the id of an earlier row ({row_id})" if row_id else "has no id"
            raise UsageError(f"Row {number} {what}.", todo='Give every row an "id" of its own.', row=number)
        seen.add(row_id)


def _article(row_id: str, row: Mapping[str, object], published: datetime) -> Article:
    return Article(
        id=row_id,
        outlet=_text(row, "outlet"),
        guid=row_id,
        url=_text(row, "url"),
        title=_text(row, "title"),
        text=_text(row, "description"),
        published=published,
        first_seen=published,
        seen_at=published,
    )


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value)


def _date(row: Mapping[str, object]) -> datetime | None:
    """Aware, UTC; a date without a zone is taken as UTC, as feeds mean it."""
    try:
        found = datetime.fromisoformat(_text(row, "published"))
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar, in a zone that lies beyond it
        return None
