"""One title for each side, verbatim, so that a reader sees how each one put the same news.

Titles are what links are made of, so they count towards no outlet's words and may be of an outlet that forbids
quoting. The title taken is the one nearest the middle of its side's titles and opening sentences, of a news piece
that tells rather than teases, and unlike the titles of the other sides where there is such a one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Story
from newsletter.domain.words import Statement
from newsletter.writing.debris import is_debris
from newsletter.writing.evidence import statement
from newsletter.writing.fit import breaks_off
from newsletter.writing.furniture import URL
from newsletter.writing.headline import teases
from newsletter.writing.manner import title_case
from newsletter.writing.means import Scores, unit
from newsletter.writing.passages import title_span
from newsletter.writing.sources import Source, sources_of
from newsletter.writing.terms import Space
from newsletter.writing.timing import Told, stale

SHORTEST, LONGEST = 4, 24
"""Words of a title that is a headline: shorter ones are labels, longer ones are posts."""
ALIKE = 0.8
"""Likeness from which two sides' titles are near copies."""
WHOLE = 0.5
"""What nearness to the whole story's middle weighs beside nearness to the side's."""
LEAST = 0.2
"""Nearness to the story's middle, as a share of the nearest article's, below which one is about something else."""
CAPITALS = 0.05
"""What it costs a title to be set in capitals throughout: a little, since many outlets do."""


def side_titles(story: Story, registry: Registry) -> dict[Side, Statement]:
    """The representative title of each side that has one, in the sides' order."""
    told = [s for s in sources_of(story, registry, quoted=False) if s.news]
    space = Space([t for s in told for t in (s.article.title, s.article.text[:300])])
    near = {s.article.id: _near(s, told, space) for s in told}
    old = _overtaken(told)
    chosen: dict[Side, Source] = {}
    for side in SIDES:
        ours = [s for s in told if s.side == side and _tells(s)]
        ours = [s for s in ours if near[s.article.id] >= LEAST * max(near.values())]
        ours = [s for s in ours if not old[s.article.id]] or ours
        if ours:
            others = [s.article.title for s in chosen.values()]
            chosen[side] = _best(ours, told, others, space)
    return {side: _said(source) for side, source in chosen.items()}


def _best(ours: Sequence[Source], told: Sequence[Source], others: Sequence[str], space: Space) -> Source:
    """The title nearest the middle of its side and the story; a near copy only where there is nothing else."""
    side = [s for s in told if s.side == ours[0].side]
    vectors = space.vectors([s.article.title for s in ours])
    near = _middle(side, space) + WHOLE * _middle(told, space)
    score = vectors @ near - CAPITALS * np.array([title_case(s.article.title) for s in ours])
    alike = (vectors @ space.vectors(others).T).max(axis=1) if others else np.zeros(len(ours))
    order = sorted(range(len(ours)), key=lambda i: (alike[i] >= ALIKE, -score[i], ours[i].article.id))
    return ours[order[0]]


def _overtaken(told: Sequence[Source]) -> dict[str, bool]:
    """By article, whether what its title says has been overtaken: plans that came about, older tolls."""
    leads = [Told(s.article.title, s.article.published) for s in told]
    return dict(zip((s.article.id for s in told), stale(leads, leads), strict=True))


def _near(source: Source, told: Sequence[Source], space: Space) -> float:
    """An article's likeness to what the other outlets tell: grouping may have let a stranger in."""
    others = [s for s in told if s.outlet != source.outlet]
    return float(_middle([source], space) @ _middle(others, space)) if others else 0.0


def _middle(side: Sequence[Source], space: Space) -> Scores:
    """The middle of those sources' titles and openings, each outlet once."""
    outlets: dict[str, list[str]] = {}
    for source in side:
        outlets.setdefault(source.outlet, []).extend((source.article.title, source.article.text[:300]))
    return unit(np.sum([unit(space.vectors(texts).sum(axis=0)) for texts in outlets.values()], axis=0))


def _text(source: Source) -> str:
    span = title_span(source)
    return source.article.title[span.start : span.end]


def _tells(source: Source) -> bool:
    """Whether a title is the headline of a piece of news: no question, tease, label or live page."""
    text = _text(source)
    words = len(text.split())
    return (
        SHORTEST <= words <= LONGEST
        and not (source.live or teases(text) or "?" in text or breaks_off(text))
        and not text.endswith(("…", "..."))
        and not (is_debris(text) or URL.search(text) or text.isupper())
    )


def _said(source: Source) -> Statement:
    return statement(source.article, "title", (title_span(source),), stop=False)
