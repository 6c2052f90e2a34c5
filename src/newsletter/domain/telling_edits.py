"""An editor's change in words: one line of the record. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from newsletter.domain.edits import Change, Merge, Move, Put, Reword, Section, Split, Swap
from newsletter.domain.words import Place

_SECTIONS = {Section.MAIN: "main story", Section.BRIEF: "brief"}
_PLACES = {
    Place.HEADLINE: "headline",
    Place.DEK: "dek",
    Place.OVERVIEW: "overview",
    Place.POINT: "point",
    Place.AGREED: "agreed",
    Place.CLAIM: "disputed",
    Place.ONLY: "one side only",
    Place.ANSWER: "answer",
}
_ROOM = 60
"""Characters of a title or sentence that the line has room for."""


Titles = Callable[[str], str]
"""Id of an article to the title or headline of the story that holds it; empty where none does."""


def told(change: Change, titles: Titles) -> str:
    """What was changed, by the titles that the stories have now; a story that is gone is called so."""
    match change:
        case Put(story, Section.OUT, _):
            return f"{_name(story, titles)}: taken out"
        case Put(story, section, index):
            return f"{_name(story, titles)}: put to {_SECTIONS[section]} {index + 1}"
        case Swap(story, other):
            return f"{_name(story, titles)}: exchanged with {_name(other, titles)}"
        case Merge(story, other):
            return f"{_name(story, titles)}: made one with another story (article {other[:10]})"
        case Split(story, articles):
            return f"{_name(story, titles)}: {_articles(len(articles))} split off"
        case Move(article, story):
            return f"{_name(story, titles)}: one article of another story joined (article {article[:10]})"
        case Reword():
            return f"{_name(change.story, titles)}: {_PLACES[change.place]} {_reworded(change)}"


def _reworded(change: Reword) -> str:
    said = f" {_quoted(change.said)}" if change.said else ""
    if not change.text:
        return f"taken out:{said}"
    return f"added: {_quoted(change.text)}" if not said else f"changed:{said} to {_quoted(change.text)}"


def _articles(n: int) -> str:
    return "1 article" if n == 1 else f"{n} articles"


def titles_of(document: Mapping[str, Any]) -> Titles:
    """By an issue's document: headlines of what it tells, titles of what waits."""
    found = {one["key"]: one["title"] for one in document.get("waiting", ()) if one.get("key")}
    for section in ("blindspots", "in_brief", "stories"):
        for story in document[section]:
            found |= dict.fromkeys((article["id"] for article in story["articles"]), story["headline"])
    return lambda article: found.get(article, "")


def _name(article: str, titles: Titles) -> str:
    title = titles(article)
    return _quoted(title) if title else "a story that the day has not (any more)"


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= _ROOM else text[: _ROOM - 1].rstrip() + '…'}”"
