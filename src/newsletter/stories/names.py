"""Which of a story's words are names: written with a capital where a sentence would not ask for one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from newsletter.stories.terms import TEXT_CHARACTERS
from newsletter.stories.text import STOP_WORDS, stem, words

_AROUND = "\"“”‘’'(),.;:!?—–|-"
_SENTENCE_ENDS = '.!?:;"”’—–|-'
_TITLE_CASE = 0.6
"""Share of capitalised longer words from which a line is set in Title Case and tells nothing about names."""


def names_of(texts: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Stems that the (title, text) pairs write with a capital more often than without."""
    balance: Counter[str] = Counter()
    for line in (line for title, text in texts for line in (title, text[:TEXT_CHARACTERS])):
        if not _title_case(line):
            for found, capital in _written(line):
                balance[found] += 1 if capital else -1
    return frozenset(found for found, more in balance.items() if more > 0)


def _written(line: str) -> Iterator[tuple[str, bool]]:
    """Each stem with whether it has a capital; the first word of a sentence says nothing and is passed over."""
    before = "."
    for token in line.split():
        word = token.strip(_AROUND)
        capital = word[:1].isupper()
        if not (capital and before[-1] in _SENTENCE_ENDS):
            for one in words(word):
                if len(one) > 1 and one not in STOP_WORDS:
                    yield stem(one), capital
        before = token


def _title_case(line: str) -> bool:
    longer = [word for word in re.findall(r"[A-Za-z]{4,}", line)[1:]]
    return bool(longer) and sum(word[0].isupper() for word in longer) > _TITLE_CASE * len(longer)
