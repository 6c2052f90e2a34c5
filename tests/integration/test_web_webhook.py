"""The provider's webhook over real HTTP: signed bytes only, 4xx for what is wrong, 503 where we are to blame."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.dev.sendgrid_events import EventDesk
from newsletter.domain.mailing import Addressed, BatchState, ClaimTerms
from newsletter.domain.reception import SpamVerdict
from newsletter.errors import SettingsError
from newsletter.mailing.intake import received_of
from newsletter.mailing.sendgrid_provider import SendGridProvider
from newsletter.web.app import check, create_app
from newsletter.web.webhook import BODY_LIMIT, WEBHOOK_PATH
from newsletter.wiring import House
from tests.support.mailing_fakes import DAY, envelope
from tests.support.web_house import NOW, add_reader, make_house
from tests.support.web_server import running

if TYPE_CHECKING:
    from tests.support.storage_databases import PostgresServer

pytest_plugins = ("tests.support.storage_databases",)

API_KEY = "SG.a-key-that-nobody-may-see"
DESK = EventDesk(API_KEY)
STAMP = NOW.timestamp()


def make(home: Path, **more: str) -> House:
    return make_house(home, WEBHOOK_PUBLIC_KEY=DESK.public_key, **more)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make(tmp_path) as made:
        yield made


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with running(create_app(house)) as address:
        yield address + WEBHOOK_PATH


def row(event: str = "bounce", email: str = "reader@example.org", **more: Any) -> dict[str, Any]:
    return {
        "event": event,
        "email": email,
        "timestamp": int(STAMP),
        "sg_event_id": f"id-{event}-{email}",
        "sg_message_id": "m1.filter",
        **more,
    }


def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.post(url, content=body, headers=DESK.signed(body, STAMP) if headers is None else headers)


def held(house: House, address: str = "reader@example.org") -> bool:
    return bool(house.subscribers.suppressed([address]))


def test_a_signed_bounce_suppresses_and_a_repeat_says_so(house: House, url: str) -> None:
    body = json.dumps([row()]).encode()
    answer = post(url, body)
    assert (answer.status_code, answer.text) == (200, "1 new, 0 told before, 0 not used.\n")
    assert held(house)
    again = json.dumps([row(sg_event_id="a new one")]).encode()
    assert post(url, again).text == "0 new, 1 told before, 0 not used.\n"
    assert "set-cookie" not in answer.headers


def test_the_bytes_as_received_are_what_counts(house: House, url: str) -> None:
    odd = b'\r\n [ {"event": "bounce",  "email": "caf\xc3\xa9\\u00e9@example.org","timestamp":1} ] \n'
    assert post(url, odd).status_code == 200
    signed = DESK.signed(odd, STAMP)
    assert post(url, odd.strip(), signed).status_code == 403
    assert post(url, json.dumps(json.loads(odd)).encode(), signed).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Twilio-Email-Event-Webhook-Signature": ""}, 400),
        ({"X-Twilio-Email-Event-Webhook-Timestamp": ""}, 400),
        ({"X-Twilio-Email-Event-Webhook-Signature": "???"}, 400),
        ({"X-Twilio-Email-Event-Webhook-Timestamp": "yesterday"}, 400),
        ({"X-Twilio-Email-Event-Webhook-Timestamp": str(int(STAMP) - 1)}, 403),
    ],
)
def test_wrong_headers_are_refused_and_change_nothing(
    house: House, url: str, change: dict[str, str], status: int
) -> None:
    body = json.dumps([row()]).encode()
    assert post(url, body, DESK.signed(body, STAMP) | change).status_code == status
    assert post(url, body, {}).status_code == 400
    assert not held(house)


def test_another_key_an_old_request_and_a_body_that_is_no_list(house: House, url: str) -> None:
    body = json.dumps([row()]).encode()
    assert post(url, body, EventDesk("another").signed(body, STAMP)).status_code == 403
    old = NOW - timedelta(hours=26)
    assert post(url, body, DESK.signed(body, old.timestamp())).status_code == 403
    assert post(url, b'{"event": "bounce"}').status_code == 400
    assert not held(house)
    assert httpx.get(url).status_code == 405


def test_too_large_a_request_is_refused_and_a_large_one_taken(house: House, url: str) -> None:
    assert post(url, b" " * (BODY_LIMIT + 1)).status_code == 413
    rows = [row(email=f"r{n}@example.org", sg_event_id=str(n)) for n in range(5_000)]
    answer = post(url, json.dumps(rows).encode())
    assert answer.text == "5000 new, 0 told before, 0 not used.\n"
    assert house.subscribers.count()["suppressed"] == 5_000


def test_while_the_key_is_changed_both_are_believed(tmp_path: Path) -> None:
    new = EventDesk("new")
    body = json.dumps([row()]).encode()
    with (
        make_house(tmp_path, WEBHOOK_PUBLIC_KEY=f"{DESK.public_key}, {new.public_key}") as house,
        running(create_app(house)) as address,
    ):
        for desk in (DESK, new):
            assert post(address + WEBHOOK_PATH, body, desk.signed(body, STAMP)).status_code == 200
        assert post(address + WEBHOOK_PATH, body, EventDesk("x").signed(body, STAMP)).status_code == 403


def test_without_a_key_the_provider_is_asked_to_come_back(tmp_path: Path) -> None:
    body = json.dumps([row()]).encode()
    with make_house(tmp_path) as house, running(create_app(house)) as address:
        assert post(address + WEBHOOK_PATH, body).status_code == 503
        assert not held(house)


def test_a_key_that_is_none_shows_at_the_start(tmp_path: Path) -> None:
    with make_house(tmp_path, WEBHOOK_PUBLIC_KEY="bm9uZQ==") as house, pytest.raises(SettingsError):
        check(house)


@pytest.mark.postgres
def test_where_the_database_is_away_the_provider_is_asked_to_come_back(
    tmp_path: Path, postgres_server: PostgresServer, migrated_postgres: str
) -> None:
    name = postgres_server.create(migrated_postgres)
    body = json.dumps([row()]).encode()
    with (
        make(tmp_path, DATABASE_URL=postgres_server.url(name)) as house,
        running(create_app(house)) as address,
    ):
        assert post(address + WEBHOOK_PATH, body).status_code == 200
        postgres_server.drop(name)
        assert post(address + WEBHOOK_PATH, json.dumps([row("spamreport")]).encode()).status_code == 503


def test_nothing_of_a_request_is_logged_at_any_level(
    house: House, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps([row(), row("spamreport"), row("delivered"), "odd"]).encode()
    post(url, body)
    post(url, body, {})
    post(url, b"reader@example.org")
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    assert "webhook" in ours
    assert "reader" not in ours
    assert API_KEY not in caplog.text
    assert DESK.signed(body, STAMP)["X-Twilio-Email-Event-Webhook-Signature"] not in ours


# ── the whole way ──────────────────────────────────────────────────────────────────────────────────


def mailed(house: House, stand_in: SendGridStandIn, names: list[str]) -> int:
    """Freeze and submit a mailing to these people through the real client; its number."""
    for name in names:
        add_reader(house, f"{name}@example.org")
    mailing = house.mailings.freeze(DAY, 1, "sha", "sendgrid", 1_000, NOW)
    provider = SendGridProvider(API_KEY, stand_in.url, timeout=5)
    claimed = house.mailings.claim(mailing.id, NOW, ClaimTerms(NOW))
    assert claimed is not None
    batch, people = claimed
    receipt = provider.submit(envelope(), batch.id, [Addressed(one, "token") for one in people])
    house.mailings.move(
        batch.id, BatchState.SUBMITTING, BatchState.SUBMITTED, NOW, message_id=receipt.message_id
    )
    return mailing.id


def test_what_the_stand_in_tells_is_what_deliveries_show(house: House, url: str) -> None:
    names = ["ann", "ben+bounce", "cat+block", "dan+drop", "eve+defer", "fay+spam", "gus+leave", "hal+return"]
    with SendGridStandIn(API_KEY, now=lambda: STAMP) as stand_in:
        number = mailed(house, stand_in, names)
        told = stand_in.events_so_far()
        assert stand_in.post(url, reversed(told)) == [200]
        assert stand_in.post(url, told) == [200]
        mailing = house.mailings.get(number)
        assert mailing is not None
        received = received_of(mailing, house.events, house.mailings)
        assert {state.value: n for state, n in received.states.items() if n} == {
            "delivered": 5,
            "bounced": 1,
            "blocked": 1,
            "dropped": 1,
        }
        assert (received.complaints, received.left, received.deferred) == (1, 2, 1)
        assert received.spam is SpamVerdict.FINE
        assert {name for name in names if held(house, f"{name}@example.org")} == {
            "ben+bounce",
            "fay+spam",
            "gus+leave",
        }


def test_the_stand_in_posts_by_itself_until_it_is_heard(house: House) -> None:
    app = create_app(house)
    heard: list[str] = []
    with running(app) as address:
        stand_in = SendGridStandIn(
            API_KEY, now=lambda: STAMP, events_to=address + WEBHOOK_PATH, tell=heard.append
        )
        with stand_in:
            number = mailed(house, stand_in, ["ann", "ben+bounce"])
            until(lambda: any("posted" in said for said in heard))
    assert house.events.reception(number).keys() == {1 | 4, 1 | 16}


def until(condition: Any) -> None:
    import threading

    waiting = threading.Event()
    for _ in range(500):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it never happened")
