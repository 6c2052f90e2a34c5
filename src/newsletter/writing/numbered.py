"""What a model is given of a story: whole sentences, numbered, each with its outlet, side and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.domain.document import iso
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Cited, Evidence
from newsletter.writing.evidence import Field, field_of
from newsletter.writing.fit import refusal
from newsletter.writing.sentences import Span, sentences
from newsletter.writing.sources import Source
from newsletter.writing.verify import instructs

PER_ARTICLE = 6
"""Sentences of one article's text: the news stands at its head."""
MOST, CHARACTERS = 90, 18_000
"""What one request may hold at most: about 5,000 tokens."""
LONGEST = 600
"""Characters of a sentence; a longer one is a page without stops."""
_FURNITURE = frozenset(
    {"teaser or promotion", "credit or byline", "link", "markup or code", "question", "cut off"}
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """One sentence (or title) that a model may cite by its number."""

    number: int
    source: Source
    field: Field
    span: Span
    text: str

    def cited(self) -> Cited:
        return Cited(self.text, self.source.outlet, self.source.side)

    def evidence(self) -> Evidence:
        return Evidence(self.source.article.id, self.field, self.span.start, self.span.end)

    def row(self) -> Mapping[str, object]:
        """As it stands in the request."""
        return {
            "n": self.number,
            "outlet": self.source.name,
            "side": self.source.side.value,
            "time": iso(self.source.article.published),
            "text": self.text,
        }


def numbered(sources: Sequence[Source]) -> tuple[Numbered, ...]:
    """News pieces' titles and first sentences, the sides taking turns, numbered from 1.

    What feeds put around the news is left out, and so is every sentence that addresses a model: it can
    then be neither followed nor cited.
    """
    found: list[Numbered] = []
    characters = 0
    for source in _in_turn([s for s in sources if s.news]):
        for field, span, text in _sentences_of(source):
            characters += len(text)
            if len(found) == MOST or characters > CHARACTERS:
                return tuple(found)
            found.append(Numbered(len(found) + 1, source, field, span, text))
    return tuple(found)


def _in_turn(sources: Sequence[Source]) -> Iterator[Source]:
    """One article of each side after the other, so that what does not fit is cut from all sides alike."""
    queues = [[s for s in sources if s.side == side] for side in (*SIDES, Side.UNRATED)]
    for place in range(max(map(len, queues), default=0)):
        yield from (queue[place] for queue in queues if place < len(queue))


def _sentences_of(source: Source) -> Iterator[tuple[Field, Span, str]]:
    article = source.article
    spans = sentences(article.text)[:PER_ARTICLE]
    rows: list[tuple[Field, Span]] = [("title", Span(0, len(article.title)))]
    rows += [("text", span) for span in spans]
    for field, span in rows:
        text = " ".join(field_of(article, field)[span.start : span.end].split())
        if 0 < len(text) <= LONGEST and refusal(text) not in _FURNITURE and not instructs(text):
            yield field, span, text
