"""The pages in a real browser: a button that unsubscribes, a preview that follows edits, room on a phone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from newsletter.domain.audience import SubscriberStatus
from newsletter.locate import folder
from newsletter.web.app import create_app
from newsletter.web.desk import create_desk
from newsletter.wiring import House
from tests.support.sample_issue import HOSTILE, sample_issue, with_text
from tests.support.web_house import add_reader, keep, keep_days, make_house
from tests.support.web_server import running

CHROMIUM = Path("/usr/bin/chromium")
STORY = "/stories/2026-08-14-00000001"
TARGETS = (
    "nav a, button:not(.ev), .button, select, input:not([type=radio]), textarea, summary, .tabs label, .name, "
    ".stories h3 a, .rail .plain a, .label a"
)
"""What is meant for a thumb; links, and the way to a passage (`.ev`), are as large as their line (WCAG 2.2, 2.5.8)."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with make_house(tmp_path_factory.mktemp("home")) as made:
        keep(made)
        keep_days(made, 3)
        yield made


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with running(create_app(house)) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 800}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_unsubscribe_and_back_by_button_without_javascript(house: House, address: str, page: Page) -> None:
    reader, token = add_reader(house, "button@example.org")
    page.goto(f"{address}/u/{token}")
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    found = house.subscribers.by_public_id(reader.public_id)
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    page.get_by_role("button", name="Subscribe again").click()
    page.get_by_role("heading", name="You are subscribed again").wait_for()
    assert house.subscribers.suppressed([reader.address_key]) == frozenset()


def test_a_report_by_hand(house: House, address: str, page: Page) -> None:
    page.goto(f"{address}{STORY}")
    page.get_by_role("link", name="Report an issue").click()
    page.get_by_label("What is it about?").select_option("fact")
    page.get_by_label("What is wrong").fill("It carries 690.")
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert house.issues.reports()[-1]["text"] == "It carries 690."


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(
    house: House, address: str, browser: Browser, width: int, scheme: str
) -> None:
    _, token = add_reader(house, f"w{width}{scheme}@example.org")
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if "/issues/2" not in page.url else None)
    for path in ("/", "/issues", "/issues/2026-08-14", STORY, f"{STORY}/report", "/how", f"/u/{token}"):
        page.goto(address + path)
        assert overflow(page) <= 0, path
    context.close()
    assert wrong == []  # nothing the policy had to block, nothing missing


def test_words_without_a_break_do_not_widen_the_page(tmp_path: Path, browser: Browser) -> None:
    with make_house(tmp_path) as house:
        keep(house, with_text(sample_issue(), HOSTILE[6]))
        with running(create_app(house)) as address:
            page = browser.new_page(viewport={"width": 375, "height": 800})
            for path in ("/", STORY, f"{STORY}/report"):
                page.goto(address + path)
                assert overflow(page) <= 0, path
            page.close()


def test_one_sides_articles_at_a_press_without_javascript(address: str, page: Page) -> None:
    page.goto(f"{address}{STORY}")
    assert page.get_by_role("link", name="Ten senators who broke ranks").is_visible()
    assert page.get_by_role("link", name="What the harbor bill would do").is_visible()
    page.get_by_text("Right (5)").click()
    assert page.get_by_role("link", name="Ten senators who broke ranks").is_visible()
    assert not page.get_by_role("link", name="What the harbor bill would do").is_visible()


def test_targets_are_large_enough_for_a_thumb(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    for path in ("/", STORY, f"{STORY}/report", "/how"):
        page.goto(address + path)
        small = page.evaluate(
            """tags => [...document.querySelectorAll(tags)].filter(e => !e.closest('.trap'))
            .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
            .filter(([, height]) => height < 44)""",
            TARGETS,
        )
        assert small == [], path
    page.close()


def test_the_keyboard_reaches_the_content_first(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}{STORY}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


# ── the preview ──


def test_the_preview_follows_an_edit_within_a_second_or_so(tmp_path: Path, browser: Browser) -> None:
    templates = Path(shutil.copytree(folder("templates"), tmp_path / "mine"))
    masthead = templates / "issue/masthead.mjml.j2"
    ours = masthead.read_text()
    with make_house(tmp_path / "home", TEMPLATES=str(templates)) as house:
        keep(house)
        with running(create_desk(house)) as address:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address)
            phone = page.frame_locator("iframe >> nth=0")
            phone.get_by_text("No. 228").wait_for()
            page.frames[1].evaluate("scrollTo(0, 500)")

            began = time.monotonic()
            masthead.write_text(ours.replace("No. {{", "Number {{"))
            page.get_by_text("Re-rendered with the edited template").wait_for(timeout=8_000)
            took = time.monotonic() - began
            phone.get_by_text("Number 228").wait_for(timeout=8_000)
            page.wait_for_function(
                "document.querySelector('iframe').contentWindow.scrollY === 500", timeout=8_000
            )  # nobody loses their place

            masthead.write_text(ours.replace("{{ mail.date }}", "{{ mail.nonsense.date }}"))
            page.get_by_text("masthead.mjml.j2, line ").first.wait_for(timeout=8_000)
            assert not page.locator("iframe").first.is_visible()

            masthead.write_text(ours)
            phone.get_by_text("No. 228").wait_for(timeout=8_000)
            assert page.get_by_text("Re-rendered").count() == 0
            page.close()
    assert took < 4, took  # 0.7 s on an idle machine


def test_the_preview_shows_an_issue_as_soon_as_there_is_one(tmp_path: Path, browser: Browser) -> None:
    with make_house(tmp_path / "home") as house, running(create_desk(house)) as address:
        page = browser.new_page()
        page.goto(address)
        page.get_by_role("heading", name="There is no issue yet").wait_for()
        keep(house)
        page.get_by_role("heading", name="No. 228").wait_for(timeout=8_000)
        page.keyboard.press("6")
        assert page.get_by_role("row", name="reading-time").is_visible()
        page.keyboard.press("4")
        text = page.frame_locator(".view-text iframe").locator("pre")
        text.wait_for()
        page.close()
