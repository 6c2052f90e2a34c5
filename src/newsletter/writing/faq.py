"""A few questions that an outlet's own sentence answers outright; none is better than a crooked one."""

from __future__ import annotations

import re

from newsletter.domain.words import Question
from newsletter.writing.choose import Desk
from newsletter.writing.lexicon import PERSON_NOUNS
from newsletter.writing.passages import Passage

MOST = 3
NOVELTY = 0.3

_NEXT = re.compile(
    r"\b(?:is|are|was|were) (?:scheduled|set|due|slated|expected) (?:to|for)\b.*\b(?:next (?:week|month|"
    r"year)|later this|"
    r"(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sept|Oct|Nov|Dec)\w*\.? \d{1,2}|\d{1,2} (?:Jan|Feb|March|April|"
    r"May|June|July|Aug|"
    r"Sept|Oct|Nov|Dec)\w*)\b"
)
_WHO = re.compile(
    r"^(?P<name>[A-Z][\w’'-]+ (?:[A-Z][.] )?[A-Z][\w’'-]+), (?:\d\d, |(?:a|an|the) (?P<what>[\w’' -]{3,60}), )|"
    r"^(?P<subject>[A-Z][\w’'-]+ [A-Z][\w’'-]+) (?:is|was) (?:a|an) (?P<kind>[\w’' -]{3,40})"
)
_FRESH = 0.5


def faq(desk: Desk) -> tuple[Question, ...]:
    """At most three questions, each answered by one statement that stands nowhere else in the story."""
    found: list[Question] = []
    asked: set[str] = set()
    for passage in _candidates(desk):
        question = _question(passage, desk)
        fits = passage.key not in desk.used and desk.ledger.allows(passage.outlet, passage.words)
        if question and question not in asked and fits and desk.novelty(passage) >= NOVELTY:
            asked.add(question)
            found.append(Question(question, (desk.say(passage),)))
        if len(found) == MOST:
            break
    return tuple(found)


def _candidates(desk: Desk) -> list[Passage]:
    scores = desk.material.centrality + desk.material.manner
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [
        p
        for p in (desk.material.passages[i] for i in order)
        if p.source.news and p.field == "text" and not desk.material.is_stale(p)
    ]


def _question(passage: Passage, desk: Desk) -> str:
    times = sorted(s.article.published for s in desk.material.sources)
    recent = passage.source.article.published >= times[int(_FRESH * (len(times) - 1))]
    if _NEXT.search(passage.text) and recent:
        return "What happens next?"
    found = _WHO.search(passage.text)
    if not found:
        return ""
    name, what = found.group("name") or found.group("subject"), found.group("what") or found.group("kind")
    person = what is None or any(w.lower() in PERSON_NOUNS for w in re.findall(r"[\w’']+", what))
    told = any(name.split()[-1] in said for said in desk.said)
    return f"Who is {name}?" if person and told else ""
