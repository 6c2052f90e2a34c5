"""The numbers of a text with what they count: digits and words alike, units, months, "at least" and "about"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from newsletter.writing.lexicon import NUMBER_WORDS, STOP_WORDS
from newsletter.writing.terms import stem

_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {
    **{word: Decimal(value) for word, value in NUMBER_WORDS.items()},
    **{word: Decimal(10 * n) for n, word in enumerate(_TENS, start=3)},
}
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
_ORDINAL = {word: Decimal(n) for n, word in enumerate(_ORDINALS, start=1)}
_SCALES = {
    "hundred": 100, "thousand": 1_000, "k": 1_000, "million": 10**6, "m": 10**6, "mn": 10**6,
    "billion": 10**9, "bn": 10**9, "trillion": 10**12,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "sept",
)  # fmt: skip
_PERCENT = re.compile(r"\bper ?cent\b|\bpct\b", re.IGNORECASE)
_POINTS = re.compile(r"\bpercentage (?=points?\b)", re.IGNORECASE)
"""Points are no percent: from 4 to 5 percent is a point, and a quarter more."""
_SIGN = re.compile(r"\s*%\s*")
_CLOCK = re.compile(r"\b([ap])\.? ?m\b\.?", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<sign>[$£€])?(?P<n>(?:(?<![\w.,%)])[-−])?\d[\d,]*(?:\.\d+)?)(?P<end>%|st\b|nd\b|rd\b|th\b|s\b|bn\b|mn\b|m\b|k\b)?"
    r"|[^\W\d_]+|[.;:!?,—–()]"
)
_BOUNDS = (
    ("least", ("at", "least")), ("over", ("more", "than")), ("under", ("less", "than")),
    ("under", ("fewer", "than")), ("most", ("at", "most")), ("most", ("up", "to")), ("most", ("many", "as")),
    ("most", ("much", "as")), ("over", ("over",)), ("over", ("above",)), ("under", ("under",)),
    ("under", ("below",)), ("near", ("nearly",)), ("near", ("almost",)), ("about", ("about",)),
    ("about", ("around",)), ("about", ("roughly",)), ("about", ("approximately",)), ("about", ("some",)),
)  # fmt: skip
_BOUND_WORDS = {(name, pattern[-1]): pattern for name, pattern in _BOUNDS}
REACH = 3
"""Words after a number among which the thing it counts is looked for in a source."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what makes it that number: "more than 3 percent", "October 5", "the third night"."""

    value: Decimal
    ordinal: bool
    unit: str
    """``%``, a currency's sign, am or pm; else empty."""
    month: str
    bound: str
    counts: tuple[str, ...]
    """Stems of the next words; the first one is what a statement says that it counts."""
    link: str = ""
    """The word by which it hangs on the sentence ("by 2 percent to 4 percent"); of a score the first number, too."""

    def borne_out_by(self, other: Quantity) -> bool:
        """Whether a source's quantity is this one: same value, unit and bound, and counting the same thing."""
        same = (self.value, self.ordinal, self.unit, self.bound) == (
            other.value,
            other.ordinal,
            other.unit,
            other.bound,
        )
        of_month = not self.month or self.month == other.month
        linked = not self.link or self.link == other.link
        return (
            same
            and of_month
            and linked
            and (not self.counts or self.counts[0] in other.counts or bool(self.month))
        )


@lru_cache(maxsize=8192)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of a text, in order."""
    plain = _CLOCK.sub(lambda m: m[1].lower() + "m", _PERCENT.sub("%", _POINTS.sub("", text)))
    tokens = list(_TOKEN.finditer(_SIGN.sub("% ", plain)))
    words = [m.group().lower() for m in tokens]
    found, i = [], 0
    while i < len(tokens):
        read = _number(tokens, words, i)
        if read is None:
            i += 1
            continue
        value, ordinal, unit, after = read
        found.append(_quantity(words, i, after, value, ordinal, unit))
        i = after
    return tuple(found)


def _number(
    tokens: Sequence[re.Match[str]], words: Sequence[str], i: int
) -> tuple[Decimal, bool, str, int] | None:
    """(value, ordinal, unit, next token) of a number that begins at ``i``."""
    token = tokens[i]
    if token.group("n"):
        value = Decimal(token.group("n").replace(",", "").replace("−", "-").rstrip("."))
        end = (token.group("end") or "").lower()
        value *= _SCALES.get(end, 1)
        unit = "%" if end == "%" else token.group("sign") or ""
        return _scaled(words, i + 1, value, end in {"st", "nd", "rd", "th"}, unit)
    word = words[i]
    if word in _ORDINAL:
        return _ORDINAL[word], True, "", i + 1
    if word not in _WORDS or (word == "one" and _is_pronoun(words, i)):
        return None
    value, i = _WORDS[word], i + 1
    if value >= 20 and i < len(words) and words[i] in _WORDS and _WORDS[words[i]] < 10:
        value, i = value + _WORDS[words[i]], i + 1
    return _scaled(words, i, value, False, "")


def _scaled(
    words: Sequence[str], i: int, value: Decimal, ordinal: bool, unit: str
) -> tuple[Decimal, bool, str, int]:
    while i < len(words) and words[i] in _SCALES and len(words[i]) > 2:
        value, i = value * _SCALES[words[i]], i + 1
    if i < len(words) and words[i] in {"am", "pm"}:
        return value, ordinal, words[i], i + 1
    if not unit and i < len(words) and words[i].rstrip("s") in {"dollar", "euro"}:
        return value, ordinal, "$" if words[i].startswith("d") else "€", i + 1
    return value.normalize(), ordinal, unit, i


def _quantity(
    words: Sequence[str], start: int, after: int, value: Decimal, ordinal: bool, unit: str
) -> Quantity:
    month = _month(words[start - 1]) if start else ""
    month = month or (_month(words[after]) if after < len(words) else "")
    bound = _bound(words, start)
    link = _link(words, start - (len(_BOUND_WORDS[bound, words[start - 1]]) if bound else 0))
    return Quantity(value.normalize(), ordinal, unit, month, bound, _counted(words, after), link)


def _month(word: str) -> str:
    return word[:3] if word in _FULL_MONTHS or word in _MONTHS else ""


def _bound(words: Sequence[str], start: int) -> str:
    before = tuple(words[max(0, start - 2) : start])
    return next((name for name, pattern in _BOUNDS if before[-len(pattern) :] == pattern), "")


def _link(words: Sequence[str], start: int) -> str:
    before = words[start - 1] if start > 0 else ""
    if before not in _LINKS:
        return ""
    first, lead = words[start - 2] if start > 1 else "", words[start - 3] if start > 2 else ""
    score = before == "to" and lead != "from" and (first.isdigit() or first in _WORDS)
    return f"{_WORDS.get(first, first)} to" if score else before


_LINKS = frozenset(["by", "to", "from", "in", "for", "since", "until", "before", "after", "within"])


def _counted(words: Sequence[str], after: int) -> tuple[str, ...]:
    """Stems of the words after a number, up to a stop; "12 of the 40 cables" are cables."""
    found: list[str] = []
    rest = iter(words[after:])
    if after < len(words) and words[after] == "of":
        rest = itertools.dropwhile(lambda word: word in _OF_THE or word[0].isdigit() or word in _WORDS, rest)
    for word in itertools.islice(rest, REACH):
        if not word[0].isalpha() or (word in STOP_WORDS and word not in _TIMES):
            break
        found.append(stem(word))
    return tuple(found)


_OF_THE = frozenset(["of", "the", "its", "their", "his", "her", "all"])


_TIMES = frozenset(["day", "days", "week", "weeks", "month", "months", "year", "years", "time", "times"])


def _is_pronoun(words: Sequence[str], i: int) -> bool:
    return (i > 0 and words[i - 1] in {"no", "any", "every", "each", "this", "that", "the"}) or (
        i + 1 < len(words) and words[i + 1] in {"of", "another"}
    )
