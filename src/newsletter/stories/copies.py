"""Near-copies: when two articles are one text, printed twice.

Within one story every pair is compared, by exact overlap of three-word shingles: a story has at most a few
hundred articles, so the estimate that MinHash makes for millions of pairs would only add its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.domain.article import Article
from newsletter.stories.text import words

SHINGLE = 3
TEXT_WORDS = 250
"""Words compared: feeds cut one agency text at different lengths, and its lead is what they all print."""
SAME_TEXT = 0.5
"""Share of all shingles that two copies have in common (Jaccard)."""
WITHIN = 0.8
"""Share of the shorter text's shingles that stand in the longer: the same text, cut."""
WITHIN_SHINGLES = 12
"""A shorter text than this may be a phrase that everybody quotes."""
ONE_OWNER = 0.3
"""Two outlets of one owner edit one text more freely before they print it again."""
TITLE_WORDS = 5
"""A shorter title names a subject and is no evidence of copying ("Storm hits coast")."""
SAME_TITLE = 0.9
"""Share of words that two near-identical titles have in common (Dice): one word in ten may differ."""
OTHER_TEXT = 0.08
"""Same title, but texts with hardly a shingle in common: two outlets wrote the obvious headline."""
TOLD_SHINGLES = 5
"""From this length on a text can show that; many feeds give no text at all."""


@dataclass(frozen=True, slots=True)
class Print:
    """What of an article is compared."""

    title: tuple[str, ...]
    title_words: frozenset[str]
    text: frozenset[tuple[str, ...]]
    both: frozenset[tuple[str, ...]]
    owner: str


def print_of(article: Article, owner: str) -> Print:
    """``owner`` of the outlet, or its domain: outlets without a stated owner are strangers to each other."""
    title = tuple(words(_without_outlet(article.title)))
    text = words(article.text)[:TEXT_WORDS]
    return Print(title, frozenset(title), _shingles(text), _shingles(list(title)) | _shingles(text), owner)


def near_copies(one: Print, other: Print) -> bool:
    """Whether the two are one text."""
    if _same_title(one, other):
        return True
    if min(len(one.text), len(other.text)) < WITHIN_SHINGLES:
        return (
            _alike(one.both, other.both) >= SAME_TEXT and min(len(one.both), len(other.both)) >= TITLE_WORDS
        )
    bar = ONE_OWNER if one.owner == other.owner else SAME_TEXT
    shared = len(one.text & other.text)
    return (
        shared / len(one.text | other.text) >= bar or shared / min(len(one.text), len(other.text)) >= WITHIN
    )


def copy_groups(prints: Sequence[Print]) -> list[list[int]]:
    """Rows that are one text, directly or through a copy between them; in order of their first row."""
    group = list(range(len(prints)))
    for second in range(len(prints)):
        for first in range(second):
            if group[first] != group[second] and near_copies(prints[first], prints[second]):
                low, high = sorted((group[first], group[second]))
                group = [low if value == high else value for value in group]
    return [[row for row, value in enumerate(group) if value == name] for name in sorted(set(group))]


def _same_title(one: Print, other: Print) -> bool:
    if min(len(one.title), len(other.title)) < TITLE_WORDS:
        return False
    shared = len(one.title_words & other.title_words)
    if 2 * shared < SAME_TITLE * (len(one.title_words) + len(other.title_words)):
        return False
    told = min(len(one.text), len(other.text)) >= TOLD_SHINGLES
    return not told or _alike(one.text, other.text) >= OTHER_TEXT


def _alike(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _shingles(found: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1))


def _without_outlet(title: str) -> str:
    """Without a trailing "- Outlet Name" or "| Outlet", which aggregated feeds add to one and the same title."""
    for mark in (" | ", " - ", " – ", " — "):
        head, found, tail = title.rpartition(mark)
        if found and len(tail.split()) <= 4 and len(head.split()) >= TITLE_WORDS:
            return head
    return title
