"""The law of evidence: a statement's text is its spans joined by one space, initial capital and final stop aside.

White space inside a span counts as one space, as readers see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from newsletter.domain.article import Article
from newsletter.domain.words import Evidence, Statement
from newsletter.writing.sentences import Span, is_closed

Field = Literal["text", "title"]


def field_of(article: Article, field: Field) -> str:
    """The field's characters, which the offsets count."""
    return article.title if field == "title" else article.text


def joined(field: str, spans: Sequence[Span]) -> str:
    """The spans' words, one space between words and between spans."""
    return " ".join(" ".join(field[s.start : s.end] for s in spans).split())


def statement_text(field: str, spans: Sequence[Span], *, stop: bool = True) -> str:
    """What readers see: the joined spans with an initial capital and, unless ``stop`` is False, a final stop."""
    text = joined(field, spans)
    text = _capital(text[:1]) + text[1:]
    return text + "." if stop and text and not is_closed(text) else text


def statement(article: Article, field: Field, spans: Sequence[Span], *, stop: bool = True) -> Statement:
    """A statement of that article's outlet. ``spans`` are ascending, disjoint and inside the field."""
    evidence = tuple(Evidence(article.id, field, s.start, s.end) for s in spans)
    return Statement(statement_text(field_of(article, field), spans, stop=stop), (article.outlet,), evidence)


def holds(said: Statement, articles: Sequence[Article]) -> bool:
    """Whether the law holds for a statement: what rendering and tests may ask of any writer's text."""
    by_id = {article.id: article for article in articles}
    pieces = []
    for span in said.evidence:
        article = by_id.get(span.article)
        field = field_of(article, span.field) if article else ""
        if not 0 <= span.start < span.end <= len(field):
            return False
        pieces.append(field[span.start : span.end])
    return bool(pieces) and _plain(" ".join(pieces)) == _plain(said.text)


def _capital(letter: str) -> str:
    """Upper case where that is one letter for one letter (not ß, not ligatures)."""
    upper = letter.upper()
    return upper if len(upper) == 1 and upper.casefold() == letter.casefold() else letter


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".!?… ").casefold()
