"""Everything of a story that may be said: the fit texts of its sources, whole or shortened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.domain.words import Statement, consecutive_words
from newsletter.writing.asides import keeps_hedges
from newsletter.writing.evidence import Field, field_of, statement, statement_text
from newsletter.writing.fit import opens_midway, refusal
from newsletter.writing.limits import Limits
from newsletter.writing.openings import beside_title, unglued
from newsletter.writing.sentences import Span, is_closed, sentences, stripped
from newsletter.writing.sources import Source
from newsletter.writing.trim import Spans, opened, shortenings
from newsletter.writing.verify import unsupported

MAX_SENTENCES = 14
"""Sentences looked at per article: an RSS description has two, a full text's lead has the news."""

_STANDFIRST = re.compile(r"Continue reading\W*$")
"""Descriptions that end so begin with a standfirst that runs into the body without a stop."""
_PREFIX = re.compile(
    r"^(?i:(?:breaking|exclusive|watch|video|live|update|updated|just in|new)\s?[:|—–-]\s+)"
    r"|^(?:[A-Z][\w.’'-]*\s){1,4}?(?:[:|]|\\\|)\s+(?=[A-Z])"
)
"""Labels before a title: "Breaking:", and what a space sets off from its mark ("Region : …", "Section | …")."""
_SUFFIX = re.compile(r"\s+(?:[|—–-]|::)\s+(?P<name>[^|—–]{2,40})$")


@dataclass(frozen=True, slots=True)
class Passage:
    """One honest wording of one sentence; several passages may share a sentence."""

    source: Source
    field: Field
    spans: Spans
    sentence: int
    """Place of its sentence in the field, 0-based; titles are -1."""
    text: str
    words: int
    whole: bool
    """False when something was cut."""

    @property
    def key(self) -> tuple[str, int]:
        """Passages of one key are wordings of one sentence."""
        return self.source.article.id, self.sentence

    @property
    def outlet(self) -> str:
        return self.source.outlet

    def said(self, *, stop: bool = True) -> Statement:
        return statement(self.source.article, self.field, self.spans, stop=stop)


def passages_of(sources: Sequence[Source], limits: Limits) -> tuple[Passage, ...]:
    """Every fit wording within the limits of excerpt and statement, in source order, longest first per sentence."""
    return tuple(p for source in sources for p in (*_of_title(source, limits), *_of_text(source, limits)))


def title_span(source: Source) -> Span:
    """The title without "Breaking:" before and " - Outlet" behind it, and without a final stop."""
    title = source.article.title
    span = stripped(title, 0, len(title))
    lead = _PREFIX.match(title[span.start : span.end])
    if lead:
        span = Span(span.start + lead.end(), span.end)
    tail = _SUFFIX.search(title[span.start : span.end])
    if tail and _is_name(tail.group("name"), source):
        span = Span(span.start, span.start + tail.start())
    return stripped(title, span.start, _without_stop(title, span))


def _without_stop(title: str, span: Span) -> int:
    """Where the title ends before its final stop; that of "6 a.m." or "U.S." belongs to the word."""
    word = title[span.start : span.end].split()[-1:]
    if word and word[0].endswith(".") and word[0][:-1].isalpha() and word[0][-2].islower():
        return span.end - 1
    return span.end


def support_texts(source: Source) -> tuple[str, ...]:
    """The source's title and sentences, fit or not: what may bear out another outlet's words."""
    field = source.article.text
    found = [field[s.start : s.end] for s in sentences(field)[:MAX_SENTENCES]]
    return (source.article.title, *found)


def _is_name(tail: str, source: Source) -> bool:
    def letters(text: str) -> str:
        return re.sub(r"\W|^the ", "", text.lower())

    tail, name, domain = letters(tail), letters(source.name), letters(source.outlet.split(".")[0])
    return tail in {name, domain} or domain == tail.removesuffix("com") or name in tail


def _of_title(source: Source, limits: Limits) -> Iterator[Passage]:
    span = title_span(source)
    title = source.article.title
    if span.start < span.end and not refusal(title[span.start : span.end]):
        yield from _wordings(source, "title", span, -1, limits, title)


def _of_text(source: Source, limits: Limits) -> Iterator[Passage]:
    """Of each sentence; a cut is compared with it without the heading before it, unless that hedges."""
    field = source.article.text
    spans = sentences(field)
    run_on = bool(_STANDFIRST.search(field))
    for place, span in enumerate(spans[:MAX_SENTENCES]):
        if place == 0 and run_on:
            continue
        closed = is_closed(field[span.start : span.end])
        if _inside_quotation(field, span) or not (closed or _is_deck(field, len(spans))):
            continue
        begun = span.start
        span = unglued(source.article.title, field, span) if place == 0 else span
        glued = beside_title(source.article.title, field[begun : span.start])
        sentence = field[span.start if keeps_hedges(glued) else begun : span.end]
        span = opened(field, span)
        text = field[span.start : span.end]
        if text.endswith(":") or refusal(text) in _FATAL or (span.start == begun and opens_midway(text)):
            continue
        if refusal(text) == "too long" and _GLUED.search(text):
            continue
        yield from _wordings(source, "text", span, place, limits, sentence)


def _inside_quotation(field: str, span: Span) -> bool:
    """Whether the sentence stands in the middle of somebody's longer quotation."""
    before = field[: span.start].rpartition("\n")[2]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


_FATAL = frozenset(
    {"cut off", "question", "teaser or promotion", "credit or byline", "link", "markup or code"}
)
"""Reasons that no cut can cure: what is wrong with part of such a sentence is wrong with all of it."""


_GLUED = re.compile(
    r"(?:[A-Z]\.){2,} [A-Z]|\b[A-Z][\w’'-]+ (?:The|A|An|In|On) [A-Z]|(?:\b[A-Z][a-z]+ ){4,}[A-Z]"
)
"""Marks of two texts in one, in a "sentence" so long that it most likely is that."""


def _is_deck(text: str, sentences_in_field: int) -> bool:
    """A description of one short line without a stop: some outlets' deks; longer ones were cut off by the feed."""
    return sentences_in_field == 1 and len(text.split()) <= 22


def _wordings(
    source: Source, field: Field, span: Span, place: int, limits: Limits, sentence: str
) -> Iterator[Passage]:
    """What can be said of a sentence: the verifier's law holds for our own cuts as for a model's text."""
    characters = field_of(source.article, field)
    for number, spans in enumerate(shortenings(characters, span)):
        text = statement_text(characters, spans)
        words = len(text.split())
        if words > limits.statement_words or refusal(text):
            continue
        if consecutive_words(characters, [(s.start, s.end) for s in spans]) > limits.excerpt_words:
            continue
        if text == sentence or not unsupported(text, [sentence], title=place < 0):
            yield Passage(source, field, spans, place, text, words, number == 0)
