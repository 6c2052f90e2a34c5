"""How good a passage is: borne out by others, calm, early, and unlike what was said already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from newsletter.domain.leaning import SIDES, Side
from newsletter.writing.manner import manner
from newsletter.writing.means import Scores, mean, unit, weighted
from newsletter.writing.naming import names_another, shared_names
from newsletter.writing.newest import Ages
from newsletter.writing.passages import Passage, support_texts
from newsletter.writing.sources import Source
from newsletter.writing.terms import Concepts, Matrix, Space, concepts, term_set
from newsletter.writing.timing import Told

LEAD = 2
"""Sentences, the title among them, in which an article tells its news."""
SEVERAL = 5
"""Outlets from which on a story's names can be told."""
CONTRAST = 0.3
"""What nearness to the middle of the other sides takes from nearness to the own side's."""
OLDEST = 0.4
"""What the oldest article weighs in a story's news beside the newest."""


class Material:
    """A story's passages with their likeness to everything the outlets said. Made once per story."""

    def __init__(self, sources: Sequence[Source], passages: Sequence[Passage]) -> None:
        self.sources = tuple(sources)
        self.passages = tuple(passages)
        self._row = {id(passage): i for i, passage in enumerate(self.passages)}
        self.said = units = [(s, t) for s in sources for t in support_texts(s) if t]
        self.space = Space([t for _, t in units])
        self.vectors = self.space.vectors([p.text for p in passages])
        self._unit_sources = [s for s, _ in units]
        self._units = self.space.vectors([t for _, t in units])
        self._likeness: dict[str, Scores] = {}

    def texts_of(self, outlet: str) -> tuple[str, ...]:
        """Titles and sentences of one outlet."""
        return tuple(t for s, t in self.said if s.outlet == outlet)

    @cached_property
    def concepts_of(self) -> Mapping[str, Concepts]:
        """Everything each outlet speaks of."""
        return {o: frozenset[str]().union(*map(concepts, self.texts_of(o))) for o in self.outlets}

    @cached_property
    def _shared(self) -> frozenset[str]:
        """What two outlets at least speak of."""
        users = Counter(concept for own in self.concepts_of.values() for concept in own)
        return frozenset(concept for concept, many in users.items() if many > 1)

    def alone_with(self, passage: Passage) -> float:
        """Share of a passage's content stems that no other outlet uses, 0 to 1."""
        own = term_set(passage.text)
        return len(own - self._shared) / len(own) if own else 0.0

    def said_by_news(self) -> tuple[tuple[Source, str], ...]:
        """Titles and sentences of news pieces, each with its source."""
        return tuple((s, t) for s, t in self.said if s.news)

    def like_one(self, passage: Passage, texts: Sequence[str]) -> float:
        """The passage's greatest likeness to one of the texts."""
        mine = self.vectors[self._row[id(passage)]]
        return float((self.space.vectors(texts) @ mine).max()) if texts else 0.0

    def like_others(self, passage: Passage, side: Side) -> float:
        """The passage's greatest likeness to a sentence of an outlet that is not of that side."""
        rows = [i for i, (source, _) in enumerate(self.said) if source.side != side]
        mine = self.vectors[self._row[id(passage)]]
        return float((self._units[rows] @ mine).max()) if rows else 0.0

    @cached_property
    def key_names(self) -> frozenset[str]:
        """The names that many outlets give in their titles and openings."""
        rows = (i for mine in self._leads.values() for i in mine)
        return shared_names(((self.said[i][0].outlet, self.said[i][1]) for i in rows), len(self.outlets))

    def is_elsewhere(self, passage: Passage) -> bool:
        """Whether a passage has names and none of them is the story's: it tells of another time or place."""
        return len(self.outlets) >= SEVERAL and names_another(passage.text, self.key_names)

    def manner_of(self, passage: Passage) -> float:
        return float(self.manner[self._row[id(passage)]])

    @cached_property
    def outlets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.outlet for s in self.sources))

    @cached_property
    def most_heard(self) -> Side | None:
        """The side with more outlets than any other; None where two have as many."""
        counts = [len(self._of_side(side)) for side in SIDES]
        return SIDES[counts.index(max(counts))] if counts.count(max(counts)) == 1 else None

    @cached_property
    def _best(self) -> Matrix:
        """Passages x outlets: the most that one sentence of that outlet resembles the passage; own outlet NaN."""
        alike = self.vectors @ self._units.T
        best = np.full((len(self.passages), len(self.outlets)), np.nan)
        for column, outlet in enumerate(self.outlets):
            mine = [i for i, s in enumerate(self._unit_sources) if s.outlet == outlet]
            if mine:
                best[:, column] = alike[:, mine].max(axis=1)
        column_of = {outlet: column for column, outlet in enumerate(self.outlets)}
        best[np.arange(len(self.passages)), [column_of[p.outlet] for p in self.passages]] = np.nan
        return best

    def _of_side(self, side: Side) -> list[int]:
        sides = {s.outlet: s.side for s in self.sources}
        return [i for i, outlet in enumerate(self.outlets) if sides[outlet] == side]

    @cached_property
    def consensus(self) -> Scores:
        """Mean over the sides of their outlets' support for each passage, 0 to 1; 0 where nobody else speaks."""
        parts = [mean(self._best[:, self._of_side(side)]) for side in (*SIDES, Side.UNRATED)]
        weights = [1.0, 1.0, 1.0, 0.4]
        return weighted(parts, weights)

    @cached_property
    def centrality(self) -> Scores:
        """Likeness to the middle of all outlets, each outlet counted once."""
        return self.vectors @ self._centroid([s.outlet for s in self.sources])

    def side_centrality(self, side: Side) -> Scores:
        """Likeness to the middle of one side's outlets."""
        return self.vectors @ self._centroid([s.outlet for s in self.sources if s.side == side])

    def apart(self, side: Side) -> Scores:
        """How much nearer a passage is to the middle of its side than to those of the others: what the side stresses.

        Centrality of the side, less a part of the mean centrality of the other sides that are heard.
        """
        others = [one for one in SIDES if one != side and self._of_side(one)]
        own = self.side_centrality(side)
        if not others:
            return own
        beside: Scores = np.mean([self.side_centrality(one) for one in others], axis=0)
        return own - CONTRAST * beside

    def _centroid(self, outlets: Sequence[str]) -> NDArray[np.float64]:
        middle = np.zeros(self._units.shape[1])
        for outlet in dict.fromkeys(outlets):
            mine = [i for i, s in enumerate(self._unit_sources) if s.outlet == outlet]
            middle += unit(self._units[mine].sum(axis=0))
        return unit(middle)

    @cached_property
    def manner(self) -> Scores:
        """Small corrections for how a passage is worded and where it stood, about -0.3 to +0.1."""
        return np.array([manner(p) for p in self.passages]) + self.freshness

    @cached_property
    def are_titles(self) -> Scores:
        """1 for titles, 0 for sentences of a text."""
        return np.array([float(p.field == "title") for p in self.passages])

    @cached_property
    def _leads(self) -> Mapping[str, list[int]]:
        """The rows of each news article's title and opening sentence."""
        rows: dict[str, list[int]] = {}
        for i, source in enumerate(self._unit_sources):
            if source.news and len(mine := rows.setdefault(source.article.id, [])) < LEAD:
                mine.append(i)
        return rows

    @cached_property
    def bearing(self) -> Scores:
        """How near each passage is to the story's news, 1 for the nearest title (or sentence, without titles).

        The news is the middle of the other outlets' titles and opening sentences, each outlet once.
        """
        rows = [self._news_of(outlet) for outlet in self.outlets]
        leads = np.stack(rows) if rows else np.zeros((0, self._units.shape[1]))
        whole = leads.sum(axis=0)
        without = whole - leads
        alike = self.vectors @ without.T / np.maximum(np.linalg.norm(without, axis=1), 1e-9)
        column_of = {outlet: column for column, outlet in enumerate(self.outlets)}
        near: Scores = alike[np.arange(len(self.passages)), [column_of[p.outlet] for p in self.passages]]
        titles = near[self.are_titles > 0]
        best = float(max(titles, default=0.0) or max(near, default=0.0))
        return near / best if best > 0 else np.ones(len(self.passages))

    def _news_of(self, outlet: str) -> NDArray[np.float64]:
        """The middle of one outlet's titles and opening sentences, the newest most; zero without news."""
        middle = np.zeros(self._units.shape[1])
        for source in self.sources:
            rows = self._leads.get(source.article.id)
            if source.outlet == outlet and rows:
                weight = OLDEST + (1 - OLDEST) * self.ages.ranks[source.article.id]
                middle += weight * unit(self._units[rows].sum(axis=0))
        return unit(middle)

    def bearing_of(self, passage: Passage) -> float:
        return float(self.bearing[self._row[id(passage)]])

    @cached_property
    def _subjects(self) -> Mapping[str, float]:
        """The most that any passage of each article bears on the story."""
        found: dict[str, float] = {}
        for passage, near in zip(self.passages, self.bearing, strict=True):
            key = passage.source.article.id
            found[key] = max(float(near), found.get(key, 0.0))
        return found

    def belongs(self, passage: Passage, least: float) -> bool:
        """Whether its article is about this story at all: grouping may have let a stranger in."""
        return self._subjects[passage.source.article.id] >= least

    @cached_property
    def ages(self) -> Ages:
        """The times of all of it; the leads are the titles and opening sentences."""
        rows = [i for mine in self._leads.values() for i in mine]
        leads = [Told(self.said[i][1], self.said[i][0].article.published) for i in rows]
        return Ages(self.sources, self.passages, leads)

    def place_in_time(self, passage: Passage) -> float:
        """0 for a passage of the oldest article, 1 for one of the newest."""
        return self.ages.ranks[passage.source.article.id]

    def is_stale(self, passage: Passage) -> bool:
        """Whether the passage announces what later articles tell as done."""
        return self.ages.stale[self._row[id(passage)]]

    @property
    def freshness(self) -> Scores:
        """What each passage gains by being late and loses by being overtaken."""
        return self.ages.freshness

    def freshness_of(self, passage: Passage) -> float:
        return float(self.freshness[self._row[id(passage)]])

    def like(self, texts: Sequence[str]) -> Scores:
        """Each passage's greatest likeness to one of the texts, 0 without texts."""
        if not texts:
            return np.zeros(len(self.passages))
        best: Scores = np.max([self._like_one(text) for text in texts], axis=0)
        return best

    def _like_one(self, text: str) -> Scores:
        """Kept: what was said is compared with again and again while a story is written."""
        if text not in self._likeness:
            self._likeness[text] = self.vectors @ self.space.vectors([text])[0]
        return self._likeness[text]
