"""Claims that somebody denies: the sentence of the denial, what it denies, and another outlet's account of the claim.

Only an outright denial by somebody who is named counts; both sentences must say whose word they give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.writing.clauses import clause
from newsletter.writing.passages import Passage
from newsletter.writing.quotes import balanced
from newsletter.writing.terms import term_set, terms
from newsletter.writing.verbs import words

SHARED, OF_OBJECT = 2, 2
"""Stems that claim and denial must share, the denier's name aside, and how many of them in what is denied."""
TOPIC = 12
"""Words of a topic."""

_NOUNS = (
    r"(?:reports?|claims?|allegations?|accusations?|suggestions?|assertions?|assessments?|"
    r"rumou?rs|the idea|the notion)"
)
_OBJECT = (
    r"(?P<what>(?:(?:the|any|all|those|widespread|recent) )?(?P<whose>(?:[A-Z][\w.’'-]* ){0,3}[A-Z][\w-]*[’']s? )?"
    rf"(?:[a-z’'-]+ )?{_NOUNS}"
    r"(?: (?:of|that|about|over|from|against)\b[^,;—–“”\"]*)?)"
)
_DENIES = (
    re.compile(
        rf"\b(?:den(?:y|ies|ied)|reject(?:s|ed)?|dismiss(?:es|ed)?|disput(?:e|es|ed)|refut(?:e|es|"
        rf"ed)|contradict(?:s|ed)?|push(?:es|ed)? back (?:against|on)) {_OBJECT}"
    ),
    re.compile(
        rf"\bcall(?:s|ed) {_OBJECT} (?:as )?[“\"‘']?(?:\w+ )?(?:false|untrue|fake|lies|a lie|"
        rf"baseless|misrepresented|fabricated|"
        r"inaccurate|a hoax|nonsense|unfounded|misleading)\b"
    ),
    re.compile(
        r"\bden(?:y|ies|ied) (?P<what>(?:that |(?!\w+ing (?:in|on|at|as)\b)[a-z]{3,}ing )"
        r"[^,;—–“”\"]*|any wrongdoing|wrongdoing|(?:the|all|any) charges?\b)"
    ),
    re.compile(r"\b(?P<what>plead(?:s|ed)? not guilty)\b"),
)
_CLAIMED = re.compile(
    r"\b(?:sa(?:y|ys|id)|according to|accus\w+|alleg\w+|claim(?:s|ed)?|reported(?:ly)?|told|charged|"
    r"complain(?:s|ed)?|testified|warn(?:s|ed)?)\b|\b(?:are|were|been) (?:\w+ )?reports (?:of|that)\b"
)
_ANY_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject\w*|dismiss\w*|disput\w*|refut\w*|not guilty|false|untrue|"
    r"misrepresented|baseless|"
    r"fake|hoax|no|not|downplay\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\b(?:as|after|while|during|when|which|who|but|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|"
    r"Sun)day|amid|in an?)\b"
)
_AGAINST = ("The charges against", "The accusations against")
_CHARGE = re.compile(r"\b(?:accus|alleg|charg)\w+|\bprosecutors sa(?:y|id)\b", re.IGNORECASE)
_ASIDE = re.compile(
    r",? (?:amid|despite|after|following|as) [^,;]*\b(?:reports?|allegations?|claims?|accusations?|concerns?)\b[^,;]*"
)
"""What a sentence only mentions beside its own news."""
_JOINTS = words("and aboard on in at over from for")
_GENERIC = re.compile(
    r"^(?:the |any |all |those )?(?:charges?|allegations?|accusations?|claims?|wrongdoing|plead.*)$"
)
_GUILTY = re.compile(
    r"\bplead(?:s|ed|ing)? guilty\b|\bguilty plea\b|\b(?:acquitted|convicted|exonerated|cleared of)\b"
    r"|\bfound (?:not )?guilty\b|\bcharges (?:were |are )?dropped\b",
    re.IGNORECASE,
)


_SPOKEN = term_set("report claim allegation accusation suggestion assertion assessment rumor idea notion")


@dataclass(frozen=True, slots=True)
class Denial:
    """A sentence in which ``actor`` denies something, the plain topic of it, and the stems of what is denied."""

    passage: Passage
    actor: str
    topic: str
    denied: frozenset[str]
    whose: frozenset[str] = frozenset()
    """Stems of whose claim it is, where the denial names them: then the claim must be theirs."""


def denials(passage: Passage) -> Iterator[Denial]:
    """The denial that a sentence reports, where its subject is named."""
    of = clause(passage.text)
    found = next((m for p in _DENIES if (m := p.search(passage.text))), None)
    if not of or not found or found.start() > len(of.subject) + 30:
        return
    actor = of.subject
    if not actor.split()[-1][:1].isupper():
        return
    whose = (found.groupdict().get("whose") or "").strip()
    topic = _topic(found.group("what").strip(), actor, whose)
    if topic:
        named = frozenset(terms(whose)[-1:])
        denied = _stems(found.group("what") if topic.startswith("What ") else topic)
        yield Denial(passage, actor, topic, denied - term_set(actor), named)


def answers(denial: Denial, claim: Passage) -> int:
    """How many stems of the claim the denial speaks of; 0 where it is no claim of another speaker."""
    text, actor = _ASIDE.sub("", claim.text), term_set(denial.actor)
    if claim.outlet == denial.passage.outlet or not _CLAIMED.search(text) or _ANY_DENIAL.search(text):
        return 0
    own = clause(text)
    if own and (own.speaks or own.base) and actor & term_set(own.subject):
        return 0
    told = term_set(text)
    if denial.whose and not (own and denial.whose & term_set(own.subject)):
        return 0
    shared = (told & term_set(denial.passage.text)) - actor
    about_actor = not denial.topic.startswith(_AGAINST) or bool(actor & told and _CHARGE.search(text))
    enough = (
        len(shared) >= SHARED
        and (denial.topic.startswith(_AGAINST) or len(told & denial.denied) >= OF_OBJECT)
        and about_actor
    )
    return len(shared) if enough else 0


def admits(text: str) -> bool:
    """Whether a text reports a guilty plea or a verdict, which ends the dispute over charges."""
    return bool(_GUILTY.search(text))


def _stems(topic: str) -> frozenset[str]:
    """What is denied: stems of the topic, names and words for "claim" aside; names alone are the whole story's."""
    return term_set(re.sub(r"(?<=[\w’'] )[A-Z][\w’'-]*", " ", topic)) - _SPOKEN


def _topic(what: str, actor: str, whose: str = "") -> str:
    """What the dispute is about, in the denial's own words: "Reports of food shortages aboard the Marlow"."""
    if re.match(r"(?:the )?claims?$", what):
        return ""
    if _GENERIC.match(what):
        noun = "charges" if "charge" in what or "guilty" in what else "accusations"
        return f"The {noun} against {actor}" if len(actor.split()) <= 6 else ""
    if not re.match(r".*\b(?:of|that|about|over|from|against)\b", what):
        return f"What {actor} denies" if not re.search(_NOUNS, what) and len(actor.split()) <= 6 else ""
    words = _CUT.split(re.sub(r"^(?:any|all|those|recent) ", "", what), maxsplit=1)[0].split()
    while len(words) > TOPIC and (last := max((i for i, w in enumerate(words) if w in _JOINTS), default=0)):
        words = words[:last]
    text = " ".join(words).rstrip(" .,")
    good = (
        3 <= len(words) <= TOPIC
        and balanced(text)
        and (bool(whose) or not re.search(r"\b(?:he|she|they|his|her|their|its?)\b", text))
    )
    good = good and words[-1].lower() not in {
        "of",
        "that",
        "about",
        "over",
        "from",
        "against",
        "the",
        "a",
        "to",
        "in",
    }
    return text[:1].upper() + text[1:] if good else ""
