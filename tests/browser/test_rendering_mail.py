"""The mail in a real browser: a phone shows it whole, legible and tappable, in light, in dark, without <style>."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.domain.brand import Brand
from tests.support.rendering_mail import mail_of
from tests.support.sample_issue import HOSTILE, quiet_issue, sample_issue, with_text

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium at /usr/bin/chromium"),
]

TEXTS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const lum = c => { const [r, g, b] = c.map(v => linear(v / 255)); return .2126 * r + .7152 * g + .0722 * b; };
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), at = walk.currentNode.parentElement;
    if (!text || !at.checkVisibility()) continue;
    let ground = at;
    while (ground && rgb(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const style = getComputedStyle(at), behind = ground ? getComputedStyle(ground).backgroundColor : "rgb(255,255,255)";
    const a = lum(rgb(style.color)), b = lum(rgb(behind));
    found.push({ text: text.slice(0, 40), size: parseFloat(style.fontSize),
                 ratio: (Math.max(a, b) + .05) / (Math.min(a, b) + .05) });
  }
  return found;
}"""
"""Every visible text with its font size and its contrast, as the browser draws it."""

LINKS = """() => [...document.querySelectorAll("a[href]")]
  .filter(a => getComputedStyle(a).display !== "inline")
  .map(a => ({ text: a.textContent, height: a.getBoundingClientRect().height }))"""
"""Links that stand alone, with their height."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def page(browser: Any, html: str, width: int = 375, scheme: str = "light") -> Any:
    opened = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened.set_content(html)
    return opened


def width_of(shown: Any) -> int:
    return int(shown.evaluate("document.documentElement.scrollWidth"))


def without_styles(html: str) -> str:
    """As Gmail shows it to an account of another provider."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("width", [320, 375, 640])
def test_nothing_runs_out_of_the_page(browser: Any, width: int) -> None:
    assert width_of(page(browser, mail_of(sample_issue()).html, width)) <= width


@pytest.mark.parametrize("text", [HOSTILE[6], "https://example.com/" + "a" * 200, "W" * 300])
def test_a_word_of_any_length_is_broken_before_it_widens_the_page(browser: Any, text: str) -> None:
    assert width_of(page(browser, mail_of(with_text(quiet_issue(), text)).html)) <= 375


def test_no_text_on_a_phone_is_under_14_px(browser: Any) -> None:
    for html in (mail_of(sample_issue()).html, without_styles(mail_of(sample_issue()).html)):
        texts = page(browser, html).evaluate(TEXTS)
        assert len(texts) > 100
        assert [one for one in texts if one["size"] < 14] == []


def test_links_that_stand_alone_can_be_hit_with_a_thumb(browser: Any) -> None:
    links = page(browser, mail_of(sample_issue()).html).evaluate(LINKS)
    assert len(links) > 25
    assert [one for one in links if one["height"] < 44] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_in_dark(browser: Any, scheme: str) -> None:
    texts = page(browser, mail_of(sample_issue()).html, scheme=scheme).evaluate(TEXTS)
    assert [one for one in texts if one["ratio"] < 4.5] == []


def test_dark_is_dark_where_the_reader_asks_for_it(browser: Any) -> None:
    shown = page(browser, mail_of(sample_issue()).html, scheme="dark")
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(Brand().dark.page[i : i + 2], 16) for i in (1, 3, 5))
    assert ground == f"rgb({red}, {green}, {blue})"


def test_twice_the_text_size_still_fits(browser: Any) -> None:
    """WCAG 2.2, 1.4.4: at 200 % nothing is cut off; zoom halves the width there is."""
    assert width_of(page(browser, mail_of(sample_issue()).html, 188)) <= 188


def test_the_bar_is_one_picture_with_a_name_to_a_screen_reader(browser: Any) -> None:
    bars = page(browser, mail_of(sample_issue()).html).get_by_role(
        "img", name="Coverage: 8 left, 5 center, 4 right"
    )
    assert bars.count() == 1


def test_headings_lead_through_the_mail(browser: Any) -> None:
    shown = page(browser, mail_of(sample_issue()).html)
    assert shown.get_by_role("heading", level=1).count() == 1
    names = shown.get_by_role("heading", level=2).all_text_contents()
    assert [names[0], *names[-3:]] == ["Today", "In brief", "Blindspots", "How this issue was balanced"]
    assert len(names) == 9


def test_a_tap_on_the_contents_leads_to_the_story(browser: Any) -> None:
    shown = page(browser, mail_of(sample_issue()).html)
    shown.get_by_role("link", name="Regulators clear the merger").first.click()
    assert shown.evaluate("window.scrollY") > 500
