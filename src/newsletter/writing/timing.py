"""Which statements look ahead to what a later article of the same story tells as done. Pure.

A story's first articles announce ("is expected to plead"), its last ones tell ("pleaded"). The newest state wins:
an announcement is stale once a later article tells of the same thing, or once the later half of the coverage has
mostly stopped announcing. A future that the newest articles still speak of stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from newsletter.writing.finite import has_verb
from newsletter.writing.lexicon import BARE_VERBS, NUMBER_WORDS, VERBS
from newsletter.writing.terms import stem, term_set

LATER = timedelta(minutes=30)
"""How much later an article must be to know better."""
SETTLED = timedelta(hours=3)
"""An announcement of the earlier half is stale only when the newest article is at least so much younger."""
SHARED, SHARE = 3, 0.5
"""Content stems, and the share of the announcement's stems, that a later account of it has."""
AHEAD_BEFORE = 0.3
"""Share of the earlier half's texts that announce, from which on an event was awaited."""
OUTGROWN = 2
"""Later leads with a higher toll from which on a toll is out of date."""
MANY_DEAD = 20
"""Dead from which on two counts are of one disaster, and the lower one is the older."""
STILL_AHEAD = 0.25
"""Share of the later half's texts that announce, under which the story has passed from plans to facts."""

_CONTEST = r"\b(?:locked in an? [a-z]+ (?:contest|race|battle|fight)|too close to call|neck and neck)\b"
_EXPECTING = re.compile(
    r"(?<!\bas )(?<!\bas was )\b(?:expected|scheduled|slated|poised|set) (?:to|for|in|on|at)\b"
    rf"|{_CONTEST}"
    r"|\b(?:forecast|projected|predicted) to\b|\bas (?:[\w.’'-]+ ){1,5}?(?:approaches|nears|looms)\b"
    r"|\b(?:the|an|his|her|their|its) (?:expected|upcoming|looming|impending|planned|anticipated) \w"
    r"|\bdue (?:in|back|for|to (?:appear|begin|start|be|meet|speak|face|vote|arrive|return|testify|launch|open))\b"
    r"|\b(?:ahead of|on the eve of|about to|prepar(?:e|es|ing) (?:to|for)|gear(?:s|ing) up|brac(?:es?|ing) for)\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|would|could|may|might|likely to)\b|\b(?:is|are) (?:being|under way|underway)\b", re.IGNORECASE
)
_ONGOING = re.compile(r"\b(?:is|are) (?!being|leaving)\w+ing\b", re.IGNORECASE)
_ATTRIBUTED = re.compile(
    r"\b(?:says?|said|announc\w+|told|vow\w*|promis\w+|order\w*|confirm\w*|reveal\w*)\b", re.IGNORECASE
)
_TOLL = re.compile(
    r"\b(?P<n>\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\+? (?:[\w-]+ ){0,3}?"
    r"(?:dead|killed|die|dies|died|deaths)\b"
    r"|\b(?:kills?|killed|killing|death toll (?:[a-z]+ )?(?:to|at|of|above|past)|toll reache[sd])"
    r" (?:at least |more than |nearly |over |about )?(?P<m>\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve)\b",
    re.IGNORECASE,
)
_AIM = re.compile(r"\b(?:to|will|would|could|may|might) (?:be )?(?P<verb>[a-z]+)")
_TO = re.compile(r"^(?P<who>[A-Z][\w’'.-]*(?: [\w’'.-]+){0,6}) to (?P<verb>[a-z]+)")
_MARKS = frozenset(
    map(
        stem,
        (
            "expected",
            "scheduled",
            "slated",
            "poised",
            "set",
            "due",
            "likely",
            "ahead",
            "eve",
            "upcoming",
            "planned",
        ),
    )
)


@lru_cache(maxsize=16384)
def under_way(text: str) -> bool:
    """Whether a text tells of something going on: "is cutting a path"."""
    return bool(_ONGOING.search(text))


@dataclass(frozen=True, slots=True)
class Told:
    """A text and when its article appeared."""

    text: str
    at: datetime


@lru_cache(maxsize=16384)
def expects(text: str) -> bool:
    """Whether a text announces: "is expected to", "ahead of", or a headline's "Board to vote on …"."""
    return bool(_EXPECTING.search(text)) or _plans(text)


def expected_from(sentence: str) -> int | None:
    """Where a sentence begins to announce: at its "is expected to" or "ahead of", else at its start; None: nowhere."""
    match = _EXPECTING.search(sentence)
    return match.start() if match else (0 if _plans(sentence) else None)


@lru_cache(maxsize=16384)
def looks_ahead(text: str) -> bool:
    """Whether a text announces or speaks of the future in the outlet's own voice."""
    return expects(text) or (bool(_FUTURE.search(text)) and not _ATTRIBUTED.search(text))


def stale(passages: Sequence[Told], leads: Sequence[Told]) -> list[bool]:
    """For each passage whether it is an announcement that the story's ``leads`` have overtaken.

    ``leads`` are the titles and opening sentences of the story's news, in any order.
    """
    if not leads:
        return [False] * len(passages)
    times = sorted(lead.at for lead in leads)
    middle, newest = times[len(times) // 2], times[-1]
    late = [lead for lead in leads if lead.at >= middle]
    settled = sum(looks_ahead(lead.text) for lead in late) < STILL_AHEAD * len(late)

    def early(told: Told) -> bool:
        return settled and told.at < middle and newest - told.at >= SETTLED

    overtaken = _overtaken(leads)
    tolls = [(lead.at, toll(lead.text)) for lead in leads]
    return [
        (looks_ahead(told.text) and (early(told) or overtaken(told))) or _outgrown(told, tolls)
        for told in passages
    ]


def toll(text: str) -> int:
    """The largest number of dead that a text gives, 0 where it gives none."""
    found = [m.group("n") or m.group("m") for m in _TOLL.finditer(text)]
    return max((int(NUMBER_WORDS.get(n.lower(), n).replace(",", "")) for n in found), default=0)


def _outgrown(told: Told, tolls: Sequence[tuple[datetime, int]]) -> bool:
    """Whether two leads give more dead than the text does: one alone may count something else.

    Of few dead only later leads know better; a toll of many only ever rises, whatever an article's date.
    """
    own = toll(told.text)
    return (
        own > 0 and sum((at > told.at or own >= MANY_DEAD) and more > own for at, more in tolls) >= OUTGROWN
    )


def turned(leads: Sequence[Told]) -> datetime | None:
    """When the coverage passed from announcing to telling; None where it did not."""
    times = sorted(lead.at for lead in leads)
    middle = times[len(times) // 2] if times else None
    early, late = (
        ([t for t in leads if (t.at >= middle) == now] for now in (False, True)) if middle else ([], [])
    )
    if not middle or not early or times[-1] - times[0] < SETTLED:
        return None
    before, after = (sum(looks_ahead(t.text) for t in part) / len(part) for part in (early, late))
    return middle if before >= max(AHEAD_BEFORE, 2 * after) else None


def _overtaken(leads: Sequence[Told]) -> Callable[[Told], bool]:
    """Whether, of the later leads on what a text announces, at least as many tell it as still announce it."""

    def judged(told: Told) -> bool:
        terms, aims = term_set(told.text) - _MARKS, _aims(told.text)
        open_still = bool(re.search(_CONTEST, told.text))

        def same(later: frozenset[str]) -> bool:
            shared = len(terms & later)  # a contest is told at length, its outcome in a headline
            decided = open_still and shared > SHARED and shared >= SHARE * len(later)
            return decided or _same(terms, aims, later)

        about = [lead for lead in leads if lead.at >= told.at + LATER and same(term_set(lead.text))]
        ahead = sum(looks_ahead(lead.text) for lead in about)
        return bool(about) and len(about) >= 2 * ahead

    return judged


def _same(terms: frozenset[str], aims: frozenset[str], later: frozenset[str]) -> bool:
    shared = len(terms & later)
    return shared >= SHARED and (bool(aims & later) or shared >= SHARE * len(terms))


def _aims(text: str) -> frozenset[str]:
    """Stems of the verbs that are still to come."""
    return frozenset(stem(found.group("verb")) for found in _AIM.finditer(text.lower()))


def _plans(text: str) -> bool:
    """A headline's future: no verb before "to", one behind it."""
    found = _TO.match(text)
    if not found or found.group("who").split()[0] in {
        "According",
        "Due",
        "Thanks",
        "Prior",
        "Owing",
        "Close",
    }:
        return False
    return found.group("verb") in BARE_VERBS | VERBS and not has_verb(found.group("who"))
