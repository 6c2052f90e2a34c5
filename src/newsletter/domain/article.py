"""One outlet's piece, as cleaned from a feed's entry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What sort of piece it is, as far as its marks tell."""

    NEWS = "news"
    OPINION = "opinion"
    LIVE = "live"
    SPONSORED = "sponsored"
    ROUNDUP = "roundup"
    """Newscasts, morning briefings, "what to know today": many stories in one item."""
    SERVICE = "service"
    """Deals, puzzles, horoscopes, lottery numbers, recipes: no news event."""


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article. All times are UTC and aware.

    ``id`` is stable for (outlet, guid); a later version has the same id and a later ``seen_at``.
    """

    id: str
    outlet: str
    """The outlet's domain."""
    guid: str
    url: str
    """http(s), absolute, tracking parameters removed."""
    title: str
    """Plain text, one line."""
    text: str
    """The description reduced to plain text; may be empty."""
    published: datetime
    """The feed's date, or ``first_seen`` when it gave none we believe (then ``date_inferred``)."""
    first_seen: datetime
    """TIME of the gather that brought the first version."""
    seen_at: datetime
    """TIME of the gather that brought this version."""
    author: str = ""
    kind: Kind = Kind.NEWS
    wire: str = ""
    """Name of the agency whose copy this is ("AP", "Reuters" …), or empty."""
    date_inferred: bool = False
    published_raw: str = ""
    lang: str = "en"
    feed_url: str = ""
    provenance: str = "live"
    aliases: tuple[str, ...] = ()
    """Other identities it may come back under: canonical URL, scheme-less guid."""


def article_id(outlet: str, identity: str) -> str:
    """``a-`` and 16 hex digits: the article's id from its outlet and guid (or guid|link where guids repeat)."""
    return "a-" + hashlib.sha256(f"{outlet}\n{identity}".encode()).hexdigest()[:16]
