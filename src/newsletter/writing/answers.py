"""Which sentences of a story answer a question, and which questions: candidates for the story's few. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.writing.asking import Asked, Context
from newsletter.writing.choose import Desk
from newsletter.writing.counts import contested
from newsletter.writing.describing import capital_runs
from newsletter.writing.event import NOBODY
from newsletter.writing.lexicon import CALENDAR, PERSON_NOUNS
from newsletter.writing.passages import Passage
from newsletter.writing.placing import SCHEDULED
from newsletter.writing.questions import questions
from newsletter.writing.subject import leans, opening_subject
from newsletter.writing.terms import term_set
from newsletter.writing.timing import expects, under_way
from newsletter.writing.upcoming import ahead, impends

BEARING = 0.05
"""Least bearing of an answer on the story's news."""
ON_IT = 0.5
"""Share of its article's title that other outlets' texts must hold: a stranger in the group answers nothing."""
FRESH = 0.5
"""Place in time (0 oldest, 1 newest) from which on an article may say what is not known."""
TIMELESS = {"who", "what", "outcome", "penalty"}
"""Kinds whose answers later news does not overtake."""
OF_EVENT = {"arrest", "hurt", "damage", "closed"}
"""Kinds whose answers are so plain ("No arrests were made") that they share no word with the story."""
_HOUSEHOLD = (
    r"\b(?<!ormer )(?<!ex-)(?<!Vice )(?:President|Prime Minister|King|Queen|Pope) (?:[A-Z][\w.’'-]+ ){0,2}"
)


_FRAGMENT = re.compile(r"^(?:Because|Let['’]s|Which|Not|Just|While|Although|Though)\b")


_SOME = {
    "arrest": re.compile(r"\b(?:arrested|in custody|into custody|detained|charged|suspect (?:is|was))\b"),
    "hurt": re.compile(r"\b(?:injured|wounded|hurt|killed|dead|died|deaths|injuries to|hospitali[sz]ed)\b"),
}
"""What another text says where there was somebody after all."""

_RELATIVE = re.compile(r"\b(?:[Yy]esterday|tomorrow|tonight)\b")
"""Days that a reader of another day would take for others."""

_CUT_SHORT = re.compile(r"\bthat [^,]+, \w+ing [^,]*$|\bcall(?:s|ed) (?!for\b|on\b)[^“”\"]*, who [^“”\"]*$")
"""A cut that took what a clause was to say: "reports that sailors, tired of it"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    asked: Asked
    passage: Passage
    worth: float


def candidates(desk: Desk) -> Iterator[Candidate]:
    material = desk.material
    common, proper = _letters(desk)
    about = Context(
        common,
        capital_runs(tuple(t for _, t in material.said)),
        frozenset(re.findall(r"[A-Z][\w-]+", " ".join(desk.said[:1]))),
        proper,
        term_set(" ".join(desk.said[:1])) | _common(desk),
        headline=term_set(" ".join(desk.said[:1])),
        shared=_shared(desk, proper),
    )
    now = max((s.article.published for s in material.sources), default=None)
    for i, passage in enumerate(material.passages):
        if not _tells(desk, passage):
            continue
        worth = float(material.centrality[i] + material.manner[i])
        found = list(questions(passage.text, about))
        at = passage.source.article.published
        if now and ahead(passage.text, at.date(), now.date()):
            found.append(Asked("next", "What happens next?"))
        elif now and impends(passage.text, at, now):
            found.append(Asked("next", "What happens next?", "undated"))
        yield from (Candidate(a, passage, worth) for a in found if _fair(desk, a, passage))


def _tells(desk: Desk, passage: Passage) -> bool:
    news = passage.source.news and passage.field == "text" and passage.key not in desk.used
    if (
        _FRAGMENT.match(passage.text)
        or _RELATIVE.search(passage.text)
        or (not passage.whole and _CUT_SHORT.search(passage.text))
    ):
        return False
    clear = not leans(passage.text) or _met(passage.text, desk.said)
    return news and clear and _on_it(desk, passage)


def _on_it(desk: Desk, passage: Passage) -> bool:
    """Whether the passage's article speaks of what the other outlets speak of."""
    title = term_set(passage.source.article.title)
    others = (held for outlet, held in desk.material.concepts_of.items() if outlet != passage.outlet)
    return len(title & frozenset[str]().union(*others)) >= ON_IT * len(title)


def _met(text: str, said: list[str]) -> bool:
    """Whether the reader has met "the aircraft carrier" that a sentence opens with."""
    if not text.startswith(("The ", "These ", "Those ")):
        return False
    subject = opening_subject(text)
    words = term_set(" ".join(subject))
    person = any(w.lower() in PERSON_NOUNS for w in subject)
    return bool(words) and not person and len(subject) <= 4 and any(words <= term_set(t) for t in said)


def _fair(desk: Desk, asked: Asked, passage: Passage) -> bool:
    """Whether the passage is on the story, up to date, beyond dispute, and about somebody who plays a part."""
    near = asked.kind in OF_EVENT or desk.material.bearing_of(passage) >= BEARING
    holds = near and not contested(desk.material, passage) and _timely(desk, asked, passage)
    return holds and (asked.kind not in {"what", "place", "who"} or _plays_a_part(desk, asked))


def _timely(desk: Desk, asked: Asked, passage: Passage) -> bool:
    """Whether nothing later overtook the answer, and what it says is ahead or unknown still is."""
    material = desk.material
    if material.is_stale(passage) and not (asked.kind in TIMELESS and _stands(passage.text)):
        return False
    if asked.about == NOBODY:
        return not any(_SOME[asked.kind].search(text) for _, text in material.said)
    if asked.about == SCHEDULED:
        now = max(s.article.published for s in material.sources)
        return ahead(passage.text, passage.source.article.published.date(), now.date())
    if asked.kind == "next":
        return bool(term_set(passage.text) & (term_set(" ".join(desk.said[:1])) | _common(desk)))
    return asked.kind != "unknown" or material.place_in_time(passage) >= FRESH


def _plays_a_part(desk: Desk, asked: Asked) -> bool:
    """Whether two outlets name whom or what is asked after; a president needs no introduction."""
    household = re.compile(_HOUSEHOLD + re.escape((asked.about.split() or [""])[-1]) + r"\b")
    if asked.kind == "who" and any(household.search(text) for _, text in desk.material.said):
        return False
    return _named_by_two(desk, asked.about)


def _stands(text: str) -> bool:
    """Whether a text of an earlier state still holds: it announces nothing and nothing in it is under way."""
    return not expects(text) and not under_way(text)


def _named_by_two(desk: Desk, name: str) -> bool:
    return sum(name in " ".join(desk.material.texts_of(o)) for o in desk.material.outlets) > 1


def _common(desk: Desk) -> frozenset[str]:
    """Stems that at least half of the outlets use."""
    users = Counter(c for held in desk.material.concepts_of.values() for c in held)
    return frozenset(c for c, n in users.items() if n >= max(2, len(desk.material.outlets) / 2))


def _shared(desk: Desk, proper: frozenset[str]) -> frozenset[str]:
    """Names that at least half of the outlets use."""
    users: Counter[str] = Counter()
    for outlet in desk.material.outlets:
        users.update(set(re.findall(r"[A-Z][\w-]{2,}", " ".join(desk.material.texts_of(outlet)))))
    half = max(2, len(desk.material.outlets) / 2)
    return frozenset(w for w, n in users.items() if n >= half and w.lower() in proper - CALENDAR)


def _letters(desk: Desk) -> tuple[frozenset[str], frozenset[str]]:
    """Words that sentences of the story write small more often than not, and words that they write with a capital."""
    small: dict[str, int] = {}
    for text in (p.text for p in desk.material.passages if p.field == "text"):
        for word in re.findall(r"(?<=[a-z,] )[A-Za-z][\w’'-]*", text):
            small[word.lower()] = small.get(word.lower(), 0) + (1 if word[0].islower() else -1)
    return frozenset(w for w, n in small.items() if n > 0), frozenset(w for w, n in small.items() if n < 0)
