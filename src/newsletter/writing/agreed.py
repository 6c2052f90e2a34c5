"""Facts that all heard sides report, each with every outlet that states it by the strict test of support."""

from __future__ import annotations

from dataclasses import replace

from newsletter.domain.leaning import Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.fit import names_something
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans
from newsletter.writing.support import heard_sides, supporters

MOST = 2
WORDS = 20
REPEATS = 0.7
BEARING = 0.2
"""Least bearing on the story's news."""
NEAR_BEST = 40
"""Passages tried, best borne out first: what agrees is never far down."""


def agreed(desk: Desk) -> tuple[Statement, ...]:
    """At most two statements; none unless left and right are both heard."""
    heard = heard_sides(desk.material)
    if not {Side.LEFT, Side.RIGHT} <= heard:
        return ()
    found: list[Statement] = []
    for passage in _tried(desk):
        if len(found) == MOST:
            break
        told = desk.material.like_one(passage, [s.text for s in found]) >= REPEATS
        if told or not desk.ledger.allows(passage.outlet, passage.words):
            continue
        others = supporters(desk.material, passage)
        if heard <= {passage.source.side, *(s.side for s in others)}:
            said = desk.say(passage)
            found.append(replace(said, outlets=(*said.outlets, *sorted(s.outlet for s in others))))
    return tuple(found)


def _tried(desk: Desk) -> list[Passage]:
    material = desk.material
    scores = material.consensus + material.manner
    told = material.like(desk.said)
    order = sorted((i for i in range(len(scores)) if told[i] < REPEATS), key=lambda i: (-scores[i], i))
    fit = [p for p in (material.passages[i] for i in order) if p.source.news and p.words <= WORDS]
    open_ = [p for p in fit if p.field == "text" and names_something(p.text) and p.key not in desk.used]
    return [p for p in open_ if _matters(desk, p)][:NEAR_BEST]


def _matters(desk: Desk, passage: Passage) -> bool:
    """Neither overtaken nor beside the story's news, with a subject that it names."""
    material = desk.material
    bears = material.bearing_of(passage) >= BEARING and not material.is_stale(passage)
    return bears and not leans(passage.text)
