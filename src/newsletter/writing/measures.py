"""Numbers besides casualties that outlets may differ on: money, votes, ages, shares, crowds, dates, things counted. Pure.

A number is only comparable with one that measures the same thing: of one fine, one vote of one body, one person's age.
What says which thing it is (``Count.who``, ``Count.scope``) must be equal; the sentences must agree in the rest, too
(`disputed`). Whatever is only about right tells a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing.counts import NUMBER, SCALE, SCALES, Count, counts
from newsletter.writing.lexicon import NUMBER_WORDS, VERBS
from newsletter.writing.same import plain_numbers
from newsletter.writing.terms import stem, term_set
from newsletter.writing.verbs import words

LOOSE, CLOSE, STRICT = 0.4, 0.5, 0.6
"""Share of the shorter sentence's words that two sentences must have in common, by how well the measure tells itself."""
CROWD = 1.5
"""How many times a crowd must be the other's: nobody counts heads."""

_BOUND = (
    r"(?P<bound>at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly |"
    r"fewer than |less than |under |approximately |an estimated |another |a further |a record |just )?"
)
_ROLES = (
    ("fine", "How large the fine is", r"\b(?:fines?|fined|penalt(?:y|ies))\b"),
    ("bail", "How high bail was set", r"\b(?:bail|bond)\b"),
    ("ransom", "How large the ransom is", r"\bransom\b"),
    ("damages", "How much the damages are", r"\b(?:damages|verdict|compensation|awarded)\b"),
    ("settlement", "How much the settlement is worth", r"\b(?:settle\w*)\b"),
    ("loot", "How much was taken", r"\b(?:stole|stolen|embezzl\w+|siphon\w+|defraud\w*|looted)\b"),
    ("losses", "How large the losses are", r"\b(?:loss|losses|in damage)\b"),
    ("budget", "How large the budget is", r"\bbudgets?\b"),
    ("debt", "How large the debt is", r"\bdebts?\b"),
    ("bought", "What was paid", r"\b(?:buy|buys|bought|acquir\w+|purchas\w+|takeover|sold|sells?|selling)\b"),
    ("raised", "How much was raised", r"\b(?:raised|raises|raising|donat\w+)\b"),
    ("worth", "What it is worth", r"\b(?:worth|valued|valuation)\b"),
    ("cost", "What it costs", r"\b(?:costs?|costing|priced?|price tag|spend|spends|spent|spending)\b"),
)
_MONEY = re.compile(
    rf"\b{_BOUND}(?P<cur>[$£€]){NUMBER}{SCALE}".replace(r"\b(?P<bound>", "(?P<bound>"), re.IGNORECASE
)
_VOTE = re.compile(
    r"(?<![\d.$-])(?P<a>\d{1,3})(?:[-–]| to )(?P<b>\d{1,3})(?![\d%-]|(?:[-–.]\d)| (?:percent|years?|days?|months?|points?)\b)"
)
_VOTED = re.compile(
    r"\b(?:vot\w+|ruled|ruling|decision|tally|passed|approved|rejected|confirmed)\b", re.IGNORECASE
)
BODY = re.compile(
    r"\b(?<!to the )(?<!to the state )(?:[Cc]hamber|[Ll]awmakers|Senate|House|Congress|[Cc]ouncil|[Bb]oard|[Cc]ommittee|[Cc]ourts?|[Pp]arliament|[Pp]anel|[Cc]ommission(?!er)|"
    r"[Aa]ssembly|[Jj]ury|[Jj]ustices|[Ll]egislature|[Kk]nesset|[Cc]ommons|[Ll]ords|[Tt]rustees|[Mm]embers)\b"
)
_STAGE = re.compile(
    r"\b(?:procedural|cloture|filibuster|amend\w+|advance\w*|motion|override|veto|final|first|second|third|"
    r"preliminary|initial|sub\w+|separate|another|test|tie-?breaking|earlier|previous)\b",
    re.IGNORECASE,
)
_AGES = (
    re.compile(
        r"\b(?P<n>\d{1,3})-year-old (?:(?!and\b|son\b|daughter\b|brother\b|sister\b)[a-z-]+ ){0,2}"
        r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3})"
    ),
    re.compile(
        r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3}), (?:aged |age |who (?:is|was) )?(?P<n>\d{1,3})(?=,|\.$| and )"
    ),
)
_ONCE = re.compile(
    r"\b(?:then|when|turn(?:ed|s)?|birthday|at the time|years? ago|was born|months?|aged out)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"{_BOUND}(?<![\d.,-])(?P<n>\d+(?:\.\d+)?) percent\b(?! points?\b)", re.IGNORECASE)
_PEOPLE = (
    r"(?:people|protesters|protestors|demonstrators|marchers|supporters|mourners|fans|residents|spectators|attendees|"
    r"worshippers|students|workers|pilgrims|visitors|onlookers|participants)"
)
_VAGUE = {
    "dozens": (24.0, 300.0), "hundreds": (100.0, 2e3), "thousands": (1e3, 2e4), "tens of thousands": (1e4, 2e5),
    "hundreds of thousands": (1e5, 2e6),
}  # fmt: skip
"""How many a word for many may stand for, generously."""
_CROWD = re.compile(
    rf"\b(?:{_BOUND}{NUMBER}{SCALE}|(?P<vague>hundreds of thousands|tens of thousands|thousands|hundreds|dozens)(?: of)?)"
    rf" (?:[a-z-]+ )?{_PEOPLE}\b".replace(r"\b(?:(?P<bound>", "(?:(?P<bound>"),
    re.IGNORECASE,
)
_CROWDED = re.compile(
    r"\b(?:march\w*|protest(?:ed|s|ing)?|gather\w*|rall(?:y|ies|ied)|attend\w*|turned out|took to the streets|"
    r"demonstrat\w+|crowd\w*|filled|packed|joined|took part)\b",
    re.IGNORECASE,
)
_CROWD_OF = re.compile(rf"\b(?:crowd|turnout|attendance) of {_BOUND}{NUMBER}{SCALE}", re.IGNORECASE)
_BOTH = re.compile(
    r"\b(?:killed|dead|died|injured|wounded|hurt|missing) (?:or|and|and/or) (?:killed|dead|injured|wounded|hurt|missing)\b",
    re.IGNORECASE,
)
"""Kinds of victims counted together."""
_YEAR = re.compile(r"\b(?:in|since|of) (?P<n>(?:19|20)\d\d)\b")
_DAY = re.compile(
    r"\b(?P<m>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? (?P<n>\d{1,2})(?!\d|,? ?\d{4}\b[-–])(?:st|nd|rd|th)?\b"
)
WEEKDAY = re.compile(r"\b(?P<d>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?P<half>[ap])\.?m\b\.?(?: (?P<zone>[A-Z]{2,4}|local time))?",
    re.IGNORECASE,
)
_DAYS = ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_THINGS = re.compile(
    rf"(?<![$£€\d.,-]){_BOUND}{NUMBER}{SCALE} (?P<what>(?:(?!(?:and|or|of|to|in|from|percent|per|at|for|on|by|the)\b)[a-z-]+ ){{0,2}}?"
    r"(?P<noun>[a-z]{3,}s|people))\b",
    re.IGNORECASE,
)
_NOT_THINGS = words(
    "years months weeks days hours minutes seconds decades times points miles kilometers kilometres meters metres feet "
    "inches pounds tons tonnes degrees acres votes dollars euros billions millions thousands hundreds seats percentage "
    "others this was has is does its his says us less plus news series less across ages knots barrels "
    "hectares gallons liters litres mph yards rounds games"
)
SCOPE = frozenset(
    map(
        stem,
        words(
            "year annual annually yearly month monthly week weekly daily quarter per each total combined overall initial "
            "first second third additional extra another previous former earlier original latest last next "
            "proposed requested estimated projected forecast maximum minimum average median so far half jointly "
            "city state county national nationwide federal local statewide global worldwide regional "
            "civil criminal punitive compensatory own alone both together separate same-day under adult adults child "
            "children women men students women's"
        ),
    )
)
"""Words that say of what a number is: two sentences must have the same ones."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with how alike two sentences must be to speak of one thing, and the words that say which it is."""

    count: Count
    alike: float
    grows: bool
    """Whether a later report may know more: of a person's age or a vote it does not."""
    scope: frozenset[str]

    @property
    def strict(self) -> bool:
        """Whether the number alone does not say what it measures."""
        return self.alike >= STRICT


@lru_cache(maxsize=4096)
def measures(text: str) -> tuple[Measured, ...]:
    """Every number of a text that another outlet's could exclude."""
    plain = plain_numbers(text)
    scope = frozenset(stem(w) for w in re.findall(r"[a-z][a-z'-]+", plain.lower())) & SCOPE
    found = [] if _BOTH.search(plain) else [Measured(c, 0.0, True, frozenset()) for c in counts(text)]
    for one, alike, grows in (
        *_money(plain),
        *_votes(plain),
        *_ages(plain),
        *_shares(plain),
        *_crowds(plain),
    ):
        found.append(Measured(one, alike, grows, scope))
    if not found:
        found = [Measured(one, STRICT, True, scope) for one in _things(plain)]
    found += [Measured(one, STRICT, False, scope) for one in _dates(plain)]
    return tuple(found)


_Found = tuple[Count, float, bool]


def _value(found: re.Match[str]) -> float:
    number = found.group("n").lower()
    scale = SCALES[(found.group("scale") or "").lower()] if "scale" in found.groupdict() else 1.0
    return float(NUMBER_WORDS.get(number, number).replace(",", "")) * scale


def _limits(value: float, bound: str | None) -> tuple[float, float] | None:
    """The true values that a number allows in its words; None where it is but a part."""
    match (bound or "").strip().lower():
        case "another" | "a further":
            return None
        case "at least" | "more than" | "over":
            return value, float("inf")
        case "up to" | "as many as" | "fewer than" | "less than" | "under":
            return 0.0, value
        case "nearly" | "almost":
            return 0.8 * value, value
        case "" | "just" | "a record":
            return value, value
        case _:
            return 0.8 * value, 1.25 * value


def _money(text: str) -> Iterator[_Found]:
    """Sums whose role the nearest words tell; several sums in one sentence tell none."""
    sums = list(_MONEY.finditer(text))
    if len(sums) != 1 or re.search(r"\b(?:to|and|between|from) [$£€]|[$£€][\d.,]+(?: \w+)? (?:to|or) ", text):
        return
    found = sums[0]
    near = " ".join((*text[: found.start()].split()[-7:], "|", *text[found.end() :].split()[:6]))
    roles = [(name, topic) for name, topic, pattern in _ROLES if re.search(pattern, near)]
    limits = _limits(_value(found), found.group("bound"))
    if roles and limits:
        yield (
            Count(roles[0][0] + found.group("cur"), roles[0][1], roles[0][0], _value(found), *limits),
            CLOSE,
            True,
        )


def _votes(text: str) -> Iterator[_Found]:
    tallies, bodies = list(_VOTE.finditer(text)), BODY.findall(text)
    if len(tallies) != 1 or len({b.lower() for b in bodies}) != 1 or not _VOTED.search(text):
        return
    a, b = sorted((int(tallies[0].group("a")), int(tallies[0].group("b"))), reverse=True)
    body, stage = bodies[0].lower(), "|".join(sorted({m.lower() for m in _STAGE.findall(text)}))
    value = a + b / 1000  # one number for both: 52-48 is 52.048
    yield Count("vote", f"How the {bodies[0]} voted", f"{body} {stage}", value, value, value), LOOSE, False


def _ages(text: str) -> Iterator[_Found]:
    if _ONCE.search(text):
        return
    for pattern in _AGES:
        for found in pattern.finditer(text):
            age, name = float(found.group("n")), found.group("who").rstrip(".")
            if 0 < age < 115:
                yield (
                    Count(
                        "age",
                        f"How old {name} is",
                        f"{name.split()[0]} {name.split()[-1]}".lower(),
                        age,
                        age,
                        age,
                    ),
                    0.0,
                    False,
                )


def _shares(text: str) -> Iterator[_Found]:
    found = list(_PERCENT.finditer(text))
    if len(found) == 1 and (limits := _limits(_value(found[0]), found[0].group("bound"))):
        yield Count("percent", "What the percentage is", "", _value(found[0]), *limits), STRICT, True


def _crowds(text: str) -> Iterator[_Found]:
    found = _CROWD_OF.search(text) or (_CROWD.search(text) if _CROWDED.search(text) else None)
    if not found:
        return
    vague = (found.groupdict().get("vague") or "").lower()
    value = _VAGUE[vague][0] if vague else _value(found)
    limits = _VAGUE[vague] if vague else _limits(value, found.group("bound"))
    if limits and value >= 50:
        low, high = limits
        wide = limits if vague else (low / CROWD**0.5, high * CROWD**0.5)
        yield Count("crowd", "How large the crowd was", "", value, *wide), LOOSE, True


def _dates(text: str) -> Iterator[Count]:
    """The one date of a text; with several, none."""
    days, years, weekdays, clocks = (list(p.finditer(text)) for p in (_DAY, _YEAR, WEEKDAY, _CLOCK))
    if len(days) == 1:
        month, day = _MONTHS.index(days[0].group("m")[:3].lower()), int(days[0].group("n"))
        value = 31.0 * month + day
        yield Count("day", "On what day it was", "", value, value - 1, value + 1)
    elif not days and len(years) == 1:
        value = float(years[0].group("n"))
        yield Count("year", "In what year it was", "", value, value, value)
    elif not days and not years and len(weekdays) == 1 and not clocks:
        value = float(_DAYS.index(weekdays[0].group("d")))
        yield Count("weekday", "On what day it was", "", value, value - 1, value + 1)
    if len(clocks) == 1:
        hour = int(clocks[0].group("h")) % 12 + 12 * (clocks[0].group("half").lower() == "p")
        value = 60.0 * hour + int(clocks[0].group("m") or 0)
        zone = (clocks[0].group("zone") or "").lower()
        yield Count("clock", "At what time it was", zone, value, value - 5, value + 5)


def _things(text: str) -> Iterator[Count]:
    """How many of what, where the sentence counts one thing alone."""
    found = [m for m in _THINGS.finditer(text) if m.group("noun").lower() not in _NOT_THINGS]
    if len(found) != 1 or len(re.findall(r"\d[\d,.]*", text)) > 1:
        return
    (one,) = found
    limits = _limits(_value(one), one.group("bound"))
    noun = one.group("noun").lower()
    if limits and noun not in VERBS and _value(one) > 1:
        what = one.group("what").lower()
        yield Count("things " + stem(noun), f"How many {what}", stem(noun), _value(one), *limits)


def far_apart(one: Count, other: Count) -> bool:
    """Whether two values differ by more than rounding, another time zone or the turn of a week explains."""
    a, b = one.value, other.value
    if one.measure == "weekday":
        return 2 <= abs(a - b) <= 5
    if one.measure == "clock":
        return bool(one.who) or abs(a - b) % 60 != 0
    if one.measure == "percent":
        return abs(a - b) >= 1
    return True


def described(text: str) -> frozenset[str]:
    """Content stems of a text without its numbers and dates."""
    return frozenset(t for t in term_set(text) if not t[:1].isdigit())
