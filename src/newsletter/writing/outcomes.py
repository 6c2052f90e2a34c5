"""Questions after conditions, means and order: what if, how, what came before what. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked, Told, ask, named, somebody, sound
from newsletter.writing.clauses import clause, clause_subject, deed, opening
from newsletter.writing.verbs import PAST

_IF_DONE = re.compile(r"^If (?P<done>(?P<verb>[a-z]+)(?: [^,“”\"]{2,40})?), (?P<main>[A-Zt].+)$")
_IF = re.compile(r"^If (?P<if>(?:the|an?|no|[A-Z][\w’'-]*) [^,“”\"]{8,60}), (?P<main>[A-Zt].+)$")
_SHOULD = re.compile(r"^Should (?P<if>[^,“”\"]{8,60}), (?P<main>[A-Zt].+)$")
_FOLLOWS = re.compile(r"^(?:would|could|will|may|might|faces?|can|(?:is|are) (?:expected|likely|set))\b")
_PRONOUN = re.compile(r"\b(?:he|she|they|it|we|you|I|this|that|these|those|his|her|their|its)\b")
_BY = re.compile(r"^(?P<what>[^,;:—–“”\"]+?),? by (?P<means>[a-z]+ing) \w")
_COMES = re.compile(
    r"^(?:(?:just|only|about|nearly|less than|more than|shortly|a|the|\d+|[a-z]+) )*?(?:days?|weeks?|months?|hours?|"
    r"years?|day)? ?after (?!all\b|that\b|this\b|it\b|he\b|she\b|they\b)\w+"
)
_ED = re.compile(r"(?:ed|en)$")


def what_if(text: str, common: frozenset[str]) -> Iterator[Asked]:
    """What happens if something happens, as the sentence opens with it."""
    for found, word in ((_IF_DONE.match(text), "What if"), (_IF.match(text), "What happens if")):
        if not found or not _follows(found.group("main")):
            continue
        if word == "What if":
            yield from _if_done(found, common)
        elif not _PRONOUN.search(found.group("if")):
            yield _checked(f"What happens if {found.group('if')}?")
    should = _SHOULD.match(text)
    if should and not _PRONOUN.search(should.group("if")) and _follows(should.group("main")):
        yield _checked(f"What happens should {should.group('if')}?")


def _if_done(found: re.Match[str], common: frozenset[str]) -> Iterator[Asked]:
    """ "If elected, Orrin would …": what if Orrin is elected?"""
    main = clause(_upper(found.group("main")))
    if (
        main
        and (found.group("verb") in PAST or _ED.search(found.group("verb")))
        and len(main.subject.split()) < 5
    ):
        subject = clause_subject(main.subject, common)
        be = "are" if subject.endswith("s") and subject == subject.lower() else "is"
        yield _checked(f"What if {subject} {be} {found.group('done')}?")


def _follows(main: str) -> bool:
    found = clause(_upper(main))
    return bool(found and _FOLLOWS.match(f"{found.verb} {found.rest}"))


def _checked(question: str) -> Asked:
    return Asked("outcome", question if sound(question) else "")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def how(told: Told) -> Asked | None:
    """How somebody did something: by doing what."""
    base, form, tail = deed(told.of)
    found = _BY.match(tail)
    if not found or told.of.speaks or not base or form.endswith("ing") or not (somebody(told) or named(told)):
        return None
    if told.of.helper not in {"did", "does", "do", "has", "have"} or len(found.group("what").split()) < 2:
        return None
    if re.search(r"\b(?:that|who|which|and|to)\b", found.group("what")):
        return None
    rest = f"{form} {found.group('what')}"
    return Asked("how", ask("How", told.of, rest, told.about.common), told.of.subject)


def comes_after(told: Told) -> Asked | None:
    """What came before something that "comes days after" something else."""
    if told.of.base != "come" or not _COMES.match(told.of.rest) or "says" in opening(told.of.rest).split():
        return None
    if not told.of.subject.startswith(("The ", "A ")) and not named(told):
        return None
    subject = clause_subject(told.of.subject, told.about.common)
    return Asked("before", f"What came before {subject}?", told.of.subject)
