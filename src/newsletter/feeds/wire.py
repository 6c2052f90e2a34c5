"""Whose copy a piece is: an agency's, where byline, dateline or path says so. One agency's text is one voice."""

from __future__ import annotations

import re

from newsletter.feeds.marks import path_segments

AGENCIES: dict[str, tuple[str, ...]] = {
    "AP": ("ap", "associated press", "the associated press", "ap news", "apnews"),
    "Reuters": ("reuters", "thomson reuters"),
    "AFP": ("afp", "agence france-presse", "agence france presse"),
    "UPI": ("upi", "united press international"),
    "PA": ("pa", "pa media", "press association"),
    "dpa": ("dpa", "deutsche presse-agentur"),
    "Xinhua": ("xinhua",),
    "TASS": ("tass",),
    "ANI": ("ani",),
    "PTI": ("pti", "press trust of india"),
    "EFE": ("efe", "agencia efe"),
    "Kyodo": ("kyodo", "kyodo news"),
    "AAP": ("aap", "australian associated press"),
    "Canadian Press": ("canadian press", "the canadian press"),
    "Stacker": ("stacker",),
    "States Newsroom": ("states newsroom",),
    "KFF Health News": ("kff health news", "kaiser health news"),
    "Center Square": ("the center square", "center square"),
}
_BY_NAME = {name: agency for agency, names in AGENCIES.items() for name in names}

_DATELINE = re.compile(r"^.{0,80}?\(([A-Za-z][A-Za-z .-]{1,30})\)\s*(?:[-–—:]|$)")
_BYLINE_SPLIT = re.compile(
    r"\s*(?:[,;/|&()•·–—]|\s-\s|\band\b|\bfor\b|\bof\b|\bvia\b|\bwith\b|\bfrom\b)\s*", re.IGNORECASE
)
_ROLES = re.compile(
    r"\b(?:by|staff|writers?|reporters?|correspondents?|newswires?|news agency|agency|wire|wires|business|sports"
    r"|entertainment|political|science|health|national|medical|tech|technology|diplomatic|congressional)\b\.?",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\S\s+(AP|AFP|UPI|Reuters|REUTERS|(?i:associated press|agence france-presse|canadian press|pa media))\.?\s*$"
)
"""A name and an agency with nothing between them ("JANE ROE Associated Press")."""
_TITLE_TAIL = re.compile(r"\s[|–—-]\s([A-Za-z ]{2,30})$")
_PATHS = {
    "wirestory": "AP", "apwire": "AP", "ap-news": "AP", "ap": "AP", "associated-press": "AP", "reuters": "Reuters",
    "reuters-news": "Reuters", "afp": "AFP", "afp-news": "AFP", "upi": "UPI", "ani": "ANI", "pti": "PTI",
}  # fmt: skip
"""ABC's /wireStory/ is AP copy almost throughout; a dateline in the text overrules it."""


def wire_of(author: str, text: str, url: str, title: str = "") -> str:
    """The agency's name, or "" for the outlet's own work.

    A dateline counts only at the beginning of the text, an agency's name only where it stands as a byline:
    that a text mentions Reuters says nothing about who wrote it.
    """
    return _by_dateline(text) or _by_author(author) or _by_path(url) or _by_title(title)


def _by_dateline(text: str) -> str:
    match = _DATELINE.match(text[:130])
    return _BY_NAME.get(match.group(1).strip().lower(), "") if match else ""


def _by_author(author: str) -> str:
    for part in _BYLINE_SPLIT.split(author[:300]):
        for name in (part, _ROLES.sub("", part)):
            agency = _BY_NAME.get(" ".join(name.split()).lower().strip(" ."))
            if agency:
                return agency
        match = _SIGNED.search(part)
        if match:
            return _BY_NAME[match.group(1).lower()]
    return ""


def _by_path(url: str) -> str:
    return next((_PATHS[part] for part in path_segments(url)[:-1] if part in _PATHS), "")


def _by_title(title: str) -> str:
    match = _TITLE_TAIL.search(title)
    return _BY_NAME.get(match.group(1).strip().lower(), "") if match else ""
