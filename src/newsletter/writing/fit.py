"""Which texts can stand alone in an issue. Each refusal has a reason, so that they can be counted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import lru_cache

from newsletter.writing.debris import is_debris
from newsletter.writing.furniture import BYLINE, CAPTION, CREDIT, LABEL, REPORTER, REPORTS, TEASER, URL
from newsletter.writing.lexicon import (
    BARE_VERBS,
    BEFORE_NOUN,
    CALENDAR,
    DANGLERS,
    FIRST_PERSON,
    FOLLOWS_VERB,
    LEADS_VERB,
    NOUN_LIKE,
    PERSON_NOUNS,
    SECOND_PERSON,
    SUBORDINATORS,
    UNTRIMMABLE,
    VERBS,
    WEAK_ENDS,
)
from newsletter.writing.quotes import balanced, without_quotations
from newsletter.writing.sentences import is_closed

MIN_WORDS = 5
MAX_WORDS = 48
"""A longer "sentence" is a run-on of a standfirst and a body, or of several lines."""

_WORD = re.compile(r"[\w'’.&$%£€-]*\w[\w'’%-]*")

_CUT_OFF = re.compile(r"(\.\.\.|…|\[\.\.\.\]|\[…\]|\[&hellip;\]|\(more\))[\"”’')\]]*[.]?$")
_LOWER, _UPPER = re.compile(r"[a-zß-öø-ÿ]"), re.compile(r"[A-ZÀ-ÖØ-Þ]")
_CAPS_RUN = re.compile(r"(?:\b[A-Z][A-Z’'-]+\b[\s,:;-]*){4,}")
_ELLIPSIS = re.compile(r"\.\.\.|…")
_RUN_ON = re.compile(
    r"(?<=[a-z0-9’”]) (A|An|It|This|He|She|They|But|When|After|While|There|These|Here|His|Her|Their|We|If|"
    r"With|For|As|At|By|Multiple|Several|Many|Some|Two|Three|Four|Five|Six|Police|Officials)"
    r" (?=[a-z])"
)
_GAP = re.compile(r"\w \.(?=\s)|[a-z][.!?][A-Z][a-z]|\|| [–—-]+ ?[A-Z][\w ]{2,30} ?[–—-]+$")
_DEFINITE = re.compile(
    r"^(?:The|These|Those|Such|Both|All) (\d[\w-]*-year-old|two|three|pair|duo|move|decision|comments?|"
    r"remarks?|"
    r"statement|incident|attack|announcement|news|suspect|man|woman|victims?|latter|former|change|changes|"
    r"ruling|case|"
    r"report|article|episode|company|group|agency|outlet|video|footage|post|tweet|plan|deal|proposal|"
    r"measure|bill|law|"
    r"order|letter|event|trip|visit|meeting|result|results|findings|data|figures?|numbers?|effort|outcome|"
    r"couple|"
    r"development|developments|claim|claims|allegations?|charges|investigation|shooting|crash|storm|fire)\b"
)
_OPEN_END = re.compile(r"(?:[:,;—–-][\"”’']*|\()\s*$")
_BROKEN = (
    re.compile(r", (?:just )?(?:moments|minutes|hours|days|weeks|months|years)$"),
    re.compile(
        r"(?:,| [—–-]+) ?(?:a|an|the|and|but|or)(?: [\w’'-]+)?$|\b(?:is|was|are|were|be|been) \w+ly$|"
        r"\b(?:that|which|who) \w+$"
    ),
    re.compile(
        r"\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|few|several|\d+) (?:minute|hour|day|"
        r"week|month|year)s?$"
    ),
    re.compile(r"\b(?:as|while) \w+ing$"),
    re.compile(
        r"\bin an? (?:decision|move|ruling|deal|step|bid|sign|way|manner|case|moment|statement|speech)$"
    ),
)
_ACCUSED = re.compile(
    r"(?<!\bwas )(?<!\bwere )(?<!\bis )(?<!\bare )(?<!\bbeen )(?<!\bbeing )\b(?:accused|suspected) (?=of\b)"
)
_AHEAD = re.compile(
    r"^(?!According|Due|Thanks|Prior|Owing|Close|Next|From)(?:[A-Z][\w’'.-]* ){1,4}to [a-z]{2,}"
)
"""A headline's future: "Lawmakers to vote on …"."""
_PRONOUN = re.compile(r"\b(he|she|his|her|him|hers)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w.’'-]*[a-z]\w*|\b[A-Z]{2,}\b")
_BODY = re.compile(
    r"\b(?:[A-Z][\w.’'-]* )*(?:Court|Post|Times|Journal|Telegraph|Herald|Tribune|Guardian|News|Department|House|"
    r"Senate|Congress|Committee|Bureau|Agency|Office|University|Board|Council|Ministry|Association|Press|Pentagon|"
    r"Party|Navy|Army)\b(?! [A-Z])"
)
"""A body of many: no "he" means it."""
_PICTURED = re.compile(r"^(?:[A-Z][\w.’'-]* ){1,4}(?!being|during)[a-z]+ing\b")
_REDUCED = re.compile(r"\b\w+ed by\b|\bto [a-z]+\b")
_LEANING = (
    re.compile(
        r"^(?:The|A|An) [\w-]+ (?:comes?|came) (?:as|after|amid|just|(?:\w+ )?(?:day|week|hour|month|year)s?)\b"
    ),
    re.compile(r"^(?:[A-Z]\w+)(?: [\w’'-]+){0,5}, (?:they|it|he|she|this|these|those)\b"),
    re.compile(r"\b(?:too|as well|either|likewise|respectively)[.]?$"),
    re.compile(r"^(?:As such|In another)\b"),
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


def words_of(text: str) -> list[str]:
    """The words of a text as its reader counts them: what white space separates."""
    return text.split()


@lru_cache(maxsize=8192)
def refusal(text: str, forgive: frozenset[str] = frozenset()) -> str:
    """Why a text cannot stand alone, as a short reason that is not forgiven; empty when it can."""
    for reason, wrong in _RULES:
        if reason not in forgive and wrong(text):
            return reason
    return ""


def has_clause(text: str) -> bool:
    """Whether a finite verb stands after the first word: a clause, not a label or a caption."""
    if _PICTURED.match(text):  # "Ada Moss speaking in Port Lorne", under a picture
        return has_verb(_REDUCED.sub(" ", text))
    return bool(_AHEAD.match(text)) or _verb_in(_ACCUSED.sub(" ", text), lenient=True)


def has_verb(text: str) -> bool:
    """The stricter question for a text that was cut: only verbs we know, no mere "-ed"."""
    return _verb_in("x " + text, lenient=False)


def _verb_in(text: str, *, lenient: bool) -> bool:
    tokens = [t.replace("’", "'") for t in _WORD.findall(text)]
    around = zip(tokens, tokens[1:], [*tokens[2:], ""], strict=False)
    return any(_finite(before, word, after, lenient) for before, word, after in around)


def _finite(before: str, token: str, after: str, lenient: bool) -> bool:
    word, named, before = token.lower(), before[:1].isupper(), before.lower()
    if token == "May":
        return False
    if word in BARE_VERBS:
        return before in LEADS_VERB or (before.endswith("s") and not before.endswith(("'s", "ss")))
    if word.endswith("ed") and before in BEFORE_NOUN:
        return False
    if word in NOUN_LIKE:
        if before == "of":
            return False
        return named or after.lower() in FOLLOWS_VERB or after[:1].isupper() or after[:1].isdigit()
    if word in VERBS or word.endswith("n't"):
        return True
    return lenient and word.endswith("ed") and len(word) > 4


def dangles(text: str) -> bool:
    """Whether the text leans on a sentence that is not there: an opening pronoun, "the move", a nameless "he"."""
    return bool(_opens_dangling(text) or _DEFINITE.match(text) or _nameless_pronoun(text))


def names_something(text: str) -> bool:
    """Whether a name or a number stands in it beyond its first word."""
    rest = text.split(" ", 1)[-1]
    return bool(_NAME.search(rest)) or bool(re.search(r"\d", rest))


def _opens_dangling(text: str) -> bool:
    first = text.lstrip("\"“‘'(").split(" ", 1)[0].strip(",:;").lower().replace("’", "'")
    return first.split("'")[0] in DANGLERS or first in UNTRIMMABLE or any(p.search(text) for p in _LEANING)


def _nameless_pronoun(text: str) -> bool:
    """A "he" or "her" before (or without) anybody it could mean."""
    plain = without_quotations(text)
    found = _PRONOUN.search(plain)
    if not found:
        return False
    before, after = plain[: found.start()], plain[found.end() :]
    if _has_person(before):
        return False
    opens = plain.split(" ", 1)[0].lower()
    return not (opens in SUBORDINATORS and _NAME.search(after))


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


def _person(words: frozenset[str]) -> Callable[[str], bool]:
    def speaks(text: str) -> bool:
        plain = without_quotations(text).replace("’", "'")
        tokens = {t if t in {"I", "US"} else t.lower() for t in re.findall(r"[\w']+", plain)}
        return bool((tokens - {"I", "US"} | ({"i"} if "I" in tokens else set())) & words)

    return speaks


def _too_short(text: str) -> bool:
    return len(words_of(text)) < MIN_WORDS


def _too_long(text: str) -> bool:
    return len(words_of(text)) > MAX_WORDS


def opens_midway(text: str) -> bool:
    """Whether a text begins in lower case: the middle of a sentence that the feed cut."""
    first = text.lstrip("\"“‘'([")[:1]
    return not (first.isupper() or first.isdigit() or first in "$£€")


def breaks_off(text: str) -> bool:
    """Whether a text without a stop of its own ends in the middle of a thought."""
    last = words_of(text)[-1].strip("\"”’'").lower() if text.strip() else ""
    return last in WEAK_ENDS or bool(_OPEN_END.search(text)) or any(p.search(text) for p in _BROKEN)


def _shouts(text: str) -> bool:
    lower, upper = len(_LOWER.findall(text)), len(_UPPER.findall(text))
    return upper > lower or bool(_CAPS_RUN.search(text)) or "!" in without_quotations(text)


def _begins_again(text: str) -> bool:
    """Whether three words in a row stand in it twice: a standfirst that runs into the body."""
    words = [w.lower() for w in _WORD.findall(text)]
    runs = [run for run in itertools.pairwise(itertools.pairwise(words)) if len(run[1][1]) > 3]
    return len(set(runs)) < len(runs)


def _only_quotation(text: str) -> bool:
    return len(re.findall(r"\w+", without_quotations(text))) < 2


def _search(*patterns: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: any(p.search(text) for p in patterns)


_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("too short", _too_short),
    ("too long", _too_long),
    ("cut off", _search(_CUT_OFF)),
    ("opens in the middle", opens_midway),
    (
        "ends in the middle",
        lambda text: (
            breaks_off(text.rstrip(".")) and (not is_closed(text) or bool(_OPEN_END.search(text.rstrip("."))))
        ),
    ),
    ("question", lambda text: "?" in text),
    ("teaser or promotion", _search(TEASER, LABEL)),
    ("credit or byline", _search(CREDIT, BYLINE, REPORTS, REPORTER)),
    ("caption", _search(CAPTION)),
    ("link", _search(URL)),
    ("markup or code", is_debris),
    ("run-on", lambda text: _search(_RUN_ON, _GAP)(text) or _begins_again(text)),
    ("ellipsis", lambda text: bool(_ELLIPSIS.search(without_quotations(text)))),
    ("all capitals", _shouts),
    ("quotation cut open", lambda text: not balanced(text)),
    ("first person", _person(FIRST_PERSON)),
    ("second person", _person(SECOND_PERSON)),
    ("nobody speaks it", _only_quotation),
    ("no clause", lambda text: not has_clause(text)),
    ("dangling", dangles),
)
