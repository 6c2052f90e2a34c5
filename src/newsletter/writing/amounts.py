"""Questions after a number: how many, how much, how long, by how much. The answer holds the number, by construction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from newsletter.writing.asking import Asked, Told, ask, sound
from newsletter.writing.clauses import deed, opening
from newsletter.writing.counts import counts
from newsletter.writing.verbs import words

_MONEY = r"(?:[$£€]\d[\d,.]*(?: ?(?:million|billion|trillion|bn|m|k))?)"
_BOUNDS = (
    r"(?:at least |more than |over |as many as |up to |nearly |almost |about |around |"
    r"some |roughly |approximately )?"
)
_PAID = re.compile(
    rf"^(?P<before>[\w’' -]{{0,40}}?)(?<!\w){_BOUNDS}{_MONEY}(?P<after> (?:for|on|in|to) .*)?$"
)
_TO_WHOM = re.compile(rf"^(?P<whom>(?:the |a )?[\w’'.-]+(?: [A-Z][\w’'.-]+){{0,3}}) {_BOUNDS}{_MONEY}")
_SPENDS = re.compile(
    rf"^(?P<verb>spending|paying|raising|seeking|offering|"
    rf"investing) {_BOUNDS}{_MONEY}(?P<after> (?:for|on|in|to) .*)?$"
)
_PRICE = re.compile(rf"^(?P<before>.+?) for (?:a (?:reported |record )*)?{_BOUNDS}{_MONEY}(?:\W|$)")
_PAYS = words("pay spend donate raise cost invest give owe win receive award")
_TRADES = words("buy sell purchase acquire")
_SPAN = re.compile(
    rf"^(?P<before>.+?) for (?:the past |the last )?{_BOUNDS}(?:a (?:record )?)?"
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)(?: and a half)?"
    r"(?: consecutive| straight| uninterrupted)? (?:minutes|hours|days|weeks|months|years|decades)\b"
)
_TAKES = re.compile(
    rf"^(?:(?:will|would|could|may|can) )?(?P<verb>takes?|took|lasts?|lasted) {_BOUNDS}"
    r"(?:an?|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)(?: and a half)? "
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|decades?)\b"
)
_SPENT = re.compile(
    rf"^{_BOUNDS}(?:an?|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)(?: and a half)? "
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|decades?) (?P<tail>(?:in|at|as|on) .*)$"
)
_MANY = re.compile(
    r"^(?:At least |More than |Over |As many as |Up to |Nearly |Almost |About |Around |Some |"
    r"Roughly |An estimated |(?:Dozens|Hundreds|Thousands|(?:Tens|Hundreds) of thousands|Millions) of )?"
    r"(?:\d[\d,]*(?:\.\d+)?|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Eleven|Twelve|(?<= )[a-z]+)"
    r"(?: million| thousand)? (?P<what>(?!of\b|years?\b|days?\b|weeks?\b|months?\b|hours?\b|"
    r"percent\b|in\b|out\b)"
    r"(?:[\w’'-]+ ){0,3}?(?:people|[a-z]+s)) "
    r"(?P<verb>(?:are|were|have been|have|had been|had|will|would|could|lost|died|cross|live|"
    r"voted|signed|fled|said|crossed|attended|gathered|marched|flocked|entered|arrived|returned) .*)$"
)
_OF_WHAT = re.compile(
    rf"^{_BOUNDS}(?:a total of )?(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten)(?: million| thousand)? "
    r"(?P<what>(?!(?:years?|days?|weeks?|months?|hours?|minutes?|percent|times|points|of|in)\b)"
    r"(?:[a-z][\w-]+ ){0,2}?(?:people|(?!across\b)[a-z]\w+s))\b(?P<tail>.*)$"
)
_TAIL_ENDS = re.compile(
    r"[,;:—–“\"]|\b(?:that|who|which|after|when|as|while|because|according|amid|and|but|on|since)\b"
)
_HURTS = words("kill injure wound hurt")
"""Victims are counted by ``counts``, which knows whether outlets differ."""
_VOTED = re.compile(r"\bvoted? (?:by )?\(?\d{1,3}[-–]\d{1,3}\b")
_TALLY = re.compile(
    r"\b(?:on|by|in) an? (?:[\w-]+ ){0,3}vote(?: of)?,? \d{1,3}(?:[-–]| to )\d{1,3}\b|\b\d{1,3}[-–]\d{1,3} vote\b"
)
_STRENGTH = re.compile(
    r"\b(?:\d(?:\.\d)?[- ]magnitude|magnitude[- ](?:of )?\d(?:\.\d)?)\b[^.]*?\b(?P<what>earthquake|quake)|"
    r"\b(?P<quake>earthquake|quake)\b[^.]*? magnitude (?:of )?\d"
)
_WITHOUT = re.compile(
    rf"\b(?:[Ll]eav(?:es|ing)|[Ll]eft) {_BOUNDS}\d[\d,]*\+?(?: million)? ?"
    r"(?P<who>people|customers|homes|households|residents)? ?"
    r"(?:[\w-]+ ){0,3}?without (?P<what>power|electricity|water|heat|gas)\b"
)
_MARGIN = re.compile(
    r"\bby (?:about |less than |fewer than |more than |just |nearly |"
    r"around )?\d[\d,.]* (?P<unit>votes|percentage points|points|seats)\b"
)
_SHARE = re.compile(
    r"^(?:about |nearly |just |only |more than |over )?\d[\d.]*(?:%| percent) of the (?:vote|ballots)"
)


def of_numbers(text: str) -> Iterator[Asked]:
    for count in counts(text):
        if count.who in {"", "person"}:
            yield Asked("many", count.topic + "?", count.measure)
    found = _MANY.search(text.rstrip("."))
    if found:
        rest = re.split(
            r",|\b(?:that|who|which|after|when|as|while|because|according|amid|and)\b", found.group("verb")
        )[0]
        question = f"How many {found.group('what')} {rest.strip()}?"
        if sound(question) and len(rest.split()) > 1:
            yield Asked("many", question, found.group("what"))
    outage = _WITHOUT.search(text)
    if outage:
        who = outage.group("who") or "people"
        yield Asked("many", f"How many {who} were left without {outage.group('what')}?", "outage")
    strength = _STRENGTH.search(text)
    if strength:
        yield Asked(
            "many", f"How strong was the {strength.group('what') or strength.group('quake')}?", "strength"
        )


def paid(told: Told) -> Asked | None:
    base, form, tail = deed(told.of)
    owed = _TO_WHOM.match(tail) if base in {"pay", "award", "owe", "give", "fine", "lend"} else None
    if owed and not form.endswith("ing"):
        return Asked(
            "many", ask("How much", told.of, f"{form} {owed.group('whom')}", told.about.common), "money"
        )
    found = (
        _PAID.search(opening(told.of.rest))
        if told.of.base in _PAYS or told.of.helper in {"will", "would"}
        else None
    )
    if found and (told.of.base in _PAYS or bool(set(found.group("before").split()[-1:]) & _PAYS)):
        rest = found.group("before").strip() + (found.group("after") or "")
        return Asked("many", ask("How much", told.of, rest, told.about.common), "money")
    spends = _SPENDS.match(opening(told.of.rest)) if told.of.helper in {"is", "are", "was", "were"} else None
    if spends:
        rest = spends.group("verb") + (spends.group("after") or "")
        return Asked("many", ask("How much", told.of, rest, told.about.common), "money")
    price = _PRICE.search(told.of.rest)
    if price and (
        told.of.base in _TRADES or re.search(r"\b(?:buying|selling|sold|bought)\b", price.group("before"))
    ):
        return Asked("many", ask("For how much", told.of, price.group("before"), told.about.common), "money")
    return None


def long_span(told: Told) -> Asked | None:
    takes = _TAKES.match(f"{told.of.verb} {told.of.rest}")
    if takes and not told.of.speaks:
        base = "" if told.of.base else takes.group("verb")
        return Asked("many", ask("How long", told.of, base, told.about.common), "time")
    spent = _SPENT.match(deed(told.of)[2]) if deed(told.of)[0] == "spend" else None
    if spent:
        rest = f"{deed(told.of)[1]} {_TAIL_ENDS.split(spent.group('tail'))[0].strip()}"
        return Asked("many", ask("How long", told.of, rest, told.about.common), "time")
    found = _SPAN.search(told.of.rest)
    if not found or told.of.speaks or re.search(r"\bto\b", found.group("before")):
        return None
    return Asked("many", ask("How long", told.of, found.group("before"), told.about.common), "time")


def of_what(text: str) -> str:
    """What a text that opens with a number counts; empty where it counts nothing."""
    found = _OF_WHAT.match(text)
    return found.group("what") if found else ""


def counted(told: Told) -> Asked | None:
    """How many of what somebody counted, shot down, faces."""
    base, form, tail = deed(told.of)
    found = _OF_WHAT.match(tail)
    if (
        not found
        or told.of.speaks
        or not base
        or base in _HURTS
        or (base == "take" and tail.startswith("over "))
    ):
        return None
    tail = re.sub(r" (?:early|late|earlier|later)$", "", _TAIL_ENDS.split(found.group("tail"))[0].strip())
    rest = form if tail.startswith("of ") else f"{form} {tail}".strip()
    return Asked(
        "many", ask(f"How many {found.group('what')}", told.of, rest, told.about.common), found.group("what")
    )


def voted(told: Told) -> Asked | None:
    by_tally = told.of.base in {"pass", "approve", "adopt", "reject", "confirm"} and _TALLY.search(told.text)
    if by_tally or (told.of.base == "vote" and _VOTED.search(told.text)):
        told = replace(told, of=replace(told.of, base="vote"))
        return Asked("many", ask("How", told.of, "", told.about.common), "vote")
    return None


def margin(told: Told) -> Asked | None:
    if told.of.base in {"win", "lose", "defeat", "beat"} and (found := _MARGIN.search(told.of.rest)):
        head = told.of.rest[: found.start()]
        return Asked(
            "many",
            ask(f"By how many {found.group('unit')}", told.of, opening(head), told.about.common),
            "margin",
        )
    if told.of.base in {"win", "get", "receive", "take"} and _SHARE.match(told.of.rest):
        return Asked("many", ask("What share of the vote", told.of, "", told.about.common), "share")
    return None
