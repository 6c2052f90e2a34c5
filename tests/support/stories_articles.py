"""A fictional press for the tests of `newsletter.stories`: outlets, events and the articles they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import gcd

from newsletter.domain.article import Article, Kind, article_id
from newsletter.domain.leaning import Leaning, Side
from newsletter.domain.outlet import Outlet, Registry
from newsletter.domain.story import PastStory, Story, Voice
from newsletter.ports import DaySupply
from newsletter.stories.telling import TellingTerms

NOW = datetime(2031, 5, 6, 10, tzinfo=UTC)
LEFT = tuple(f"left{number}.example" for number in range(8))
CENTER = tuple(f"center{number}.example" for number in range(8))
RIGHT = tuple(f"right{number}.example" for number in range(8))
AGENCY = "apnews.com"

EVENTS: Mapping[str, tuple[str, str]] = {
    "dam": (
        "Harrow Valley dam breach forces thousands to flee",
        "Engineers opened the spillway of the Harrow Valley dam after a breach flooded three villages downstream.",
    ),
    "mayor": (
        "Mayor Lindqvist resigns over parking contract affair",
        "Mayor Ottilie Lindqvist resigned after auditors found that the parking contract went to her cousin.",
    ),
    "vaccine": (
        "Regulator approves malaria vaccine for infants",
        "The medicines regulator approved a malaria vaccine made by Brightwell Labs for infants under two.",
    ),
    "ferry": (
        "Ferry strike strands tourists on Skarn islands",
        "Crews on the Skarn ferries walked out over night shifts, leaving tourists stranded at the harbour.",
    ),
    "bank": (
        "Central bank holds interest rates despite inflation",
        "Governor Imre Castellan kept interest rates unchanged and said inflation would ease by winter.",
    ),
}
TITLES: Mapping[str, str] = {
    **{event: title for event, (title, _) in EVENTS.items()},
    "vase": "Potter glazes the tallest vase in the world",
    "kettle": "Collector shows nine hundred kettles in a barn",
    "other0": "Parliament debates harbour dues",
    "other1": "Police trace stolen ambulances",
    "other2": "Judge halts quarry blasting",
    "other3": "Governor vetoes orchard levy",
    "other4": "Earthquake cracks Valmere viaduct",
    "other5": "Tariffs double on copper wire",
    "other6": "Troops leave Osterby garrison",
    "other7": "Wildfire threatens Tolm monastery",
}
"""Events that need no text. No two share more than one word."""
ANGLES = (
    ("", "Residents and neighbours described the hours after."),
    ("Analysis: ", "Critics had warned the authorities for a long time."),
    ("Explainer: ", "Opposition lawmakers demanded an independent inquiry."),
    ("On the ground: ", "A spokesperson declined to comment on the costs."),
    ("Exclusive: ", "Documents seen by this paper describe the background."),
    ("Reactions: ", "Local businesses fear lasting damage."),
)


def outlet(domain: str, leaning: Leaning, **more: object) -> Outlet:
    return Outlet(domain.split(".")[0].title(), domain, leaning, date(2031, 1, 1), "fictional", **more)  # type: ignore[arg-type]


def registry(*more: Outlet) -> Registry:
    sides = ((LEFT, Leaning.LEAN_LEFT), (CENTER, Leaning.CENTER), (RIGHT, Leaning.LEAN_RIGHT))
    known = [outlet(domain, leaning) for domains, leaning in sides for domain in domains]
    agency = Outlet("Associated Press", AGENCY, Leaning.CENTER, date(2031, 1, 1), "fictional", wire=True)
    return Registry((*known, agency, *more))


def article(
    domain: str,
    title: str,
    text: str = "",
    *,
    hours: float = 2,
    kind: Kind = Kind.NEWS,
    wire: str = "",
    path: str = "/news/item",
    guid: str = "",
) -> Article:
    """An article published ``hours`` before `NOW`."""
    guid = guid or f"{title}|{hours}"
    at = NOW - timedelta(hours=hours)
    return Article(
        article_id(domain, guid), domain, guid, f"https://{domain}{path}", title, text, at, at, at, kind=kind, wire=wire
    )  # fmt: skip


def report(event: str, domain: str, angle: int = 0, *, hours: float = 2, kind: Kind = Kind.NEWS) -> Article:
    """A piece on an event in its outlet's own words; pieces of different angles are no copies."""
    title, text = EVENTS[event]
    before, after = ANGLES[angle % len(ANGLES)]
    words = text.rstrip(".").split()
    stride = next(step for step in range(5 + angle, 99) if gcd(step, len(words)) == 1)
    lead = " ".join(
        words[at * stride % len(words)] for at in range(len(words))
    )  # the same facts in another order
    return article(
        domain, f"{before}{title}", f"{after} {lead}", hours=hours, kind=kind, guid=f"{event}-{angle}"
    )


def story(
    event: str,
    left: int,
    center: int,
    right: int,
    *,
    per_outlet: int = 1,
    hours: float = 2,
    family: str = "",
    path: str = "/news/item",
    kind: Kind = Kind.NEWS,
) -> Story:
    """A ready story with that many outlets a side, each a voice of its own."""
    domains = (*LEFT[:left], *CENTER[:center], *RIGHT[:right])
    title = TITLES[event]
    articles = [
        article(domain, f"{title} {number}", hours=hours, guid=f"{event}{number}", path=path, kind=kind)
        for domain in domains
        for number in range(per_outlet)
    ]
    press = registry()
    voices = tuple(
        Voice(domain, press.side_of(domain), tuple(a.id for a in articles if a.outlet == domain), (domain,))
        for domain in domains
    )
    ordered = tuple(sorted(articles, key=lambda one: (one.published, one.id)))
    return Story(ordered[0].id, ordered, voices, 0.3, family or ordered[0].id)


def supply(left: int = 8, center: int = 8, right: int = 8, each: int = 10) -> DaySupply:
    """That many outlets heard a side, each with ``each`` articles."""
    counts: Sequence[tuple[Side, tuple[str, ...], int]] = (
        (Side.LEFT, LEFT, left),
        (Side.CENTER, CENTER, center),
        (Side.RIGHT, RIGHT, right),
    )
    return DaySupply({side: dict.fromkeys(domains[:count], each) for side, domains, count in counts})


def past(
    told: Story, *, day: str = "2031-05-05", thread: str = "t-1", headline: str = "", ids: int = 999
) -> PastStory:
    """What an earlier issue kept of that story: its first ``ids`` articles."""
    kept = told.articles[:ids]
    terms = TellingTerms()((one.title, one.text) for one in kept)
    names = tuple(one.id for one in kept)
    return PastStory(
        f"s-{day}-{thread}", thread, day, headline or told.articles[0].title, names, len(names), terms
    )
