"""Texts and links from outside, made safe to stand in a mail whatever they contain. Pure.

Escaping is the templates' business. Here goes what escaping does not see: control and bidirectional
characters that would reach beyond their own line, template marks, and substitution slots, which the provider
would fill with a recipient's token wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

_EMBEDDINGS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unclosed, they turn the direction of everything after them (Unicode UAX 9, X1-X8)."""

_MARK = re.compile(r"\{(?=[{%#])")
SLOT = re.compile(r"-(?=[a-z]+(?:-[a-z]+)*-token-)|(?<=-token)-", re.IGNORECASE)
"""The outer hyphens of ``-anything-token-``, the form of our substitution slots."""

_SAFE = "!$&'()*+,;=:@/?[]~%-._"
"""RFC 3986 reserved and unreserved marks, and ``%`` so that what is quoted stays so."""


def text(value: str) -> str:
    """One line of plain text: no control, bidirectional-embedding, private-use or surrogate characters.

    White space is one space each; ``{{`` is pulled apart and a slot's hyphens become non-breaking ones, so a
    story that writes about templates is printed and is not taken for a template's leftover.
    """
    plain = "".join(map(_character, value)) if not value.isascii() or not value.isprintable() else value
    return SLOT.sub("\u2011", _MARK.sub("{ ", " ".join(plain.split())))


def _character(c: str) -> str:
    if c.isprintable() or unicodedata.category(c) == "Cf":
        return "" if c in _EMBEDDINGS else c
    return " " if c.isspace() or unicodedata.category(c) in {"Cc", "Zl", "Zp"} else ""


def url(value: str) -> str:
    """The link, percent-encoded, if it is absolute http(s) without credentials; else empty."""
    if any(c.isspace() or not c.isprintable() for c in value):
        return ""
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # bad port, bad IPv6 bracket, label no IDNA can spell (UnicodeError is one)
        return ""
    if parts.scheme not in {"http", "https"} or not _is_host(host) or parts.username is not None:
        return ""
    netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    rest = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return SLOT.sub("%2D", urlunsplit((parts.scheme, netloc, *rest)))


def _is_host(host: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._:-]+", host)) and not SLOT.search(host)


def cut(value: str, most: int) -> str:
    """At most ``most`` characters, ending at a word's end with "…" where something is left out."""
    if len(value) <= most:
        return value
    kept = value[: most - 1]
    at_word = kept.rpartition(" ")[0] if not value[most - 1].isspace() else kept
    return (at_word or kept).rstrip(" ,;:.–-") + "…"
