"""What a text is about: stems, numbers and names, and vectors of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from math import log
from threading import Lock

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from newsletter.writing.lexicon import NUMBER_WORDS, SAME_NEWS, STOP_WORDS

Matrix = NDArray[np.float64]

_TOKEN = re.compile(r"\d[\d,.]*\d|\d|[A-Za-zÀ-ɏ][\wÀ-ɏ]*(?:['’-][\w]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_STEMMER = snowballstemmer.stemmer("english")
_LOCK = Lock()  # a Snowball stemmer keeps its word in itself; issues may be written in threads


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball stem of one lower-case word."""
    with _LOCK:
        return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=16384)
def terms(text: str) -> tuple[str, ...]:
    """Content stems and numbers of a text, in order, repeats kept. "U.S." is "us", "two" is "2"."""
    plain = _DOTTED.sub(lambda m: m.group().replace(".", "") + " ", text)
    found = []
    for token in _TOKEN.findall(plain):
        word = _POSSESSIVE.sub("", token.lower().replace("’", "'"))
        if word in NUMBER_WORDS and word not in {"one", "zero"}:
            found.append(NUMBER_WORDS[word])
        elif word[:1].isdigit():
            found.append(word.replace(",", "").rstrip("."))
        elif token == "US" or (word not in STOP_WORDS and len(word) > 1):
            found.extend(stem(part) for part in word.split("-") if part not in STOP_WORDS and len(part) > 1)
    return tuple(found)


@lru_cache(maxsize=16384)
def term_set(text: str) -> frozenset[str]:
    """What `terms` finds, order and repeats aside."""
    return frozenset(terms(text))


@lru_cache(maxsize=16384)
def numbers(text: str) -> frozenset[str]:
    """The numbers a text states, written as digits without thousands commas."""
    return frozenset(t for t in terms(text) if t[:1].isdigit())


_CLASS = {stem(word): stem(group.split()[0]) for group in SAME_NEWS for word in group.split()}
_BEFORE_NAME = re.compile(r"\b([A-Z][\w’'.-]+) (?=([A-Z][\w’'-]+))")


@lru_cache(maxsize=16384)
def gist(text: str) -> frozenset[str]:
    """The content stems of a text, words that headlines use for one another being one."""
    return frozenset(_CLASS.get(t, t) for t in term_set(text))


@lru_cache(maxsize=16384)
def first_gist(text: str, many: int) -> frozenset[str]:
    """The first of them: who does what."""
    return frozenset(list(dict.fromkeys(_CLASS.get(t, t) for t in terms(text)))[:many])


def new_gist(text: str, told: frozenset[str]) -> frozenset[str]:
    """What of a text's gist is not told; an office or a forename before a name that was told is no news."""
    known = {t for first, name in _BEFORE_NAME.findall(text) if gist(name) <= told for t in gist(first)}
    return gist(text) - told - known


def names(text: str) -> frozenset[str]:
    """Stems of capitalised words that do not open the text or a quotation in it."""
    found = re.findall(r"(?<=[\w,;’'] )[A-Z][\w’'-]+", text)
    return frozenset(t for word in found for t in terms(word) if not t[:1].isdigit())


class Space:
    """The vector space of one story's texts: cosine similarity of log-tf x story idf vectors."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._index: dict[str, int] = {}
        seen: dict[str, int] = {}
        for text in texts:
            for term in dict.fromkeys(terms(text)):
                seen[term] = seen.get(term, 0) + 1
        for term in seen:
            self._index[term] = len(self._index)
        self._weight = np.array([log(1 + len(texts) / count) for count in seen.values()] or [1.0])

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """Unit rows, one per text; a text without known terms is a zero row."""
        rows = np.zeros((len(texts), max(1, len(self._index))))
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text):
                if term in self._index:
                    row[self._index[term]] += 1
        np.log1p(rows, out=rows)
        rows *= self._weight
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths > 0, lengths, 1)


Concepts = frozenset[str]


@lru_cache(maxsize=16384)
def concepts(text: str) -> Concepts:
    """The stems of a text and the pairs of neighbouring stems."""
    found = terms(text)
    return frozenset(found) | {f"{a} {b}" for a, b in itertools.pairwise(found)}
