"""Which texts can stand alone in an issue. Each refusal has a reason, so that they can be counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from newsletter.writing.dangling import dangles
from newsletter.writing.debris import is_debris
from newsletter.writing.finite import has_clause
from newsletter.writing.furniture import BYLINE, CAPTION, CREDIT, LABEL, REPORTER, REPORTS, TEASER, URL
from newsletter.writing.lexicon import FIRST_PERSON, SECOND_PERSON, WEAK_ENDS
from newsletter.writing.quotes import balanced, without_quotations
from newsletter.writing.sentences import is_closed

MIN_WORDS = 5
MAX_WORDS = 48
"""A longer "sentence" is a run-on of a standfirst and a body, or of several lines."""

BEGINNING = 4
"""Runs of words that a standfirst and the body behind it have both: whom or what they are about."""

_WORD = re.compile(r"[\w'’.&$%£€-]*\w[\w'’%-]*")

_NOBODYS_I = re.compile(
    r"\b(?:[A-Z]\.){2,}|\b(?:World War|Phase|Type|Part|Title|Class|Article|Schedule|Level|Tier|Stage) I\b(?!['’])"
)
"""Initials and numerals: the I of "C.I.A." and of "World War I"."""
_CUT_OFF = re.compile(r"(\.\.\.|…|\[\.\.\.\]|\[…\]|\[&hellip;\]|\(more\))[\"”’')\]]*[.]?$")
_LOWER, _UPPER = re.compile(r"[a-zß-öø-ÿ]"), re.compile(r"[A-ZÀ-ÖØ-Þ]")
_CAPS_RUN = re.compile(r"(?:\b[A-Z][A-Z’'-]+\b[\s,:;-]*){4,}")
_ELLIPSIS = re.compile(r"\.\.\.|…")
_RUN_ON = re.compile(
    r"(?<=[a-z0-9’”]) (A|An|It|This|He|She|They|But|When|After|While|There|These|Here|His|Her|Their|We|If|"
    r"With|For|As|At|By|Multiple|Several|Many|Some|Two|Three|Four|Five|Six)"
    r" (?=[a-z])|\b[a-z][\w’'-]*[’”]? (?:Police|Officials) (?=[a-z])"
)
_GAP = re.compile(r"\w \.(?=\s)|[a-z][.!?][A-Z][a-z]|\|| [–—-]+ ?[A-Z][\w ]{2,30} ?[–—-]+$")
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


def _person(words: frozenset[str]) -> Callable[[str], bool]:
    def speaks(text: str) -> bool:
        plain = _NOBODYS_I.sub(" ", without_quotations(text)).replace("’", "'")
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
    """Whether a standfirst runs into the body: three of its first words stand in it twice, or any five."""
    words = [w.lower() for w in _WORD.findall(text)]
    runs = [tuple(words[i : i + 3]) for i in range(len(words) - 2) if len(words[i + 2]) > 3]
    long = [tuple(words[i : i + 5]) for i in range(len(words) - 4)]
    return any(runs.count(run) > 1 for run in runs[:BEGINNING]) or len(set(long)) < len(long)


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
