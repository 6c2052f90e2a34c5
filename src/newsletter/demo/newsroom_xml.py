"""Items -> the bytes of a feed: RSS 2.0, Atom or RSS 1.0, with the quirks that real feeds have."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from newsletter.demo.newsroom_files import SampleFeed, SampleItem

_RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
)


def render_feed(feed: SampleFeed, items: Sequence[SampleItem], changed: datetime | None) -> bytes:
    """The feed with ``items`` in the given order, last changed at ``changed``; the same input, the same bytes."""
    body = {"rss2": _rss2, "atom": _atom, "rdf": _rdf}[feed.format](feed, items, changed)
    text = f'<?xml version="1.0" encoding="{feed.encoding}"?>\n{body}\n'
    if feed.behaviour == "malformed":
        text = _spoil(text)
    return text.encode(feed.encoding, errors="xmlcharrefreplace")


def item_link(feed: SampleFeed, item: SampleItem) -> str:
    """The item's address as the feed gives it, tracking parameters and all."""
    return _permalink(item) + (f"?{feed.tracking}" if feed.tracking else "")


def _permalink(item: SampleItem) -> str:
    return f"https://{item.outlet}{item.path}"


def _opaque_id(item: SampleItem) -> str:
    # From the path alone: a corrected title or summary must come back as the same item.
    return f"{item.outlet}:{hashlib.sha256(item.path.encode()).hexdigest()[:12]}"


def _spoil(text: str) -> str:
    """Break the XML as careless templates do: a bare ampersand and HTML entities that XML does not know."""
    return text.replace("&amp;", "&").replace(". ", ".&nbsp;").replace("</title>", "&hellip</title>", 1)


def _summary(feed: SampleFeed, item: SampleItem) -> str:
    if not feed.html_summary:
        return item.summary
    link = quoteattr(item_link(feed, item))
    return f"<p>{escape(item.summary)}</p><p><a href={link}>Read more</a></p>"


def _element(name: str, text: str, *, cdata: bool = False, attributes: str = "") -> str:
    if not text:
        return ""
    inner = f"<![CDATA[{text}]]>" if cdata else escape(text)
    return f"<{name}{attributes}>{inner}</{name}>"


def _rfc822(feed: SampleFeed, moment: datetime) -> str:
    match feed.dates:
        case "none":
            return ""
        case "gmt":
            return format_datetime(moment.astimezone(UTC), usegmt=True)
        case "named":
            return format_datetime(moment).replace("-0400", "EDT")
        case _:
            return format_datetime(moment)


def _rss2(feed: SampleFeed, items: Sequence[SampleItem], changed: datetime | None) -> str:
    head = [
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">',
        "<channel>",
        _element("title", feed.title),
        _element("link", f"https://{feed.domain}/"),
        _element("description", f"News from {feed.title}"),
        "<language>en</language>",
        _element("lastBuildDate", _rfc822(feed, changed)) if changed else "",
    ]
    return _lines([*head, *(_rss2_item(feed, item) for item in items), "</channel>", "</rss>"])


def _rss2_item(feed: SampleFeed, item: SampleItem) -> str:
    guid = {
        "permalink": _element("guid", _permalink(item), attributes=' isPermaLink="true"'),
        "opaque": _element("guid", _opaque_id(item), attributes=' isPermaLink="false"'),
        "link": "",
    }[feed.guid_style]
    return _lines(
        [
            "<item>",
            _element("title", item.title, cdata=feed.cdata),
            _element("link", item_link(feed, item)),
            guid,
            _element("pubDate", _rfc822(feed, item.at)),
            _element("dc:creator", item.author, cdata=feed.cdata),
            *(_element("category", word, cdata=feed.cdata) for word in item.category),
            _element("description", _summary(feed, item), cdata=feed.cdata),
            "</item>",
        ]
    )


def _atom(feed: SampleFeed, items: Sequence[SampleItem], changed: datetime | None) -> str:
    head = [
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        _element("title", feed.title),
        _element("id", f"tag:{feed.domain},2026:feed"),
        f'<link rel="alternate" href="https://{feed.domain}/"/>',
        _element("updated", changed.isoformat()) if changed else "",
    ]
    return _lines([*head, *(_atom_entry(feed, item) for item in items), "</feed>"])


def _atom_entry(feed: SampleFeed, item: SampleItem) -> str:
    kind = ' type="html"' if feed.html_summary else ' type="text"'
    opaque = f"tag:{feed.domain},2026:{_opaque_id(item).rpartition(':')[2]}"
    return _lines(
        [
            "<entry>",
            _element("title", item.title),
            f'<link rel="alternate" href={quoteattr(item_link(feed, item))}/>',
            _element("id", opaque if feed.guid_style == "opaque" else _permalink(item)),
            _element("published", item.at.isoformat()),
            _element("updated", item.at.isoformat()),
            f"<author>{_element('name', item.author)}</author>" if item.author else "",
            *(f"<category term={quoteattr(word)}/>" for word in item.category),
            _element("summary", _summary(feed, item), attributes=kind),
            "</entry>",
        ]
    )


def _rdf(feed: SampleFeed, items: Sequence[SampleItem], changed: datetime | None) -> str:
    home = f"https://{feed.domain}/"
    sequence = [f"<rdf:li rdf:resource={quoteattr(_permalink(item))}/>" for item in items]
    head = [
        _RDF,
        f"<channel rdf:about={quoteattr(home)}>",
        _element("title", feed.title),
        _element("link", home),
        _element("description", f"News from {feed.title}"),
        _element("dc:date", changed.isoformat()) if changed else "",
        "<items><rdf:Seq>",
        *sequence,
        "</rdf:Seq></items>",
        "</channel>",
    ]
    return _lines([*head, *(_rdf_item(feed, item) for item in items), "</rdf:RDF>"])


def _rdf_item(feed: SampleFeed, item: SampleItem) -> str:
    return _lines(
        [
            f"<item rdf:about={quoteattr(_permalink(item))}>",
            _element("title", item.title),
            _element("link", item_link(feed, item)),
            _element("description", _summary(feed, item)),
            _element("dc:creator", item.author),
            _element("dc:date", item.at.isoformat()),
            *(_element("dc:subject", word) for word in item.category),
            "</item>",
        ]
    )


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(part for part in parts if part)
