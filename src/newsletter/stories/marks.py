"""What sort of piece an article is, by its marks: the address and the title. No judgement of its content.

The feeds' own marks come first (`Article.kind`); these look again where a feed said nothing, because one
roundup taken for a report joins the stories it lists.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from newsletter.domain.article import Article, Kind


class Desk(StrEnum):
    """The part of the paper: everything but NEWS has its own readers and seldom leads a newsletter."""

    NEWS = "news"
    SPORTS = "sports"
    CELEBRITY = "entertainment and celebrities"
    SHOPPING = "shopping and lifestyle"


_PATH_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            Kind.SPONSORED,
            r"/(sponsored|sponsor-content|partner-content|brandvoice|paid-content|advertorial)\b",
        ),
        (
            Kind.SERVICE,
            r"/(horoscopes?|crosswords?|puzzles?|games|recipes?|lottery|coupons?|deals|shopping|select|underscored"
            r"|wirecutter|buyers-guide|weather/forecast|obituar(y|ies)|quiz(zes)?)\b|crossword|wordle|sudoku|-horoscope",
        ),
        (
            Kind.LIVE,
            r"/(live|liveblogs?|live-news|live-updates?|live-blog)(/|-|$)|-live-updates?\b|-liveblog\b",
        ),
        (
            Kind.ROUNDUP,
            r"/(newsletters?|briefings?|podcasts?|photography|gallery|galleries|cartoons?|the-headlines|audio)/"
            r"|morning-(briefing|newsletter)|newscast|daybreak-|in-pictures|photos-of-the-",
        ),
        (
            Kind.OPINION,
            r"/(opinions?|commentisfree|editorials?|op-eds?|columns?|columnists?|ideas|perspectives?|letters|voices|volokh)/",
        ),
    )
)
_TITLE_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.SERVICE,
            r"^(horoscope|crossword|.{0,40}\bcrossword:|wordle|today's (hints|answers)|.{0,30}\bnews quiz\b)"
            r"|\b(winning (lottery )?numbers|promo codes?|best deals|deals? of the day|hints and answers)\b",
        ),
        (
            Kind.LIVE,
            r"^(live\b|watch live\b|live updates?\b)|\blive updates?\b|[–—-] (\w+ ){0,3}live$|\blive: |\bas it happened$",
        ),
        (
            Kind.ROUNDUP,
            r"\b(and more top headlines|and more news|news (briefing|roundup|wrap)|morning (briefing|newsletter|edition)"
            r"|evening (briefing|news)|weekly roundup|week in (review|pictures|photos|politics)|newsletter:|open thread"
            r"|(photos|pictures|cartoons|images) of the (day|week)|in \d+ (pictures|photos)|war briefing"
            r"|(top|biggest|\d+) (stories|headlines|things to know)|what to know today|on the week in)\b"
            r"|\b(nightly news|evening news|world news tonight|newshour|up first|daybreak)\b.*\d|^\d{1,2}/\d{1,2}(/\d+)?: "
            r"|[^;]{12,};[^;]{12,};|\. and, [a-z]|\bscores$",
        ),
        (Kind.OPINION, r"\| opinion$|^opinion[:|]|^editorial:|\bletters? to the editor\b|^(column|commentary):|\| letters?$"),
    )
)  # fmt: skip

_SECTIONS: tuple[tuple[Desk, re.Pattern[str]], ...] = (
    (
        Desk.SPORTS,
        re.compile(
            r"/(sports?|football|soccer|nfl|nba|mlb|nhl|wnba|ufc|wwe|golf|tennis|cricket|formula-?1|athletics|boxing|olympics"
            r"|baseball|basketball|college-football|racing|rugby[a-z-]*|fantasy[a-z-]*)/|^/[^/]*(espn|sport)[^/]*/|//[^/]*(sports?|espn)[^/]*/"
        ),
    ),
    (
        Desk.CELEBRITY,
        re.compile(
            r"/(entertainment|entertainment-arts|celebrit(y|ies)|celebrity-news|movies|films?|tv|television|music|arts|culture|tv-and-radio"
            r"|stage|gossip|showbiz|royals?|style|obsessed|pagesix|books|tvshowbiz)/|//(pagesix|people|tmz|variety|deadline)\."
        ),
    ),
    (
        Desk.SHOPPING,
        re.compile(
            r"/(shopping|lifestyle|life-style|lifeandstyle|food|travel|recipes?|fashion|beauty|wellness|home-garden|deals|select"
            r"|health-and-fitness|personal-finance|real-estate|gaming|games)/"
        ),
    ),
)
_TITLE_DESKS: tuple[tuple[Desk, re.Pattern[str]], ...] = tuple(
    (desk, re.compile(rf"\b({pattern})\b", re.IGNORECASE))
    for desk, pattern in (
        (
            Desk.SPORTS,
            r"nfl|nba|mlb|nhl|wnba|ncaa|ufc|wwe|premier league|super bowl|world cup|grand prix|quarterbacks?|touchdowns?|home runs?"
            r"|preseason|playoffs?|pga tour|grand slam|wimbledon|inning|midfielder|striker|head coach|la liga|bullpen|training camp",
        ),
        (
            Desk.CELEBRITY,
            r"box office|red carpet|oscars?|grammys?|emmys?|netflix|hbo|movie review|film review|season finale|album|sitcom"
            r"|reality star|kardashians?|taylor swift|pop star|trailer|actor|actress|rapper|big brother|bachelor(ette)?|recap",
        ),
        (
            Desk.SHOPPING,
            r"best [a-z ]{3,30} (deals|of 20\d\d)|prime day|on sale|gift guide|discounts?|recipes?",
        ),
    )
)


def kind_of(article: Article) -> Kind:
    """The feed's mark where it made one, else what address and title show."""
    return article.kind if article.kind != Kind.NEWS else kind_by_marks(article.url, article.title)


@lru_cache(maxsize=20_000)
def kind_by_marks(url: str, title: str) -> Kind:
    """NEWS unless the address or the title says otherwise."""
    path = f"{urlsplit(url).path.lower()}/"
    for kinds, text in ((_PATH_KINDS, path), (_TITLE_KINDS, title.strip())):
        for kind, pattern in kinds:
            if pattern.search(text):
                return kind
    return Kind.NEWS


@lru_cache(maxsize=20_000)
def desk_of(url: str, title: str) -> Desk:
    """By the address's section; where that says nothing, by words in the title."""
    parts = urlsplit(url)
    place = f"//{parts.netloc}{parts.path.lower()}/"
    for desks, text in ((_SECTIONS, place), (_TITLE_DESKS, title)):
        for desk, pattern in desks:
            if pattern.search(text):
                return desk
    return Desk.NEWS
