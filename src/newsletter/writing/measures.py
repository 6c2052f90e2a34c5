"""Numbers that outlets may differ on: casualties, money, votes, ages, shares, crowds, dates, things counted. Pure.

A number is only comparable with one that measures the same thing: of one fine, one vote of one body, one person's age.
What says which thing it is (``Count.who``, ``Count.scope``) must be equal; the sentences must agree in the rest, too
(`disputed`). Whatever is only about right tells a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing import measuring as by
from newsletter.writing.counts import SCALES, Count, counts
from newsletter.writing.lexicon import NUMBER_WORDS, VERBS
from newsletter.writing.same import plain_numbers
from newsletter.writing.terms import stem, term_set

LOOSE, CLOSE, STRICT = 0.4, 0.5, 0.6
"""Share of the shorter sentence's words that two sentences must share, by how well the measure tells itself."""
TIMES = 1.5
"""How many times a crowd must be the other's: nobody counts heads."""


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
    scope = frozenset(stem(w) for w in re.findall(r"[a-z][a-z'-]+", plain.lower())) & by.SCOPE
    found = [] if by.BOTH.search(plain) else [Measured(c, 0.0, True, frozenset()) for c in counts(text)]
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
    sums = list(by.MONEY.finditer(text))
    if len(sums) != 1 or re.search(r"\b(?:to|and|between|from) [$£€]|[$£€][\d.,]+(?: \w+)? (?:to|or) ", text):
        return
    found = sums[0]
    near = " ".join((*text[: found.start()].split()[-7:], "|", *text[found.end() :].split()[:6]))
    roles = [(name, topic) for name, topic, pattern in by.ROLES if re.search(pattern, near)]
    limits = _limits(_value(found), found.group("bound"))
    if roles and limits:
        yield (
            Count(roles[0][0] + found.group("cur"), roles[0][1], roles[0][0], _value(found), *limits),
            CLOSE,
            True,
        )


def _votes(text: str) -> Iterator[_Found]:
    tallies, bodies = list(by.VOTE.finditer(text)), by.BODY.findall(text)
    if len(tallies) != 1 or len({b.lower() for b in bodies}) != 1 or not by.VOTED.search(text):
        return
    a, b = sorted((int(tallies[0].group("a")), int(tallies[0].group("b"))), reverse=True)
    body, stage = bodies[0].lower(), "|".join(sorted({m.lower() for m in by.STAGE.findall(text)}))
    value = a + b / 1000  # one number for both: 52-48 is 52.048
    yield Count("vote", f"How the {bodies[0]} voted", f"{body} {stage}", value, value, value), LOOSE, False


def _ages(text: str) -> Iterator[_Found]:
    if by.ONCE.search(text):
        return
    for pattern in by.AGES:
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
    found = list(by.PERCENT.finditer(text))
    if len(found) == 1 and (limits := _limits(_value(found[0]), found[0].group("bound"))):
        yield Count("percent", "What the percentage is", "", _value(found[0]), *limits), STRICT, True


def _crowds(text: str) -> Iterator[_Found]:
    found = by.CROWD_OF.search(text) or (by.CROWD.search(text) if by.CROWDED.search(text) else None)
    if not found:
        return
    vague = (found.groupdict().get("vague") or "").lower()
    value = by.VAGUE[vague][0] if vague else _value(found)
    limits = by.VAGUE[vague] if vague else _limits(value, found.group("bound"))
    if limits and value >= 50:
        low, high = limits
        wide = limits if vague else (low / TIMES**0.5, high * TIMES**0.5)
        yield Count("crowd", "How large the crowd was", "", value, *wide), LOOSE, True


def _dates(text: str) -> Iterator[Count]:
    """The one date of a text; with several, none."""
    days, years, weekdays, clocks = (list(p.finditer(text)) for p in (by.DAY, by.YEAR, by.WEEKDAY, by.CLOCK))
    if len(days) == 1:
        month, day = by.MONTHS.index(days[0].group("m")[:3].lower()), int(days[0].group("n"))
        value = 31.0 * month + day
        yield Count("day", "On what day it was", "", value, value - 1, value + 1)
    elif not days and len(years) == 1:
        value = float(years[0].group("n"))
        yield Count("year", "In what year it was", "", value, value, value)
    elif not days and not years and len(weekdays) == 1 and not clocks:
        value = float(by.DAYS.index(weekdays[0].group("d")))
        yield Count("weekday", "On what day it was", "", value, value - 1, value + 1)
    if len(clocks) == 1:
        hour = int(clocks[0].group("h")) % 12 + 12 * (clocks[0].group("half").lower() == "p")
        value = 60.0 * hour + int(clocks[0].group("m") or 0)
        zone = (clocks[0].group("zone") or "").lower()
        yield Count("clock", "At what time it was", zone, value, value - 5, value + 5)


def _things(text: str) -> Iterator[Count]:
    """How many of what, where the sentence counts one thing alone."""
    found = [m for m in by.THINGS.finditer(text) if m.group("noun").lower() not in by.NOT_THINGS]
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
