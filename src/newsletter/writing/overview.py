"""The overview: what the sides bear out together, in a few sentences of different outlets."""

from __future__ import annotations

from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.fit import names_something
from newsletter.writing.passages import Passage

MIN_WORDS = 7


def overview(desk: Desk, words: int, most: int = 4) -> tuple[Statement, ...]:
    """At most ``most`` statements of at most ``words`` words together, best borne out first."""
    material = desk.material
    scores = material.consensus + 0.5 * material.centrality + material.manner
    said: list[Statement] = []
    outlets: set[str] = set()
    left = words
    while left >= MIN_WORDS and len(said) < most:
        avoid = [s.text for s in said]

        def allowed(p: Passage, left: int = left) -> bool:
            return MIN_WORDS <= p.words <= left and p.source.news and names_something(p.text) and p.field == "text"

        found = (
            desk.best(scores, lambda p: allowed(p) and p.outlet not in outlets, avoid=avoid, bar=0.6, floor=0.1)
            or desk.best(scores, allowed, avoid=avoid, bar=0.5, floor=0.15)
        )  # fmt: skip
        if found is None:
            break
        said.append(desk.say(found))
        outlets.add(found.outlet)
        left -= found.words
    return tuple(said)
