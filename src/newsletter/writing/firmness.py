"""What a text tells firmly: its words outside of what it denies, doubts or expects.

A reading of an article is a title and a sentence or two. That one of them has a "without a port call" or a "reportedly"
does not take back what the others tell; what stands in the reach of such a word does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from newsletter.writing.timing import expected_from

NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|den(?:y|ies|ied|ying)|false(?:ly)?|refus(?:es|ed|ing|e)|"
    r"reject(?:s|ed|ing)?|rebuff(?:s|ed|ing)?|fail(?:s|ed|ing)?|unclear|unlikely|halt\w*|block\w*|cancel\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
DOUBT = re.compile(
    r"\b(?:alleg\w+|accus\w+|suspect\w*|reportedly|claim\w*|unconfirmed|could|may|might|if|whether|possibl\w+|"
    r"potential\w*|speculat\w*|likely|appears?|rumou?r\w*|said to (?:be|have))\b"
)
DOUBTED = re.compile(
    r", (?:who (?:is|was) )?(?:an? |the )?(?:alleged|accused|suspected|charged)\b[^,]*(?:,|$)"
    r"|, (?:potentially|possibly) \w+ing\b[^,]*$"
)
"""A doubt that stands beside what a sentence tells: ", accused of arson two years ago,"."""
AHEAD = re.compile(r"\b(?:will|would|plans?|planning|intends?|proposes?|vows?|wants?|aims?|seeks?|hopes?) ")
_SMALL = re.compile(r"(?:without|no)\b(?: [\w’'-]+){1,3}", re.IGNORECASE)
"""Words whose reach is the few that follow: "without a port call"; any other "not" may be about a whole sentence."""
_STOP = re.compile(r"[.;:!?—–](?=\s|$)")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Sen|Rep|Gov|Gen|Adm|Dr|Mr|Mrs|Ms|Jr|Sr|St|Lt|Col|Sgt|Capt|Inc|Co|No)$"
)


def firm(text: str) -> str:
    """The text without the reach of its negations, doubts and expectations."""
    plain = DOUBTED.sub(" ", text)
    kept = list(plain)
    for start, end in _reaches(plain):
        kept[start:end] = " " * (end - start)
    return "".join(kept)


def _reaches(text: str) -> Iterator[tuple[int, int]]:
    stops = [m.start() for m in _STOP.finditer(text) if not _ABBREVIATION.search(text[: m.start()])]
    for match in NEGATION.finditer(text):
        small = _SMALL.match(text, match.start())
        begins = max((stop + 1 for stop in stops if stop < match.start()), default=0)
        yield small.span() if small else (begins, _next(stops, match.end(), len(text)))
    for pattern in (DOUBT, AHEAD):
        for match in pattern.finditer(text):
            yield match.start(), _next(stops, match.end(), len(text))
    for start, end in pairwise([0, *(stop + 1 for stop in stops), len(text)]):
        at = expected_from(text[start:end])
        if at is not None:
            yield start + at, end


def _next(stops: list[int], at: int, last: int) -> int:
    return next((stop for stop in stops if stop >= at), last)
