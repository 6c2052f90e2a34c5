"""Whether a text leans on a sentence that is not there: an opening pronoun, "the move", a nameless "he". Pure."""

from __future__ import annotations

import re

from newsletter.writing.lexicon import CALENDAR, DANGLERS, PERSON_NOUNS, SUBORDINATORS, UNTRIMMABLE
from newsletter.writing.quotes import without_quotations

_DEFINITE = re.compile(
    r"^(?:The|These|Those|Such|Both|All) (\d[\w-]*-year-old|two|three|pair|duo|move|decision|comments?|"
    r"remarks?|"
    r"statement|incident|attack|announcement|news|suspect|man|woman|victims?|latter|"
    r"former(?! (?:[\w.-]+ ){0,5}?[A-Z][a-z][\w’'-]* [A-Z][a-z])|change|changes|"
    r"ruling|case|"
    r"report|article|episode|company|group|agency|outlet|video|footage|post|tweet|plan|deal|proposal|"
    r"measure|bill|law|"
    r"order|letter|event|trip|visit|meeting|result|results|findings|data|figures?|numbers?|effort|outcome|"
    r"couple|"
    r"development|developments|claim|claims|allegations?|charges|investigation|shooting|crash|storm|fire)\b"
    r"(?! of (?!them\b|it\b|this\b|these\b|that\b|those\b)|"
    r" (?:from|by|against|between|into|near) (?:[a-z][\w-]* ){0,3}(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z]|"
    r", [A-Z](?:(?!\b(?:said|says?|told|argue[sd]?|claim(?:s|ed)?)\b)[^,])*, )"
)
"""Things told before, unless their "of", a name behind them or one between commas says which one is meant."""
_EXISTS = re.compile(
    r"^There (?:is|are|was|were|will be|(?:has|have) been) (?:(?:a|an|about|at least|more|nearly|over|some|only) )?"
    r"(?!no\b|nothing\b|little\b|one\b|another\b|other\b|zero\b|lots?\b|plenty\b|reasons?\b|chance\b|doubts?\b|"
    r"questions?\b|ways?\b|difference\b|sense\b|point\b)(?!.*\b(?:this|that|these|those|the two|them|it)[.]?$)"
)
"""Something is said to be there: such a "there" points at nothing."""
_EXPLETIVE = re.compile(
    r"^It(?:['’]s| is| was| remains| remained) (?:also |still |now )?(?:not )?(?:yet |immediately )?"
    r"(?:clear|unclear|known|unknown|certain|uncertain|likely|unlikely|possible|legal|illegal|rare|common|expected) "
    r"(?:that|whether|if|how|why|when|where|what|who|for|to)\b"
    r"|^It (?:takes|took) [\w’' -]{3,60}? (?:for|to) "
)
"""An "it" that stands for what follows."""
_SPAN = re.compile(
    r"^For (?:(?:about|almost|nearly|over|roughly|some|more than|at least) )?(?:the |an? )?(?:first|second|third|\w+th|"
    r"last|past|next|few|couple|decades?|years?|months?|weeks?|days?|hours?|generations?|centur(?:y|ies)|now|\d\S*|"
    r"two|three|four|five|six|seven|eight|nine|ten)\b"
)
"""How long or which time, and no "for" that gives a reason."""
_OWN_WORDS = frozenset(["i", "we", "my", "our"])
_PRONOUN = re.compile(r"\b(he|she|his|her|him|hers)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w.’'-]*[a-z]\w*|\b[A-Z]{2,}\b")
_BODY = re.compile(
    r"\b(?:[A-Z][\w.’'-]* )*(?:Court|Post|Times|Journal|Telegraph|Herald|Tribune|Guardian|News|Department|House|"
    r"Senate|Congress|Committee|Bureau|Agency|Office|University|Board|Council|Ministry|Association|Press|Pentagon|"
    r"Party|Navy|Army)\b(?! [A-Z])"
)
"""A body of many: no "he" means it."""
MEANT = 5
"""Words of a main clause in which somebody stands whom a pronoun before it may mean."""
_UNNAMED = re.compile(
    r"[\"”'’] (?:the|an?) (?:\d[\w-]*-year-old|statement|post|caption|message|man|woman|suspect|teen\w*|source)\b"
    r"[^,]{0,30} (?:said|says|read|reads|added|wrote)\b"
)
"""Who speaks is told by an age or a paper of which nothing was said."""
_LEANING = (
    re.compile(r"\b(?:[Yy]esterday|[Tt]omorrow|[Tt]onight)\b(?!['’]s| (?:[A-Z]|show\b))"),
    re.compile(r", (?:however|though)[.]?$"),
    re.compile(r"^(?:[\w’'.-]+ ){2,5}(?:then|separately) [a-z]+\b"),
    re.compile(r"^(?:[A-Z][\w.’'-]+ ){1,4}(?:also |later )?added(?: that\b|[:,])"),
    re.compile(
        r"\b(?:these|those) (?:comments?|remarks|words|claims|allegations|accusations|reports|attacks|incidents|"
        r"findings|figures|numbers|results|changes|charges|talks|threats|efforts|concerns) "
        r"(?:is|are|was|were|has|have|had|will|would|could)\b"
    ),
    re.compile(
        r"^(?:The|A|An) [\w-]+ (?:comes?|came) (?:as|after|amid|just|(?:\w+ )?(?:day|week|hour|month|year)s?)\b"
    ),
    re.compile(r"^(?:[A-Z]\w+)(?: [\w’'-]+){0,5}, (?:they|it|he|she|this|these|those)\b"),
    re.compile(r"\b(?:too|as well|either|likewise|respectively)[.]?$"),
    re.compile(r"^(?:As such|In another)\b|^Now,"),
    re.compile(
        r"\b(?:makes?|made|takes?|took|in|of|on|for|with|from|to|about|against|behind) (?:this|these|those) "
        r"(?!week|month|year|season|summer|winter|spring|autumn|fall|morning|afternoon|evening|time|day|decade|"
        r"century|weekend|quarter|election|session|term)[a-z]+[.]?$"
    ),
    re.compile(
        r"^(?:Ruling|Move|Decision|Announcement|Comments?|Remarks|Vote|Report|Incident|Attack|Statement|Visit|"
        r"Meeting|Order|Plan|Deal) (?:latest|comes?|came|follows?|marks?|makes?|is|was|could|would|will|has|had)\b"
    ),
    re.compile(
        r"\bsuch (?:attempts?|claims?|allegations?|reports?|moves?|incidents?|cases?|actions?|plans?|requests?|"
        r"comments?|remarks?)\b"
    ),
    re.compile(
        r"^(?:One|Two|Three|Some|Many|Most|All|Several|Both) (?:of (?:them|those|these|his|her|their)|"
        r"were|was|are|is|said|say)\b"
    ),
)


def dangles(text: str) -> bool:
    """Whether the text leans on a sentence that is not there: an opening pronoun, "the move", a nameless "he"."""
    found = _UNNAMED.search(text)
    unnamed = found and not _names_outside(text[: found.start() + 1])
    return bool(_opens_dangling(text) or _DEFINITE.match(text) or _nameless_pronoun(text) or unnamed)


def names_something(text: str) -> bool:
    """Whether a name or a number stands in it beyond its first word."""
    rest = text.split(" ", 1)[-1]
    return bool(_NAME.search(rest)) or bool(re.search(r"\d", rest))


def _opens_dangling(text: str) -> bool:
    first = text.lstrip("\"“‘'(").split(" ", 1)[0].strip(",:;").lower().replace("’", "'").split("'")[0]
    leans = any(p.search(without_quotations(text)) for p in _LEANING)
    if any(p.match(text) for p in (_EXISTS, _EXPLETIVE)) and names_something(text):
        return leans
    if first in _OWN_WORDS and text[0] in '"“' and _names_outside(text):
        return leans
    return first in DANGLERS or (first in UNTRIMMABLE and not _SPAN.match(text)) or leans


def _names_outside(text: str) -> bool:
    """Whether somebody or something is named outside of quotations, as who speaks is."""
    plain = without_quotations(text).split()
    return any(_NAME.match(word) and word.strip(".,").lower() not in CALENDAR for word in plain)


def _nameless_pronoun(text: str) -> bool:
    """A "he" or "her" before (or without) anybody it could mean."""
    plain = without_quotations(text)
    found = _PRONOUN.search(plain)
    if not found:
        return False
    before, after = plain[: found.start()], plain[found.end() :]
    if _has_person(before):
        return False
    opens, main = plain.split(" ", 1)[0].lower(), after.partition(", ")[2]
    return not (opens in SUBORDINATORS and _has_person(f"The {' '.join(main.split()[:MEANT])}"))


def _has_person(text: str) -> bool:
    text = _BODY.sub(" ", text)
    text = " ".join(w for w in text.split() if w.strip(".,;:").lower() not in CALENDAR)
    rest = text.strip().split(" ", 1)
    named = bool(_NAME.search(text)) if rest[0].lower() not in SUBORDINATORS | {"the", "a", "an"} else False
    return (
        named
        or bool(_NAME.search(rest[-1] if len(rest) > 1 else ""))
        or any(word.strip(",.;:’'").lower() in PERSON_NOUNS for word in text.split())
    )
