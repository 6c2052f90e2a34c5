"""The headline, chosen from the coverage: the calm title that the sides bear out. And the dek under it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from newsletter.domain.words import Statement
from newsletter.writing.choose import Allowed, Desk
from newsletter.writing.manner import loaded, title_case
from newsletter.writing.passages import Passage
from newsletter.writing.subject import leans
from newsletter.writing.terms import gist, names, new_gist

FEWER = 0.04
"""What a title gains that is not of the side with most outlets: many have more titles to choose from."""
MIN_DEK = 6
DEK_NOVELTY = 0.4
"""Share of its content that a dek must add to headline and overview."""
DEK_OWN = 0.55
"""The same beside the headline alone."""
DEK_SIDE = 0.06
"""What a dek gains that is of a side which neither headline nor overview has heard."""
DEK_BEARING = 0.35
"""Least bearing on the story's news of a dek: one line under the headline must matter."""
DEK_FARTHER = 0.2
"""The same where it gives a name of the headline: what is new cannot be near to what is known."""

_TEASE = re.compile(
    r"^(what|why|how|who|when|where|which|inside|meet|see|read|is|are|can|could|should|did|does|do|will|"
    r"opinion|analysis|pics?:|"
    r"photos?|video|watch|timeline|fact[- ]check|explainer|q&a|live|recap|review|(?:\d+|two|three|four|"
    r"five|six|seven|"
    r"eight|nine|ten) (?:things|takeaways|ways|reasons|key|questions|facts|charts|photos))\b"
    r"|\b(explained|live updates?|in photos|in pictures|takeaways|as it happened|minute by minute|"
    r"reacts?$|goes viral|"
    r"things to|what happens|here.s|this is (?:why|how|what)|the moment|you won|find out|revealed$|"
    r"possible outcomes|new twist|(?:shock|mystery) (?:name|pick|choice|candidate)|and other .{3,30} news$|"
    r"(?:when|how|where|what) to (?:see|watch|expect|do|know|follow)|what.s next)\b"
    r"|[.!?] (?:what|why|how|here)\b|[–—-] live\b|\blive(?:$|: )|: (?:how|why|what|inside)\b",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"^[A-Z][\w’'-]+(?: [\w’'-]+){0,3}: |^[‘'\"“][^’\"”]{2,60}[’'\"”]: ")
_QUOTED = re.compile(r"['\"‘“][^'\"’”]+['\"’”]")


def headline(desk: Desk) -> Statement | None:
    """A title of a news piece within ``headline_words``; else a short sentence of one; else None."""
    material = desk.material
    manner = np.array([_manner(p) for p in material.passages])
    fewer = np.array([p.source.side != material.most_heard for p in material.passages])
    scores = material.consensus + 0.5 * material.centrality + 0.1 * material.bearing + material.freshness
    scores = scores + manner + FEWER * fewer
    for kind in (_calm_title, _title, _sentence):
        found = desk.best(scores, partial(_fits, desk.ledger.limits.headline_words, kind))
        if found:
            return desk.say(found, stop=found.field != "title")
    return None


def dek(desk: Desk, *, farther: bool = False) -> Statement | None:
    """One more fact in one line: near the story's middle, and new after all that was said; or None.

    ``farther`` looks at what is less near but of somebody or something that the headline names.
    """
    material = desk.material
    scores = 0.6 * material.consensus + 0.6 * material.centrality + 0.2 * material.bearing + material.manner
    scores = scores + DEK_SIDE * np.array([p.source.side not in desk.heard for p in material.passages])
    allowed = partial(_dek_that, desk, _about_it if farther else _near)
    found = desk.best(scores, allowed, avoid=desk.said, weight=0.2, bar=0.6, floor=0.12)
    return desk.say(found) if found else None


def _dek_that(desk: Desk, near: Callable[[Desk, Passage], bool], passage: Passage) -> bool:
    return _is_dek(desk, passage) and near(desk, passage)


def _is_dek(desk: Desk, passage: Passage) -> bool:
    """One calm line of news that names its subject and tells what neither headline nor overview has told."""
    material, text = desk.material, passage.text
    short = MIN_DEK <= passage.words <= desk.ledger.limits.dek_words
    if (
        not short
        or leans(text)
        or loaded(text)
        or material.is_stale(passage)
        or material.is_elsewhere(passage)
    ):
        return False
    news = passage.source.news if passage.field == "text" else _calm_title(passage) and not title_case(text)
    return news and _adds(text, desk.said[:1], DEK_OWN) and _adds(text, desk.said, DEK_NOVELTY)


def _near(desk: Desk, passage: Passage) -> bool:
    return desk.material.bearing_of(passage) >= DEK_BEARING


def _about_it(desk: Desk, passage: Passage) -> bool:
    """Whether it is farther off but of somebody or something that the headline names."""
    told = names(f"It {desk.said[0]}") if desk.said else frozenset[str]()
    return desk.material.bearing_of(passage) >= DEK_FARTHER and bool(told & names(f"It {passage.text}"))


def _adds(text: str, said: Sequence[str], least: float) -> bool:
    """Whether enough of a text's content was not said: other words for the same are no news."""
    told = frozenset[str]().union(*map(gist, said))
    return len(new_gist(text, told)) >= least * len(gist(text))


def teases(text: str) -> bool:
    """Whether a title promises to tell something instead of telling it."""
    return bool(_TEASE.search(text))


def _fits(words: int, kind: Allowed, passage: Passage) -> bool:
    return passage.words <= words and kind(passage)


def _sentence(passage: Passage) -> bool:
    return passage.source.news and not teases(passage.text)


def _title(passage: Passage) -> bool:
    return passage.field == "title" and _sentence(passage) and not passage.source.live


def _calm_title(passage: Passage) -> bool:
    return _title(passage) and not loaded(passage.text) and not _COLUMN.match(passage.text)


def _manner(passage: Passage) -> float:
    value = -0.15 * min(3, loaded(passage.text)) - 0.12 * title_case(passage.text)
    value -= 0.05 * bool(_QUOTED.search(passage.text)) + 0.08 * bool(_COLUMN.match(passage.text))
    value += 0.03 * passage.whole
    return value - 0.05 * (passage.words < 7)
