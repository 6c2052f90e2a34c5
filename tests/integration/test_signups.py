"""The desk behind the sign-up form on real databases: each request answered once, each mail claimed before it goes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from newsletter.domain.audience import Act, SubscriberStatus, SuppressionReason
from newsletter.domain.mailing import Accepted, Letter
from newsletter.domain.signups import ListMailState, SignUp
from newsletter.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUncertain,
    SettingsError,
    StorageError,
    TemplateError,
)
from newsletter.mailing.guard import Problem
from newsletter.mailing.joining import act_on
from newsletter.mailing.signups import SignUpDesk
from newsletter.storage.tables_signups import limit_marks, list_mails, signup_requests, signups
from newsletter.wiring import House
from tests.support.signup_house import READER, Clock, mails, person
from tests.support.storage_samples import DAY, subscriber
from tests.support.web_house import NOW, add_reader, make_house

pytest_plugins = ("tests.support.storage_databases",)


class Mailer:
    """Hands nothing over; does with each letter what it is told to, in turn."""

    name, real, batch_size = "scripted", False, 1

    def __init__(self, *outcomes: ProviderError | type[BaseException]) -> None:
        self.outcomes = list(outcomes)
        self.letters: list[Letter] = []
        self.tries = 0

    def submit_letter(self, letter: Letter) -> Accepted:
        self.tries += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.letters.append(letter)
        return Accepted(f"receipt-{len(self.letters)}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, database_url: str, clock: Clock) -> Iterator[House]:
    with make_house(tmp_path, clock=clock, DATABASE_URL=database_url) as made:
        yield made


@pytest.fixture
def mailer() -> Mailer:
    return Mailer()


@pytest.fixture
def desk(house: House, mailer: Mailer) -> SignUpDesk:
    return replace(house.sign_up_desk, provider=lambda: mailer)  # type: ignore[arg-type,return-value]


def ask(house: House, address: str = READER, **more: Any) -> None:
    key = address.lower()
    asked = {"source": "sign-up page", "consent_text": "v1", "at": house.clock(), **more}
    assert house.sign_ups.ask(SignUp(email=address, address_key=key, **asked), 100)


def rows(house: House, table: sa.Table) -> list[Any]:
    with house.database.read() as connection:  # type: ignore[attr-defined]
        return list(connection.execute(sa.select(table).order_by(*table.primary_key)).all())


def states(house: House) -> list[str]:
    return [row.state for row in rows(house, list_mails)]


# ── what a request leads to ────────────────────────────────────────────────────────────────────────


def test_a_new_address_is_pending_and_gets_the_link(house: House, desk: SignUpDesk, mailer: Mailer) -> None:
    ask(house, name="Ada", timezone="Europe/Berlin")
    done = desk.drain()
    assert (done.taken, done.sent, done.note) == (1, 1, "")
    assert person(house).status is SubscriberStatus.PENDING
    assert person(house).name == "", "nobody has confirmed anything yet"
    (letter,) = mailer.letters
    assert letter.to == READER
    assert "/confirm/" in letter.text
    assert "Ada" not in letter.text + letter.html + letter.subject, "whoever typed it may be anybody"
    assert rows(house, signup_requests) == []
    assert desk.drain().sent == 0


def test_who_is_on_the_list_is_told_so_and_nothing_changes(
    house: House, desk: SignUpDesk, mailer: Mailer
) -> None:
    before, _ = add_reader(house, READER, name="Ada")
    ask(house, name="Mallory", timezone="Asia/Tokyo")
    desk.drain()
    (letter,) = mailer.letters
    assert "on the list already" in letter.text
    assert "/p/" in letter.text
    assert "/confirm/" not in letter.text
    assert person(house) == before
    assert rows(house, signups) == []


@pytest.mark.parametrize(
    "reason",
    [
        SuppressionReason.BOUNCE,
        SuppressionReason.SPAM_REPORT,
        SuppressionReason.INVALID,
        SuppressionReason.OPERATOR,
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_who_bounced_or_complained_is_sent_nothing(
    house: House, desk: SignUpDesk, mailer: Mailer, reason: SuppressionReason, known: bool
) -> None:
    if known:
        add_reader(house, READER)
    house.subscribers.suppress(READER, reason, NOW)
    ask(house)
    assert desk.drain().taken == 1
    assert mailer.letters == []
    assert (house.subscribers.by_address(READER) is not None) is known
    assert reason in house.subscribers.standing(READER).held


def test_who_left_gets_a_link_and_comes_back_by_it_alone(
    house: House, desk: SignUpDesk, mailer: Mailer
) -> None:
    reader, _ = add_reader(house, READER)
    act_on(house.subscribers, READER, Act.LEAVE, NOW)
    house.subscribers.suppress(READER, SuppressionReason.PROVIDER_UNSUBSCRIBE, NOW)
    ask(house)
    desk.drain()
    assert not house.subscribers.standing(READER).mailed
    assert mailer.letters[0].despite_unsubscribe
    found = house.sign_ups.confirm(reader.public_id, 1, NOW)
    assert found is not None
    assert found.first
    assert house.subscribers.standing(READER).mailed


def test_who_was_erased_comes_back_by_confirming_and_goes_under_the_digest_again_without(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    add_reader(house, READER)
    house.subscribers.erase(READER, NOW)
    ask(house)
    desk.drain()
    assert SuppressionReason.ERASED in house.subscribers.standing(READER).held
    assert house.subscribers.barred()(READER)
    clock.move(days=8, hours=1)
    assert desk.drain().forgotten == 1
    assert house.subscribers.by_address(READER) is None
    assert house.subscribers.barred()(READER), "still erased"
    assert READER not in repr(rows(house, list_mails))
    ask(house)
    desk.drain()
    assert house.sign_ups.confirm(person(house).public_id, 1, clock()) is not None
    assert house.subscribers.standing(READER).mailed
    assert not house.subscribers.barred()(READER)


def test_an_unconfirmed_sign_up_is_forgotten_and_an_older_pending_one_is_not(
    house: House, desk: SignUpDesk, clock: Clock
) -> None:
    add_reader(house, "old@example.org", status=SubscriberStatus.PENDING)
    for address in ("old@example.org", "new@example.org", "sure@example.org"):
        ask(house, address)
    desk.drain()
    assert house.sign_ups.confirm(person(house, "sure@example.org").public_id, 1, clock())
    clock.move(days=7, hours=12)
    assert desk.drain().forgotten == 0, "a day of grace"
    clock.move(hours=13)
    assert desk.drain().forgotten == 2
    assert house.subscribers.by_address("new@example.org") is None
    assert person(house, "old@example.org").status is SubscriberStatus.PENDING
    assert person(house, "sure@example.org").status is SubscriberStatus.ACTIVE


def test_an_operators_confirmation_meanwhile_is_not_undone(
    house: House, desk: SignUpDesk, clock: Clock
) -> None:
    ask(house)
    desk.drain()
    act_on(house.subscribers, READER, Act.OPERATOR_CONFIRM, NOW)
    clock.move(days=9)
    desk.drain()
    assert person(house).status is SubscriberStatus.ACTIVE
    assert rows(house, signups) == []


# ── confirming ─────────────────────────────────────────────────────────────────────────────────────


def test_confirming_keeps_what_was_agreed_to_when_where(house: House, desk: SignUpDesk, clock: Clock) -> None:
    ask(house, name="Ada", timezone="Europe/Berlin", deliver_at="07:00", source="sign-up page, from a story")
    desk.drain()
    clock.move(hours=2)
    house.sign_ups.confirm(person(house).public_id, 1, clock())
    found = person(house)
    assert (found.name, found.timezone, found.deliver_at) == ("Ada", "Europe/Berlin", "07:00")
    assert (found.consent_text, found.consent_source) == ("v1", "sign-up page, from a story")
    assert found.consent_at == NOW
    assert found.confirmed_at == NOW + timedelta(hours=2)
    assert found.token_version == 2
    assert rows(house, signups) == []


def test_a_link_opens_the_list_once(house: House, desk: SignUpDesk, clock: Clock) -> None:
    ask(house)
    desk.drain()
    public_id = person(house).public_id
    first, again = (house.sign_ups.confirm(public_id, 1, clock()) for _ in range(2))
    assert (first and first.first, again and again.first) == (True, False)
    assert person(house).token_version == 2
    act_on(house.subscribers, READER, Act.LEAVE, clock())
    assert house.sign_ups.confirm(public_id, 1, clock()) is None, "an old mail does not bring anybody back"
    assert not house.subscribers.standing(READER).mailed
    assert house.sign_ups.confirm("nobody", 1, clock()) is None


def test_two_confirmations_at_once_are_one(house: House, desk: SignUpDesk, clock: Clock) -> None:
    ask(house)
    desk.drain()
    public_id = person(house).public_id
    found = at_once(*[lambda: house.sign_ups.confirm(public_id, 1, clock())] * 4)
    assert sorted(one.first for one in found) == [False, False, False, True]
    assert person(house).token_version == 2


def test_signing_up_twice_at_once_is_one_person_and_one_mail(
    house: House, desk: SignUpDesk, mailer: Mailer
) -> None:
    at_once(*[lambda: ask(house)] * 4)
    at_once(*[desk.drain] * 3)
    assert len(mailer.letters) == 1
    assert house.subscribers.count()["pending"] == 1


def test_several_desks_at_once_mail_everybody_once(house: House, desk: SignUpDesk, mailer: Mailer) -> None:
    for number in range(20):
        ask(house, f"reader{number}@example.org")
    at_once(*[desk.drain] * 3)
    desk.drain()
    assert sorted(letter.to for letter in mailer.letters) == sorted(
        f"reader{n}@example.org" for n in range(20)
    )


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What they return; all begin together."""
    start, found, trouble = threading.Barrier(len(jobs)), [], []

    def run(job: Callable[[], Any]) -> None:
        start.wait()
        try:
            found.append(job())
        except BaseException as problem:  # noqa: BLE001
            trouble.append(problem)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert trouble == []
    return found


# ── how often ──────────────────────────────────────────────────────────────────────────────────────


def test_one_address_is_written_to_once_in_a_while_and_so_often_a_day(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    sent = []
    for _ in range(9):
        ask(house)
        desk.drain()
        sent.append(len(mailer.letters))
        clock.move(minutes=5)
    assert sent == [1, 1, 2, 2, 3, 3, 3, 3, 3]
    clock.move(days=1)
    ask(house)
    desk.drain()
    assert len(mailer.letters) == 4


def test_a_flood_over_many_addresses_is_dealt_out_over_the_hours(
    tmp_path: Path, database_url: str, clock: Clock
) -> None:
    with make_house(tmp_path, clock=clock, DATABASE_URL=database_url, SIGNUP_MAILS_PER_HOUR="3") as house:
        for number in range(5):
            ask(house, f"reader{number}@example.org")
        assert house.sign_up_desk.drain().sent == 3
        assert house.sign_up_desk.drain().sent == 0
        clock.move(minutes=61)
        assert house.sign_up_desk.drain().sent == 2
        assert len(mails(house)) == 5


def test_the_queue_has_an_end(house: House) -> None:
    sign_up = SignUp(READER, READER, NOW, "page", "v1")
    assert house.sign_ups.ask(sign_up, 1)
    assert not house.sign_ups.ask(SignUp("b@example.org", "b@example.org", NOW, "page", "v1"), 1)


# ── the provider ───────────────────────────────────────────────────────────────────────────────────


def test_busy_is_tried_again_and_the_next_one_waits_too(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    mailer.outcomes = [ProviderBusy("Too many requests.", retry_after=90)]
    ask(house)
    ask(house, "other@example.org")
    done = desk.drain()
    assert (done.sent, done.note) == (0, "Too many requests.")
    assert mailer.tries == 1
    assert house.own_list.health(clock()).note == "Too many requests."
    assert desk.drain().sent == 1, "the other one"
    clock.move(seconds=91)
    assert desk.drain().sent == 1
    assert states(house) == ["submitted", "submitted"]


def test_busy_without_a_time_waits_a_while(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    mailer.outcomes = [ProviderBusy("Refused the connection.")]
    ask(house)
    desk.drain()
    clock.move(seconds=60)
    assert desk.drain().sent == 0
    clock.move(seconds=90)
    assert desk.drain().sent == 1


def test_a_doubt_is_never_sent_again_by_us_but_may_be_asked_for_again(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    mailer.outcomes = [ProviderUncertain("No answer.")]
    ask(house)
    assert desk.drain().uncertain == 1
    clock.move(hours=5)
    assert desk.drain().sent == 0
    ask(house)
    assert desk.drain().sent == 1
    assert states(house) == ["uncertain", "submitted"]


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        (ProviderRejected("A bad address.", status=400), "failed"),
        (ProviderRejected("Would be refused.", field="to"), "failed"),
        (ProviderRejected("Refused.", recipient=True), "failed"),
        (ProviderRejected("A wrong key.", status=401), "pending"),
        (ProviderRejected("Not your sender.", status=403, field="from"), "pending"),
        (ProviderRejected("The folder is full."), "pending"),
    ],
)
def test_a_refusal_is_about_the_letter_or_about_us(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock, refusal: ProviderRejected, state: str
) -> None:
    mailer.outcomes = [refusal]
    ask(house)
    done = desk.drain()
    assert states(house) == [state]
    assert bool(done.note) is (state == "pending")
    clock.move(minutes=16)
    assert desk.drain().sent == (1 if state == "pending" else 0)


def test_a_dead_mailbox_is_held_back_from_then_on(house: House, desk: SignUpDesk, mailer: Mailer) -> None:
    mailer.outcomes = [ProviderRejected("No such user.", recipient=True, dead=True)]
    ask(house)
    desk.drain()
    assert SuppressionReason.BOUNCE in house.subscribers.standing(READER).held


def test_a_process_that_dies_in_the_middle_leaves_a_doubt_and_loses_nobody(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    ask(house)
    ask(house, "other@example.org")
    desk.sign_ups.take(clock(), desk.terms)
    claimed = desk.mails.claim(clock(), "scripted", desk.terms)
    assert claimed is not None
    clock.move(minutes=9)
    desk.drain()
    assert states(house)[0] == "submitting", "its process may still be at it"
    clock.move(minutes=2)
    desk.drain()
    assert states(house) == ["uncertain", "submitted"]
    assert [letter.to for letter in mailer.letters] == ["other@example.org"]
    desk.mails.settle(claimed.mail_id, ListMailState.SUBMITTED, clock(), message_id="late")
    assert states(house)[0] == "submitted", "a receipt that comes late settles it"


def test_ctrl_c_in_the_middle_is_a_doubt(house: House, desk: SignUpDesk, mailer: Mailer) -> None:
    mailer.outcomes = [KeyboardInterrupt]
    ask(house)
    with pytest.raises(KeyboardInterrupt):
        desk.drain()
    assert states(house) == ["uncertain"]


def test_a_broken_template_waits_until_it_is_mended(house: House, desk: SignUpDesk, clock: Clock) -> None:
    def broken(_: object) -> Letter:
        raise TemplateError("The template failed.")

    ask(house)
    assert "template" in replace(desk, compose=broken).drain().note
    assert desk.drain().sent == 0
    clock.move(minutes=16)
    assert desk.drain().sent == 1


def test_without_a_usable_provider_the_queue_waits_and_says_why(house: House, desk: SignUpDesk) -> None:
    def none() -> Any:
        raise SettingsError("No mail server is named.")

    ask(house)
    done = replace(desk, provider=none).drain()
    assert (done.taken, done.note) == (1, "No mail server is named.")
    guarded = replace(desk, problems=(Problem("FROM_EMAIL", "is an example address", "Set it."),))
    assert guarded.drain().note == "FROM_EMAIL is an example address."
    assert desk.drain().sent == 1


def test_what_is_not_needed_any_more_is_dropped_with_its_reason(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    for name in ("confirmed", "removed", "bounced", "late"):
        ask(house, f"{name}@example.org")
        desk.sign_ups.take(clock(), desk.terms)
    house.sign_ups.confirm(person(house, "confirmed@example.org").public_id, 1, clock())
    house.subscribers.remove("removed@example.org")
    house.subscribers.suppress("bounced@example.org", SuppressionReason.BOUNCE, NOW)
    clock.move(days=7, seconds=1)
    house.sign_ups.ask(SignUp("x@example.org", "x@example.org", clock(), "page", "v1"), 9)
    desk.drain()
    found = [(row.state, row.reason) for row in rows(house, list_mails)]
    assert [letter.to for letter in mailer.letters] == ["x@example.org"]
    assert [state for state, _ in found] == ["dropped"] * 4 + ["submitted"]
    assert found[1][1] == "removed from the list"
    assert {why for _, why in found[:4]} == {"too old", "removed from the list"}


def test_a_mail_that_was_claimed_twice_is_not_needed(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    for name in ("confirmed", "bounced"):
        ask(house, f"{name}@example.org")
        desk.sign_ups.take(clock(), desk.terms)
    house.sign_ups.confirm(person(house, "confirmed@example.org").public_id, 1, clock())
    house.subscribers.suppress("bounced@example.org", SuppressionReason.BOUNCE, NOW)
    desk.drain()
    assert mailer.letters == []
    assert [row.reason for row in rows(house, list_mails)] == [
        "not needed any more",
        "the address must not be written to",
    ]


# ── trouble, and what is kept ──────────────────────────────────────────────────────────────────────


def test_a_request_that_breaks_does_not_hold_up_the_others_for_ever(
    house: House, desk: SignUpDesk, mailer: Mailer, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ask(house, "broken@example.org")
    ask(house, "fine@example.org")
    from newsletter.storage import signups as module

    admit = module.SqlSignUps._admit

    def breaking(self: Any, connection: Any, request: Any, *rest: Any) -> bool:
        if request.address_key == "broken@example.org":
            raise StorageError("Something broke.")
        return admit(self, connection, request, *rest)

    monkeypatch.setattr(module.SqlSignUps, "_admit", breaking)
    for _ in range(6):
        desk.drain()
    assert [letter.to for letter in mailer.letters] == ["fine@example.org"]
    health = house.own_list.health(clock())
    assert (health.waiting, health.stuck) == (1, 1)
    monkeypatch.undo()
    ask(house, "broken@example.org")
    assert desk.drain().sent == 1, "asking again is a new try"


def test_the_desk_stops_when_it_is_told_to(house: House, desk: SignUpDesk) -> None:
    ask(house)
    assert desk.drain(lambda: True).taken == 0
    assert desk.drain().sent == 1


def test_no_address_stands_in_what_is_kept_or_logged(
    house: House, desk: SignUpDesk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "newsletter")
    ask(house, "secret.person@example.org")
    house.client_limits.wait_for("203.0.113.9", clock(), house_limits(house))
    desk.drain()
    kept = "".join(repr(rows(house, table)) for table in (list_mails, signups, limit_marks, signup_requests))
    assert "secret" not in kept
    assert "203.0.113" not in kept
    assert "secret" not in caplog.text


def test_marks_are_kept_for_a_day_and_mails_for_a_month(house: House, desk: SignUpDesk, clock: Clock) -> None:
    ask(house)
    house.client_limits.wait_for("203.0.113.9", clock(), house_limits(house))
    desk.drain()
    clock.move(days=1, minutes=1)
    desk.drain()
    assert rows(house, limit_marks) == []
    assert len(rows(house, list_mails)) == 1
    clock.move(days=30)
    desk.drain()
    assert rows(house, list_mails) == []


def house_limits(house: House) -> Any:
    from newsletter.domain.signups import client_limits

    return client_limits(house.settings.signups_per_hour, house.settings.signups_per_day)


def test_clients_at_once_are_counted_exactly(house: House, clock: Clock) -> None:
    limits = house_limits(house)
    found = at_once(*[lambda: house.client_limits.wait_for("203.0.113.9", clock(), limits)] * 16)
    assert sum(wait is None for wait in found) == 10
    assert house.client_limits.wait_for("203.0.113.9", clock(), ()) is None, "no limit is set"
    assert house.client_limits.wait_for("203.0.113.9", clock(), limits) == timedelta(hours=1)


def test_health_says_since_when_something_waits(
    house: House, desk: SignUpDesk, mailer: Mailer, clock: Clock
) -> None:
    mailer.outcomes = [ProviderBusy("Busy.", retry_after=3600)]
    ask(house)
    desk.drain()
    clock.move(minutes=30)
    ask(house, "other@example.org")
    health = house.own_list.health(clock())
    assert health.oldest == NOW
    assert (health.waiting, health.open, health.mails["pending"]) == (1, 1, 1)


# ── a break ────────────────────────────────────────────────────────────────────────────────────────


def test_a_break_holds_at_the_freeze_and_at_the_claim_and_ends_by_itself(house: House, clock: Clock) -> None:
    from newsletter.domain.audience import ExclusionReason
    from newsletter.domain.mailing import ClaimTerms

    for name in ("ada", "ben", "cleo"):
        house.subscribers.add(subscriber(name))
    ada, ben = (house.subscribers.by_address(f"{name}@reader.example") for name in ("ada", "ben"))
    assert ada is not None
    assert ben is not None
    due = NOW + timedelta(hours=20)
    assert house.sign_ups.pause(ada.public_id, due + timedelta(seconds=1))
    mailing = house.mailings.freeze(DAY, 1, "sha", "outbox", 10, NOW, lambda *_: due)
    assert mailing.exclusions == {ExclusionReason.PAUSED: 1}
    assert (mailing.candidates, mailing.recipients) == (3, 2)
    house.sign_ups.pause(ben.public_id, due + timedelta(days=3))
    claimed = house.mailings.claim(mailing.id, due, ClaimTerms(due))
    assert claimed is not None
    assert [one.email for one in claimed[1]] == ["cleo@reader.example"]
    assert house.mailings.skipped(mailing.id) == {"paused": 1}
    assert house.own_list.health(clock()).paused == 2
    later = house.mailings.freeze(DAY + timedelta(days=5), 1, "sha", "outbox", 10, NOW + timedelta(days=5))
    assert later.recipients == 3
    assert not house.sign_ups.pause("nobody", None)
    assert house.sign_ups.pause(ben.public_id, None)
    assert house.own_list.health(clock()).paused == 1


def test_a_break_that_ends_before_the_morning_holds_nothing_back(house: House) -> None:
    house.subscribers.add(subscriber("ada"))
    ada = person(house, "ada@reader.example")
    due = NOW + timedelta(hours=20)
    house.sign_ups.pause(ada.public_id, due)
    assert house.mailings.freeze(DAY, 1, "sha", "outbox", 10, NOW, lambda *_: due).recipients == 1


def test_reasons_are_counted_and_nobodys_own(house: House) -> None:
    for reason, day in (("too long", DAY), ("other", DAY), ("too long", DAY + timedelta(days=1))):
        house.own_list.count_reason(reason, day)
    assert list(house.own_list.reasons().items()) == [("too long", 2), ("other", 1)]
