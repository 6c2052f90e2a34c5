"""Signing up by HTTP in a house whose clock stands until it is moved: what a reader types, and the mail they get."""

from __future__ import annotations

import email
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import httpx

from newsletter.domain.audience import Subscriber
from newsletter.wiring import House
from tests.support.web_client import Client
from tests.support.web_house import NOW

READER = "reader@example.org"
SENT = "Look into your mail"


class Clock:
    """Stands still until it is told to move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


def opened(client: Client) -> str:
    """The token of a form opened just now."""
    found = re.search(r'name="opened" value="([^"]+)"', client.get("/subscribe").text)
    assert found is not None
    return found[1]


def sign_up(
    client: Client, clock: Clock, address: str = READER, headers: Mapping[str, str] | None = None, **more: str
) -> httpx.Response:
    """Open the form, fill it in as a person would, press the button."""
    token = more.pop("opened", "") or opened(client)
    clock.move(seconds=5)
    data = {"email": address, "opened": token, **more}
    return client.post("/subscribe", data=data, headers=dict(headers or {}))


def mails(house: House) -> list[EmailMessage]:
    """Every mail about a subscription in the outbox, by name."""
    folder = house.settings.outbox_folder / "subscriptions"
    read = (
        email.message_from_bytes(one.read_bytes(), policy=policy.default)
        for one in sorted(folder.glob("*.eml"))
    )
    return [one for one in read if isinstance(one, EmailMessage)]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, path: str = "/confirm/") -> str:
    """The path of the one link of that sort."""
    found = set(re.findall(rf"{re.escape(path)}[^\s\"<]+", text_of(mail)))
    assert len(found) == 1, found
    return found.pop()


def joined(house: House, client: Client, clock: Clock, address: str = READER, **more: str) -> Subscriber:
    """Sign up, take the mail, press the button."""
    before = {mail["message-id"] for mail in mails(house)}
    assert SENT in sign_up(client, clock, address, **more).text
    house.sign_up_desk.drain()
    (mail,) = [one for one in mails(house) if one["message-id"] not in before]
    assert "You are subscribed" in client.post(link_in(mail)).text
    return person(house, address)


def person(house: House, address: str = READER) -> Subscriber:
    found = house.subscribers.by_address(address)
    assert found is not None
    return found


def stored(house: House) -> str:
    """Everything that stands in the tables of signing up, as text."""
    from newsletter.storage.tables_signups import limit_marks, list_mails, signup_requests, signups

    rows: list[Any] = []
    with house.database.read() as connection:  # type: ignore[attr-defined]
        for table in (limit_marks, list_mails, signup_requests, signups):
            rows += connection.execute(table.select()).all()
    return repr(rows)
