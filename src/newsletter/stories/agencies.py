"""News agencies: which outlet of the registry a wire mark names."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.domain.outlet import Outlet, Registry
from newsletter.stories.text import words

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "apnews.com": ("ap", "associated press", "ap news"),
    "reuters.com": ("reuters", "thomson reuters"),
    "afp.com": ("afp", "agence france presse"),
    "upi.com": ("upi", "united press international"),
    "bloomberg.com": ("bloomberg", "bloomberg news"),
    "dpa.com": ("dpa", "deutsche presse agentur"),
    "pa.media": ("pa", "pa media", "press association", "pa news agency"),
    "ansa.it": ("ansa",),
    "efe.com": ("efe", "agencia efe"),
    "kyodonews.net": ("kyodo", "kyodo news"),
    "xinhuanet.com": ("xinhua",),
    "tass.com": ("tass",),
    "aninews.in": ("ani", "asian news international"),
    "ptinews.com": ("pti", "press trust of india"),
    "thecanadianpress.com": ("cp", "canadian press"),
    "aap.com.au": ("aap", "australian associated press"),
    "statesnewsroom.com": ("states newsroom",),
    "tribunecontentagency.com": ("tns", "tribune news service"),
}
_DOMAINS = {alias: domain for domain, aliases in _ALIASES.items() for alias in aliases}


def agency_key(mark: str) -> str:
    """One spelling per agency, so that "AP" and "The Associated Press" are the same."""
    if mark.lower() in _ALIASES:
        return mark.lower()
    plain = " ".join(words(mark)).removeprefix("the ")
    return _DOMAINS.get(plain, plain)


def agency_outlet(mark: str, registry: Registry) -> Outlet | None:
    """The registry's wire outlet (``wire = true``) of that name, domain or well-known alias; else None."""
    key = agency_key(mark)
    for outlet in registry:
        if outlet.wire and key in (outlet.domain, agency_key(outlet.name)):
            return outlet
    return None
