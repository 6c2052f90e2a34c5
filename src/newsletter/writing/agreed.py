"""Facts that all heard sides report and that add to headline and overview, each with every outlet that reports it.

What adds to all that the reader was told comes first, then what adds to the headline: that all sides report it is then
what is new. Where there is neither, the news itself in other words stands, whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.clips import clips
from newsletter.writing.counts import contested
from newsletter.writing.credits import LIGHT, Coverage
from newsletter.writing.dangling import names_something
from newsletter.writing.manner import title_case
from newsletter.writing.passages import Passage
from newsletter.writing.same import fact_of, plain_numbers
from newsletter.writing.sources import Source
from newsletter.writing.subject import leans
from newsletter.writing.support import heard_sides
from newsletter.writing.terms import gist, new_gist, terms

_BOTH = frozenset({Side.LEFT, Side.RIGHT})
MOST = 2
WITHOUT_CENTER = 3
"""Outlets that must report a second fact which the center, though heard, does not."""
WORDS = 20
BEARING = 0.2
"""Least bearing on the story's news."""
ADDS = 2
"""Words that a fact must add to what the reader was told, where it adds no name or number."""
SHARED = 0.5
"""Share of the outlets named with a fact that must use a word for it to count as added: the others put it otherwise."""
NOVEL, ENOUGH, FIRM = 0.15, 4, 0.15
"""What a fact gains by each word that it adds, up to so many, and by stating a number, beside 1 for all outlets."""
TITLE = 0.1
"""What a headline's clipped style costs."""
BRIEF, EACH = 9, 0.03
"""Words from which on a fact tells enough to be worth its line, and what each one less costs."""
_TELLS = re.compile(r"^(?:What|Why|How|Who|When|Where)\b|:|\b(?:why|how) | [-–—] [A-Za-z ]+$")
_DECIDED = re.compile(r"\b(?:vot(?:es|ed)|agree[sd]?|decid(?:es|ed)) to [a-z]")
_NOW = re.compile(r"^(?:Now|Today|Yesterday|Tomorrow)\b")
_WORD = re.compile(r"[\w$£€][\w’'.$%-]*")


@dataclass(frozen=True, slots=True)
class _Shared:
    """A fact that all heard sides report."""

    passage: Passage
    by: tuple[Source, ...]
    """Sources of the other outlets that report it, one an outlet."""
    used: frozenset[str]
    """Stems that enough of the outlets use."""
    rank: tuple[bool, bool, bool, int, float] = (False, False, False, 0, 0.0)
    """Whether it adds to the headline, is not told in one place, is reported by every heard side; how much it adds,
    how good it is."""


def agreed(desk: Desk, contested: Collection[tuple[str, int]] = ()) -> tuple[Statement, ...]:
    """At most two statements of up to 20 words; none unless left and right both report them.

    ``contested``: keys of the sentences that are disputed.
    """
    heard = heard_sides(desk.material)
    if not heard >= _BOTH:
        return ()
    every = Coverage(desk.material)
    tried = _tried(desk, every, contested)
    shared = [s for p in tried if (s := _shared(desk, every, p)) and _sides(s) >= _BOTH]
    found: list[_Shared] = []
    for fact in sorted(shared, key=lambda s: (*(-r for r in s.rank), s.passage.text)):
        told = [*desk.said, *(f.passage.text for f in found)]
        if found and not (_all_say(fact, heard) and _adds(fact, told)):
            continue
        if len(found) < MOST and desk.ledger.allows(fact.passage.outlet, fact.passage.words):
            found.append(fact)
    return tuple(_said(desk, fact) for fact in found)


def _all_say(fact: _Shared, heard: Collection[Side]) -> bool:
    return set(heard) <= _sides(fact) or len(fact.by) >= WITHOUT_CENTER - 1


def _said(desk: Desk, fact: _Shared) -> Statement:
    statement = desk.say(fact.passage)
    return replace(statement, outlets=(*statement.outlets, *sorted(s.outlet for s in fact.by)))


def _sides(fact: _Shared) -> set[Side]:
    return {fact.passage.source.side, *(s.side for s in fact.by)}


def _shared(desk: Desk, coverage: Coverage, passage: Passage) -> _Shared | None:
    """The fact with its outlets and rank; None where no other outlet reports it, or half the news."""
    headline = desk.said[:1]
    by = coverage.reporting(passage, " ".join(headline))
    if not by:
        return None
    own = fact_of(passage.text).stems
    stems = [*by.values(), own]
    used = frozenset(t for t in own if sum(t in held for held in stems) > SHARED * len(stems))
    fact = _Shared(passage, tuple(by), used)
    tier = _adds(fact, desk.said) + _adds(fact, headline)
    if not tier and not (passage.whole and _news(fact, headline)):
        return None  # the news itself, by half or without a word more than the headline
    told = passage.key in desk.used or _told_by_one(own, desk.said)
    worth = (1 + len(by)) / len(desk.material.outlets)
    worth += NOVEL * min(ENOUGH, len(_news(fact, desk.said))) + FIRM * bool(fact_of(passage.text).numbers)
    worth -= TITLE * (passage.field == "title") + EACH * max(0, BRIEF - passage.words)
    everybody = heard_sides(desk.material) <= _sides(fact)
    return replace(fact, rank=(bool(tier), not told, everybody, tier, worth))


def _told_by_one(own: frozenset[str], said: Sequence[str]) -> bool:
    """Whether the headline and one more short text tell all of a fact."""
    told = [fact_of(text).stems for text in said if len(text.split()) <= WORDS]
    return any(own <= told[0] | one for one in told) if told else False


def _adds(fact: _Shared, said: Sequence[str]) -> bool:
    """Whether a fact tells a name, a number or two words more than all of those texts."""
    news = _news(fact, said)
    return len(news) >= ADDS or any(not word[0].islower() for word in news)


def _news(fact: _Shared, said: Iterable[str]) -> frozenset[str]:
    """Words of a fact that enough of its outlets use and no text before it has, in these or like words."""
    texts = tuple(said)
    told = frozenset[str]().union(*(fact_of(t).stems for t in texts))
    new = new_gist(fact.passage.text, frozenset[str]().union(*map(gist, texts)))
    opening, *rest = _WORD.findall(plain_numbers(fact.passage.text))
    return frozenset(
        word
        for word in (opening.lower(), *rest)
        if (own := fact_of(word).stems - LIGHT) and own <= fact.used - told and gist(word) <= new
    )


def _tried(desk: Desk, told: Coverage, contested: Collection[tuple[str, int]]) -> list[Passage]:
    """Passages and clips of them that are short and firm."""
    good = [p for p in desk.material.passages if p.key not in contested and _matters(desk, p)]
    every = {(p.key, p.text): p for passage in good for p in (passage, *clips(passage))}
    return [
        p
        for p in every.values()
        if p.words <= WORDS and (names_something(p.text) or terms(p.text)[:1] in told.names)
    ]


def _matters(desk: Desk, passage: Passage) -> bool:
    """News that names its subject, neither overtaken nor contested nor beside the story's news."""
    material = desk.material
    if not passage.source.news or material.bearing_of(passage) < BEARING:
        return False
    if material.is_stale(passage) and not _done(passage.text):
        return False
    if passage.field == "title" and (title_case(passage.text) or passage.source.live):
        return False
    if _NOW.search(passage.text) or (passage.field == "title" and _TELLS.search(passage.text)):
        return False
    return not leans(passage.text) and not contested(material, passage)


def _done(text: str) -> bool:
    """Whether it tells what happened or was decided: later articles may only go on from there."""
    fact = fact_of(text)
    return not fact.doubts and (fact.ahead is False or bool(_DECIDED.search(text)))
