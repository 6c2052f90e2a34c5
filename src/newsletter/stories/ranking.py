"""How much a story weighs today, and what keeps it from leading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.article import Kind
from newsletter.domain.story import PastStory, Story
from newsletter.stories import why
from newsletter.stories.affairs import share_of_affairs
from newsletter.stories.desks import Desk, desk_of_story
from newsletter.stories.marks import kind_of
from newsletter.stories.threads import Continuation, continuation_of


@dataclass(frozen=True, slots=True)
class LineUpRules:
    """Everything a line-up is decided by; the defaults were measured on labelled news days (docs/design/0006)."""

    main_most: int = 5
    quiet_below: int = 3
    """Fewer main stories than this: the issue says that it was a quiet day."""
    briefs_most: int = 6
    blindspots_each: int = 2
    outlets_least: int = 3
    """Independent outlets of a main story."""
    per_family: int = 1
    """Main stories of one family …"""
    per_event: int = 3
    """… and of the one event that holds more than ``event_share`` of the day's voices: an election night."""
    event_share: float = 0.4
    told_of_family: int = 2
    """Main stories and briefs of one family together; never fewer than its main stories."""
    item_weight: float = 0.2
    """An article beyond counting outlets: nDCG@10 87 with, 84 with items alone."""
    side_weight: float = 0.1
    recent: timedelta = timedelta(hours=24)
    old_weight: float = 0.25
    """Weight of what is older than ``recent``: yesterday's issue could tell it."""
    one_voice: float = 0.75
    """Factor for the main places when left or right is heard through a single outlet."""
    affairs_least: float = 0.4
    """A story of which a smaller share of articles than this speaks of public affairs is a curiosity …"""
    aside: float = 0.6
    """… and weighs this much of its outlets: they are counted alike for a law and for an eclipse."""
    sections: frozenset[Desk] = frozenset()
    """Sections switched on: their stories compete by ordinary weight. Stories of the others are not told."""
    new_least: int = 3
    new_share: float = 0.25
    """A continued story needs this many new articles, and this share of its articles to be new."""
    confidence_least: float = 0.93
    """`Story.confidence` below which four or more articles are held back."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its weight and, where it cannot be a main story, the reason."""

    story: Story
    score: float
    """Its weight as news; `lead_weight` is its weight for the main places."""
    obstacle: str = ""
    brief: bool = True
    """Whether it may still be told in brief or as a blindspot."""
    continued: Continuation | None = None

    @property
    def new_articles(self) -> int | None:
        return self.continued.new_articles if self.continued else None


def rank(
    stories: Sequence[Story], past: Sequence[PastStory], rules: LineUpRules, now: datetime
) -> list[Ranked]:
    """All stories, heaviest first; equal ones by key."""
    found = [_ranked(story, past, rules, now) for story in stories]
    return sorted(found, key=lambda ranked: (-ranked.score, ranked.story.key))


def lead_weight(one: Ranked, rules: LineUpRules) -> float:
    """Its weight for the main places: a story that two outlets of each side tell is preferred, mildly."""
    coverage = one.story.coverage
    return one.score * (1.0 if min(coverage.left, coverage.right) >= 2 else rules.one_voice)


def needed_news(story: Story, rules: LineUpRules) -> int:
    """How many new articles make a continued story worth telling again."""
    return max(rules.new_least, round(rules.new_share * len(story.articles)))


def _ranked(story: Story, past: Sequence[PastStory], rules: LineUpRules, now: datetime) -> Ranked:
    continued = continuation_of(story, past)
    desk = (
        desk_of_story(story) if story.coverage.total > 1 else Desk.NEWS
    )  # a single piece is told nowhere anyway
    score = _score(story, continued, rules, now) * _interest(story, desk, rules)
    bar = _bar(story, desk, continued, rules)
    return Ranked(story, score, bar or _shortcoming(story, rules), brief=not bar, continued=continued)


def _bar(story: Story, desk: Desk, continued: Continuation | None, rules: LineUpRules) -> str:
    """Why it is not told at all, in brief neither; empty when it may be."""
    total, kinds = len(story.articles), Counter(kind_of(article) for article in story.articles)
    if 2 * kinds[Kind.NEWS] <= total:
        kind = max((k for k in kinds if k != Kind.NEWS), key=lambda k: (kinds[k], k))
        return why.not_news(str(kind), total - kinds[Kind.NEWS], total)
    if desk != Desk.NEWS and desk not in rules.sections:
        return why.section_off(desk)
    if total >= 4 and story.confidence < rules.confidence_least:
        return why.loose(story.confidence, rules.confidence_least)
    if continued and continued.new_articles < needed_news(story, rules):
        return why.repeat(continued.past.date, continued.new_articles, needed_news(story, rules))
    return ""


def _shortcoming(story: Story, rules: LineUpRules) -> str:
    """Why it cannot be a main story although it is news; empty when it can."""
    coverage = story.coverage
    if coverage.total < rules.outlets_least:
        return why.few_outlets(coverage.total, rules.outlets_least)
    return "" if coverage.left and coverage.right else why.no_sides(coverage)


def _score(story: Story, continued: Continuation | None, rules: LineUpRules, now: datetime) -> float:
    """Outlets + .2 an article, a tenth more per side heard; of a continued story only what is new counts."""
    weights = {
        article.id: 1.0 if article.published > now - rules.recent else rules.old_weight
        for article in story.articles
        if continued is None or article.id in continued.fresh
    }
    voices = sum(max(weights.get(one, 0.0) for one in voice.article_ids) for voice in story.voices)
    sides = 1.0 + rules.side_weight * story.coverage.sides
    return (voices + rules.item_weight * sum(weights.values())) * sides


def _interest(story: Story, desk: Desk, rules: LineUpRules) -> float:
    """A section that the operator switched on is what the readers came for; a curiosity in the news is not."""
    if desk != Desk.NEWS or story.coverage.total == 1 or share_of_affairs(story) >= rules.affairs_least:
        return 1.0
    return rules.aside
