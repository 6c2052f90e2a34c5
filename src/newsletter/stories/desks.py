"""Which section of the paper a story belongs to: the news, or sports, entertainment and shopping.

Three sorts of evidence on each article, from the strongest: the address (its host and folders), the words of its title,
those of its text. A title that speaks of public affairs (`affairs`) is evidence for the news: a minister at a match,
a singer on trial for murder. Where the two contradict each other, the article tells nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from newsletter.domain.article import Article
from newsletter.domain.story import Story
from newsletter.stories.affairs import is_affairs
from newsletter.stories.sectionwords import FOLDERS, HOSTS, TEXT_WORDS, TITLE_WORDS


class Desk(StrEnum):
    """Everything but NEWS is printed by many outlets, has readers of its own and is off unless asked for.

    The values are the words of the setting SECTIONS.
    """

    NEWS = "news"
    SPORTS = "sports"
    CELEBRITY = "celebrity"
    SHOPPING = "shopping"


SECTIONS = (Desk.SPORTS, Desk.CELEBRITY, Desk.SHOPPING)
"""What an operator can switch on."""
SHARE = 1 / 3
"""Of the articles, with a section's marks: many outlets' addresses and short titles show none."""


def desk_of_story(story: Story) -> Desk:
    """The commonest section when a third of the articles bear its marks and no more speak for the news; else NEWS."""
    found = Counter(desk_of(article) for article in story.articles)
    news, _ = found.pop(Desk.NEWS, 0), found.pop(None, 0)
    marked = sum(found.values())
    if not marked or marked < news or marked < SHARE * len(story.articles):
        return Desk.NEWS
    return max((desk for desk in found if desk), key=lambda desk: (found[desk], desk))


def desk_of(article: Article) -> Desk | None:
    """The section an article bears marks of, NEWS where it speaks of public affairs; None when it tells nothing."""
    return _desk_of(article.url, article.title, article.text)


@lru_cache(maxsize=20_000)
def _desk_of(url: str, title: str, text: str) -> Desk | None:
    place = _desk_of_address(url)
    if is_affairs(title):
        return None if place else Desk.NEWS
    return (
        place
        or _desk_of_words(TITLE_WORDS, title)
        or (Desk.NEWS if is_affairs(title, text) else _desk_of_words(TEXT_WORDS, text))
    )


def _desk_of_address(url: str) -> Desk | None:
    parts = urlsplit(url.lower())
    for folder in parts.path.split("/"):
        if folder in FOLDERS:
            return Desk(FOLDERS[folder])
    return next((Desk(desk) for desk, hosts in HOSTS if hosts.search(parts.netloc)), None)


def _desk_of_words(words: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> Desk | None:
    return next((Desk(desk) for desk, pattern in words if pattern.search(text)), None)
