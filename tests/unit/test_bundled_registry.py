"""The outlets registry that ships with the package keeps what docs/registry.md promises of it."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "src" / "newsletter" / "data" / "outlets.toml"
SIDES = {
    "left": "left",
    "lean left": "left",
    "center": "center",
    "lean right": "right",
    "right": "right",
    "unrated": "unrated",
}
LEANINGS = list(SIDES)
REQUIRED = {
    "name": str,
    "domain": str,
    "leaning": str,
    "rated_on": date,
    "basis": str,
    "feeds": list,
    "enabled": bool,
    "wire": bool,
    "paywall": str,
    "quote": bool,
    "articles": bool,
}
OPTIONAL = {"owner": str, "verified": date}
WIRES = {"apnews.com", "reuters.com", "upi.com"}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with REGISTRY.open("rb") as file:
        return list(tomllib.load(file)["outlet"])


@pytest.fixture(scope="module")
def enabled(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["enabled"]]


def names(rows: list[Row]) -> list[str]:
    return [row["name"] for row in rows]


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_it_holds_enough_outlets(rows: list[Row], enabled: list[Row]) -> None:
    assert len(rows) >= 110
    assert len(enabled) >= 85


def test_every_outlet_has_the_fields_of_the_contract(rows: list[Row]) -> None:
    fields = REQUIRED | OPTIONAL
    for row in rows:
        assert set(REQUIRED) <= set(row) <= set(fields), row["name"]
        wrong = [key for key, value in row.items() if not isinstance(value, fields[key])]
        assert not wrong, (row["name"], wrong)
        assert row["leaning"] in SIDES, row["name"]
        assert row["paywall"] in {"no", "metered", "yes"}, row["name"]


def test_every_enabled_outlet_has_a_feed_that_was_seen_working(enabled: list[Row]) -> None:
    assert not names([row for row in enabled if "verified" not in row or not row["feeds"]])


def test_an_outlet_without_a_working_feed_is_off(rows: list[Row]) -> None:
    assert not names([row for row in rows if "verified" not in row and row["enabled"]])


def test_dates_are_days_and_no_feed_was_verified_after_the_rating(rows: list[Row]) -> None:
    for row in rows:
        for key in ("rated_on", "verified"):
            day = row.get(key, row["rated_on"])
            assert isinstance(day, date), row["name"]
            assert not isinstance(day, datetime), row["name"]
        assert row.get("verified", row["rated_on"]) <= row["rated_on"], row["name"]


def test_the_sides_are_close_to_even(enabled: list[Row]) -> None:
    counts = Counter(SIDES[row["leaning"]] for row in enabled)
    sides = [counts[side] for side in ("left", "center", "right")]
    assert min(sides) >= 20, counts
    assert max(sides) / min(sides) <= 1.5, counts


def test_domains_are_unique_hosts(rows: list[Row]) -> None:
    domains = [row["domain"] for row in rows]
    assert not repeated(domains)
    assert not repeated(names(rows))
    odd = [d for d in domains if d != d.strip().lower() or "/" in d or "." not in d or d.startswith("www.")]
    assert not odd


def test_feeds_are_unique_web_addresses(rows: list[Row]) -> None:
    urls = [url for row in rows for url in row["feeds"]]
    assert not repeated(urls)
    assert not repeated([url.split("://", 1)[-1].rstrip("/") for url in urls])
    assert not [u for u in urls if urlsplit(u).scheme not in {"http", "https"} or not urlsplit(u).hostname]
    assert not [url for url in urls if "sitemap" in url or "rss.cnn.com" in url]
    assert not names([row for row in rows if len(row["feeds"]) > 3])


def test_every_leaning_states_its_own_basis(rows: list[Row]) -> None:
    bases = [row["basis"] for row in rows]
    assert not [basis for basis in bases if len(basis) < 60]
    assert not repeated(bases)
    assert not names([row for row in rows if not row["basis"].endswith(".")])
    assert not names(
        [row for row in rows if "AllSides" not in row["basis"] and "Media Bias" not in row["basis"]]
    )


def test_the_file_is_in_leaning_order_then_by_name(rows: list[Row]) -> None:
    keys = [(LEANINGS.index(row["leaning"]), row["name"].lower().removeprefix("the ")) for row in rows]
    assert keys == sorted(keys)


def test_only_news_agencies_are_wires(rows: list[Row]) -> None:
    assert {row["domain"] for row in rows if row["wire"]} == WIRES


def test_nothing_of_a_developers_machine_is_in_it() -> None:
    text = REGISTRY.read_text(encoding="utf-8")
    assert not [word for word in ("/tmp/", ".csv") if word in text]
