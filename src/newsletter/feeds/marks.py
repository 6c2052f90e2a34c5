"""What sort of piece an entry is, and whose: opinion, live blog, advertisement, round-up, service; wire copy.

Read from the outlet's own marks: title, path, categories, author, the text's dateline. A mark must be one the
outlet sets about the piece itself; a word that merely occurs ("opinion polls", "Reuters reported") is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.domain.article import Kind
from newsletter.feeds.wordlist import phrases, words


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind's marks: one pattern for titles, path segments, a pattern for the last segment, categories."""

    kind: Kind
    title: re.Pattern[str]
    segments: frozenset[str]
    slug: re.Pattern[str]
    categories: frozenset[str]


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_MARK_END = r"\s*(?::|\||\]|\)|—|–|-\s)"

RULES: tuple[_Rule, ...] = (
    _Rule(
        Kind.SPONSORED,
        _pattern(
            r"^[\[(]?(?:sponsored|advertisement|advertorial|paid (?:post|content)|partner content|branded content"
            r"|promoted|\[ad\])(?: content| post)?" + _MARK_END,
            r"[\[(](?:sponsored|ad|advertorial|paid post)[\])]$",
        ),
        words(
            """sponsored sponsored-content sponsor-content sponsor partner-content partnercontent paid-content
            paidpost paid-post paid-program advertorial advertorials brandedcontent branded-content brand-studio
            brandstudio native-ads promoted advertisement"""
        ),
        _pattern(r"^sponsored-"),
        phrases(
            """sponsored, sponsored content, sponsored post, sponsor content, advertisement, advertorial,
            paid content, paid post, partner content, branded content, promoted"""
        ),
    ),
    _Rule(
        Kind.SERVICE,
        _pattern(
            r"\bhoroscopes?\b(?!.*\b(?:ban|court|police)\b)",
            r"\b(?:nyt |today'?s |daily )?(?:wordle|connections|strands|quordle)\b.*\b(?:hints?|answers?|today)\b",
            r"\bcrossword\b.*(?:\b(?:answers?|clues?|no\.?|#)|\d)",
            r"\b(?:powerball|mega millions|lottery|lotto|pick 3|pick 4)\b.*\b(?:winning numbers|numbers|results)\b",
            r"\b(?:winning numbers|numbers drawn)\b",
            r"^(?:the )?best (?:[\w'’-]+ ){0,5}deals?\b",
            r"\bdeals? (?:of the day|to shop|we found|you can)\b",
            r"\b(?:prime day|black friday|cyber monday|labor day|memorial day) (?:[\w'’-]+ ){0,3}(?:deals?|sales?)\b",
            r"\b(?:promo|coupon|bonus) codes?\b",
            r"\bshop (?:the|our|these) (?:[\w'’-]+ ){0,4}(?:deals?|picks?|finds)\b",
            r"^(?:recipe|quiz|weekly quiz|news quiz|puzzle|sudoku|cartoon|today in history)" + _MARK_END,
            r"\b(?:news quiz|daily quiz|weekly quiz)\b",
            r"^on this day\b|\b(?:today|this day|this week) in (?:[\w'’.-]+ ){0,3}history\b",
            r"\btv (?:tonight|guide|listings)\b",
        ),
        words(
            """deals deal coupons coupon shopping shop commerce horoscope horoscopes astrology crossword
            crosswords puzzles puzzle sudoku wordle lottery lotteries recipe recipes obituaries-notices
            buyline product-reviews underscored quiz quizzes comics cartoons"""
        ),
        _pattern(
            r"\b(?:horoscope|crossword|wordle-(?:today|hints?|answers?)|winning-lottery|powerball-winning|nyt-connections)"
        ),
        phrases(
            """deals, shopping, coupons, horoscope, horoscopes, astrology, crossword, crosswords, puzzles,
            lottery, recipes, recipe, product reviews, promo codes, quizzes, quiz, comics"""
        ),
    ),
    _Rule(
        Kind.LIVE,
        _pattern(
            r"^(?!watch\b|how\b|where\b)(?:[\w'’ -]{0,40} )?live(?: updates?| blog| coverage)?(?::|\s*[|])",
            r"\blive[ -]?(?:updates?|blog|coverage)\b",
            r"\s[–—|-]\s(?:live|as it happened|latest updates|live news)$",
            r"\bas it happened$",
        ),
        words(
            """live liveblog liveblogs live-blog live-blogs live-updates live-update live-coverage
            liveticker live-story"""
        ),
        _pattern(r"\b(?:live-updates?|liveblog|live-blog|live-coverage)\b"),
        phrases("live, live blog, liveblog, live updates, minute by minute"),
    ),
    _Rule(
        Kind.OPINION,
        _pattern(
            r"^(?:opinion|op-?ed|editorial|commentary|column|letters?(?: to the editor)?|guest essay|perspective"
            r"|viewpoint|the editorial board|our view|my view|voices)" + _MARK_END,
            r"^letters to the editor\b|^letters: ",
            r"\s[|–—-]\s(?:opinion|editorial|commentary|op-?ed|letters?)$",
            r"[|–—-]\s(?:[A-Z]\w+ )?editorial board$",
            r"['’”\"] (?:film |movie |book |tv |album |theat(?:er|re) )?review\b",
        ),
        words(
            """opinion opinions commentary commentaries commentisfree comment op-ed oped op-eds opeds editorial
            editorials columns column columnist columnists letters letters-to-the-editor perspectives viewpoint
            viewpoints views ideas voices think contributors"""
        ),
        _pattern(r"^letters?-to-the-editor\b"),
        phrases(
            """opinion, opinions, commentary, editorial, editorials, op-ed, op-eds, oped, columnists, column,
            columns, letters, letters to the editor, comment is free, viewpoint, guest essay, perspective,
            opinion contributor, opinion columnist"""
        ),
    ),
    _Rule(
        Kind.ROUNDUP,
        _pattern(
            r"\b(?:full broadcast|full newscast|full episode)\b",
            r"\b(?:world news tonight|nightly news|evening news|newshour|news in 90|morning news brief)\b"
            r".*(?:\d|full|episode|broadcast|brief)",
            r"^(?:your )?(?:the )?(?:morning|evening|afternoon|daily|weekend|friday|monday|weekly) "
            r"(?:briefing|news ?brief|brief|rundown|headlines|roundup|wrap|mail|edition|newsletter|bulletin)\b",
            r"\bwhat (?:to know|you need to know|we know) (?:today|this morning|this week|tonight)\b",
            r"^(?:the )?(?:\d+|five|ten|three|six|seven) (?:things|stories) (?:to know|you need to know|making news)\b",
            r"\b(?:news|headlines|week) (?:roundup|round-up|in brief|in review|in pictures|in photos)\b",
            r"^(?:top (?:stories|headlines)|news brief|latest news bulletin|the week in)\b",
            r"\b(?:photos|pictures) of the (?:day|week)\b",
            r"^news (?:wrap|summary)" + _MARK_END,
            r"^(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?): |\s\d{1,2}/\d{1,2}/\d{2,4}$",
            r"^[\w ]{0,30}\bbriefing:",
            r"\bmore top (?:headlines|stories)\b",
            r"\b(?:week|weekend|day|month)\b.*\bin (?:\d+ )?(?:pictures|photos)$",
        ),
        words(
            """briefing briefings morning-briefing evening-briefing daily-briefing newsbriefing roundup
            roundups morning-mail nightly-news-full-episodes full-episodes newsletter first-thing in-pictures"""
        ),
        _pattern(
            r"\b(?:full-broadcast|full-episode|newsletter|morning-briefing|evening-briefing|news-roundup|news-wrap)\b"
        ),
        phrases("briefing, roundup, news briefing, morning briefing, newsletters, newsletter"),
    ),
)
"""In order of weight: the first that matches decides."""


def kind_of(title: str, url: str, categories: Iterable[str], author: str = "") -> Kind:
    """The kind that the outlet's own marks give the piece; NEWS where there are none."""
    segments = path_segments(url)
    slug = segments[-1] if segments else ""
    named = {category.strip().lower() for category in categories}
    for rule in RULES:
        if (
            rule.title.search(title)
            or rule.segments.intersection(segments[:-1] or segments)
            or rule.slug.search(slug)
            or rule.categories & named
        ):
            return rule.kind
    return Kind.OPINION if _signed(title, author) else Kind.NEWS


def _signed(title: str, author: str) -> bool:
    """Whether the title ends in its author's name ("… | Jane Roe"), as columns do in British papers."""
    _, bar, name = title.rpartition(" | ")
    return bool(bar) and " " in name and name.strip().lower() in author.lower()


def path_segments(url: str) -> list[str]:
    """The URL's path in lower-case parts; empty for an URL that is none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return []
    return [part for part in path.lower().split("/") if part]
