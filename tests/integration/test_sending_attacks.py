"""What might break the promise of one mail each: a list that changes meanwhile, people who move, clocks that leap."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from newsletter.domain.audience import SubscriberStatus
from newsletter.domain.mailing import BatchState, ClaimTerms, MailingState
from newsletter.domain.mornings import Mornings
from newsletter.mailing.report import Outcome
from newsletter.storage.engine import Database
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import exclusions, recipients
from tests.support.sending_world import HTML, World
from tests.support.storage_samples import DAY, NOON, hours, subscriber

pytest_plugins = ("tests.support.storage_databases",)
NEW_YORK = ZoneInfo("America/New_York")
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


# ── the list ───────────────────────────────────────────────────────────────────────────────────────


def test_the_audience_adds_up_however_the_list_changes_meanwhile(database: Database) -> None:
    """People join, leave, bounce and are removed in other connections while it is frozen, again and again."""
    people, store = SqlSubscriberStore(database), SqlMailingStore(database)
    people.add_many(subscriber(f"n{n}", created_at=None) for n in range(300))
    over = threading.Event()
    problems: list[BaseException] = []

    def change(part: int) -> None:
        try:
            for n in range(part, 300, 3):
                if over.is_set():
                    return
                people.remove(f"n{n}@reader.example")
                people.add_many([subscriber(f"m{n}", created_at=None)])
                person = people.by_address(f"n{(n + 7) % 300}@reader.example")
                if person is not None:
                    people.set_status(person.public_id, SubscriberStatus.UNSUBSCRIBED, NOON)
        except BaseException as problem:  # noqa: BLE001 shown below
            problems.append(problem)

    threads = [threading.Thread(target=change, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for n in range(6):
        mailing = store.freeze(DAY + timedelta(days=n), 1, "sha", "outbox", 7, NOON)
        assert mailing.recipients + sum(mailing.exclusions.values()) == mailing.candidates
        assert sum(store.counts(mailing.id).values()) == mailing.recipients
    over.set()
    for thread in threads:
        thread.join(30)
    assert problems == []
    with database.read() as connection:
        both = (
            sa.select(sa.func.count())
            .select_from(recipients)
            .join(exclusions, exclusions.c.subscriber_id == recipients.c.subscriber_id)
            .where(exclusions.c.mailing_id == 1, recipients.c.issue_date == DAY)
        )
        assert connection.scalar(both) == 0


# ── mornings ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "then", "moves_after", "ready"),
    [
        ("Pacific/Auckland", "Pacific/Honolulu", 0, "2026-03-07T10:00"),  # New York's clocks go ahead
        ("Pacific/Auckland", "Pacific/Honolulu", 12, "2026-10-31T09:00"),  # … and back
        ("Pacific/Honolulu", "Pacific/Auckland", 3, "2026-04-04T09:00"),  # Auckland's go back
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", 23, "2026-10-31T09:00"),
    ],
)
def test_whoever_moves_between_two_issues_gets_both_once_and_in_order(
    world: World, zone: str, then: str, moves_after: int, ready: str
) -> None:
    """Over a change of the clocks in New York, or in Auckland; nobody is skipped, nobody gets one twice."""
    world.people.add_many([subscriber("ada", timezone=zone, deliver_at="", created_at=None)])
    first = datetime.fromisoformat(ready).replace(tzinfo=UTC)
    world.clock.now = first
    store = world.store
    mailings = []
    got: list[tuple[str, datetime]] = []

    def run(until: datetime) -> None:
        while world.clock.now < until:
            for mailing in mailings:
                before = len(world.provider.taken)
                world.send(mailing)
                new = world.provider.taken[before:]
                got.extend((take.key[0], take.send_at or world.clock.now) for take in new)
            world.clock.wait(100 * 60)

    def begin(day: int) -> None:
        at = world.clock()
        due = Mornings(at, NEW_YORK, time(6, 30))
        sha = hashlib.sha256(HTML.encode()).hexdigest()
        mailings.append(store.freeze(DAY + timedelta(days=day), 1, sha, "sendgrid", 2, at, due))

    begin(0)
    run(first + timedelta(hours=moves_after))
    world.people.edit("ada@reader.example", timezone=then)
    run(first + timedelta(hours=24))
    begin(1)
    run(first + timedelta(hours=50))
    assert [day for day, _ in got] == [DAY.isoformat(), NEXT.isoformat()]
    assert got[0][1] < got[1][1]
    assert set(world.provider.mails().values()) == {1}


def test_a_change_of_deliver_at_after_the_freeze_counts_from_the_next_issue(world: World) -> None:
    world.people.add_many([subscriber("ada", timezone="", deliver_at="", created_at=None)])
    at = NOON  # 08:00 in New York
    old = world.store.freeze(DAY, 1, "sha", "sendgrid", 2, at, Mornings(at, NEW_YORK, time(9)))
    again = world.store.freeze(DAY, 1, "sha", "sendgrid", 2, at, Mornings(at, NEW_YORK, time(23)))
    assert again == old
    (batch,) = world.store.batches(old.id)
    assert batch.due_at == hours(1)
    assert world.store.claim(old.id, at, ClaimTerms(hours(0.9))) is None


# ── clocks ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("leap", [timedelta(hours=-3), timedelta(hours=9)], ids=["back", "ahead"])
@pytest.mark.parametrize("how", ["accept", "lost", "die after", "busy"])
def test_a_leap_of_the_clock_mails_nobody_twice(world: World, leap: timedelta, how: str) -> None:
    """The leap comes while a request is under way; after it, whoever holds a lease of another time is waited for."""
    world.join(6)
    mailing = world.freeze(DAY)

    def leaps() -> None:
        world.clock.now += leap

    world.send(mailing, how, meanwhile=[leaps])
    world.clock.wait(200)
    world.send(mailing)
    world.must_hold()
    world.clock.now = max(world.clock.now, NOON) + timedelta(hours=12)
    world.bring_to_an_end()
    assert set(world.provider.mails().values()) == {1}
    assert len(world.provider.mails()) == 6


def test_a_clock_that_was_wrong_for_a_night_does_not_send_what_it_took_for_missed(world: World) -> None:
    world.join(3)
    mailing = world.freeze(DAY, minutes=40)
    world.send(mailing)
    found = world.store.batches(mailing.id)
    assert Counter(batch.state for batch in found)[BatchState.SUBMITTED] >= 1
    assert world.store.state(mailing.id) in (MailingState.DONE, MailingState.WAITING)
    world.clock.now += timedelta(days=3)
    report = world.send(mailing)
    assert report is not None
    assert report.outcome is Outcome.DONE
