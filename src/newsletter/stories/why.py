"""Why a story was chosen or waits, in words for an editor. Every such sentence of the project is made here."""

from __future__ import annotations

from collections import Counter

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Coverage, Story
from newsletter.stories.desks import Desk
from newsletter.stories.text import stems


def told_by(story: Story) -> str:
    """ "Told by 14 independent outlets (8 left, 3 center, 3 right) in 31 articles" """
    return (
        f"Told by {_many(story.coverage.total, 'independent outlet')} ({by_side(story.coverage)})"
        f" in {_many(len(story.articles), 'article')}"
    )


def by_side(coverage: Coverage) -> str:
    """ "8 left, 3 center, 3 right", and the unrated where there are any."""
    shown = (*SIDES, Side.UNRATED) if coverage.unrated else SIDES
    return ", ".join(f"{coverage.of(side)} {side}" for side in shown)


def lead(story: Story, new_articles: int | None) -> str:
    coverage = story.coverage
    sides = (
        "Both sides are heard with at least two outlets"
        if min(coverage.left, coverage.right) >= 2
        else "Both sides are heard, one of them through a single outlet"
    )
    return f"{told_by(story)}. {sides}.{_news_since(new_articles)}"


def brief(story: Story, reason: str, new_articles: int | None) -> str:
    return f"{told_by(story)}. In brief: {reason}.{_news_since(new_articles)}"


def blindspot(story: Story, missing: Side, expected: float, heard: int, chance: float) -> str:
    found = story.coverage.of(missing)
    return (
        f"{told_by(story)}. By its share of today's supply the {missing} would have brought"
        f" about {expected:.1f} of them;"
        f" it brought {found}, although {_many(heard, 'outlet')} of the {missing} published today"
        f" (chance of that: {100 * chance:.1f} in 100)."
    )


def no_sides(coverage: Coverage) -> str:
    missing = [str(side) for side in (Side.LEFT, Side.RIGHT) if not coverage.of(side)]
    return f"no outlet of the {' or the '.join(missing)} covers it"


def few_outlets(outlets: int, needed: int) -> str:
    return f"{_many(outlets, 'independent outlet')}, a main story needs {needed}"


def not_news(kind: str, share: int, total: int) -> str:
    return f"{share} of its {_many(total, 'article')} are {kind}, not reports"


def desk(found: Desk) -> str:
    return f"{found}: ranked behind the news"


def loose(cohesion: float, bar: float) -> str:
    return f"its articles resemble each other too little to be one event for sure ({cohesion:.2f}, needed {bar:.2f})"


def repeat(date: str, new_articles: int, needed: int) -> str:
    return f"the issue of {date} told it, and only {_many(new_articles, 'new article')} came since ({needed} needed)"


def same_family(other: Story) -> str:
    return f"another side of a story already chosen ({title_of(other)})"


def outranked(score: float, last: float) -> str:
    return f"ranked behind the chosen ones ({score:.1f} points, the last chosen has {last:.1f})"


def title_of(story: Story) -> str:
    """The title that has most in common with the story's others: names it to an editor, better than the earliest."""
    found = {article.title: frozenset(stems(article.title)) for article in story.articles}
    shared = Counter(stem for words in found.values() for stem in words)
    return max(
        found, key=lambda title: (sum(shared[stem] for stem in found[title]) / (len(found[title]) + 2), title)
    )


def waits(story: Story, reason: str) -> str:
    return f"{told_by(story)}. Waits: {reason}."


def _news_since(new_articles: int | None) -> str:
    return (
        "" if new_articles is None else f" Continues an earlier issue: {_many(new_articles, 'new article')}."
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
