"""What one side alone reports: two of its outlets, and nobody else. Never a reason for the others' silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.lexicon import CALENDAR
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans
from newsletter.writing.support import bears_out, texts_without
from newsletter.writing.terms import names, numbers, terms

STRANGE = 0.4
"""Share of a statement's content that nobody else may use."""
UNLIKE = 0.35
"""Least likeness to any sentence of the other sides from which a statement counts as told there too."""
MIN_HEARD = 2
"""Outlets that a side, and all others together, must have before one side alone can be said to report."""
NOVEL = 0.5
"""Share of a statement's content that headline, overview and the rest of the story must not hold."""
_DAYS = frozenset(t for word in CALENDAR for t in terms(word))
_THIN = re.compile(
    r"\b(?:not|never|no|nobody|none|neither)\b|n['’]t\b|\bc(?:omes?|ame)(?: (?:amid|as|after)\b|\W*$)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b[A-Z][a-z]{2,8}\.? \d{1,2}\b|\b\d{1,2} [A-Z][a-z]{2,8}\b|\b(?:19|20)\d\d\b")


def only(desk: Desk, side: Side) -> tuple[Statement, ...]:
    """At most one statement of a side with a name or number that two of its outlets and nobody else gives."""
    mine = {s.outlet for s in desk.material.sources if s.side == side and s.news}
    others = {s.outlet for s in desk.material.sources if s.side in SIDES and s.side != side}
    if len(mine) < MIN_HEARD or len(others) < MIN_HEARD:
        return ()
    elsewhere = frozenset(t for text in texts_without(desk.material, side) for t in terms(text))
    for passage in _sentences(desk):
        own = (names(passage.text) - _DAYS | _telling(passage.text)) - elsewhere
        if passage.source.side != side or not own or not _strange(passage.text, elsewhere):
            continue
        if desk.material.is_stale(passage) or _thin(desk, passage):
            continue
        mine_alone = desk.material.like_others(passage, side) < UNLIKE
        if mine_alone and _borne_out(desk, passage, own):
            return (desk.say(passage),)
    return ()


def _thin(desk: Desk, passage: Passage) -> bool:
    """Whether it says little that the reader was not told, leans on something else, or only says no.

    A "not" is told elsewhere in words without one ("rejects"), which no count of words would see.
    """
    return desk.novelty(passage) < NOVEL or leans(passage.text) or bool(_THIN.search(passage.text))


def _strange(text: str, elsewhere: frozenset[str]) -> bool:
    """Whether much of a text's content, and not a detail only, stands nowhere in the other sides' words."""
    own = set(terms(text))
    return len(own - elsewhere) >= STRANGE * len(own)


def _borne_out(desk: Desk, passage: Passage, items: frozenset[str]) -> bool:
    """A second outlet of the side gives one of the items in a sentence that states the same."""
    return desk.ledger.allows(passage.outlet, passage.words) and any(
        source.side == passage.source.side
        and source.outlet != passage.outlet
        and items & set(terms(sentence))
        and bears_out(passage.text, sentence)
        for source, sentence in desk.material.said_by_news()
    )


def _telling(text: str) -> frozenset[str]:
    """Numbers that are facts of their own: no years, no single digits."""
    return frozenset(n for n in numbers(_DATE.sub(" ", text)) if len(n) > 1)


def _sentences(desk: Desk) -> Iterator[Passage]:
    return (
        p
        for p in desk.material.passages
        if p.source.news and p.field == "text" and p.source.side != Side.UNRATED and p.key not in desk.used
    )
