"""The public pages over real SQLite: what a reader gets, and what nobody gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from newsletter.domain.issue import PREFERENCES_SLOT, UNSUBSCRIBE_SLOT, ThreadEnd, ThreadNote
from newsletter.errors import StorageError
from newsletter.web.app import check, create_app
from newsletter.wiring import House
from tests.support.sample_issue import HOSTILE, minimal_issue, quiet_issue, sample_issue, with_text
from tests.support.web_client import Client
from tests.support.web_house import add_reader, keep, keep_days, make_house

STORY = "/stories/2026-08-14-00000001"
SPOT = "/stories/2026-08-14-0000000c"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make_house(tmp_path) as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


class Page(HTMLParser):
    """Links, ids, headings and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.links += [values["href"]] if tag == "a" and values.get("href") else []
        self.ids += [values["id"]] if values.get("id") else []
        assert not [name for name in values if name.startswith("on") or name == "style"], attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_link_of_the_mail_is_answered(house: House, client: Client) -> None:
    mail = keep(house)
    reader, _ = add_reader(house)
    tokens = house.tokens_of(reader)
    personal = mail.html.replace(UNSUBSCRIBE_SLOT, tokens.unsubscribe).replace(
        PREFERENCES_SLOT, tokens.preferences
    )
    links = {link for link in re.findall(r'href="(http://testserver[^"]*)"', personal)}
    assert len(links) > 15
    for link in links:
        page = client.get(link.replace("&amp;", "&"))
        known_gone = (
            "/stories/2026-08-12-ferry001" in link
        )  # the sample's correction names an issue it has not
        assert page.status_code == (404 if known_gone else 200), link
        fragment = urlsplit(link).fragment
        assert not fragment or f'id="{fragment}"' in page.text, link


def test_the_front_page_tells_the_newest_issue_and_the_ones_before(house: House, client: Client) -> None:
    keep(house)
    keep_days(house, 9)
    page = Page(client.get("/").text)
    assert STORY in page.links
    assert "/issues/2026-08-14" in page.links
    assert "/issues/2026-08-07" in page.links
    assert "Harbor bill, day 3" in page.text
    assert "8 left" in page.text


def test_all_issues_page_by_page(house: House, client: Client) -> None:
    keep(house)
    keep_days(house, 31)
    first, second = Page(client.get("/issues").text), Page(client.get("/issues?page=2").text)
    assert first.links.index("/issues/2026-08-14") < first.links.index("/issues/2026-08-13")
    assert "/issues/2026-07-14" in second.links
    assert "/issues/2026-07-14" not in first.links
    for wrong in ("0", "3", "-1", "x", "²", "9" * 400):
        assert client.get("/issues", params={"page": wrong}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/issues"])
def test_before_the_first_issue_the_pages_say_so(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "first issue is being made" in page.text


def test_an_issue_is_as_mailed_without_anything_personal(house: House, client: Client) -> None:
    mail = keep(house)
    page = client.get("/issues/2026-08-14").text
    assert UNSUBSCRIBE_SLOT not in page
    assert "/u/" not in page
    head, _, _ = mail.html.partition("<body")
    assert page.startswith(head)
    assert page.count("<a ") > mail.html.count("<a ")  # the mail's, and the way to other issues
    assert 'id="balance"' in page
    assert "<script" not in page


def test_an_issues_newest_revision_is_shown(house: House, client: Client) -> None:
    keep(house)
    keep(house, minimal_issue(), revision=2)
    assert "Lakeside teachers" not in client.get("/issues/2026-08-14").text
    # A story that the newer revision dropped keeps its page: its link was mailed.
    assert client.get("/stories/2026-08-14-00000002").status_code == 200


@pytest.mark.parametrize(
    "day", ["2026-08-15", "20260814", "2026-8-14", "today", "2026-02-30", "2026-08-14T00"]
)
def test_no_issue_of_that_day(house: House, client: Client, day: str) -> None:
    keep(house)
    assert client.get(f"/issues/{day}").status_code == 404


def test_a_draft_of_today_is_nobodys_but_the_editors(house: House, client: Client) -> None:
    draft = keep(house, frozen=False)
    story = draft.document["stories"][0]["id"]
    for path in ("/issues/2026-08-14", f"/stories/{story}", f"/stories/{story}/report"):
        assert client.get(path).status_code == 404, path
    assert str(draft.document["subject"]) not in client.get("/").text
    house.issues.freeze(draft.date, draft.revision)
    assert client.get("/issues/2026-08-14").status_code == 200


def test_the_mailed_issue_stays_the_public_one_while_a_revision_is_drafted(
    house: House, client: Client
) -> None:
    mailed = keep(house)
    keep(house, quiet_issue(), revision=2, frozen=False)
    assert str(mailed.document["subject"]) in client.get("/").text


def test_a_backfilled_date_is_public_although_nobody_was_mailed(house: House, client: Client) -> None:
    keep(house)
    keep_days(house, 1)
    assert client.get("/issues/2026-08-13").status_code == 200


def test_a_storys_page_has_all_of_it(house: House, client: Client) -> None:
    keep(house)
    answer = client.get(STORY)
    page = Page(answer.text)
    issue = sample_issue()
    story = issue.stories[0]
    for part in (
        story.words.headline.text,
        "8 left",
        "Articles (21)",
        "Unrated (1)",
        "Union leaders said",
        "Agreed",
        "Disputed: Who pays in the end",
        "Who decides?",
        "yesterday · 11 articles",
        "4 months ago · 6 articles",
        "Capital Wire, in 4 outlets, counts once",
        "no model wrote them",
        "4 new since yesterday",
        "(lean left)",
    ):
        assert part in page.text, part
    for article in story.articles:
        assert article.url in page.links
    assert f"{STORY}/report" in page.links
    assert "/issues/2026-08-14" in page.links
    assert "/stories/2026-08-13-00000abc" not in page.links  # its issue is not kept: named, not linked
    assert len(page.ids) == len(set(page.ids))
    assert f'<meta property="og:title" content="{story.words.headline.text}">' in answer.text
    assert f'<link rel="canonical" href="http://testserver{STORY}">' in answer.text


def test_the_sides_own_headlines_stand_side_by_side_with_their_outlets(house: House, client: Client) -> None:
    whole = sample_issue()
    keep(house, whole)
    page = client.get(STORY).text
    part = Page(page[page.index('aria-labelledby="titles"') : page.index('aria-labelledby="analysis"')])
    for said in whole.stories[0].words.headlines.values():
        assert said.text in part.text
        assert whole.outlets[said.outlets[0]].name in part.text
    assert len(part.links) == len(whole.stories[0].words.headlines) > 1


def test_history_links_stories_that_are_kept(house: House, client: Client) -> None:
    whole = sample_issue()
    story = whole.stories[0]
    mention = replace(story.history[0], story_id="2026-08-14-00000002", date="2026-08-10")
    keep(house, replace(whole, stories=(replace(story, history=(mention,)), *whole.stories[1:])))
    page = Page(client.get(STORY).text)
    assert "/stories/2026-08-14-00000002" in page.links
    assert "4 days ago · 11 articles" in page.text


def test_the_same_story_before_and_related_ones_stand_apart(house: House, client: Client) -> None:
    keep(house)
    text = " ".join(Page(client.get(STORY).text).text.split())
    before, _, related = text.partition("Related earlier stories")
    assert "This story before yesterday · 11 articles" in before
    assert related.lstrip().startswith("4 months ago · 6 articles")
    assert ", 4 new since yesterday." in before


def test_merges_and_splits_are_told_in_words_and_linked_where_there_is_a_page(
    house: House, client: Client
) -> None:
    whole = sample_issue()
    kept = ThreadEnd("t-2", "2026-08-12", "2026-08-14-00000002", "The other story")
    gone = ThreadEnd("t-3", "2026-08-13", "2026-08-13-gone", "The lost story")
    story = replace(whole.stories[0], thread=ThreadNote((kept,), gone))
    keep(house, replace(whole, stories=(story, *whole.stories[1:])))
    page = Page(client.get(STORY).text)
    text = " ".join(page.text.split())
    assert "Joined today by a story told apart before: “The other story”, last told 2 days ago." in text
    assert "Before, this was part of another story: “The lost story”, told yesterday." in text
    assert "/stories/2026-08-14-00000002" in page.links
    assert "/stories/2026-08-13-gone" not in page.links


def test_a_brief_and_a_blindspot_have_pages_too(house: House, client: Client) -> None:
    keep(house)
    assert "Told by none of the 19 outlets on the right heard that day." in client.get(SPOT).text
    brief = Page(client.get("/stories/2026-08-14-00000006").text)
    assert "How each side tells it" not in brief.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(house: House, client: Client, text: str) -> None:
    keep(house, with_text(sample_issue(), text.encode("utf-8", "replace").decode()))
    for path in (STORY, SPOT, "/", "/issues", f"{STORY}/report"):
        answer = client.get(path)
        assert answer.status_code == 200
        page = Page(answer.text)
        assert not {"mj-text", "iframe", "b"} & set(page.tags)
        assert set(re.findall(r"<script[^>]*>", answer.text)) <= {'<script type="application/ld+json">'}
        assert page.tags.count("script") <= 1
        for forbidden in ("\x00", "\u202e", "\x1b"):
            assert forbidden not in answer.text
        assert all(urlsplit(link).scheme in {"", "http", "https", "mailto"} for link in page.links)


def test_how_it_is_made_names_each_enabled_outlet_with_its_basis(house: House, client: Client) -> None:
    page = Page(client.get("/how").text)
    for outlet in house.registry.enabled():
        assert outlet.name in page.text
        assert outlet.basis in page.text
    assert "Eagle Review" not in page.text
    assert "rated May 2, 2026" in page.text
    assert "mailto:editor@example.com" in page.links
    assert {"counting", "balance", "leanings", "corrections"} <= set(page.ids)


@pytest.mark.parametrize(
    "path", ["/", "/issues", "/issues/2026-08-14", STORY, "/how", "/nothing", "/site.css", "/healthz"]
)
def test_every_answer_is_guarded(house: House, client: Client, path: str) -> None:
    keep(house)
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "cache-control" in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/", STORY, "/how", "/site.css", "/robots.txt", f"{STORY}/report"])
def test_head_answers_like_get(house: House, client: Client, path: str) -> None:
    keep(house)
    got, headed = client.get(path), client.head(path)
    assert headed.status_code == got.status_code == 200
    assert headed.headers["content-length"] == got.headers["content-length"]
    assert headed.content == b""


def test_a_reader_who_has_the_page_is_told_so(house: House, client: Client) -> None:
    keep(house)
    tag = client.get(STORY).headers["etag"]
    again = client.get(STORY, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_ask_nobody_else_for_anything(house: House, client: Client) -> None:
    keep(house)
    for path in ("/", STORY, "/how"):
        loaded = re.findall(
            r'(?:src|<link[^>]*rel="(?:stylesheet|icon)"[^>]*href)="([^"]*)"', client.get(path).text
        )
        assert all(link.startswith("/") for link in loaded)


def test_the_brand_colours_the_pages(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text(
        'name = "The Even Post"\ncontact = "https://even.example/contact"\nlocale = "en_GB"\n'
        '[colours]\nleft = "#103070"\n[labels]\ncenter = "Centre"\n'
    )
    with make_house(tmp_path) as house:
        keep(house)
        client = Client(create_app(house))
        page = client.get(STORY).text
        assert "The Even Post" in page
        assert '<html lang="en-GB">' in page
        assert "Friday, 14 August 2026" in page
        assert "5 centre" in page
        assert "--left: #103070" in client.get("/site.css").text


def test_health_tells_whether_the_database_answers(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    with house.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE issues RENAME TO elsewhere")
    assert client.get("/healthz").status_code == 503
    page = client.get("/")
    assert page.status_code == 503
    assert "elsewhere" not in page.text
    assert "Try again" in page.text
    with pytest.raises(StorageError):
        check(house)


def test_a_fault_shows_no_trace_of_the_inside(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, token = add_reader(house)
    monkeypatch.setattr(type(house.subscribers), "by_public_id", lambda *_: 1 / 0)
    page = client.get(f"/u/{token}")
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "division" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert token not in caplog.text
    assert "/u/{token}" in caplog.text


def test_robots_keep_out_of_personal_pages(client: Client) -> None:
    assert "Disallow: /u/" in client.get("/robots.txt").text
