"""The overview: the few sentences that together hold most of what the sides bear out."""

from __future__ import annotations

from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.coverage import concept_weights, cover
from newsletter.writing.fit import names_something
from newsletter.writing.passages import Passage

MIN_WORDS = 7
POOL = 60
"""Passages that the search looks at: the best ones by consensus."""


def overview(desk: Desk, words: int, most: int = 4) -> tuple[Statement, ...]:
    """At most ``most`` statements of at most ``words`` words together, what is best borne out first."""
    pool = _pool(desk)
    chosen = cover(desk, pool, concept_weights(desk.material), words, most)
    return tuple(desk.say(p) for p in sorted(chosen, key=pool.index))


def _pool(desk: Desk) -> list[Passage]:
    """News passages that may open or carry an overview, best borne out first; titles only where no text is."""
    material = desk.material
    scores = material.consensus + 0.5 * material.centrality + material.manner
    order = sorted(range(len(material.passages)), key=lambda i: (-scores[i], i))
    found = [p for p in (material.passages[i] for i in order) if p.source.news and p.words >= MIN_WORDS]
    named = [p for p in found if names_something(p.text) and p.key not in desk.used]
    return ([p for p in named if p.field == "text"] or named)[:POOL]
