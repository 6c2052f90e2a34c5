"""What counts of an article: the stems of its title and lead, and pairs of neighbouring ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from newsletter.domain.article import Article
from newsletter.ports import Background
from newsletter.stories.background import document_counts
from newsletter.stories.text import stems

TITLE_WEIGHT = 2
"""The title counts twice: feeds' descriptions vary from nothing to the whole article, titles do not."""
TEXT_STEMS = 40
"""Stems read from the text: the lead tells the event, what follows is its history."""
TEXT_CHARACTERS = 800
"""Where reading stops in any case: enough for `TEXT_STEMS`, whatever a feed puts into its description."""
PAIR_WEIGHT = 0.7
"""Weight of a two-word term against a single word: exact wording supports, it must not decide."""


RECIPE = "1"
"""Names what `terms_of` makes: to be raised with every change of terms, so that kept counts are made anew."""


@dataclass(frozen=True, slots=True)
class CountTerms:
    """A `ports.TermCounter`."""

    recipe: str = RECIPE

    def __call__(self, articles: Sequence[Article]) -> Background:
        """Terms met once are left out: they are three quarters of all, and misspellings or passing names."""
        counts = document_counts(terms_of(article.title, article.text) for article in articles)
        return Background(len(articles), {term: count for term, count in counts.items() if count > 1})


Read = tuple[Sequence[str], Sequence[str]]
"""The stems of an article's title and of its lead."""


def read(title: str, text: str) -> Read:
    """What counts of an article, the stems in order."""
    return stems(title), stems(text[:TEXT_CHARACTERS])[:TEXT_STEMS]


def terms_of(title: str, text: str) -> Counter[str]:
    """Counted terms, single stems and neighbouring pairs ("suprem court"), of one article."""
    titles, lead = map(_with_pairs, read(title, text))
    return Counter(chain(titles * TITLE_WEIGHT, lead))


def _with_pairs(found: Sequence[str]) -> list[str]:
    return [*found, *map(" ".join, pairwise(found))]
