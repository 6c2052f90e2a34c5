"""Questions after what a party, a group or a paper says, where no name or thing of the headline is in its words. Pure.

"What do prosecutors say?" needs no topic: the story is the topic. "What did Ines Talbot say?" would need one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked, Context, Told, ask, sound
from newsletter.writing.clauses import Clause, clause_subject, deed
from newsletter.writing.inner import complement
from newsletter.writing.speakers import GROUPS, PAPERS
from newsletter.writing.speech import SAYING
from newsletter.writing.terms import term_set
from newsletter.writing.verbs import words

_LEAST = 7
"""Words that somebody's words have at least, to be an answer."""
_ALSO = words("maintain assert indicate fear expect believe hope predict worry")
_PARTY = re.compile(
    r"^[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*){0,3}['’]s? (?:defen[cs]e )?"
    r"(?:lawyers?|attorneys?|family|campaign|office|team|parents|mother|father|wife|husband|widow|spokesman|"
    r"spokeswoman|spokesperson)$"
)
_LEANS = re.compile(r"^(?:Yes\b|No,|It|He|She|His|Her|This|That|These|Those|Him|We|I|Its|Such|So)\b")
_BACK = re.compile(r"\b(?:he|she|him|his|her|hers|this|these|those)\b")
_PAPER = re.compile(
    r",? according to (?P<who>(?:the |an? )?(?:[\w’'-]+ ){0,3}(?P<noun>" + "|".join(sorted(PAPERS)) + r"))$"
)
_OF = re.compile(r" (?:of|in|from|at|with|for|on|by|after|about) ")


def voice(told: Told) -> Asked | None:
    """What a group, a paper or somebody's lawyer says."""
    base, form, _ = deed(told.of)
    if base not in SAYING | _ALSO or form.endswith("ing") or not _is_party(told.of.subject):
        return None
    if not (term_set(told.text) & told.about.headline or _PARTY.match(told.of.subject)):
        return None
    said = complement(Clause(told.of.subject, told.of.verb, told.of.helper, "say", _words(told.of, form)))
    if len(said.split()) < _LEAST or _LEANS.match(said) or _BACK.search(said):
        return None
    says = Clause(told.of.subject, "", told.of.helper, base if not form else "", "")
    return Asked("voice", ask("What", says, form, told.about.common), told.of.subject)


def _words(of: Clause, form: str) -> str:
    return of.rest.partition(form + " ")[2] if form else of.rest


def _is_party(subject: str) -> bool:
    last = _OF.split(subject)[0].split()[-1].lower()
    short = len(subject.split()) <= 5 and " and " not in subject
    return short and (last in GROUPS | PAPERS or bool(_PARTY.match(subject)))


def papers(text: str, about: Context) -> Iterator[Asked]:
    """What a paper says that the sentence names at its end: "…, according to court documents"."""
    found = _PAPER.search(text.rstrip("."))
    if (
        not found
        or not term_set(text) & about.headline
        or _BACK.search(text[: found.start()])
        or _LEANS.match(text)
    ):
        return
    who = found.group("who")
    many = found.group("noun").endswith("s")
    question = f"What {'do' if many else 'does'} {clause_subject(who, about.common)} say?"
    if sound(question) and (many or who.split()[0] in {"the", "a", "an"} or "’s" in who or "'s" in who):
        yield Asked("voice", question, who)
