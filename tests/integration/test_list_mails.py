"""Mail about one's own subscription through each provider, and how it looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.audience import SuppressionReason
from newsletter.domain.brand import Brand
from newsletter.domain.mailing import Letter
from newsletter.domain.signups import ListMailKind
from newsletter.errors import ProviderRejected, TemplateError
from newsletter.locate import folder
from newsletter.mailing.letters import letter_payload
from newsletter.mailing.outbox import OutboxProvider
from newsletter.mailing.payload_rules import check_payload
from newsletter.mailing.sendgrid_provider import SendGridProvider
from newsletter.rendering.contrast import readings
from newsletter.rendering.listmail import ListMailRenderer, RenderedListMail
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.signup_house import READER, Clock, link_in, mails, person, sign_up, text_of
from tests.support.smtp_server import SmtpStandIn
from tests.support.web_client import Client
from tests.support.web_house import NOW, make_house

KEY = "SG.very-secret-key"
LETTER = Letter(
    "m1", READER, "Confirm", "<p>Hello ü</p>", "Hello ü\n", "daily@news.example.com", "Both Sides"
)
KINDS = pytest.mark.parametrize("kind", list(ListMailKind))


def asked(house: House, clock: Clock, address: str = READER) -> Client:
    client = Client(create_app(house))
    assert sign_up(client, clock, address, timezone="Asia/Tokyo").status_code == 200
    return client


# ── providers ──────────────────────────────────────────────────────────────────────────────────────


def test_sendgrid_is_asked_for_one_plain_mail_that_passes_only_its_list_of_unsubscribed(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with (
        SendGridStandIn(KEY) as server,
        make_house(
            tmp_path, clock=clock, PROVIDER="sendgrid", SENDGRID_API_KEY=KEY, SENDGRID_URL=server.url
        ) as house,
    ):
        client = asked(house, clock)
        assert house.sign_up_desk.drain().sent == 1
        (mail,) = server.mails
        assert mail.to == READER
        assert mail.custom_args.keys() == {"letter"}
        assert "List-Unsubscribe" not in mail.headers
        path = mail.text[mail.text.index("/confirm/") :].split()[0]
        assert path in mail.html
        assert "You are subscribed" in client.post(path).text
        clock.move(hours=1)
        server.fail_next("reset-after-accept")
        sign_up(client, clock)
        done = house.sign_up_desk.drain()
        assert (done.sent, done.uncertain) == (0, 1)
        server.calm_down()
        clock.move(hours=1)
        server.fail_next(429, headers={"Retry-After": "30"})
        sign_up(client, clock)
        assert house.sign_up_desk.drain().note
        clock.move(seconds=31)
        assert house.sign_up_desk.drain().sent == 1


def test_the_request_keeps_sendgrids_rules() -> None:
    payload = letter_payload(replace(LETTER, despite_unsubscribe=True), sandbox=True)
    assert check_payload(payload) == ()
    settings = payload["mail_settings"]
    assert settings == {"sandbox_mode": {"enable": True}, "bypass_unsubscribe_management": {"enable": True}}
    assert "bypass_unsubscribe_management" not in letter_payload(LETTER)["mail_settings"]  # type: ignore[operator]
    with SendGridStandIn(KEY) as server:
        provider = SendGridProvider(KEY, server.url)
        assert provider.submit_letter(LETTER).message_id
        with pytest.raises(ProviderRejected) as refused:
            provider.submit_letter(replace(LETTER, to="nobody"))
        assert "nobody" not in str(refused.value)


def test_a_mail_server_takes_one_mail_and_its_word_on_the_mailbox_counts(tmp_path: Path) -> None:
    clock = Clock()
    with (
        SmtpStandIn() as server,
        make_house(
            tmp_path,
            clock=clock,
            PROVIDER="smtp",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(server.port),
            SMTP_SECURITY="none",
        ) as house,
    ):
        client = asked(house, clock)
        assert house.sign_up_desk.drain().sent == 1
        assert server.parsed()["auto-submitted"] == "auto-generated"
        assert "You are subscribed" in client.post(link_in(server.parsed())).text
        for address, held in (("a+nouser@example.org", True), ("a+full@example.org", False)):
            sign_up(client, clock, address)
            assert house.sign_up_desk.drain().failed == 1
            assert (SuppressionReason.BOUNCE in house.subscribers.standing(address).held) is held
        sign_up(client, clock, "a+grey@example.org")
        assert house.sign_up_desk.drain().note
        clock.move(minutes=3)
        assert house.sign_up_desk.drain().sent == 1
        sign_up(client, clock, "a+lost@example.org")
        assert house.sign_up_desk.drain().uncertain == 1
        assert set(server.per_recipient().values()) == {1}


def test_an_outbox_that_cannot_be_written_keeps_the_mail_waiting(tmp_path: Path) -> None:
    clock = Clock()
    with make_house(tmp_path, clock=clock) as house:
        asked(house, clock)
        (tmp_path / "outbox").write_text("a file stands in the way")
        assert "outbox" in house.sign_up_desk.drain().note
        (tmp_path / "outbox").unlink()
        clock.move(minutes=16)
        assert house.sign_up_desk.drain().sent == 1
        (file,) = (tmp_path / "outbox/subscriptions").glob("*.eml")
        assert file.stat().st_mode & 0o777 == 0o600
        assert "reader" not in file.name


def test_the_outbox_dates_a_mail_by_its_clock_and_takes_any_letter(tmp_path: Path) -> None:
    provider = OutboxProvider(tmp_path, clock=lambda: NOW)
    provider.submit_letter(
        replace(LETTER, mail_id="../../escape", from_name="Ünicode, Inc.", html="x" * 3000)
    )
    (file,) = (tmp_path / "subscriptions").glob("*.eml")
    assert b"Date: Fri, 14 Aug 2026 12:00:00 +0000" in file.read_bytes()


def test_no_real_mail_with_example_values(tmp_path: Path) -> None:
    clock = Clock()
    with make_house(
        tmp_path, clock=clock, PROVIDER="sendgrid", SENDGRID_API_KEY="SG.real-looking-key"
    ) as house:
        asked(house, clock)
        done = house.sign_up_desk.drain()
        assert (done.taken, done.sent) == (1, 0)
        assert "FROM_EMAIL" in done.note


# ── how it looks ───────────────────────────────────────────────────────────────────────────────────


def rendered(kind: ListMailKind, *, own: Path | None = None, brand: Brand | None = None) -> RenderedListMail:
    folders = [*([own] if own else []), folder("templates")]
    maker = ListMailRenderer(
        brand or Brand(), folders, ZoneInfo("Europe/Berlin"), "https://n.example/privacy", "1 Street & Co <b>"
    )
    return maker.render(kind, "https://n.example/confirm/a.1.b", NOW, NOW)


@KINDS
def test_it_says_the_same_in_both_parts_and_can_be_read(kind: ListMailKind) -> None:
    mail = rendered(kind)
    for part in (mail.html, mail.text):
        assert "https://n.example/confirm/a.1.b" in part
        assert "https://n.example/privacy" in part
        assert "Friday, August 14, 2026, 14:00" in " ".join(part.split())
    assert "{{" not in mail.html + mail.text
    assert "<mj-" not in mail.html
    assert "1 Street &amp; Co &lt;b&gt;" in mail.html
    assert "1 Street & Co <b>" in mail.text
    tree = LexborHTMLParser(mail.html)
    for scheme in ("light", "dark"):
        poor = [one for one in readings(tree, scheme) if one.ratio < 4.5]
        assert poor == [], scheme
    assert tree.css_first("html").attributes["lang"] == "en-US"
    assert not tree.css("img")
    assert len(mail.html) < 30_000


def test_the_brand_stands_in_it() -> None:
    brand = Brand(
        name="The <Daily>", logo="https://n.example/logo.png", logo_alt="The Daily", footer=("A line.",)
    )
    mail = rendered(ListMailKind.CONFIRM, brand=brand)
    assert 'src="https://n.example/logo.png"' in mail.html
    assert "The &lt;Daily&gt;" in mail.html
    assert "A line." in mail.html
    assert "A line." in mail.text
    assert mail.subject == "Confirm that you want The <Daily>"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("subject: Hello\n", "has to stand there once"),
        ("subjekt: Hello\n", "begins no piece"),
        ("Hello\n", "begins no piece"),
        ("subject: {{ nothing }}\n", "nothing"),
        ("subject: {% if %}\n", "line 1"),
    ],
)
def test_a_template_of_ones_own_that_is_wrong_is_named(tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list/words.txt.j2").write_text(words)
    with pytest.raises(TemplateError, match=said):
        rendered(ListMailKind.CONFIRM, own=tmp_path)


def test_a_mail_of_the_house_is_the_brands_and_nobodys_name(tmp_path: Path) -> None:
    clock = Clock()
    with make_house(tmp_path, clock=clock, FROM_NAME="The Editors") as house:
        asked(house, clock)
        house.sign_up_desk.drain()
        (mail,) = mails(house)
        assert str(mail["from"]) == "The Editors <morning@example.com>"
        assert "works until Friday, August 21, 2026, 21:00 Tokyo time" in " ".join(text_of(mail).split())
        assert person(house).public_id in link_in(mail)
