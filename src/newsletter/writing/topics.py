"""Whom or what somebody's words are about, in the sentence's own words. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter.writing.asking import Told, named
from newsletter.writing.clauses import clause, clause_subject
from newsletter.writing.inner import complement
from newsletter.writing.lexicon import STOP_WORDS, VERBS
from newsletter.writing.quotes import without_quotations
from newsletter.writing.terms import term_set
from newsletter.writing.verbs import words

_TOPIC = re.compile(r"(?:\bthe )?\b[A-Z][\w-]{2,}(?:(?: of(?: the)?)? [A-Z][\w-]+)*(?![\w.’'-])")
_NOUN = re.compile(r"\b(?:[Tt]he|[Tt]hese|[Tt]his|[Tt]hose) (?P<noun>(?:[a-z][\w-]+ ){0,2}?[a-z][\w-]+)\b")
_DEFINITE = re.compile(r"^The(?: [a-z][\w-]+){1,3}$")
_PREPOSITION = re.compile(r" (?:at|in|on|for|from|with|aboard|over|about|among) ")
_SAID_THAT = re.compile(
    r"^(?:[^,“”\"]{0,40} )?that (?=[a-z])(?!(?:a|an|one|some|many|most|several|more|there)\b)"
)
_FIRST = re.compile(r"[;—–]| - |,? (?:but|while|as|after|when|who|which|whose|where)\b")
"""Where the words' first clause ends: what follows is not what they are about."""
_BY_THE_WAY = re.compile(r"(?:\b(?:in|at|to|from|into|across|near|an?|than|until|by|million|thousand)|\d) ?$")
"""What stands before a name that is the words' place, measure or part, not what they are about."""
_VAGUE = words("country government state people nation world city place time way group year week")
"""Things of which a question would say too little: "about the country"."""
OWNER = re.compile(r"\b(?:his|her|its|their|he|she|it|they|this|these|there)\b", re.IGNORECASE)
"""Words that lean on somebody named before."""


def topic(told: Told) -> str:
    """Whom or what the words are about: their own subject, a name of the headline, a thing of the headline."""
    inside = clause(complement(told.of)) if complement(told.of) else None
    mine = set(told.of.subject.split())
    if inside and len(inside.subject.split()) > 4:
        inside = replace(inside, subject=_PREPOSITION.split(inside.subject)[0])
    if inside and len(inside.subject.split()) <= 6 and not OWNER.search(inside.subject):
        own = replace(told, of=inside)
        plain = bool(_DEFINITE.match(inside.subject))
        names = set(re.findall(r"[A-Z][\w-]+", inside.subject)) & (told.about.central | told.about.shared)
        said = _SAID_THAT.match(told.of.rest) and len(inside.subject.split()) <= 5
        if (named(own) and names) or plain or said or term_set(inside.subject) & told.about.topics:
            subject = clause_subject(inside.subject, told.about.common)
            if not set(subject.split()) & mine and subject.split()[-1] not in _VAGUE:
                return _definite(subject)
    found = (*_names(told, told.about.central), *_things(told), *_names(told, told.about.shared))
    return found[0] if found else ""


def _definite(subject: str) -> str:
    """ "the spill" for "a spill" and for the "spill" of a headline's style."""
    bare = (
        subject == subject.lower()
        and not subject.endswith("s")
        and subject.split()[0] not in {"the", "a", "an"}
    )
    return f"the {subject}" if bare else re.sub(r"^an? ", "the ", subject)


def _names(told: Told, of: frozenset[str]) -> list[str]:
    """Names among those, the speaker's own aside."""
    mine = set(told.of.subject.split())
    rest = _FIRST.split(told.of.rest)[0]
    runs = [
        m.group()
        for m in _TOPIC.finditer(" " + rest)
        if _whole(told.of.rest[m.end() - 1 :]) and not _BY_THE_WAY.search((" " + rest)[: m.start()])
    ]
    parts = [run.removeprefix("the ").split() for run in runs]
    return [run for run, p in zip(runs, parts, strict=True) if p[-1] in of and not set(p) & mine]


def _whole(after: str) -> bool:
    """Whether a noun ends before this text: "the Lincoln is", not "the Lincoln crew"."""
    word = re.match(r"\W*[\w’'-]*", after)
    text = word.group() if word else ""
    if after[:2] in {"'s", "’s"}:
        return False
    return not text[:1].isspace() or text.strip().lower() in STOP_WORDS | VERBS


def _things(told: Told) -> list[str]:
    """ "the gloves", where the headline speaks of gloves."""
    found = []
    rest = without_quotations(told.of.rest)
    for m in _NOUN.finditer(rest):
        tokens = m.group("noun").split()
        ends = _whole(rest[m.end() :])
        plain = not any(t in STOP_WORDS or t in VERBS for t in tokens[:-1])
        if ends and plain and tokens[-1] not in _VAGUE and term_set(tokens[-1]) & told.about.topics:
            found.append("the " + m.group("noun"))
    return found
