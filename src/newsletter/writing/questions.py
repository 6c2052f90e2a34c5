"""The questions that one sentence answers, each with its kind. Templates over the evidence's own names and terms.

The kind of answer is part of every pattern: "who" needs a description, "how many" a number, "when" a time. The
templates stand by their reason: ``speech`` (said, asked, denied), ``deeds``, ``reasons``, ``placing``, ``amounts``,
``describing``. What stands inside a sentence (``inner``) is asked for facts only, never for who said what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from newsletter.writing.amounts import counted, long_span, margin, of_numbers, paid, voted
from newsletter.writing.asking import Asked, Context, Told, sound
from newsletter.writing.clauses import Clause, clause
from newsletter.writing.deeds import (
    by_whom,
    charged,
    charges,
    compared,
    doer,
    does,
    fate,
    liable,
    successors,
    whom,
    worries,
    would,
)
from newsletter.writing.describing import describes
from newsletter.writing.event import of_event
from newsletter.writing.inner import inner_sentences
from newsletter.writing.outcomes import comes_after, how, what_if
from newsletter.writing.placing import scheduled, since, when, where
from newsletter.writing.quotes import without_quotations
from newsletter.writing.reasons import before, cause, causing, effect, judged, purpose, why
from newsletter.writing.speakers import GROUPS
from newsletter.writing.speech import (
    accuses,
    adds,
    asked_to,
    comments,
    described,
    pledges,
    responds,
    says,
    trailing,
)
from newsletter.writing.voices import papers, voice

_UNKNOWN = re.compile(
    r"\b(?:(?:is|was|were|are|remains?|remained|it['’]s) (?:still )?(?:unclear|unknown|"
    r"not (?:yet |immediately |"
    r"publicly )?(?:clear|known|been (?:identified|named|released|disclosed|determined)))|"
    r"(?:has|have|had) (?:not|yet to) (?:yet )?(?:been |be )?(?:publicly )?(?:named|released?|"
    r"identif\w+|said|say|"
    r"disclosed?|determined?|announced?|confirm\w*|explain\w*)|"
    r"did not (?:immediately )?(?:say|give|specify|explain|disclose|provide|elaborate)|"
    r"(?:has|have)n['’]t yet\b|(?:is|are|was|were) no confirmed\b|"
    r"(?:gave|given|offered|provided) no (?:date|details?|reason|explanation|timeline|motive)|"
    r"no (?:known )?motive)\b"
)

Template = Callable[[Told], Asked | None]
_FACTS: tuple[Template, ...] = (
    *(
        why,
        purpose,
        judged,
        charged,
        liable,
        paid,
        long_span,
        voted,
        margin,
        counted,
        would,
        where,
        since,
        scheduled,
        when,
        fate,
        effect,
    ),
)
"""Questions that a clause answers wherever it stands."""
_ALL: tuple[Template, ...] = (
    *_FACTS,
    *(
        responds,
        comments,
        before,
        doer,
        by_whom,
        whom,
        cause,
        compared,
        accuses,
        described,
        adds,
        asked_to,
        pledges,
        worries,
        says,
        does,
        voice,
        how,
        comes_after,
    ),
)


def questions(text: str, about: Context) -> Iterator[Asked]:
    """Every question that the sentence answers outright."""
    yield from describes(text, about.known)
    if _UNKNOWN.search(without_quotations(text)):
        yield Asked("unknown", "What is not known yet?")
    yield from of_numbers(text)
    yield from causing(text)
    yield from charges(text)
    yield from successors(text)
    yield from of_event(text, about)
    yield from what_if(text, about.common)
    yield from papers(text, about)
    yield from _of_clause(text, clause(text), about, _ALL)
    yield from _of_clause(text, trailing(text), about, (says, voice))
    for inside in inner_sentences(text):
        yield from _of_clause(inside, clause(inside), about, _FACTS)


def _spelled(found: Clause, about: Context) -> bool:
    """Whether it is known how a subject's first word is written inside a sentence, and it lacks no article.

    "Rights groups" and "Senate leaders" look alike at the start; "Facility was flooded" is a headline's style.
    """
    first, *rest = found.subject.split()
    plain = (
        first in {"The", "A", "An"} or not first.isalpha() or first.isupper() or first.lower() in about.proper
    )
    if plain or any(t[:1].isupper() for t in rest):
        return True
    if not rest and first.lower() in GROUPS | {"police"}:
        return True
    return first.lower() in about.common and found.subject.endswith(("s", "people", "police"))


def _of_clause(
    text: str, found: Clause | None, about: Context, templates: tuple[Template, ...]
) -> Iterator[Asked]:
    if not found:
        return
    for template in templates:
        question = template(Told(text, found, about))
        if question and question.text and sound(question.text) and _spelled(found, about):
            yield question
