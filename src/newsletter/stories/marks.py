"""What sort of piece an article is, by its marks: the address and the title. No judgement of its content.

The feeds' own marks come first (`Article.kind`); these look again where a feed said nothing, because one
roundup taken for a report joins the stories it lists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from newsletter.domain.article import Article, Kind

_FOLDERS: tuple[tuple[Kind, str], ...] = (
    (Kind.SPONSORED, "sponsored sponsor-content partner-content brandvoice paid-content advertorial"),
    (
        Kind.SERVICE,
        "horoscope horoscopes crossword crosswords puzzles recipes lottery coupons deals shopping select",
    ),
    (Kind.SERVICE, "underscored wirecutter buyers-guide quiz quizzes news-quiz"),
    (Kind.LIVE, "live liveblog liveblogs live-blog live-update live-updates"),
    (Kind.ROUNDUP, "newsletter newsletters briefing briefings podcast podcasts audio cartoons"),
    (Kind.ROUNDUP, "photography gallery galleries"),
    (
        Kind.OPINION,
        "opinion opinions commentisfree editorial editorials op-ed op-eds column columns columnists",
    ),
    (Kind.OPINION, "ideas perspective perspectives letters voices volokh"),
)
"""A folder of the address that is a section of its own with most publishers."""
_KIND_OF_FOLDER = {folder: kind for kind, folders in _FOLDERS for folder in folders.split()}

_NAMES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.SERVICE, re.compile(r"crossword|wordle|sudoku|-horoscope|^horoscope")),
    (Kind.LIVE, re.compile(r"-live-updates?\b|-liveblog\b")),
    (
        Kind.ROUNDUP,
        re.compile(r"morning-(briefing|newsletter)|newscast|^daybreak-|in-pictures|photos-of-the-"),
    ),
)
"""A page's own name in the address."""

_MONTH = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_TITLES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.SERVICE,
        (
            r"^(horoscope|crossword|wordle)\b",
            r"\bcrossword:",
            r"\bnews quiz\b",
            r"^on this day\b|\b(today|this day|this week) in ([\w'’.-]+ ){0,3}history\b",
            r"\b(winning (lottery )?numbers|promo codes?|best deals|deals? of the day|hints and answers)\b",
        ),
    ),
    (
        Kind.LIVE,
        (
            r"^(watch )?live ?[:|–—-]",
            r"\blive updates?\b",
            r"\blive: ",
            r"[–—-] ([\w']+ ){0,3}live$",
            r"\bas it happened$",
        ),
    ),
    (
        Kind.ROUNDUP,
        (
            r"\band more (top headlines|news|top stories)\b",
            r"\b(news|morning|evening|war) (briefing|roundup|wrap|newsletter)\b",
            r"\b(weekly roundup|open thread|newsletter:|what to know today|on the week in)",
            r"\b(photos|pictures|cartoons|images) of the (day|week)\b",
            r"\bin \d+ (pictures|photos)\b",
            r"\bweek in (review|pictures|photos|politics)\b",
            r"\b(top|biggest|\d+) (stories|headlines|things to know)\b",
            r"\b(nightly news|evening news|world news tonight|newshour|daybreak)\b.*\d",
            r"^\d{1,2}/\d{1,2}(/\d+)?: ",  # an American newscast is titled with its date
            r"(^|;)[^;]{12,};[^;]{12,};",  # three topics in a row; two may be one headline's two halves
            r"[.!?]['’\"”]? and, [a-z]",
            rf"\b{_MONTH} \d{{1,2}},? \d{{4}}$",  # what is titled with a whole date is one of a series
            r"\b\d{1,2}/\d{1,2}/\d{2,4}$",
            r"\b(news|what) you (may have |might have )?missed\b",
            r"\b(\d+|list of|best) ([\w-]+ ){0,2}things\b",
            r"\bscores$",
        ),
    ),
    (
        Kind.OPINION,
        (
            r"\| (opinion|letters?)$",
            r"^(opinion|editorial|column|commentary)\s*[:|]",
            r"\bletters? to the editor\b",
        ),
    ),
)


def _any_of(marks: Sequence[str]) -> re.Pattern[str]:
    """All marks as one pattern for lower case; those at a word's start share that test, which halves the time.

    A mark that starts with ``\\b`` must have no choice at its top level.
    """
    at_word = [mark.removeprefix(r"\b") for mark in marks if mark.startswith(r"\b")]
    elsewhere = [mark for mark in marks if not mark.startswith(r"\b")]
    return re.compile("|".join([*elsewhere, *([rf"\b(?:{'|'.join(at_word)})"] if at_word else [])]))


_TITLE_KINDS = tuple((kind, _any_of(marks)) for kind, marks in _TITLES)
_PATH = re.compile(r"^(?:[^:/?#]+:)?(?://[^/?#]*)?([^?#]*)")
"""An address's path (RFC 3986, appendix B); `urllib` takes ten times as long to find it."""


def kind_of(article: Article) -> Kind:
    """The feed's mark where it made one, else what address and title show."""
    return article.kind if article.kind != Kind.NEWS else kind_by_marks(article.url, article.title)


@lru_cache(maxsize=20_000)
def kind_by_marks(url: str, title: str) -> Kind:
    """NEWS unless the address or the title says otherwise."""
    *folders, name = _PATH.findall(url)[0].lower().strip("/").split("/")
    for folder in (*folders, name):
        if folder in _KIND_OF_FOLDER:
            return _KIND_OF_FOLDER[folder]
    for kinds, text in ((_NAMES, name), (_TITLE_KINDS, title.strip().lower())):
        for kind, pattern in kinds:
            if pattern.search(text):
                return kind
    return Kind.NEWS
