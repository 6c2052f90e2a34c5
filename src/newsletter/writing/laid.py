"""Whether a statement is its source with cuts that leave true what stays. Pure.

Every word of a false sentence may stand in a true one: "twelve voted for it and nine against" holds "nine voted for
it". What tells them apart is the order of the words, and what was cut from between them. So a statement's words are
laid along those of its source, in order, and every stretch that falls out is looked at (`cuts`). No grammar is
parsed. A part may stand before or behind the rest of its sentence; articles, auxiliaries and dates may stand anywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from newsletter.writing.cuts import JOINERS, MODALS, Cut, Word, words_of
from newsletter.writing.turns import EMBEDDING, LIMITERS, NEGATIONS, PREPOSITIONS, SUBORDINATORS

_WATCHED = (PREPOSITIONS | MODALS | NEGATIONS | LIMITERS) - {"of"}
"""Words that a statement has only where its source has them; "of" may be a possessive there."""
_COMMA, _STOP = (Word(sign, sign, False, False) for sign in ",.")
_Order = tuple[tuple[Word, ...], int]
"""The words of a source, and how many of them were moved to its front."""


def put_together_otherwise(text: str, cited: Sequence[str]) -> bool:
    """Whether the text is none of the cited sentences, nor one after another of them, with harmless cuts."""
    own = words_of(text)
    alone = (order for source in cited for order in _orders(words_of(source)))
    pairs = (((*words_of(a), _STOP, *words_of(b)), 0) for a, b in itertools.permutations(cited, 2))
    return not any(_laid(own, *order) for order in itertools.chain(alone, pairs))


def _orders(source: tuple[Word, ...]) -> Iterator[_Order]:
    """The source as it stands, and each part of its end that may stand in front: "after …", "X said"."""
    yield source, 0
    for i in range(1, len(source)):
        comma = source[i - 1].word == ","
        moves = source[i].word in SUBORDINATORS | PREPOSITIONS
        if moves or comma or any(one.word in EMBEDDING for one in source[max(0, i - 3) : i]):
            yield (*source[i:], _COMMA, *source[: i - comma]), len(source) - i


def _laid(own: Sequence[Word], source: Sequence[Word], moved: int) -> bool:
    """Whether the statement's words can be laid along the source so that every cut is harmless.

    Of a source whose order was changed both parts must be used: else it is the source as it stood.
    """
    held = {word.key for word in source}
    reached = {(-1, False)}
    joined = False
    for i, word in enumerate(own):
        if word.word in JOINERS:
            joined = joined or i > 0
        elif word.key in held - {""}:
            reached = set(_next(reached, word, source, moved, joined=joined))
            joined = False
        elif word.word in _WATCHED and not word.free:
            return False
    ends = (k for k, early in reached if not moved or (early and k > moved))
    return any(Cut(source, k, len(source)).harmless() for k in ends)


def _next(
    reached: set[tuple[int, bool]], word: Word, source: Sequence[Word], moved: int, *, joined: bool
) -> Iterator[tuple[int, bool]]:
    """Where the next word can lie, given where the one before it may, and whether a moved part was used."""
    for j in (j for j, other in enumerate(source) if other.key == word.key and not other.stop):
        for k, early in reached:
            if k < j and Cut(source, k, j, joined=joined).harmless():
                yield j, early or j < moved
