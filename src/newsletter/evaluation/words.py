"""ROUGE: how much of a reference text another one has. Pure.

ROUGE-1, -2 (shared single words, pairs) and -L (longest common subsequence) as F1, words stemmed by Porter:
Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries". Means agree with the reference
implementation to a hundredth of a point in a hundred; forty lines spare its four dependencies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

_WORD = re.compile(r"[a-z0-9]+")
_PORTER = snowballstemmer.stemmer("porter")
_SHORT = 3
"""Words up to this length are not stemmed, as the reference implementation has it."""


@dataclass(frozen=True, slots=True)
class Rouge:
    """F1, 0 to 1."""

    one: float
    two: float
    longest: float


def rouge(reference: str, text: str) -> Rouge:
    """Of ``text`` against ``reference``; all zero where either has no words."""
    wanted, given = _tokens(reference), _tokens(text)
    return Rouge(
        _overlap(Counter(wanted), Counter(given)),
        _overlap(Counter(pairwise(wanted)), Counter(pairwise(given))),
        _f1(_common(wanted, given), len(wanted), len(given)),
    )


def _tokens(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return word if len(word) <= _SHORT else str(_PORTER.stemWord(word))


def _overlap(wanted: Counter[object], given: Counter[object]) -> float:
    return _f1((wanted & given).total(), wanted.total(), given.total())


def _f1(shared: int, wanted: int, given: int) -> float:
    return 2 * shared / (wanted + given) if shared else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, row by row."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for at, also in enumerate(other, start=1):
            kept = row[at]
            row[at] = before + 1 if word == also else max(row[at], row[at - 1])
            before = kept
    return row[-1]
