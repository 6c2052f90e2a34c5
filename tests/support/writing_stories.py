"""Fictional stories for the writing room's tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from newsletter.domain.article import Article, Kind
from newsletter.domain.leaning import Leaning
from newsletter.domain.outlet import Outlet, Registry
from newsletter.domain.story import Chosen, Story, Voice

NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)

LEFT = {"harborlight.example": Leaning.LEFT, "commonpost.example": Leaning.LEAN_LEFT}
CENTER = {"midland.example": Leaning.CENTER, "statewire.example": Leaning.CENTER}
RIGHT = {"ridgeherald.example": Leaning.RIGHT, "oldoak.example": Leaning.LEAN_RIGHT}
LEANINGS = {**LEFT, **CENTER, **RIGHT, "nowhere.example": Leaning.UNRATED}


def outlet(domain: str, *, quote: bool = True) -> Outlet:
    name = domain.partition(".")[0].title()
    return Outlet(name, domain, LEANINGS[domain], date(2026, 1, 1), "fictional", quote=quote)


def registry(*, silent: Sequence[str] = ()) -> Registry:
    """All fictional outlets; those in ``silent`` allow no quotes."""
    return Registry(tuple(outlet(domain, quote=domain not in silent) for domain in LEANINGS))


def article(
    domain: str, title: str, text: str = "", *, kind: Kind = Kind.NEWS, minutes: int = 0, wire: str = ""
) -> Article:
    at = NOON + timedelta(minutes=minutes)
    identity = f"{domain}-{minutes}-{abs(hash((title, text))) % 10**8}"
    return Article(
        identity,
        domain,
        identity,
        f"https://{domain}/{minutes}",
        title,
        text,
        at,
        at,
        at,
        kind=kind,
        wire=wire,
    )


def story(articles: Sequence[Article], voices: Sequence[Voice] | None = None) -> Story:
    """A story with one voice per outlet, unless its voices are given."""
    ordered = tuple(sorted(articles, key=lambda a: (a.published, a.id)))
    return Story(ordered[0].id, ordered, tuple(voices) if voices is not None else own_voices(ordered))


def own_voices(articles: Sequence[Article]) -> tuple[Voice, ...]:
    by_outlet: dict[str, list[str]] = {}
    for piece in articles:
        by_outlet.setdefault(piece.outlet, []).append(piece.id)
    sides = registry()
    return tuple(Voice(o, sides.side_of(o), tuple(ids), (o,)) for o, ids in by_outlet.items())


def chosen(articles: Sequence[Article]) -> Chosen:
    return Chosen(story(articles), "for the test")


def bridge() -> list[Article]:
    """A bridge closes after an inspection: seven outlets, short descriptions, all sides."""
    return [
        article("harborlight.example", "Why the Corvane bridge is closing and what to know",
                "The city of Corvane closed the Alder Bridge on Tuesday after inspectors found cracks in two steel "
                "cables. Residents of the east bank say years of deferred repairs left them stranded. Read more.",
                minutes=1),
        article("commonpost.example", "Corvane closes Alder Bridge after cracks found in cables",
                "Inspectors found cracks in two steel cables of the Alder Bridge, and Corvane closed the crossing on "
                "Tuesday. Unions had asked for an inspection in March.", minutes=2),
        article("midland.example", "Corvane closes Alder Bridge after inspection finds cracked cables",
                "CORVANE (AP) — Corvane closed the Alder Bridge on Tuesday after an inspection found cracks in two "
                "steel cables, a closure that officials said could last six weeks. "
                "About 40,000 drivers cross it each day.",
                minutes=3),
        article("statewire.example", "Alder Bridge shut in Corvane - Statewire",
                "The state transport department will pay $12 million for repairs to the Alder Bridge, Governor Ines "
                "Talbot said Tuesday.", minutes=4),
        article("ridgeherald.example", "Outrage as city slams door on drivers",
                "Shop owners near the Alder Bridge expect to lose half of their trade this summer. Corvane closed the "
                "bridge on Tuesday after inspectors found cracks in two steel cables.", minutes=5),
        article("oldoak.example", "Corvane mayor defends bridge closure",
                "Mayor Tomas Orrin defended the closure of the Alder Bridge, saying safety comes before traffic. "
                "But he gave no date for its opening.", minutes=6),
        article("nowhere.example", "Alder Bridge closed", "Corvane closed the Alder Bridge on Tuesday.", minutes=7),
    ]  # fmt: skip
