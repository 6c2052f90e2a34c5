"""How much a story weighs today, and what keeps it from leading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.article import Kind
from newsletter.domain.story import PastStory, Story
from newsletter.stories import why
from newsletter.stories.desks import Desk, desk_of_story
from newsletter.stories.marks import kind_of
from newsletter.stories.threads import Continuation, continuation_of


@dataclass(frozen=True, slots=True)
class LineUpRules:
    """Everything a line-up is decided by; the defaults were measured on labelled news days."""

    main_most: int = 5
    quiet_below: int = 3
    """Fewer main stories than this: the issue says that it was a quiet day."""
    briefs_most: int = 6
    blindspots_each: int = 2
    outlets_least: int = 3
    """Independent outlets of a main story."""
    per_family: int = 1
    """Main stories of one family; an election night may raise it to 3."""
    item_weight: float = 0.2
    """An article beyond counting outlets: nDCG@10 87 with, 84 with items alone."""
    side_weight: float = 0.1
    recent: timedelta = timedelta(hours=24)
    old_weight: float = 0.5
    """Weight of what is older than ``recent``; falling weight by the hour was measured to lose news."""
    one_voice: float = 0.85
    """Factor when left or right is heard through a single outlet."""
    other_desk: float = 0.3
    """Factor for sports, celebrities, shopping: many outlets print them, few readers of this come for them."""
    new_least: int = 3
    new_share: float = 0.25
    """A continued story needs this many new articles, and this share of its articles to be new."""
    cohesion_least: float = 0.08
    """Mean similarity below which four or more articles are no one event for sure; true stories measured .14 and up."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its weight and, where it cannot be a main story, the reason."""

    story: Story
    score: float
    obstacle: str = ""
    brief: bool = True
    """Whether it may still be told in brief."""
    news: bool = True
    """Whether it is news at all: reports, not columns, live pages, sports or shopping."""
    continued: Continuation | None = None

    @property
    def new_articles(self) -> int | None:
        return self.continued.new_articles if self.continued else None

    @property
    def thread_id(self) -> str:
        return self.continued.past.thread_id if self.continued else ""


def rank(
    stories: Sequence[Story], past: Sequence[PastStory], rules: LineUpRules, now: datetime
) -> list[Ranked]:
    """All stories, heaviest first; equal ones by key."""
    found = [_ranked(story, past, rules, now) for story in stories]
    return sorted(found, key=lambda ranked: (-ranked.score, ranked.story.key))


def needed_news(story: Story, rules: LineUpRules) -> int:
    """How many new articles make a continued story worth telling again."""
    return max(rules.new_least, round(rules.new_share * len(story.articles)))


def _ranked(story: Story, past: Sequence[PastStory], rules: LineUpRules, now: datetime) -> Ranked:
    continued = continuation_of(story, past)
    desk, kinds = desk_of_story(story), Counter(kind_of(article) for article in story.articles)
    score = _score(story, continued, rules, now) * (1.0 if desk == Desk.NEWS else rules.other_desk)
    total = len(story.articles)
    if 2 * kinds[Kind.NEWS] <= total:
        kind = max((k for k in kinds if k != Kind.NEWS), key=lambda k: (kinds[k], k))
        reason = why.not_news(str(kind), total - kinds[Kind.NEWS], total)
        return Ranked(story, score, reason, brief=False, news=False, continued=continued)
    if total >= 4 and story.cohesion < rules.cohesion_least:
        return Ranked(
            story, score, why.loose(story.cohesion, rules.cohesion_least), brief=False, continued=continued
        )
    if continued and continued.new_articles < needed_news(story, rules):
        reason = why.repeat(continued.past.date, continued.new_articles, needed_news(story, rules))
        return Ranked(story, score, reason, brief=False, continued=continued)
    return Ranked(story, score, _shortcoming(story, desk, rules), news=desk == Desk.NEWS, continued=continued)


def _shortcoming(story: Story, desk: Desk, rules: LineUpRules) -> str:
    """Why it cannot be a main story although it is news; empty when it can."""
    coverage = story.coverage
    if coverage.total < rules.outlets_least:
        return why.few_outlets(coverage.total, rules.outlets_least)
    if not (coverage.left and coverage.right):
        return why.no_sides(coverage)
    return "" if desk == Desk.NEWS else why.desk(desk)


def _score(story: Story, continued: Continuation | None, rules: LineUpRules, now: datetime) -> float:
    """Outlets + .2 an article, a tenth more per side heard; of a continued story only what is new counts."""
    weights = {
        article.id: 1.0 if article.published > now - rules.recent else rules.old_weight
        for article in story.articles
        if continued is None or article.id in continued.fresh
    }
    voices = sum(max(weights.get(one, 0.0) for one in voice.article_ids) for voice in story.voices)
    score = (voices + rules.item_weight * sum(weights.values())) * (
        1.0 + rules.side_weight * story.coverage.sides
    )
    return score if min(story.coverage.left, story.coverage.right) >= 2 else score * rules.one_voice
