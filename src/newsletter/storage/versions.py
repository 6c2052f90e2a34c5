"""Pure: an article's history as versions, and where a sighting that arrives belongs in it.

A history is sorted by ``seen_at``; neighbours differ in content. Sightings may arrive in any order of their
TIMEs (a gather ``--at`` an earlier TIME than one already stored), and two feeds of an outlet may bring one
article differently at one TIME, in whichever order their fetches end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from newsletter.domain.article import Article


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article, with what its row knows beyond the `Article` that readers get."""

    article: Article
    last_seen: datetime
    """The last TIME at which it was seen unchanged; ``article.seen_at`` is the first."""
    dated: datetime | None
    """The date it came with itself; None when that was inferred."""
    row: int | None = None
    """Its row's number; None until it is stored."""

    @property
    def seen_at(self) -> datetime:
        return self.article.seen_at


History: TypeAlias = tuple[Version, ...]


def sighting(article: Article) -> Version:
    """An article as a gather brought it, as a version of its own."""
    dated = None if article.date_inferred else article.published
    return Version(article, article.seen_at, dated)


def same_content(one: Article, other: Article) -> bool:
    """Whether nothing changed that makes a new version: title, text, url, kind, wire."""
    return _content(one) == _content(other)


def place(history: History, article: Article) -> History:
    """The history with one more sighting in its place; the same history when it tells nothing new."""
    new = sighting(article)
    index = bisect_right([version.seen_at for version in history], new.seen_at)
    if index == 0:
        placed = (new, *history)
    else:
        placed = (*history[: index - 1], *_after(history[index - 1], new), *history[index:])
    return _dated(_merged(placed))


def _after(before: Version, new: Version) -> History:
    """What becomes of the latest version at or before a sighting, and of the sighting."""
    at = new.seen_at
    if same_content(before.article, new.article):
        given = [date for date in (before.dated, new.dated) if date] if before.seen_at == at else []
        dated = min(given, default=before.dated)  # of two feeds at one TIME the earlier date holds
        return (replace(before, last_seen=max(before.last_seen, at), dated=dated),)
    if at in (before.seen_at, before.last_seen) and _rank(before.article) > _rank(new.article):
        return (before,)
    again: History = ()
    if before.last_seen > at:
        # The earlier content was seen again later on: it comes back then, as a version of its own.
        comes_back = replace(before.article, seen_at=before.last_seen)
        again = (Version(comes_back, before.last_seen, before.dated),)
    if before.seen_at == at:
        return (replace(new, row=before.row), *again)
    if before.last_seen >= at:
        before = replace(before, last_seen=before.seen_at)
    return (before, new, *again)


def _merged(history: Iterable[Version]) -> History:
    """Neighbours of one content become one version, from the first sighting to the last."""
    merged: list[Version] = []
    for version in history:
        if merged and same_content(merged[-1].article, version.article):
            first = merged[-1]
            last_seen = max(first.last_seen, version.last_seen)
            merged[-1] = replace(first, last_seen=last_seen, row=first.row or version.row)
        else:
            merged.append(version)
    return tuple(merged)


def _dated(history: History) -> History:
    """Every version with the article's ``first_seen`` and the date that holds for it.

    A date once inferred stays (`FeedArchive.keep`), and it is the first sighting's TIME; a version that
    comes without a date keeps the one the article had.
    """
    first = history[0]
    published, inferred = first.dated or first.seen_at, first.dated is None
    result = []
    for version in history:
        if not inferred and version.dated is not None:
            published = version.dated
        article = version.article
        if (article.first_seen, article.published, article.date_inferred) != (
            first.seen_at,
            published,
            inferred,
        ):
            article = replace(article, first_seen=first.seen_at, published=published, date_inferred=inferred)
            version = replace(version, article=article)
        result.append(version)
    return tuple(result)


def _content(article: Article) -> tuple[str, ...]:
    return (article.text, article.title, article.url, article.kind.value, article.wire)


def _rank(article: Article) -> tuple[int, tuple[str, ...]]:
    """Of two contents of one TIME the fuller text wins, whichever feed answered first."""
    return (len(article.text), _content(article))
