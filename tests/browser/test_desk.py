"""The desk in a real browser, by keyboard and mouse: reorder, edit, take back, approve; nothing broken or foreign."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from newsletter.demo.run import DAYS
from newsletter.domain.edits import Put, Section
from newsletter.pipeline import desk as acts
from newsletter.pipeline.build import build
from newsletter.web.desk import create_desk
from newsletter.wiring import House
from tests.support.sample_home import sample_house
from tests.support.web_server import running

CHROMIUM = Path("/usr/bin/chromium")
DAY = DAYS[0]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
]
SLOW = 20_000
"""Milliseconds: a rebuild of the sample day on a busy machine."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    with sample_house(tmp_path_factory.mktemp("desk") / "home", until=DAY) as (house, _, _):
        build(house.build_room, DAY, house.calendar.cut_off(DAY))
        with running(create_desk(house, DAY)) as address:
            yield house, address


@pytest.fixture(scope="module")
def browser(desk: tuple[House, str]) -> Iterator[Browser]:
    """Opened after the day was gathered: beside a browser of this kind, no other loop may run in the thread."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, desk: tuple[House, str]) -> Iterator[Page]:
    """The line-up, opened by somebody with a name; whatever the console says, or another host is asked, fails."""
    house, address = desk
    while acts.undo(house.desk_room, DAY, "The last test"):
        pass
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda problem: wrong.append(str(problem)))
    opened.on(
        "request", lambda request: None if request.url.startswith(address) else wrong.append(request.url)
    )
    opened.goto(address)
    opened.get_by_label("Your name").fill("A. Editor")
    opened.get_by_role("radio", name="Line-up").check(force=True)
    yield opened
    opened.close()
    assert wrong == []


def titles(page: Page) -> list[str]:
    return page.locator("li.row[data-section=main] .title").all_inner_texts()


def document(desk: tuple[House, str]) -> Any:
    issue = desk[0].issues.get(DAY)
    assert issue is not None
    return issue.document


def test_reorder_edit_undo_approve_by_keyboard_alone(desk: tuple[House, str], page: Page) -> None:
    before = titles(page)
    page.locator("li.row[data-section=main]").nth(1).focus()
    page.keyboard.press("k")
    expect(page.locator("li.row .title").first).to_have_text(before[1], timeout=SLOW)
    expect(page.locator("li.row").first).to_be_focused(timeout=SLOW)
    page.keyboard.press("e")
    headline = page.locator("form[data-place=headline] textarea")
    headline.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("A headline of the editor's own")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("li.row .title").first).to_have_text("A headline of the editor's own", timeout=SLOW)
    expect(page.locator("form[data-place=headline]")).to_contain_text("own word", timeout=SLOW)
    phone = page.frame_locator("iframe.w375").first
    expect(phone.locator("h2", has_text="A headline of the editor's own")).to_have_count(1, timeout=SLOW)
    page.locator("li.row").first.focus()
    for _ in range(2):
        page.keyboard.press("z")
        expect(page.locator("#said")).to_have_text("Taken back.", timeout=SLOW)
        page.locator("li.row").first.focus()
    expect(page.locator("li.row .title").first).to_have_text(before[0], timeout=SLOW)
    page.get_by_role("radio", name="Checks").check(force=True)
    for box in page.locator("input[name=overrides]").all():
        box.check()
    if page.locator("input[name=overrides]").count():
        page.locator("form[data-act=approve] input[name=reason]").fill("A small newsroom")
    page.get_by_role("button", name="Approve these bytes").press("Enter")
    expect(page.locator(".head")).to_contain_text("approved by A. Editor", timeout=SLOW)
    assert "edits" not in document(desk)


def test_drop_with_the_mouse_swap_and_merge(desk: tuple[House, str], page: Page) -> None:
    main = page.locator("li.row[data-section=main]")
    before = titles(page)
    # By event: Playwright's own dragging waits for scripts in every frame, and a mail's frame runs none.
    main.nth(2).dispatch_event("dragstart")
    main.nth(0).dispatch_event("drop")
    expect(main.first.locator(".title")).to_have_text(before[2], timeout=SLOW)
    brief = page.locator("li.row[data-section=brief]").first
    second = brief.locator(".title").inner_text()
    main.first.get_by_role("button", name="Swap").click()
    brief.click()
    expect(main.first.locator(".title")).to_have_text(second, timeout=SLOW)
    main.nth(1).get_by_role("button", name="Merge").click()
    page.keyboard.press("Escape")
    expect(page.locator("#said")).to_have_text("Left as it is.")
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#said")).to_have_text("Taken back.", timeout=SLOW)
    expect(page.locator(".records li").first).to_contain_text("taken back by A. Editor", timeout=SLOW)


def test_without_a_name_nothing_is_changed(desk: tuple[House, str], page: Page) -> None:
    before = desk[0].edits.of(DAY)
    page.get_by_label("Your name").fill("")
    page.locator("li.row").first.get_by_role("button", name="Drop").click()
    expect(page.locator("#said")).to_contain_text("Say who you are first")
    assert desk[0].edits.of(DAY) == before


def test_a_change_of_somebody_else_shows_by_itself_and_what_is_typed_stays(
    desk: tuple[House, str], page: Page
) -> None:
    page.locator("li.row").first.get_by_role("button", name="Edit").click()
    text = page.locator("form[data-place=overview] textarea").first
    text.fill("Half a sentence")
    story = document(desk)["stories"][-1]
    acts.change(desk[0].desk_room, DAY, "B. Editor", Put(story["articles"][0]["id"], Section.MAIN, 0))
    expect(page.locator("li.row .title").first).to_have_text(story["headline"], timeout=SLOW)
    expect(text).to_have_value("Half a sentence")
    acts.undo(desk[0].desk_room, DAY, "B. Editor")


@pytest.mark.parametrize("width", [375, 1280])
def test_no_view_is_wider_than_the_screen(browser: Browser, desk: tuple[House, str], width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(desk[1])
    for view in page.locator("input[name=view]").all():
        view.check(force=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view.get_attribute(
            "value"
        )
    page.close()
