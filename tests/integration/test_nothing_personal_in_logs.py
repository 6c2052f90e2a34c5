"""Every command that touches the list, at DEBUG, with whatever goes wrong: no address, key or token in a log."""

from __future__ import annotations

import http.client
import logging
import re
import smtplib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.web.app import create_app
from tests.support.command import Command, Ran
from tests.support.smtp_server import SmtpStandIn
from tests.support.web_client import Client
from tests.support.web_house import add_reader, keep, make_house

KEY = "SG.a-key-that-nobody-may-see"
PASSWORD = "a-password-that-nobody-may-see"
DAY = "2026-08-14"
NAMES = [f"reader{n}" for n in range(1, 8)]
ADDRESSES = [f"{name}@marrowgate.press" for name in NAMES]
PERSONAL = re.compile(
    "|".join([*NAMES, "stranger", re.escape(KEY), PASSWORD, "/u/[a-z2-7]{20}", "a-webhook-key"])
)
SHOWS_THEM = ("list", "export", "add")
"""What these print on stdout is what they are for; on stderr and in logs it is not."""


class Everything:
    """Runs commands and keeps all that they logged and said on stderr; stdout too, where it is not the list itself."""

    def __init__(self, command: Command, caplog: pytest.LogCaptureFixture) -> None:
        self.command, self.caplog, self.said = command, caplog, ""
        self.settings: dict[str, str] = {}

    def __call__(self, *words: str, ends: tuple[int, ...] = (0,)) -> Ran:
        ran = self.command(*words, **self.settings)
        assert ran.status in ends, (words, ran.status, ran.out, ran.err)
        self.said += ran.err + ("" if words[1:2] and words[1] in SHOWS_THEM else ran.out)
        return ran

    @property
    def personal(self) -> list[str]:
        return PERSONAL.findall(self.caplog.text + self.said)


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Everything:
    home = tmp_path / "home"
    home.mkdir()
    with make_house(home) as house:
        keep(house, frozen=False)
    caplog.set_level(logging.DEBUG)
    for name in (
        "python_http_client",
        "python_http_client.client",
        "urllib3",
        "httpx",
        "httpcore",
        "sqlalchemy.engine",
    ):
        monkeypatch.setattr(
            logging.getLogger(name), "level", logging.DEBUG
        )  # somebody who wants to see it all
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    found = Everything(Command(home, monkeypatch, capsys), caplog)
    found.settings = {
        "SECRET_KEY": "k" * 40,
        "FROM_EMAIL": "morning@bothsides.example",
        "POSTAL_ADDRESS": "The Reading Room, 4 Customs Quay, Marrowgate",
    }
    return found


def the_list(run: Everything, tmp_path: Path) -> None:
    """Everything that is done by hand to the list."""
    rows = "".join(f"{email},{name.title()}\n" for email, name in zip(ADDRESSES, NAMES, strict=True))
    file = tmp_path / "list.csv"
    file.write_text("email,name\n" + rows + "stranger at nowhere,X\n" + rows)
    run("subscribers", "import", str(file), ends=(0, 1))
    run("subscribers", "add", "stranger@marrowgate.press", "--pending")
    run("subscribers", "confirm", "stranger@marrowgate.press")
    run("subscribers", "edit", ADDRESSES[0], "--timezone", "Europe/Berlin")
    run("subscribers", "edit", "stranger2@marrowgate.press", "--name", "X", ends=(1,))
    run("subscribers", "remove", "stranger@marrowgate.press", "--yes", ends=(0, 2))
    run("subscribers", "erase", "stranger@marrowgate.press", "--yes")
    run("subscribers", "list")
    run("subscribers", "count")
    run("subscribers", "export", str(tmp_path / "out.csv"), ends=(0, 2))


def approve(run: Everything) -> None:
    run("approve", DAY, "--by", "Ann", "--override", "reading-time", "--reason", "a long day")


def the_mailing(run: Everything, faults: Callable[[], None]) -> None:
    """From the approval to the last look."""
    approve(run)
    run("test-send", DAY, "--to", "stranger@marrowgate.press", ends=(0, 1))
    run("doctor", ends=(0, 1))
    faults()
    run("send", DAY, "--yes", "--allow-stale", ends=(0, 1, 3))
    for row in run("deliveries", DAY, "--uncertain", "--json").json:
        run("resolve", row["id"], "--not-accepted")
    run("send", DAY, "--yes", "--allow-stale", ends=(0, 1, 3))
    run("deliver", ends=(0, 1))
    run("status", ends=(0, 1))
    run("deliveries", DAY)
    run("deliveries", DAY, "--summary")
    run("sync-suppressions", ends=(0, 1))
    run("halt", DAY, "--by", "Ann", "--reason", "wrong figure", ends=(0, 1, 3))
    run("settings")


#: said by those commands, since somebody asked for these very people
ASKED = re.compile(r"stranger2?@marrowgate\.press|reader1@marrowgate\.press")


def clean(run: Everything) -> None:
    """Logs hold nothing; what a command says names nobody but whom it was asked about."""
    assert PERSONAL.findall(run.caplog.text) == []
    assert PERSONAL.findall(ASKED.sub("", run.said)) == []


def test_with_the_outbox(run: Everything, tmp_path: Path) -> None:
    the_list(run, tmp_path)
    the_mailing(run, lambda: None)
    clean(run)


@pytest.mark.parametrize("fault", [400, 401, 429, 503, "reset-after-accept", "garbage"])
def test_with_sendgrid(run: Everything, tmp_path: Path, fault: int | str) -> None:
    the_list(run, tmp_path)
    with SendGridStandIn(KEY) as stand_in:
        run.settings |= {
            "PROVIDER": "sendgrid",
            "SENDGRID_URL": stand_in.url,
            "SENDGRID_API_KEY": KEY,
            "WEBHOOK_PUBLIC_KEY": stand_in.events.public_key,
        }
        stand_in.events.enlist("suppression/bounces", ["stranger@marrowgate.press"], 1_700_000_000)
        the_mailing(
            run, lambda: stand_in.fail_next(fault, headers={"Retry-After": "0"} if fault == 429 else None)
        )
    clean(run)


def test_with_a_mail_server(run: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_list(run, tmp_path)
    monkeypatch.setattr(smtplib.SMTP, "debuglevel", 0)
    with SmtpStandIn(login=("editor", PASSWORD)) as server:
        run.settings |= {
            "PROVIDER": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_SECURITY": "none",
            "SMTP_USER": "editor",
            "SMTP_PASSWORD": PASSWORD,
        }
        the_mailing(run, lambda: None)
    clean(run)


def test_what_nobody_foresaw_is_said_by_its_place(
    run: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_list(run, tmp_path)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"no room for {ADDRESSES[1]} with {KEY}")

    monkeypatch.setattr("newsletter.mailing.outbox.OutboxProvider.submit", broken)
    approve(run)
    ran = run("send", DAY, "--yes", "--allow-stale", ends=(1,))
    assert "RuntimeError" in ran.err
    clean(run)


def test_the_pages(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with make_house(tmp_path / "home") as house:
        keep(house)
        _, token = add_reader(house, ADDRESSES[0])
        client = Client(create_app(house))
        assert client.get(f"/u/{token}").status_code == 200
        assert client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert client.get(f"/u/{token}x").status_code == 404
        assert client.get(f"/confirm/{token}").status_code in (404, 410)
        assert client.post("/webhook/sendgrid", content=b"[]").status_code in (400, 503)
    ours = "\n".join(
        one.getMessage() for one in caplog.records if one.name != "httpx"
    )  # the test's own client
    assert PERSONAL.findall(ours) == []
    assert token not in ours
