"""Choosing sentences that together hold most of what a set of outlets says.

Each stem, and each pair of neighbouring stems, weighs as much as the outlets use it; a set of sentences is worth
the weight of what it holds, each thing counted once, so it is drawn to facts told by all and away from
repetition (the concept coverage of Gillick & Favre 2009, searched with a beam instead of a solver).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from newsletter.domain.leaning import SIDES, Side
from newsletter.writing.choose import Desk
from newsletter.writing.passages import Passage
from newsletter.writing.score import Material
from newsletter.writing.terms import Concepts, concepts, first_gist, gist, new_gist, numbers

BEAM = 6
NOVELTY = 0.35
"""A further sentence must bring at least this share of weight that is not there yet."""
FRESH = 0.45
"""Share of its stems that must be new in a further sentence, and that each sentence before it has to itself."""
COUNTED = 0.6
"""The same where two sentences give one number ("five people") or open alike: it is most likely one fact."""
OPENING, ALIKE = 5, 3
"""Stems that two sentences open with, and how many of them are the same where one does the same in both."""
SAME_OUTLET = 0.8
"""What a second sentence of one outlet is worth beside another outlet's."""
ALONE = 0.3
"""What a concept that one outlet alone uses is worth."""
ALONE_COST = 0.4
"""What a sentence loses of which every word is its outlet's alone: a slant shows in words that nobody else uses."""
MANNER = 1.5


@dataclass(frozen=True, slots=True)
class _Draft:
    """A set of passages under way; ``held`` is everything they (and what was said before) say together."""

    passages: tuple[Passage, ...] = ()
    held: Concepts = field(default_factory=frozenset)
    value: float = 0.0
    words: int = 0


def concept_weights(material: Material, sides: Collection[Side] = SIDES) -> Mapping[str, float]:
    """For each concept, the mean over those sides of the share of their outlets that use it."""
    of = {s.outlet: s.side for s in material.sources}
    size = {side: sum(s == side for s in of.values()) for side in sides}
    heard = sum(n > 0 for n in size.values()) or 1
    weights: dict[str, float] = {}
    users: dict[str, int] = {}
    for outlet, side in of.items():
        for concept in material.concepts_of[outlet]:
            users[concept] = users.get(concept, 0) + 1
            if side in size:
                weights[concept] = weights.get(concept, 0.0) + 1 / (size[side] * heard)
    return {c: w * (1.0 if users[c] > 1 else ALONE) for c, w in weights.items()}


def cover(
    desk: Desk,
    pool: Sequence[Passage],
    weights: Mapping[str, float],
    words: int,
    most: int,
    said: Sequence[str] = (),
    opening: Sequence[Passage] | None = None,
) -> tuple[Passage, ...]:
    """At most ``most`` passages of at most ``words`` words together; ``said`` is known to the reader already.

    One of them is of ``opening`` (a part of the pool), where that is given.
    """
    start = _Draft(held=frozenset[str]().union(*map(concepts, said)))
    best, drafts = start, [start]
    for number in range(most):
        choice = pool if number or opening is None else opening
        drafts = _extended(desk, drafts, choice, weights, words)
        if not drafts:
            break
        best = max(best, drafts[0], key=lambda d: d.value)
    return best.passages


def _extended(
    desk: Desk, drafts: Sequence[_Draft], pool: Sequence[Passage], weights: Mapping[str, float], words: int
) -> list[_Draft]:
    """The best drafts of one sentence more."""
    found: dict[frozenset[tuple[str, int]], _Draft] = {}
    for draft in drafts:
        for passage in pool:
            longer = _with(desk, draft, passage, weights, words)
            if longer:
                key = frozenset(p.key for p in longer.passages)
                found[key] = max(longer, found.get(key, longer), key=lambda d: d.value)
    return sorted(found.values(), key=lambda d: -d.value)[:BEAM]


def _repeats(passage: Passage, draft: _Draft) -> bool:
    """Whether most of a sentence was said already, whatever its weight, or it says most of another sentence."""
    others = [p.text for p in draft.passages]
    least = COUNTED if any(same_fact(passage.text, text) for text in others) else FRESH
    mine, told = gist(passage.text), frozenset[str]().union(*map(gist, others))
    return len(new_gist(passage.text, told)) < least * len(mine) or any(
        len(new_gist(text, mine)) < least * len(gist(text)) for text in others
    )


def same_fact(one: str, other: str) -> bool:
    """Whether two sentences give one number, or open alike: the same one does the same."""
    alike = first_gist(one, OPENING) & first_gist(other, OPENING)
    return len(alike) >= ALIKE or bool(_counts(one) & _counts(other))


@lru_cache(maxsize=16384)
def _counts(text: str) -> frozenset[str]:
    """The numbers of a text that count something: no years."""
    return frozenset(n for n in numbers(text) if not (len(n) == 4 and n[:2] in {"19", "20"}))


def _with(
    desk: Desk, draft: _Draft, passage: Passage, weights: Mapping[str, float], words: int
) -> _Draft | None:
    """The draft with that passage, or None where bounds or repetition forbid it."""
    if draft.words + passage.words > words or any(p.key == passage.key for p in draft.passages):
        return None
    of_outlet = [p.words for p in draft.passages if p.outlet == passage.outlet]
    if passage.words + sum(of_outlet) > desk.ledger.left(passage.outlet):
        return None
    told = concepts(passage.text)
    whole, new = (sum(weights.get(c, 0.0) for c in part) for part in (told, told - draft.held))
    if draft.held and (new < NOVELTY * whole or _repeats(passage, draft)):
        return None
    beside = SAME_OUTLET if of_outlet else 1.0
    alone = ALONE_COST * desk.material.alone_with(passage)
    gain = new * beside * (1 - alone) * (1 + MANNER * desk.material.manner_of(passage))
    return _Draft(
        (*draft.passages, passage), draft.held | told, draft.value + gain, draft.words + passage.words
    )
