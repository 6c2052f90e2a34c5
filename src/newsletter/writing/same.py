"""Whether a piece of another outlet's text states the same fact: precision first.

Wording may differ, numbers, names, yes or no, certainty and time may not. A fact is compared with an article's title,
a sentence of it, and the title read together with one of its sentences (feeds split one fact over the two).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from types import MappingProxyType

from newsletter.writing.firmness import AHEAD, DOUBT, DOUBTED, NEGATION, firm
from newsletter.writing.lexicon import COUNTRIES
from newsletter.writing.terms import stem, term_set, terms
from newsletter.writing.timing import expects
from newsletter.writing.verbs import words

SHARE, TELLING = 0.6, 0.6
"""Share of a fact's content stems that the other text must hold, and of what they tell."""
SHORT, MOST_OF = 6, 0.75
"""A fact of so few stems must be held by this share: each of them is a good part of what it says."""
LEAST = 4
"""Content stems from which on a text is a fact that can be compared."""

_MAGNITUDE = re.compile(r"(?<=\d)[ -]?(?P<m>bn|mn|m|b|k|tn|t)\b", re.IGNORECASE)
_MAGNITUDES = {
    "bn": "billion",
    "b": "billion",
    "mn": "million",
    "m": "million",
    "k": "thousand",
    "tn": "trillion",
    "t": "trillion",
}
_DECLINES = re.compile(
    r"\bdeclin(?:es|ed|ing)(?= to\b)|\bden(?:ies|ied|ying)"
    r"(?= (?:[\w’'-]+ ){0,3}?(?:requests?|bids?|appeals?|petitions?|motions?)\b)"
    r"|\bwon['’]t(?= (?:hear|rehear|consider|review|reconsider)\b)"
)
"""Ways to say that somebody refuses."""
_TITLES = {"Adm": "Admiral", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Gen": "General"}
_TITLE = re.compile(rf"\b(?P<title>{'|'.join(_TITLES)})[.](?= [A-Z])")
_SHORT_FORM = re.compile(r"(?<=[a-z]) \([A-Z][\w.-]{0,9}\)")
"""A name's short form or party after it: "Harbor Workers' Union (HWU)", "Nils Arden (H-Veldt)"."""
_UNITED = re.compile(r"\bUnited States\b")
_PERCENT = re.compile(r"(?<=\d) ?(?:%|per cent\b)")
_GOING = re.compile(
    r"\b(?:is|are|be) \w+ing\b|^(?:[A-Z][\w’'.-]* )+[a-z]+ing\b|^(?:[A-Z][\w’'.-]* )+to [a-z]+"
)
_TIME = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:hour|day|week|month|year|decade)s?)\b", re.IGNORECASE
)
_CAPITAL = re.compile(r"[A-Z][\w’'-]*")
_RUN = re.compile(r"[A-Z][\w’'-]*(?: [A-Z][.](?= [A-Z]))?(?: [A-Z][\w’'-]*)*")
_ALIKE = tuple(
    frozenset(map(stem, group.split()))
    for group in (
        "leave departs departing departure step resign resigns resignation quit exit left leaving",
        "kill die dead death deadly fatal fatally killing",
        "buy purchase acquire bought acquisition",
        "sell sold sale",
        "injure wound hurt injury",
        "arrest detain",
        "begin start began begun",
        "sue lawsuit suit",
        "strike hit struck",
        "us american usa",
        "dismiss toss throw thrown",
        "uk british britain",
        "find found",
        "steal stole stolen theft robbery",
        "shoot shot shooting",
        "role position post job",
        "cut reduce reduction slash trim scale",
        "drill exercise",
        "probe investigate investigation inquiry",
        "child kid",
        "quake earthquake",
        "jail prison imprison",
        "nominate nomination pick appoint appointment tap",
        "negotiate negotiation talk",
        "hostage captive captivity kidnap abduct",
        "free release",
        "plane aircraft jet",
        "agreement accord pact deal",
        "ban bar prohibit",
        "boost increase raise rise rose risen hike",
        "fall fell drop decline",
        "postpone delay adjourn",
        "halt suspend pause suspension",
        "fire blaze wildfire",
        "protest demonstrate demonstration",
        "mother mom",
        "father dad",
        "conflict war",
        "aboard onboard",
        "announce reveal unveil",
        "indict indictment",
        "ruling rule",
        "reject rejection refuse rebuff spurn",
        "tie relation relations relationship friendship",
        "close closure shut",
        "rubble debris wreckage",
        "demand ask request urge",
        "collapse collapsed",
        "support back defend",
        "allege accuse claim",
        "rescue save",
        "money fund cash",
        "choose select",
        "law legislation",
        "flee escape",
        "ally allies",
        "worker employee staff",
        "cancel scrap",
        "expand widen",
        "allow permit let",
        "bus coach",
        "doctor physician",
        "teenager teen",
        "poll survey",
    )
)
_CLASS = {
    member: min(group)
    for group in (*_ALIKE, *(frozenset(map(stem, pair.split())) for pair in COUNTRIES))
    for member in group
}


def classed(stem_: str) -> str:
    """A stem, or the one that stands for all words of its meaning."""
    return _CLASS.get(stem_, stem_)


GRAVE = frozenset(
    _CLASS.get(stem(word), stem(word))
    for word in words(
        "murder kill die manslaughter homicide stalk rape assault abuse terror terrorist terrorism "
        "spy espionage fraud bribe bribery corrupt treason racist racism antisemitism genocide massacre torture "
        "theft steal perjury lie lied illegal unlawful criminal crime guilty convict charge "
        "indict arrest accuse allege blame attack invade bomb shoot strike win lose "
        "defeat beat resign fire reject approve deny confirm admit "
    )
)
"""Words that decide what a fact says: a text without them does not state it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What must agree: stems by their class, numbers with their neighbours, names, and how it is told."""

    stems: frozenset[str]
    firm: frozenset[str]
    """Those that the text neither denies nor doubts nor expects."""
    numbers: tuple[tuple[str, frozenset[str]], ...]
    names: frozenset[str]
    negations: int
    denied: frozenset[str]
    """The first stem after each negation."""
    doubts: bool
    times: frozenset[str]
    """Weekdays and units of time."""
    ahead: bool | None
    """Whether it speaks of what is to come; None for "is leaving", which may be either."""

    @property
    def hedged(self) -> bool:
        """Whether it tells something else than what was."""
        return bool(self.negations) or self.doubts or self.ahead is not False


@lru_cache(maxsize=16384)
def fact_of(text: str) -> Fact:
    plain = plain_numbers(text)
    return Fact(
        frozenset(_CLASS.get(t, t) for t in term_set(plain)),
        frozenset(_CLASS.get(t, t) for t in term_set(firm(plain))),
        _numbers(plain),
        surnames(plain),
        len(NEGATION.findall(plain)),
        frozenset(_CLASS.get(t, t) for m in NEGATION.finditer(plain) for t in terms(plain[m.end() :])[:1]),
        bool(DOUBT.search(DOUBTED.sub(" ", plain))),
        frozenset(m.group().lower().rstrip("s") for m in _TIME.finditer(plain)),
        True if AHEAD.search(plain) or expects(plain) else (None if _GOING.search(plain) else False),
    )


def weights(outlets: Iterable[Iterable[Fact]]) -> Mapping[str, float]:
    """What each stem tells in a story, by the outlets that use it: log(1 + outlets / users), 0 for one outlet's own.

    What everybody speaks of ("board votes") tells little, what some say ("to close") decides (Sparck Jones 1972); a
    word that one outlet alone uses is its way to put it.
    """
    used = [frozenset[str]().union(*(fact.stems for fact in facts)) for facts in outlets]
    users: dict[str, int] = {}
    for stems in used:
        for one in stems:
            users[one] = users.get(one, 0) + 1
    return {one: log(1 + len(used) / count) if count > 1 else 0.0 for one, count in users.items()}


def weight(stems: Iterable[str], told: Mapping[str, float]) -> float:
    return sum(told.get(one, 1.0) for one in stems)


def states(fact: Fact, other: Fact, told: Mapping[str, float] = MappingProxyType({})) -> bool:
    """Whether ``other`` says all that matters of ``fact``: its numbers, its names, most words, in the same key.

    ``told`` is what each stem tells in the story; without it all tell the same.
    """
    held = told_in(other, fact)
    common = fact.stems & held
    share = MOST_OF if len(fact.stems) <= SHORT else SHARE
    if len(fact.stems) < LEAST or len(common) < share * len(fact.stems):
        return False
    if weight(common, told) < TELLING * weight(fact.stems, told):
        return False
    if not fact.names | (fact.stems & GRAVE) <= held or not _same_numbers(fact, other):
        return False
    return _same_times(fact, other) and (not fact.hedged or _same_key(fact, other))


def told_in(other: Fact, fact: Fact) -> frozenset[str]:
    """The stems of the other text that may bear the fact out: all where the fact itself denies, doubts or expects."""
    return other.stems if fact.hedged else other.firm


def _same_key(fact: Fact, other: Fact) -> bool:
    """As many negations, or the same ones among more; the same doubt; and of the same time."""
    denied = bool(fact.denied) and fact.denied <= other.denied
    if other.doubts != fact.doubts or not (fact.negations == other.negations or denied):
        return False
    return None in {fact.ahead, other.ahead} or fact.ahead == other.ahead


def _same_times(fact: Fact, other: Fact) -> bool:
    """A unit of time ("weeks after") must be told too; a weekday may be left out, and not be another one."""
    days, told = (frozenset(t for t in f.times if t.endswith("day") and t != "day") for f in (fact, other))
    return fact.times - days <= other.times and (not days or not told or bool(days & told))


@lru_cache(maxsize=16384)
def plain_numbers(text: str) -> str:
    """The text with "$12.5bn" as "$12.5 billion" and "40%" as "40 percent"."""
    text = _DECLINES.sub("refuses", _UNITED.sub("US", _SHORT_FORM.sub("", text)))
    text = _TITLE.sub(lambda m: _TITLES[m.group("title")], text)
    text = _MAGNITUDE.sub(lambda m: " " + _MAGNITUDES[m.group("m").lower()], text)
    return _PERCENT.sub(" percent", text)


def surnames(text: str) -> frozenset[str]:
    """Class of the last word of each run of capitalised words: "Mayor Ines Talbot" must be told as Talbot at least."""
    found = set()
    for run in _RUN.finditer(text):
        words = _CAPITAL.findall(run.group())
        opens = run.start() == 0 or text[run.start() - 2 : run.start() - 1] in ".!?:"
        if opens and len(words) == 1:
            continue
        found |= {_CLASS.get(t, t) for t in terms(words[-1])}
    return frozenset(found)


def _numbers(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each number with the stems beside it, two on either side."""
    found = terms(text)
    return tuple(
        (t, frozenset(_CLASS.get(n, n) for n in (*found[max(0, i - 2) : i], *found[i + 1 : i + 3])))
        for i, t in enumerate(found)
        if t[:1].isdigit()
    )


def _same_numbers(fact: Fact, other: Fact) -> bool:
    """Every number stands in the other text beside one of the same words at least."""
    return all(
        any(n == m and (not near or near & beside) for m, beside in other.numbers) for n, near in fact.numbers
    )
