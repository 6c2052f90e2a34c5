"""What people agree to, in the words they are shown, and under which name these words are kept."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.domain.signups import version_of
from newsletter.web.site import Site
from newsletter.wiring import House


@dataclass(frozen=True, slots=True)
class Consent:
    """The words (one paragraph, plain) and their name."""

    words: str
    version: str


def consent(house: House, site: Site) -> Consent:
    """The words as the templates have them now: changed words have another name, and both are kept."""
    s = house.settings
    text = site.render(
        "consent.txt",
        sender=s.from_name or house.brand.name,
        postal_address=s.postal_address,
        privacy_url=house.privacy_url,
    )
    words = " ".join(text.split())
    return Consent(words, version_of(words))
