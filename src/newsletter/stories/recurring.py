"""Pieces that come back: what an outlet prints under one title day after day is a series, no report of an event."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from newsletter.domain.article import Article, Kind
from newsletter.stories.text import words

EARLIER_DAYS = 2
"""Days before its own on which the outlet had the title: once again may be a late copy of one report."""
_DATES = re.compile(
    r"(mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?"
    r"|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?|.*[0-9].*"
)


def without_series(articles: Sequence[Article], before: Iterable[Article]) -> tuple[Article, ...]:
    """The articles, in their order, those of a series marked `Kind.ROUNDUP`; ``before``: those of the days before.

    Titles are one but for numbers and dates ("Episode 212, August 14"). Pure; nothing later than an article's own day
    plays a part in what it is.
    """
    days: defaultdict[tuple[str, tuple[str, ...]], set[date]] = defaultdict(set)
    for article in (*before, *articles):
        days[_series(article)].add(article.published.date())
    return tuple(
        replace(one, kind=Kind.ROUNDUP) if _comes_back(one, days[_series(one)]) else one for one in articles
    )


def _comes_back(article: Article, days: set[date]) -> bool:
    """A title of nothing but a date is a series of its outlet as any other."""
    earlier = sum(day < article.published.date() for day in days)
    return article.kind == Kind.NEWS and earlier >= EARLIER_DAYS


def _series(article: Article) -> tuple[str, tuple[str, ...]]:
    return article.outlet, tuple(word for word in words(article.title) if not _DATES.fullmatch(word))
