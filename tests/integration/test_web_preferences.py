"""A subscriber's own settings over HTTP: seen by nobody else, changed by the button alone, all of it theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.domain.audience import Act, SubscriberStatus, SuppressionReason
from newsletter.domain.mailing import ClaimTerms
from newsletter.domain.tokens import Purpose, sign
from newsletter.mailing.joining import act_on
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.signup_house import READER, Clock, joined, mails, person, stored
from tests.support.web_client import Client
from tests.support.web_house import KEY, NOW, add_reader, keep, make_house


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    with make_house(tmp_path, clock=clock) as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


@pytest.fixture
def path(house: House) -> str:
    """The settings of a reader in New York's zone."""
    reader, _ = add_reader(house, READER, name="Ada", consent_source="stand at the fair")
    return f"/p/{house.tokens_of(reader).preferences}"


def test_looking_changes_nothing(house: House, client: Client, path: str) -> None:
    before = person(house)
    for below in ("", "/data", "/erase"):
        for _ in range(2):
            assert client.get(path + below).status_code == 200
            assert client.head(path + below).status_code == 200
    page = client.get(path)
    assert "r…@example.org" in page.text
    assert READER not in page.text
    assert "stand at the fair" in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert person(house) == before


def test_when_it_comes(house: House, client: Client, path: str) -> None:
    page = client.post(path, data={"do": "delivery", "deliver_at": "07:15", "timezone": "Europe/Berlin"})
    assert "Saved" in page.text
    assert 'value="07:15"' in page.text
    assert '<option value="Europe/Berlin" selected>' in page.text
    assert (person(house).deliver_at, person(house).timezone) == ("07:15", "Europe/Berlin")
    client.post(path, data={"do": "delivery", "deliver_at": "", "timezone": ""})
    assert (person(house).deliver_at, person(house).timezone) == ("", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"do": "delivery", "deliver_at": "half seven"}, "time of day"),
        ({"do": "delivery", "deliver_at": "25:00"}, "time of day"),
        ({"do": "delivery", "deliver_at": "07"}, "time of day"),
        ({"do": "delivery", "timezone": "Mars/Olympus"}, "Choose a place"),
        ({"do": "pause", "until": ""}, "Choose a day"),
        ({"do": "pause", "until": "soon"}, "Choose a day"),
        ({"do": "pause", "until": "2026-08-14"}, "after today"),
        ({"do": "pause", "until": "2028-01-01"}, "a year from now"),
        ({"do": "name", "name": "x" * 101}, "At most 100"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    house: House, client: Client, path: str, typed: dict[str, str], said: str
) -> None:
    before = person(house)
    page = client.post(path, data=typed)
    assert page.status_code == 422
    assert said in page.text
    assert 'aria-invalid="true"' in page.text
    assert person(house) == before


def test_a_zone_that_only_the_operator_knows_may_stay(house: House, client: Client, path: str) -> None:
    house.subscribers.edit(READER, timezone="US/Eastern")
    assert '<option value="US/Eastern" selected>' in client.get(path).text
    client.post(path, data={"do": "delivery", "deliver_at": "08:00", "timezone": "US/Eastern"})
    assert (person(house).deliver_at, person(house).timezone) == ("08:00", "US/Eastern")


def test_a_break_until_a_day_in_the_readers_own_zone(
    house: House, client: Client, path: str, clock: Clock
) -> None:
    house.subscribers.edit(READER, timezone="Pacific/Auckland")
    page = client.post(path, data={"do": "pause", "until": "2026-09-01"})
    assert "Nothing comes before Tuesday, September 1, 2026" in page.text
    assert person(house).paused_until == datetime(2026, 8, 31, 12, tzinfo=UTC)
    clock.now = datetime(2026, 8, 31, 12, tzinfo=UTC)
    assert "End the break" not in client.get(path).text, "it ends by itself"
    clock.now = NOW
    assert "Your break is over" in client.post(path, data={"do": "resume"}).text
    assert person(house).paused_until is None


def test_a_mailing_that_is_frozen_keeps_its_morning_but_a_break_still_counts(
    house: House, client: Client, path: str
) -> None:
    keep(house)
    add_reader(house, "other@example.org")
    due = NOW + timedelta(hours=20)
    mailing = house.mailings.freeze(NOW.date(), 1, "sha", "outbox", 10, NOW, lambda *_: due)
    client.post(path, data={"do": "delivery", "deliver_at": "23:00", "timezone": "Asia/Tokyo"})
    assert {batch.due_at for batch in house.mailings.batches(mailing.id)} == {due}
    client.post(path, data={"do": "pause", "until": "2026-08-20"})
    claimed = house.mailings.claim(mailing.id, due, ClaimTerms(due))
    assert claimed is not None
    assert [one.email for one in claimed[1]] == ["other@example.org"]


def test_a_name_is_one_line_and_escaped(house: House, client: Client, path: str) -> None:
    page = client.post(path, data={"do": "name", "name": ' <b>Ada</b>\r\nBcc: x "&'})
    assert person(house).name == '<b>Ada</b> Bcc: x "&'
    assert "<b>Ada" not in page.text
    client.post(path, data={"do": "name", "name": ""})
    assert person(house).name == ""


def test_every_wrong_token_gets_the_same_answer(house: House, client: Client, path: str) -> None:
    reader, unsubscribe = add_reader(house, READER)
    wrong = [
        unsubscribe,
        sign(KEY.encode(), Purpose.CONFIRM, reader.public_id, 1),
        sign(KEY.encode(), Purpose.PREFERENCES, reader.public_id, 2),
        sign(KEY.encode(), Purpose.PREFERENCES, "a" * 26, 1),
        sign(b"x" * 40, Purpose.PREFERENCES, reader.public_id, 1),
        path[3:-1],
        "-preferences-token-",
        "é.ü",
        ".",
        "%00",
    ]
    answers = set()
    for bad in wrong:
        for below in ("", "/data", "/erase"):
            got = client.get(f"/p/{bad}{below}")
            answers.add((got.status_code, got.text))
        for below, data in (("", {"do": "name", "name": "Eve"}), ("/erase", {"erase": "yes"})):
            got = client.post(f"/p/{bad}{below}", data=data)
            answers.add((got.status_code, got.text))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert person(house).name == "Ada"


def test_another_page_changes_nothing(house: House, client: Client, path: str) -> None:
    before = person(house)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        for below, data in (("", {"do": "pause", "until": "2026-09-01"}), ("/erase", {"erase": "yes"})):
            assert client.post(path + below, data=data, headers=headers).status_code == 403
    assert person(house) == before
    assert client.post(path, data={"do": "nothing"}).status_code == 400


def test_everything_that_is_kept_to_take_along(house: House, client: Client, clock: Clock) -> None:
    reader = joined(house, client, clock, name="Ada")
    keep(house)
    house.mailings.freeze(NOW.date() + timedelta(days=1), 1, "sha", "outbox", 10, clock())
    house.issues.add_report(NOW.date(), "", "fact", "It was 690.", "Reader@Example.org", NOW)
    house.subscribers.suppress(READER, SuppressionReason.BOUNCE, NOW)
    answer = client.get(f"/p/{house.tokens_of(reader).preferences}/data")
    assert answer.headers["content-type"].startswith("application/json")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    data = json.loads(answer.text)
    assert (data["address"], data["name"], data["status"]) == (READER, "Ada", "active")
    assert "one issue each morning" in data["consent"]["words"]
    assert data["consent"]["confirmed_at"].startswith("2026-08-14")
    assert [one["date"] for one in data["issues"]] == ["2026-08-15"]
    assert [one["reason"] for one in data["not_mailed_because"]] == ["bounce"]
    assert [one["kind"] for one in data["mails_about_the_subscription"]] == ["confirm"]
    assert [one["text"] for one in data["reports"]] == ["It was 690."]
    assert reader.public_id not in answer.text


def test_erasing_asks_once_and_leaves_nothing(house: House, client: Client, clock: Clock) -> None:
    reader = joined(house, client, clock, name="Ada Lovelace")
    path = f"/p/{house.tokens_of(reader).preferences}"
    assert "Erase everything?" in client.get(f"{path}/erase").text
    assert client.post(f"{path}/erase").status_code == 400
    assert person(house) == reader
    page = client.post(f"{path}/erase", data={"erase": "yes"})
    assert "You are erased" in page.text
    assert READER not in page.text
    assert house.subscribers.by_address(READER) is None
    assert house.subscribers.barred()(READER)
    assert reader.public_id not in stored(house)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/erase", data={"erase": "yes"}).status_code == 404
    clock.move(hours=1)
    assert joined(house, client, clock).public_id != reader.public_id, "back by their own confirmation"


@pytest.mark.parametrize(
    ("state", "said"),
    [("left", "is unsubscribed"), ("pending", "not confirmed yet"), ("held", "held back")],
)
def test_it_says_where_one_stands(house: House, client: Client, state: str, said: str) -> None:
    status = SubscriberStatus.PENDING if state == "pending" else SubscriberStatus.ACTIVE
    reader, _ = add_reader(house, READER, status=status)
    if state == "left":
        act_on(house.subscribers, READER, Act.LEAVE, NOW)
    if state == "held":
        house.subscribers.suppress(READER, SuppressionReason.BOUNCE, NOW)
    page = client.get(f"/p/{house.tokens_of(reader).preferences}").text
    assert said in page
    assert "not by the link in a mail" in page


# ── leaving ────────────────────────────────────────────────────────────────────────────────────────


def test_a_reason_is_counted_once_and_only_if_it_is_one(house: House, client: Client) -> None:
    _, token = add_reader(house, READER)
    for _ in range(3):
        client.post(f"/u/{token}", data={"unsubscribe": "yes", "reason": "too long"})
    _, other = add_reader(house, "other@example.org")
    client.post(f"/u/{other}", data={"unsubscribe": "yes", "reason": "<script>"})
    _, third = add_reader(house, "third@example.org")
    client.post(f"/u/{third}", data={"List-Unsubscribe": "One-Click"})
    assert house.own_list.reasons() == {"too long": 1}


def test_a_break_instead_of_leaving_and_after_it(house: House, client: Client) -> None:
    reader, token = add_reader(house, READER)
    assert "Have a break" in client.get(f"/u/{token}").text
    page = client.post(f"/u/{token}/pause", data={"days": "7"})
    assert "Nothing comes to r…@example.org before Friday, August 21, 2026" in page.text
    assert person(house).status is SubscriberStatus.ACTIVE
    assert person(house).paused_until == datetime(2026, 8, 21, 4, tzinfo=UTC)
    client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert "Your break goes on" in client.post(f"/u/{token}/undo").text
    client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert "Enjoy your break" in client.post(f"/u/{token}/pause", data={"days": "30"}).text
    assert house.subscribers.standing(READER).mailed
    house.subscribers.suppress(READER, SuppressionReason.BOUNCE, NOW)
    assert "Almost there" in client.post(f"/u/{token}/pause", data={"days": "14"}).text
    assert client.post(f"/u/{token}/pause", data={"days": "9999"}).status_code == 400
    assert client.post(f"/u/{token}/pause", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get(f"/u/{token}/pause").status_code == 405
    assert reader.token_version == person(house).token_version


def test_the_mail_to_somebody_on_the_list_leads_to_the_settings(
    house: House, client: Client, clock: Clock
) -> None:
    from tests.support.signup_house import link_in, sign_up

    add_reader(house, READER)
    sign_up(client, clock)
    house.sign_up_desk.drain()
    (mail,) = mails(house)
    assert "Your settings" in client.get(link_in(mail, "/p/")).text
