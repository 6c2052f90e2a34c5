"""Whom and what a story is about, by name, and whether a text is about somebody else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsletter.writing.terms import names, terms

KEY = 0.2
"""Share of the outlets that give a name of the story."""
_RUN = re.compile(r"(?<=[\w,;’'] )(?:[A-Z][\w’'.-]+ )*([A-Z][\w’'-]+)")


def shared_names(leads: Iterable[tuple[str, str]], outlets: int) -> frozenset[str]:
    """The names that a fifth of so many outlets give, two at least; ``leads`` are outlets with a text of theirs."""
    users: dict[str, set[str]] = {}
    for outlet, text in leads:
        for name in names(f"It {text}"):
            users.setdefault(name, set()).add(outlet)
    least = max(2, KEY * outlets)
    return frozenset(name for name, who in users.items() if len(who) >= least)


def names_another(text: str, known: frozenset[str]) -> bool:
    """Whether a text has names and none of them is known.

    The last word of a name tells who is meant: another storm is a "Hurricane" too.
    """
    own = last_names(f"It {text}")
    return bool(own) and bool(known) and not own & known


def last_names(text: str) -> frozenset[str]:
    """Stems of the last words of names: of "Hurricane Orla" the last alone."""
    return frozenset(t for word in _RUN.findall(text) for t in terms(word) if not t[:1].isdigit())
