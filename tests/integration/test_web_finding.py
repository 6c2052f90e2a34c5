"""Finding issues and stories: calendar, search, feed, sitemap; and the passages that a story's sentences rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from newsletter.domain.reading import issue_from
from newsletter.web.app import create_app
from newsletter.web.finding import month_of
from newsletter.wiring import House
from tests.support.sample_issue import HOSTILE, sample_issue, with_text
from tests.support.web_client import Client
from tests.support.web_house import NOW, keep, keep_days, make_house

STORY = "/stories/2026-08-14-00000001"
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make_house(tmp_path) as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


def parsed(body: bytes) -> ElementTree.Element:
    """Our own document; a parser is the best judge of whether it is one."""
    return ElementTree.fromstring(body)  # noqa: S314


# ── calendar ──


def test_the_calendar_links_the_days_that_have_an_issue(house: House, client: Client) -> None:
    keep(house)
    keep_days(house, 20)  # back into July
    page = client.get("/issues/month/2026-08").text
    linked = set(re.findall(r'<td><a href="/issues/(2026-\d\d-\d\d)"', page))
    assert linked == {f"2026-08-{day:02}" for day in range(1, 15)}
    assert 'rel="prev" href="/issues/month/2026-07"' in page
    assert 'rel="next"' not in page
    assert "/issues/month/2026-08" in client.get("/issues").text


@pytest.mark.parametrize("month", ["2026-13", "2026-8", "2026-09", "x", "2026-08-01", "9999-99"])
def test_a_month_without_issues_is_not_found(house: House, client: Client, month: str) -> None:
    keep(house)
    assert client.get(f"/issues/month/{month}").status_code == 404
    assert client.get(f"/sitemaps/{month}.xml").status_code == 404


def test_every_day_of_a_month_stands_once_under_its_weekday() -> None:
    found = month_of([date(2024, 2, 29), date(2023, 12, 31)], date(2024, 2, 1))
    assert found is not None
    days = [(day.date, at) for week in found.weeks for at, day in enumerate(week) if day]
    assert [day.day for day, _ in days] == list(range(1, 30))
    assert all(day.weekday() == at for day, at in days)
    assert (found.earlier, found.later) == (date(2023, 12, 1), None)


# ── search ──


def hits(client: Client, asked: str, page: int = 1) -> list[str]:
    answer = client.get("/search", params={"q": asked.encode("utf-8", "replace").decode(), "page": page})
    assert answer.status_code == 200
    return re.findall(r'<li><a href="(/stories/[^"]+)"', answer.text)


def test_search_by_headline_and_outlet_in_any_case(house: House, client: Client) -> None:
    kept = keep(house)
    story = kept.document["stories"][0]  # type: ignore[index]
    word = max(re.findall(r"[A-Za-z]+", story["headline"]), key=len)
    assert STORY in hits(client, word.upper())
    outlet = kept.document["outlets"][story["articles"][0]["outlet"]]["name"]  # type: ignore[index]
    assert STORY in hits(client, outlet.lower())
    assert STORY in hits(client, f"{outlet} {word}")
    assert hits(client, f"{word} nosuchword") == []


def test_search_pages_newest_first(house: House, client: Client) -> None:
    keep(house)
    keep_days(house, 20)
    word = "the"
    first, second = hits(client, word), hits(client, word, 2)
    assert len(first) == 20
    assert second
    assert not set(first) & set(second)
    days = [one[9:19] for one in first + second]
    assert days == sorted(days, reverse=True)
    assert client.get("/search", params={"q": word, "page": 99}).status_code == 404


@pytest.mark.parametrize(
    "asked", ["%", "_", "\\", "' OR 1=1 --", "<script>", "a" * 5000, "x " * 400, "‮", "\x00", *HOSTILE[:3]]
)
def test_search_takes_anything_literally(house: House, client: Client, asked: str) -> None:
    keep(house)
    answer = client.get("/search", params={"q": asked.encode("utf-8", "replace").decode()})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script type="application/ld+json">', "")
    assert hits(client, asked) == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "٣", "123456"])
def test_a_page_that_is_none_is_not_found(client: Client, page: str) -> None:
    assert client.get("/search", params={"q": "a", "page": page}).status_code == 404


def test_an_empty_search_asks(client: Client) -> None:
    assert "Words of a headline" in client.get("/search").text
    assert hits(client, "anything") == []


def test_todays_draft_is_found_by_nobody(house: House, client: Client) -> None:
    assert house.calendar.date_of(NOW) == date(2026, 8, 14)
    kept = keep(house, frozen=False)
    word = max(re.findall(r"[A-Za-z]+", str(kept.document["stories"][0]["headline"])), key=len)  # type: ignore[index]
    assert hits(client, word) == []
    assert parsed(client.get("/feed.xml").content).findall(f"{ATOM}entry") == []
    assert client.get("/sitemaps/2026-08.xml").status_code == 404
    house.issues.freeze(kept.date, 1)
    assert STORY in hits(client, word)


# ── for machines ──


def test_the_feed_names_the_newest_issues(house: House, client: Client) -> None:
    kept = keep(house)
    keep_days(house, 40)
    answer = client.get("/feed.xml")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = parsed(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 30
    assert entries[0].findtext(f"{ATOM}title") == kept.document["subject"]
    assert entries[0].findtext(f"{ATOM}id") == "http://testserver/issues/2026-08-14"
    assert {one.tag.removeprefix(ATOM) for one in feed} >= {
        "title",
        "id",
        "updated",
        "author",
        "link",
        "entry",
    }
    assert 'href="/feed.xml"' in client.get("/").text
    assert client.get("/feed.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_breaks_neither_feed_nor_structured_data(
    house: House, client: Client, text: str
) -> None:
    keep(house, with_text(sample_issue(), text.encode("utf-8", "replace").decode()))
    parsed(client.get("/feed.xml").content)
    page = client.get(STORY).text
    block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(block) == 1
    assert json.loads(block[0])["@type"] == "Article"
    assert page.count("<script") == 1


def test_structured_data_says_what_is_so(house: House, client: Client) -> None:
    kept = keep(house)
    block = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', client.get(STORY).text, re.DOTALL
    )
    found = json.loads(block[0])
    story = issue_from(kept.document).stories[0]
    assert found["headline"] == story.words.headline.text
    assert found["mainEntityOfPage"] == f"http://testserver{STORY}"
    assert set(found["isBasedOn"]) <= {article.url for article in story.articles}
    assert "author" not in found


def test_sitemaps_lead_to_every_issue_and_story(house: House, client: Client) -> None:
    kept = keep(house)
    keep_days(house, 20)
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").text
    index = parsed(client.get("/sitemap.xml").content)
    months = [one.findtext(f"{SITE}loc") or "" for one in index]
    assert months == [f"http://testserver/sitemaps/2026-{month}.xml" for month in ("08", "07")]
    places = {one.findtext(f"{SITE}loc") for month in months for one in parsed(client.get(month).content)}
    assert {f"http://testserver/issues/2026-08-{day:02}" for day in range(1, 15)} <= places
    told = issue_from(kept.document).all_stories
    assert {f"http://testserver/stories/{story.id}" for story in told} <= places


# ── evidence ──


def test_each_sentence_opens_the_words_it_rests_on(house: House, client: Client) -> None:
    kept = keep(house)
    story = issue_from(kept.document).stories[0]
    page = client.get(STORY).text
    opened = re.findall(r'popovertarget="(e\d+)" aria-label', page)
    assert len(opened) == len(set(opened))
    assert all(f'popover id="{name}"' in page for name in opened)
    assert len(opened) == len(story.words.statements())
    articles = {article.id: article for article in story.articles}
    said = story.words.overview[0]
    span = said.evidence[0]
    words = getattr(articles[span.article], span.field)[span.start : span.end]
    assert words in page.replace("&#39;", "'").replace("&#34;", '"')


def test_an_editors_own_word_has_no_passage_and_says_whose_it_is(house: House, client: Client) -> None:
    issue = sample_issue()
    story = issue.stories[0]
    own = replace(story.words.overview[0], text="So says the editor.", outlets=(), evidence=(), made="editor")
    words = replace(story.words, overview=(own,))
    keep(house, replace(issue, stories=(replace(story, words=words), *issue.stories[1:])))
    page = client.get(STORY).text
    sentence = page[page.index("So says the editor.") :][:200]
    assert "the editor" in sentence
    assert "passage behind" not in sentence
    assert "An editor changed 1 sentence" in page
