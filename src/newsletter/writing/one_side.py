"""What one side alone reports: two of its outlets, and nobody else. Never a reason for the others' silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.clauses import clause
from newsletter.writing.lexicon import CALENDAR
from newsletter.writing.passages import Passage
from newsletter.writing.subject import bare_surname, leans
from newsletter.writing.support import bears_out, texts_without
from newsletter.writing.terms import names, numbers, term_set, terms

STRANGE = 0.7
"""Share of what a statement tells beyond the headline and overview that nobody else may use."""
BEGIN = 5
"""Letters that make one word of "adviser" and "advisory": spelled otherwise is told all the same."""
LEAST, BEARING = 7, 0.05
"""Words of a statement, and its least bearing on the story's news."""
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
    """At most one statement of a side with a name or number that two of its outlets and nobody else gives.

    None unless the other sides could have told it: left and right, whichever the side is not, have two outlets with
    text each.
    """
    heard = _heard(desk)
    if any(len(heard[one]) < MIN_HEARD for one in {side, Side.LEFT, Side.RIGHT}):
        return ()
    elsewhere = frozenset(t for text in texts_without(desk.material, side) for t in terms(text))
    for passage in _sentences(desk):
        own = (names(passage.text) - _DAYS | _telling(passage.text)) - elsewhere
        if passage.source.side != side or not own or not _strange(desk, passage.text, elsewhere):
            continue
        if desk.material.is_stale(passage) or _thin(desk, passage):
            continue
        mine_alone = desk.material.like_others(passage, side) < UNLIKE
        if mine_alone and _borne_out(desk, passage, own):
            return (desk.say(passage),)
    return ()


def _heard(desk: Desk) -> Mapping[Side, frozenset[str]]:
    """The outlets of each side that tell the news in more than a title."""
    told = [s for s in desk.material.sources if s.news and s.article.text.strip()]
    return {side: frozenset(s.outlet for s in told if s.side == side) for side in SIDES}


def _thin(desk: Desk, passage: Passage) -> bool:
    """Whether it says little that the reader was not told, leans on something else, or only says no.

    A "not" is told elsewhere in words without one ("rejects"), which no count of words would see.
    """
    text = passage.text
    if passage.words < LEAST or clause(text) is None or desk.material.bearing_of(passage) < BEARING:
        return True
    return (
        desk.novelty(passage) < NOVEL
        or leans(text)
        or bare_surname(text, desk.said)
        or bool(_THIN.search(text))
    )


def _strange(desk: Desk, text: str, elsewhere: frozenset[str]) -> bool:
    """Whether most of what a text tells beyond the headline, and not a detail only, stands nowhere in others' words."""
    told = frozenset[str]().union(*map(term_set, desk.said))
    own, begins = term_set(text) - told, {t[:BEGIN] for t in elsewhere}
    alone = [t for t in own if t not in elsewhere and (len(t) < BEGIN or t[:BEGIN] not in begins)]
    return len(alone) >= STRANGE * len(own)


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
