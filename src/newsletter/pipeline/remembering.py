"""Grouping and writing that remember: at the desk one change leaves nearly everything else as it was.

Both are pure, so what they said of the very same articles they would say again. What they are remembered by is all
that they are given, compared as values; a rebuild with a memory has the same bytes as one without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.domain.article import Article
from newsletter.domain.issue import ModelTally
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Chosen, Story
from newsletter.domain.words import StoryWords
from newsletter.ports import NO_BACKGROUND, NO_VECTORS, Background, Grouper, Vectors, Writer

_KEPT = 400
"""Stories whose words are kept: some days' worth of an editor's tries."""


@dataclass(slots=True)
class RememberedGrouper:
    """A `ports.Grouper` that keeps its last answer."""

    inner: Grouper
    _asked: tuple[object, ...] = ()
    _answer: tuple[Story, ...] = ()

    def __call__(
        self,
        articles: Sequence[Article],
        registry: Registry,
        *,
        earlier: Background = NO_BACKGROUND,
        vectors: Vectors = NO_VECTORS,
    ) -> tuple[Story, ...]:
        # Closed days' counts do not change, so the articles and whether there are vectors tell all the rest.
        asked = (tuple(articles), registry, len(vectors))
        if asked != self._asked:
            self._answer = self.inner(articles, registry, earlier=earlier, vectors=vectors)
            self._asked = asked
        return self._answer


@dataclass(slots=True)
class RememberedWriter:
    """A `ports.Writer` that keeps what it wrote. A model's answers are kept in SQL; it is asked as ever."""

    inner: Writer
    name: str = field(init=False)
    _written: dict[tuple[object, ...], StoryWords | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def for_issue(self, chosen: Sequence[Chosen], registry: Registry) -> Writer:
        given = self.inner.for_issue(chosen, registry)
        return self if given is self.inner else given

    def write(self, chosen: Chosen, registry: Registry, *, brief: bool) -> StoryWords | None:
        key = (chosen.story, chosen.new_articles, registry, brief)
        if key not in self._written:
            if len(self._written) >= _KEPT:
                self._written.pop(next(iter(self._written)))
            self._written[key] = self.inner.write(chosen, registry, brief=brief)
        return self._written[key]

    def tally(self) -> ModelTally | None:
        return self.inner.tally()

    def inputs(self) -> Mapping[str, str]:
        return self.inner.inputs()
