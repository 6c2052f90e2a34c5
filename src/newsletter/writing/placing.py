"""Questions after place and time. The answer holds the place or the date, by construction. Pure."""

from __future__ import annotations

import re

from newsletter.writing.asking import Asked, Told, ask
from newsletter.writing.lexicon import WEAK_ENDS
from newsletter.writing.verbs import words

_AROUND = (
    r"(?:in|near|at|outside|off|inside) "
    r"(?!(?:early |late |mid-)?(?:Jan|Feb|Mar|Apr|May\b|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
    r"(?![\w-]+ (?:minutes?|hours?|days?|weeks?|months?|years?)\b)"
    r"(?:(?:the|a|an) )?(?:[\w’'-]+ ){0,4}?(?:[a-z]+, )?[A-Z]"
)
_PLACE = re.compile(rf"^(?P<verb>(?:been )?\w+(?:ed|ot|nd|ld|en|ken)(?: dead| alive)?) {_AROUND}")
_AT = re.compile(rf"^{_AROUND}")
_WHOM_AT = re.compile(rf"^(?P<whom>[^,;:“”\"]{{3,40}}?) {_AROUND}")
_HAPPENS = words("strike crash collide explode erupt land happen occur begin open sink")
_FINDS = words("find arrest detain shoot kidnap seize capture hold rescue")
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)"
)
_DATE = re.compile(
    rf",? (?:(?:in|on|since|last) )?(?:{_MONTHS}(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d\b)?|"
    rf"\d{{1,2}} {_MONTHS}|(?<=in )(?:19|20)\d\d\b)"
)
_REIGN = re.compile(r" from (?:19|20)\d\d (?:to|until) (?:19|20)\d\d\b")
_CLOCK = re.compile(
    r" (?:at|around|about|shortly (?:before|after)) (?:about |around )?\d{1,2}(?::\d\d)? ?(?:a\.m\.|p\.m\.|am|pm|local)"
)
_SINCE = re.compile(
    rf"^(?P<before>.+?) since (?:[^,;]{{3,70}} (?:in|on) )?(?:last |early |late |mid-)?(?:{_MONTHS}|(?:19|20)\d\d\b)"
)
SCHEDULED = "scheduled"
"""What a question asks after whose answer holds only while its date lies ahead."""
_SET = re.compile(r"^(?P<what>(?:expected|set|scheduled|due|slated) (?:to|for) .*)$")
_DAY = re.compile(rf"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|{_MONTHS} \d|next (?:week|month|year)")
_LOOSE = re.compile(r" (?:back|late|early|later)$")
_WITHIN = re.compile(r"(?<=\w) (?:at|in|on|during|with|for|from|as|after|outside|inside|near|over) ")
_CUT = re.compile(r"[,:](?!\d)|[;—–]|\b(?:as|when|after|before|while|and|but|next)\b")
_OPEN = re.compile(r"\b(?:since|until|from|by|before|after|last|mid|on|in|of|the|a|to|for|\d+)$")


def where(told: Told) -> Asked | None:
    rest, form = told.of.rest, ""
    if told.of.helper in {"was", "were", "has", "have"}:
        found = _PLACE.match(rest)
        if found and (told.of.helper in {"was", "were"}) == (not found.group("verb").startswith("been ")):
            form = found.group("verb")
        else:
            return None
    elif told.of.base in _FINDS:
        found = _WHOM_AT.match(rest)
        form = found.group("whom") if found else ""
        if not found or form.split()[-1] in WEAK_ENDS or " that " in form:
            return None
    elif told.of.base not in _HAPPENS or not _AT.match(rest):
        return None
    return Asked("where", ask("Where", told.of, form, told.about.common), told.of.subject)


def when(told: Told) -> Asked | None:
    rest = f" {told.of.rest}"
    date = _CLOCK.search(rest) or _REIGN.search(rest) or _DATE.search(rest)
    if not date or told.of.speaks or told.of.helper in {"has", "have", "had"} or " that " in rest:
        return None
    head = _LOOSE.sub("", rest[: date.start()].strip())
    if re.search(r"\d|%", head) or (
        re.match(r"(?:\w+ing|the|an?) ", told.of.rest) and told.of.helper != "did"
    ):
        return None
    if not (head or told.of.base) or _OPEN.search(head) or re.search(r"[,;]", head):
        return None
    shorter = _WITHIN.split(head)[0] if told.of.helper == "did" else head
    for what in (head, shorter):
        if question := ask("When", told.of, what, told.about.common):
            return Asked("when", question, told.of.subject)
    return None


def scheduled(told: Told) -> Asked | None:
    """When something is set to happen."""
    found = _SET.match(told.of.rest) if told.of.helper in {"is", "are"} else None
    if not found or not _DAY.search(told.text) or re.search(r"\b(?:who|that|which|because)\b", told.text):
        return None
    what = _DATE.split(_CUT.split(found.group("what"))[0])[0].strip()
    return (
        Asked("when", ask("When", told.of, what, told.about.common), SCHEDULED)
        if len(what.split()) > 2
        else None
    )


def since(told: Told) -> Asked | None:
    """Since when something lasts."""
    found = _SINCE.match(told.of.rest) if told.of.helper in {"has", "have"} else None
    if not found or re.search(r"[,;]|\bthat\b", found.group("before")):
        return None
    return Asked(
        "when", ask("Since when", told.of, found.group("before"), told.about.common), told.of.subject
    )
