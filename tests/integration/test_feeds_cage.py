"""Hostile and honest feeds in the cage, with real worker processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from newsletter.domain.feed import FetchStatus, ParsedFeed, ParseJob
from newsletter.errors import CageError
from newsletter.feeds.cage import Cage, check_expat
from tests.support.feeds_attack import BURNERS, NO_FEEDS, attacks
from tests.support.feeds_make import rss

GOOD = rss(*[{"title": f"Title {n}", "link": f"https://example.com/{n}"} for n in range(20)])


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    with Cage() as shared:
        yield shared


def job(name: str, body: bytes, content_type: str = "application/rss+xml") -> ParseJob:
    return ParseJob(name, body, f"https://example.com/{name}", content_type)


def parse_one(cage: Cage, body: bytes, content_type: str = "") -> ParsedFeed:
    (found,) = cage.parse([job("feed", body, content_type)])
    return found


def test_every_attack_is_settled_in_its_own_time_and_harms_nobody() -> None:
    hostile = attacks()
    assert len(hostile) == 13
    started: dict[str, float] = {}

    def jobs() -> Iterator[ParseJob]:
        for number, (name, body) in enumerate(hostile.items()):
            for feed, content in ((f"good{number}", GOOD), (name, body)):
                started[feed] = monotonic()
                yield job(feed, content)

    found: dict[str, ParsedFeed] = {}
    with Cage(workers=3) as cage:
        for parsed in cage.parse(jobs()):
            found[parsed.feed_url] = parsed
            assert monotonic() - started[parsed.feed_url] < 6, parsed.feed_url
    assert len(found) == 26
    for name in hostile:
        expected = FetchStatus.FRESH
        if name in BURNERS:
            expected = FetchStatus.PARSE_FAILED
        elif name in NO_FEEDS:
            expected = FetchStatus.NOT_A_FEED
        assert (name, found[name].status) == (name, expected)
        assert len(found[name].entries) == (1 if expected is FetchStatus.FRESH else 0)
    assert all(len(found[f"good{number}"].entries) == 20 for number in range(13))
    everything = repr(list(found.values()))
    assert Path("/etc/hostname").read_text().strip() not in everything
    assert all("5 seconds" in found[name].message for name in BURNERS)


@pytest.mark.parametrize("reference", ["&#xD83D;&#xDE00;", "&#55357;", "&#99999999999;", "&#x110000;"])
def test_a_reference_to_no_character_costs_its_feed_nothing(cage: Cage, reference: str) -> None:
    body = GOOD.replace(b"Title 3<", f"Title {reference}3<".encode())
    assert body != GOOD
    found = parse_one(cage, body)
    assert found.status is FetchStatus.FRESH
    assert len(found.entries) == 20
    assert found.entries[3].title == "Title 3"
    assert (
        parse_one(cage, GOOD.replace(b"Title 3<", b"Title &#x33;&#8217;<")).entries[3].title
        == "Title 3\u2019"
    )


def test_a_memory_hog_dies_alone() -> None:
    hog = rss({"title": "x" * 20_000_000})
    with Cage(workers=1, memory_bytes=90 * 1024 * 1024) as cage:
        first, second, third = cage.parse([job("a", GOOD), job("hog", hog), job("b", GOOD)])
    assert [first.status, third.status] == [FetchStatus.FRESH] * 2
    assert second.status is FetchStatus.PARSE_FAILED
    assert "memory" in second.message


def test_entries_come_back_raw_and_complete(cage: Cage) -> None:
    feed = rss(
        {
            "guid": "tag:1",
            "link": "/news/1",
            "title": "Mayor <script>x</script> & council",
            "description": "<p onclick='x()'>One</p>",
            "pubDate": "Fri, 14 Aug 2026 1:00 pm EST",
            "author": "Jane Roe",
            "category": "Opinion",
        },
        title="Example Post",
        language="en-us",
    )
    found = parse_one(cage, feed)
    entry = found.entries[0]
    assert (found.status, found.title, found.language) == (FetchStatus.FRESH, "Example Post", "en-us")
    assert (entry.guid, entry.link, entry.author, entry.categories) == (
        "tag:1",
        "/news/1",
        "Jane Roe",
        ("Opinion",),
    )
    assert entry.published == "Fri, 14 Aug 2026 1:00 pm EST"
    assert "<script>" in entry.title
    assert "onclick" in entry.summary


def test_atom_in_another_encoding(cage: Cage) -> None:
    feed = (
        '<?xml version="1.0" encoding="iso-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        "<title>Café News</title><entry><id>urn:1</id><title>Señor</title><updated>2026-08-14T08:00:00Z</updated>"
        '<published>2026-08-14T07:00:00Z</published><link href="https://example.com/1"/>'
        '<content type="html">&lt;p&gt;Long enough to be a text of its own&lt;/p&gt;</content></entry></feed>'
    ).encode("iso-8859-1")
    found = parse_one(cage, feed, "application/atom+xml")
    entry = found.entries[0]
    assert (found.title, found.language, entry.title) == ("Café News", "en", "Señor")
    assert (entry.published, entry.published_parsed) == ("2026-08-14T07:00:00Z", (2026, 8, 14, 7, 0, 0))
    assert "Long enough" in entry.summary


@pytest.mark.parametrize("codec", ["gb2312", "euc-kr", "shift_jis", "koi8-r", "utf-16", "windows-1251"])
def test_rare_encodings_work_behind_the_walls(cage: Cage, codec: str) -> None:
    """No file can be opened in there, so every codec must have been loaded before."""
    xml = f'<?xml version="1.0" encoding="{codec}"?><rss version="2.0"><channel><item><title>plain title'
    feed = f"{xml}</title><link>https://example.com/</link></item></channel></rss>".encode(codec)
    assert parse_one(cage, feed, "application/xml").entries[0].title == "plain title"


def test_a_valid_empty_feed_is_a_feed(cage: Cage) -> None:
    found = parse_one(cage, rss())
    assert (found.status, found.entries) == (FetchStatus.FRESH, ())


@pytest.mark.parametrize(
    "body", [b"", b"/etc/passwd", b"http://127.0.0.1/", b"{}", b"\x00\xff" * 50, b"<a/>", b"<rss><channel>"]
)
def test_what_is_no_feed_is_said_to_be_none(cage: Cage, body: bytes) -> None:
    assert parse_one(cage, body).status is FetchStatus.NOT_A_FEED


def test_an_ill_formed_feed_with_entries_is_taken(cage: Cage) -> None:
    broken = GOOD.replace(b"</channel></rss>", b"<item><title>Cut & off")
    assert parse_one(cage, broken).status is FetchStatus.FRESH


def test_no_more_than_500_entries_and_capped_strings(cage: Cage) -> None:
    big = rss(*[{"title": "t" * 5_000, "link": "https://example.com/", "description": "d" * 50_000}] * 40)
    entry = parse_one(cage, big).entries[0]
    assert (len(entry.title), len(entry.summary)) == (1_000, 20_000)
    assert len(parse_one(cage, rss(*[{"title": "x"}] * 700)).entries) == 500


def test_nothing_starts_before_there_is_something_to_parse() -> None:
    with Cage() as cage:
        assert list(cage.parse([])) == []
        assert not cage._idle


def test_a_worker_killed_while_idle_costs_no_feed(cage: Cage) -> None:
    assert parse_one(cage, GOOD).status is FetchStatus.FRESH
    for worker in cage._idle:
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
    found = list(cage.parse([job(str(n), GOOD) for n in range(4)]))
    assert [(one.status, one.message) for one in found] == [(FetchStatus.FRESH, "")] * 4


def test_stopping_early_kills_what_is_under_way() -> None:
    with Cage(workers=2) as cage:
        stream = cage.parse([job("good", GOOD), job("bad", attacks()["author_redos_64kb.xml"])])
        assert next(iter(stream)).feed_url == "good"
        began = monotonic()
        stream.close()  # type: ignore[attr-defined]
        assert monotonic() - began < 2
        assert parse_one(cage, GOOD).status is FetchStatus.FRESH


def test_it_works_from_threads_and_inside_asyncio(cage: Cage) -> None:
    async def inside() -> list[ParsedFeed]:
        parse = lambda: list(cage.parse([job(str(n), GOOD) for n in range(5)]))  # noqa: E731
        found = await asyncio.gather(asyncio.to_thread(parse), asyncio.to_thread(parse))
        return [*found[0], *found[1], parse_one(cage, GOOD)]

    assert [one.status for one in asyncio.run(inside())] == [FetchStatus.FRESH] * 11
    assert threading.active_count() < 20


def test_secrets_do_not_enter_the_cage(cage: Cage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "hush")
    with Cage(workers=1) as fresh:
        parse_one(fresh, GOOD)
        (worker,) = fresh._idle
        environment = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
        descriptors = list(Path(f"/proc/{worker._process.pid}/fd").iterdir())
    assert b"hush" not in environment
    assert len(descriptors) <= 5


def test_a_changing_directory_on_the_path_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing looks into changed directories, which needs a file descriptor, and there are none."""
    monkeypatch.syspath_prepend(str(tmp_path))
    with Cage(workers=1) as cage:
        assert parse_one(cage, GOOD).status is FetchStatus.FRESH
        (tmp_path / "new.txt").write_text("x")
        assert parse_one(cage, GOOD).status is FetchStatus.FRESH


def test_a_script_as_main_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "newsletter-script"
    script.write_text(
        "import sys\nprint('started', flush=True)\n"
        "from newsletter.domain.feed import ParseJob\nfrom newsletter.feeds.cage import Cage\n"
        f"jobs = [ParseJob('a', {GOOD!r}, 'http://example.com/', '')]\n"
        "with Cage() as cage:\n    print([found.status.value for found in cage.parse(jobs)])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, env=environment, check=True
    )
    assert done.stdout.split() == ["started", "['fresh']"]


def test_an_old_expat_is_refused_with_a_remedy() -> None:
    check_expat()
    with pytest.raises(CageError, match=r"2\.2\.10") as refused:
        check_expat((2, 2, 10))
    assert "2.4.0" in refused.value.todo


def test_a_worker_that_cannot_start_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Cage() as cage, pytest.raises(CageError):
        parse_one(cage, GOOD)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Cage() as cage, pytest.raises(CageError, match="could not be started"):
        parse_one(cage, GOOD)
