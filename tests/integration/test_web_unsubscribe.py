"""Unsubscribing: GET changes nothing, one click is enough, and it can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.domain.audience import SubscriberStatus, SuppressionReason
from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.tokens import Purpose, sign
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.web_client import Client
from tests.support.web_house import KEY, NOW, add_reader, make_house

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with make_house(tmp_path, OLD_SECRET_KEYS="o" * 40) as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


def state(house: House, public_id: str, key: str) -> tuple[SubscriberStatus, bool]:
    found = house.subscribers.by_public_id(public_id)
    assert found is not None
    return found.status, key in house.subscribers.suppressed([key])


def mailable(house: House) -> set[str]:
    """Who would be in the next batch."""
    return {one.email for one in house.mailings.candidates(NOW) if one.exclusion is None}


def test_get_and_head_change_nothing(house: House, client: Client) -> None:
    reader, token = add_reader(house)
    for _ in range(3):
        page = client.get(f"/u/{token}")
        client.head(f"/u/{token}")
    assert page.status_code == 200
    assert "Unsubscribe</button>" in page.text
    assert "r…@example.org" in page.text
    assert reader.email not in page.text
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["cache-control"] == "no-store"
    assert mailable(house) == {reader.email}


@pytest.mark.parametrize("body", ["urlencoded", "multipart"])
def test_one_click_takes_effect_at_once_and_as_often_as_it_comes(
    house: House, client: Client, body: str
) -> None:
    reader, token = add_reader(house)
    other, _ = add_reader(house, "other@example.org")
    for _ in range(3):
        sent = (
            {"data": ONE_CLICK}
            if body == "urlencoded"
            else {"files": {"List-Unsubscribe": (None, "One-Click")}}
        )
        answer = client.post(f"/u/{token}", follow_redirects=False, **sent)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert state(house, reader.public_id, reader.address_key) == (SubscriberStatus.UNSUBSCRIBED, True)
    assert mailable(house) == {other.email}
    assert "Subscribe again" in answer.text


def test_one_click_comes_from_a_mailbox_not_from_our_page(house: House, client: Client) -> None:
    _, token = add_reader(house)
    headers = {"origin": "https://mail.example.com", "sec-fetch-site": "cross-site"}
    assert client.post(f"/u/{token}", data=ONE_CLICK, headers=headers).status_code == 200
    assert mailable(house) == set()


def test_a_post_that_means_something_else_changes_nothing(house: House, client: Client) -> None:
    reader, token = add_reader(house)
    for data in ({}, {"List-Unsubscribe": "no"}, {"x": "y"}):
        assert client.post(f"/u/{token}", data=data).status_code == 400
    assert (
        client.post(
            f"/u/{token}", content=b"\xff--", headers={"content-type": "multipart/form-data"}
        ).status_code
        == 400
    )
    assert client.post(f"/u/{token}", content=b"x" * 40_000).status_code == 413
    assert mailable(house) == {reader.email}


def test_the_button_unsubscribes_and_the_other_one_brings_back(house: House, client: Client) -> None:
    reader, token = add_reader(house)
    left = client.post(f"/u/{token}", data={"unsubscribe": "yes"})
    assert "You are unsubscribed" in left.text
    assert "You are unsubscribed" in client.get(f"/u/{token}").text
    back = client.post(f"/u/{token}/undo")
    assert "You are subscribed again" in back.text
    assert state(house, reader.public_id, reader.address_key) == (SubscriberStatus.ACTIVE, False)
    assert mailable(house) == {reader.email}


@pytest.mark.parametrize(
    "reason", [SuppressionReason.BOUNCE, SuppressionReason.SPAM_REPORT, SuppressionReason.OPERATOR]
)
def test_coming_back_lifts_the_unsubscription_and_nothing_else(
    house: House, client: Client, reason: SuppressionReason
) -> None:
    reader, token = add_reader(house)
    house.subscribers.suppress(reader.address_key, reason, NOW)
    client.post(f"/u/{token}", data=ONE_CLICK)
    page = client.post(f"/u/{token}/undo")
    assert "Almost there" in page.text
    assert state(house, reader.public_id, reader.address_key) == (SubscriberStatus.ACTIVE, True)
    assert mailable(house) == set()


def test_undo_confirms_nobody_who_never_confirmed(house: House, client: Client) -> None:
    reader, token = add_reader(house, status=SubscriberStatus.PENDING)
    client.post(f"/u/{token}/undo")
    assert state(house, reader.public_id, reader.address_key) == (SubscriberStatus.PENDING, False)


def test_another_site_cannot_subscribe_somebody_again(house: House, client: Client) -> None:
    _, token = add_reader(house)
    client.post(f"/u/{token}", data=ONE_CLICK)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert client.post(f"/u/{token}/undo", headers=headers).status_code == 403
    assert mailable(house) == set()


def test_every_wrong_token_gets_the_same_answer(house: House, client: Client) -> None:
    reader, token = add_reader(house)
    void = sign(KEY.encode(), Purpose.UNSUBSCRIBE, reader.public_id, 2)
    other_purpose = sign(KEY.encode(), Purpose.CONFIRM, reader.public_id, 1)
    unknown = sign(KEY.encode(), Purpose.UNSUBSCRIBE, "a" * 26, 1)
    wrong = [
        token[:-1],
        token + "a",
        reader.public_id,
        f"{reader.public_id}.",
        "é.ü",
        void,
        other_purpose,
        unknown,
        UNSUBSCRIBE_SLOT,
        "%00",
        ".",
    ]
    answers = set()
    for bad in wrong:
        for call in (client.get, lambda url: client.post(url, data=ONE_CLICK)):
            answer = call(f"/u/{bad}")
            answers.add((answer.status_code, answer.text))
        answers.add((client.post(f"/u/{bad}/undo").status_code, answer.text))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert mailable(house) == {reader.email}


def test_a_link_signed_with_an_old_key_still_works(house: House, client: Client) -> None:
    reader, _ = add_reader(house)
    old = sign(b"o" * 40, Purpose.UNSUBSCRIBE, reader.public_id, 1)
    assert client.post(f"/u/{old}", data=ONE_CLICK).status_code == 200
    assert mailable(house) == set()


def test_no_slash_is_redirected(house: House, client: Client) -> None:
    _, token = add_reader(house)
    assert client.get(f"/u/{token}/", follow_redirects=False).status_code == 404
