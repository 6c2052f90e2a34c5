"""Claims that cannot both be true: one text says a word, the other its opposite or the same with a "not". Pure.

Nothing is weighed; both stand side by side. A claim must be made: what is asked, denied, feared or left open is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing.clauses import clause
from newsletter.writing.differing import without_speaker
from newsletter.writing.inner import complement
from newsletter.writing.roles import roles
from newsletter.writing.same import classed, fact_of
from newsletter.writing.terms import stem, term_set
from newsletter.writing.verbs import words

TOPIC = 12
"""Words of a topic."""
_BE = r"\b(?:is|are|was|were|be|been|being|had been|has been|have been|as|it|him|her|them) (?:an? |the )?(?:\w+ly )?"
_PAIRS: tuple[tuple[str, bool, bool, str, str], ...] = (
    ("Armed or unarmed", False, True, r"\b(?<!un)armed (?!forces|men|man|groups?|robbery|services|conflict)|\barmed$",
     r"\bunarmed\b"),
    ("Accident or intent", False, False, r"\b(?:an accident|accidental(?:ly)?|by accident|unintentional(?:ly)?)\b",
     r"\b(?:deliberate(?:ly)?|intentional(?:ly)?|on purpose|an (?:act of )?(?:arson|sabotage))\b"),
    ("Suicide or homicide", False, False, r"\b(?:(?:a|by) suicide|took (?:his|her) own life|killed (?:him|her)self)\b",
     r"\b(?:a homicide|(?:was|were) murdered|foul play)\b"),
    ("Safe or unsafe", False, True, _BE + r"safe\b", _BE + r"(?:unsafe|dangerous)\b"),
    ("Legal or illegal", False, True, _BE + r"(?:legal|lawful|constitutional)\b",
     _BE + r"(?:illegal|unlawful|unconstitutional)\b"),
    ("Accepted or rejected", True, False, r"\baccept(?:s|ed)\b", r"\b(?:reject(?:s|ed)|turn(?:s|ed) down)\b"),
    ("Resigned or dismissed", False, False, r"\b(?:resign(?:s|ed)|quits?|stepped down)\b",
     _BE + r"(?:fired|dismissed|sacked|ousted)\b"),
    ("Alive or dead", True, True, _BE + r"alive\b", _BE + r"dead\b"),
    ("Open or closed", True, True, _BE + r"open\b(?! to\b| for\b| only\b)", _BE + r"(?:closed|shut)\b"),
    ("Authentic or fake", False, True, _BE + r"(?:accurate|authentic|genuine)\b",
     _BE + r"(?:inaccurate|fake|fabricated|forged)\b"),
)  # fmt: skip
"""What it is about, whether it may turn within hours, whether "not" the one is the other, and the two sides of it."""
_SIDES = tuple(
    (topic, turns, whole, re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))
    for topic, turns, whole, one, other in _PAIRS
)
_OPEN = re.compile(
    r"\b(?:whether|if|unclear|unknown|question(?:s|ed)?|investigat\w+|ask(?:s|ed)?|fear\w*|believ\w+|could|may|might|would|"
    r"should|possibl\w+|suspect\w*|appear\w*|likely|unless|until|probe|or|either|potential\w*|once|no longer|yet|"
    r"called for)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:(?:do|does|did)(?:n['’]t| not)|never) (?:\w+ly )?(?P<verb>[a-z]+)\b")
_NO = re.compile(
    r"\b(?:not|no|never|none|nobody|without|nor|neither|den(?:y|ies|ied|ial)\w*|dismiss\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"[,;:—–]|\b(?:that|who|which|while|but|and|although|because)\b")
LEAST, ALIKE = 2, 0.5
"""Content words that two clauses must share beside the opposite words, and what share of the shorter clause."""
NEGATED, MUCH = 3, 0.75
"""The same of whole sentences of which one says "not"."""


@dataclass(frozen=True, slots=True)
class Opposed:
    """A text's answer to a question with two answers: which question, which answer, and what it speaks of."""

    topic: str
    yes: bool
    turns: bool
    about: frozenset[str]


@lru_cache(maxsize=4096)
def opposed(text: str) -> tuple[Opposed, ...]:
    """The sides that a text takes on the known questions."""
    return tuple(_sides(text.rstrip(".")))


def _sides(text: str) -> Iterator[Opposed]:
    for topic, turns, whole, one, other in _SIDES:
        yes, no = one.search(text), other.search(text)
        found = yes or no
        if found is None or (yes and no):
            continue
        part = _clause(text, found)
        if _OPEN.search(part) or _OPEN.search(text[: found.start()]):
            continue
        denied = bool(_NO.search(text[max(0, found.start() - 14) : found.start()] + " " + _before(found)))
        said = re.sub(found.re, " ", text)
        if len(_NO.findall(said)) > denied or (denied and not whole):
            continue
        yield Opposed(topic, bool(yes) != denied, turns, _about(said))


def _before(found: re.Match[str]) -> str:
    return found.group().rsplit(" ", 1)[0] if " " in found.group() else ""


def _clause(text: str, found: re.Match[str]) -> str:
    starts = [m.end() for m in _JOINT.finditer(text) if m.end() <= found.start()]
    ends = [m.start() for m in _JOINT.finditer(text) if m.start() >= found.end()]
    return text[max(starts, default=0) : min(ends, default=len(text))]


def _about(text: str) -> frozenset[str]:
    """Content of a text without whose word it is."""
    return frozenset(classed(t) for t in term_set(without_speaker(text)) if not t[:1].isdigit())


def contradict(one: Opposed, other: Opposed) -> bool:
    """Whether two sides of one question are taken on one thing."""
    shared = one.about & other.about
    least = min(len(one.about), len(other.about))
    return (
        one.topic == other.topic
        and one.yes != other.yes
        and len(shared) >= LEAST
        and len(shared) >= ALIKE * least
    )


@dataclass(frozen=True, slots=True)
class Denied:
    """Who did not do what, and all that is said with it."""

    verb: str
    doer: frozenset[str]
    about: frozenset[str]


@lru_cache(maxsize=4096)
def denied(text: str) -> Denied | None:
    """What a text says was not done; None unless that is its only no."""
    found = _NOT.search(text)
    if not found or len(_NO.findall(text)) != 1 or _OPEN.search(text) or found.group("verb") in _PLAIN:
        return None
    clause_ = _clause(text, found)
    return Denied(
        classed(stem(found.group("verb"))), _about(clause_[: clause_.find(found.group())]), _about(text)
    )


_PLAIN = words(
    "have any rule comment respond say know think want need give offer provide elaborate specify name"
)


def affirmed(text: str, no: Denied) -> bool:
    """Whether a text tells as a fact, or as somebody's word, that it was done, and by the same one."""
    own = _about(text)
    if _NO.search(text) or _OPEN.search(text) or no.verb not in own or fact_of(text).ahead or not no.doer:
        return False
    shared = own & no.about
    if len(shared) < NEGATED or len(shared) < MUCH * min(len(own), len(no.about)):
        return False
    return any(classed(r.verb) == no.verb and no.doer & set(map(classed, r.before)) for r in roles(text))


def topic_of(text: str) -> str:
    """What the affirmed sentence says, as a topic: "Whether the strike hit a school"; empty where it is long."""
    main = clause(text)
    told = (complement(main) if main and main.speaks else "") or without_speaker(text).strip()
    told = told.rstrip(". ")
    if not 3 <= len(told.split()) < TOPIC or re.search(r"[“”\";:]", told):
        return ""
    first, _, rest = told.partition(" ")
    small = first.lower() if first in {"The", "A", "An", "Its", "Their", "His", "Her", "Some"} else first
    return f"Whether {small} {rest}"
