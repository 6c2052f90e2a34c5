"""Words with evidence: nothing stands in an issue that cannot be traced to a span of an article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from newsletter.domain.leaning import Side

Made = Literal["extract", "model", "editor"]
"""How a statement came about: taken from an article, written by a model from cited sentences, or an editor's."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A half-open span ``[start, end)`` of characters in one field of one article."""

    article: str
    field: Literal["text", "title"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of text with the outlets that say it and the spans it was taken from.

    Extractive text equals its spans joined by one space, but for the initial capital and the final stop.
    ``outlets`` are domains; attribution is shown from them and is not part of ``text``.
    """

    text: str
    outlets: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    made: Made = "extract"
    """Model text rests on whole sentences, which the verifier compares it with; it does not equal them."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A whole sentence (or title) of an article, as a statement cites it."""

    text: str
    outlet: str
    side: Side


class Place(StrEnum):
    """Where in a story a statement stands: what it may say, and on whose word, depends on it."""

    HEADLINE = "headline"
    DEK = "dek"
    OVERVIEW = "overview"
    POINT = "point"
    AGREED = "agreed"
    CLAIM = "disputed"
    ONLY = "only"
    ANSWER = "faq"


def consecutive_words(field: str, spans: Sequence[tuple[int, int]]) -> int:
    """The most words that stand in one piece in ``field`` and in its ascending spans: pieces that touch are one."""
    most, begin, reached = 0, -1, -1
    for start, end in spans:
        if begin < 0 or field[reached:start].strip():
            begin = start
        reached = end
        most = max(most, len(field[begin:end].split()))
    return most


@dataclass(frozen=True, slots=True)
class Dispute:
    """A point on which outlets differ: the claims side by side, each with who makes it."""

    topic: str
    claims: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Question:
    question: str
    answer: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StoryWords:
    """All that is said about one story. Empty tuples are honest: nothing is invented to fill a part."""

    headline: Statement
    dek: Statement | None = None
    overview: tuple[Statement, ...] = ()
    sides: Mapping[Side, tuple[Statement, ...]] = field(default_factory=dict)
    agreed: tuple[Statement, ...] = ()
    disputed: tuple[Dispute, ...] = ()
    only: Mapping[Side, tuple[Statement, ...]] = field(default_factory=dict)
    faq: tuple[Question, ...] = ()
    headlines: Mapping[Side, Statement] = field(default_factory=dict)
    """One title of each side, verbatim, side by side: titles are links and no part of what `statements` counts."""

    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the story, in reading order."""
        return tuple(statement for _, _, statement in self.placed())

    def placed(self) -> Iterator[tuple[Place, Side | None, Statement]]:
        """Every statement with its place, and the side whose column it stands in; in reading order."""
        yield Place.HEADLINE, None, self.headline
        if self.dek:
            yield Place.DEK, None, self.dek
        yield from ((Place.OVERVIEW, None, one) for one in self.overview)
        yield from ((Place.POINT, side, one) for side, points in self.sides.items() for one in points)
        yield from ((Place.ONLY, side, one) for side, points in self.only.items() for one in points)
        yield from ((Place.AGREED, None, one) for one in self.agreed)
        yield from ((Place.CLAIM, None, one) for dispute in self.disputed for one in dispute.claims)
        yield from ((Place.ANSWER, None, one) for question in self.faq for one in question.answer)

    def edited(self) -> tuple[Statement, ...]:
        """What an editor changed or added."""
        return tuple(statement for statement in self.statements() if statement.made == "editor")

    def written(self) -> frozenset[Place]:
        """The places where a model's text stands."""
        return frozenset(place for place, _, statement in self.placed() if statement.made == "model")


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """How much may be said, in words, and how much of it one outlet may have been quoted with (promise 1)."""

    excerpt_words: int = 30
    """At most this many consecutive words from one article in one excerpt."""
    statement_words: int = 40
    """At most this many words in one statement, where it is several excerpts of one sentence."""
    outlet_words: int = 60
    """At most this many words of one outlet in one story, overview and points together."""
    overview_words: int = 45
    point_words: int = 18
    points_per_side: int = 1
    """In the mail; the page may show up to ``page_points``."""
    page_points: int = 5
    headline_words: int = 15
    dek_words: int = 18
