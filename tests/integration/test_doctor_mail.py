"""`newsletter doctor` on mail, against the strict stand-in: each thing broken by itself is found, with its fix."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli import findings
from newsletter.cli.doctor_mail import examine_mail
from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.dev.sendgrid_setup import EVENTS, SCOPES, webhook
from newsletter.errors import Refused
from newsletter.mailing import domain_records
from newsletter.mailing.guard import refuse_example_values
from newsletter.settings import Loaded, load
from newsletter.wiring import House, utc_now
from tests.support.command import Command

KEY = "SG.a-key-that-nobody-may-see"
URL = "https://news.marrowgate.press"
HOOK = f"{URL}/webhook/sendgrid"
Look = Callable[..., dict[str, findings.Finding]]


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(KEY) as server:
        server.setup.webhooks = (webhook(HOOK, server.events.public_key),)
        yield server


def settings(tmp_path: Path, stand_in: SendGridStandIn, **more: str) -> Loaded:
    given = {
        "PROVIDER": "sendgrid",
        "SENDGRID_URL": stand_in.url,
        "SENDGRID_API_KEY": KEY,
        "WEBHOOK_PUBLIC_KEY": stand_in.events.public_key,
        "FROM_EMAIL": "morning@news.marrowgate.press",
        "PUBLIC_URL": URL,
        "POSTAL_ADDRESS": "The Reading Room, 4 Customs Quay, Marrowgate",
        "SECRET_KEY": "a-secret-that-signs-the-links-of-these-tests",
        **more,
    }
    return load({"NEWSLETTER_HOME": str(tmp_path / "home")}, tmp_path, given)


@pytest.fixture(autouse=True)
def no_dns(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """TXT records by name; whatever is not there has none."""
    known = {"_dmarc.marrowgate.press": ("v=DMARC1; p=none; rua=mailto:dmarc@marrowgate.press",)}
    monkeypatch.setattr(domain_records, "texts", lambda name, _: domain_records.Texts(known.get(name, ())))
    return known


@pytest.fixture
def look(tmp_path: Path, stand_in: SendGridStandIn) -> Look:
    def look_at(clock: Any = utc_now, **more: str) -> dict[str, findings.Finding]:
        with House(settings(tmp_path, stand_in, **more).settings, clock) as house:
            return {one.name: one for one in examine_mail(house)}

    return look_at


def bad(found: dict[str, findings.Finding]) -> list[str]:
    return [one.name for one in found.values() if not one.ok]


def test_where_all_is_in_order_it_is_green(look: Look) -> None:
    found = look()
    assert bad(found) == []
    assert list(found) == ["provider", "scopes", "clock", "sender", "records", "dmarc", "webhook", "events"]
    assert all(one.looked for one in found.values())
    assert "p=none" in found["dmarc"].found


@pytest.mark.parametrize("scope", [s for s in SCOPES if "read" not in s or "suppression" in s])
def test_a_missing_scope_is_named_with_what_it_is_for(
    look: Look, stand_in: SendGridStandIn, scope: str
) -> None:
    stand_in.setup.scopes = [one for one in SCOPES if one != scope]
    found = look()
    assert bad(found) == ["scopes"]
    assert f"{scope} (" in found["scopes"].found
    assert found["scopes"].fix


def test_what_only_the_doctor_needs_holds_nothing_up(look: Look, stand_in: SendGridStandIn) -> None:
    stand_in.setup.scopes = [s for s in SCOPES if not s.startswith(("whitelabel", "user.webhooks"))]
    stand_in.setup.forbidden = frozenset(["/v3/whitelabel", "/v3/verified_senders", "/v3/user/webhooks"])
    found = look()
    assert bad(found) == []
    assert [one.name for one in found.values() if not one.looked] == ["sender", "records", "events"]
    assert "whitelabel.read" in found["scopes"].found


def test_the_sender(look: Look, stand_in: SendGridStandIn) -> None:
    stand_in.setup.domains = ("marrowgate.press",)
    assert bad(look()) == [], "a domain covers those below it"
    stand_in.setup.domains = ("another.press",)
    found = look()
    assert bad(found) == ["sender"]
    assert "news.marrowgate.press" in found["sender"].fix
    stand_in.setup.senders = ("Morning@news.marrowgate.press",)
    found = look()
    assert bad(found) == [], "a single verified address may send"
    assert not found["records"].looked
    assert found["records"].fix


def test_a_broken_record_is_named_with_what_to_set(look: Look, stand_in: SendGridStandIn) -> None:
    stand_in.setup.broken = {"dkim1": "Expected CNAME for s1._domainkey to match."}
    found = look()
    assert bad(found) == ["sender", "records"]
    assert "dkim1: Expected CNAME" in found["records"].found
    assert "CNAME s1._domainkey.news.marrowgate.press -> dkim1.u4711" in found["records"].fix


@pytest.mark.parametrize(
    ("texts", "ok", "said"),
    [
        ((), False, "has no policy"),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), False, "2 policies"),
        (("v=DMARC1; pct=100",), False, "no usable p="),
        (("v=spf1 -all", "V=DMARC1; p=Reject"), True, "p=Reject"),
    ],
)
def test_dmarc(look: Look, no_dns: dict[str, tuple[str, ...]], texts: Any, ok: bool, said: str) -> None:
    no_dns["_dmarc.marrowgate.press"] = texts
    found = look()["dmarc"]
    assert (found.ok, said in found.found) == (ok, True), found
    assert ok or found.fix


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (lambda key: (), "posts no events to"),
        (lambda key: (webhook("https://other.press/hook", key),), "but 1 to other addresses"),
        (lambda key: (webhook(HOOK, key, on=False),), "switched off"),
        (lambda key: (webhook(HOOK, ""),), "not signed"),
        (lambda key: (webhook(HOOK, "another"),), "another key"),
        (lambda key: (webhook(HOOK, key, [e for e in EVENTS if e != "spam_report"]),), "spam_report (who"),
    ],
)
def test_the_event_webhook(look: Look, stand_in: SendGridStandIn, hook: Any, said: str) -> None:
    stand_in.setup.webhooks = hook(stand_in.events.public_key)
    found = look()
    assert bad(found) == ["events"]
    assert said in found["events"].found
    assert found["events"].fix


def test_keys_addresses_clocks_and_example_values(look: Look) -> None:
    assert bad(look(WEBHOOK_PUBLIC_KEY="")) == ["webhook", "events"]
    assert bad(look(WEBHOOK_PUBLIC_KEY="bm9uZQ==")) == ["webhook", "events"]
    wrong_key = look(SENDGRID_API_KEY="SG.another")
    assert bad(wrong_key) == ["provider"]
    assert "webhook" in wrong_key, "one that fails hides no other"
    assert bad(look(PUBLIC_URL="http://news.marrowgate.press")) == ["PUBLIC_URL", "events"]
    assert bad(look(POSTAL_ADDRESS="1 Example Street")) == ["POSTAL_ADDRESS"]
    slow = look(lambda: utc_now() - timedelta(minutes=5))
    assert bad(slow) == ["clock"]
    assert "behind" in slow["clock"].found
    assert "ahead of" in look(lambda: utc_now() + timedelta(minutes=5))["clock"].found


def test_an_example_domain_is_not_looked_up(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert domain_records.texts("_dmarc.bothsides.example", "bothsides.example").found is None
    found = look(FROM_EMAIL="morning@bothsides.example")["dmarc"]
    assert (found.ok, found.looked) == (True, False)


# ── a real provider's host ─────────────────────────────────────────────────────────────────────────


def test_a_real_host_is_refused_until_the_doctor_was_content_with_these_very_settings(
    tmp_path: Path, stand_in: SendGridStandIn
) -> None:
    loaded = settings(tmp_path, stand_in)
    real = replace(loaded.settings, sendgrid_url="https://api.sendgrid.com")
    with House(real) as house:
        with pytest.raises(Refused, match="doctor") as refused:
            refuse_example_values(house.send_room.rules.problems)
        assert refused.value.exit_status == 3
        house.note_examined()
        assert house.unexamined() == ()
    with House(real) as house:
        assert house.send_room.rules.problems == ()
    with House(replace(real, from_email="evening@news.marrowgate.press")) as house:
        assert [one.setting for one in house.send_room.rules.problems] == ["doctor"]
    with House(loaded.settings) as house:
        assert house.send_room.rules.problems == (), "nobody is mailed by a stand-in"


def test_the_command_says_what_nobody_could_look_at(
    tmp_path: Path,
    stand_in: SendGridStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_in.setup.forbidden = frozenset(["/v3/user/webhooks"])
    command = Command(tmp_path, monkeypatch, capsys)
    command("subscribers", "add", "reader@marrowgate.press")
    given = {key: value for key, value in settings(tmp_path, stand_in).text.items() if value}
    ran = command("doctor", **{k: v for k, v in given.items() if k != "HOME"})
    assert ran.status == 0, ran.out
    assert "?" in ran.out
    assert KEY not in ran.out + ran.err


# ── the DNS ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A DNS server on loopback that knows TXT records; an unknown name is not there, ``broken`` is a failure."""
    message, rcode, rrset = (pytest.importorskip(f"dns.{name}") for name in ("message", "rcode", "rrset"))
    import dns.resolver

    known: dict[str, str] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        ends = threading.Event()

        def answer() -> None:
            while not ends.is_set():
                raw, sender = listening.recvfrom(4096)
                if not raw:
                    return
                asked = message.from_wire(raw)
                told = message.make_response(asked)
                name = str(asked.question[0].name).rstrip(".")
                if name.startswith("broken"):
                    told.set_rcode(rcode.SERVFAIL)
                elif name in known:
                    told.answer.append(rrset.from_text(asked.question[0].name, 60, "IN", "TXT", known[name]))
                else:
                    told.set_rcode(rcode.NXDOMAIN)
                listening.sendto(told.to_wire(), sender)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], listening.getsockname()[1]
        monkeypatch.undo()
        monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver)
        monkeypatch.setattr(domain_records, "_SECONDS", 1.0)
        yield known
        ends.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", listening.getsockname())
        thread.join(5)


def test_records_as_the_resolver_has_them(name_server: dict[str, str]) -> None:
    name_server["_dmarc.marrowgate.press"] = '"v=DMARC1; " "p=none"'
    above = ("news.marrowgate.press", "marrowgate.press")
    assert domain_records.dmarc("news.marrowgate.press", above).found == ("v=DMARC1; p=none",)
    assert domain_records.dmarc("other.press", ("other.press",)).found == ()
    broken = domain_records.texts("broken.press", "broken.press")
    assert broken.found is None
    assert "no answer from the DNS" in broken.why
