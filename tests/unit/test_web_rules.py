"""Decisions of the pages that need no server: counts, headings, ages, forms, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.brand import Brand
from newsletter.domain.issue import UNSUBSCRIBE_SLOT, WireNote
from newsletter.domain.leaning import Side
from newsletter.domain.story import Coverage
from newsletter.web.archive import public_html
from newsletter.web.bars import bar_of
from newsletter.web.reports import MAX_TEXT, read_form
from newsletter.web.security import RateLimit, client_key
from newsletter.web.texts import age, contact_link
from newsletter.web.unsubscribe import masked
from newsletter.web.views import story_view
from tests.support.sample_issue import sample_issue

BRAND, ZONE = Brand(), ZoneInfo("America/New_York")
DAY = date(2026, 8, 14)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "the same day"),
        (1, "yesterday"),
        (4, "4 days ago"),
        (13, "13 days ago"),
        (21, "3 weeks ago"),
        (130, "4 months ago"),
        (364, "12 months ago"),
        (365, "1 year ago"),
        (900, "2 years ago"),
    ],
)
def test_a_storys_age_reads_as_a_person_would_say_it(days: int, said: str) -> None:
    assert age(DAY - timedelta(days=days), DAY) == said


@given(st.builds(Coverage, *[st.integers(0, 40)] * 4))
def test_a_bar_fills_its_width_and_says_every_count_in_words(coverage: Coverage) -> None:
    bar = bar_of(coverage, BRAND)
    for side in (Side.LEFT, Side.CENTER, Side.RIGHT):
        assert f"{coverage.of(side)} {side}" in bar.words
    if coverage.total < 5:
        assert bar.segments == ()  # no shares of a handful
        return
    end = bar.segments[-1]
    assert end.x + end.width == pytest.approx(100, abs=0.05)
    assert [s.side for s in bar.segments] == [side for side in Side if coverage.of(side)]
    gaps = [b.x - a.x - a.width for a, b in zip(bar.segments, bar.segments[1:], strict=False)]
    assert all(gap > 0.5 for gap in gaps)


def test_a_side_with_one_outlet_does_not_speak_as_the_side() -> None:
    issue = sample_issue()
    view = story_view(issue, issue.stories[2], BRAND, ZONE)
    headings = {side.side: side.heading for side in view.sides}
    assert headings[Side.RIGHT] == "One outlet on the right"
    assert headings[Side.LEFT] == "The left"


def test_a_silent_side_is_told_in_counts_without_a_reason() -> None:
    issue = sample_issue()
    view = story_view(issue, issue.stories[4], BRAND, ZONE)
    right = next(side for side in view.sides if side.side is Side.RIGHT)
    assert right.points == ()
    assert right.empty == "None of the 19 outlets on the right heard today has this story."


def test_sides_stand_in_the_order_of_the_issue() -> None:
    for number in (228, 229, 230):
        issue = sample_issue(number)
        view = story_view(issue, issue.stories[0], BRAND, ZONE)
        assert [side.side for side in view.sides] == list(issue.order)


def test_every_overview_sentence_leads_to_the_article_it_was_taken_from() -> None:
    issue = sample_issue()
    for story in issue.stories:
        articles = {article.id: article for article in story.articles}
        view = story_view(issue, story, BRAND, ZONE)
        for line, statement in zip(view.overview, story.words.overview, strict=True):
            cited = {articles[span.article].url for span in statement.evidence}
            assert {source.url for source in line.sources} & cited


def test_copies_are_marked_and_named_as_one_voice() -> None:
    issue = sample_issue()
    story = replace(
        issue.stories[0],
        wires=(WireNote("capitalwire.example", "CW", ("capitalwire.example", "baytimes.example")),),
    )
    view = story_view(issue, story, BRAND, ZONE)
    assert view.wires == ("CW, in 2 outlets, counts once: Capital Wire and Bay Times.",)
    marks = {a.outlet: a.marks for group in view.groups for a in group.articles}
    assert "CW copy" in marks["Bay Times"]
    assert marks["Capital Wire"] == ()


def test_the_articles_of_all_groups_are_the_storys_articles() -> None:
    issue = sample_issue()
    for story in issue.all_stories:
        view = story_view(issue, story, BRAND, ZONE)
        assert sum(len(group.articles) for group in view.groups) == view.total == len(story.articles)


def test_a_link_that_is_not_of_the_web_is_not_made() -> None:
    issue = sample_issue()
    story = issue.stories[0]
    articles = tuple(replace(a, url="javascript:alert(1)") for a in story.articles)
    view = story_view(issue, replace(story, articles=articles), BRAND, ZONE)
    assert not [a.url for group in view.groups for a in group.articles if a.url]
    assert not [source.url for line in view.overview for source in line.sources if source.url]


# ── the issue's public page ──


def test_the_personal_link_leads_home_and_nothing_else_changes() -> None:
    mail = (
        f'<p>x</p><a class="mu" href="https://n.example/u/{UNSUBSCRIBE_SLOT}" style="color:#000">Unsub<b>scribe</b></a>'
        '<a href="https://n.example/how">How</a>'
    )
    assert public_html(mail, "https://n.example/") == (
        '<p>x</p><a class="mu" href="https://n.example/" style="color:#000">All issues</a>'
        '<a href="https://n.example/how">How</a>'
    )


# ── reports ──


def test_a_good_report_has_nothing_wrong() -> None:
    form = read_form(
        {"kind": "fact", "text": " It was 690.\r\nNot 900.\x00 ", "contact": "Reader@Example.org"}
    )
    assert form.wrong == {}
    assert form.text == "It was 690.\nNot 900."
    assert form.contact == "Reader@example.org"


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"kind": "nonsense", "text": "x"}, "kind"),
        ({"kind": "fact", "text": " \n"}, "text"),
        ({"kind": "fact", "text": "x" * (MAX_TEXT + 1)}, "text"),
        ({"kind": "fact", "text": "x", "contact": "no address"}, "contact"),
        ({}, "kind"),
    ],
)
def test_what_is_wrong_with_a_report_is_said_at_its_field(given_: dict[str, str], field: str) -> None:
    assert field in read_form(given_).wrong


def test_2000_characters_on_many_lines_are_2000_characters() -> None:
    assert read_form({"kind": "fact", "text": "ab\r\n" * 666 + "cd"}).wrong == {}


# ── limits ──


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 8, 14, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_five_a_minute_and_thirty_a_day() -> None:
    clock = Clock()
    limit = RateLimit(clock)
    assert [limit.wait_for("1.2.3.4") for _ in range(5)] == [None] * 5
    assert limit.wait_for("1.2.3.4") == timedelta(minutes=1)
    assert limit.wait_for("1.2.3.5") is None
    for _ in range(5):
        clock.now += timedelta(minutes=1)
        assert [limit.wait_for("1.2.3.4") for _ in range(5)] == [None] * 5
    clock.now += timedelta(minutes=1)
    wait = limit.wait_for("1.2.3.4")
    assert wait == timedelta(days=1) - timedelta(minutes=6)
    clock.now += wait
    assert limit.wait_for("1.2.3.4") is None


def test_memory_of_clients_is_bounded() -> None:
    limit = RateLimit(Clock(), clients=100)
    for n in range(500):
        limit.wait_for(f"10.0.{n // 250}.{n % 250}")
    assert len(limit._acts) == 100


def test_one_household_of_ipv6_is_one_client() -> None:
    assert (
        client_key("2001:db8:1:2::1") == client_key("2001:db8:1:2:ffff::9") != client_key("2001:db8:1:3::1")
    )
    assert client_key("::ffff:1.2.3.4") == "1.2.3.4"
    assert client_key("testclient") == "testclient"


def test_an_address_is_shown_to_its_owner_only() -> None:
    assert masked("reader@example.org") == "r…@example.org"


def test_a_contact_is_a_mail_address_or_a_page() -> None:
    assert contact_link("editor@example.com") == "mailto:editor@example.com"
    assert contact_link("https://news.example/contact") == "https://news.example/contact"
    assert contact_link("javascript:alert(1)") == ""
