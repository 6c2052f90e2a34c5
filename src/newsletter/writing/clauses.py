"""A plain sentence's main clause: its subject, verb and rest, with what a question needs of the verb. Pure.

A heuristic that answers None wherever a sentence is not as plain as it wants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.writing.lexicon import NOUN_LIKE, NUMBER_WORDS, SUBORDINATORS
from newsletter.writing.speakers import GROUPS, PARTIES
from newsletter.writing.verbs import AUXILIARIES, ING, PARTICIPLES, PAST, PRESENT, words

SUBJECT = 8
"""Words of a subject."""

_DAY = re.compile(
    r",?(?: on| late| early)? (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|"
    r"evening|night))?\b,?"
)
_LEAD = re.compile(
    r"^(?:In|On|At|During|After|Before|Following|Since|By|For|Under|Amid|Despite|With|Because of|"
    r"Due to|Citing|Earlier|Later|Over|Last|Within|Speaking|Writing|Asked|According to) [^,“”\"]{3,70}, "
    r"(?=[A-Z]|the |a |an )"
)
_ASIDE = re.compile(r"^(?P<name>(?:(?:The|the|of|and|[A-Z][\w.’'&-]*) ?){1,7}), [^,]{2,70}, (?=[a-z])")
_TAG = re.compile(r" \([A-Z][^() ]{0,9}\)")
""" "(HHS)", "(D-Corvane)": what a name is tagged with."""
_WHICH = re.compile(r"^(?P<name>[A-Z][^,“”\"]{2,50}), (?:which|who) [^,“”\"]{5,80}, (?=[a-z])")
_OFFICE = re.compile(
    r"^The (?:[a-z][\w-]+ ){1,3}?[a-z][\w-]+, (?P<name>[A-Z][\w’'-]+(?: [\w’'-]+){0,3}? [A-Z][\w’'-]+), (?=[a-z])"
)
""" "The new president, Ines Talbot, has …": the name is the subject."""
_BARRED = words(
    "that which who whose whom when while if because after before since until as but than "
    "whether where to how what "
    "why"
)
"""Words that no plain subject holds."""
_JOINS = re.compile(
    r"[,:](?!\d)|[;—–]|\b(?:that|which|who|whose|where|when|while|after|before|as|because|and|but|if|to|than)\b"
)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|him|this|these|those|we|I|you|our|my|your)\b")
_OBJECTS = words("to the a an that")
_PLURAL_VERBS = words(
    "say want plan fear hope expect argue believe demand seek accuse allege warn oppose urge "
    "condemn reject deny"
)
_SPEECH = words(
    "say tell announce report add claim believe think know suggest argue insist note write promise pledge vow "
    "warn acknowledge conclude admit rule allege contend testify estimate signal"
)
_NEGATIVES = words(
    "didn't doesn't don't isn't aren't wasn't weren't hasn't haven't won't wouldn't can't couldn't"
)
_PASSING = words("also later once then now just previously recently already still earlier again quickly")
"""Adverbs between subject and verb that a question does without."""
_ADVERB = re.compile(
    r"^(?:(?!family|supply|assembly|early|italy)[a-z]{3,}ly|also|now|still|for (?:years|months|weeks)) ",
    re.IGNORECASE,
)
_DETERMINERS = words("The A An Its Their His Her Some Most Many Several Both All More Nearly About")


@dataclass(frozen=True, slots=True)
class Clause:
    """``subject verb rest``; in a question ``helper`` ("did") comes first and ``base`` ("plead") after the subject."""

    subject: str
    verb: str
    helper: str
    base: str
    rest: str

    @property
    def speaks(self) -> bool:
        return self.base in _SPEECH


def clause(text: str) -> Clause | None:
    """The main clause of a sentence that opens with its subject; None for anything less plain."""
    plain = _LEAD.sub("", _DAY.sub("", _LEAD.sub("", _TAG.sub("", text.rstrip(".")))))
    plain = _WHICH.sub(lambda m: m.group("name") + " ", plain)
    plain = _OFFICE.sub(lambda m: m.group("name") + " ", plain)
    plain = _ASIDE.sub(lambda m: m.group("name") + " ", plain[:1].upper() + plain[1:])
    tokens = [t for i, t in enumerate(plain.split()) if not i or i > SUBJECT or not _passes(plain.split(), i)]
    if (
        not tokens
        or tokens[0].lower() in SUBORDINATORS
        or _PRONOUN.match(tokens[0].lower())
        or not tokens[0][:1].isupper()
    ):
        return None
    for i, token in enumerate(tokens[: SUBJECT + 1]):
        if token in _BARRED or (token[-1] in ",;:" and i < len(tokens)) or token[:1] in '“"‘(':
            return None
        if i and (found := _verb(tokens, i)):
            if _describes(tokens, i):
                continue
            return found if _is_subject(tokens[:i]) else None
    return None


def _passes(tokens: list[str], i: int) -> bool:
    """Whether an adverb stands there that a question does without; "the vaguely worded law" keeps its own."""
    plain = tokens[i] in _PASSING or bool(_ADVERB.match(tokens[i] + " "))
    return plain and tokens[i - 1].lower() not in {"the", "an", "a", "its", "their", "his", "her"}


def _describes(tokens: list[str], i: int) -> bool:
    """Whether a participle describes the noun after it: "the alleged incidents", "the vaguely worded law"."""
    before = tokens[i - 2] if tokens[i - 1].endswith("ly") and i > 1 else tokens[i - 1]
    return before.lower() in {"the", "an", "a"} and tokens[i].endswith("ed")


def deed(of: Clause) -> tuple[str, str, str]:
    """A clause's full verb as base and, after "has" or "is", in its form ("rejected", "asking"), and what follows."""
    rest = _ADVERB.sub("", of.rest)
    first, _, tail = rest.partition(" ")
    if of.helper in {"has", "have", "had"} and (base := PAST.get(first) or PARTICIPLES.get(first)):
        return base, first, tail
    if of.helper in {"has", "have", "had"} and first.endswith("ed"):
        return first, first, tail
    if of.helper in {"is", "are", "was", "were"} and first in ING:
        return ING[first], first, tail
    return of.base, "", rest


def _verb(tokens: list[str], i: int) -> Clause | None:
    """The clause whose verb stands at ``i``."""
    word, subject, rest = tokens[i], " ".join(tokens[:i]), " ".join(tokens[i + 1 :])
    if word in AUXILIARIES or word.replace("’", "'") in _NEGATIVES:
        return Clause(subject, word, word, "", rest) if rest else None
    if word in PAST and not _reduced(PAST[word], rest):
        return Clause(subject, word, "did", PAST[word], rest)
    if word in PRESENT and (word not in NOUN_LIKE - {"faces"} or rest.split(" ", 1)[0] in _OBJECTS):
        return Clause(subject, word, "does", PRESENT[word], rest)
    if word in _PLURAL_VERBS and (
        tokens[i - 1].endswith("s") or tokens[i - 1].lower() in {"police", "people"}
    ):
        return Clause(subject, word, "do", word, rest)
    if word == "call" and rest.startswith("for ") and tokens[i - 1].endswith("s"):
        return Clause(subject, word, "do", word, rest)
    return None


def _reduced(base: str, rest: str) -> bool:
    """Whether "accused" in "The man accused of fraud pleaded guilty" is no main verb: another one follows."""
    first = rest.split(" ", 1)[0]
    if first in {"of", "as"} or (first == "by" and not re.search(r"\d", rest[:30])):
        return True
    if base in _SPEECH:
        return False
    before_joint = _JOINS.split(rest, maxsplit=1)[0].split()
    return any(w in AUXILIARIES or (w in PAST and w != "used") or w in {"says", "said"} for w in before_joint)


def _is_subject(tokens: list[str]) -> bool:
    """A name, or a noun with its article; it does not end on a word that needs more."""
    plural = 4 if tokens[-1].endswith("s") else 3
    named = any(t[:1].isupper() for t in tokens[1:]) or (
        tokens[0] not in _DETERMINERS and len(tokens) <= plural
    )
    definite = tokens[0] in {"The", "A", "An"} and len(tokens) > 1
    counted = tokens[0][:1].isdigit() or tokens[0].lower() in NUMBER_WORDS
    whole = tokens[-1].lower() not in {
        "of",
        "in",
        "for",
        "on",
        "at",
        "from",
        "with",
        "by",
        "and",
        "the",
        "a",
        "an",
    }
    return whole and (named or definite) and not counted and tokens[-1][:1] not in ",("


def clause_subject(subject: str, common: frozenset[str]) -> str:
    """The subject as it stands inside a sentence."""
    first, _, rest = subject.partition(" ")
    small = first in _DETERMINERS or (
        first.lower() in (common | GROUPS) - PARTIES and (rest == rest.lower() or rest.startswith("of "))
    )
    return f"{first[0].lower()}{first[1:]} {rest}".strip() if small else subject


def opening(rest: str) -> str:
    """The rest of a clause up to its first comma or dash, those within a number aside."""
    return re.split(r"[,:](?!\d)|[;—–]| - ", rest)[0]
