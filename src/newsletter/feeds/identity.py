"""Who is who in a feed: an entry's lasting identity, and the other names it may come back under."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.feeds.links import schemeless


@dataclass(frozen=True, slots=True)
class Identity:
    """``key`` goes into the article's id with its outlet; ``aliases`` are matched when the guid has changed."""

    key: str
    guid: str
    aliases: tuple[str, ...]


def identities(entries: Sequence[tuple[str, str]]) -> list[Identity]:
    """One identity for each (guid, canonical URL) of one feed, in order.

    The guid is the identity; without one the URL is. A guid that stands on items with different links names a
    page and not an item: guid|link then. A link shared by items with different guids (a live page) is no alias.
    """
    links_of: defaultdict[str, set[str]] = defaultdict(set)
    guids_of: defaultdict[str, set[str]] = defaultdict(set)
    for guid, url in entries:
        links_of[schemeless(guid)].add(schemeless(url))
        guids_of[schemeless(url)].add(schemeless(guid))
    return [
        _identity(
            guid,
            url,
            repeated=bool(guid) and len(links_of[schemeless(guid)]) > 1,
            shared=len(guids_of[schemeless(url)] - {""}) > 1,
        )
        for guid, url in entries
    ]


def _identity(guid: str, url: str, *, repeated: bool, shared: bool) -> Identity:
    names = [] if shared else [url, schemeless(url)]
    if repeated:
        return Identity(f"{guid}|{url}", guid, _others(names, ""))
    if not guid:
        return Identity(url, url, _others(names, url))
    return Identity(guid, guid, _others([*names, schemeless(guid)], guid))


def _others(names: Sequence[str], key: str) -> tuple[str, ...]:
    return tuple(name for name in Counter(names) if name and name != key)
