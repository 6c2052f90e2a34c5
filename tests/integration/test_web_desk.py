"""The editor's preview: the very bytes, every fault in its place, nothing written, nobody else let in."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.locate import folder
from newsletter.web.desk import Desk, create_desk
from newsletter.web.livereload import Changes
from newsletter.web.shownmail import rendered_again
from newsletter.wiring import House
from tests.support.sample_issue import minimal_issue, sample_issue
from tests.support.web_client import Client
from tests.support.web_house import add_reader, keep, keep_days, make_house

LOCAL = "http://127.0.0.1:8081"
MAIL = "/mail/2026-08-14.html"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder("templates"), tmp_path / "mine"))


@pytest.fixture
def house(tmp_path: Path, templates: Path) -> Iterator[House]:
    (tmp_path / "brand.toml").write_text('name = "The Even Post"\n')
    with make_house(tmp_path / "home", TEMPLATES=str(templates), BRAND=str(tmp_path / "brand.toml")) as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_desk(house), LOCAL)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_frames_show_the_very_bytes_that_would_be_sent(house: House, client: Client) -> None:
    kept = keep(house)
    for path in (MAIL, f"{MAIL}?images=off"):
        assert client.get(path).text == kept.html
    assert UNSUBSCRIBE_SLOT in kept.html
    assert client.get("/text/2026-08-14.txt").text == kept.text


def test_images_off_is_a_policy(house: House, client: Client) -> None:
    keep(house)
    assert "img-src 'none'" in client.get(f"{MAIL}?images=off").headers["content-security-policy"]
    policy = client.get(MAIL).headers["content-security-policy"]
    assert "img-src https:" in policy
    assert policy.startswith("default-src 'none'")  # nothing in a mail runs here


def test_dark_answers_the_mails_own_question(house: House, client: Client) -> None:
    kept = keep(house)
    dark, light = (client.get(f"{MAIL}?scheme={scheme}").text for scheme in ("dark", "light"))
    assert "prefers-color-scheme" in kept.html
    assert "prefers-color-scheme" not in dark
    assert "(min-width:0)" in dark
    assert "(max-width:0)" in light


def test_the_figures_and_the_checks_stand_beside_it(house: House, client: Client) -> None:
    kept = keep(house, frozen=False)
    page = client.get("/").text
    subject = str(kept.document["subject"])
    for part in (subject, f"{len(subject)} characters", f"{len(kept.html.encode()):,} bytes", "limit 95,000",
                 "1 of 3 checks passed", "reading-time", "Take a story out", "draft"):  # fmt: skip
        assert part in page, part


def test_the_newest_issue_or_the_one_asked_for(house: House) -> None:
    keep(house)
    keep_days(house, 2)
    assert "/mail/2026-08-14.html" in Client(create_desk(house), LOCAL).get("/").text
    asked = Client(create_desk(house, date(2026, 8, 13)), LOCAL)
    page = asked.get("/").text
    assert "/mail/2026-08-13.html" in page
    assert 'href="/issue/2026-08-12"' in page
    assert 'href="/issue/2026-08-14"' in page
    assert "/mail/2026-08-12.html" in asked.get("/issue/2026-08-12").text


def test_without_an_issue_it_says_what_to_do_and_makes_nothing(house: House, client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "newsletter build" in page.text
    assert not house.settings.home.exists()
    assert client.get(MAIL).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8081", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"]
)
def test_only_this_machine_is_answered(house: House, client: Client, host: str) -> None:
    keep(house)
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "Senate" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9", "[::1]:8081", "LOCALHOST"])
def test_this_machines_names_are_answered(house: House, client: Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


def test_looking_writes_nothing(house: House, client: Client) -> None:
    keep(house)
    add_reader(house)
    with house.database.read() as connection:
        before = list(connection.connection.dbapi_connection.iterdump())  # type: ignore[union-attr]
    for path in ("/", MAIL, f"{MAIL}?images=off", "/text/2026-08-14.txt", "/issue/2026-08-14"):
        assert client.get(path).status_code == 200
        assert client.post(path).status_code == 405
    with house.database.read() as connection:
        assert list(connection.connection.dbapi_connection.iterdump()) == before  # type: ignore[union-attr]
    assert not (house.settings.home / "issues").exists()


# ── edited templates ──


def test_an_edited_template_renders_the_kept_issue_again(house: House, templates: Path) -> None:
    kept = keep(house)
    edit(templates / "issue/masthead.mjml.j2", "No. {{", "Number {{")
    shown = rendered_again(house, kept)
    assert shown.edited
    assert shown.mail is not None
    assert "Number 228" in shown.mail.html
    assert len(shown.checks) > 3  # the checks of what is shown, not of what is kept


def test_an_edit_taken_back_shows_the_kept_bytes_again(house: House) -> None:
    kept = keep(house)
    shown = rendered_again(house, kept)
    assert not shown.edited
    assert shown.mail is not None
    assert shown.mail.html == kept.html


def test_an_edited_brand_renders_again_too(house: House) -> None:
    kept = keep(house)
    assert house.settings.brand is not None
    house.settings.brand.write_text('name = "The Odd Post"\n')
    shown = rendered_again(house, kept)
    assert shown.mail is not None
    assert "The Odd Post" in shown.mail.html


def test_a_broken_template_is_shown_with_its_line(house: House, templates: Path) -> None:
    kept = keep(house)
    edit(templates / "issue/masthead.mjml.j2", "{{ mail.date }}", "{{ mail.nonsense.date }}")
    shown = rendered_again(house, kept)
    assert shown.mail is None
    assert shown.problem is not None
    assert shown.problem.where.startswith("masthead.mjml.j2, line ")
    assert "nonsense" in shown.problem.detail


def test_a_broken_brand_is_shown_with_its_entry(house: House) -> None:
    kept = keep(house)
    assert house.settings.brand is not None
    house.settings.brand.write_text('[colours]\nink = "#ffffff"\n')
    problem = rendered_again(house, kept).problem
    assert problem is not None
    assert problem.title == "brand.toml cannot be used"
    assert "contrast" in problem.detail


def test_what_was_edited_is_followed_and_a_build_brings_the_kept_bytes_back(
    house: House, templates: Path
) -> None:
    keep(house)
    desk = Desk(house, None)

    async def follow() -> tuple[list[bool], list[int]]:
        edited, versions = [], []

        async def note() -> None:
            edited.append(desk.edited)
            versions.append(desk.changes.version)

        before = await desk.probe()
        await desk.changed(True, before, before)
        await note()
        keep(house, minimal_issue(), revision=2)
        after = await desk.probe()
        await desk.changed(False, before, after)
        await note()
        assert house.settings.brand is not None
        house.settings.brand.write_text('name = "A Longer Name Than Before"\n')
        await desk.changed(False, after, await desk.probe())
        await note()
        return edited, versions

    assert asyncio.run(follow()) == ([True, False, True], [1, 2, 3])


def test_the_page_says_that_it_shows_an_edit(house: House, templates: Path) -> None:
    keep(house, frozen=False)
    desk = create_desk(house)
    state = next(route.endpoint.__self__ for route in desk.routes if route.path == "/")  # type: ignore[attr-defined]
    state.edited = True
    client = Client(desk, LOCAL)
    assert "Re-rendered" not in client.get("/").text  # the same bytes: nothing to say
    edit(templates / "issue/masthead.mjml.j2", "No. {{", "Number {{")
    asyncio.run(state.changes.rise())
    assert "Re-rendered with the edited template" in client.get("/").text
    assert "newsletter build 2026-08-14<" in client.get("/").text
    house.issues.freeze(date(2026, 8, 14), 1)
    asyncio.run(state.changes.rise())
    assert "newsletter build 2026-08-14 --revision<" in client.get("/").text
    assert "Number 228" in client.get(MAIL).text
    edit(templates / "issue/masthead.mjml.j2", "{{ mail.date }}", "{{ mail.nonsense.date }}")
    asyncio.run(state.changes.rise())
    page = client.get("/")
    assert page.status_code == 200
    assert "masthead.mjml.j2, line " in page.text
    assert client.get(MAIL).status_code == 500


def test_events_tell_of_each_change_and_end_when_the_server_does(house: House) -> None:
    async def listen() -> list[str]:
        changes, ended, heard = Changes(), False, []
        events = changes.events(lambda: ended)
        heard.append(await anext(events))
        await changes.rise()
        heard.append(await anext(events))
        ended = True
        return [*heard, *[event async for event in events]]

    here, change = asyncio.run(listen())
    assert "event: here\ndata: 0\n\n" in here
    assert change == "event: change\ndata: 1\n\n"


def test_hostile_text_stays_text_on_the_desk(house: House, client: Client) -> None:
    kept = keep(house, replace(sample_issue()), frozen=False)
    document = {
        **kept.document,
        "subject": "<script>alert(1)</script>",
        "preheader": "</dd><img src=x onerror=y>",
    }
    house.issues.save(replace(kept, document=document))
    page = client.get("/").text
    assert "<script>alert" not in page
    assert "<img" not in page
