"""MJML that is not MJML is refused with its line; what mrml would let through in silence, too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import TemplateError
from newsletter.rendering.mjml import to_html

HEAD = "<mjml>\n<mj-body>\n"
FOOT = "\n</mj-body>\n</mjml>"


def column(inner: str, section: str = "", column: str = "") -> str:
    return f"{HEAD}<mj-section {section}><mj-column {column}>\n{inner}\n</mj-column></mj-section>{FOOT}"


def test_good_mjml_becomes_html() -> None:
    html = to_html(column('<mj-text color="#1d1b19" padding="0 20px">Good &nbsp; <br> morning</mj-text>'))
    assert "Good &nbsp; <br /> morning" in html
    assert 'role="presentation"' in html


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        (column("<mj-txt>x</mj-txt>"), 4, "unknown element <mj-txt>"),
        (column("<p>x</p>"), 4, "HTML belongs in mj-raw"),
        (column('<mj-text colour="red">x</mj-text>'), 4, "takes no attribute colour"),
        (column('<mj-text color="#12345">x</mj-text>'), 4, "is no colour"),
        (column('<mj-text color="blurple">x</mj-text>'), 4, "is no colour"),
        (column("x", section='background-color="no"'), 3, "is no colour"),
        (column('<mj-text padding="wide">x</mj-text>'), 4, "is no length"),
        (column('<mj-text align="centre">x</mj-text>'), 4, "is none of left, center, right"),
        (column('<mj-button href="javascript:alert(1)">x</mj-button>'), 4, "no http(s), mailto or in-mail link"),
        (column('<mj-text>\n<a href="javascript:alert(1)">x</a></mj-text>'), 5, "no http(s), mailto"),
        (column('<mj-text><a href="/relative">x</a></mj-text>'), 4, "no http(s), mailto"),
        (column('<mj-text><p onclick="x()">x</p></mj-text>'), 4, "a mail runs no scripts"),
        (column("<mj-text><script>x</script></mj-text>"), 4, "<script> has no place in a mail"),
        (column('<mj-text><p style="margin:0;color:#ggg">x</p></mj-text>'), 4, "is no colour"),
        (column('<mj-raw><table><tr><td bgcolor="nope">x</td></tr></table></mj-raw>'), 4, "is no colour"),
        (column("<mj-text><mj-button>x</mj-button></mj-text>"), 4, "which holds HTML only"),
        (column("<mj-section></mj-section>"), 4, "<mj-section> in <mj-column>; it belongs in"),
        (column('<mj-image src="https://a.example/x.png" />'), 4, "lacks alt"),
        (column('<mj-image src="data:x" alt="" />'), 4, "no http(s) address of a picture"),
        (column("loose words"), 4, "text directly in mj-column"),
        (column("<mj-text>1 < 2</mj-text>"), 4, "not well-formed"),
        (column("<mj-text><p>x</mj-text>"), 4, "not well-formed: mismatched tag"),
        (column('<mj-text color="red" color="red">x</mj-text>'), 4, "duplicate attribute"),
        (f"{HEAD}<mj-text>x</mj-text>{FOOT}", 3, "<mj-text> in <mj-body>"),
        ("<mj-body></mj-body>", 1, "<mj-body> in <nothing>"),
        ("<mjml>\n<mj-head><mj-html-attributes /></mj-head></mjml>", 2, "renderer does not know mj-html-attributes"),
        ('<mjml>\n<mj-body><mj-include path="x" /></mj-body></mjml>', 2, "{% include %}"),
        ('<mjml>\n<mj-head><mj-attributes><mj-text colour="red" /></mj-attributes></mj-head></mjml>', 2, "colour"),
        ('<mjml><mj-head><mj-attributes><mj-all width-of="1" /></mj-attributes></mj-head></mjml>', 1, "width-of"),
        ("<!DOCTYPE mjml>\n<mjml></mjml>", 1, "DOCTYPE"),
        ("<?xml version='1.0'?>\n<mjml></mjml>", 1, "an XML declaration"),
        (column("<mj-text><![CDATA[x]]></mj-text>"), 4, "CDATA"),
        ("<mjml>\n<mj-head><mj-title><b>x</b></mj-title></mj-head></mjml>", 2, "which holds text only"),
        ("<mjml><?php x ?></mjml>", 1, "an instruction has no place"),
        ("", 1, "not well-formed: no element found"),
    ],
)  # fmt: skip
def test_bad_mjml_is_refused_by_line(source: str, line: int, says: str) -> None:
    with pytest.raises(TemplateError) as caught:
        to_html(source)
    assert says in caught.value.message
    assert caught.value.fields["line"] == line
    assert f"line {line}" in caught.value.message


GOOD = column(
    '<mj-text color="#1d1b19" css-class="a">Good <a href="https://a.example/">x</a> &nbsp;</mj-text>'
    '<mj-raw><table><tr><td>y</td></tr></table></mj-raw><mj-image src="https://a.example/x.png" alt="" />'
)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 12),
    st.sampled_from(
        ["", "<", ">", '"', "&", "</p>", "<p>", "<mj-text>", "-->", "<!--", "]]>", "=", " ", "\x00", "é"]
    ),
)
def test_no_damage_to_a_document_ends_in_anything_but_html_or_a_template_error(
    at: int, cut: int, put: str
) -> None:
    damaged = GOOD[:at] + put + GOOD[at + cut :]
    try:
        html = to_html(damaged)
    except TemplateError:
        html = ""
    assert "<mj-" not in re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)


def test_defaults_may_be_set_in_the_head() -> None:
    source = """<mjml><mj-head><mj-attributes><mj-all font-family="Georgia" /><mj-class name="big" font-size="30px" />
    </mj-attributes></mj-head><mj-body><mj-section><mj-column><mj-text mj-class="big">x</mj-text></mj-column>
    </mj-section></mj-body></mjml>"""
    assert "font-size:30px" in to_html(source)
