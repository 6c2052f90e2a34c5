"""Opinion, live, sponsored, round-up, service and wire marks: those an outlet sets, not words that occur."""

from __future__ import annotations

import pytest

from newsletter.feeds.marks import kind_of
from newsletter.feeds.wire import wire_of

PAGE = "https://example.com/news/2026/08/14/some-slug"


@pytest.mark.parametrize(
    ("kind", "title", "path", "category"),
    [
        ("opinion", "Opinion | The bridge should stay closed", "/a", ""),
        ("opinion", "Commentary: The bridge", "/a", ""),
        ("opinion", "The bridge should stay closed | Opinion", "/a", ""),
        ("opinion", "Letters to the editor: bridges", "/a", ""),
        ("opinion", "The bridge", "/opinion/2026/the-bridge", ""),
        ("opinion", "The bridge", "/commentisfree/2026/the-bridge", ""),
        ("opinion", "The bridge", "/local/commentary/the-bridge", ""),
        ("opinion", "The bridge", "/a", "Editorials"),
        ("opinion", "‘The Long Bridge’ review: a slow film", "/a", ""),
        ("live", "Live updates: Flood reaches the old town", "/a", ""),
        ("live", "Flood live updates: river rises", "/a", ""),
        ("live", "LIVE | Flood in the old town", "/a", ""),
        ("live", "River rises – as it happened", "/a", ""),
        ("live", "River rises – live", "/a", ""),
        ("live", "River rises", "/world/live/2026/aug/14/river", ""),
        ("live", "River rises", "/news/liveblog/2026/river", ""),
        ("sponsored", "Sponsored: Five bridges to love", "/a", ""),
        ("sponsored", "Five bridges to love", "/sponsored/bridges", ""),
        ("sponsored", "Five bridges to love", "/a", "Partner Content"),
        ("service", "Your horoscope for Friday", "/a", ""),
        ("service", "Wordle today: hints and answer for August 14", "/a", ""),
        ("service", "Powerball winning numbers for Friday", "/a", ""),
        ("service", "The best early Prime Day deals", "/a", ""),
        ("service", "A lamp we like", "/shopping/a-lamp", ""),
        ("service", "Plum cake", "/a", "Recipes"),
        ("roundup", "World News Tonight full broadcast, August 14", "/a", ""),
        ("roundup", "8/14: Evening Report", "/a", ""),
        ("roundup", "Morning Briefing: flood, bridge, vote", "/a", ""),
        ("roundup", "What to know today", "/a", ""),
        ("roundup", "5 things to know for Friday", "/a", ""),
        ("roundup", "Flood and vote", "/briefing/flood-and-vote", ""),
        ("roundup", "The Morning: a flood", "/2026/08/14/newsletter/the-morning", ""),
    ],
)
def test_marks_are_found(kind: str, title: str, path: str, category: str) -> None:
    assert kind_of(title, f"https://example.com{path}", (category,) if category else ()) == kind


@pytest.mark.parametrize(
    ("title", "path", "category"),
    [
        ("Public opinion turns against the bridge", "/news/a", ""),
        ("Opinion polls show a close race", "/news/opinion-polls-close", ""),
        ("Five people who live by the river", "/news/a", ""),
        ("Residents live in fear of the flood", "/news/live-music-returns", ""),
        ("Court reviews the bridge deal", "/news/deal", ""),
        ("Trade deal reached after a long night", "/business/a", ""),
        ("Powerball jackpot climbs to $1 billion", "/news/a", ""),
        ("Editor of the Example Post resigns", "/media/a", "Journalism"),
        ("Minister letters reveal a plan", "/news/letters-reveal-plan", ""),
        ("Column of tanks crosses the bridge", "/world/a", ""),
        ("Briefing papers leaked from the ministry", "/politics/a", ""),
        ("Sponsor of the flood bill resigns", "/politics/a", ""),
        ("Watch live: mayor speaks on the flood", "/news/a", ""),
    ],
)
def test_words_that_merely_occur_are_no_marks(title: str, path: str, category: str) -> None:
    assert kind_of(title, f"https://example.com{path}", (category,) if category else ()) == "news"


def test_a_title_signed_by_its_author_is_a_column() -> None:
    assert kind_of("The bridge should stay closed | Jane Roe", PAGE, (), "Jane Roe") == "opinion"
    assert kind_of("The bridge should stay closed | Jane Roe", PAGE, (), "John Doe") == "news"


@pytest.mark.parametrize(
    ("agency", "author", "text", "url"),
    [
        ("AP", "JANE ROE Associated Press", "", PAGE),
        ("AP", "By Jane Roe, AP", "", PAGE),
        ("AP", "The Associated Press", "", PAGE),
        ("AP", "Jane Roe / AP Business Writer", "", PAGE),
        ("AP", "", "SPRINGFIELD (AP) — The bridge is open.", PAGE),
        ("AP", "", "", "https://example.com/US/wireStory/bridge-1"),
        ("Reuters", "Reuters", "", PAGE),
        ("Reuters", "Jane Roe and John Doe, Reuters", "", PAGE),
        ("Reuters", "", "By Jane Roe SPRINGFIELD, Aug 14 (Reuters) - The bridge is open.", PAGE),
        ("AFP", "Agence France-Presse", "", PAGE),
        ("AFP", "", "(AFP) – The bridge is open.", PAGE),
        ("Reuters", "", "(Reuters) - The bridge", "https://example.com/wireStory/1"),
    ],
)
def test_wire_copy_is_recognised(agency: str, author: str, text: str, url: str) -> None:
    assert wire_of(author, text, url) == agency


@pytest.mark.parametrize(
    ("author", "text", "url"),
    [
        ("Jane Roe, The Times of London", "Reuters reported that the bridge is open.", PAGE),
        ("Jane Roe", "The minister told Reuters (a news agency) - again - that it is safe.", PAGE),
        ("Jane Roe", "The bridge is open, the mayor said. " * 4 + "(AP) —", PAGE),
        ("Jane Roe", "A photo (AP) shows the bridge.", PAGE),
        ("Ap Nguyen", "", PAGE),
        ("Jane Roe", "", "https://example.com/news/reuters-editor-resigns"),
        ("", "", ""),
    ],
)
def test_a_mention_is_no_byline(author: str, text: str, url: str) -> None:
    assert wire_of(author, text, url) == ""
