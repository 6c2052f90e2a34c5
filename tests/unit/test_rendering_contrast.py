"""The small cascade behind the contrast check, on pages small enough to reckon by hand."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.rendering.contrast import readings

DARK = "@media (prefers-color-scheme:dark)"


def pair(body: str, style: str = "", scheme: str = "light") -> tuple[str, str]:
    """Colour and ground of the one text in ``body``."""
    tree = LexborHTMLParser(f"<html><head><style>{style}</style></head><body>{body}</body></html>")
    (reading,) = readings(tree, scheme)
    return reading.colour, reading.ground


@pytest.mark.parametrize(
    ("body", "style", "expected"),
    [
        ("x", "", ("#000000", "#ffffff")),
        ('<p style="color:#123">x</p>', "", ("#112233", "#ffffff")),
        ('<td bgcolor="#abcdef">x', "", ("#000000", "#ffffff")),  # no table around it: not a cell at all
        ('<table><tr><td bgcolor="#abcdef">x</td></tr></table>', "", ("#000000", "#abcdef")),
        ('<div style="background:#111111 none"><p style="color:white">x</p></div>', "", ("#ffffff", "#111111")),
        ('<div style="background:#111111"><p style="background:transparent">x</p></div>', "", ("#000000", "#111111")),
        ('<div style="color:#222222"><a href="#" style="color:inherit">x</a></div>', "", ("#222222", "#ffffff")),
        ('<div style="color:#222222"><p style="color:inherit">x</p></div>', "", ("#222222", "#ffffff")),
        ('<a href="#">x</a>', "", ("#0000ee", "#ffffff")),
        ('<p class="a">x</p>', ".a{color:#333333}", ("#333333", "#ffffff")),
        ('<p class="a" style="color:#444444">x</p>', ".a{color:#333333}", ("#444444", "#ffffff")),
        ('<p class="a" style="color:#444444">x</p>', ".a{color:#333333!important}", ("#333333", "#ffffff")),
        ('<p class="a">x</p>', ".a{color:#333333} .a{color:#555555}", ("#555555", "#ffffff")),
        ('<p class="a">x</p>', "/* .a{color:#333333} */", ("#000000", "#ffffff")),
        ('<p class="a">x</p>', "@media print{.a{color:#333333}}", ("#000000", "#ffffff")),
        ('<p class="a">x</p>', ".a:::what{color:#333333}", ("#000000", "#ffffff")),
        ('<p class="a">x</p>', "@import url(x);.a{margin:0}", ("#000000", "#ffffff")),
    ],
)  # fmt: skip
def test_the_nearest_colour_and_ground_are_found(body: str, style: str, expected: tuple[str, str]) -> None:
    assert pair(body, style) == expected


def test_dark_rules_count_in_dark_only() -> None:
    style = f"body{{background:#fafafa}} {DARK}{{body{{background:#111111!important}}.a{{color:#eeeeee!important}}}}"
    body = '<p class="a" style="color:#222222">x</p>'
    assert pair(body, style) == ("#222222", "#fafafa")
    assert pair(body, style, "dark") == ("#eeeeee", "#111111")


def test_what_nobody_sees_is_not_read() -> None:
    tree = LexborHTMLParser('<body><div style="display:none;color:#fff">x</div><p> </p><!-- y --></body>')
    assert readings(tree, "light") == ()


def test_the_ratio_is_wcags() -> None:
    tree = LexborHTMLParser('<body><p style="color:#777777">x</p></body>')
    (reading,) = readings(tree, "light")
    assert round(reading.ratio, 2) == 4.48
