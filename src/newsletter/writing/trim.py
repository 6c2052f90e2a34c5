"""Cuts at clause borders: the shorter texts that a sentence honestly contains.

A cut drops a dateline, a label, a leading connective, an aside or a trailing subordinate clause. It never opens a
quotation, and never drops a word that qualifies or attributes the claim: an allegation keeps its "alleged".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.evidence import joined
from newsletter.writing.fit import MIN_WORDS, has_clause
from newsletter.writing.lexicon import CONNECTIVES, HEDGES, SUBORDINATORS, WEAK_ENDS
from newsletter.writing.quotes import balanced
from newsletter.writing.sentences import Span, stripped

Spans = tuple[Span, ...]

_DATELINE = re.compile(
    r"^[A-Z][A-Z.’' -]+(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?(?: \((?:AP|Reuters|AFP|UPI|CN|KNX|[A-Z]{2,6})\))? ?(?:[—–]|--| - ) ?"
    r"|^[A-Z][\w.’' ]{2,30}(?:, [A-Z][\w. ]{1,20})? \((?:AP|Reuters|AFP|UPI|[A-Z]{2,6})\) ?(?:[—–]|--|-) ?"
    r"|^\((?:AP|Reuters|AFP|UPI|CNN|[A-Z]{2,6})\) ?(?:[—–]|--|-)? ?"
)
_LABELS = re.compile(
    r"^(?:why it matters|driving the news|the big picture|zoom (?:in|out)|catch up quick|state of play|what they['’]re saying|"
    r"between the lines|the latest|context|by the numbers|what['’]s next|what's new|flashback|the intrigue|what happened|"
    r"how it works|the other side|threat level|follow the money|of note|background|breaking(?: news)?|exclusive|update|"
    r"watch|video|just in|new)\s?: ",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(r"^(?:" + "|".join(CONNECTIVES) + r")\b,? (?=\w)", re.IGNORECASE)
_SHOUT = re.compile(r"^(?:[A-Z0-9][A-Z0-9’'.,:;&-]+[ ,:;]+){4,}(?=[A-Z][a-z]|[A-Z] [a-z])")
_PARENTHESIS = re.compile(r" \([^()]{1,120}\)(?=[ ,.;])")
_DASHED = re.compile(r" ?[—–] ?[^—–]{3,160}? ?[—–] ?(?=[a-z])")
_RELATIVE = re.compile(r", (?:who|which|whose) [^,“”\"]{3,120},(?= )")
_TAIL = re.compile(
    r",? (?=amid\b)|; (?=\w)|,? ?[—–] ?(?=\w)|"
    r", (?=(?:as|while|after|before|with|which|who|where|when|whose|in what|a (?:move|development|step|decision|ruling|sign|record)|"
    r"the (?:latest|first|second|third|fourth|largest|biggest|most)|one of|part of|just|days|weeks|months|hours|years|even|"
    r"including|saying|adding|telling|\w+ing)\b)"
)
_SPEAKING = re.compile(r"^(?:saying|adding|telling|claiming|arguing|insisting)\b ?", re.IGNORECASE)
_WORDS = re.compile(r"[\w’'-]+")


def opened(field: str, span: Span) -> Span:
    """The sentence without what only leads in: dateline, section label, capitals of a link, connective."""
    for pattern in (_SHOUT, _DATELINE, _LABELS, _CONNECTIVE, _CONNECTIVE):
        found = pattern.match(field[span.start : span.end])
        if found:
            span = stripped(field, span.start + found.end(), span.end)
    return span


def shortenings(field: str, span: Span) -> tuple[Spans, ...]:
    """The sentence itself and every honest shortening of it, longest first; each is one or two spans."""
    found: list[Spans] = [(span,)]
    found += [spans for spans in _asides(field, span)]
    for spans in tuple(found):
        found += _heads(field, spans)
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda spans: -len(joined(field, spans))))


def keeps_hedges(dropped: str) -> bool:
    """Whether a text may be dropped: nothing in it attributes or qualifies what stays."""
    rest = _SPEAKING.sub("", dropped.lstrip(" ,;—–"))
    tokens = {w.lower().replace("’", "'") for w in _WORDS.findall(rest)}
    return not any(t in HEDGES or t.endswith("n't") for t in tokens)


def _asides(field: str, span: Span) -> Iterator[Spans]:
    """The sentence without one aside in brackets, between dashes or in a relative clause."""
    text = field[span.start : span.end]
    for pattern in (_PARENTHESIS, _DASHED, _RELATIVE):
        for found in pattern.finditer(text):
            before = stripped(field, span.start, span.start + found.start())
            after = stripped(field, span.start + found.end(), span.end)
            if keeps_hedges(found.group()) and _sound(field, (before, after)) and field[after.start] not in ",;:.":
                yield before, after


def _heads(field: str, spans: Spans) -> Iterator[Spans]:
    """What stays when trailing clauses fall, one after the other from the right."""
    last = spans[-1]
    end = last.end
    for border in sorted((m.start() for m in _TAIL.finditer(field[last.start : last.end])), reverse=True):
        cut = last.start + border
        dropped = field[cut:end]
        if "," in dropped.lstrip(", ") or not keeps_hedges(dropped):
            continue
        head = (*spans[:-1], stripped(field, last.start, cut))
        if head[-1].start < head[-1].end and _sound(field, head) and _complete(joined(field, head)):
            yield head
            end = cut


def _sound(field: str, spans: Spans) -> bool:
    return all(s.start < s.end for s in spans) and balanced(joined(field, spans))


def _complete(text: str) -> bool:
    """A main clause with its verb, not broken off."""
    tokens = text.split()
    if len(tokens) < MIN_WORDS or tokens[-1].strip("\"”’'").lower() in WEAK_ENDS:
        return False
    main = text
    if tokens[0].lower() in SUBORDINATORS or tokens[0].lower().endswith("ing"):
        main = text.partition(", ")[2]
    return bool(main) and has_clause(main if main is text else "x " + main)
