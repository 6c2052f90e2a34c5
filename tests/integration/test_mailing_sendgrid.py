"""The SendGrid provider against a real server on loopback that refuses what SendGrid refuses."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import Addressed, Envelope
from newsletter.errors import (
    InvalidAddress,
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUncertain,
    SettingsError,
)
from newsletter.mailing.report import Outcome
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.sendgrid_provider import SendGridProvider
from tests.support.mailing_fakes import (
    FakeClock,
    FakeMailingStore,
    addressed,
    envelope,
    frozen,
    people,
    token_of,
)
from tests.support.mailing_tls import self_signed

KEY = "SG.very-secret-key"


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(KEY) as server:
        yield server


def provider(stand_in: SendGridStandIn, **more: object) -> SendGridProvider:
    return SendGridProvider(KEY, stand_in.url, **{"timeout": 5.0, **more})  # type: ignore[arg-type]


def test_a_batch_arrives_whole_in_order_each_with_their_own_token(stand_in: SendGridStandIn) -> None:
    receipt = provider(stand_in).submit(envelope(), "b1", addressed(1000))
    assert [mail.to for mail in stand_in.mails] == [f"reader{n}@example.org" for n in range(1, 1001)]
    assert set(stand_in.per_recipient().values()) == {1}
    mail = stand_in.mails[41]
    assert mail.message_id == receipt.message_id != ""
    assert "https://news.example.com/u/token42" in mail.html
    assert "https://news.example.com/u/token42" in mail.text
    assert UNSUBSCRIBE_SLOT not in mail.html + mail.text
    assert mail.headers["List-Unsubscribe"] == "<https://news.example.com/u/token42>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.custom_args == {"batch": "b1", "issue": "2026-08-20", "delivery": "d42"}


def test_it_is_real_only_where_mail_would_leave_this_machine(stand_in: SendGridStandIn) -> None:
    assert not provider(stand_in).real
    assert SendGridProvider(KEY).real
    assert SendGridProvider(KEY, "https://api.eu.sendgrid.com").real


def test_the_sandbox_accepts_and_mails_nobody(stand_in: SendGridStandIn) -> None:
    assert provider(stand_in, sandbox=True).submit(envelope(), "b1", addressed(2)).message_id == "sandbox"
    assert stand_in.mails == ()


def test_a_test_mail_goes_to_one_address_and_is_marked(stand_in: SendGridStandIn) -> None:
    provider(stand_in).submit_test(envelope(), " Editor@Example.ORG ")
    (mail,) = stand_in.mails
    assert (mail.to, mail.subject) == ("Editor@example.org", "[Test] Both sides of the harbour vote")
    with pytest.raises(InvalidAddress):
        provider(stand_in).submit_test(envelope(), "editor")


# ── refusals ───────────────────────────────────────────────────────────────────────────────────────


def test_what_the_provider_would_refuse_is_not_even_asked(stand_in: SendGridStandIn) -> None:
    with pytest.raises(ProviderRejected, match="content"):
        provider(stand_in).submit(envelope(text=""), "b1", addressed(1))
    with pytest.raises(ProviderRejected, match="personalizations"):
        provider(stand_in).submit(envelope(), "b1", addressed(1001))
    assert stand_in.ledger.requests == 0


def test_one_bad_recipient_is_named_by_delivery_and_not_by_address(stand_in: SendGridStandIn) -> None:
    good, bad = addressed(2)
    bad = Addressed(replace(bad.recipient, email="münchen@example.org"), "t")
    with pytest.raises(ProviderRejected) as caught:
        provider(stand_in).submit(envelope(), "b1", [good, bad])
    assert caught.value.fields["delivery_id"] == "d2"
    assert "nchen" not in str(caught.value)
    assert "Removing that subscriber" in str(caught.value)


def test_a_recipient_that_only_the_provider_objects_to_is_named_too() -> None:
    body = b'{"errors":[{"message":"not for reader2@example.org","field":"personalizations.1.to.0.email"}]}'
    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with _one_answer(answer) as url, pytest.raises(ProviderRejected) as caught:
        SendGridProvider(KEY, url, 5).submit(envelope(), "b1", addressed(3))
    assert caught.value.fields["delivery_id"] == "d2"
    assert "example.org" not in str(caught.value)


def test_a_wrong_key_is_refused_with_what_to_do(stand_in: SendGridStandIn) -> None:
    wrong = SendGridProvider("SG.other-key", stand_in.url, 5)
    with pytest.raises(ProviderRejected, match="NEWSLETTER_SENDGRID_API_KEY") as caught:
        wrong.submit(envelope(), "b1", addressed(1))
    assert caught.value.fields["status"] == 401
    assert "SG.other-key" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 403, 413])
def test_refusals_are_refusals(stand_in: SendGridStandIn, status: int) -> None:
    stand_in.fail_next(status)
    with pytest.raises(ProviderRejected) as caught:
        provider(stand_in).submit(envelope(), "b1", addressed(1))
    assert caught.value.fields["status"] == status


def test_too_many_requests_says_for_how_long(stand_in: SendGridStandIn) -> None:
    stand_in.fail_next(429, headers={"X-RateLimit-Reset": "1790000030"})
    with pytest.raises(ProviderBusy) as caught:
        provider(stand_in, now=lambda: 1_790_000_000.0).submit(envelope(), "b1", addressed(1))
    assert caught.value.fields["retry_after"] == 30.0
    assert stand_in.mails == ()


# ── connections ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [500, 503, 302, "reset-before", "reset-after-accept", "garbage"])
def test_where_nobody_knows_it_says_so(stand_in: SendGridStandIn, kind: int | str) -> None:
    stand_in.fail_next(kind)
    with pytest.raises(ProviderUncertain):
        provider(stand_in).submit(envelope(), "b1", addressed(1))


@pytest.mark.parametrize(("kind", "arrived"), [("timeout", 0), ("timeout-after-accept", 1)])
def test_a_time_out_is_uncertain_whether_it_was_accepted_or_not(
    stand_in: SendGridStandIn, kind: str, arrived: int
) -> None:
    stand_in.fail_next(kind)
    with pytest.raises(ProviderUncertain, match="in time"):
        provider(stand_in, timeout=0.3).submit(envelope(), "b1", addressed(1))
    assert len(stand_in.mails) == arrived


def test_a_receipt_whose_body_breaks_off_is_a_receipt(stand_in: SendGridStandIn) -> None:
    stand_in.fail_next("cut-receipt")
    receipt = provider(stand_in).submit(envelope(), "b1", addressed(1))
    assert receipt.message_id == stand_in.mails[0].message_id


def test_a_refused_connection_means_nothing_was_sent() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # held, but nobody listens
        with pytest.raises(ProviderBusy, match="nothing was sent"):
            SendGridProvider(KEY, f"http://127.0.0.1:{held.getsockname()[1]}", 5).submit(
                envelope(), "b1", addressed(1)
            )


def test_a_host_name_that_does_not_exist_means_nothing_was_sent() -> None:
    long_label = "a" * 64  # no resolver is even asked: IDNA refuses it
    with pytest.raises(ProviderBusy):
        SendGridProvider(KEY, f"https://{long_label}.invalid", 5).submit(envelope(), "b1", addressed(1))


def test_a_server_that_speaks_no_tls_means_nothing_was_sent(stand_in: SendGridStandIn) -> None:
    with pytest.raises(ProviderBusy):
        SendGridProvider(KEY, stand_in.url.replace("http:", "https:"), 5).submit(
            envelope(), "b1", addressed(1)
        )


def test_a_redirect_is_never_followed_with_the_key() -> None:
    with SendGridStandIn(KEY) as elsewhere:
        target = f"Location: {elsewhere.url}/v3/scopes\r\nContent-Length: 0\r\n\r\n".encode()
        with _one_answer(b"HTTP/1.1 301 Moved\r\n" + target) as url, pytest.raises(ProviderRejected):
            SendGridProvider(KEY, url, 5).submit(envelope(), "b1", addressed(1))
        with _one_answer(b"HTTP/1.1 302 Found\r\n" + target) as url, pytest.raises(ProviderUncertain):
            SendGridProvider(KEY, url, 5).submit(envelope(), "b1", addressed(1))


def test_a_broken_off_body_of_a_refusal_is_still_a_refusal() -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
    with _one_answer(head + b"ff\r\nbroken") as url, pytest.raises(ProviderRejected, match="no reason given"):
        SendGridProvider(KEY, url, 5).submit(envelope(), "b1", addressed(1))


def test_a_portal_page_with_status_200_is_no_receipt() -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nWelcome"
    with _one_answer(page) as url, pytest.raises(ProviderUncertain, match="without a receipt"):
        SendGridProvider(KEY, url, 5).submit(envelope(), "b1", addressed(1))


def test_proxy_settings_do_not_capture_this_machine(
    stand_in: SendGridStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    provider(stand_in).submit(envelope(), "b1", addressed(1))
    assert len(stand_in.mails) == 1


def test_other_hosts_go_through_the_proxy_and_a_dead_proxy_means_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            seen.append(self.path)
            self.send_error(503)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.handle_request, daemon=True).start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_address[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with pytest.raises(ProviderBusy):
            SendGridProvider(KEY, "https://mail.invalid", 5).submit(envelope(), "b1", addressed(1))
    assert seen == ["mail.invalid:443"]


# ── secrets ────────────────────────────────────────────────────────────────────────────────────────


def test_neither_key_nor_addresses_are_logged_or_printed_at_any_level(
    stand_in: SendGridStandIn,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    mailer, hasty = provider(stand_in), provider(stand_in, timeout=0.3)
    logging.getLogger("python_http_client").setLevel(logging.DEBUG)  # somebody who wants to see it all
    logging.getLogger("python_http_client.client").setLevel(logging.DEBUG)
    told = []
    mailer.submit(envelope(), "b1", addressed(2))
    for kind in (400, 401, 429, 500, "timeout", "reset-before", "garbage"):
        stand_in.fail_next(kind)
        with pytest.raises(ProviderError) as caught:
            (hasty if kind == "timeout" else mailer).submit(envelope(), "b2", addressed(2))
        told.append("".join(traceback.format_exception(caught.value)) + str(caught.value.fields))
    printed = capfd.readouterr()
    everything = caplog.text + printed.out + printed.err + "".join(told) + repr(mailer)
    assert KEY not in everything
    assert "reader1" not in everything
    assert "token1" not in everything


@pytest.mark.parametrize("key", ["", " ", "SG.key\n", "SG key", "SG.schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_being_repeated(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.from-the-environment")  # which the package would take instead
    with pytest.raises(SettingsError) as caught:
        SendGridProvider(key)
    assert not key.strip() or key.strip() not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://api.sendgrid.com", "api.sendgrid.com", "ftp://127.0.0.1", "https://", ""]
)
def test_the_key_never_leaves_in_the_clear(url: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        SendGridProvider(KEY, url)
    with pytest.raises(SettingsError, match="time-out"):
        SendGridProvider(KEY, timeout=0)


# ── the sender and the provider together ───────────────────────────────────────────────────────────


def test_a_mailing_through_every_trouble_reaches_each_recipient_at_most_once(
    stand_in: SendGridStandIn,
) -> None:
    store, clock = FakeMailingStore(people(95)), FakeClock()
    mailing = frozen(store, batch_size=10, provider="sendgrid")
    mailer = provider(stand_in, timeout=3.0)
    for kind in (429, "reset-after-accept", "timeout", 400):
        stand_in.fail_next(kind)

    def send(text: Envelope) -> Outcome:
        return send_mailing(
            mailing, text, store=store, provider=mailer, token_of=token_of, clock=clock, wait=clock.wait
        ).outcome

    assert send(envelope()) is Outcome.PAUSED  # the 400
    assert send(envelope()) is Outcome.UNSETTLED
    assert max(stand_in.per_recipient().values()) == 1
    counts = store.counts(mailing.id)
    assert (counts["submitted"], counts["uncertain"]) == (75, 20)
    assert len(stand_in.mails) == 85  # one of the two doubtful batches had arrived


class _one_answer:  # noqa: N801 - used like a function
    """A server that reads one request and answers with exactly these bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def __enter__(self) -> str:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection:
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            length = int(
                next(h.split(b":")[1] for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
            )
            while len(body) < length:
                body += connection.recv(65536)
            connection.sendall(self.answer)

    def __exit__(self, *_: object) -> None:
        self.thread.join(5)
        self.socket.close()


def test_a_certificate_nobody_vouches_for_is_a_refusal(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(folder))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    return

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with pytest.raises(ProviderRejected, match="certificate"):
            SendGridProvider(KEY, f"https://127.0.0.1:{server.getsockname()[1]}", 5).submit(
                envelope(), "b1", addressed(1)
            )
        thread.join(5)
