"""Who really speaks in a story: every independent text once, under its originator's name (promise 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from newsletter.domain.article import Article
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Voice
from newsletter.stories.agencies import agency_key, agency_outlet
from newsletter.stories.copies import Print, copy_groups, print_of


def voices_of(articles: Sequence[Article], registry: Registry) -> tuple[Voice, ...]:
    """One voice per originator; the voices partition the articles, and no outlet is counted twice.

    ``articles`` are one story's, sorted by (published, id). Texts of one originator, own pieces and what
    others carry of it, are one voice; so is everything one agency sent about one event.
    """
    prints = [_print(article, registry) for article in articles]
    rows: dict[str, list[int]] = defaultdict(list)
    for group in copy_groups(prints):
        for part in _by_agency(group, articles):
            rows[_originator([articles[row] for row in part], registry)].extend(part)
    found = [
        _voice(origin, [articles[row] for row in sorted(part)], registry) for origin, part in rows.items()
    ]
    first = {article.id: (article.published, article.id) for article in articles}
    return tuple(sorted(found, key=lambda voice: (first[voice.article_ids[0]], voice.outlet)))


def _print(article: Article, registry: Registry) -> Print:
    outlet = registry.get(article.outlet)
    return print_of(article, (outlet.owner if outlet else "") or article.outlet)


def _by_agency(group: Sequence[int], articles: Sequence[Article]) -> list[list[int]]:
    """Split copies that bear different agencies' marks; unmarked ones stay with the earliest marked."""
    keys = [agency_key(articles[row].wire) for row in group]
    named = list(dict.fromkeys(key for key in keys if key))
    if len(named) < 2:
        return [list(group)]
    return [
        [row for row, key in zip(group, keys, strict=True) if (key or named[0]) == name] for name in named
    ]


def _originator(articles: Sequence[Article], registry: Registry) -> str:
    """Domain of the agency where one sent it and the registry knows it, else of the first printer."""
    for article in articles:
        agency = agency_outlet(article.wire, registry) if article.wire else registry.get(article.outlet)
        if agency is not None and agency.wire:
            return agency.domain
    return min(articles, key=lambda article: (article.published, article.outlet)).outlet


def _voice(origin: str, articles: Sequence[Article], registry: Registry) -> Voice:
    carriers = dict.fromkeys(
        article.outlet for article in sorted(articles, key=lambda a: (a.published, a.outlet, a.id))
    )
    return Voice(
        outlet=origin,
        side=registry.side_of(origin),
        article_ids=tuple(article.id for article in articles),
        carriers=tuple(carriers),
        wire=next((article.wire for article in articles if article.wire), ""),
    )
