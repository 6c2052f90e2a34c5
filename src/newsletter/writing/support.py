"""The strict test of support: when another outlet's sentence may be said to state the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.domain.leaning import SIDES, Side
from newsletter.writing.passages import Passage
from newsletter.writing.score import Material
from newsletter.writing.sources import Source
from newsletter.writing.terms import numbers, term_set

SHARE = 0.6
"""Share of a statement's content that one sentence of the other outlet must hold, its numbers all."""

COMMON = 0.4
"""Share of the supporting outlets that must use each of its words."""

_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|without|den(?:y|ies|ied)|false(?:ly)?|refuses?d?|rejects?|rejected)\b|n['’]t\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:alleg\w+|accus\w+|suspect\w*|reportedly|claim\w*|unconfirmed|could|may|might|if)\b", re.IGNORECASE
)


def bears_out(statement: str, sentence: str) -> bool:
    """Whether the sentence states what the statement states: same numbers, most content, same yes or no.

    A sentence that doubts ("allegedly") does not bear out a statement that does not.
    """
    said, heard = term_set(statement), term_set(sentence)
    if len(said) < 4 or not numbers(statement) <= heard or len(said & heard) < SHARE * len(said):
        return False
    if len(_NEGATION.findall(statement)) != len(_NEGATION.findall(sentence)):
        return False
    return bool(_DOUBT.search(statement)) or not _DOUBT.search(sentence)


def supporters(material: Material, passage: Passage) -> tuple[Source, ...]:
    """Other outlets' news sources with a sentence that bears the passage out, one per outlet.

    Empty when a word of the passage ("murdering") is one that hardly any of those sentences uses ("stalking"):
    then they speak of the same event and not of the same fact.
    """
    found: dict[str, tuple[Source, set[str]]] = {}
    for source, sentence in material.said_by_news():
        if source.outlet == passage.outlet or not bears_out(passage.text, sentence):
            continue
        _, before = found.get(source.outlet, (source, set()))
        found[source.outlet] = source, before | term_set(sentence)
    heard = [stems for _, stems in found.values()]
    rare = [t for t in term_set(passage.text) if sum(t in stems for stems in heard) < COMMON * len(heard)]
    return () if rare else tuple(source for source, _ in found.values())


def heard_sides(material: Material) -> frozenset[Side]:
    """The sides that have a news source with words of its own."""
    return frozenset(s.side for s in material.sources if s.news and s.side in SIDES)


def texts_without(material: Material, side: Side) -> Iterator[str]:
    """Every title and sentence of the outlets that are not of that side."""
    return (text for source, text in material.said if source.side != side)
