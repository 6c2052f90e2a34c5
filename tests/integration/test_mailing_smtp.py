"""SMTP as a real provider, against a real server on loopback: what its answer to one mail means for the others."""

from __future__ import annotations

import hashlib
import logging
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.handover import Handover, parts_of
from newsletter.domain.mailing import (
    Actor,
    Addressed,
    BatchState,
    ClaimTerms,
    Mailing,
    MailingState,
    Recipient,
)
from newsletter.errors import (
    ProviderBusy,
    ProviderRejected,
    ProviderUncertain,
    Refused,
    SettingsError,
    StorageError,
)
from newsletter.mailing.report import Outcome, SendReport
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.settle import resolve
from newsletter.mailing.smtp import SmtpProvider
from newsletter.mailing.smtp_session import SmtpServer
from newsletter.ports import Known
from newsletter.storage.engine import Database
from newsletter.storage.handovers import SqlHandovers
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.working import LEASE
from tests.support.command import Command
from tests.support.mailing_fakes import DAY, FakeClock, ScriptedProvider, addressed, envelope, token_of
from tests.support.mailing_tls import self_signed
from tests.support.smtp_server import SmtpStandIn
from tests.support.storage_samples import NOON, subscriber

pytest_plugins = ("tests.support.storage_databases",)
ANY = ClaimTerms(NOON + timedelta(days=1000))


@pytest.fixture
def server() -> Iterator[SmtpStandIn]:
    with SmtpStandIn() as running:
        yield running


@dataclass
class Room:
    """A list frozen into a mailing for SMTP, and what sends it."""

    database: Database
    server: SmtpStandIn
    batch_size: int = 100
    clock: FakeClock | None = None

    def __post_init__(self) -> None:
        self.store = SqlMailingStore(self.database)
        self.people = SqlSubscriberStore(self.database)
        self.log = SqlHandovers(self.database)
        self.clock = self.clock or FakeClock()

    def provider(self, server: SmtpStandIn | None = None, **more: object) -> SmtpProvider:
        place = SmtpServer("127.0.0.1", (server or self.server).port, "none", timeout=5)
        return SmtpProvider(replace(place, **more), self.log, self.clock)

    def freeze(self, *names: str, provider: str = "smtp") -> Mailing:
        self.people.add_many(subscriber(name) for name in names)
        digest = hashlib.sha256(envelope().html.encode()).hexdigest()
        return self.store.freeze(DAY, 1, digest, provider, self.batch_size, NOON)

    def send(self, mailing: Mailing, provider: object = None) -> SendReport:
        return send_mailing(
            self.store.get(mailing.id) or mailing,
            envelope(),
            store=self.store,
            provider=provider or self.provider(),
            token_of=token_of,
            clock=self.clock,
            wait=self.clock.wait,
        )


@pytest.fixture
def room(database: Database, server: SmtpStandIn) -> Room:
    return Room(database, server)


def mail(*names: str) -> Counter[str]:
    return Counter(f"{name}@reader.example" for name in names)


# ── a quiet morning ────────────────────────────────────────────────────────────────────────────────


def test_everybody_gets_their_own_mail_over_one_connection_a_batch(room: Room, server: SmtpStandIn) -> None:
    room.batch_size = 3
    mailing = room.freeze(*(f"n{n}" for n in range(5)))
    report = room.send(mailing)
    assert (report.outcome, report.submitted) == (Outcome.DONE, 5)
    assert server.connections == 2
    assert server.per_recipient() == mail(*(f"n{n}" for n in range(5)))
    first = server.parsed(0)
    assert first["To"] == "N0 <n0@reader.example>"
    assert first["From"] == "Both Sides <daily@news.example.com>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"].count("https://") == 1
    assert len({server.parsed(n)["List-Unsubscribe"] for n in range(5)}) == 5
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert server.mails[0][0] == "daily@news.example.com"
    assert room.send(mailing).outcome is Outcome.DONE
    assert len(server.mails) == 5


def test_a_line_that_begins_with_a_dot_arrives_whole(room: Room, server: SmtpStandIn) -> None:
    mailed = envelope(text="one\n.\n..two\nUnsubscribe")
    with pytest.raises(StorageError):  # no batch of that name: not one byte is sent
        room.provider().submit(mailed, "b1", addressed(1))
    assert server.mails == []
    room.provider().submit_test(mailed, "Me@Reader.Example")
    found = server.parsed()
    assert found["Subject"].startswith("[Test]")
    text = found.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == ["one", ".", "..two", "Unsubscribe"]


def test_a_server_that_takes_ascii_only_gets_ascii(database: Database) -> None:
    with SmtpStandIn(eight_bit=False) as server:
        room = Room(database, server)
        room.send(room.freeze("n0"))
        assert server.mails[0][2].isascii()
        html = server.parsed().get_body(("html",))
        assert html is not None
        assert "Café" in html.get_content()
        assert room.provider().greet() == "takes 7-bit mail"


# ── one of many ────────────────────────────────────────────────────────────────────────────────────


def test_unknown_and_full_mailboxes_are_skipped_with_the_reason(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+nouser", "n2+full", "n3+bare", "n4")
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.skipped) == (Outcome.DONE, 2, 3)
    assert server.per_recipient() == mail("n0", "n4")
    assert room.store.skipped(mailing.id) == {
        "refused by the mail server (5.1.1)": 1,
        "refused by the mail server (5.2.2)": 1,
        "refused by the mail server (550)": 1,
    }
    assert room.people.suppressed([f"{n}@reader.example" for n in ("n1+nouser", "n2+full", "n3+bare")]) == {
        "n1+nouser@reader.example"
    }
    assert room.people.standing("n1+nouser@reader.example").held == {SuppressionReason.BOUNCE}


def test_put_off_mail_waits_and_nobody_else_gets_theirs_twice(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+grey", "n2", "n3+grey", "n4")
    report = room.send(mailing)
    assert (report.outcome, report.submitted) == (Outcome.DONE, 5)
    assert server.per_recipient() == mail("n0", "n1+grey", "n2", "n3+grey", "n4")


def test_who_is_always_put_off_pauses_the_mailing_with_a_plain_word(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+never", "n2")
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.pending) == (Outcome.PAUSED, 2, 1)
    assert "put off" in report.note
    assert "@" not in report.note
    assert room.send(mailing).submitted == 2
    assert server.per_recipient() == mail("n0", "n2")


def test_lost_before_its_end_it_is_sent_again(room: Room, server: SmtpStandIn) -> None:
    report = room.send(room.freeze("n0", "n1+cut", "n2", "n3+busy", "n4"))
    assert report.outcome is Outcome.DONE
    assert server.per_recipient() == mail("n0", "n1+cut", "n2", "n3+busy", "n4")


def test_lost_after_its_end_it_alone_is_in_doubt(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+lost", "n2", "n3")
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.UNSETTLED, 3, 1)
    assert server.per_recipient() == mail("n0", "n1+lost", "n2", "n3")
    (doubtful,) = [b for b in room.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN]
    assert doubtful.recipients == 1
    assert [r.email for r in room.store.recipients_of(doubtful.id)] == ["n1+lost@reader.example"]
    resolve(doubtful.id, True, store=room.store, clock=room.clock)
    assert room.send(mailing).outcome is Outcome.DONE
    assert len(server.mails) == 4


def test_the_last_of_a_batch_in_doubt(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+lost")
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.UNSETTLED, 1, 1)
    (doubtful,) = [b for b in room.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN]
    resolve(doubtful.id, False, store=room.store, clock=room.clock)
    assert room.send(mailing).outcome is Outcome.DONE
    assert server.per_recipient() == mail("n0", "n1+lost", "n1+lost"), "as the operator said: not accepted"


def test_a_server_that_takes_few_mails_a_connection(database: Database) -> None:
    with SmtpStandIn(mails_a_connection=2) as server:
        room = Room(database, server)
        report = room.send(room.freeze(*(f"n{n}" for n in range(5))))
        assert (report.outcome, server.connections) == (Outcome.DONE, 3)
        assert server.per_recipient() == mail(*(f"n{n}" for n in range(5)))


# ── it is about us ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_about_the_sender_stops_the_run(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1+relay", "n2")
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.failed) == (Outcome.PAUSED, 1, 2)
    assert "relaying denied" in report.note
    assert room.send(mailing).submitted == 1, "tried again, refused again; the first stays as it is"
    assert server.per_recipient() == mail("n0")


def test_a_server_that_refuses_everybody_means_us(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze(*(f"n{n}+bare" for n in range(30)))
    report = room.send(mailing)
    assert (report.outcome, report.failed, report.skipped) == (Outcome.PAUSED, 30, 0)
    assert "seems not to take mail from us" in report.note
    assert server.commands.count("RCPT") == 10
    assert room.people.count()["suppressed"] == 0


def test_a_small_batch_refused_whole(room: Room) -> None:
    report = room.send(room.freeze("n0+bare", "n1+bare"))
    assert (report.outcome, report.failed) == (Outcome.PAUSED, 2)


def test_nobody_answers(room: Room) -> None:
    mailing = room.freeze("n0")
    nowhere = SmtpProvider(SmtpServer("127.0.0.1", 9, "none", timeout=2), room.log, room.clock)
    report = room.send(mailing, nowhere)
    assert (report.outcome, report.pending) == (Outcome.PAUSED, 1)
    assert "No connection to the mail server" in report.note


# ── encryption and log-in ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_logged_in(
    database: Database, tmp_path: Path, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = self_signed(tmp_path)
    with SmtpStandIn(certificate=files, implicit=security == "tls", login=("us", "secret")) as server:
        room = Room(database, server)
        known = {"security": security, "user": "us", "password": "secret"}
        with pytest.raises(ProviderRejected, match="certificate cannot be verified"):
            room.provider(**known).greet()
        trusting = ssl.create_default_context(cafile=str(files[0]))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        mailing = room.freeze("n0")
        wrong = room.provider(**{**known, "password": "guess"})
        report = room.send(mailing, wrong)
        assert (report.outcome, report.failed) == (Outcome.PAUSED, 1)
        assert "log-in" in report.note
        assert "guess" not in report.note
        assert room.send(mailing, room.provider(**known)).outcome is Outcome.DONE
        assert "STARTTLS" in server.commands or security == "tls"


def test_a_server_without_starttls_gets_nothing_in_the_clear(room: Room, server: SmtpStandIn) -> None:
    with pytest.raises(ProviderRejected, match="no STARTTLS"):
        room.provider(security="starttls", user="us", password="secret").greet()
    assert "AUTH" not in server.commands
    assert "MAIL" not in server.commands


def test_what_would_cross_the_network_in_the_clear_is_refused(room: Room) -> None:
    for place in (SmtpServer("mail.example.org", 25, "none"), SmtpServer("", 25)):
        with pytest.raises(SettingsError):
            SmtpProvider(place, room.log, room.clock)
    assert SmtpProvider(SmtpServer("mail.example.org"), room.log, room.clock).real
    assert not room.provider().real


def test_test_mail_to_nobody(room: Room) -> None:
    with pytest.raises(ProviderRejected, match=r"5\.1\.1"):
        room.provider().submit_test(envelope(), "a+nouser@reader.example")
    with pytest.raises(ProviderBusy):
        room.provider().submit_test(envelope(), "a+never@reader.example")
    with pytest.raises(ProviderUncertain):
        room.provider().submit_test(envelope(), "a+lost@reader.example")


def test_no_address_and_no_password_in_a_log(
    room: Room, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    room.send(room.freeze("n0", "n1+nouser", "n2+never", "n3+lost"))
    said = caplog.text + "".join(capfd.readouterr())
    assert "reader.example" not in said


# ── killed ─────────────────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """SIGKILL: nothing of ours runs to any effect after it."""


class DyingLog:
    """Dies at the ``at``-th word, before or after it is written; nothing is written any more."""

    def __init__(self, log: SqlHandovers, at: int, *, after: bool) -> None:
        self.log, self.left, self.after = log, at, after

    def begin(self, batch_id: str, at: datetime) -> int:
        return self.log.begin(batch_id, at)

    def note(self, batch_id: str, claim: int, known: list[Known], at: datetime) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed
        if self.left == 0:
            if self.after:
                self.log.note(batch_id, claim, known, at)
            raise Killed
        self.log.note(batch_id, claim, known, at)

    def part(self, batch_id: str, claim: int, at: datetime) -> object:
        raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_killed_between_two_mails_one_at_most_is_in_doubt(
    room: Room, server: SmtpStandIn, step: int, after: bool
) -> None:
    mailing = room.freeze("n0", "n1", "n2")
    place = SmtpServer("127.0.0.1", server.port, "none", timeout=5)
    claimed = room.store.claim(mailing.id, room.clock(), ANY)
    assert claimed is not None
    batch, people = claimed
    dying = SmtpProvider(place, DyingLog(room.log, step, after=after), room.clock)
    given = [_addressed(person) for person in people]
    if step < 4:
        with pytest.raises(Killed):
            dying.submit(envelope(), batch.id, given)
    else:
        dying.submit(envelope(), batch.id, given)  # killed before the batch itself was recorded
    report = room.send(mailing)
    doubtful = sum(b.recipients for b in room.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN)
    assert doubtful <= 1
    assert report.submitted + report.uncertain == 3
    assert max(server.per_recipient().values()) == 1
    sent = server.per_recipient()
    assert sum(sent.values()) >= 3 - doubtful, "nobody is lost but whom a person has to look after"


def _addressed(person: Recipient) -> Addressed:
    return Addressed(person, "token")


def test_a_batch_taken_over_is_not_gone_on_with(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1", "n2")
    claimed = room.store.claim(mailing.id, room.clock(), ANY)
    assert claimed is not None
    batch, people = claimed

    def take_over(number: int) -> None:
        if number == 1:
            room.store.orphans_to_uncertain(mailing.id, room.clock())

    server.accepted = take_over
    with pytest.raises(StorageError, match="taken this batch over"):
        room.provider().submit(envelope(), batch.id, [_addressed(p) for p in people])
    assert len(server.mails) == 1
    server.accepted = lambda _: None
    report = room.send(mailing)
    assert (report.submitted, report.uncertain) == (2, 1)
    assert server.per_recipient() == mail("n0", "n1", "n2")


def test_who_stood_still_does_not_go_on_with_anothers_claim(room: Room, server: SmtpStandIn) -> None:
    mailing = room.freeze("n0", "n1", "n2")
    claimed = room.store.claim(mailing.id, room.clock(), ANY)
    assert claimed is not None
    batch, people = claimed
    given = [_addressed(p) for p in people]

    def take_over(number: int) -> None:
        if (
            number == 1
        ):  # while the first process stands still, another takes the batch over, and it stands still, too
            room.store.orphans_to_uncertain(mailing.id, room.clock())
            again = room.store.claim(mailing.id, room.clock(), ANY)
            assert again is not None
            assert (again[0].id, again[0].attempts) == (batch.id, 2)

    server.accepted = take_over
    with pytest.raises(StorageError, match="taken this batch over"):
        room.provider().submit(envelope(), batch.id, given)
    assert len(server.mails) == 1, "not one more after the takeover"
    server.accepted = lambda _: None
    claim = room.log.begin(batch.id, room.clock())
    assert claim == 2
    with pytest.raises(StorageError, match="taken this batch over"):
        room.provider().submit(envelope(), batch.id, given)
    assert len(server.mails) == 1, "each claim is begun once"


def test_a_parted_batch_has_its_history_and_its_figures(room: Room) -> None:
    mailing = room.freeze("n0", "n1+nouser", "n2+lost", "n3")
    room.send(mailing)
    assert room.store.tally(mailing.id) == room.store.counts(mailing.id)
    moved = [(b.state, room.store.history(b.id)[-1].new) for b in room.store.batches(mailing.id)]
    assert len(moved) > 1
    assert all(state is told for state, told in moved)


def test_mail_by_smtp_waits_for_its_morning(room: Room, server: SmtpStandIn) -> None:
    room.people.add_many([subscriber("n0")])
    digest = hashlib.sha256(envelope().html.encode()).hexdigest()
    assert room.clock is not None
    due = room.clock() + timedelta(minutes=30)
    mailing = room.store.freeze(DAY, 1, digest, "smtp", 100, NOON, lambda _zone, _at: due)
    assert room.send(mailing).outcome is Outcome.WAITING
    assert server.mails == []
    room.clock.now = due - timedelta(minutes=1)
    assert room.send(mailing).outcome is Outcome.WAITING
    assert server.mails == []
    room.clock.now = due
    assert room.send(mailing).outcome is Outcome.DONE
    assert server.per_recipient() == mail("n0")
    assert room.store.batches(mailing.id)[0].send_at is None


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.dictionaries(st.sampled_from("abcdefghxyz"), st.sampled_from(Handover)),
)
def test_every_mail_is_in_exactly_one_part(batch: list[str], known: dict[str, Handover]) -> None:
    parts = parts_of(batch, known)
    every = [*parts.accepted, *parts.in_doubt, *parts.refused, *parts.open]
    assert sorted(every) == sorted(batch)
    assert all(known.get(d) in (None, Handover.NOT_TAKEN) for d in parts.open), (
        "only what was certainly not taken"
    )


# ── another provider for what is pending ───────────────────────────────────────────────────────────


def test_another_provider_takes_over_what_is_pending_and_nothing_else(
    room: Room, server: SmtpStandIn
) -> None:
    room.batch_size = 2
    mailing = room.freeze(*(f"n{n}" for n in range(8)), provider="scripted")
    # accepted; lost after it was accepted; refused; the fourth is never tried
    first = ScriptedProvider(
        None,
        (ProviderUncertain("The connection broke."), True),
        ProviderRejected("The account is suspended."),
        batch_size=2,
    )
    report = room.send(mailing, first)
    assert (report.submitted, report.uncertain, report.failed, report.pending) == (2, 2, 2, 2)
    with pytest.raises(Refused, match="--switch-provider"):
        room.send(mailing)
    room.store.switch_provider(mailing.id, "smtp", room.clock())
    report = room.send(mailing)
    assert (report.outcome, report.submitted, report.uncertain) == (Outcome.UNSETTLED, 6, 2)
    both = Counter(first.mailed) + server.per_recipient()
    assert both == mail(*(f"n{n}" for n in range(8)))
    (doubtful,) = [b for b in room.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN]
    resolve(doubtful.id, True, store=room.store, clock=room.clock)
    assert room.send(mailing).outcome is Outcome.DONE


def test_a_switch_ends_the_asking_for_cancellations(room: Room) -> None:
    mailing = room.freeze("n0", provider="sendgrid")
    claimed = room.store.claim(mailing.id, room.clock(), ANY)
    assert claimed is not None
    name = claimed[0].id
    for old, new in (
        (BatchState.SUBMITTING, BatchState.UNCERTAIN),
        (BatchState.UNCERTAIN, BatchState.CANCELLING),
    ):
        assert room.store.move(name, old, new, room.clock())
    room.store.switch_provider(mailing.id, "smtp", room.clock())
    batch = room.store.batch(name)
    assert batch is not None
    assert (batch.state, batch.provider) == (BatchState.UNCERTAIN, "sendgrid")
    assert room.store.history(name)[-1].by is Actor.OPERATOR
    assert room.send(mailing).outcome is Outcome.UNSETTLED
    resolve(name, False, store=room.store, clock=room.clock)
    assert room.send(mailing).outcome is Outcome.DONE


def test_no_switch_while_it_is_being_sent(room: Room) -> None:
    mailing = room.freeze("n0", provider="sendgrid")
    now = room.clock()
    room.store.acquire(mailing.id, "somebody", now)
    with pytest.raises(Refused, match="being sent by sendgrid"):
        room.store.switch_provider(mailing.id, "smtp", now)
    room.store.switch_provider(mailing.id, "sendgrid", now)
    room.store.switch_provider(mailing.id, "smtp", now + LEASE + timedelta(seconds=1))
    found = room.store.get(mailing.id)
    assert found is not None
    assert (found.provider, found.state) == ("smtp", MailingState.FROZEN)


def test_the_commands(
    tmp_path: Path,
    server: SmtpStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = Command(tmp_path, monkeypatch, capsys)
    given = {
        "PROVIDER": "smtp",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
    }
    found = {row["name"]: row for row in command("doctor", "--json", **given).json}
    assert found["provider"]["ok"], found["provider"]
    assert "SENDGRID_API_KEY" not in found
    assert server.mails == []
    refused = command("sync-suppressions", **given)
    assert (refused.status, "keeps no suppression lists" in refused.err) == (1, True)
    unset = command("doctor", "--json", **{**given, "SMTP_HOST": ""}).json
    assert {row["name"]: row["ok"] for row in unset}["provider"] is False
