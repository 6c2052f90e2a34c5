"""Bytes of a feed to raw entries. Runs inside the cage only (see `newsletter.feeds.worker`).

feedparser is given a stream of the bytes and nothing else: handed a string or bytes it would open paths and
URLs. Its sanitiser and its relative-URI resolution are off: they cost half the time and are not enough, so
the cleaner reduces every text and checks every link itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser
import feedparser.api

MAX_DEPTH = 100
"""Elements nested deeper lose their markup and keep their text."""
MAX_ENTRIES = 500
MAX_TITLE = 1_000
MAX_SUMMARY = 20_000
MAX_URL = 2_000
MAX_SHORT = 300
MAX_CATEGORIES = 20
SHORT_SUMMARY = 20
"""A summary shorter than this is given up for the entry's content, where there is one."""


_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_LAST = 0x10FFFF

HARMLESS = (feedparser.NonXMLContentType, feedparser.CharacterEncodingOverride)
"""Complaints about HTTP headers and declarations: no fault of the XML."""


class _Shallow(feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """feedparser's own parser, but blind to absurd depths: 200,000 nested tags took it over four seconds."""

    _level = 0

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802 - SAX's name
        self._level += 1
        if self._level <= MAX_DEPTH:
            super().startElementNS(name, qname, attrs)

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802 - SAX's name
        if self._level <= MAX_DEPTH:
            super().endElementNS(name, qname)
        self._level -= 1


feedparser.api.StrictFeedParser = _Shallow


def parse_bytes(body: bytes, content_type: str) -> dict[str, Any]:
    """A JSON-able report: ``version, title, language, message, entries`` (each a list in `RawEntry`'s order)."""
    # No content-location: with a base, feedparser joins URLs at every single element (a third of its time) and
    # turns guids into URLs of wherever the feed happens to live. The cleaner makes links absolute.
    headers = {"content-type": content_type or "application/xml"}
    found = feedparser.parse(
        io.BytesIO(_REFERENCE.sub(_sound, body)),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    channel = found.get("feed", {})
    return {
        "version": _text(found.get("version"), MAX_SHORT),
        "title": _text(channel.get("title"), MAX_SHORT),
        "language": _text(channel.get("language"), 40),
        "message": _fault(found),
        "entries": [_entry(entry) for entry in found.get("entries", [])[:MAX_ENTRIES]],
    }


def _sound(found: re.Match[bytes]) -> bytes:
    """A numeric reference as it stands, or nothing where no character has that number.

    feedparser raises on those, so that one emoji written as two halves would cost the outlet its whole feed.
    """
    digits = (found[1] or found[2]).lstrip(b"0")
    number = int(digits or b"0", 16 if found[1] else 10) if len(digits) < 9 else _LAST + 1
    return b"" if number > _LAST or 0xD800 <= number <= 0xDFFF else found[0]


def _entry(entry: Mapping[str, Any]) -> list[Any]:
    date, parsed = _date(entry)
    return [
        _text(entry.get("id"), MAX_URL),
        _link(entry),
        _text(entry.get("title"), MAX_TITLE),
        _summary(entry),
        date,
        parsed,
        _author(entry),
        _categories(entry),
    ]


def _text(value: object, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _plain(entry: Mapping[str, Any], key: str) -> Any:
    # FeedParserDict answers some keys with others' values ("updated" with "published"); dict does not.
    return dict.get(entry, key) if isinstance(entry, dict) else None


def _link(entry: Mapping[str, Any]) -> str:
    link = _text(entry.get("link"), MAX_URL)
    if link:
        return link
    for other in _dicts(entry.get("links")):
        if other.get("rel", "alternate") == "alternate" and other.get("href"):
            return _text(other["href"], MAX_URL)
    return ""


def _summary(entry: Mapping[str, Any]) -> str:
    summary = _text(_plain(entry, "summary"), MAX_SUMMARY)
    if len(summary.strip()) >= SHORT_SUMMARY:
        return summary
    contents = [_text(part.get("value"), MAX_SUMMARY) for part in _dicts(_plain(entry, "content"))]
    return max([summary, *contents], key=len)


def _date(entry: Mapping[str, Any]) -> tuple[str, list[int] | None]:
    for key in ("published", "updated", "created"):
        raw = _text(_plain(entry, key), MAX_SHORT)
        if raw.strip():
            parsed = _plain(entry, f"{key}_parsed")
            return raw, [int(part) for part in parsed[:6]] if parsed else None
    return "", None


def _author(entry: Mapping[str, Any]) -> str:
    author = _text(entry.get("author"), MAX_SHORT)
    if author:
        return author
    return ", ".join(_text(one.get("name"), 100) for one in _dicts(entry.get("authors"))[:5])[:MAX_SHORT]


def _categories(entry: Mapping[str, Any]) -> list[str]:
    terms = (tag.get("term") or tag.get("label") for tag in _dicts(entry.get("tags"))[:MAX_CATEGORIES])
    return [_text(term, 100) for term in terms if isinstance(term, str) and term.strip()]


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _fault(found: Mapping[str, Any]) -> str:
    """What feedparser stumbled over, if anything; by itself never a reason to reject a feed."""
    error = found.get("bozo_exception") if found.get("bozo") else None
    if error is None or isinstance(error, HARMLESS):
        return ""
    return f"{type(error).__name__}: {error}"[:MAX_SHORT]
