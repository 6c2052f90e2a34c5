"""Whether a statement is its source with cuts that leave true what stays. Pure.

Every word of a false sentence may stand in a true one: "twelve voted for it and nine against" holds "nine voted for
it". What tells them apart is what was cut from between the words, and whether they kept their order. So a statement's
words are laid along those of its source, in order, and every stretch that falls out between them is looked at: a
condition, a limit, a negation, whose word it is, the head of a phrase, the joint of two clauses must not fall.
No grammar is parsed. A leading clause may stand last and the other way round; dates may stand anywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing.claims import Token, tokens
from newsletter.writing.lexicon import CALENDAR, NUMBER_WORDS, PERSON_NOUNS, STOP_WORDS
from newsletter.writing.roles import IN_NUMBER, is_verb
from newsletter.writing.terms import stem
from newsletter.writing.turns import (
    CONDITIONS,
    COORDINATORS,
    EMBEDDING,
    LAB,
    LIMITERS,
    NEGATIONS,
    OFFICES,
    PLAIN_VERBS,
    PREPOSITIONS,
    PRIVATIVE,
    RELATIVES,
    SUBORDINATORS,
    TIMES,
)

_FREE = frozenset(
    "a an the that is are was were be been being am has have had do does did also".split()
)
"""Words that come and go without changing what is said."""
_MODALS = frozenset("will would can could may might must should shall".split())
_STOPS = frozenset('.,;:!?()—–“”"')
_JOINERS = COORDINATORS | _STOPS
_BOUNDARIES = COORDINATORS | SUBORDINATORS | RELATIVES | CONDITIONS | frozenset(";:.—–")
_FACTIVE = frozenset(["after", "since", "because", "although", "though", "as"])
"""What stands behind these is told as a fact, too."""
_TIED = frozenset(["to", "for", "against", "of", "from", "with", "into"])
"""Prepositions that belong to the verb before them: "closed to cargo", "charged with theft"."""
_PLACES = frozenset(["in", "across", "among", "throughout"])
_WATCHED = (PREPOSITIONS | _MODALS | NEGATIONS | LIMITERS) - {"of"}
"""Words that a statement has only where its source has them; "of" may be a possessive there."""
_VOICES = 2
"""Cited sentences that one statement may be put together from."""


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    word: str
    verb: bool
    owns: bool
    capital: bool

    @property
    def stop(self) -> bool:
        return self.word in _STOPS

    @property
    def free(self) -> bool:
        return self.key == ""

    @property
    def verbal(self) -> bool:
        return self.verb or self.word in PLAIN_VERBS


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[_Word, ...]:
    found = tokens(IN_NUMBER.sub("", text))
    return tuple(_word(found, i) for i in range(len(found)))


def _word(found: Sequence[Token], i: int) -> _Word:
    token = found[i]
    after = found[i + 1].word if i + 1 < len(found) else ""
    dated = token.word == "on" and after in CALENDAR
    free = token.word in _FREE or dated or (token.word in CALENDAR and token.word not in _MODALS)
    key = "" if free else NUMBER_WORDS.get(token.word, token.word if token.word in _STOPS else stem(token.word))
    return _Word(key, token.word, is_verb(found, i), token.owns, token.capital)


def cut_wrong(text: str, cited: Sequence[str]) -> bool:
    """Whether the text is none of the cited sentences, nor two of them, with harmless cuts."""
    own = _words(text)
    if any(_laid(own, *order) for source in cited for order in _orders(_words(source))):
        return False
    pairs = itertools.permutations(cited, _VOICES) if len(cited) > 1 else ()
    return not any(_laid(own, (*_words(a), _STOP, *_words(b))) for a, b in pairs)


_COMMA, _STOP = (_Word(sign, sign, False, False, False) for sign in ",.")


def _orders(source: tuple[_Word, ...]) -> Iterator[tuple[tuple[_Word, ...], int]]:
    """The source as it stands, and with a part moved from its end to its front; how many words were moved."""
    yield source, 0
    for i, word in enumerate(source):
        before = source[i - 1].word if i else ""
        moves = word.word in SUBORDINATORS | PREPOSITIONS or word.word == "on" or before == ","
        said = any(one.word in EMBEDDING for one in source[max(0, i - 3) : i])
        if i and (moves or said):
            rest = source[: i - 1] if before == "," else source[:i]
            yield (*source[i:], _COMMA, *rest), len(source) - i


def _laid(own: Sequence[_Word], source: Sequence[_Word], moved: int = 0) -> bool:
    """Whether the statement's words can be laid along the source so that every cut is harmless.

    Of a source whose order was changed both parts must be used: else it is the source as it stood.
    """
    held = {word.key for word in source}
    reached = {(-1, False)}
    joined = False
    for i, word in enumerate(own):
        if word.word in _JOINERS:
            joined = joined or i > 0
        elif not word.free and word.key in held:
            places = [j for j, other in enumerate(source) if other.key == word.key and not other.stop]
            reached = {
                (j, early or j < moved)
                for j in places
                for k, early in reached
                if k < j and harmless(source, k, j, joined=joined)
            }
            joined = False
        elif not word.free and word.word in _WATCHED:
            return False
    return any(
        _tail(source, k, source[k + 1 :]) for k, early in reached if not moved or (early and k > moved)
    )


def harmless(source: Sequence[_Word], left: int, right: int, *, joined: bool) -> bool:
    """Whether what stands between two kept words of the source may go."""
    cut = source[left + 1 : right]
    if left < 0:
        return _head(cut, source[right])
    if source[left].owns and not source[right].stop and not cut:
        return True
    if not _content(cut):
        return True
    bounds = _bounds(cut)
    if joined and bounds:
        return not any(cut[n].word in CONDITIONS for n in bounds) and _tail(source, left, cut[: bounds[0]]) and _head(cut[bounds[-1] + 1 :], source[right])
    return _middle(source, left, cut, source[right])


def _trimmed(cut: Sequence[_Word]) -> Sequence[_Word]:
    """Without articles, auxiliaries and dates at both ends."""
    kept = [n for n, word in enumerate(cut) if not word.free]
    return cut[kept[0] : kept[-1] + 1] if kept else ()


def _bounds(cut: Sequence[_Word]) -> list[int]:
    """Places of the joints of clauses and lists; "between 1996 and 1998" has none."""
    return [
        n
        for n, word in enumerate(cut)
        if word.word in _BOUNDARIES | {","}
        and not (0 < n < len(cut) - 1 and cut[n - 1].key[:1].isdigit() and cut[n + 1].key[:1].isdigit())
    ]


def _content(cut: Sequence[_Word]) -> list[_Word]:
    return [word for word in cut if not word.free and not word.stop and word.word not in TIMES]


def _head(cut: Sequence[_Word], kept: _Word) -> bool:
    """Whether what stands before a clause may go."""
    content = _content(cut)
    if not content:
        return not any(word.word == "that" for word in cut) or len(cut) == 1
    if any(word.word in CONDITIONS for word in cut) or any(word.word in NEGATIONS for word in cut):
        return False
    if cut[0].word == "under":
        return False
    if _trimmed(cut)[-1].word in {",", ";", ".", ":", "—", "–"} | COORDINATORS:
        return True
    return not _governs(cut, kept)


def _governs(cut: Sequence[_Word], kept: _Word) -> bool:
    """Whether the cut's last word holds the next one: "a call to cut", "most of", "attempted"."""
    last = _content(cut)[-1]
    rest = cut[max(n for n, word in enumerate(cut) if word is last) + 1 :]
    return (
        any(word.word == "that" for word in rest)
        or last.word in PREPOSITIONS
        or (last.word in SUBORDINATORS - _FACTIVE)
        or last.word in RELATIVES
        or last.word in LIMITERS
        or last.word in PRIVATIVE
        or (last.verb and not kept.stop and len(_content(cut)) > 1 and not _adjective(cut))
    )


def _adjective(cut: Sequence[_Word]) -> bool:
    """A participle behind an article describes what follows: "the newly elected mayor"."""
    return len(_content(cut)) <= 2 and any(word.word in {"a", "an", "the"} for word in cut)


def _tail(source: Sequence[_Word], left: int, cut: Sequence[_Word]) -> bool:
    """Whether what stands behind a clause may go."""
    content = _content(cut)
    if not content:
        return True
    first = next((n for n, word in enumerate(cut) if n and word.word in COORDINATORS | {";", "."}), len(cut))
    limits = not cut[0].stop and content[0].word in LIMITERS | {"than"}
    if limits or any(word.word in CONDITIONS for word in cut[:first]):
        return False
    if cut[0].word == "," and any(word.word in EMBEDDING for word in cut[-5:]):
        return False
    if content[0].word in _PLACES and any(word.word in LAB for word in content[1:3]):
        return False
    return not _beheads(source[left], cut, None if len(cut) == len(source) - left - 1 else cut[-1])


def _beheads(before: _Word, cut: Sequence[_Word], kept: _Word | None) -> bool:
    """Whether the cut takes the head of the phrase whose front stays, or what the verb is tied to."""
    first, second = cut[0], cut[1] if len(cut) > 1 else None
    if before.owns:
        return True
    if before.verb and before.word not in EMBEDDING:
        amount = second is not None and second.key[:1].isdigit()
        return first.word in _TIED and not amount
    ends = kept is None or kept.verbal or kept.stop or kept.word in _BOUNDARIES | PREPOSITIONS
    return ends and _noun(first) and _noun(before) and before.word not in OFFICES | PERSON_NOUNS


def _noun(word: _Word) -> bool:
    """Whether a word may be a noun, as far as lists tell."""
    other = _BOUNDARIES | PREPOSITIONS | LIMITERS | TIMES | _MODALS | NEGATIONS
    return not (
        word.free
        or word.stop
        or word.verbal
        or word.word in other
        or word.word.endswith("ly")
        or word.word[:1].isdigit()
        or word.word in STOP_WORDS
        or word.word in NUMBER_WORDS
    )


def _middle(source: Sequence[_Word], left: int, cut: Sequence[_Word], kept: _Word) -> bool:
    """Whether what stands inside a clause may go."""
    inner = list(_trimmed(cut))
    aside = inner[0].stop and inner[-1].stop
    while inner and inner[0].stop:
        inner.pop(0)
    while inner and inner[-1].stop:
        inner.pop()
    if any(word.word in CONDITIONS for word in inner):
        return False
    if aside:
        return not any(word.word == ";" for word in inner)
    first, last = inner[0], inner[-1]
    if first.word in RELATIVES and _trimmed(cut)[-1].stop:
        return True
    if first.word in LIMITERS or any(word.word in NEGATIONS for word in inner):
        return False
    inside = [n for n in _bounds(inner) if 0 < n < len(inner) - 1]
    if first.word in RELATIVES or first.word == "that":
        some = not cut[0].stop and any(word.word in LIMITERS for word in source[:left])
        return kept.verbal and not some  # "half of those who answered" are not half of all
    if inside:
        return False
    if first.word in COORDINATORS | SUBORDINATORS:
        return kept.verbal or kept.stop or kept.word in SUBORDINATORS
    if last.word in COORDINATORS:
        return first.verbal == kept.verbal
    if _governs(inner, kept):
        return False
    if _beheads(source[left], cut, kept):
        return False
    return not _contrasted(source, inner)


def _contrasted(source: Sequence[_Word], cut: Sequence[_Word]) -> bool:
    """Whether the cut limits where something holds, and the source says where it is otherwise."""
    if cut[0].word not in _PLACES:
        return False
    return sum(word.word in _PLACES for word in source) > 1 and any(
        word.word in COORDINATORS | {";"} for word in source
    )
