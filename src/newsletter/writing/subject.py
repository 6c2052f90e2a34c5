"""Whether a sentence names whom or what it is about, or leans on an earlier sentence for that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from newsletter.writing.lexicon import NOUN_LIKE, OPENERS, PERSON_NOUNS, STOP_WORDS, VERBS
from newsletter.writing.quotes import without_quotations

SUBJECT = 9
"""Words within which a sentence has named its subject, the article counted."""

_WORD = re.compile(r"[\w'’.&$%£€-]*\w[\w'’%-]*")
_BACK = re.compile(
    r"\b(?:both|these|those) (?!who\b|days\b)(?:[\w-]+ )?\w+s\b|\b(?:that|this) (?:windfall|amount|figure|total|sum)\b"
    r"|, (?:however|though)[.]?$",
    re.IGNORECASE,
)
_DEFINITE = ("The ", "Those ", "These ")


@lru_cache(maxsize=8192)
def leans(text: str) -> bool:
    """Whether the subject is a mere description that an earlier sentence made known ("The party leader")."""
    if not text.startswith(_DEFINITE):
        return False
    subject = opening_subject(text)
    return not any(_names(token) for token in subject) or _described(subject)


def bare_surname(text: str, said: Sequence[str]) -> bool:
    """Whether the subject is one name alone, as of somebody known, whom nothing that was said has named."""
    first, second = (*text.split()[:2], "", "")[:2]
    name = re.sub(r"['’]s?$|,$", "", first)
    alone = name[:1].isupper() and name[1:].islower() and second[:1].islower() and name.lower() not in _COMMON
    return alone and len(name) > 2 and not any(re.search(rf"\b{re.escape(name)}\b", one) for one in said)


_COMMON = STOP_WORDS | OPENERS | PERSON_NOUNS


def opening_subject(text: str) -> list[str]:
    """The words between a text's first word, its article, and its verb."""
    subject = []
    for token in _WORD.findall(text)[1:SUBJECT]:
        if token.lower() in VERBS and token.lower() not in NOUN_LIKE:
            break
        subject.append(token)
    return subject


@lru_cache(maxsize=8192)
def points_back(text: str) -> bool:
    """Whether the text, outside of quotations, points at things told before it: "both errors", "these talks"."""
    return bool(_BACK.search(without_quotations(text)))


def _names(token: str) -> bool:
    return token[:1].isupper() or token[:1].isdigit()


def _described(subject: list[str]) -> bool:
    """A person known by an office alone: "the Harbor Party leader", but not "the Harbor Party's leader"."""
    owned = any(token.endswith(("'s", "’s", "s'", "s’")) for token in subject)
    return subject[-1].lower() in PERSON_NOUNS and not owned
