"""The overview: the few sentences that together hold most of what the sides bear out."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.domain.leaning import SIDES
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.coverage import concept_weights, cover
from newsletter.writing.dangling import names_something
from newsletter.writing.passages import Passage
from newsletter.writing.quotes import mostly_quoted
from newsletter.writing.subject import leans
from newsletter.writing.terms import first_gist, gist, names, new_gist

MIN_WORDS = 7
POOL = 60
"""Passages that the search looks at: the best ones by consensus."""
NEAR, CLOSE, OPENING = 0.15, 0.25, 0.4
"""Least bearing on the story's news of any sentence of an overview, where many outlets tell it, and of the first."""
FIRST = 6
"""Stems in which a sentence has said who does what."""
BEYOND = 0.25
"""Share of its content that a sentence of an overview has beyond the headline."""
FRESH = -0.05
"""`Material.freshness` under which later articles have most likely overtaken a passage."""
ENOUGH_SAID = 2
"""Sentences from which an overview is one."""
MANY = 5
"""Outlets with close sentences from which an overview needs none that is farther off."""
ENOUGH = 4
"""Outlets with text from which an overview can do without a side's only sentence."""


def overview(desk: Desk, words: int, most: int = 4) -> tuple[Statement, ...]:
    """At most ``most`` statements of at most ``words`` words together; what the headline speaks of comes first."""
    weights = concept_weights(desk.material)
    free = _free(desk)
    chosen: tuple[Passage, ...] = ()
    for pool in _pools(desk, free):
        opening = [p for p in pool if _opens(desk, p)] or pool
        opening = [p for p in opening if _names_it(desk, p)] or opening
        chosen = cover(desk, pool, weights, words, most, opening=opening)
        if len(chosen) >= min(ENOUGH_SAID, most):
            break
    close = dict(zip(map(id, desk.material.passages), desk.material.like(desk.said), strict=True))

    def news(p: Passage) -> float:
        return float(close[id(p)]) + desk.material.bearing_of(p) + _speaks_of_it(desk, p)

    order = sorted(chosen, key=lambda p: (p not in opening, -news(p), free.index(p)))
    return tuple(desk.say(p) for p in order)


def _opens(desk: Desk, passage: Passage) -> bool:
    """Whether a passage can stand first: it names its subject and tells the news itself."""
    named = names_something(passage.text) and not leans(passage.text)
    return named and desk.material.bearing_of(passage) >= OPENING


def _names_it(desk: Desk, passage: Passage) -> bool:
    """Whether it opens its article, or gives one of the headline's names as a name."""
    told = frozenset[str]().union(*map(names, desk.said))
    return passage.sentence == 0 or not told or bool(told & names(f"It {passage.text}"))


def _speaks_of_it(desk: Desk, passage: Passage) -> float:
    """Share of a passage's first words that are the headline's: the news comes first, not what led to it."""
    told = frozenset[str]().union(*map(gist, desk.said))
    return len(first_gist(passage.text, FIRST) & told) / FIRST


def _free(desk: Desk) -> list[Passage]:
    """News passages that an overview may take, best borne out first."""
    material = desk.material
    scores = material.consensus + 0.5 * material.centrality + material.manner
    order = sorted(range(len(material.passages)), key=lambda i: (-scores[i], i))
    found = [p for p in (material.passages[i] for i in order) if p.source.news and p.words >= MIN_WORDS]
    kept = _kept_for_points(desk)
    free = [p for p in found if p.key not in desk.used | kept]
    free = [p for p in free if not (material.is_stale(p) or material.is_elsewhere(p))] or free
    free = _newest(desk, _of_today(free))
    return [p for p in free if not _tells_the_title_again(desk, p)] or free


def _of_today(free: list[Passage]) -> list[Passage]:
    """Without articles that an earlier issue had, where enough outlets have written since."""
    fresh = [p for p in free if not p.source.told]
    return fresh if len({p.outlet for p in fresh}) >= ENOUGH else free


def _newest(desk: Desk, free: list[Passage]) -> list[Passage]:
    """Without what later articles have most likely overtaken, where enough outlets tell the newest state."""
    fresh = [p for p in free if desk.material.freshness_of(p) >= FRESH]
    return fresh if len({p.outlet for p in fresh}) >= ENOUGH else free


def _tells_the_title_again(desk: Desk, passage: Passage) -> bool:
    told = frozenset[str]().union(*map(gist, desk.said))
    return len(new_gist(passage.text, told)) < BEYOND * len(gist(passage.text))


def _pools(desk: Desk, free: list[Passage]) -> Iterator[list[Passage]]:
    """What the search looks at: near sentences, then those farther off, then what there is; titles last of all."""
    told = [p for p in free if p.field == "text" and not mostly_quoted(p.text)]
    near = [p for p in told if desk.material.bearing_of(p) >= CLOSE]
    if len({p.outlet for p in near}) >= MANY:
        yield near[:POOL]
    yield ([p for p in told if desk.material.bearing_of(p) >= NEAR] or told or free)[:POOL]


def _kept_for_points(desk: Desk) -> set[tuple[str, int]]:
    """The one thing on the story that a whole side has left to say, title or sentence: it is that side's point."""
    kept: set[tuple[str, int]] = set()
    if len({p.outlet for p in desk.material.passages if p.source.news and p.field == "text"}) < ENOUGH:
        return kept
    for side in SIDES:
        outlets = {s.outlet for s in desk.material.sources if s.side == side}
        keys = {
            p.key
            for p in desk.material.passages
            if p.outlet in outlets and p.words >= MIN_WORDS and desk.material.bearing_of(p) >= NEAR
        } - desk.used
        if len(keys) == 1:
            kept |= keys
    return kept
