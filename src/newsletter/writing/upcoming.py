"""Whether a sentence names something scheduled that is still ahead of the issue's time. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from newsletter.writing.clauses import clause

_MONTHS = {
    name: i + 1
    for i, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
_WEEKDAYS = {
    name: i
    for i, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_MONTH = (
    r"(?P<{0}>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = re.compile(
    _MONTH.format("m1") + r" (?P<d1>\d{1,2})\b(?!,? ?\d{3,})|"
    r"\b(?P<d2>\d{1,2}) " + _MONTH.format("m2") + r"\b"
)
_IN_MONTH = re.compile(r"\b(?:in|by|until|this) (?:early |late |mid-)?" + _MONTH.format("m") + r"(?! \d)\b")
_WEEKDAY = re.compile(r"\b(?P<day>" + "|".join(d.title() for d in _WEEKDAYS) + r")\b")
_RELATIVE = re.compile(
    r"\b(?:next (?:week|month|year|spring|summer|fall|autumn)|later this (?:week|month|year|summer|fall)|"
    r"(?:in the )?coming (?:days|weeks|months)|end of (?:the|this) (?:week|month|year)|this fall|tomorrow|"
    r"in (?:two|three|four|five|six) (?:days|weeks|months))\b"
)
_WILL = re.compile(
    r"\b(?:will|set (?:a|the) (?:\w+ )?(?:hearing|trial|date|sentencing|deadline)|to be (?:held|"
    r"sentenced|heard|tried)|heads? to|"
    r"(?:is|are) (?:scheduled|set|due|slated|expected|planned|scheduled to be) (?:to|for|in|on)|"
    r"(?:scheduled|slated|set|due) (?:to|for|in)|begins?|starts?|takes effect|plans to|until)\b"
)
_DATED_LEAD = re.compile(r"^(?:On|In|By|Next|Later)\b[^,]{0,40}, ")
_PAST = re.compile(
    r"\b(?:was|were|had\W+(?:\w+\W+)?been)\W+(?:\w+ly\W+)?(?:scheduled|set|due|slated|expected|planned|pencill?ed)\b"
)
_WHETHER = re.compile(r"\b(?:whether|when|if|declined|refused|unless)\b")
"""What stands after these is no plan."""
_ACT = re.compile(
    r"(?:now |also |then |soon )?(?:decide|meet|vote|hold|return|appear|hear|begin|start|continue|go on|review|"
    r"consider|travel|testify|send|deploy|appeal|resume|reopen|release|announce|speak|sign|impose|suspend|file|launch|visit|leave|"
    r"replace|take over|receive|purchase)\b"
)
"""What stands after "will" where it is a step to come."""
NEWEST = timedelta(hours=24)
FRESH = timedelta(days=2)
"""Age up to which "next week" or "later this month" is believed to be still ahead."""


def ahead(text: str, published: date, now: date) -> bool:
    """Whether the sentence tells of something to come, dated, and its date lies after ``now``."""
    will = _WILL.search(text)
    if not will or _PAST.search(text) or _WHETHER.search(text[: will.start()]):
        return False
    lead = _DATED_LEAD.match(text)
    days = list(_days((lead.group() if lead else "") + text[will.start() :], published))
    if days:
        return min(days) > now
    return bool(_RELATIVE.search(text)) and now - published <= FRESH


def impends(text: str, published: datetime, now: datetime) -> bool:
    """Whether a text of the newest day says, without a date, what somebody will do."""
    main = clause(text)
    return (
        bool(main and main.helper == "will" and _ACT.match(main.rest))
        and now - published <= NEWEST
        and not _PAST.search(text)
    )


def _days(text: str, published: date) -> list[date]:
    found = []
    for m in _DATE.finditer(text):
        month = _MONTHS[(m.group("m1") or m.group("m2"))[:3].lower()]
        found.append(_next(published, month, int(m.group("d1") or m.group("d2"))))
    found.extend(_next(published, _MONTHS[m.group("m")[:3].lower()], 28) for m in _IN_MONTH.finditer(text))
    if not found:
        found = [
            published + timedelta(days=(_WEEKDAYS[m.group("day").lower()] - published.weekday()) % 7)
            for m in _WEEKDAY.finditer(text)
        ]
    return found


def _next(published: date, month: int, day: int) -> date:
    """That day of the year in which it lies nearest; the last day of a month stands for one that it lacks."""
    years = (published.year - 1, published.year, published.year + 1)
    days = [date(year, month, min(day, 28) if month == 2 else min(day, 30)) for year in years]
    return min(days, key=lambda d: abs(d - published))
