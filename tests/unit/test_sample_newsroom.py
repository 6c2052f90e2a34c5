"""The sample newsroom keeps what it promises: enough of everything, and all of it invented."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.demo.newsroom import FEED_BASE, Newsroom, load_newsroom
from newsletter.demo.newsroom_files import SampleItem
from newsletter.errors import SampleError

SAMPLE = Path(__file__).parents[2] / "sample"
ZONE = ZoneInfo("America/New_York")
A_FEED = '[[feed]]\npath = "/a"\ndomain = "a.b"\ntitle = "A"\n'
SIDE = {"left": "left", "lean left": "left", "lean right": "right", "right": "right"}
REAL_NAMES = """associated press|reuters|bloomberg|new york times|washington post|wall street journal|fox news|
cnn|msnbc|npr|bbc|guardian|breitbart|newsmax|politico|axios|the hill|usa today|national review|daily wire|
huffpost|vox|the atlantic|the economist|financial times|al jazeera|newsweek|daily caller|new york post|
the federalist|propublica|mother jones|slate magazine|the intercept|forbes|ground news|
allsides|tangle|yahoo|google|facebook|republican|democrat|trump|biden|congress|washington|london|brussels"""


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return load_newsroom(SAMPLE)


@pytest.fixture(scope="module")
def outlets() -> dict[str, dict[str, Any]]:
    rows = tomllib.loads((SAMPLE / "outlets.toml").read_text(encoding="utf-8"))["outlet"]
    return {row["domain"]: row for row in rows}


def side_counts(
    newsroom: Newsroom, outlets: dict[str, dict[str, Any]], items: list[SampleItem]
) -> dict[str, Counter[str]]:
    """Story -> how many outlets of each side have news on it."""
    voices: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.kind == "news":
            voices[item.story].add(item.outlet)
    return {
        story: Counter(SIDE.get(outlets[domain]["leaning"], outlets[domain]["leaning"]) for domain in domains)
        for story, domains in voices.items()
    }


def test_outlets_of_every_side(outlets: dict[str, dict[str, Any]]) -> None:
    leanings = Counter(row["leaning"] for row in outlets.values())
    assert len(outlets) >= 15
    assert leanings["left"] >= 2
    assert leanings["lean left"] >= 2
    assert leanings["left"] + leanings["lean left"] >= 5
    assert leanings["center"] >= 4
    assert leanings["right"] >= 2
    assert leanings["lean right"] >= 2
    assert leanings["right"] + leanings["lean right"] >= 5
    assert leanings["unrated"] == 1
    assert [row["leaning"] for row in outlets.values() if row["wire"]] == ["center"]
    assert sum(not row["quote"] for row in outlets.values()) == 1
    assert sorted(Counter(row["owner"] for row in outlets.values()).values())[-2:] == [1, 2]
    assert all(domain.endswith(".example") for domain in outlets)
    assert all(row["basis"].endswith(".") for row in outlets.values())


def test_every_outlet_has_the_feed_it_names(newsroom: Newsroom, outlets: dict[str, dict[str, Any]]) -> None:
    named = {domain: row["feeds"] for domain, row in outlets.items()}
    assert named == {feed.domain: [FEED_BASE + feed.path] for feed in newsroom.feeds}


def test_enough_items_and_stories_and_one_quiet_day(newsroom: Newsroom) -> None:
    days = Counter(item.at.astimezone(ZONE).date().isoformat() for item in newsroom.items)
    stories = Counter(item.story for item in newsroom.items)
    assert sorted(days) == ["2026-10-03", "2026-10-04", "2026-10-05"]
    assert sum(days.values()) >= 130
    assert 15 <= days["2026-10-04"] <= 22
    assert min(days["2026-10-03"], days["2026-10-05"]) >= 50
    assert sum(count > 1 for count in stories.values()) >= 18
    assert len(stories) >= 22


def test_items_stand_in_the_file_of_their_day() -> None:
    for file in sorted((SAMPLE / "days").glob("*.toml")):
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["item"]:
            assert row["at"].utcoffset() == timedelta(hours=-4)
            assert row["at"].date().isoformat() == file.stem


def test_every_kind_is_present_and_marked(newsroom: Newsroom) -> None:
    kinds = Counter(item.kind for item in newsroom.items)
    assert set(kinds) == {"news", "opinion", "live", "sponsored", "roundup", "service", "correction"}
    for item in newsroom.items:
        if item.kind == "opinion":
            assert item.path.rpartition("/opinion/")[1]
            assert "Opinion" in item.category
        if item.kind == "live":
            assert "/live/" in item.path


@pytest.mark.parametrize("day", [3, 4, 5])
def test_main_stories_with_three_outlets_a_side(
    newsroom: Newsroom, outlets: dict[str, dict[str, Any]], day: int
) -> None:
    counts = side_counts(newsroom, outlets, [i for i in newsroom.items if i.at.day == day])
    main = [story for story, c in counts.items() if min(c["left"], c["center"], c["right"]) >= 3]
    assert len(main) >= (2 if day == 4 else 4)
    assert "saltmere-dock-strike" in main


def test_a_blindspot_each_way_and_a_lone_right_outlet(
    newsroom: Newsroom, outlets: dict[str, dict[str, Any]]
) -> None:
    counts = side_counts(newsroom, outlets, list(newsroom.items))
    assert counts["coldwater-hunger-strike"]["left"] >= 4
    assert counts["coldwater-hunger-strike"]["right"] == 0
    assert counts["kestrel-bay-asylum-files"]["right"] >= 4
    assert counts["kestrel-bay-asylum-files"]["left"] == 0
    assert counts["ostrey-nurses"]["right"] == 1


def test_wire_copies_one_owner_copies_and_a_shared_quotation(newsroom: Newsroom) -> None:
    wire = [
        i for i in newsroom.items if "took 226 people off the ferry Sister Agatha after it lost" in i.summary
    ]
    assert len({item.outlet for item in wire}) == 7
    assert all("CPW" in item.author + item.summary or "Wire" in item.author for item in wire)
    hail = [i for i in newsroom.items if i.summary.startswith("Hail the size of walnuts")]
    assert {item.outlet for item in hail} == {"dunmarchgazette.example", "kestrelbaymercury.example"}
    assert len({(item.title, item.summary) for item in hail}) == 1
    words = "Inflation has left the room, but it has not left the house"
    assert len({item.outlet for item in newsroom.items if words in item.summary}) >= 4


def test_summaries_read_like_feed_descriptions(newsroom: Newsroom) -> None:
    assert sum(not item.summary for item in newsroom.items) == 3
    lengths = [len(item.summary.split()) for item in newsroom.items if item.summary]
    assert max(lengths) <= 75
    assert sum(length >= 25 for length in lengths) >= 0.9 * len(lengths)
    for item in newsroom.items:
        assert not re.search(r"\b(I|we|my|our)\b", re.sub(r'["“].*?["”]', "", item.summary)), item.summary
        assert not re.search(r"\s\s|\bTODO\b", item.title + item.summary)


def test_nothing_is_real() -> None:
    real = re.compile(rf"\b(?:{REAL_NAMES.replace(chr(10), '')})\b", re.IGNORECASE)
    for file in [*SAMPLE.glob("*.toml"), *SAMPLE.glob("days/*.toml")]:
        for line in file.read_text(encoding="utf-8").splitlines():
            assert not real.search(line), line


def test_subscribers_are_twelve_good_rows() -> None:
    with (SAMPLE / "subscribers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["email", "name", "timezone", "consent_source", "consent_at"]
    assert len({row["email"] for row in rows}) == 12
    for row in rows:
        assert re.fullmatch(r"[a-z.]+@example\.(com|org|net)", row["email"])
        at = datetime.fromisoformat(row["consent_at"])
        assert at.utcoffset() == at.astimezone(ZoneInfo(row["timezone"])).utcoffset()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("outlets.toml", "", r"outlets\.toml has no \[\[outlet\]\]"),
        ("newsroom.toml", "[[feed]\n", "not valid TOML"),
        ("newsroom.toml", A_FEED + 'format = "json"\n', "format must be one of rss2, atom, rdf"),
        ("newsroom.toml", A_FEED + 'format = "rdf"\nnew_path = "/b"\n', "new_path goes with"),
        ("newsroom.toml", A_FEED + 'format = "rdf"\ncdata = 1\n', "cdata must be true or false"),
        ("newsroom.toml", A_FEED + 'format = "rdf"\n', r"a\.b is not in outlets"),
        ("days/1.toml", '[[item]]\ntitel = "T"\n', "titel is not a known key"),
        ("days/1.toml", '[[item]]\ntitle = "T"\nat = 2026-10-03T05:00:00\n', "with an offset"),
        ("days/1.toml", "[[item]]\nat = 2026-10-03T05:00:00Z\ncategory = 'News'\n", "list of words"),
        ("days/1.toml", "[[item]]\nat = 2026-10-03T05:00:00Z\n", "outlet must be a text"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / "days").mkdir()
    for file in ("outlets.toml", "newsroom.toml", "days/2026-10-04.toml"):
        (tmp_path / file).write_text((SAMPLE / file).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SampleError, match=said):
        load_newsroom(tmp_path)


def test_missing_files_and_twins_are_said(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match=r"outlets\.toml of the sample newsroom cannot be read"):
        load_newsroom(tmp_path)
    (tmp_path / "days").mkdir()
    for file in ("outlets.toml", "newsroom.toml"):
        (tmp_path / file).write_text((SAMPLE / file).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(SampleError, match="no items"):
        load_newsroom(tmp_path)
    day = (SAMPLE / "days/2026-10-04.toml").read_text(encoding="utf-8")
    for file in ("days/1.toml", "days/2.toml"):
        (tmp_path / file).write_text(day, encoding="utf-8")
    with pytest.raises(SampleError, match="stands twice"):
        load_newsroom(tmp_path)
