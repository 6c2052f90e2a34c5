"""Turning a plain clause about into the question that it answers. Pure.

No question is better than a crooked one: it is empty where it would be long, negated or lean on a pronoun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.writing.clauses import Clause, clause_subject
from newsletter.writing.lexicon import PERSON_NOUNS
from newsletter.writing.quotes import balanced
from newsletter.writing.speakers import described, speaks_for_itself, untitled

LONGEST = 12
"""Words of a question."""

_NEGATED = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|him|this|these|those|we|I|you|our|my|your)\b")
_SAID_OWN = re.compile(r"\b(?:say|said) (?:he|she|it|they) ")
"""Whoever says that "he" would do it speaks of himself: the question has named him."""
_IN = re.compile(r" (?:in|at) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one kind; ``about`` is what it asks after, empty where it asks after the event."""

    kind: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A story's words written small inside sentences, its names that stand alone, and the headline's names."""

    common: frozenset[str]
    known: frozenset[str]
    central: frozenset[str]
    proper: frozenset[str]
    """Words, in small letters, that sentences write with a capital."""
    topics: frozenset[str] = frozenset()
    """Stems of what the headline speaks of."""
    headline: frozenset[str] = frozenset()
    """Stems of the headline alone."""
    shared: frozenset[str] = frozenset()
    """Names that at least half of the outlets use."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with its main clause."""

    text: str
    of: Clause
    about: Context


def named(told: Told) -> bool:
    """Whether the subject is a name: a single capitalised word may only open its sentence."""
    tokens = told.of.subject.split()
    single = len(tokens) > 1 or tokens[0].lower() in told.about.proper
    office = tokens[-1].lower() in PERSON_NOUNS
    return single and not office and tokens[0] not in {"The", "A", "An"} and tokens[-1][:1].isupper()


def somebody(told: Told) -> bool:
    """A named subject, or a group, office or paper that speaks for itself ("Prosecutors", "The report")."""
    return named(told) or speaks_for_itself(told.of.subject)


def ask(word: str, of: Clause, rest: str, common: frozenset[str]) -> str:
    """The question "word helper subject base rest?"; empty where it would be long, negated or lean on a pronoun.

    ``common`` are words known to be written small inside a sentence. Too long, it names a person without office;
    a description before a name ("Corvane woman Ines Talbot") never stands in it.
    """
    plain = untitled(of.subject)
    whole = "" if plain and described(of.subject) else clause_subject(of.subject, common)
    for subject in (whole, plain, _IN.split(whole)[0]):
        parts = (word, of.helper, subject, of.base, " ".join(rest.strip(" ,;—–").split()))
        text = " ".join(part for part in parts if part) + "?"
        if subject and sound(text):
            return text
    return ""


def sound(question: str) -> bool:
    """Whether a question may be asked: short, balanced, positive, about things named in it."""
    if len(question.split()) > LONGEST or not balanced(question) or _NEGATED.search(question):
        return False
    return (
        not _PRONOUN.search(_SAID_OWN.sub("say ", question)) and '"' not in question and "“" not in question
    )
