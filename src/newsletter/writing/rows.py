"""The core of ``newsletter write``: one row of a file to one row of words (docs/contract.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from newsletter.domain.article import Article
from newsletter.domain.leaning import SIDES, Leaning
from newsletter.domain.outlet import Outlet, Registry
from newsletter.domain.story import Story, Voice
from newsletter.domain.words import Statement, StoryWords, WritingLimits
from newsletter.writing.headline import headline
from newsletter.writing.titles import side_titles
from newsletter.writing.writer import body, desk_for

Row = Mapping[str, Any]
_NOTHING = Statement("", (), ())
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def write_row(row: Row, budget_words: int = 60) -> dict[str, Any]:
    """Words for ``{"id", "articles": [...]}``; parts that cannot be had are empty, the headline then None."""
    articles = [_article(a) for a in row.get("articles", ())]
    registry = _registry(row.get("articles", ()))
    story = _story(articles, registry)
    desk = desk_for(story, registry, _limits(budget_words))
    title = headline(desk)
    words = replace(body(desk, title or _NOTHING), headlines=side_titles(story, registry))
    return {"id": row["id"], "headline": _item(title) if title else None, **_document(words)}


def _limits(budget_words: int) -> WritingLimits:
    """The page's measure, not the mail's: longer and more points, the same bounds per excerpt and outlet."""
    usual = WritingLimits()
    return replace(usual, overview_words=budget_words, point_words=usual.excerpt_words, page_points=5)


def _document(words: StoryWords) -> dict[str, Any]:
    return {
        "dek": _item(words.dek) if words.dek else None,
        "overview": _items(words.overview),
        "sides": {side.value: _items(words.sides.get(side, ())) for side in SIDES},
        "agreed": _items(words.agreed),
        "disputed": [{"topic": d.topic, "claims": _items(d.claims)} for d in words.disputed],
        "only": {side.value: _items(words.only.get(side, ())) for side in SIDES},
        "faq": [{"question": q.question, "answer": _items(q.answer)} for q in words.faq],
        "headlines": {side.value: _item(s) for side, s in words.headlines.items()},
    }


def _items(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    return [_item(s) for s in statements]


def _item(said: Statement) -> dict[str, Any]:
    spans = [{"article": e.article, "field": e.field, "start": e.start, "end": e.end} for e in said.evidence]
    return {"text": said.text, "outlets": list(said.outlets), "evidence": spans}


def _article(row: Row) -> Article:
    published = _time(row.get("published"))
    outlet = str(row.get("outlet") or "")
    return Article(
        id=str(row["id"]), outlet=outlet, guid=str(row["id"]), url=str(row.get("url") or ""),
        title=str(row.get("title") or ""), text=str(row.get("text") or ""), published=published,
        first_seen=published, seen_at=published,
    )  # fmt: skip


def _time(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return _NO_DATE
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _registry(rows: Sequence[Row]) -> Registry:
    """The outlets as the row rates them; an unknown leaning is unrated, the first mention counts."""
    found: dict[str, Outlet] = {}
    for row in rows:
        domain = str(row.get("outlet") or "")
        if domain not in found:
            found[domain] = Outlet(
                domain, domain, _leaning(row.get("leaning")), date.min, "as given in the row"
            )
    return Registry(tuple(found.values()))


def _leaning(text: object) -> Leaning:
    try:
        return Leaning(str(text).replace("-", " "))
    except ValueError:
        return Leaning.UNRATED


def _story(articles: Sequence[Article], registry: Registry) -> Story:
    """One voice per outlet; a text that several outlets print word for word is one voice of the first."""
    ordered = sorted(articles, key=lambda a: (a.published, a.id))
    first: dict[str, str] = {}
    by_outlet: dict[str, list[Article]] = {}
    for article in ordered:
        text = " ".join(article.text.split()).casefold() or article.id
        by_outlet.setdefault(first.setdefault(text, article.outlet), []).append(article)
    voices = tuple(_voice(outlet, pieces, registry) for outlet, pieces in by_outlet.items())
    return Story(ordered[0].id if ordered else "", tuple(ordered), voices)


def _voice(outlet: str, pieces: Sequence[Article], registry: Registry) -> Voice:
    carriers = tuple(dict.fromkeys(a.outlet for a in pieces))
    return Voice(outlet, registry.side_of(outlet), tuple(a.id for a in pieces), carriers)
