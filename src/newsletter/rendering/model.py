"""What a template gets to see: plain strings, safe URLs and numbers, every wording decided.

Strings are cleaned (`clean.text`) but not escaped; URLs are absolute http(s), mailto, or empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.domain.brand import Brand
from newsletter.domain.leaning import Side


@dataclass(frozen=True, slots=True)
class Credit:
    """Who said it, linked to the article it came from."""

    name: str
    url: str
    """Empty where the article's link cannot be used: the name then stands alone."""
    mark: int
    """Number of the link among the issue's links, for the plain text; 0 without a link."""
    note: str = ""
    """ "opinion" where the article is one."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with its credits; `text` is the outlets' own."""

    text: str
    credits: tuple[Credit, ...]
    others: int = 0
    """Further outlets that say it and that the mail does not name."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One side's column in a story. Either ``said`` or ``note`` is set."""

    side: Side
    label: str
    """ "The left"; "One outlet on the right"; "The right" over a note."""
    alone: bool
    """One independent outlet only: its name belongs into the label, it does not speak for its side."""
    said: tuple[Said, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One side's piece of the coverage bar; widths of a bar are whole percents and add up to 100."""

    side: Side
    letter: str
    width: int


@dataclass(frozen=True, slots=True)
class Count:
    side: Side
    text: str
    """ "8 left"."""


@dataclass(frozen=True, slots=True)
class DisputeView:
    topic: str
    claims: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    number: int
    anchor: str
    headline: Said
    url: str
    kicker: str
    """ "New since yesterday: 4 articles", or empty."""
    dek: Said | None
    written: str
    """The shown parts that a model wrote: "overview and points"; empty for none."""
    byline: str
    """ "Headline", or "Headline and summary" where the dek is of the same outlet and has no credits of its own."""
    bar: tuple[Segment, ...]
    """Empty under five outlets: a bar shows shares, and so few have none."""
    bar_text: str
    counts: tuple[Count, ...]
    wires: str
    overview: tuple[Said, ...]
    voices: tuple[Voice, ...]
    agreed: Said | None
    disputed: DisputeView | None
    more: str
    """ "Full coverage: 24 articles, questions, history"."""
    report_url: str


@dataclass(frozen=True, slots=True)
class BriefView:
    headline: Said
    url: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class BlindspotView:
    headline: Said
    url: str
    told: str
    """ "Told by 6 outlets on the left and 1 in the center; by none of the 19 …"."""
    side: Side
    """The side that told it."""


@dataclass(frozen=True, slots=True)
class CorrectionView:
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class CorrectionMailView:
    """A correction in a mail of its own."""

    brand: Brand
    lang: str
    title: str
    dated: str
    number: int
    heading: str
    """ "Correction to our issue of 14 August 2026"; the subject, too."""
    about: str
    """Which issue was wrong, and in which story."""
    text: str
    story_url: str
    """Empty where it is about the issue as a whole."""
    made: str
    """Why somebody gets this."""
    how_url: str
    archive_url: str
    """The corrected issue's page."""
    contact_url: str
    preferences_url: str
    unsubscribe_url: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One line of the plain text's list of links."""

    mark: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class MailView:
    """The whole mail."""

    brand: Brand
    lang: str
    title: str
    date: str
    number: int
    reading: str
    """ "4 min 40 s"; measured on the first rendering, printed on the second."""
    corrections: tuple[CorrectionView, ...]
    notices: tuple[str, ...]
    """A quiet day, a thin supply."""
    stories: tuple[StoryView, ...]
    briefs: tuple[BriefView, ...]
    blindspots: tuple[BlindspotView, ...]
    balance: str
    balance_url: str
    made: str
    links: tuple[LinkLine, ...]
    how_url: str
    archive_url: str
    contact_url: str
    preferences_url: str
    unsubscribe_url: str
    postal_address: str
