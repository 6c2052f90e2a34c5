"""A reader reports something; it reaches the queue once, and nothing else does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.command import Command
from tests.support.web_client import Client
from tests.support.web_house import keep, make_house

STORY = "2026-08-14-00000001"
URL = f"/stories/{STORY}/report"
GOOD = {"kind": "fact", "text": "It carries 690 <passengers>.", "contact": "reader@example.org"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make_house(tmp_path) as made:
        keep(made)
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


def test_a_report_gets_a_number_and_stands_in_the_queue(house: House, client: Client) -> None:
    form = client.get(URL).text
    for name in ("kind", "text", "contact"):
        assert f'<label for="{name}">' in form
    answers = [client.post(URL, data=GOOD) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Your report is No. 1." in answers[0].text
    assert "Your report is No. 2." in answers[1].text
    first = house.issues.reports()[0]
    assert (first["story_id"], first["kind"], first["text"]) == (STORY, "fact", GOOD["text"])
    assert first["contact"] == "reader@example.org"


def test_what_was_typed_comes_back_with_what_is_wrong(house: House, client: Client) -> None:
    answer = client.post(URL, data={**GOOD, "contact": "nobody"})
    assert answer.status_code == 422
    assert "It carries 690 &lt;passengers&gt;." in answer.text
    assert "not a mail address" in answer.text
    assert 'aria-describedby="contact-hint contact-wrong"' in answer.text
    assert house.issues.reports() == ()


def test_an_address_is_not_needed(house: House, client: Client) -> None:
    assert client.post(URL, data={**GOOD, "contact": ""}).status_code == 200
    assert house.issues.reports()[0]["contact"] == ""


def test_a_machine_that_fills_every_field_is_thanked_and_forgotten(house: House, client: Client) -> None:
    answer = client.post(URL, data={**GOOD, "website": "http://spam.example"})
    assert answer.status_code == 200
    assert house.issues.reports() == ()


def test_too_many_reports_wait(house: House, client: Client) -> None:
    statuses = [client.post(URL, data=GOOD).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert int(client.post(URL, data=GOOD).headers["retry-after"]) == 61
    assert len(house.issues.reports()) == 5


def test_another_site_cannot_report_in_a_readers_name(house: House, client: Client) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "same-site"}):
        assert client.post(URL, data=GOOD, headers=headers).status_code == 403
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert client.post(URL, data=GOOD, headers=own).status_code == 200
    assert len(house.issues.reports()) == 1


def test_no_report_on_a_story_that_is_not(client: Client) -> None:
    assert client.get("/stories/nope/report").status_code == 404
    assert client.post("/stories/nope/report", data=GOOD).status_code == 404


def test_a_flood_in_one_request_is_refused(house: House, client: Client) -> None:
    assert client.post(URL, data={**GOOD, "text": "x" * 100_000}).status_code == 413

    async def stream() -> AsyncIterator[bytes]:  # no length announced
        for _ in range(10):
            yield b"x" * 10_000

    sent = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(URL, content=stream(), headers=sent).status_code == 413
    many = "&".join(f"f{n}=1" for n in range(50))
    assert client.post(URL, content=many, headers=sent).status_code == 400
    files = {"kind": ("a.txt", b"fact"), "text": (None, "x")}
    assert client.post(URL, files=files).status_code == 400
    assert house.issues.reports() == ()


def test_the_queue_at_the_command_line(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(house.settings.home, monkeypatch, capsys)
    assert "No reader has reported anything." in command("reports", "list").out
    client.post(URL, data=GOOD)
    shown = command("reports", "list").out
    assert "It carries 690 <passengers>." in shown
    assert STORY in shown
    assert "r…@example.org" in shown
    assert "reader@example.org" not in shown
    assert command("reports", "list", "--json").json[0]["contact"] == "reader@example.org"
