"""Signing up in a real browser: from the form to the mail to the list to a mailed issue to settings and out again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from newsletter.domain.audience import SubscriberStatus
from newsletter.domain.mailing import Letter
from newsletter.pipeline.send import send
from newsletter.web.app import create_app
from newsletter.web.drainer import Drainer
from newsletter.wiring import House
from tests.support.signup_house import READER, Clock, link_in, mails, person, text_of
from tests.support.web_house import add_reader, keep, make_house
from tests.support.web_server import running

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
]


class Newsroom:
    """Pages on a port of their own, with the desk beside them; the clock is the test's."""

    def __init__(self, house: House, clock: Clock, address: str, sent: threading.Semaphore) -> None:
        self.house, self.clock, self.address, self.sent = house, clock, address, sent

    def path_of(self, path: str) -> str:
        return self.address + path


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    clock, sent = Clock(), threading.Semaphore(0)
    with make_house(tmp_path, clock=clock, SIGNUPS_PER_HOUR="0", SIGNUPS_PER_DAY="0") as house:
        issue = keep(house)
        # The sample issue reads for twelve seconds too long, which an editor lets go.
        house.issues.approve(issue.date, 1, "An Editor", issue.html_sha256, {"reading-time": "the sample"})
        provider = house.provider

        class Telling:
            name, real = provider.name, False

            def submit_letter(self, letter: Letter) -> Any:
                receipt = provider.submit_letter(letter)
                sent.release()
                return receipt

        desk = replace(house.sign_up_desk, provider=lambda: Telling())  # type: ignore[arg-type,return-value]
        with Drainer(desk, every=3600) as drainer, running(create_app(house, drainer.wake)) as address:
            yield Newsroom(house, clock, address, sent)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def watched(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A page, and what goes wrong on it: words on the console, requests to anybody else."""
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
    return page, wrong


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_form_to_the_list_to_an_issue_and_out_again(
    newsroom: Newsroom, browser: Browser, scripts: bool
) -> None:
    house, clock = newsroom.house, newsroom.clock
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, java_script_enabled=scripts, timezone_id="Europe/Berlin"
    )
    page, wrong = watched(context, newsroom.address)
    page.goto(newsroom.path_of("/stories/2026-08-14-00000001"))
    page.get_by_role("link", name="Get the newsletter").click()
    page.get_by_label("Your mail address").fill(READER)
    page.get_by_label("Your name").fill("Ada")
    if not scripts:
        page.get_by_label("Where you are").select_option("Europe/Berlin")
    assert page.get_by_label("Where you are").input_value() == "Europe/Berlin"
    clock.move(seconds=5)
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()

    assert newsroom.sent.acquire(timeout=10)
    (mail,) = mails(house)
    page.goto(newsroom.path_of(link_in(mail)))
    assert not house.subscribers.standing(READER).mailed
    page.get_by_role("button", name="Yes, subscribe me").click()
    page.get_by_role("heading", name="You are subscribed").wait_for()
    reader = person(house)
    assert (reader.status, reader.name, reader.timezone) == (SubscriberStatus.ACTIVE, "Ada", "Europe/Berlin")
    assert reader.consent_source == "sign-up page, from a story"

    clock.move(minutes=1)
    sent = send(replace(house.send_room, wait=lambda _: None), clock().date(), at_once=True, allow_stale=True)
    assert sent.submitted == 1
    issue = mailed(house)
    assert "Preferences: http://testserver/p/" in text_of(issue)
    assert link_in(issue, "/p/") in text_of(issue, "html")
    page.goto(newsroom.path_of(link_in(issue, "/p/")))
    page.get_by_label("Time of day").fill("07:15")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved. It counts").wait_for()
    page.get_by_label("The next issue comes on").fill("2026-08-20")
    page.get_by_role("button", name="Have a break until then").click()
    page.get_by_text("has a break").wait_for()
    assert person(house).deliver_at == "07:15"
    assert person(house).paused_until is not None

    page.get_by_role("link", name="Unsubscribe").click()
    page.get_by_label("Why?").select_option("too long")
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    assert not house.subscribers.standing(READER).mailed
    assert house.own_list.reasons() == {"too long": 1}
    context.close()
    assert wrong == []


def mailed(house: House) -> Any:
    """The one issue in the outbox."""
    from email import message_from_bytes, policy

    (file,) = (house.settings.outbox_folder / "2026-08-14").glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def test_the_keyboard_alone_signs_up(newsroom: Newsroom, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, wrong = watched(context, newsroom.address)
    page.goto(newsroom.path_of("/subscribe"))
    newsroom.clock.move(seconds=5)
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        seen.append(name)
        if name == "email":
            page.keyboard.type("keys@example.org")
        if name == "Send me the link to confirm":
            page.keyboard.press("Enter")
            break
    page.get_by_role("heading", name="Look into your mail").wait_for()
    assert "website" not in seen, "what people do not see, nobody reaches"
    assert newsroom.sent.acquire(timeout=10)
    context.close()
    assert wrong == []


def test_a_mistake_leads_to_its_field(newsroom: Newsroom, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(newsroom.path_of("/subscribe"))
    newsroom.clock.move(seconds=5)
    page.get_by_label("Your mail address").fill("reader@example")
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("alert").get_by_role("link", name="The part after @").click()
    assert page.url.endswith("#email")
    assert page.get_by_label("Your mail address").get_attribute("aria-invalid") == "true"
    assert page.get_by_label("Your mail address").input_value() == "reader@example"
    page.close()


def own_pages(newsroom: Newsroom) -> list[str]:
    house = newsroom.house
    reader, token = add_reader(house, READER, consent_source="sign-up page", name="N" * 100)
    waiting, _ = add_reader(house, "new@example.org", status=SubscriberStatus.PENDING)
    house.sign_ups.pause(reader.public_id, newsroom.clock() + timedelta(days=9))
    settings = f"/p/{house.tokens_of(reader).preferences}"
    confirm = house.confirm_link(waiting).removeprefix(house.settings.public_url)
    over = house.confirm_link(waiting, newsroom.clock()).removeprefix(house.settings.public_url)
    return [
        *("/subscribe", "/subscribe?from=story", "/privacy", confirm, over, f"/u/{token}"),
        *(settings, f"{settings}/erase", "/p/nobody.x"),
    ]


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (375, "dark"), (1280, "light"), (1280, "dark")]
)
def test_every_page_fits_its_screen_also_at_twice_the_text(
    newsroom: Newsroom, browser: Browser, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page, wrong = watched(context, newsroom.address)
    small = """[...document.querySelectorAll('nav a, button, .button, select, .own a, input:not([type=hidden])')]
        .filter(e => !e.closest('.trap')).filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
    for path in own_pages(newsroom):
        page.goto(newsroom.path_of(path))
        assert overflow(page) <= 0, path
        assert page.evaluate(small) == [], path
        if width > 320:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert overflow(page) <= 0, f"{path} at 200 %"
    context.close()
    gone = ("410", "404")
    assert [text for text in wrong if not any(status in text for status in gone)] == []


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(newsroom: Newsroom, browser: Browser, scheme: Any) -> None:
    checker = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
    )
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    for path in own_pages(newsroom):
        page.goto(newsroom.path_of(path))
        found = checker.Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path
    context.close()
