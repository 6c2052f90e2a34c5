"""Which part of the paper a story belongs to: politics and the world, or sports, celebrities and shopping."""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from newsletter.domain.story import Story


class Desk(StrEnum):
    """Everything but NEWS is printed by many outlets, has readers of its own, and seldom leads a newsletter."""

    NEWS = "news"
    SPORTS = "sports"
    CELEBRITY = "entertainment and celebrities"
    SHOPPING = "shopping and lifestyle"


_FOLDERS: tuple[tuple[Desk, str], ...] = (
    (
        Desk.SPORTS,
        "sport sports football soccer nfl nba mlb nhl wnba ufc wwe golf tennis cricket formula1 formula-1",
    ),
    (
        Desk.SPORTS,
        "athletics boxing olympics baseball basketball college-football racing rugby rugby-union fantasy",
    ),
    (
        Desk.CELEBRITY,
        "entertainment entertainment-arts celebrity celebrities celebrity-news movies film films tv",
    ),
    (
        Desk.CELEBRITY,
        "television music arts culture tv-and-radio stage gossip showbiz royals style obsessed books",
    ),
    (
        Desk.SHOPPING,
        "shopping lifestyle life-style lifeandstyle food travel recipes fashion beauty wellness deals",
    ),
    (Desk.SHOPPING, "home-garden select health-and-fitness personal-finance real-estate gaming games"),
)
_DESK_OF_FOLDER = {folder: desk for desk, folders in _FOLDERS for folder in folders.split()}
_HOSTS = (
    (Desk.SPORTS, re.compile(r"\b(\w*sports?|espn)\b")),
    (Desk.CELEBRITY, re.compile(r"^(www\.)?(pagesix|people|tmz|variety|deadline|billboard)\.")),
)
_WORDS: tuple[tuple[Desk, tuple[str, ...]], ...] = (
    (
        Desk.SPORTS,
        (
            "nfl|nba|mlb|nhl|wnba|ncaa|ufc|wwe|la liga|premier league|pga tour|super bowl|world cup",
            "grand prix|grand slam",
            "quarterbacks?|touchdowns?|home runs?|inning|midfielder|striker|head coach|bullpen|preseason|playoffs?",
        ),
    ),
    (
        Desk.CELEBRITY,
        (
            "box office|red carpet|oscars?|grammys?|emmys?|netflix|hbo|(movie|film) review|season finale|album|sitcom",
            "reality star|pop star|actor|actress|rapper|trailer|recap",
        ),
    ),
    (
        Desk.SHOPPING,
        (
            r"best [a-z ]{3,30} (deals|of 20\d\d)|prime day|on sale|gift guide|recipes?|powerball|mega millions",
        ),
    ),
)
_TITLE_WORDS = tuple((desk, re.compile(rf"\b({'|'.join(found)})\b", re.IGNORECASE)) for desk, found in _WORDS)


def desk_of_story(story: Story) -> Desk:
    """The commonest desk other than news when at least half the articles bear such marks, else news."""
    desks = Counter(desk_of(article.url, article.title) for article in story.articles)
    news = desks.pop(Desk.NEWS, 0)
    if 2 * desks.total() < desks.total() + news:
        return Desk.NEWS
    return max(desks, key=lambda desk: (desks[desk], desk))


@lru_cache(maxsize=20_000)
def desk_of(url: str, title: str) -> Desk:
    """By the address's host and folders; where they say nothing, by words in the title."""
    parts = urlsplit(url)
    for folder in parts.path.lower().split("/"):
        if folder in _DESK_OF_FOLDER:
            return _DESK_OF_FOLDER[folder]
    for marks, text in ((_HOSTS, parts.netloc.lower()), (_TITLE_WORDS, title)):
        for desk, pattern in marks:
            if pattern.search(text):
                return desk
    return Desk.NEWS
