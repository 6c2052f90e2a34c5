"""Signing up as an operator sees it: the queue, the thread beside the pages, proxies, status and doctor."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.signups import SignUp
from newsletter.errors import StorageError
from newsletter.mailing.signups import Drained
from newsletter.web.app import create_app
from newsletter.web.drainer import Drainer
from newsletter.wiring import House, utc_now
from tests.support.command import Command
from tests.support.signup_house import READER, mails, person
from tests.support.web_house import KEY, make_house
from tests.support.web_server import running


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    return Command(tmp_path, monkeypatch, capsys)


def house_of(tmp_path: Path) -> House:
    return make_house(tmp_path, clock=utc_now)


def ask(house: House, address: str = READER, **more: object) -> None:
    assert house.sign_ups.ask(SignUp(address, address, utc_now(), "sign-up page", "v1", **more), 100)  # type: ignore[arg-type]


def test_the_queue_by_command_and_what_deliver_does_with_it(command: Command, tmp_path: Path) -> None:
    command.monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    with house_of(tmp_path) as house:
        ask(house)
        ask(house, "other@example.org")
        shown = command("subscribers", "signups")
        assert (shown.status, "2 waiting" in shown.out) == (0, True)
        assert command("deliver").status == 0
        assert len(mails(house)) == 2
        ask(house, "third@example.org")
        ran = command("subscribers", "signups", "--send", "--json").json
        assert ran["done"] == {"taken": 1, "sent": 1, "uncertain": 0, "failed": 0, "forgotten": 0, "note": ""}
        assert (ran["open"], ran["mails"]["submitted"]) == (3, 3)
        house.own_list.count_reason("too long", utc_now().date())
        shown = command("subscribers", "signups", "--send")
        assert "0 taken" in shown.out
        assert "3 asked, not confirmed yet" in shown.out
        assert "1 too long" in shown.out


def test_a_queue_that_stands_still_is_a_fault(command: Command, tmp_path: Path) -> None:
    command.monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    with house_of(tmp_path) as house:
        assert house.sign_ups.ask(SignUp(READER, READER, utc_now().replace(year=2020), "page", "v1"), 9)
    for ran in (command("subscribers", "signups"), command("status"), command("doctor")):
        assert ran.status == 1
        assert "wait since 2020" in " ".join(ran.out.split())
    assert command("status", "--json").json["signups_waiting"] == 1
    wrong = command("subscribers", "signups", "--send", PROVIDER="smtp")
    assert (wrong.status, "FROM_EMAIL" in wrong.out) == (0, True)
    assert command("subscribers", "signups", "--send").status == 0
    assert command("status", "--json").json["signups_warning"] == ""


def test_a_request_that_cannot_be_taken_is_said(command: Command, tmp_path: Path) -> None:
    import sqlalchemy as sa

    from newsletter.storage.tables_signups import signup_requests

    command.monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    with house_of(tmp_path) as house:
        ask(house)
        with house.database.write() as connection:  # type: ignore[attr-defined]
            connection.execute(sa.update(signup_requests).values(tries=5))
    ran = command("subscribers", "signups")
    assert (ran.status, "1 sign-ups cannot be taken" in ran.out) == (1, True)


def test_the_export_and_the_list_say_what_was_agreed_to_and_come_in_again(
    command: Command, tmp_path: Path
) -> None:
    command.monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    with house_of(tmp_path) as house:
        ask(house, name="Ada")
        house.sign_up_desk.drain()
        found = house.sign_ups.confirm(person(house).public_id, 1, utc_now())
        assert found is not None
        house.sign_ups.pause(person(house).public_id, utc_now().replace(year=2099))
        before = person(house)
    (row,) = command("subscribers", "list", "--json").json
    assert (row["consent_source"], row["consent_text"]) == ("sign-up page", "v1")
    assert row["confirmed_at"]
    assert row["paused_until"].startswith("2099")
    text = command("subscribers", "export").out
    command("subscribers", "remove", READER)
    (tmp_path / "list.csv").write_text(text)
    assert command("subscribers", "import", "list.csv", "--json").json["added"] == 1
    with house_of(tmp_path) as house:
        after = person(house)
    for name in (
        "consent_text",
        "consent_source",
        "consent_at",
        "confirmed_at",
        "paused_until",
        "name",
        "status",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert command("subscribers", "count", "--json").json["paused"] == 1
    for column, cell in (("consent_text", "<b>"), ("confirmed_at", "2999-01-01"), ("paused_until", "soon")):
        (tmp_path / "bad.csv").write_text(f"email,{column}\nx@example.org,{cell}\n")
        assert command("subscribers", "import", "bad.csv").status == 1


def test_a_hold_is_lifted_by_the_operators_word_alone(command: Command, tmp_path: Path) -> None:
    command.monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    command("subscribers", "add", READER)
    with house_of(tmp_path) as house:
        for reason in (
            SuppressionReason.BOUNCE,
            SuppressionReason.SPAM_REPORT,
            SuppressionReason.UNSUBSCRIBE,
        ):
            house.subscribers.suppress(READER, reason, utc_now())
    assert command("subscribers", "lift", READER, "--reason", "bounce").status == 3
    ran = command("subscribers", "lift", READER, "--reason", "bounce", "--yes", "--json")
    assert ran.json == {"lifted": "bounce", "still_held": ["spam report", "unsubscribe"]}
    assert command("subscribers", "lift", READER, "--reason", "bounce", "--yes").status == 1
    assert "Still held" in command("subscribers", "lift", READER, "--reason", "spam report", "--yes").out
    assert command("subscribers", "lift", READER, "--reason", "unsubscribe", "--yes").status == 2


# ── the thread beside the pages ────────────────────────────────────────────────────────────────────


class Desk:
    """Notes each round; breaks in the first."""

    def __init__(self) -> None:
        self.rounds = threading.Semaphore(0)
        self.count = 0

    def drain(self, stop: object) -> Drained:
        self.count += 1
        self.rounds.release()
        if self.count == 1:
            raise StorageError("The database is away.")
        return Drained()


def test_the_thread_survives_trouble_is_woken_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with Drainer(desk, every=3600) as drainer:  # type: ignore[arg-type]
        assert desk.rounds.acquire(timeout=10)
        drainer.wake()
        assert desk.rounds.acquire(timeout=10)
    assert desk.count >= 2
    assert "StorageError" in caplog.text
    assert threading.active_count() < 50


def test_a_request_over_http_is_mailed_beside_the_pages(tmp_path: Path) -> None:
    from tests.support.signup_house import Clock

    clock = Clock()
    with make_house(tmp_path, clock=clock) as house:
        sent = threading.Event()
        desk = house.sign_up_desk
        submit = house.provider.submit_letter

        class Telling:
            name, real, batch_size = "outbox", False, 1

            def submit_letter(self, letter: object) -> object:
                receipt = submit(letter)  # type: ignore[arg-type]
                sent.set()
                return receipt

        telling = replace(desk, provider=lambda: Telling())  # type: ignore[arg-type,return-value]
        with (
            Drainer(telling, every=3600) as drainer,
            running(create_app(house, drainer.wake)) as address,
            httpx.Client(base_url=address) as browser,
        ):
            page = browser.get("/subscribe").text
            token = page.split('name="opened" value="')[1].split('"')[0]
            clock.move(seconds=5)
            typed = {"email": READER, "opened": token}
            assert browser.post("/subscribe", data=typed, headers={"origin": address}).status_code == 200
            assert sent.wait(10)
        assert [mail["to"] for mail in mails(house)] == [READER]


# ── proxies ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("trusted", "forwarded", "clients"),
    [
        ("127.0.0.1", ["203.0.113.1", "203.0.113.2", "203.0.113.3"], 3),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.1", "7.7.7.7, 203.0.113.1", "8.8.8.8, 203.0.113.1"], 1),
        ("127.0.0.1,10.0.0.0/8", ["203.0.113.1, 10.1.1.1", "203.0.113.2, 10.2.2.2"], 2),
        ("10.0.0.0/8", ["203.0.113.1", "203.0.113.2"], 1),
        ("127.0.0.1", ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1"], 2),
        ("127.0.0.1", ["::ffff:203.0.113.1", "203.0.113.1"], 1),
    ],
)
def test_whose_word_on_the_client_counts(
    tmp_path: Path, trusted: str, forwarded: list[str], clients: int
) -> None:
    """uvicorn as `serve` sets it up: the last address that is no proxy of ours is the client."""
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    from tests.support.signup_house import Clock, sign_up, stored
    from tests.support.web_client import Client

    clock = Clock()
    with make_house(tmp_path, clock=clock, TRUSTED_PROXIES=trusted) as house:
        app = ProxyHeadersMiddleware(create_app(house), list(house.settings.trusted_proxies))  # type: ignore[arg-type]

        async def local(scope, receive, send):  # type: ignore[no-untyped-def]
            await app({**scope, "client": ("127.0.0.1", 1)}, receive, send)

        client = Client(local)
        for number, address in enumerate(forwarded):
            headers = {"x-forwarded-for": address}
            assert sign_up(client, clock, f"reader{number}@example.org", headers=headers).status_code == 200
        import sqlalchemy as sa

        from newsletter.storage.tables_signups import limit_marks

        with house.database.read() as connection:  # type: ignore[attr-defined]
            assert connection.scalar(sa.select(sa.func.count(limit_marks.c.who.distinct()))) == clients
        assert "203.0.113" not in stored(house)


def test_serve_takes_the_proxies_of_the_settings(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    monkeypatch.setattr("newsletter.web.server.serve", lambda *args: seen.update(proxies=args[4]))
    assert command("serve", "--port", "0", TRUSTED_PROXIES="10.0.0.0/8 192.0.2.1").status == 0
    assert seen["proxies"] == ("10.0.0.0/8", "192.0.2.1")
    assert command("serve", "--port", "0", TRUSTED_PROXIES="proxy.example").status == 1
    assert not [one for one in threading.enumerate() if one.name == "sign-ups"]
    assert socket.getdefaulttimeout() is None
