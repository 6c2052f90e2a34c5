"""What makes one newsletter look and sound different from another: names, colours, labels, lines.

A second brand renders without touching a template. Colours are checked when a brand is made: text that
cannot be read is refused, not shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from newsletter.domain.leaning import Side
from newsletter.errors import BrandError

MIN_CONTRAST = 4.5
"""WCAG 2.2 AA for text, success criterion 1.4.3."""


def _channel(value: int) -> float:
    c = value / 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 (black) to 1 (white): WCAG 2.2, "relative luminance"."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * _channel(r) + 0.7152 * _channel(g) + 0.0722 * _channel(b)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21: WCAG 2.2, "contrast ratio"."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Palette:
    """Text colours (ink, muted, left, center, right) on two grounds (page, card), all ``#rrggbb``."""

    ink: str = "#1d1b19"
    muted: str = "#5c5750"
    left: str = "#1e5a9c"
    center: str = "#6a5f50"
    right: str = "#a8332a"
    unrated: str = "#5c5750"
    page: str = "#f6f3ec"
    card: str = "#ffffff"
    rule: str = "#d9d3c7"
    """Hairlines; decoration, so no contrast is asked of it."""

    def of(self, side: Side) -> str:
        return {
            Side.LEFT: self.left,
            Side.CENTER: self.center,
            Side.RIGHT: self.right,
            Side.UNRATED: self.unrated,
        }[side]

    def contrasts(self) -> dict[str, float]:
        """Ratio of every text colour on every ground, by "text on ground"."""
        texts = ("ink", "muted", "left", "center", "right", "unrated")
        return {
            f"{text} on {ground}": contrast(getattr(self, text), getattr(self, ground))
            for text in texts
            for ground in ("page", "card")
        }


DARK = Palette(
    ink="#ece7de",
    muted="#b3aca0",
    left="#86b6ee",
    center="#c4b8a5",
    right="#f29a90",
    unrated="#b3aca0",
    page="#171614",
    card="#211f1c",
    rule="#3a3732",
)
"""Dark ground for clients that honour ``prefers-color-scheme`` (Apple Mail)."""

_LABELS = {Side.LEFT: "Left", Side.CENTER: "Center", Side.RIGHT: "Right", Side.UNRATED: "Unrated"}


@dataclass(frozen=True, slots=True)
class Brand:
    """One newsletter's identity. Raises `BrandError` when made with colours that cannot be read."""

    name: str = "Both Sides in 5 Minutes"
    tagline: str = "How the left, the center and the right told the day"
    logo: str = ""
    """https URL of a picture, or empty: then the name stands in type."""
    logo_alt: str = ""
    contact: str = "editor@example.com"
    """Mail address or URL for readers, in the footer and in the User-Agent."""
    locale: str = "en_US"
    """Language tag of dates and of ``<html lang>``; the words themselves are English."""
    labels: Mapping[Side, str] = field(default_factory=lambda: dict(_LABELS))
    """What the sides are called: "Left", "Center", "Right", "Unrated"."""
    header: str = ""
    """A line under the masthead of every issue; empty for none."""
    footer: tuple[str, ...] = ()
    """Lines above the postal address."""
    light: Palette = field(default_factory=Palette)
    dark: Palette = DARK

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BrandError("The brand has no name.", todo="Set `name` in brand.toml.", key="name")
        if self.logo and not self.logo_alt:
            raise BrandError(
                "The logo has no alt text.", todo="Set `logo_alt` in brand.toml.", key="logo_alt"
            )
        for scheme, palette in (("colours", self.light), ("colours.dark", self.dark)):
            _check_palette(scheme, palette)

    @property
    def lang(self) -> str:
        """For ``<html lang>``: ``en_US`` -> ``en-US``."""
        return self.locale.replace("_", "-")


def _check_palette(scheme: str, palette: Palette) -> None:
    for entry in fields(palette):
        value = getattr(palette, entry.name)
        if len(value) != 7 or value[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in value[1:]):
            raise BrandError(
                f"{scheme}.{entry.name} = {value!r} is no colour.",
                todo="Write it as #rrggbb.",
                key=entry.name,
            )
    for pair, ratio in palette.contrasts().items():
        if ratio < MIN_CONTRAST:
            raise BrandError(
                f"{scheme}: {pair} has a contrast of {ratio:.1f}; text needs {MIN_CONTRAST}.",
                todo="Darken the one or lighten the other in brand.toml.",
                key=pair,
            )
