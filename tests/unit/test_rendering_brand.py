"""A second brand renders with its own names, colours, labels and dates, without touching a template."""

from __future__ import annotations

from pathlib import Path

from newsletter.domain.brand import DARK, Brand, Palette
from newsletter.domain.checks import CheckLimits, failed
from newsletter.rendering.checks import IssueChecker
from newsletter.settings.brandfile import load_brand
from tests.support.rendering_mail import read, renderer, seen
from tests.support.sample_issue import sample_issue

BRAND = load_brand(Path(__file__).parent.parent / "data" / "second_brand" / "brand.toml")
MAIL = renderer(BRAND).render(sample_issue())


def test_its_name_lines_and_date_stand_in_both_parts() -> None:
    for part in (seen(MAIL), read(MAIL)):
        assert "The Morning Ledger" in part
        assert "For readers who want both columns" in part
        assert "Friday, 14 August 2026" in part
        assert "Published by Ledger House Ltd, company 0000001" in part
        assert "Both Sides" not in part
    assert '<html lang="en-GB"' in MAIL.html
    assert "mailto:desk@ledger.example" in MAIL.html


def test_its_sides_have_its_names_wherever_a_side_is_named() -> None:
    for part in (seen(MAIL), read(MAIL)):
        assert "8 government-friendly · 5 independent · 4 opposition-friendly · 1 not placed" in part
        assert "one opposition-friendly outlet, eagle review" in part.lower()
        assert (
            "Told by 6 government-friendly outlets and 1 independent outlet; by none of the 19 opposition"
            in part
        )
        assert "Today government-friendly outlets speak first." in part
        assert "None of the 19 opposition-friendly outlets heard today has this story." in part
        words = set(part.lower().partition("links [1]")[0].replace(",", " ").split())
        assert not words & {"right", "center"}


def test_its_colours_replace_ours_in_light_and_dark() -> None:
    default = {*vars_of(Palette()), *vars_of(DARK)} - {*vars_of(BRAND.light), *vars_of(BRAND.dark)}
    assert "#0b6b53" in MAIL.html
    assert "#7fd8bd" in MAIL.html
    assert not [
        colour for colour in default if colour in MAIL.html and colour != "#ffffff"
    ]  # preheader, unseen


def vars_of(palette: Palette) -> tuple[str, ...]:
    return tuple(getattr(palette, name) for name in Palette.__dataclass_fields__)


def test_it_passes_every_check() -> None:
    assert failed(IssueChecker(CheckLimits(reading_seconds=320), BRAND).check(sample_issue(), MAIL)) == ()


def test_letters_on_the_bar_tell_sides_with_one_initial_apart() -> None:
    labels = dict(zip(BRAND.labels, ("Coalition", "Cross-bench", "Opposition", "Other"), strict=True))
    html = renderer(Brand(labels=labels)).render(sample_issue()).html
    assert ">Co</td>" in html
    assert ">Cr</td>" in html
