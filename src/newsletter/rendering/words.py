"""How many words a mail asks its reader to read, and how long that takes. Pure.

All visible text of the HTML counts, frame, preheader and what stands for a picture included: whatever stands
between white space is a word, a lone "·" too, so that any word counter run over the text comes to the same figure
or a smaller one.
"""

from __future__ import annotations

import math

from selectolax.lexbor import LexborHTMLParser, LexborNode

_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "cite", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup", "u"]
)
"""Tags that do not part two words; every other tag does."""

_UNSEEN = frozenset({"style", "script", "title", "head", "template"})


def visible_text(tree: LexborHTMLParser | LexborNode) -> str:
    """The text a reader may see, the preheader included, white space collapsed."""
    node = tree.root if isinstance(tree, LexborHTMLParser) else tree
    parts: list[str] = []
    if node is not None:
        _collect(node, parts)
    return " ".join("".join(parts).split())


def _collect(node: LexborNode, parts: list[str]) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag
        if tag == "-text":
            parts.append(child.text(deep=False) or "")
        elif tag == "img":
            parts.append(f" {child.attributes.get('alt') or ''} ")  # read where images are off
        elif tag not in _UNSEEN:
            edge = "" if tag in _INLINE else " "
            parts.append(edge)
            _collect(child, parts)
            parts.append(edge)


def count(html: str) -> int:
    """Words of a mail's HTML."""
    return len(visible_text(LexborHTMLParser(html)).split())


def seconds(words: int, words_per_minute: int) -> int:
    """Reading time in whole seconds, rounded up."""
    return math.ceil(words * 60 / words_per_minute)
