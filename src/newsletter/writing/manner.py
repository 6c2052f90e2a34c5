"""How a passage is worded and where it stood, as small corrections to its score. Pure."""

from __future__ import annotations

import re

from newsletter.domain.loaded import loaded_words
from newsletter.writing.dangling import names_something
from newsletter.writing.passages import Passage

_WORD = re.compile(r"[\w’'-]+")
_ATTRIBUTED = re.compile(
    r"\b(said|says|according to|told|announced|reported|officials|police|spokes\w+)\b", re.IGNORECASE
)
_ALSO = re.compile(r"\b(?:also|again|another)\b")
_LOOSE = re.compile(r"\w [,;.] |\s['’]s\b")


def loaded(text: str) -> int:
    """How many words of a text are chosen to stir."""
    return len(loaded_words(text))


def title_case(text: str) -> bool:
    """Whether most longer words are capitalised, as in a headline."""
    longer = [w for w in _WORD.findall(text)[1:] if len(w) > 3]
    return len(longer) > 2 and sum(w[0].isupper() for w in longer) > 0.7 * len(longer)


def manner(passage: Passage) -> float:
    """About -0.3 to +0.1: early and attributed gains, stirring, nameless, loose and headline-like loses."""
    value = 0.04 / (1 + max(0, passage.sentence)) - 0.07 * min(3, loaded(passage.text))
    value -= 0.05 * bool(_ALSO.search(passage.text))
    value += 0.02 * bool(_ATTRIBUTED.search(passage.text))
    value -= 0.1 * (not names_something(passage.text)) + 0.05 * bool(_LOOSE.search(passage.text))
    if passage.field == "title":
        value -= 0.04 + 0.08 * title_case(passage.text)
    return value - 0.02 * (passage.words < 9)
