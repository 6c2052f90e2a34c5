"""Quotation marks and brackets: a quotation may not be cut open."""

from __future__ import annotations

import re
from functools import lru_cache

_INNER = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)‘[^‘]*?’(?!\w)|(?<!\w)'[^']*?'(?!\w)")
_SINGLE_OPEN = re.compile(r"(?<![\w.,!?])['‘](?=\w)(?!\d0?s\b)")
_SINGLE_CLOSE = re.compile(r"(?<=[\w.,!?…])['’](?!\w)")


def balanced(text: str) -> bool:
    """Whether every quotation and bracket that opens in a text closes in it, and none closes unopened."""
    if text.count('"') % 2 or not _nested(text, "“", "”"):
        return False
    if not (_nested(text, "(", ")") and _nested(text, "[", "]")):
        return False
    return _singles(text)


@lru_cache(maxsize=8192)
def without_quotations(text: str) -> str:
    """The text outside of its quotations: what the outlet itself says."""
    return _INNER.sub(" ", text)


def mostly_quoted(text: str) -> bool:
    """Whether more than half of a text's words are somebody's quoted ones."""
    return 2 * len(without_quotations(text).split()) < len(text.split())


def _nested(text: str, opening: str, closing: str) -> bool:
    depth = 0
    for mark in text:
        depth += (mark == opening) - (mark == closing)
        if depth < 0:
            return False
    return depth == 0


def _singles(text: str) -> bool:
    """Every single opening quote finds a close after it; a plural's apostrophe needs no opening."""
    opens = [m.start() for m in _SINGLE_OPEN.finditer(text)]
    closes = [m.start() for m in _SINGLE_CLOSE.finditer(text)]
    return len(opens) <= len(closes) and all(any(c > o for c in closes) for o in opens)
