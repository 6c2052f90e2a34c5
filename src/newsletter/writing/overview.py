"""The overview: the few sentences that together hold most of what the sides bear out.

Each stem, and each pair of neighbouring stems, weighs as much as the sides' outlets use it; a set of sentences is
worth the weight of what it holds, each thing counted once, so it is drawn to facts told by all and away from
repetition (the concept coverage of Gillick & Favre 2009, searched with a beam instead of a solver).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.fit import names_something
from newsletter.writing.passages import Passage
from newsletter.writing.score import Material
from newsletter.writing.terms import terms

MIN_WORDS = 7
BEAM = 6
POOL = 60
"""Passages that the search looks at: the best ones by consensus."""
NOVELTY = 0.35
"""A further sentence must bring at least this share of weight that is not there yet."""
SAME_OUTLET = 0.8
"""What a second sentence of one outlet is worth beside another outlet's."""

Concepts = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A set of passages under way; ``held`` is everything they say together."""

    passages: tuple[Passage, ...] = ()
    held: Concepts = field(default_factory=frozenset)
    value: float = 0.0
    words: int = 0


def overview(desk: Desk, words: int, most: int = 4) -> tuple[Statement, ...]:
    """At most ``most`` statements of at most ``words`` words together, what is best borne out first."""
    pool = _pool(desk)
    weights = concept_weights(desk.material)
    beam = best = _Draft()
    drafts = [beam]
    for _ in range(most):
        drafts = _extended(desk, drafts, pool, weights, words)
        if not drafts:
            break
        best = max(best, drafts[0], key=lambda d: d.value)
    rank = {p.key: i for i, p in enumerate(pool)}
    return tuple(desk.say(p) for p in sorted(best.passages, key=lambda p: rank[p.key]))


def concepts(text: str) -> Concepts:
    """The stems of a text and the pairs of neighbouring stems."""
    found = terms(text)
    return frozenset(found) | {f"{a} {b}" for a, b in zip(found, found[1:], strict=False)}


def concept_weights(material: Material) -> Mapping[str, float]:
    """For each concept, the mean over the sides of the share of their outlets that use it."""
    sides = {s.outlet: s.side for s in material.sources}
    held = {outlet: frozenset[str]().union(*map(concepts, material.texts_of(outlet))) for outlet in sides}
    size = {side: sum(s == side for s in sides.values()) for side in Side}
    heard = sum(size[side] > 0 for side in SIDES) or 1
    weights: dict[str, float] = {}
    users: dict[str, int] = {}
    for outlet, side in sides.items():
        for concept in held[outlet]:
            users[concept] = users.get(concept, 0) + 1
            if side != Side.UNRATED:
                weights[concept] = weights.get(concept, 0.0) + 1 / (size[side] * heard)
    return {c: w * (1.0 if users[c] > 1 else 0.3) for c, w in weights.items()}


def _pool(desk: Desk) -> list[Passage]:
    """News passages that may open or carry an overview, best borne out first; titles only where no text is."""
    material = desk.material
    scores = material.consensus + 0.5 * material.centrality + material.manner
    order = sorted(range(len(material.passages)), key=lambda i: (-scores[i], i))
    found = [p for p in (material.passages[i] for i in order) if p.source.news and p.words >= MIN_WORDS]
    named = [p for p in found if names_something(p.text) and p.key not in desk.used]
    return ([p for p in named if p.field == "text"] or named)[:POOL]


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


def _with(
    desk: Desk, draft: _Draft, passage: Passage, weights: Mapping[str, float], words: int
) -> _Draft | None:
    """The draft with that passage, or None where bounds or repetition forbid it."""
    if draft.words + passage.words > words or any(p.key == passage.key for p in draft.passages):
        return None
    of_outlet = [p.words for p in draft.passages if p.outlet == passage.outlet]
    if passage.words + sum(of_outlet) > desk.ledger.left(passage.outlet):
        return None
    said = concepts(passage.text)
    whole, new = (sum(weights.get(c, 0.0) for c in part) for part in (said, said - draft.held))
    if draft.passages and new < NOVELTY * whole:
        return None
    gain = new * (SAME_OUTLET if of_outlet else 1.0) * (1 + 1.5 * desk.material.manner_of(passage))
    return _Draft(
        (*draft.passages, passage), draft.held | said, draft.value + gain, draft.words + passage.words
    )
