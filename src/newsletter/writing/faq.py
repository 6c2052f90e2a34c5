"""A few questions that an outlet's own sentence answers outright; none is better than a crooked one."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.domain.words import Question
from newsletter.writing.answers import Candidate, candidates
from newsletter.writing.asking import Asked
from newsletter.writing.choose import Desk
from newsletter.writing.passages import Passage
from newsletter.writing.terms import numbers, term_set

MOST, ENOUGH = 5, 3
NOVELTY = 0.25
"""Share of an answer's content that headline, overview, points and the answers before it must not hold."""
NEWS, CORE = 0.45, 0.25
"""Least news in what an answer holds beside its question: of a good one, and of one that fills up."""
LENGTH = 0.02
"""What a word of an answer costs where words are short: an outlet's other words may answer another question."""
REPEATS = 0.7
"""Likeness from which an answer repeats one of them."""
ALIKE = 0.75
"""Share of the stems of the shorter of two questions from which they are one."""
KINDS = (
    "who",
    "what",
    "called",
    "charge",
    "why",
    "cause",
    "before",
    "where",
    "place",
    "when",
    "many",
    "does",
    "effect",
    "doer",
    "act",
    "fate",
    "respond",
    "say",
    "penalty",
    "how",
    "damage",
    "hurt",
    "risk",
    "closed",
    "arrest",
    "voice",
    "past",
    "outcome",
    "next",
    "unknown",
)
"""The order of reading: who and what, then why, then what follows."""
RANKS = {
    "why": 0,
    "who": 1,
    "next": 1,
    "many": 2,
    "charge": 2,
    "unknown": 2,
    "does": 2,
    "what": 3,
    "respond": 3,
    "penalty": 3,
    "cause": 2,
    "effect": 3,
    "act": 4,
    "doer": 4,
    "fate": 4,
    "before": 4,
    "where": 4,
    "place": 4,
    "when": 5,
    "say": 5,
    "how": 3,
    "damage": 3,
    "hurt": 3,
    "called": 6,
    "risk": 3,
    "closed": 3,
    "arrest": 3,
    "outcome": 3,
    "past": 6,
    "voice": 6,
}
"""Which kinds go first where there are more than five."""
TWICE = {"who", "many", "act", "say", "why", "doer", "respond"}
"""Kinds that may be asked twice, about two things."""
TELLING = {"doer", "past", "act", "say", "respond", "charge", "fate", "why"}
"""Kinds whose answer may be the very news that the headline tells."""
_SPEAKS = {"say", "voice"}
"""Kinds of which one is asked of a speaker."""
SAME, TOLD, HEADLINE = 0.5, 0.25, 0.6
"""Share of such an answer that stands in the headline; less where the question does; share of the headline
that an act must not hold."""


def faq(desk: Desk) -> tuple[Question, ...]:
    """At most five questions, each answered by one statement that stands nowhere else in the story.

    Where fewer than ``ENOUGH`` come of the best answers, short ones first may leave words for one more.
    """
    found = tuple(candidates(desk))
    plans = [_chosen(desk.trial(), found, length) for length in (0.0, LENGTH)]
    best = max(plans, key=lambda plan: min(len(plan), ENOUGH))
    said = [(c.asked, desk.say(c.passage)) for c in best]
    return tuple(Question(a.text, (s,)) for a, s in sorted(said, key=lambda t: KINDS.index(t[0].kind)))


def _chosen(desk: Desk, found: Sequence[Candidate], length: float) -> list[Candidate]:
    """Answers that are news in good part first; thin ones only fill up to ``ENOUGH``."""
    ranked = sorted(
        found, key=lambda c: (RANKS[c.asked.kind], length * c.passage.words - c.worth, c.passage.text)
    )
    taken: list[Candidate] = []
    for fresh, most in ((NEWS, MOST), (CORE, ENOUGH)):
        for candidate in ranked:
            if len(taken) < most and _fits(desk, candidate, fresh, [c.asked for c in taken]):
                desk.say(candidate.passage)
                taken.append(candidate)
    return taken


def _fits(desk: Desk, candidate: Candidate, fresh: float, before: list[Asked]) -> bool:
    return (
        not _asked_already(candidate.asked, before)
        and _answers(desk, candidate.passage)
        and _tells_more(desk, candidate) >= fresh
        and not _as_headline(desk, candidate)
        and not _counted_already(desk, candidate)
    )


def _answers(desk: Desk, passage: Passage) -> bool:
    """Whether the sentence is free, allowed, and news to the reader."""
    free = passage.key not in desk.used and desk.ledger.allows(passage.outlet, passage.words)
    return free and desk.novelty(passage) >= NOVELTY and desk.material.like_one(passage, desk.said) < REPEATS


def _tells_more(desk: Desk, candidate: Candidate) -> float:
    """Share of what the answer holds beside its question that the reader was not told yet, 0 to 1."""
    core = term_set(candidate.passage.text) - term_set(candidate.asked.text)
    return len(core - frozenset[str]().union(*map(term_set, desk.said))) / max(1, len(core))


def _counted_already(desk: Desk, candidate: Candidate) -> bool:
    """Whether every number of an answer to "how many" was told."""
    told = numbers(candidate.passage.text)
    return candidate.asked.kind == "many" and bool(told) and told <= numbers(" ".join(desk.said))


def _as_headline(desk: Desk, candidate: Candidate) -> bool:
    """Whether the headline tells the answer: it holds most of it, or all that is asked, or is held by an act."""
    kind = candidate.asked.kind
    if kind not in TELLING:
        return False
    title, own = term_set(desk.said[0]), term_set(candidate.passage.text)
    both = len(title & own)
    asked = kind != "say" and term_set(candidate.asked.text) <= title
    return (
        (asked and both >= TOLD * len(own))
        or both >= SAME * len(own)
        or (kind == "act" and both >= HEADLINE * len(title))
    )


def _asked_already(asked: Asked, before: list[Asked]) -> bool:
    same = [b for b in before if b.kind == asked.kind]
    if same and (asked.kind not in TWICE or len(same) > 1 or any(b.about == asked.about for b in same)):
        return True
    if asked.kind in _SPEAKS and any(b.kind in _SPEAKS and b.about == asked.about for b in before):
        return True
    return any(_alike(asked, b) for b in before)


def _alike(one: Asked, other: Asked) -> bool:
    """Whether two questions are one, whomever both are about aside."""
    both = term_set(one.about) & term_set(other.about) if one.kind != other.kind else frozenset[str]()
    a, b = term_set(one.text) - both, term_set(other.text) - both
    return one.text == other.text or len(a & b) > ALIKE * max(1, min(len(a), len(b)))
