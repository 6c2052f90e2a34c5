"""Who did what, to what: the words that stand before and after a verb in its clause. Pure.

A sentence of several clauses holds every word of a false one ("exports fell 12 percent and imports rose 5"). So a
statement's verb must have its subject and what follows it where one clause of the evidence has them. No grammar is
parsed: a clause ends at a stop or at a joining word, and a verb right behind such an end has the subject before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing.claims import Token, tokens
from newsletter.writing.lexicon import BARE_VERBS, CALENDAR, LEADS_VERB, PAST, VERBS
from newsletter.writing.terms import stem, terms
from newsletter.writing.turns import PLAIN_VERBS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_JOINS = _words(
    "and but or nor while whereas although though because after before since until unless if when where as that "
    "who whom whose which than"
)
_STOPS = frozenset('.,;:!?()—–“”"')
_RELATIVES = frozenset(["who", "which", "that"])
_PEOPLE = frozenset(["he", "she"])
_PRONOUNS = _PEOPLE | {"it", "they", "we", "you", "i"}
_SAYING = frozenset(["say", "says", "said", "tell", "tells", "told"])
_OWNERS = frozenset(["a", "an", "the", "his", "her", "its", "their"])
_ASIDE = 12
"""Words of the longest aside that is looked over for the subject before it."""
_INSERT = re.compile(r"\s?\([^()]{1,12}\)|, \d+(?=,)|\s[–—]\s[^–—]{1,60}\s[–—](?=\s)")
"""What stands inside a clause and is none: "(R)", ", 28,", " – filed in March –"."""
IN_NUMBER = re.compile(r"(?<=\d)[.,:](?=\d)")
"""The comma of "4,300" ends no clause, nor does the colon of "12:48"."""


@dataclass(frozen=True, slots=True)
class Role:
    """A verb with the content stems of its clause: before it, nearest last, and after it."""

    verb: str
    before: tuple[str, ...]
    after: frozenset[str]
    by_pronoun: bool
    """Whether its subject is a "he" or "it" here."""
    saying: bool


def who_differs(text: str, cited: Sequence[str]) -> bool:
    """Whether a verb of the text has another subject or object than in each cited sentence that uses it."""
    sources = [(one, _of_weight(roles(one))) for one in cited]
    return any(_differs(own, sources) for own in roles(text))


def _of_weight(found: Sequence[Role]) -> tuple[Role, ...]:
    """Without the verbs of saying, unless one sentence has two of them: who said which?"""
    several = sum(role.saying for role in found) > 1
    return tuple(role for role in found if several or not role.saying)


def _differs(own: Role, sources: Sequence[tuple[str, Sequence[Role]]]) -> bool:
    held = [(other, text) for text, found in sources for other in found if other.verb == own.verb]
    return bool(held) and not any(_fits(own, other, text, alone=len(sources) == 1) for other, text in held)


def _fits(own: Role, other: Role, text: str, *, alone: bool) -> bool:
    if own.by_pronoun and not other.by_pronoun:
        return False
    if own.before and other.before and not own.by_pronoun and own.before[-1] not in other.before:
        return False
    new = own.after - other.after
    # With a second sentence cited, a word that this one has nowhere may come from there.
    return not (new if alone else new & {*terms(text), *(t.word[:3] for t in tokens(text))})


@lru_cache(maxsize=8192)
def roles(text: str) -> tuple[Role, ...]:
    """Every verb of a text but the auxiliaries, in order."""
    words = tokens(_INSERT.sub("", IN_NUMBER.sub("", text)))
    found: list[Role] = []
    for i, token in enumerate(words):
        if is_verb(words, i):
            before, pronoun = _before(words, i, found)
            found.append(Role(stem(token.word), before, _after(words, i), pronoun, token.word in _SAYING))
    return tuple(found)


def is_verb(words: Sequence[Token], i: int) -> bool:
    """A verb, as far as words tell: "a strike" is none, "workers strike" is one."""
    word, before = words[i].word, words[i - 1].word if i else ""
    if before in _OWNERS:
        return False
    if word in BARE_VERBS - PAST - _SAYING:
        return before in LEADS_VERB or before == "to" or (before.endswith("s") and not before.endswith("ss"))
    done = word in VERBS or (word.endswith("ed") and len(word) > 3)
    return word in _SAYING or (done and word not in PLAIN_VERBS)


def _before(words: Sequence[Token], i: int, earlier: Sequence[Role]) -> tuple[tuple[str, ...], bool]:
    """The subject's stems, and whether it is a pronoun."""
    start = _start(words, i)
    clause = words[start:i]
    said = _stems(clause)
    described = _described(words, i) or _beside(words, start)
    if said or described:
        return (*said, *described), False
    pronoun = next((t.word for t in clause if t.word in _PRONOUNS), "")
    rest = words[:start]
    if pronoun in _PEOPLE:
        return tuple(s for t in rest if t.capital for s in terms(t.word)), True
    if not pronoun and earlier and words[start - 1].word not in _RELATIVES:
        return tuple(s for role in earlier for s in role.before), any(role.by_pronoun for role in earlier)
    return _stems(rest), bool(pronoun)


def _described(words: Sequence[Token], i: int) -> tuple[str, ...]:
    """What a clause of "who" or "which" describes that ended before the verb: its subject, it may be."""
    for n in reversed(range(1, i)):
        if words[n].word in {*_RELATIVES, "whom", "whose"}:
            ended = any(is_verb(words, k) or words[k].word in PLAIN_VERBS for k in range(n + 1, i))
            opens = next(
                (k + 1 for k in reversed(range(n)) if _ends(words[k].word) and words[k].word != ","), 0
            )
            return _stems(words[opens:n]) if ended else ()
    return ()


def _beside(words: Sequence[Token], start: int) -> tuple[str, ...]:
    """What stands before an aside that ends where the clause begins: "Talbot, one of six, met"."""
    if start < 2 or words[start - 1].word != ",":
        return ()
    opens = next((n for n in reversed(range(start - 1)) if words[n].word == ","), 0)
    aside = words[opens + 1 : start - 1]
    if not opens or any(is_verb(words, n) for n in range(opens + 1, start - 1)) or len(aside) > _ASIDE:
        return ()
    return _stems(words[_start(words, opens) : opens])


def _start(words: Sequence[Token], i: int) -> int:
    """Where the clause begins that the word stands in."""
    return next((n + 1 for n in reversed(range(i)) if _ends(words[n].word)), 0)


def _after(words: Sequence[Token], i: int) -> frozenset[str]:
    """Stems up to the next clause: a stop or a joining word with a verb of its own behind it."""
    rest = words[i + 1 :]
    end = next((n for n, t in enumerate(rest) if _ends(t.word) and _has_verb(rest[n:])), len(rest))
    start = _start(words, i)
    first = not any(is_verb(words, n) for n in range(start))
    dates = words[0 if first else start : i]  # "On Tuesday the council …"
    return frozenset(
        (*_stems(rest[:end]), *(t.word[:3] for t in (*dates, *rest[:end]) if t.word in CALENDAR))
    )


def _has_verb(words: Sequence[Token]) -> bool:
    """Whether a verb stands between the end of a clause that the words begin with and the next one."""
    size = sum(1 for _ in itertools.takewhile(lambda t: not _ends(t.word), words[1:]))
    return any(words[n].word in PLAIN_VERBS or is_verb(words, n) for n in range(1, size + 1))


def _ends(word: str) -> bool:
    return word in _STOPS or word in _JOINS


def _stems(words: Sequence[Token]) -> tuple[str, ...]:
    return tuple(s for t in words if t.word not in CALENDAR for s in terms(t.word))
