"""The sign-up form over HTTP: one answer for everybody, mistakes told, machines and floods kept out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.domain.audience import Act, SubscriberStatus, SuppressionReason
from newsletter.domain.tokens import Purpose, sign_until
from newsletter.mailing.joining import act_on
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.signup_house import (
    READER,
    SENT,
    Clock,
    joined,
    link_in,
    mails,
    opened,
    person,
    sign_up,
    stored,
    text_of,
)
from tests.support.web_client import Client
from tests.support.web_house import KEY, NOW, add_reader, make_house

pytest_plugins = ("tests.support.storage_databases",)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    with make_house(tmp_path, clock=clock, SIGNUPS_PER_HOUR="0", SIGNUPS_PER_DAY="0") as made:
        yield made


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_app(house))


def asked(house: House) -> list[str]:
    """Addresses that the form queued; taken by no desk yet."""
    return re.findall(r"'([^']+@[^']+)', '[^']+@", stored(house))


# ── nobody learns who is on the list ───────────────────────────────────────────────────────────────


def left(house: House) -> None:
    act_on(house.subscribers, READER, Act.LEAVE, NOW)


def held(reason: SuppressionReason) -> Callable[[House], None]:
    return lambda house: house.subscribers.suppress(READER, reason, NOW)


STATES: dict[str, Callable[[House], object]] = {
    "new": lambda house: None,
    "pending": lambda house: add_reader(house, READER, status=SubscriberStatus.PENDING),
    "active": lambda house: add_reader(house, READER),
    "left": lambda house: (add_reader(house, READER), left(house)),
    "bounced": lambda house: (add_reader(house, READER), held(SuppressionReason.BOUNCE)(house)),
    "complained": lambda house: (add_reader(house, READER), held(SuppressionReason.SPAM_REPORT)(house)),
    "held, not on the list": held(SuppressionReason.OPERATOR),
    "erased": lambda house: (add_reader(house, READER), house.subscribers.erase(READER, NOW)),
}


def test_the_answer_is_the_same_to_the_byte_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, headers, body, and what the request does to the database: nothing in it looks at the list."""
    seen = set()
    for number, (_, prepare) in enumerate(STATES.items()):
        clock = Clock()
        with make_house(tmp_path / str(number), clock=clock) as house:
            prepare(house)
            statements = count_statements(house)
            client = Client(create_app(house))
            for _ in range(2):  # also when a request of that address waits already
                token = opened(client)
                statements.clear()
                answer = sign_up(client, clock, opened=token)
                seen.add(
                    (
                        answer.status_code,
                        tuple(answer.headers.multi_items()),
                        answer.content,
                        tuple(statements),
                    )
                )
            house.sign_up_desk.drain()
            statements.clear()
            clock.move(seconds=-5)
            answer = sign_up(client, clock, opened=token)
            seen.add(
                (answer.status_code, tuple(answer.headers.multi_items()), answer.content, tuple(statements))
            )
    assert len({one[:3] for one in seen}) == 1
    assert len({one[3] for one in seen}) == 1, "the same statements, so the same time"
    assert not any("subscribers" in statement for _, _, _, statements in seen for statement in statements)


def count_statements(house: House) -> list[str]:
    import sqlalchemy as sa

    found: list[str] = []
    engine = house.database.engine  # type: ignore[attr-defined]
    sa.event.listen(engine, "before_cursor_execute", lambda *args: found.append(args[2]))
    return found


def test_a_domain_that_cannot_exist_is_answered_alike(house: House, client: Client, clock: Clock) -> None:
    answers = {
        sign_up(client, clock, address).text.replace(address, "ADDRESS")
        for address in ("reader@example.org", "reader@nowhere.invalid", "root@localhost.localdomain")
    }
    assert len(answers) == 1
    assert SENT in answers.pop()


# ── the whole way ──────────────────────────────────────────────────────────────────────────────────


def test_from_the_form_to_the_list(house: House, client: Client, clock: Clock) -> None:
    answer = sign_up(client, clock, " Reader@EXAMPLE.org ", name=" Ada\tL. ", timezone="Europe/Berlin")
    assert answer.status_code == 200
    assert SENT in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert house.subscribers.count()["pending"] == 0, "the desk looks at it, not the request"
    house.sign_up_desk.drain()
    (mail,) = mails(house)
    assert mail["to"] == "Reader@example.org"
    assert mail["auto-submitted"] == "auto-generated"
    assert "list-unsubscribe" not in mail
    assert "Ada" not in mail.as_string()
    path = link_in(mail)
    assert path in text_of(mail, "html")
    page = client.get(path)
    assert "Yes, subscribe me" in page.text
    assert "works until 21 Aug, 08:00" in page.text
    assert not house.subscribers.standing(READER).mailed
    clock.move(hours=1)
    done = client.post(path)
    assert "You are subscribed" in done.text
    reader = person(house)
    assert (reader.status, reader.name, reader.timezone) == (
        SubscriberStatus.ACTIVE,
        "Ada L.",
        "Europe/Berlin",
    )
    assert reader.consent_source == "sign-up page"
    assert reader.consent_at == NOW + timedelta(seconds=5)
    assert reader.confirmed_at == clock()
    assert "one issue each morning" in house.sign_ups.words_of(reader.consent_text)
    assert done.headers["x-robots-tag"] == "noindex, nofollow"
    settings = re.search(r'href="(/p/[^"]+)"', done.text)
    assert settings is not None
    assert client.get(settings[1]).status_code == 200
    for again in (client.get(path), client.post(path)):
        assert "You are subscribed" in again.text


def test_where_the_invitation_stood_is_kept_and_nothing_made_up(
    house: House, client: Client, clock: Clock
) -> None:
    assert 'name="from" value="story"' in client.get("/subscribe?from=story").text
    assert "<b>bad" not in client.get('/subscribe?from="><b>bad').text
    assert joined(house, client, clock, "a@example.org", **{"from": "story"}).consent_source.endswith(
        "from a story"
    )
    assert (
        joined(house, client, clock, "b@example.org", **{"from": "made up"}).consent_source == "sign-up page"
    )


def test_one_identity_whatever_the_case_or_script(house: House, client: Client, clock: Clock) -> None:
    for address in ("Reader@BÜCHER.example", "reader@bücher.example", "READER@xn--bcher-kva.example"):
        assert SENT in sign_up(client, clock, address).text
        house.sign_up_desk.drain()
        clock.move(hours=1)
    assert house.subscribers.count()["pending"] == 1
    assert {mail["to"] for mail in mails(house)} == {"Reader@xn--bcher-kva.example"}


def test_a_link_runs_out_and_says_so(house: House, client: Client, clock: Clock) -> None:
    sign_up(client, clock)
    house.sign_up_desk.drain()
    path = link_in(mails(house)[0])
    clock.move(days=7)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "run out" in answer.text
    assert not house.subscribers.standing(READER).mailed
    clock.move(days=2)
    house.sign_up_desk.drain()
    assert house.subscribers.by_address(READER) is None
    assert client.get(path).status_code == 410, "also when the person is forgotten"
    assert client.get(path.replace(".", "x", 1)).status_code == 404


def test_an_old_link_does_not_bring_back_who_left_since(house: House, client: Client, clock: Clock) -> None:
    joined(house, client, clock)
    path = link_in(mails(house)[0])
    client.post(f"/u/{house.tokens_of(person(house)).unsubscribe}", data={"List-Unsubscribe": "One-Click"})
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert not house.subscribers.standing(READER).mailed
    house.sign_ups.pause(person(house).public_id, clock() + timedelta(days=9))
    clock.move(hours=1)
    joined(house, client, clock)
    assert house.subscribers.standing(READER).mailed
    assert person(house).paused_until is None, "whoever asks for it now wants it now"


def test_links_of_before_a_new_confirmation_are_void_but_for_the_one_that_unsubscribes(
    house: House, client: Client, clock: Clock
) -> None:
    old = house.tokens_of(joined(house, client, clock))
    client.post(f"/u/{old.unsubscribe}", data={"List-Unsubscribe": "One-Click"})
    assert client.get(f"/p/{old.preferences}").status_code == 200, "leaving voids nothing"
    clock.move(hours=1)
    joined(house, client, clock)
    assert client.get(f"/p/{old.preferences}").status_code == 404
    assert client.post(f"/u/{old.unsubscribe}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not house.subscribers.standing(READER).mailed


def test_who_complained_is_told_on_the_page_and_never_let_in_silently(
    house: House, client: Client, clock: Clock
) -> None:
    sign_up(client, clock)
    house.sign_up_desk.drain()
    house.subscribers.suppress(READER, SuppressionReason.SPAM_REPORT, NOW)
    assert "held back" in client.post(link_in(mails(house)[0])).text
    assert not house.subscribers.standing(READER).mailed


# ── what is wrong is said ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Write your mail address"),
        ({"email": "reader"}, "not a mail address"),
        ({"email": "reader@"}, "not a mail address"),
        ({"email": "a b@example.org"}, "not a mail address"),
        ({"email": "reader@example"}, "no domain name"),
        ({"email": ".reader@example.org"}, "misplaced dot"),
        ({"email": "läser@example.org"}, "letters outside a-z"),
        ({"email": "x" * 400 + "@example.org"}, "not a mail address"),
        ({"email": READER, "name": "x" * 101}, "At most 100 characters"),
        ({"email": READER, "timezone": "Mars/Olympus"}, "Choose a place"),
        ({"email": READER, "timezone": "../../etc/passwd"}, "Choose a place"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_lost(
    house: House, client: Client, clock: Clock, typed: dict[str, str], said: str
) -> None:
    answer = sign_up(client, clock, typed.pop("email"), **{"name": "Ada", **typed})
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "in the summary and at the field"
    assert 'aria-invalid="true"' in answer.text
    assert "x" * 300 in answer.text or "Ada" in answer.text or "x" * 100 in answer.text
    assert asked(house) == []


HOSTILE = [
    "<script>alert(1)</script>@example.org",
    '"><img src=x onerror=alert(1)>@example.org',
    "reader@example.org\r\nBcc: everybody@example.org",
    "reader@example.org\x00",
    "{{ 7*7 }}@example.org",
    "reader@example.org,other@example.org",
    "Reader <reader@example.org>",
    "\u202ereader@example.org",
    "rеader@example.org",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_addresses_are_mistakes(house: House, client: Client, clock: Clock, address: str) -> None:
    answer = sign_up(client, clock, address)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "<img src=x" not in answer.text
    assert "49@" not in answer.text
    assert asked(house) == []


def test_a_hostile_name_reaches_no_mail_and_no_markup(house: House, client: Client, clock: Clock) -> None:
    name = 'Win! http://evil.example <b>\r\nBcc: x@example.org {{ 7*7 }} "; DROP TABLE subscribers'
    assert SENT in sign_up(client, clock, name=name).text
    house.sign_up_desk.drain()
    (mail,) = mails(house)
    assert "evil" not in mail.as_string()
    assert "bcc" not in mail
    client.post(link_in(mail))
    page = client.get(f"/p/{house.tokens_of(person(house)).preferences}").text
    assert "&lt;b&gt;" in page
    assert "\n" not in person(house).name


def test_bodies_that_are_no_form(house: House, client: Client) -> None:
    for kind, body, status in (
        ("application/json", b'{"email": "reader@example.org"}', 422),
        ("multipart/form-data", b"\xff--", 400),
        ("application/x-www-form-urlencoded", b"email=" + b"x" * 40_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(50)), 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe%zz", 422),
    ):
        answer = client.post("/subscribe", content=body, headers={"content-type": kind})
        assert answer.status_code == status, (kind, body[:20])
    boundary = {"files": {"email": ("x.txt", b"reader@example.org")}}
    assert client.post("/subscribe", **boundary).status_code == 400
    assert client("PUT", "/subscribe").status_code == 405
    assert asked(house) == []


# ── machines and other pages ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    ],
)
def test_another_page_cannot_sign_somebody_up(
    house: House, client: Client, clock: Clock, headers: dict[str, str]
) -> None:
    assert sign_up(client, clock, headers=headers).status_code == 403
    assert asked(house) == []


def test_our_own_page_can(house: House, client: Client, clock: Clock) -> None:
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert SENT in sign_up(client, clock, headers=own).text
    assert asked(house) == [READER]


def test_who_fills_in_what_people_do_not_see_is_thanked_and_forgotten(
    house: House, client: Client, clock: Clock
) -> None:
    machine = sign_up(client, clock, website="https://spam.example")
    assert machine.content == sign_up(client, clock).content
    assert asked(house) == [READER]


def test_haste_age_and_made_up_forms_are_asked_once_more(house: House, client: Client, clock: Clock) -> None:
    token = opened(client)
    hasty = client.post("/subscribe", data={"email": READER, "opened": token})
    assert (hasty.status_code, "very quick" in hasty.text) == (422, True)
    assert token in hasty.text, "the same form: a moment later it is taken"
    assert READER in hasty.text
    clock.move(seconds=2)
    assert SENT in client.post("/subscribe", data={"email": READER, "opened": token}).text
    clock.move(hours=12)
    forged = sign_until(b"x" * 40, Purpose.FORM, "form", 0, clock() - timedelta(minutes=1))
    other = sign_until(KEY.encode(), Purpose.CONFIRM, "form", 0, clock() - timedelta(minutes=1))
    ahead = sign_until(KEY.encode(), Purpose.FORM, "form", 0, clock() + timedelta(minutes=1))
    for bad in (token, "", forged, other, "form.1.", "form.99999999999999.x", "é.ü.x", f"{token}x"):
        answer = client.post("/subscribe", data={"email": "b@example.org", "opened": bad})
        assert answer.status_code == 422, bad
        assert "once more" in answer.text
        fresh = re.search(r'name="opened" value="([^"]+)"', answer.text)
        assert fresh is not None
        assert fresh[1] != bad
    assert client.post("/subscribe", data={"email": "b@example.org", "opened": ahead}).status_code == 422
    assert asked(house) == [READER]


# ── limits ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_is_told_to_wait_and_another_is_not(tmp_path: Path, clock: Clock) -> None:
    with make_house(tmp_path, clock=clock, SIGNUPS_PER_HOUR="3", SIGNUPS_PER_DAY="4") as house:
        app = create_app(house)
        client = Client(app)
        answers = [sign_up(client, clock, f"reader{n}@example.org").status_code for n in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        refused = sign_up(client, clock)
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert "Wait a little" in refused.text
        clock.move(hours=1)
        assert sign_up(client, clock).status_code == 200
        assert sign_up(client, clock).status_code == 429, "the day's limit"
        again = Client(create_app(house))  # another process: the marks are in the database
        assert sign_up(again, clock).status_code == 429
        assert "192.0.2.7" not in stored(house)


def test_the_wrong_way_of_filling_it_in_costs_no_try(tmp_path: Path, clock: Clock) -> None:
    with make_house(tmp_path, clock=clock, SIGNUPS_PER_HOUR="1") as house:
        client = Client(create_app(house))
        for _ in range(5):
            assert sign_up(client, clock, "nonsense").status_code == 422
        assert sign_up(client, clock).status_code == 200


def test_a_queue_that_is_full_says_so(
    house: House, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.web.signup.MOST_WAITING", 1)
    assert sign_up(client, clock).status_code == 200
    answer = sign_up(client, clock, "other@example.org")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "600")


# ── the page itself ────────────────────────────────────────────────────────────────────────────────


def test_the_form_says_what_how_often_by_whom_and_where_the_rest_stands(house: House, client: Client) -> None:
    page = client.get("/subscribe")
    assert page.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for words in ("one issue each morning", "1 Example Street", "/privacy", "stop it with one press"):
        assert words in page.text
    assert "script-src" not in client.get("/").headers["content-security-policy"]
    script = client.get(re.findall(r'src="(/signup.js[^"]*)"', page.text)[0])
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert len(page.content) < 40_000


def test_it_is_invited_to_from_every_page_and_shut_where_the_operator_shuts_it(tmp_path: Path) -> None:
    from tests.support.web_house import keep

    with make_house(tmp_path / "a") as house:
        keep(house)
        client = Client(create_app(house))
        for path in ("/", "/issues/2026-08-14", "/stories/2026-08-14-00000001", "/how"):
            assert "/subscribe" in client.get(path).text, path
    with make_house(tmp_path / "b", SIGNUPS="false") as house:
        keep(house)
        client = Client(create_app(house))
        for path in ("/", "/stories/2026-08-14-00000001", "/how"):
            assert 'href="/subscribe' not in client.get(path).text, path
        assert "closed at present" in client.get("/subscribe").text
        assert client.post("/subscribe", data={"email": READER}).status_code == 404


def test_the_privacy_text_is_ours_or_the_operators(tmp_path: Path) -> None:
    with make_house(tmp_path / "a", CONFIRM_WITHIN="3 d") as house:
        text = Client(create_app(house)).get("/privacy").text
        assert "within 3 days" in text
        assert "no cookies" in text
    with make_house(tmp_path / "b", PRIVACY_URL="https://law.example.org/privacy") as house:
        page = Client(create_app(house)).get("/subscribe").text
        assert 'href="https://law.example.org/privacy"' in page


def test_the_archive_has_nothing_personal_and_invites_instead(house: House, client: Client) -> None:
    from newsletter.domain.issue import SLOTS
    from tests.support.web_house import keep

    made = keep(house)
    assert all(slot in made.html and slot in made.text for slot in SLOTS)
    page = client.get("/issues/2026-08-14").text
    assert not any(slot in page for slot in SLOTS)
    assert "/p/" not in page
    assert "/subscribe?from=issue" in page


def test_the_same_on_both_databases(tmp_path: Path, database_url: str, clock: Clock) -> None:
    with make_house(tmp_path, clock=clock, DATABASE_URL=database_url) as house:
        client = Client(create_app(house))
        reader = joined(house, client, clock)
        tokens = house.tokens_of(reader)
        assert client.get(f"/p/{tokens.preferences}").status_code == 200
        data = client.get(f"/p/{tokens.preferences}/data").json()
        assert data["address"] == READER
        assert client.post(f"/p/{tokens.preferences}/erase", data={"erase": "yes"}).status_code == 200
        assert house.subscribers.by_address(READER) is None
