"""What a day offered before any choice was made: the outlets heard of each side. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.domain.article import Article
from newsletter.domain.issue import Supply
from newsletter.domain.leaning import Side
from newsletter.domain.outlet import Registry
from newsletter.ports import DaySupply


def day_supply(articles: Sequence[Article], registry: Registry) -> DaySupply:
    """Who published how much in the window, by side: what each side could have covered."""
    heard: dict[Side, dict[str, int]] = {side: {} for side in Side}
    for article in articles:
        of_side = heard[registry.side_of(article.outlet)]
        of_side[article.outlet] = of_side.get(article.outlet, 0) + 1
    return DaySupply(heard)


def count_supply(articles: Sequence[Article], registry: Registry) -> Supply:
    """Outlets heard per side."""
    day = day_supply(articles, registry)
    left, center, right, unrated = (day.outlets(side) for side in Side)
    return Supply(left, center, right, unrated, len(articles))
