"""Contrast of every text of a mail against the ground it stands on, in light and in dark. Pure.

A small cascade over the mail's own HTML: `bgcolor` and inline styles, and rules of `<style>` by selector,
`!important` after inline; in dark those of ``@media (prefers-color-scheme:dark)`` too. Enough for mail,
which knows no scripts and no external sheets; it is not a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from newsletter.domain.brand import contrast

_BLOCK = re.compile(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}|([^{}@]+)\{([^{}]*)\}")
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_NAMES = {"white": "#ffffff", "black": "#000000"}
_LINK = "#0000ee"
"""What a link gets that has no colour: HTML, rendering, "phrasing content"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text on one ground."""

    ratio: float
    text: str
    colour: str
    ground: str
    scheme: str
    """ "light" or "dark"."""


@dataclass(frozen=True, slots=True)
class _Style:
    """What an element inherits."""

    colour: str = "#000000"
    ground: str = "#ffffff"


_Declared = dict[str, tuple[str, bool]]
"""Property ("color", "ground", "display") -> (value, whether it beats the inline style)."""


def readings(tree: LexborHTMLParser, scheme: str) -> tuple[Reading, ...]:
    """Every piece of visible text, in document order, as it stands in that scheme."""
    sheet = _by_element(tree, scheme)
    body = tree.body
    return tuple(_walk(body, _Style(), sheet, scheme)) if body is not None else ()


def _walk(node: LexborNode, above: _Style, sheet: Mapping[int, _Declared], scheme: str) -> Iterator[Reading]:
    declared = _cascade(node, sheet.get(node.mem_id, {}))
    if declared.get("display") == "none":
        return
    default = _LINK if node.tag == "a" and declared.get("color") != "inherit" else above.colour
    style = _Style(_colour(declared.get("color")) or default, _colour(declared.get("ground")) or above.ground)
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            text = (child.text(deep=False) or "").strip()
            if text:
                yield Reading(contrast(style.colour, style.ground), text, style.colour, style.ground, scheme)
        elif child.tag not in {"style", "script", "title"}:
            yield from _walk(child, style, sheet, scheme)


def _cascade(node: LexborNode, rules: _Declared) -> dict[str, str]:
    """Later wins: bgcolor, then the sheet, then inline, then what the sheet marks as important."""
    attributes = node.attributes
    found = {"ground": attributes["bgcolor"] or ""} if attributes.get("bgcolor") else {}
    found |= {name: value for name, (value, important) in rules.items() if not important}
    inline = attributes.get("style")
    if inline:
        found |= {name: value for name, (value, _) in _declarations(inline).items()}
    return found | {name: value for name, (value, important) in rules.items() if important}


def _by_element(tree: LexborHTMLParser, scheme: str) -> dict[int, _Declared]:
    found: dict[int, _Declared] = {}
    for selector, declared in _rules(tree, scheme):
        try:
            nodes = tree.css(selector)
        except (SelectolaxError, ValueError):  # a selector only browsers know
            continue
        for node in nodes:
            found.setdefault(node.mem_id, {}).update(declared)
    return found


def _rules(tree: LexborHTMLParser, scheme: str) -> Iterator[tuple[str, _Declared]]:
    for sheet in tree.css("style"):
        for media, inner, selector, body in _BLOCK.findall(_COMMENT.sub("", sheet.text() or "")):
            if media and "prefers-color-scheme" in media and scheme in media:
                for nested, nested_body in _RULE.findall(inner):
                    yield from _rule(nested, nested_body)
            elif not media:
                yield from _rule(selector, body)


def _rule(selector: str, body: str) -> Iterator[tuple[str, _Declared]]:
    declared = _declarations(body)
    if declared:
        yield selector.strip(), declared


def _declarations(body: str) -> _Declared:
    found: _Declared = {}
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        key = {
            "color": "color",
            "background": "ground",
            "background-color": "ground",
            "display": "display",
        }.get(name.strip().lower())
        if colon and key:
            important = "!important" in value
            found[key] = (value.replace("!important", "").strip(), important)
    return found


def _colour(value: str | None) -> str:
    """``#rrggbb``, or empty for what says nothing here (inherit, transparent, none)."""
    if not value:
        return ""
    hexed = _HEX.search(value)
    if hexed is None:
        return _NAMES.get(value.lower(), "")
    digits = hexed[0][1:].lower()
    return "#" + ("".join(2 * c for c in digits) if len(digits) == 3 else digits)
