"""A title without the outlet's name behind it: readers see the outlet beside it anyway."""

from __future__ import annotations

import re

_TAIL = re.compile(r"^(.*\S)\s+[|–—»·-]\s+([^|–—»·]{2,60})$")
_PARTS = re.compile(r"\s*(?:[|–—»·:>]|\s-\s)\s*")
_LETTERS = re.compile(r"[^\w]+|_")


def without_outlet(title: str, feed_title: str, outlet: str) -> str:
    """The title without a last " - Example Post" that equals the feed's title, a part of it, or the domain."""
    names = _names(feed_title, outlet)
    match = _TAIL.match(title)
    while match and _key(match.group(2)) in names:
        title = match.group(1)
        match = _TAIL.match(title)
    return title


def _names(feed_title: str, outlet: str) -> set[str]:
    bare = outlet.removeprefix("www.")
    found = {_key(feed_title), _key(bare), _key(bare.partition(".")[0])}
    found |= {_key(part) for part in _PARTS.split(feed_title)}
    return {name for name in found | {name.removeprefix("the") for name in found} if len(name) > 1}


def _key(name: str) -> str:
    key = _LETTERS.sub("", name.lower())
    return key.removeprefix("the") if len(key) > 5 else key
