"""The sample newsroom's feeds as a reader meets them: rendered as of a moment, served, found faulty."""

from __future__ import annotations

import http.client
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import feedparser
import pytest

from newsletter.demo.newsroom import Newsroom, NewsroomServer, load_newsroom
from newsletter.demo.newsroom_files import SampleFeed
from newsletter.demo.newsroom_xml import item_link
from newsletter.errors import SampleError

SAMPLE = Path(__file__).parents[2] / "sample"
ZONE = ZoneInfo("America/New_York")
ISSUES = [datetime(2026, 10, day, 5, tzinfo=ZONE) for day in (4, 5, 6)]
NO_ZONE = ISSUES[0].replace(tzinfo=None)


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return load_newsroom(SAMPLE)


@pytest.fixture
def server(newsroom: Newsroom) -> Iterator[NewsroomServer]:
    with NewsroomServer(newsroom, ISSUES[0]) as running:
        yield running


def get(
    server: NewsroomServer, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def feed_of(newsroom: Newsroom, behaviour: str) -> SampleFeed:
    return next(feed for feed in newsroom.feeds if feed.behaviour == behaviour)


# ---- the feeds


@pytest.mark.parametrize("now", ISSUES)
def test_every_feed_parses_to_its_items(newsroom: Newsroom, now: datetime) -> None:
    for feed in newsroom.feeds:
        items = newsroom.feed_items(feed, now)
        parsed = feedparser.parse(io.BytesIO(newsroom.feed_bytes(feed.path, now)))
        assert [entry.title for entry in parsed.entries] == [item.title for item in items]
        assert [entry.link for entry in parsed.entries] == [item_link(feed, item) for item in items]
        assert bool(parsed.bozo) == (feed.behaviour == "malformed"), feed.path
        for entry, item in zip(parsed.entries, items, strict=True):
            text = re.sub(r"<[^>]+>|\xa0", " ", entry.get("summary", "")).replace("&amp;", "&")
            assert item.summary in re.sub(r"\s+", " ", text)
            assert [tag.term for tag in entry.get("tags", [])] == list(item.category)
            if feed.dates != "none":
                # feedparser files the dc:date of RSS 1.0 under `updated`, never under `published`.
                date = entry.get("published_parsed") or entry.updated_parsed
                assert datetime(*date[:6], tzinfo=UTC) == item.at


def test_a_permalink_guid_has_no_tracking(newsroom: Newsroom) -> None:
    parsed = feedparser.parse(io.BytesIO(newsroom.feed_bytes("/harborledger.xml", ISSUES[0])))
    assert all("utm_" in entry.link and "utm_" not in entry.id for entry in parsed.entries)


def test_windows_1252_is_what_it_says(newsroom: Newsroom) -> None:
    body = newsroom.feed_bytes("/pellcourier.xml", ISSUES[0])
    assert b'encoding="windows-1252"' in body
    assert "Café Orchard" in body.decode("windows-1252")


@pytest.mark.parametrize("hours", range(0, 90, 7))
def test_nothing_later_than_now_nor_older_than_two_days(newsroom: Newsroom, hours: int) -> None:
    now = datetime(2026, 10, 3, tzinfo=ZONE) + timedelta(hours=hours)
    for feed in newsroom.feeds:
        items = newsroom.feed_items(feed, now)
        assert all(now - timedelta(hours=48) < item.at <= now for item in items)
        assert len(items) <= 40


def test_same_bytes_twice_and_in_any_zone(newsroom: Newsroom) -> None:
    again = load_newsroom(SAMPLE)
    for feed in newsroom.feeds:
        first = newsroom.feed_bytes(feed.path, ISSUES[1])
        assert first == again.feed_bytes(feed.path, ISSUES[1].astimezone(UTC))


def test_last_change_is_when_the_bytes_changed(newsroom: Newsroom) -> None:
    for feed in newsroom.feeds:
        before, changed = b"", None
        for minutes in range(0, 96 * 60, 30):
            now = datetime(2026, 10, 3, tzinfo=ZONE) + timedelta(minutes=minutes)
            body, latest = newsroom.feed_bytes(feed.path, now), newsroom.changed(feed, now)
            assert (body == before) <= (latest == changed or not before)
            assert (latest == changed) <= (body == before or not before)
            before, changed = body, latest


def test_a_feed_nobody_has_and_a_time_without_a_zone(newsroom: Newsroom) -> None:
    with pytest.raises(SampleError, match=r"no feed at /nobody\.xml"):
        newsroom.feed_bytes("/nobody.xml", ISSUES[0])
    with pytest.raises(SampleError, match="zone"):
        newsroom.feed_bytes("/commonloom.xml", NO_ZONE)


def test_outlets_toml_with_another_base(newsroom: Newsroom) -> None:
    rows = tomllib.loads(newsroom.outlets_toml("http://127.0.0.1:40000"))["outlet"]
    assert all(url.startswith("http://127.0.0.1:40000/") for row in rows for url in row["feeds"])


# ---- the server


def test_the_server_serves_what_the_newsroom_renders(server: NewsroomServer) -> None:
    for feed in server.newsroom.feeds:
        if feed.behaviour in ("ok", "malformed"):
            status, headers, body = get(server, feed.path)
            assert (status, body) == (200, server.newsroom.feed_bytes(feed.path, ISSUES[0]))
            assert headers["Content-Type"].endswith(feed.encoding)
            assert ("ETag" in headers) == ("Last-Modified" in headers) == feed.validators


def test_the_broken_the_moved_and_the_unknown(server: NewsroomServer) -> None:
    broken, moved = feed_of(server.newsroom, "error500"), feed_of(server.newsroom, "moved")
    assert get(server, broken.path)[0] == 500
    status, headers, _ = get(server, moved.path)
    assert (status, headers["Location"]) == (301, server.base_url + moved.new_path)
    assert feedparser.parse(io.BytesIO(get(server, moved.new_path)[2])).entries
    assert get(server, "/nobody.xml", method="HEAD")[0] == 404
    assert server.requests == [
        ("GET", broken.path, 500),
        ("GET", moved.path, 301),
        ("GET", moved.new_path, 200),
        ("HEAD", "/nobody.xml", 404),
    ]


def test_304_by_etag_and_by_date_until_the_feed_changes(server: NewsroomServer) -> None:
    _, headers, _ = get(server, "/harborledger.xml")
    by_tag = {"If-None-Match": f'W/"other", {headers["ETag"]}'}
    by_date = {"If-Modified-Since": headers["Last-Modified"]}
    for asked in (by_tag, by_date):
        status, answered, body = get(server, "/harborledger.xml", asked)
        assert (status, answered["ETag"], body) == (304, headers["ETag"], b"")
    assert get(server, "/harborledger.xml", {"If-None-Match": '"other"', **by_date})[0] == 200
    assert get(server, "/harborledger.xml", {"If-Modified-Since": "yesterday"})[0] == 200
    server.set_now(ISSUES[1])
    for asked in (by_tag, by_date):
        assert get(server, "/harborledger.xml", asked)[0] == 200


def test_a_feed_without_validators_never_says_304(server: NewsroomServer) -> None:
    feed = next(feed for feed in server.newsroom.feeds if not feed.validators)
    later = {"If-Modified-Since": "Wed, 07 Oct 2026 00:00:00 GMT"}
    assert get(server, feed.path, later)[0] == 200
    assert get(server, feed.path, {"If-None-Match": "*"})[0] == 200


def test_an_empty_feed_is_served_too(newsroom: Newsroom) -> None:
    with NewsroomServer(newsroom, datetime(2026, 10, 1, tzinfo=UTC)) as early:
        status, headers, body = get(early, "/federalrecord.xml")
    assert (status, feedparser.parse(io.BytesIO(body)).entries) == (200, [])
    assert "Last-Modified" not in headers


def test_the_server_says_what_is_wrong(server: NewsroomServer) -> None:
    port = urlsplit(server.base_url).port
    assert port is not None
    with pytest.raises(SampleError, match=f"port {port}"), NewsroomServer(server.newsroom, ISSUES[0], port):
        pass
    idle = NewsroomServer(server.newsroom, ISSUES[0])
    with pytest.raises(SampleError, match="not being served"):
        _ = idle.base_url
    with pytest.raises(SampleError, match="zone"):
        idle.set_now(NO_ZONE)
    idle.__exit__(None, None, None)


def test_a_corrected_item_keeps_its_identity(newsroom: Newsroom) -> None:
    feed = next(feed for feed in newsroom.feeds if feed.guid_style == "opaque")
    changed = tuple(replace(item, title="Corrected: " + item.title) for item in newsroom.items)
    bodies = [room.feed_bytes(feed.path, ISSUES[0]) for room in (newsroom, replace(newsroom, items=changed))]
    before, after = (feedparser.parse(io.BytesIO(body)).entries for body in bodies)
    assert [entry.id for entry in before] == [entry.id for entry in after]
    assert [entry.title for entry in before] != [entry.title for entry in after]
