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


def lead(story: Story, score: float, news: str, event_share: float = 0.0) -> str:
    """``news`` as `since` has it; ``event_share`` where it is part of the one event that may take several places."""
    coverage = story.coverage
    sides = (
        "Both sides are heard with at least two outlets each"
        if min(coverage.left, coverage.right) >= 2
        else "Both sides are heard, one of them through a single outlet, which lowers its rank"
    )
    event = _part_of_event(event_share) if event_share else ""
    return f"{told_by(story)}: {_points(score)}. {sides}.{event}{news}"


def _part_of_event(share: float) -> str:
    return (
        f" It is part of one event that holds {100 * share:.0f} % of the day's voices"
        " and may therefore take up to three main places."
    )


def brief(story: Story, reason: str, news: str) -> str:
    return f"{told_by(story)}. In brief: {reason}.{news}"


def blindspot(story: Story, missing: Side, found: int, expected: float, heard: int, chance: float) -> str:
    told = "none of them told it" if not found else "one of them told it"
    return (
        f"{told_by(story)}. {_many(heard, 'outlet')} of the {missing} published enough to be expected; {told},"
        f" where their share of the supply would have brought about {expected:.1f}"
        f" (chance of so few: {100 * chance:.1f} in 100)."
    )


def no_sides(coverage: Coverage) -> str:
    missing = [str(side) for side in (Side.LEFT, Side.RIGHT) if not coverage.of(side)]
    return f"no outlet of the {' or the '.join(missing)} covers it on its own"


def few_outlets(outlets: int, needed: int) -> str:
    return f"{_many(outlets, 'independent outlet')}, a main story needs {needed}"


def not_news(kind: str, share: int, total: int) -> str:
    if total == 1:
        return f"its only article is no report ({kind})"
    return f"{share} of its {total} articles are {kind}, not reports"


def section_off(desk: Desk) -> str:
    return f"it belongs to the section {desk}, which is not switched on (setting SECTIONS)"


def loose(confidence: float, bar: float) -> str:
    return f"its articles may not all be about one event (confidence {confidence:.3f}, needed {bar:.3f})"


def repeat(date: str, new_articles: int, needed: int) -> str:
    return f"the issue of {date} told it, and only {_many(new_articles, 'new article')} came since ({needed} needed)"


def same_family(other: Story) -> str:
    return f"a story of the same matter leads already ({title_of(other)})"


def event_told(share: float, told: int) -> str:
    return f"{told} stories of the event that holds {100 * share:.0f} % of the day's voices lead already"


def outranked(score: float, last: float, *, discounted: bool) -> str:
    """``discounted`` when the points are fewer for a side that is heard through one outlet or none."""
    fewer = ", fewer because one side has a single outlet" if discounted else ""
    return f"heavier stories lead ({_points(score)}{fewer}; the last main story has {last:.1f})"


def no_brief_alone() -> str:
    return "a brief needs two outlets"


def no_brief_outranked(score: float, last: float) -> str:
    return f"heavier stories are the briefs ({_points(score)}, the last brief has {last:.1f})"


def no_brief_family() -> str:
    return "its matter is told often enough in this issue"


def title_of(story: Story) -> str:
    """The title that has most in common with the story's others: names it to an editor, better than the earliest."""
    found = {article.title: frozenset(stems(article.title)) for article in story.articles}
    shared = Counter(stem for words in found.values() for stem in words)
    return max(
        found, key=lambda title: (sum(shared[stem] for stem in found[title]) / (len(found[title]) + 2), title)
    )


def waits(story: Story, reason: str, no_brief: str = "") -> str:
    """``reason`` keeps it from the main places; ``no_brief`` from the briefs, where that is not the same."""
    also = f"; {no_brief}" if no_brief and no_brief != reason else ""
    return f"{told_by(story)}. Waits: {reason}{also}."


def since(date: str, new_articles: int) -> str:
    """What a continued story brings; put after the other sentences."""
    return f" The issue of {date} told it; {_many(new_articles, 'new article')} since."


def _points(score: float) -> str:
    return f"{score:.1f} points"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
