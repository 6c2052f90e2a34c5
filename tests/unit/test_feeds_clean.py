"""From raw entries to articles: identity, dates, links, texts, language, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.article import Article, article_id
from newsletter.domain.feed import CleanFeed, RawEntry
from newsletter.feeds.clean import Cleaner
from newsletter.feeds.dates import read_date
from newsletter.feeds.identity import identities
from newsletter.feeds.language import is_english
from newsletter.feeds.links import canonical_url, schemeless
from newsletter.feeds.text import MAX_TEXT, description, plain, title_line
from newsletter.feeds.titles import without_outlet
from tests.support.feeds_make import NOW, entry, parsed

GERMAN = "Nach der Flut wird sie für den Verkehr freigegeben, und das ist nicht alles."
SPANISH = "Las obras han durado una semana, según el alcalde, que está contento."
FRENCH = "Les travaux ont duré une semaine dans la ville, selon le maire."
FINAL = "https://feeds.example.com/news/rss"


def clean(*entries: RawEntry, **fields: object) -> CleanFeed:
    return Cleaner().clean(parsed(*entries, **fields), "example.com", NOW, final_url=FINAL, provenance="live")


def article(**fields: object) -> Article:
    (found,) = clean(entry(**fields)).articles
    return found


# ── whole entries ──────────────────────────────────────────────────────────────────────────────────


def test_an_entry_becomes_an_article_with_all_it_said() -> None:
    found = article(categories=("Local",))
    assert found.id == article_id("example.com", "https://example.com/?p=1")
    assert (found.outlet, found.guid) == ("example.com", "https://example.com/?p=1")
    assert (found.title, found.author, found.kind, found.wire) == (
        "Bridge reopens after the flood", "Jane Roe", "news", "",
    )  # fmt: skip
    assert found.published == datetime(2026, 8, 14, 8, tzinfo=UTC)
    assert (found.first_seen, found.seen_at, found.date_inferred) == (NOW, NOW, False)
    assert found.published_raw == "Fri, 14 Aug 2026 08:00:00 GMT"
    assert (found.feed_url, found.provenance, found.lang) == ("https://example.com/rss", "live", "en")


def test_what_is_left_out_is_counted_by_reason() -> None:
    found = clean(
        entry(),
        entry(),
        entry(guid="a", title=" <b></b> "),
        entry(guid="b", link="javascript:alert(1)"),
        entry(guid="c", link="https://example.com/c", published="Thu, 6 Aug 2026 00:00:00 GMT"),
        entry(guid="d", link="https://example.com/d", title="Die Brücke ist wieder offen", summary=GERMAN),
    )
    assert len(found.articles) == 1
    assert found.dropped == {
        "duplicate in the feed": 1, "no title": 1, "no link": 1, "too old": 1, "not English": 1,
    }  # fmt: skip


def test_the_newest_date_counts_dropped_entries_too_but_not_the_future() -> None:
    old = entry(published="Thu, 01 Jan 2026 00:00:00 GMT")
    assert clean(old).newest == datetime(2026, 1, 1, tzinfo=UTC)
    assert clean(old, entry(guid="f", published="Sat, 15 Aug 2026 00:00:00 GMT")).newest == datetime(
        2026, 1, 1, tzinfo=UTC
    )
    assert clean(entry(published="", published_parsed=None)).newest is None


def test_a_future_item_keeps_its_date_and_is_held() -> None:
    soon = entry(guid="a", link="https://example.com/a", published="Fri, 14 Aug 2026 10:09:00 GMT")
    later = entry(guid="b", link="https://example.com/b", published="Fri, 14 Aug 2026 10:11:00 GMT")
    found = clean(soon, later)
    assert [one.published.minute for one in found.articles] == [9, 11]
    assert (found.held, found.dropped) == (1, {})
    assert not found.articles[1].date_inferred


@pytest.mark.parametrize(
    "raw", ["", "soon", "Mon, 01 Jan 0001 00:00:00 +0000", "1970-01-01T00:00:00Z", "08:00"]
)
def test_an_undated_item_gets_the_time_it_was_first_seen(raw: str) -> None:
    found = article(published=raw, published_parsed=None)
    assert (found.published, found.date_inferred, found.published_raw) == (NOW, True, raw)


def test_the_age_limit_can_be_set() -> None:
    old = parsed(entry(published="Thu, 06 Aug 2026 00:00:00 GMT"))
    cleaner = Cleaner(max_age_days=30)
    assert len(cleaner.clean(old, "example.com", NOW, final_url=FINAL, provenance="wayback:1").articles) == 1


RAW_TEXT = st.text(max_size=60) | st.sampled_from(
    ["<p>x</p>", "&#0;", "&lt;b&gt;", "\ud800", "http://[", "//", "https://a.example/?utm_source=x&id=1", "(AP) —",
     "Fri, 14 Aug 2026 25:61:00 XYZ", "0000-00-00", "1e999", "99999999999999", "The post  appeared first on ."]
)  # fmt: skip
ENTRIES = st.builds(
    RawEntry,
    guid=RAW_TEXT,
    link=RAW_TEXT | st.just("https://example.com/x"),
    title=RAW_TEXT,
    summary=RAW_TEXT,
    published=RAW_TEXT,
    published_parsed=st.none() | st.tuples(*[st.integers(-5, 10_000)] * 6),
    author=RAW_TEXT,
    categories=st.lists(RAW_TEXT, max_size=3).map(tuple),
)


@given(st.lists(ENTRIES, max_size=6), RAW_TEXT, RAW_TEXT)
def test_cleaning_never_raises_and_loses_nobody(entries: list[RawEntry], language: str, title: str) -> None:
    found = Cleaner().clean(
        parsed(*entries, language=language, title=title),
        "example.com",
        NOW,
        final_url=FINAL,
        provenance="live",
    )
    assert len(found.articles) + sum(found.dropped.values()) == len(entries)
    assert len({one.id for one in found.articles}) == len(found.articles)
    for one in found.articles:
        assert one.title
        assert one.url.startswith(("http://", "https://"))
        assert one.published.tzinfo is UTC
        (one.title + one.text + one.url + one.guid + one.author + one.published_raw).encode()


# ── identity ───────────────────────────────────────────────────────────────────────────────────────


def test_the_guid_is_the_identity_and_url_and_schemeless_guid_are_aliases() -> None:
    found = article(link="https://example.com/news/bridge?utm_source=rss")
    assert set(found.aliases) == {
        "https://example.com/news/bridge", "//example.com/news/bridge", "//example.com/?p=1",
    }  # fmt: skip


def test_without_a_guid_the_url_is_the_identity() -> None:
    found = article(guid="")
    assert found.guid == "https://example.com/news/bridge"
    assert found.id == article_id("example.com", "https://example.com/news/bridge")


def test_one_guid_on_items_with_different_links_names_no_item() -> None:
    first, second = clean(
        entry(guid="page", link="https://example.com/1"), entry(guid="page", link="https://example.com/2")
    ).articles
    assert first.id == article_id("example.com", "page|https://example.com/1")
    assert first.id != second.id
    assert "page" not in first.aliases
    assert "https://example.com/1" in first.aliases


def test_a_link_shared_by_different_guids_is_no_alias() -> None:
    """Posts of one live page: together they would become one article."""
    found = identities([("a", "https://example.com/live"), ("b", "https://example.com/live")])
    assert [(one.key, one.aliases) for one in found] == [("a", ()), ("b", ())]


def test_http_and_https_are_one_identity() -> None:
    first = identities([("http://example.com/?p=1", "http://example.com/a")])[0]
    second = identities([("https://example.com/?p=1", "https://example.com/a")])[0]
    assert set(first.aliases) & set(second.aliases) == {"//example.com/?p=1", "//example.com/a"}


# ── links ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://Example.COM:443/A?id=5&utm_source=x&p=2#top", "https://example.com/A?id=5&p=2"),
        ("http://example.com:8080", "http://example.com:8080/"),
        ("/news/1?at_medium=RSS&at_campaign=x", "https://feeds.example.com/news/1"),
        ("item/2", "https://feeds.example.com/news/item/2"),
        (
            "//other.example/3?icid=a&maca=b&mod=c&cmpid=d&fbclid=e&traffic_source=rss",
            "https://other.example/3",
        ),
        ("https://example.com/?id=5&id=6&story=7", "https://example.com/?id=5&id=6&story=7"),
        ("https://example.com/a?source=rss", "https://example.com/a"),
        ("https://example.com/a?source=wires", "https://example.com/a?source=wires"),
        ("https://example.com/#!/page", "https://example.com/#!/page"),
        (" https://example.com/a b\n", "https://example.com/a%20b"),
        ("https://user:pw@example.com/", "https://example.com/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@example.com", ""),
        ("https://", ""),
        ("http://[", ""),
        ("", ""),
        ("https://example.com/" + "x" * 3_000, ""),
    ],
)
def test_links_become_absolute_clean_and_harmless(link: str, expected: str) -> None:
    assert canonical_url(link, FINAL) == expected


@given(
    st.text(max_size=80)
    | st.from_regex(r"https?://[a-z0-9.é:\[\]@%-]{1,20}/[ -~é]{0,30}", fullmatch=True)
    | st.from_regex(r"https?://[a-z]{1,9}\.com/\?([a-z_]{1,12}=[ -~]{0,8}&?){0,5}", fullmatch=True)
)
def test_the_canonical_url_is_its_own(link: str) -> None:
    once = canonical_url(link, FINAL)
    assert canonical_url(once) == once
    assert not once or once.startswith(("http://", "https://"))


def test_only_web_schemes_are_taken_off() -> None:
    assert schemeless("HTTPS://example.com/a") == "//example.com/a"
    assert schemeless("tag:example.com,2026:1") == "tag:example.com,2026:1"


# ── dates ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Fri, 14 Aug 2026 08:30:15 GMT", "2026-08-14T08:30:15"),
        ("Fri, 14 Aug 2026 08:30:15 +0200", "2026-08-14T06:30:15"),
        ("Fri, 14 Aug 2026 08:30 EST", "2026-08-14T13:30:00"),
        ("Fri, 14 Aug 2026 08:30:00 EDT", "2026-08-14T12:30:00"),
        ("Fri, 14 Aug 2026 08:30:00 ET", "2026-08-14T12:30:00"),
        ("Wed, 14 Jan 2026 08:30:00 ET", "2026-01-14T13:30:00"),
        ("Fri, 14 Aug 2026 08:30:00 CET", "2026-08-14T07:30:00"),
        ("Fri, 14 Aug 2026 08:30:00 CEST", "2026-08-14T06:30:00"),
        ("Fri, 14 Aug 2026 08:30:00", "2026-08-14T08:30:00"),
        ("Fri, 14 Aug 2026 1:00 pm EST", "2026-08-14T18:00:00"),
        ("Fri, 14 Aug 2026 12:05:00 AM EDT", "2026-08-14T04:05:00"),
        ("Friday, August 14, 2026 - 1:00 pm EDT", "2026-08-14T17:00:00"),
        ("14 August 26 08:30 Z", "2026-08-14T08:30:00"),
        ("Mon, 14 Aug 2026 08:30:00 GMT", "2026-08-14T08:30:00"),
        ("Thu, 13 Aug 2026 24:00:00 GMT", "2026-08-14T00:00:00"),
        ("2026-08-14T08:30:00.123Z", "2026-08-14T08:30:00"),
        ("2026-08-14T08:30:00-04:00", "2026-08-14T12:30:00"),
        ("2026-08-14 08:30:00 PDT", "2026-08-14T15:30:00"),
        ("2026-08-14T08:30", "2026-08-14T08:30:00"),
        ("2026-08-14", "2026-08-14T00:00:00"),
        ("August 14, 2026 8:30 am", "2026-08-14T08:30:00"),
        ("Fri,  14\n Aug 2026 08:30:00   GMT", "2026-08-14T08:30:00"),
    ],
)
def test_dates_mean_what_they_say(raw: str, expected: str) -> None:
    assert read_date(raw, None) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw", ["", "today", "14", "August 2026", "Fri, 32 Aug 2026 08:00:00 GMT", "0", "x" * 500]
)
def test_what_is_no_date_is_none(raw: str) -> None:
    assert read_date(raw, None) is None


def test_feedparsers_reading_is_the_last_resort() -> None:
    assert read_date("Jumʻa 14-tír", (2026, 8, 14, 8, 0, 0)) == datetime(2026, 8, 14, 8, tzinfo=UTC)
    assert read_date("?", (2026, 13, 40, 0, 0, 0)) is None


@given(st.integers(0, 3_000_000_000), st.integers(-12, 14))
def test_an_iso_date_round_trips(seconds: int, hours: int) -> None:
    moment = datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    raw = f"{moment:%Y-%m-%dT%H:%M:%S}{hours:+03d}:00"
    assert read_date(raw, None) == moment - timedelta(hours=hours)


# ── texts ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<b>W</b>ord<br>next", "Word next"),
        ("a<script>alert(1)</script><style>p{}</style>b", "ab"),
        ("Fish &amp; chips &#8217;til &eacute;", "Fish & chips ’til é"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;p&gt;Twice &lt;b&gt;escaped&lt;/b&gt;&lt;/p&gt;", "Twice escaped"),
        ("costs < 5 and > 3", "costs < 5 and > 3"),
        ("a\u202eb\u200bc\x00d\ufeffe\u00adf", "abcdef"),
        ("one\n\t two\u00a0three\u2028four", "one two three four"),
        ("lone \ud800 half", "lone half"),
        ("<img src=x onerror=alert(1)>caption", "caption"),
        ("<form><input value=x>sub</form>text", "text"),
        ("<a href='javascript:x'>link</a>", "link"),
        ("", ""),
    ],
)
def test_markup_becomes_one_line_of_text(markup: str, expected: str) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge is open. Read more", "The bridge is open."),
        ("The bridge is open. <a href='x'>Continue reading...</a>", "The bridge is open."),
        ("The bridge is open... Read More »", "The bridge is open..."),
        ("The bridge is open. Read more: https://example.com/a", "The bridge is open."),
        ("The bridge [&hellip;]", "The bridge…"),
        (
            "<p>The bridge is open.</p><p>The post Bridge open appeared first on Example Post.</p>",
            "The bridge is open.",
        ),
        ("It is open. The post Bridge open first appeared on Example Post", "It is open."),
        ("Scientists hope to learn more", "Scientists hope to learn more"),
        ("It was the first post of the day.", "It was the first post of the day."),
        (
            "Read more books, said the minister. She meant it.",
            "Read more books, said the minister. She meant it.",
        ),
    ],
)
def test_what_only_a_feed_says_is_taken_off(text: str, expected: str) -> None:
    assert description(text) == expected


def test_long_texts_end_at_a_word() -> None:
    found = description("word " * 3_000)
    assert len(found) <= MAX_TEXT
    assert found.endswith("word…")
    assert len(title_line("t" * 9_000)) <= 400


@given(st.text(max_size=200))
def test_a_text_is_one_clean_line(text: str) -> None:
    found = description(text)
    assert found == " ".join(found.split())
    assert not set(found) & set(
        "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\x00\x07"
    )
    found.encode()


def test_a_description_that_repeats_the_title_is_no_text() -> None:
    assert article(summary="<p>Bridge reopens after the flood</p>").text == ""


@pytest.mark.parametrize(
    ("title", "feed", "outlet", "expected"),
    [
        ("Bridge opens - Example Post", "Example Post", "x.example", "Bridge opens"),
        ("Bridge opens | Example Post", "Example Post - Top stories", "x.example", "Bridge opens"),
        ("Bridge opens | Local | Example Post", "Example Post", "x.example", "Bridge opens | Local"),
        ("Bridge opens — The Example Post", "Latest", "examplepost.com", "Bridge opens"),
        ("Bridge opens - Jane Roe", "Example Post", "x.example", "Bridge opens - Jane Roe"),
        ("Example Post", "Example Post", "x.example", "Example Post"),
        ("A well-known bridge", "Example Post", "bridge.example", "A well-known bridge"),
    ],
)
def test_the_outlets_name_goes_from_the_end_of_titles(
    title: str, feed: str, outlet: str, expected: str
) -> None:
    assert without_outlet(title, feed, outlet) == expected


# ── language ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tag", "title", "text"),
    [
        ("en-US", "Bridge reopens", ""),
        ("", "Los Angeles, Las Vegas and San Diego brace for heat", ""),
        ("en", "El Paso: La Liga club signs Van den Berg", ""),
        ("", "PSG 2, Real Sociedad 1", ""),
        (
            "de",
            "Mayor says the bridge will reopen after the flood",
            "It was closed for a week and it is safe.",
        ),
        ("", "Café Müller über alles?", ""),
        ("en", "", ""),
    ],
)
def test_english_and_doubtful_titles_stay(tag: str, title: str, text: str) -> None:
    assert is_english(tag, title, text)


@pytest.mark.parametrize(
    ("tag", "title", "text"),
    [
        ("", "El puente reabre después de la inundación", SPANISH),
        ("en", "Le pont rouvre après les inondations", FRENCH),
        ("", "Die Brücke ist wieder offen", GERMAN),
        ("fr-FR", "Bridge 2026", ""),
        ("es", "Trump", "Un texto corto"),
        ("", "Мост снова открыт", ""),
        ("", "橋が再開した", ""),
    ],
)  # fmt: skip
def test_other_languages_go(tag: str, title: str, text: str) -> None:
    assert not is_english(tag, title, text)
