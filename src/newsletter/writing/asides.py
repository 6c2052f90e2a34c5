"""What a sentence can do without in its middle or in front: asides between commas, a weekday, a clause that leads in.

Each is a part that only adds: what stays is the outlet's own main clause, still grammatical and still true. The
weekday of something past goes too, as in the sentence compression of Gillick & Favre 2009: an issue has a date.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from newsletter.writing.finite import has_verb
from newsletter.writing.lexicon import HEDGES, PAST, PERSON_NOUNS, VERBS
from newsletter.writing.quotes import balanced
from newsletter.writing.sentences import Span, stripped

MOST = 4
"""Asides of a sentence that are looked at: a sentence with more is a list."""

_WORDS = re.compile(r"[\w’'-]+")
_SPEAKING = re.compile(
    r"^(?:saying|adding|telling|claiming|arguing|insisting|accusing|alleging|contending|asserting|suggesting|warning|"
    r"writing|calling)\b ?",
    re.IGNORECASE,
)
"""A tail that opens so qualifies only itself."""

_PARENTHESIS = re.compile(r" \([^()]{1,120}\)(?= )")
_DASHED = re.compile(r" ?(?:[—–]|--) ?[^—–]{3,160}? ?(?:[—–]|--) ?(?=(?!the\b|an?\b|his\b|her\b|its\b)[a-z])")
_BETWEEN = re.compile(
    r", (?:who|which|whose|a|an|the|one of|his|her|its|their|in|at|on|during|speaking|along with|including|such as|"
    r"like|former|formerly|located|based|known|\d{1,3}|[A-Z][\w-]*\.?-[A-Z][\w.]*)\b[^,;“”\"]{0,120},(?= )"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_WEEKDAY = re.compile(
    r"(?P<before>[\w’'-]+)"
    rf"(?P<day>(?: (?:late |early )?on)?(?: late| early)? {_DAY}{_PART})"
    r"(?! (?:morning|afternoon|evening|night)\b)(?= (?P<after>[\w’'$“\"-]+))"
)
_LEAD = re.compile(
    r"^(?:(?:As|After|Amid|Following|While|With|Speaking|During|Asked|Ahead of|Hours after|Days after|Weeks after|"
    r"Months after|A day after|Just days after|(?:In|At) (?:an?|his|her|their|one of|what)|"
    rf"On {_DAY}|[A-Z][a-z]+ing (?:to|by|at|on|in|the|an?|his|her|its|their))\b)[^,;“”\"]{{0,160}}, (?=\S)"
)
_PRONOUN = re.compile(r"\b(?:he|she|his|her|him|they|them|their|it|its)\b", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:will|would|to|expected|scheduled|set|due|next)\b")
_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z]")


def keeps_hedges(dropped: str) -> bool:
    """Whether a text may be dropped: nothing in it attributes or qualifies what stays."""
    rest = _SPEAKING.sub("", dropped.lstrip(" ,;—–"))
    tokens = {w.lower().replace("’", "'") for w in _WORDS.findall(rest)}
    return not any(t in HEDGES or t.endswith("n't") for t in tokens)


def without_asides(field: str, span: Span) -> Iterator[tuple[Span, ...]]:
    """The sentence without one, two or all of its asides; each of the spans is what stays in one piece."""
    text = field[span.start : span.end]
    found = _disjoint(sorted({cut for cut in _asides(text) if keeps_hedges(text[cut[0] : cut[1]])}))[:MOST]
    for many in {1, 2, len(found)} - {0}:
        for cuts in itertools.combinations(found, many):
            spans = _left(field, span, cuts)
            if all(s.start < s.end for s in spans):
                yield spans


def lead(text: str) -> int:
    """Where the main clause begins behind a clause of circumstance; 0 where none leads in or it must stay.

    A lead that names somebody stays before a clause with a pronoun: it may be the pronoun's only name.
    """
    found = _LEAD.match(text)
    if not found or not keeps_hedges(found.group()) or not has_verb(text[found.end() :]):
        return 0
    rest = text[found.end() :]
    if found.group().startswith("On ") and _AHEAD.search(rest):
        return 0
    if not (rest[0].isupper() or rest.startswith(("the ", "a ", "an "))):
        return 0
    named = _NAME.search(found.group().split(" ", 1)[-1])
    return 0 if named and _PRONOUN.search(rest) else found.end()


def _asides(text: str) -> list[tuple[int, int]]:
    """Places of what may be left out, hedges not looked at; a quotation stays as it was spoken."""
    found = [m.span() for m in (*_PARENTHESIS.finditer(text), *_DASHED.finditer(text))]
    found += [
        m.span()
        for m in _BETWEEN.finditer(text)
        if _describes(text[: m.start()]) and _goes_on(text[m.end() :])
    ]
    found += [m.span("day") for m in _WEEKDAY.finditer(text) if _told_as_past(text, m)]
    return [(start, end) for start, end in found if balanced(text[:start])]


def _describes(before: str) -> bool:
    """Whether a name or a person stands right before the commas, so that no list is cut."""
    last = before.rpartition(" ")[2]
    return bool(_NAME.match(last)) or last.lower() in PERSON_NOUNS or "," not in before


def _goes_on(after: str) -> bool:
    """Whether a verb follows the aside: its subject stood before it."""
    word = _WORDS.search(after)
    return word is not None and word.group().lower() in VERBS


def _told_as_past(text: str, found: re.Match[str]) -> bool:
    """Whether the weekday stands beside the verb of what happened, and no plan is left without its day."""
    before, after = found.group("before").lower(), found.group("after").lower()
    spoken = _happened(before) or (after == "that" and not _AHEAD.search(text[: found.start()]))
    acted = " on " in found.group("day") and _happened(after)
    if after in {"and", "or", "to"}:
        return False
    return acted or (
        spoken and (before in {"said", "announced"} or after == "that" or not _AHEAD.search(text))
    )


def _happened(word: str) -> bool:
    """Whether a word is a past tense."""
    return word in PAST or (word in VERBS and word.endswith("ed"))


def _disjoint(cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in cuts:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _left(field: str, span: Span, cuts: tuple[tuple[int, int], ...]) -> tuple[Span, ...]:
    """What stays of the span, piece by piece."""
    borders = [span.start, *(span.start + place for cut in cuts for place in cut), span.end]
    return tuple(stripped(field, a, b) for a, b in zip(borders[::2], borders[1::2], strict=True))
