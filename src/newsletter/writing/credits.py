"""Which outlets may be named with a fact: those that report every name, number and deed of it. Precision first.

The test of `same` looks at the whole of a fact, most of which every text of a story holds. So an outlet must report
what the fact adds to the headline, too, and have the same one do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from newsletter.writing.claims import quotations
from newsletter.writing.clauses import clause
from newsletter.writing.firmness import firm
from newsletter.writing.lexicon import CALENDAR
from newsletter.writing.passages import Passage
from newsletter.writing.roles import roles
from newsletter.writing.same import Fact, classed, fact_of, states, told_in, weights
from newsletter.writing.score import Material
from newsletter.writing.sources import Source
from newsletter.writing.terms import gist, names, stem, terms
from newsletter.writing.verbs import words

SENTENCES = 4
"""Sentences of an article that are read together with its title, one or two at a time."""
COMMON = 0.4
"""Share of the outlets that state a fact which must use each of its words."""
RARE, LONG = 1, 5
"""Words ("outfit" for "equip") that hardly any of them need use, in a fact of so many stems."""
OWN = 0.6
"""Share of what a fact adds to the headline, names and numbers aside, that an outlet named with it must report."""
QUOTED = 3
"""Words from which on the same quotation is of the same occasion: then an article is read as a whole."""
_CARRIED = re.compile(
    r"^(?:is|are|was|were|has|have|had)(?: been| being)?(?: \w+ly)? (\w+(?:ed|ing|en)|found|shot|held|sent|cut|hit)\b"
)
"""The verb that a helper carries: "has been supporting", "were found"."""
_NAME = re.compile(r"[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)+")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|get|gets|got) (?:\w+ly )?(\w+(?:ed|en|[a-z]))\b")
_RELATIONS = {
    **dict.fromkeys(("amid", "during"), "amid"),
    **dict.fromkeys(("before", "ahead of", "until"), "before"),
    **dict.fromkeys(("after", "since", "following"), "after"),
}
_RELATION = re.compile(
    rf"\b(?P<when>{'|'.join(_RELATIONS)}) (?P<what>[^ .,;:]+(?: [^ .,;:]+){{0,3}})", re.IGNORECASE
)
LIGHT = frozenset(
    map(
        stem,
        words(
            "be is are was were go goes get gets make makes put puts take takes come comes announce announces "
            "announced reveal report reports reported confirm confirmed claim claims claimed way thing issue "
            "president minister official officials people person group former news multiple several many soon late "
            "early file filed amid after over following latest new plan plans aim eye weigh seek intend says state "
            "administration least"
        )
        | frozenset(CALENDAR),
    )
)
"""Stems of words that turn a sentence without telling more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an article: its title, a sentence, the title with one or two sentences."""

    text: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Piece:
    source: Source
    readings: tuple[Reading, ...]
    whole: Reading
    """Title and first sentences together: too much to prove that one sentence of it was meant."""


class Coverage:
    """What all articles of a story tell, and what each stem tells in it."""

    def __init__(self, material: Material) -> None:
        texts: dict[str, list[str]] = {}
        sources = {s.article.id: s for s, _ in material.said}
        for source, text in material.said:
            texts.setdefault(source.article.id, []).append(text)
        self.pieces = tuple(_piece(sources[i], found) for i, found in texts.items())
        by_outlet: dict[str, list[Fact]] = {}
        for piece in self.pieces:
            by_outlet.setdefault(piece.source.outlet, []).extend(r.fact for r in piece.readings)
        self.weights = weights(by_outlet.values())

    @cached_property
    def names(self) -> frozenset[tuple[str, ...]]:
        """The story's names, each alone: a fact may open with one of them."""
        return frozenset((n,) for piece in self.pieces for n in names(piece.whole.text))

    def reporting(self, passage: Passage, headline: str) -> dict[Source, frozenset[str]]:
        """Other outlets' sources that report the passage's fact, one an outlet, with the stems they have of it.

        Empty when more than one word of it is such as hardly any of them uses: then they speak of the same event and
        not of the same fact.
        """
        fact, known = fact_of(passage.text), fact_of(headline).stems
        added = fact.stems - known - fact.names - LIGHT - forenames(passage.text)
        found: dict[str, tuple[Source, frozenset[str]]] = {}
        for piece in self.pieces:
            held = self._held(passage.text, piece, added, known)
            if held and piece.source.outlet != passage.outlet:
                source, before = found.get(piece.source.outlet, (piece.source, frozenset[str]()))
                found[source.outlet] = source, before | held
        heard = [stems for _, stems in found.values()]
        rare = [t for t in fact.stems if sum(t in stems for stems in heard) < COMMON * len(heard)]
        return dict(found.values()) if len(rare) <= (RARE if len(fact.stems) >= LONG else 0) else {}

    def _held(self, text: str, piece: Piece, added: frozenset[str], known: frozenset[str]) -> frozenset[str]:
        """The stems of the readings of a piece that report the text."""
        fact, deeds = fact_of(text), _deeds(text) - known
        readings = (piece.whole,) if _quotes_alike(text, piece.whole.text) else piece.readings
        held = [
            r.fact.stems
            for r in readings
            if states(fact, r.fact, self.weights)
            and len(added & told_in(r.fact, fact)) >= OWN * len(added)
            and not (other_doer(text, r.text) or _elsewhere(text, r.text, fact.names - known))
            and not _other_time(text, r.text)
            and _does(deeds, r.text if fact.hedged else firm(r.text))
        ]
        return frozenset[str]().union(*held)


def _piece(source: Source, texts: Sequence[str]) -> Piece:
    whole = " ".join((texts[0].rstrip(".") + ".", *texts[1 : 1 + SENTENCES]))
    return Piece(
        source, tuple(Reading(t, fact_of(t)) for t in _readings(texts)), Reading(whole, fact_of(whole))
    )


def _readings(texts: Sequence[str]) -> Iterator[str]:
    yield from texts
    title = texts[0].rstrip(".")
    yield from (f"{title}. {sentence}" for sentence in texts[1 : 1 + SENTENCES])
    yield from (f"{title}. {one} {two}" for one, two in pairwise(texts[1 : 1 + SENTENCES]))


def _quotes_alike(one: str, other: str) -> bool:
    own = [q for q in quotations(one) if len(q.split()) >= QUOTED]
    return bool(own) and all(any(q.lower() in held.lower() for held in quotations(other)) for q in own)


def forenames(text: str) -> frozenset[str]:
    """Stems of what stands before the last word of a name: others may give the surname alone."""
    return frozenset(t for run in _NAME.findall(text) for t in fact_of(run.rsplit(" ", 1)[0]).stems)


@lru_cache(maxsize=16384)
def other_doer(one: str, other: str) -> bool:
    """Whether a verb of one text has, in every clause of the other that uses it, a subject of other words."""
    own = {
        classed(r.verb): _classes(r.before)
        for r in roles(one)
        if r.before and not r.by_pronoun and classed(r.verb) not in _suffered(one)
    }
    done = _suffered(other)
    for verb, doer in own.items():
        others = [
            _classes(r.before)
            for r in roles(other)
            if r.before and not r.by_pronoun and classed(r.verb) == verb and verb not in done
        ]
        if others and not any(doer & them for them in others):
            return True
    return False


def _deeds(text: str) -> frozenset[str]:
    """The main verb, or the verbs of what somebody says, by their classes; those that say little aside."""
    main = clause(text)
    if main is None:
        return frozenset()
    if main.speaks:
        own = {role.verb for role in roles(text) if not role.saying}
    else:
        own = {stem(main.base), *(stem(word) for word in _CARRIED.findall(f"{main.helper} {main.rest}"))}
    return frozenset(map(classed, own - {""})) - LIGHT


def _does(deeds: frozenset[str], text: str) -> bool:
    """Whether a text has each of those verbs in some word of like meaning."""
    held, like = fact_of(text).stems, gist(text)
    return all(deed in held or gist(deed) <= like for deed in deeds)


def _elsewhere(one: str, other: str, added: frozenset[str]) -> bool:
    """Whether a name that one adds stands in the other among other words: "a Veldt court", "born in Veldt"."""
    mine, theirs = _beside(one), _beside(other)
    return any(mine.get(n) and not mine[n] & theirs.get(n, frozenset()) for n in added)


def _other_time(one: str, other: str) -> bool:
    """Whether what one tells amid, before or after something stands there otherwise in the other."""
    mine, theirs = _when(one), _when(other)
    return any(thing in theirs and theirs[thing].isdisjoint(when) for thing, when in mine.items())


@lru_cache(maxsize=16384)
def _when(text: str) -> Mapping[str, frozenset[str]]:
    """For each stem within four words of an "amid", "before", "after" … what stands before it."""
    found: dict[str, frozenset[str]] = {}
    for match in _RELATION.finditer(text):
        for thing in map(classed, terms(match.group("what"))):
            found[thing] = found.get(thing, frozenset()) | {_RELATIONS[match.group("when").lower()]}
    return found


@lru_cache(maxsize=16384)
def _beside(text: str) -> Mapping[str, frozenset[str]]:
    """For each stem, by its class, the stems within three places of it."""
    found = [classed(t) for t in terms(text)]
    near: dict[str, frozenset[str]] = {}
    for i, one in enumerate(found):
        near[one] = near.get(one, frozenset()) | {*found[max(0, i - 3) : i], *found[i + 1 : i + 4]}
    return near


def _suffered(text: str) -> frozenset[str]:
    """Verbs in the passive: their subject is not who did it."""
    return frozenset(classed(stem(word)) for word in _PASSIVE.findall(text.lower()))


def _classes(stems: Sequence[str]) -> frozenset[str]:
    return frozenset(map(classed, stems))
