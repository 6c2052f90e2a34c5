"""How news words its sums, votes, ages, shares, crowds and dates: patterns and word lists alone."""

from __future__ import annotations

import re

from newsletter.writing.counts import NUMBER, SCALE
from newsletter.writing.terms import stem
from newsletter.writing.verbs import words

_BOUND = (
    r"(?P<bound>at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly |"
    r"fewer than |less than |under |approximately |an estimated |another |a further |a record |just )?"
)
ROLES = (
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
MONEY = re.compile(
    rf"\b{_BOUND}(?P<cur>[$£€]){NUMBER}{SCALE}".replace(r"\b(?P<bound>", "(?P<bound>"), re.IGNORECASE
)
VOTE = re.compile(
    r"(?<![\d.$-])(?P<a>\d{1,3})(?:[-–]| to )(?P<b>\d{1,3})(?![\d%-]|(?:[-–.]\d)"
    r"| (?:percent|years?|days?|months?|points?)\b)"
)
VOTED = re.compile(
    r"\b(?:vot\w+|ruled|ruling|decision|tally|passed|approved|rejected|confirmed)\b", re.IGNORECASE
)
BODY = re.compile(
    r"\b(?<!to the )(?<!to the state )(?:[Cc]hamber|[Ll]awmakers|Senate|House|Congress|[Cc]ouncil|"
    r"[Bb]oard|[Cc]ommittee|[Cc]ourts?|[Pp]arliament|[Pp]anel|[Cc]ommission(?!er)|"
    r"[Aa]ssembly|[Jj]ury|[Jj]ustices|[Ll]egislature|[Kk]nesset|[Cc]ommons|[Ll]ords|[Tt]rustees|[Mm]embers)\b"
)
STAGE = re.compile(
    r"\b(?:procedural|cloture|filibuster|amend\w+|advance\w*|motion|override|veto|final|first|second|third|"
    r"preliminary|initial|sub\w+|separate|another|test|tie-?breaking|earlier|previous)\b",
    re.IGNORECASE,
)
AGES = (
    re.compile(
        r"\b(?P<n>\d{1,3})-year-old (?:(?!and\b|son\b|daughter\b|brother\b|sister\b)[a-z-]+ ){0,2}"
        r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3})"
    ),
    re.compile(
        r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3}), (?:aged |age |who (?:is|was) )?(?P<n>\d{1,3})(?=,|\.$| and )"
    ),
)
ONCE = re.compile(
    r"\b(?:then|when|turn(?:ed|s)?|birthday|at the time|years? ago|was born|months?|aged out)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(rf"{_BOUND}(?<![\d.,-])(?P<n>\d+(?:\.\d+)?) percent\b(?! points?\b)", re.IGNORECASE)
_PEOPLE = (
    r"(?:people|protesters|protestors|demonstrators|marchers|supporters|mourners|fans|residents|spectators|attendees|"
    r"worshippers|students|workers|pilgrims|visitors|onlookers|participants)"
)
VAGUE = {
    "dozens": (24.0, 300.0), "hundreds": (100.0, 2e3), "thousands": (1e3, 2e4), "tens of thousands": (1e4, 2e5),
    "hundreds of thousands": (1e5, 2e6),
}  # fmt: skip
"""How many a word for many may stand for, generously."""
CROWD = re.compile(
    rf"\b(?:{_BOUND}{NUMBER}{SCALE}|(?P<vague>(?:(?:hundreds|tens) of )?thousands|hundreds|dozens)(?: of)?)"
    rf" (?:[a-z-]+ )?{_PEOPLE}\b".replace(r"\b(?:(?P<bound>", "(?:(?P<bound>"),
    re.IGNORECASE,
)
CROWDED = re.compile(
    r"\b(?:march\w*|protest(?:ed|s|ing)?|gather\w*|rall(?:y|ies|ied)|attend\w*|turned out|took to the streets|"
    r"demonstrat\w+|crowd\w*|filled|packed|joined|took part)\b",
    re.IGNORECASE,
)
CROWD_OF = re.compile(rf"\b(?:crowd|turnout|attendance) of {_BOUND}{NUMBER}{SCALE}", re.IGNORECASE)
BOTH = re.compile(
    r"\b(?:killed|dead|died|injured|wounded|hurt|missing) (?:or|and|and/or) "
    r"(?:killed|dead|injured|wounded|hurt|missing)\b",
    re.IGNORECASE,
)
"""Kinds of victims counted together."""
YEAR = re.compile(r"\b(?:in|since|of) (?P<n>(?:19|20)\d\d)\b")
DAY = re.compile(
    r"\b(?P<m>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? "
    r"(?P<n>\d{1,2})(?!\d|,? ?\d{4}\b[-–])(?:st|nd|rd|th)?\b"
)
WEEKDAY = re.compile(r"\b(?P<d>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?P<half>[ap])\.?m\b\.?(?: (?P<zone>[A-Z]{2,4}|local time))?",
    re.IGNORECASE,
)
DAYS = ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
THINGS = re.compile(
    rf"(?<![$£€\d.,-]){_BOUND}{NUMBER}{SCALE} "
    rf"(?P<what>(?:(?!(?:and|or|of|to|in|from|percent|per|at|for|on|by|the)\b)[a-z-]+ ){{0,2}}?"
    r"(?P<noun>[a-z]{3,}s|people))\b",
    re.IGNORECASE,
)
NOT_THINGS = words(
    "years months weeks days hours minutes seconds decades times points miles kilometers kilometres meters metres feet "
    "inches pounds tons tonnes degrees acres votes dollars euros billions millions thousands hundreds seats percentage "
    "others this was has is does its his says us less plus news series less across ages knots barrels "
    "hectares gallons liters litres mph yards rounds games"
)
SCOPE = frozenset(
    map(
        stem,
        words(
            "year annual annually yearly month monthly week weekly daily quarter per each total combined overall "
            "initial "
            "first second third additional extra another previous former earlier original latest last next "
            "proposed requested estimated projected forecast maximum minimum average median so far half jointly "
            "city state county national nationwide federal local statewide global worldwide regional "
            "civil criminal punitive compensatory own alone both together separate same-day under adult adults child "
            "children women men students women's"
        ),
    )
)
"""Words that say of what a number is: two sentences must have the same ones."""
