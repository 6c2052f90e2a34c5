"""Facts that all heard sides report, each with every outlet that states it by the strict test of `same`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.clips import clips
from newsletter.writing.counts import contested
from newsletter.writing.dangling import names_something
from newsletter.writing.manner import title_case
from newsletter.writing.passages import Passage
from newsletter.writing.same import Fact, fact_of, states, weight, weights
from newsletter.writing.score import Material
from newsletter.writing.sources import Source
from newsletter.writing.subject import leans
from newsletter.writing.support import heard_sides
from newsletter.writing.terms import names, terms

MOST = 2
WORDS = 20
COMMON = 0.4
"""Share of the outlets that state a fact which must use each of its words."""
RARE, LONG = 1, 5
"""Words ("outfit" for "equip") that hardly any of them need use, in a fact of so many stems."""
BEARING = 0.2
"""Least bearing on the story's news."""
SENTENCES = 4
"""Sentences of an article that are read together with its title, one at a time."""
FRESH = 0.45
"""Share of a second fact's content that the first must not hold."""
REPEATS = 0.85
"""Likeness to the headline from which a fact only repeats it."""
SAME = 0.93
"""Likeness to any other text of the story from which a fact stands there word for word."""
NEW = 0.1
"""Share of what a fact tells that no text before it does: each for itself for the first, all of them for the second."""
NOVEL, FIRM = 1.0, 0.15
"""What a fact gains by being all new to the reader, and by stating a number, beside 1 for all outlets stating it."""
TITLE = 0.1
"""What a headline's clipped style costs."""
BRIEF, EACH = 9, 0.03
"""Words from which on a fact tells enough to be worth its line, and what each one less costs."""
_TELLS = re.compile(r"^(?:What|Why|How|Who|When|Where)\b|:|\b(?:why|how) ")
_DECIDED = re.compile(r"\b(?:vot(?:es|ed)|agree[sd]?|decid(?:es|ed)) to [a-z]")
_NOW = re.compile(r"^Now\b")


@dataclass(frozen=True, slots=True)
class _Article:
    """All readings of one article: title, sentences, the title with each of the first sentences."""

    source: Source
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What all articles tell, and what each stem tells in this story."""

    articles: tuple[_Article, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Shared:
    passage: Passage
    by: tuple[Source, ...]
    """Sources of the other outlets that state it, one an outlet."""
    worth: float


def agreed(desk: Desk) -> tuple[Statement, ...]:
    """At most two statements of up to 20 words; none unless left and right are both heard, and center where it is."""
    heard = heard_sides(desk.material)
    if not {Side.LEFT, Side.RIGHT} <= heard:
        return ()
    told = _told(desk.material)
    shared = [
        _Shared(p, by, 0.0) for p in _tried(desk, told) if heard <= _sides(p, by := _stated_by(p, told))
    ]
    found: list[_Shared] = []
    for fact in sorted((_weighed(desk, told, s) for s in shared), key=lambda s: (-s.worth, s.passage.text)):
        again = any(_twins(told, fact.passage, other.passage) for other in found)
        if found and _new(told, fact.passage, desk.said) < NEW:
            continue
        if not again and len(found) < MOST and desk.ledger.allows(fact.passage.outlet, fact.passage.words):
            found.append(fact)
    return tuple(_said(desk, fact) for fact in found)


def _said(desk: Desk, fact: _Shared) -> Statement:
    statement = desk.say(fact.passage)
    return replace(statement, outlets=(*statement.outlets, *sorted(s.outlet for s in fact.by)))


def _sides(passage: Passage, by: Iterable[Source]) -> set[Side]:
    return {passage.source.side, *(s.side for s in by)}


def _told(material: Material) -> _Told:
    texts: dict[str, list[str]] = {}
    sources = {s.article.id: s for s, _ in material.said}
    for source, text in material.said:
        texts.setdefault(source.article.id, []).append(text)
    articles = tuple(
        _Article(sources[i], tuple(map(fact_of, _readings(found)))) for i, found in texts.items()
    )
    by_outlet: dict[str, list[Fact]] = {}
    for one in articles:
        by_outlet.setdefault(one.source.outlet, []).extend(one.facts)
    return _Told(articles, weights(by_outlet.values()))


def _readings(texts: Sequence[str]) -> Iterator[str]:
    yield from texts
    title = texts[0].rstrip(".")
    yield from (f"{title}. {sentence}" for sentence in texts[1 : 1 + SENTENCES])
    yield from (f"{title}. {one} {two}" for one, two in pairwise(texts[1 : 1 + SENTENCES]))


def _stated_by(passage: Passage, told: _Told) -> tuple[Source, ...]:
    """Other outlets' sources that state the passage's fact.

    Empty when more than one word of it is such as hardly any of them uses: then they speak of the same event and not
    of the same fact.
    """
    fact = fact_of(passage.text)
    found: dict[str, tuple[Source, frozenset[str]]] = {}
    for article in told.articles:
        stems = [f.stems for f in article.facts if states(fact, f, told.weights)]
        if stems and article.source.outlet != passage.outlet:
            source, before = found.get(article.source.outlet, (article.source, frozenset[str]()))
            found[source.outlet] = source, before.union(*stems)
    heard = [stems for _, stems in found.values()]
    rare = [t for t in fact.stems if sum(t in stems for stems in heard) < COMMON * len(heard)]
    allowed = RARE if len(fact.stems) >= LONG else 0
    return () if len(rare) > allowed else tuple(source for source, _ in found.values())


def _tried(desk: Desk, told: _Told) -> list[Passage]:
    """Passages and clips of them that are short, firm, and tell more than the headline."""
    good = [p for p in desk.material.passages if _matters(desk, p)]
    every = {(p.key, p.text): p for passage in good for p in (passage, *clips(passage))}
    headline = desk.said[:1]
    named = {(name,) for _, text in desk.material.said for name in names(text)}
    return [
        p
        for p in every.values()
        if p.words <= WORDS
        and (names_something(p.text) or terms(p.text)[:1] in named)
        and _like(desk, p, headline) < REPEATS
        and _like(desk, p, desk.said) < SAME
        and all(_new(told, p, [text]) >= NEW for text in desk.said)
    ]


def _matters(desk: Desk, passage: Passage) -> bool:
    """News that names its subject, neither overtaken nor contested nor beside the story's news."""
    material = desk.material
    if not passage.source.news or material.bearing_of(passage) < BEARING:
        return False
    if material.is_stale(passage) and not _done(passage.text):
        return False
    if passage.field == "title" and (title_case(passage.text) or passage.source.live):
        return False
    if _NOW.search(passage.text) or (passage.field == "title" and _TELLS.search(passage.text)):
        return False
    return not leans(passage.text) and not contested(material, passage)


def _done(text: str) -> bool:
    """Whether it tells what happened or was decided: later articles may only go on from there."""
    fact = fact_of(text)
    return not fact.doubts and (fact.ahead is False or bool(_DECIDED.search(text)))


def _weighed(desk: Desk, told: _Told, shared: _Shared) -> _Shared:
    """More outlets, more that the reader does not know yet, numbers; sentences before headlines."""
    fact = fact_of(shared.passage.text)
    worth = (1 + len(shared.by)) / len(desk.material.outlets) + NOVEL * _new(told, shared.passage, desk.said)
    worth += FIRM * bool(fact.numbers) - TITLE * (shared.passage.field == "title")
    worth -= EACH * max(0, BRIEF - shared.passage.words)
    return replace(shared, worth=worth)


def _new(told: _Told, passage: Passage, texts: Sequence[str]) -> float:
    """Share of a fact's content, by what it tells, that the texts do not hold, words of one class counted as one."""
    own = fact_of(passage.text).stems
    new = own.difference(*(fact_of(t).stems for t in texts))
    return weight(new, told.weights) / max(1e-9, weight(own, told.weights))


def _twins(told: _Told, one: Passage, other: Passage) -> bool:
    """Whether either of two facts tells little beyond the other."""
    return min(_new(told, one, [other.text]), _new(told, other, [one.text])) < FRESH


def _like(desk: Desk, passage: Passage, texts: Sequence[str]) -> float:
    space = desk.material.space
    return float((space.vectors(texts) @ space.vectors([passage.text])[0]).max()) if texts else 0.0
