"""Articles to stories: the articles on one event come together, everything else stays apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from newsletter.domain.article import Article, Kind
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Story
from newsletter.ports import NO_BACKGROUND, NO_VECTORS, Background, Vectors
from newsletter.stories import hybrid
from newsletter.stories.attach import Bar, Partition, attach
from newsletter.stories.bridges import bridges
from newsletter.stories.confidence import confidences, nearness
from newsletter.stories.edges import Edges
from newsletter.stories.linkage import LARGE, Linkage
from newsletter.stories.marks import kind_of
from newsletter.stories.matrix import weigh
from newsletter.stories.neighbours import neighbours
from newsletter.stories.places import Places, places_of
from newsletter.stories.strangers import strangers
from newsletter.stories.terms import TEXT_CHARACTERS, Read, read
from newsletter.stories.voices import voices_of

THRESHOLD = 0.22
WAIST = 0.55
"""Two groups whose pairs are less alike than this share of the looser one's own are two events of one family."""
FAMILY_SHARE = 0.55
"""The looser level's bar as a share of the threshold: one war, one campaign, one court's week."""
ATTACH_SHARE = 0.77
"""A single piece's bar for joining a story of `ATTACH_SIZE` or more, as a share of the threshold."""
ATTACH_SIZE = 4
_FOLLOWERS = frozenset({Kind.OPINION, Kind.LIVE})
_TOLD = _FOLLOWERS | {Kind.NEWS}


@dataclass(frozen=True, slots=True)
class Partitioned:
    """Rows by story, the looser group each story's rows fall into, how alike its rows are and surely one event."""

    stories: Partition
    family: tuple[int, ...]
    """For each story the first row of its looser group."""
    cohesion: tuple[float, ...]
    confidence: tuple[float, ...]

    def among(self, told: Sequence[int], rows: int) -> Partitioned:
        """The same where these are the rows ``told`` of so many; each of the others is a story of its own."""
        found = zip(self.stories, self.family, self.cohesion, self.confidence, strict=True)
        renamed = [([told[row] for row in story], told[family], *more) for story, family, *more in found]
        alone = sorted(set(range(rows)).difference(told))
        every = sorted([*renamed, *(([row], row, 1.0, 1.0) for row in alone)])
        stories, family, alike, sure = zip(*every, strict=True)
        return Partitioned(list(stories), family, alike, sure)


@dataclass(frozen=True, slots=True)
class Grouping:
    """A `ports.Grouper`. Deterministic, the same whatever the order of the articles."""

    background: Background = NO_BACKGROUND
    """How common terms are in the news of any day; a build's own earlier days are added to it."""
    threshold: float = THRESHOLD
    waist: float = WAIST

    def __call__(
        self,
        articles: Sequence[Article],
        registry: Registry,
        *,
        earlier: Background = NO_BACKGROUND,
        vectors: Vectors = NO_VECTORS,
    ) -> tuple[Story, ...]:
        """A partition of the articles into stories, sorted by key; article ids must differ."""
        ordered = sorted(articles, key=lambda article: (article.published, article.id))
        parts = self.partition(ordered, earlier, vectors)
        keys = {row: ordered[rows[0]].id for rows in parts.stories for row in rows}
        stories = [
            _story([ordered[row] for row in rows], registry, keys[family], *figures)
            for rows, family, *figures in zip(
                parts.stories, parts.family, parts.cohesion, parts.confidence, strict=True
            )
        ]
        return tuple(sorted(stories, key=lambda story: story.key))

    def story_ids(self, articles: Sequence[Article], vectors: Vectors = NO_VECTORS) -> dict[str, str]:
        """Article id -> id of its story's earliest article: the grouping without voices."""
        ordered = sorted(articles, key=lambda article: (article.published, article.id))
        stories = self.partition(ordered, vectors=vectors).stories
        return {ordered[row].id: ordered[rows[0]].id for rows in stories for row in rows}

    def partition(
        self,
        ordered: Sequence[Article],
        earlier: Background = NO_BACKGROUND,
        vectors: Vectors = NO_VECTORS,
    ) -> Partitioned:
        """The same in row numbers; ``ordered`` sorted by (published, id).

        Roundups, service pieces and advertisements are set aside before anything is counted: with or without one,
        all other articles are grouped alike.
        """
        told = [row for row, article in enumerate(ordered) if kind_of(article) in _TOLD]
        parts = self._told([ordered[row] for row in told], earlier, vectors)
        return parts.among(told, len(ordered)) if len(told) < len(ordered) else parts

    def _told(self, ordered: Sequence[Article], earlier: Background, vectors: Vectors) -> Partitioned:
        known = self.background.plus(earlier)
        texts = [read(article.title, article.text) for article in ordered]
        edges = neighbours(weigh(texts, known), [article.published for article in ordered])
        grouping = replace(self, background=known)
        if vectors:
            by_both = replace(grouping, threshold=hybrid.THRESHOLD, waist=hybrid.WAIST)
            return by_both.of_edges(ordered, texts, hybrid.blend(edges, ordered, vectors))
        return grouping.of_edges(ordered, texts, edges)

    def of_edges(self, ordered: Sequence[Article], texts: Sequence[Read], edges: Edges) -> Partitioned:
        """The same from their stems and how alike the rows are."""
        kinds = [kind_of(article) for article in ordered]
        reports = {row for row, kind in enumerate(kinds) if kind == Kind.NEWS}
        between = bridges(edges.among(reports), self.threshold)
        news = reports - between
        linkage = Linkage(edges.among(news))
        linkage.join_until(self.threshold, waist=self.waist)
        core = [group for group in linkage.groups() if group[0] in news]
        linkage.join_until(self.threshold * FAMILY_SHARE)
        wider = {row: group[0] for group in linkage.groups() for row in group}
        stories = self._complete(core, kinds, between, edges)
        stories, near = self._settled(stories, ordered, texts, edges)
        families = tuple(_family(rows, news, wider) for rows in stories)
        sure = confidences(stories, near, THRESHOLD / self.threshold)
        return Partitioned(stories, families, cohesion(stories, edges), sure)

    def _settled(
        self, stories: Partition, articles: Sequence[Article], texts: Sequence[Read], edges: Edges
    ) -> tuple[Partition, NDArray[np.float64]]:
        """The stories without strangers, and `nearness` in them.

        Where one left, its story is looked at again: two that came on one matter vouch for each other.
        """
        wide = {row for row, article in enumerate(articles) if kind_of(article) in _FOLLOWERS}
        large = [story for story in stories if len(story) >= LARGE]
        places = {row: _places(articles[row]) for story in large for row in story}
        near = nearness(stories, edges)
        while gone := {one.row for one in strangers(large, near, texts, self.background, places, wide)}:
            stories = without(stories, gone)
            left = [[row for row in story if row not in gone] for story in large if gone & {*story}]
            large = [story for story in left if len(story) >= LARGE]
            near = nearness(stories, edges)
        return stories, near

    def _complete(
        self, core: Partition, kinds: Sequence[Kind], between: Collection[int], edges: Edges
    ) -> Partition:
        """The core stories with the single reports, then with the pieces that were kept out."""
        large = Bar(self.threshold * ATTACH_SHARE, size=ATTACH_SIZE)
        single = [group[0] for group in core if len(group) == 1]
        followers = [row for row, kind in enumerate(kinds) if kind in _FOLLOWERS or row in between]
        links = edges.links({*single, *followers})
        stories = attach(core, single, links, [large])
        return attach(stories, followers, links, [Bar(self.threshold), large])


def without(stories: Partition, rows: Collection[int]) -> Partition:
    """The stories with those rows as stories of their own."""
    kept = [[row for row in story if row not in rows] for story in stories]
    return sorted([*(story for story in kept if story), *([row] for row in rows)])


def _places(article: Article) -> Places:
    return places_of(f"{article.title} {article.text[:TEXT_CHARACTERS]}")


def _story(articles: Sequence[Article], registry: Registry, family: str, alike: float, sure: float) -> Story:
    return Story(articles[0].id, tuple(articles), voices_of(articles, registry), alike, family, sure)


def remade(articles: Sequence[Article], base: Story, registry: Registry) -> Story:
    """`ports.StoryRemaker`: an editor vouches for it, so its confidence is whole; its family is ``base``'s."""
    ordered = sorted(articles, key=lambda article: (article.published, article.id))
    return _story(ordered, registry, base.family, base.cohesion, 1.0)


def _family(rows: Sequence[int], news: set[int], wider: dict[int, int]) -> int:
    """The looser group of most of its reports; a piece that stands alone is its own family."""
    votes = Counter(wider[row] for row in rows if row in news)
    return min(votes, key=lambda group: (-votes[group], group)) if votes else rows[0]


def cohesion(stories: Partition, edges: Edges) -> tuple[float, ...]:
    """Of each story the mean similarity of its pairs, missing ones as 0; 1 for a single article."""
    story = np.empty(edges.rows, np.int64)
    for index, rows in enumerate(stories):
        story[rows] = index
    inside = story[edges.first] == story[edges.second]
    sums = np.bincount(story[edges.first[inside]], edges.value[inside], minlength=len(stories))
    sizes = map(len, stories)
    return tuple(
        round(total / (size * (size - 1) / 2), 6) if size > 1 else 1.0
        for size, total in zip(sizes, sums.tolist(), strict=True)
    )
