"""HTML to plain text, without what only a feed would say. Every function takes any string and never raises."""

from __future__ import annotations

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

MAX_TEXT = 4_000
"""Characters of a description kept; the median feed gives 24 words."""
MAX_TITLE = 400

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[a-zA-Z#]")
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|blockquote|section|article|figure"
    r"|figcaption|pre|header|footer|img|iframe)\b)",
    re.IGNORECASE,
)
_DROPPED = (
    "script, style, noscript, template, iframe, object, svg, form, figcaption, head title, textarea, select"
)
_TAG_LEFT = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,9}(?:\s[^<>]{0,500})?/?>")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENTITY_LEFT = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_SPACE_BEFORE_STOP = re.compile(r" (?=[,.;:!?](?:\s|$))")
_CUT_OFF = re.compile(r"\s*[\[(]\s*(?:…|\.\.\.)\s*[\])]")
_TAIL_ROOM = 240
_TAIL = re.compile(
    # Only with a capital, and only where a sentence has ended: "hope to learn more." is a sentence's own end.
    r"(?:^|(?<=[.!?…:;”\"'’\])|>»·•–—-])\s*|\s[|>»·•–—\[(]\s*)"
    r"(?:(?:Read|READ) (?:[Mm]ore|MORE|(?:the )?[Ff]ull)|(?:Continue|CONTINUE|Keep) (?:[Rr]eading|READING)"
    r"|Full (?:[Ss]tory|[Aa]rticle)|View (?:[Ee]ntire|[Ff]ull) [Pp]ost|Click here to|See [Mm]ore|Learn [Mm]ore)\b"
    r".{0,160}$"
)
_THE_POST = "The post "
_APPEARED = re.compile(r" (?:appeared first|first appeared) on [^.]{1,120}\.?$")

_INVISIBLE_RANGES = (
    (0x0000, 0x0008), (0x000E, 0x001F), (0x007F, 0x0084), (0x0086, 0x009F), (0x00AD, 0x00AD), (0x034F, 0x034F),
    (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xDFFF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFC), (0xFFFE, 0xFFFF), (0xE000, 0xF8FF), (0xE0000, 0xE0FFF),
)  # fmt: skip
_INVISIBLE = re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _INVISIBLE_RANGES) + "]")


def plain(markup: str) -> str:
    """One line of plain text: no markup, no scripts, entities decoded, white space single, nothing invisible."""
    if not markup.isascii():
        markup = _SURROGATES.sub("", markup)
    found = _reduce(markup) if _MARKUP.search(markup) else markup
    # Some feeds escape twice: what was text still reads like markup. Once more, and not for ever.
    if ("<" in found and _TAG_LEFT.search(found)) or ("&" in found and _ENTITY_LEFT.search(found)):
        found = _reduce(found)
    return visible(found)


def visible(text: str) -> str:
    """The text without control, bidirectional, zero-width and unpaired characters, NFC, single spaces."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def description(markup: str) -> str:
    """An entry's description as text of at most `MAX_TEXT` characters, without "Read more" and the like."""
    text = _CUT_OFF.sub("…", plain(markup))
    text = _without_tails(text)
    return shorten(_SPACE_BEFORE_STOP.sub("", text), MAX_TEXT)


def title_line(markup: str) -> str:
    """A title as text of at most `MAX_TITLE` characters."""
    return shorten(plain(markup), MAX_TITLE)


def shorten(text: str, limit: int) -> str:
    """The text cut at a word, with an ellipsis, when it is longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > limit // 2 else cut).rstrip(" ,;:–—-") + "…"


def _reduce(markup: str) -> str:
    if "<" not in markup:
        return html.unescape(markup)
    tree = LexborHTMLParser(_BLOCK.sub(" <", markup.replace("\x00", "")))
    for node in tree.css(_DROPPED):
        node.decompose()
    body = tree.body
    return body.text(separator="") if body is not None else ""


def _without_tails(text: str) -> str:
    for _ in range(3):
        shorter = _without_tail(_without_wordpress(text))
        if shorter == text:
            return text
        text = shorter
    return text


def _without_wordpress(text: str) -> str:
    """WordPress signs its feeds: "The post <title> appeared first on <site>."."""
    signed = _APPEARED.search(text, max(0, len(text) - _TAIL_ROOM))
    start = text.rfind(_THE_POST, 0, signed.start()) if signed else -1
    return text[:start].rstrip() if start >= 0 else text


def _without_tail(text: str) -> str:
    head, tail = text[:-_TAIL_ROOM], text[-_TAIL_ROOM:]
    match = _TAIL.search(tail)
    # A whole sentence that only begins like a tail ("Full story of a rescue. Then ...") has another one after it.
    if match is None or re.search(r"[.!?] [A-Z]", match.group()):
        return text
    return (head + tail[: match.start()]).rstrip(" |>»·•–—-[(")
