"""Clauses that stand inside a sentence: what somebody says, and what a "who …" or "which …" adds to a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.clauses import Clause, clause

_OPENS = re.compile(
    r"^(?:(?:(?:reporters|lawmakers) )?"
    r"(?:(?:earlier|later|in|on|at|to|during) (?:[^,“”\"]|[“\"][^“”\"]{1,30}[”\"]){1,60}? )?"
    r"that |reporters )?"
)
_WHO = re.compile(
    r"(?P<name>[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,4})(?:, \d\d)?(?:, (?:an?|the) [^,“”\"]{3,60}?)?,? "
    r"(?:who|which) (?P<deed>(?:is|was|has|had|will|would|\w+ed|\w+s) [^,;—–“”\"]{8,})"
)


def complement(of: Clause) -> str:
    """What somebody says, as a sentence of its own; empty where nothing is said, or in quotation marks only."""
    told = _OPENS.sub("", of.rest) if of.speaks else ""
    return told[:1].upper() + told[1:] if told[:1].isalpha() else ""


def inner_sentences(text: str) -> Iterator[str]:
    """Sentences that the text holds beside its main clause, in words that stand in it one after the other."""
    main = clause(text)
    if main and (told := complement(main)):
        yield told
    for found in _WHO.finditer(text):
        yield f"{found.group('name')} {found.group('deed')}"
