"""A made-up news day of any size: outlets, events, articles in different words, and feeds to serve them.

Deterministic: the same seed gives the same day. The sentences are dull on purpose; what matters is that articles on one
event share names and numbers and articles on different events mostly do not, as in real news.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

CUT_OFF = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
LEANINGS = ("left", "lean left", "center", "lean right", "right")
_ONSETS = [*"bcdfghjklmnprstvw", "br", "ch", "dr", "gr", "st", "tr"]
_NUCLEI = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
_CODAS = ["l", "n", "r", "s", "th", "rd", "nt", "ck", "m", ""]
_ACTORS = (
    "the council",
    "the ministry",
    "a court",
    "the union",
    "the company",
    "the senate",
    "police",
    "doctors",
)
_ACTS = ("approved", "rejected", "delayed", "defended", "opened", "closed", "sued over", "praised", "halted")
_THINGS = (
    "the bridge",
    "the tax",
    "a school",
    "the harbor",
    "the budget",
    "a vaccine",
    "the mine",
    "the railway",
)
_TAILS = (
    "after a vote of {n} to {m}",
    "at a cost of {n} million crowns",
    "following {n} days of talks",
    "despite {n} objections from residents",
    "as {n} workers looked on",
)
_FRAMES = (
    "{actor} in {place} {act} {thing} {tail}, {person} said.",
    "{person} told reporters that {actor} {act} {thing} {tail}.",
    "In {place}, {actor} {act} {thing} {tail}.",
    "{thing} in {place} was at the center of the day when {actor} {act} it {tail}.",
)


def _name(rng: random.Random) -> str:
    syllables = ("".join((rng.choice(_ONSETS), rng.choice(_NUCLEI), rng.choice(_CODAS))) for _ in range(2))
    return "".join(syllables).capitalize()


def _event(rng: random.Random) -> dict[str, str]:
    tail = rng.choice(_TAILS).format(n=rng.randint(3, 900), m=rng.randint(3, 90))
    return {
        "actor": rng.choice(_ACTORS), "act": rng.choice(_ACTS), "thing": rng.choice(_THINGS),
        "place": _name(rng), "person": f"{_name(rng)} {_name(rng)}", "tail": tail,
    }  # fmt: skip


def _sentence(frame: str, event: dict[str, str]) -> str:
    text = frame.format(**event)
    return text[0].upper() + text[1:]


def day(articles: int, outlets: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Rows as `newsletter group` reads them; about a fifth as many events as articles, sizes as skewed as news."""
    rng = random.Random(seed)  # noqa: S311  # a made-up day, no secret
    events = [_event(rng) for _ in range(max(1, articles // 5))]
    weights = [1 / (rank + 1) ** 0.8 for rank in range(len(events))]
    for number in range(articles):
        event = rng.choices(events, weights)[0]
        frames = rng.sample(_FRAMES, 2)
        at = CUT_OFF - timedelta(minutes=rng.randint(1, 30 * 60))
        outlet = rng.randrange(outlets)
        verb = f"{event['actor']} {event['act']} {event['thing']} in {event['place']}"
        yield {
            "id": f"n{number}",
            "title": verb[0].upper() + verb[1:] + (f", {event['person']} says" if rng.random() < 0.4 else ""),
            "description": " ".join(_sentence(frame, event) for frame in frames),
            "url": f"https://outlet{outlet}.example/news/{number}",
            "outlet": f"outlet{outlet}.example",
            "published": at.isoformat(),
        }


def rss(domain: str, rows: list[dict[str, str]]) -> bytes:
    """An outlet's feed of these rows."""
    items = "".join(
        f"<item><title>{escape(row['title'])}</title><link>{row['url']}</link>"
        f'<guid isPermaLink="false">{row["id"]}</guid>'
        f"<pubDate>{format_datetime(datetime.fromisoformat(row['published']))}</pubDate>"
        f"<description>{escape(row['description'])}</description></item>\n"
        for row in rows
    )
    head = f"<title>{domain}</title><link>https://{domain}/</link><language>en</language>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}\n{items}</channel></rss>'.encode()


def outlets_toml(outlets: int, base: str) -> str:
    """An outlets file in which outlet N's feed is ``base/outletN.example.xml``, the sides evenly filled."""
    return "".join(
        f'[[outlet]]\nname = "Outlet {n}"\ndomain = "outlet{n}.example"\nleaning = "{LEANINGS[n % 5]}"\n'
        f'rated_on = 2026-09-01\nbasis = "made up for a benchmark, outlet number {n}"\n'
        f'feeds = ["{base}/outlet{n}.example.xml"]\n\n'
        for n in range(outlets)
    )
