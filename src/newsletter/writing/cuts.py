"""Which words of a sentence may fall out without making another claim of what stays. Pure.

What must not fall: a condition ("if the court agrees"), a limit ("only", "most of"), a negation, whose word it is,
what makes another thing of the next word ("attempted", "a call to"), the head of a phrase ("Arden's lawyer"), what a
verb is tied to ("closed to cargo"), and the joint of two clauses when words on both of its sides go.
Lists and places of words decide, no grammar: in doubt a cut is not harmless.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from newsletter.writing.claims import Token, tokens
from newsletter.writing.lexicon import CALENDAR, NUMBER_WORDS, PERSON_NOUNS, STOP_WORDS
from newsletter.writing.roles import IN_NUMBER, is_verb
from newsletter.writing.terms import stem
from newsletter.writing.turns import (
    CONDITIONS,
    CONTRASTS,
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

_DASHED = re.compile(r"\s(?:--?|\||::)\s")
"""Signs that set off what stands beside them, as an outlet's name behind a title."""
MODALS = frozenset(["will", "would", "can", "could", "may", "might", "must", "should", "shall"])
_FREE = (PLAIN_VERBS - MODALS - EMBEDDING) | frozenset(["a", "an", "the", "that", "also"])
"""Words that come and go without changing what is said."""
_SIGNS = frozenset('.,;:!?()—–“”"')
JOINERS = COORDINATORS | _SIGNS
_JOINTS = COORDINATORS | SUBORDINATORS | RELATIVES | CONDITIONS | frozenset(",;:.—–")
_CLOSING = frozenset(",;:.—–") | COORDINATORS
_FACTIVE = frozenset(["after", "since", "because", "although", "though", "as"])
"""What stands behind these is told as a fact, too."""
_TIED = frozenset(["to", "for", "against", "of", "from", "with", "into"])
"""Prepositions that belong to the verb before them."""
_PLACES = frozenset(["in", "across", "among", "throughout"])


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign as it is compared; ``key`` is empty for one that may stand anywhere."""

    key: str
    word: str
    verb: bool
    owns: bool

    @property
    def stop(self) -> bool:
        return self.word in _SIGNS

    @property
    def free(self) -> bool:
        return not self.key

    @property
    def verbal(self) -> bool:
        return self.verb or self.word in PLAIN_VERBS

    @property
    def noun(self) -> bool:
        """Whether it may be a noun or its adjective, as far as lists tell."""
        other = _JOINTS | PREPOSITIONS | LIMITERS | TIMES | NEGATIONS | STOP_WORDS | NUMBER_WORDS.keys()
        plain = not (self.free or self.stop or self.verbal or self.word in other)
        return plain and not self.word.endswith("ly") and not self.word[:1].isdigit()


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[Word, ...]:
    """The words and signs of a text."""
    found = tokens(_DASHED.sub(" – ", IN_NUMBER.sub("", text)))
    return tuple(_word(found, i) for i in range(len(found)))


def _word(found: Sequence[Token], i: int) -> Word:
    word = found[i].word
    dated = word == "on" and i + 1 < len(found) and found[i + 1].word in CALENDAR
    free = word in _FREE or dated or (word in CALENDAR and word not in MODALS)
    key = "" if free else NUMBER_WORDS.get(word, word if word in _SIGNS else stem(word))
    return Word(key, word, is_verb(found, i), found[i].owns)


@dataclass(frozen=True)
class Cut:
    """The words of a source between two kept ones; -1 and its length stand for its borders."""

    source: Sequence[Word]
    left: int
    right: int
    joined: bool = False
    """Whether the statement has a comma or an "and" here."""

    @cached_property
    def words(self) -> Sequence[Word]:
        """What falls, without articles, auxiliaries and dates at both ends."""
        cut = self.source[self.left + 1 : self.right]
        kept = [n for n, word in enumerate(cut) if not word.free]
        return cut[kept[0] : kept[-1] + 1] if kept else ()

    @cached_property
    def content(self) -> Sequence[Word]:
        return [one for one in self.words if not (one.free or one.stop or one.word in TIMES)]

    @property
    def before(self) -> Word | None:
        return self.source[self.left] if self.left >= 0 else None

    @property
    def after(self) -> Word | None:
        return self.source[self.right] if self.right < len(self.source) else None

    def harmless(self) -> bool:
        """Whether what stays says the same without it."""
        if not self.content:
            return self.before is not None or not self._has_that()
        if self._sets_terms() or ((self._under_only() or self._antecedent()) and not self._aside()):
            return False
        if self.before is None:
            return self._opening()
        if self.after is None:
            return self._end(self.words)
        joints = self._joints()
        return self._two(joints) if self.joined and joints else self._aside() or self._middle(joints)

    def _has_that(self) -> bool:
        """ "That the bridge is safe" is nobody's claim."""
        return any(one.word == "that" for one in self.source[self.left + 1 : self.right][1:])

    def _sets_terms(self) -> bool:
        """Whether it holds what the rest hangs on: a condition, what was tested on animals alone."""
        own = self.words
        first = next(
            (n for n, one in enumerate(own) if n and one.word in COORDINATORS | {";", "."}), len(own)
        )
        begun = own[:first] if self.after is None else own
        return any(one.word in CONDITIONS for one in begun) or (
            own[0].word in PREPOSITIONS and any(one.word in LAB for one in own[1:4])
        )

    def _under_only(self) -> bool:
        """Whether an "only" stands before it: what is left out then is let in."""
        return any(one.word == "only" for one in self.source[: max(0, self.left)])

    def _antecedent(self) -> bool:
        """Whether what a kept "where" or "which" describes would fall."""
        return self.after is not None and self.after.word in RELATIVES | {"where"}

    def _aside(self) -> bool:
        """Whether it stands between two signs: an aside, which only adds."""
        signs = self.words[0].stop and self.words[-1].stop
        return signs and not any(one.word == ";" for one in self.words[1:])

    def _joints(self) -> list[int]:
        """Places of the joints of clauses and lists; "between 1996 and 1998" has none."""
        own = self.words
        numbers = {
            n for n in range(1, len(own) - 1) if own[n - 1].key[:1].isdigit() and own[n + 1].key[:1].isdigit()
        }
        return [n for n, one in enumerate(own) if one.word in _JOINTS and n not in numbers]

    def _opening(self) -> bool:
        """In front of what stays."""
        own, first = self.words, self.content[0]
        part = any(one.word == "of" for one in own) and (first.word in LIMITERS or first.key[:1].isdigit())
        if part or own[0].word == "under" or any(one.word in NEGATIONS for one in own):
            return False
        return own[-1].word in _CLOSING or not self._governs(own)

    def _end(self, own: Sequence[Word]) -> bool:
        """Behind what stays."""
        content = [one for one in own if not (one.free or one.stop)]
        if not content:
            return True
        first = content[0].word
        if not own[0].stop and first in LIMITERS | {"than", "under"}:
            return False
        said = own[0].word == "," and first not in _JOINTS | PREPOSITIONS and not first.endswith("ing")
        if said and any(one.word in EMBEDDING for one in own[-5:]):
            return False
        return not self._beheads(own, None)

    def _two(self, joints: Sequence[int]) -> bool:
        """Two clauses, each of which lost something where the statement joins them."""
        own = self.words
        second = own[joints[-1] + 1 :]
        return not any(one.noun for one in second) and self._end(own[: joints[0]])

    def _middle(self, joints: Sequence[int]) -> bool:
        """Inside a clause."""
        own, kept = self.words, self.source[self.right]
        first, last = own[0], own[-1]
        if first.word in RELATIVES:
            whole = last.stop or (kept.verbal and not self._limited())
            return whole and not any(one.word in CONDITIONS for one in own)
        if first.word in LIMITERS | {"under"} or any(one.word in NEGATIONS for one in own) or last.stop:
            return False
        if any(0 < n < len(own) - 1 for n in joints) or "only" in {
            one.word for one in self.source[: self.left]
        }:
            return False
        if first.word in COORDINATORS | SUBORDINATORS | {","}:
            return kept.verbal or kept.stop or kept.word in SUBORDINATORS
        if last.word in COORDINATORS:
            denied = any(one.word in NEGATIONS for one in self.source[: self.left])
            return first.verbal == kept.verbal and not denied
        return not (self._governs(own) or self._beheads(own, kept) or self._contrasted(kept))

    def _limited(self) -> bool:
        """ "Half of those who answered" are not half of all."""
        return any(one.word in LIMITERS for one in self.source[: self.left])

    def _governs(self, own: Sequence[Word]) -> bool:
        """Whether its last word holds the next one: "a call to cut", "most of", "attempted"."""
        last = self.content[-1]
        between = self.source[self.left + 1 : self.right]
        ends = between[max(n for n, one in enumerate(between) if one is last) + 1 :]
        article = between[0].word in {"a", "an", "the"}
        held = PREPOSITIONS | (SUBORDINATORS - _FACTIVE) | RELATIVES | LIMITERS | PRIVATIVE | {"than"}
        # A participle behind an article describes what follows: "the newly elected mayor".
        describes = len(self.content) <= 2 and (article or len(self.content) == 1)
        claim = any(one.word == "that" for one in ends)
        return claim or last.word in held | EMBEDDING or (last.verb and not describes)

    def _beheads(self, own: Sequence[Word], kept: Word | None) -> bool:
        """Whether it takes the head of the phrase whose front stays, or what the verb is tied to."""
        before, first = self.source[self.left], self.source[self.left + 1]
        if before.owns:
            return True
        if before.verb and before.word not in EMBEDDING:
            amount = len(own) > 1 and own[1].key[:1].isdigit()
            time = len(self.content) == 1
            return first.word in _TIED and not (amount or time)
        ends = kept is None or kept.verbal or kept.stop or kept.word in _JOINTS | PREPOSITIONS
        return ends and first.noun and before.noun and before.word not in OFFICES | PERSON_NOUNS

    def _contrasted(self, kept: Word) -> bool:
        """Whether it limits what is meant, and the source tells how it is elsewhere."""
        own, words = self.words, {one.word for one in self.source}
        places = sum(one.word in _PLACES for one in self.source)
        if own[0].word in _PLACES and places > 1 and words & (COORDINATORS | {";"}):
            return True
        if own[0].word in PREPOSITIONS and kept.verbal and words & CONTRASTS:
            return True
        twice = sum(one.key == kept.key for one in self.source) > 1
        return twice and all(one.noun for one in own)  # the bridge tax beside the stadium tax
