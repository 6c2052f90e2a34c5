"""Shorter wordings for a fact that must fit one line: a sentence without its trailing phrases of time, place or cause.

Dropping such a phrase tells less and nothing else, unless a superlative, a negation or a verb needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from newsletter.writing.asides import keeps_hedges
from newsletter.writing.evidence import field_of, joined, statement_text
from newsletter.writing.finite import has_verb
from newsletter.writing.fit import breaks_off, refusal
from newsletter.writing.lexicon import BARE_VERBS, VERBS
from newsletter.writing.passages import Passage
from newsletter.writing.quotes import balanced
from newsletter.writing.sentences import stripped
from newsletter.writing.verbs import words

LEAST = 6
"""Words that a clipped fact has at least."""

_BORDER = re.compile(
    r",? (?=(?:(?:minutes|hours|days|weeks|months|years) (?:after|before)|in|on|at|during|after|amid|following|"
    r"before|while|as|over|despite|related to)\b)|(?<=[a-z]),? (?=(?:for|from|with)\b)"
    r"|, (?=[a-z])| (?=and (?:\w+ed|has|have|was|were|is|are|will|would) )"
)
_LIST = re.compile(r"^, (?:[\w’'-]+ ){1,4}(?:and|or)\b|^,[^,]*, (?:and|or)\b")
"""What follows a comma that only parts the members of a list: all of them belong to the fact."""
_PLACES = re.compile(r"\b(?:put|puts|putting|plac(?:es?|ed|ing)|bas(?:es|ed)|focus\w*)\b")
_URGES = re.compile(
    r"\b(?:order|tell|told|ask|urg|forc|allow|expect|caus|requir|want|prompt|enabl|permit|instruct|direct|"
    r"pressur|push|call|lead|led|need|help)\w*\b"
)
_RELATED = re.compile(
    r"\bin (?:connection|response|addition|exchange|relation|return|line|front|favou?r|charge)$|"
    r"\b(?:connected|compared|associated|charged|along|together|ties|relations|relationship|talks|meeting|war|deal)$"
)
_OFFICE = re.compile(r",? (?:for|from|with|of)\b")
_SPEECH = re.compile(r"\b(?:said|says|announced|announces|reported|reports) (?:that )?(?!\w+day\b)")
_PARTICIPLES = words(
    "drawn known seen made held taken given set led built found sent brought told shown driven hit born"
)
_TO_DO = re.compile(r"\bto (?!the\b|a\b|an\b|his\b|her\b|its\b|their\b)[a-z]+")
_NEEDS_ALL = re.compile(
    r"\b(?:not|no|never|without|only|unless|until|if|whether|least|most|more|less|first|last|record|between|both|either|"
    r"one of|such|so|too|than|same|\w+(?<!lat)(?<!inter)(?<!for)est|n['’]t)\b|n['’]t\b",
    re.IGNORECASE,
)


def clips(passage: Passage) -> Iterator[Passage]:
    """The passage without one, two … of its last phrases; nothing where a cut might change what it says."""
    field = field_of(passage.source.article, passage.field)
    last = passage.spans[-1]
    for border in reversed(list(_BORDER.finditer(field[last.start : last.end]))):
        head = (*passage.spans[:-1], stripped(field, last.start, last.start + border.start()))
        dropped = field[head[-1].end : last.end]
        if not keeps_hedges(dropped):
            return
        if _needed(joined(field, head), field[last.start + border.start() : last.end]):
            continue
        if head[-1].start < head[-1].end and _stands(joined(field, head)):
            text = statement_text(field, head)
            if not refusal(text):
                yield replace(passage, spans=head, text=text, words=len(text.split()), whole=False)


def _needed(head: str, dropped: str) -> bool:
    """Whether what is dropped completes the rest: a list, where something is put, what somebody is told to do."""
    if _LIST.search(dropped) or _PLACES.search(head) or _RELATED.search(head):
        return True
    if _OFFICE.match(dropped) and head.split()[-1][:1].isupper():
        return True
    speech = _SPEECH.search(head)
    if speech and not has_verb(head[speech.end() :]):
        return True
    return bool(_URGES.search(head) and _TO_DO.search(dropped))


def _stands(text: str) -> bool:
    """A clause with its verb that ends on a noun and promises nothing more."""
    tokens = text.split()
    if (
        len(tokens) < LEAST
        or "," in text
        or not balanced(text)
        or breaks_off(text)
        or _NEEDS_ALL.search(text)
    ):
        return False
    end = tokens[-1].lower().strip("\"'”’")
    verbal = end in _PARTICIPLES or end in VERBS | BARE_VERBS or end.endswith(("ed", "ing", "ly"))
    return not verbal and has_verb(" ".join(tokens[1:]))
