"""The headline, chosen from the coverage: the calm title that the sides bear out. And the dek under it."""

from __future__ import annotations

import re

import numpy as np

from newsletter.domain.words import Statement
from newsletter.writing.choose import Desk
from newsletter.writing.passages import Passage
from newsletter.writing.score import loaded, title_case

_TEASE = re.compile(
    r"^(what|why|how|who|when|where|which|inside|meet|see|read|is|are|can|could|should|did|does|do|will|opinion|analysis|"
    r"photos?|video|watch|timeline|fact[- ]check|explainer|q&a|live|recap|review|(?:\d+|two|three|four|five|six|seven|"
    r"eight|nine|ten) (?:things|takeaways|ways|reasons|key|questions|facts|charts|photos))\b"
    r"|\b(explained|live updates?|in photos|in pictures|takeaways|as it happened|minute by minute|reacts?$|goes viral|"
    r"things to|what happens|here.s|this is (?:why|how|what)|the moment|you won|find out|revealed$|possible outcomes)\b"
    r"|[–—-] live\b|\blive$",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"^[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?: ")
_QUOTED = re.compile(r"['\"‘“][^'\"’”]+['\"’”]")
_ALLEGED = re.compile(r"\b(alleged\w*|accused?|accuses|suspected|reportedly|says|said|according)\b", re.IGNORECASE)


def headline(desk: Desk) -> Statement | None:
    """A title of a news piece within ``headline_words``; else a short sentence of one; else None."""
    scores = desk.material.consensus + 0.5 * desk.material.centrality + np.array(
        [_manner(p, i / max(1, len(desk.material.passages))) for i, p in enumerate(desk.material.passages)]
    )
    for allowed in (_calm_title, _title, _sentence):
        found = desk.best(
            scores, lambda p, allowed=allowed: p.words <= desk.ledger.limits.headline_words and allowed(p)
        )
        if found:
            return desk.say(found, stop=False) if found.field == "title" else desk.say(found)
    return None


def dek(desk: Desk, overview: tuple[Statement, ...]) -> Statement | None:
    """One more fact in one line: near the story's middle, unlike the headline and the overview."""
    material = desk.material
    scores = 0.6 * material.consensus + 0.6 * material.centrality + material.manner
    avoid = [*desk.said, *(s.text for s in overview)]
    found = desk.best(
        scores,
        lambda p: p.words <= desk.ledger.limits.dek_words and p.source.news and p.field == "text",
        avoid=avoid,
        weight=0.4,
        bar=0.6,
        floor=0.12,
    )
    return desk.say(found) if found else None


def _sentence(passage: Passage) -> bool:
    return passage.source.news and not _TEASE.search(passage.text)


def _title(passage: Passage) -> bool:
    return passage.field == "title" and _sentence(passage) and not passage.source.live


def _calm_title(passage: Passage) -> bool:
    return _title(passage) and not loaded(passage.text) and not _COLUMN.match(passage.text)


def _manner(passage: Passage, _place: float) -> float:
    value = -0.15 * min(3, loaded(passage.text)) - 0.04 * title_case(passage.text)
    value -= 0.05 * bool(_QUOTED.search(passage.text)) + 0.08 * bool(_COLUMN.match(passage.text))
    value += 0.03 * passage.whole
    return value - 0.05 * (passage.words < 7)
