"""Related earlier stories: the same affair, told months or years ago. Another thing than a thread's last days.

The archive's index gives whatever shares a few rare terms (`wanted`, `LEAST`); here is decided what of it a reader
would call related. Precision first: an empty list is better than a wrong line. The bars were chosen on pairs of
stories that were read and labelled, from news of ten years, and hold on others (docs/design/0014).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.domain.story import PastStory
from newsletter.stories.names import names_of
from newsletter.stories.telling import TellingTerms, Terms, products
from newsletter.stories.text import stems

MOST = 3
"""Related stories listed with one story."""
SEARCHED = 24
"""Rarest terms of a story that the index is asked for: the other eight stand in every third story."""
LEAST = 4
"""Of them an earlier story has to share so many: 138 of 140 lines do, and the search costs a third of what 3 does."""
BAR = 0.48
"""Cosine of two stories up to `FRESH_DAYS` apart …"""
FRESH_DAYS = 30
AGEING = 0.04
"""… and this much more for each e-fold beyond: .58 at a year, .64 at five. Words recur, affairs end."""
SHARED = 7
"""Telling terms in common; fewer are a name and its title, which every story about that person shares …"""
SHARED_AGEING = 2
"""… and so many more for each e-fold: 12 at a year. A place, a people and a verb or two are in the news every year."""
LEADING = 5
"""The story's heaviest names: whom and where it is about. The earlier story has to have …"""
LEADING_SHARED = 2
"""… so many of them. Two earthquakes or two months' prices share all words but these."""
WHAT = 0.05
"""Part of the cosine that other words than names make. The same person in another matter shares names alone."""
SAID = 3
"""Telling terms that the earlier headline has to say, if none of the leading names: it is all a reader sees, and one
that speaks of something else comes from a story that held more than one matter."""


@dataclass(frozen=True, slots=True)
class RelatedSearch:
    """A `ports.RelatedFinder`."""

    terms: TellingTerms
    least: int = LEAST

    def wanted(self, texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """What to ask the index for: the rarest of the story's telling terms."""
        told = self.terms(texts)
        return tuple(sorted(told, key=lambda term: (-self.terms.rarity(term), -told[term], term))[:SEARCHED])

    def choose(
        self,
        texts: Sequence[tuple[str, str]],
        found: Iterable[PastStory],
        day: date,
        threads: Collection[str] = (),
    ) -> tuple[PastStory, ...]:
        """The most alike of ``found``, one a thread and none of ``threads``; newest first."""
        others = [past for past in found if past.thread_id not in threads]
        if not others:
            return ()  # most stories: reading their names would cost more than the search
        told, names = self.terms(texts), names_of(texts)
        scored = [(likeness(told, names, past, day), past.date, past.story_id, past) for past in others]
        best: dict[str, PastStory] = {}
        for _, _, _, past in sorted(
            (one for one in scored if one[0] > 0), key=lambda one: one[:3], reverse=True
        ):
            best.setdefault(past.thread_id, past)
        chosen = list(best.values())[:MOST]
        return tuple(sorted(chosen, key=lambda past: (past.date, past.story_id), reverse=True))


def likeness(told: Terms, names: Collection[str], past: PastStory, day: date) -> float:
    """By how much two stories are above the bar for their distance in time; 0 or less: not related."""
    shared = products(told, past.terms)
    leading = set(list(filter(names.__contains__, told))[:LEADING])
    older = ageing((day - date.fromisoformat(past.date)).days)
    what = math.fsum(value for term, value in shared.items() if term not in names)
    if len(shared) < SHARED + SHARED_AGEING * older or len(shared.keys() & leading) < LEADING_SHARED:
        return 0.0
    if what < WHAT or not _says(past.headline, told, leading):
        return 0.0
    return math.fsum(shared.values()) - bar(older)


def bar(older: float) -> float:
    """The cosine that two stories so many e-folds apart have to reach."""
    return BAR + AGEING * older


def ageing(days: int) -> float:
    """E-folds of the distance in time beyond `FRESH_DAYS`."""
    return math.log(max(days, FRESH_DAYS) / FRESH_DAYS)


def _says(headline: str, told: Terms, leading: Collection[str]) -> bool:
    said = set(stems(headline))
    return not said.isdisjoint(leading) or len(said & told.keys()) >= SAID
