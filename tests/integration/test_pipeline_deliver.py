"""Going on with mailings: what is halted is stopped first, whatever holds up the sending."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.demo.run import DAYS, FixedClock
from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.mailing import BatchState, Mailing, MailingState
from newsletter.domain.pacing import limits
from newsletter.errors import ProviderUncertain, Refused
from newsletter.mailing.guard import Problem
from newsletter.mailing.report import Outcome
from newsletter.pipeline.build import build
from newsletter.pipeline.deliver import deliver
from newsletter.pipeline.send import SendRoom, send
from newsletter.pipeline.sharding import large_mailings, take_part
from newsletter.settings import load
from newsletter.wiring import House
from tests.support.sample_home import sample_house

DAY = DAYS[0]
READY = datetime(2026, 10, 4, 9, 35, tzinfo=UTC)
"""New York's 06:30 is 55 minutes away: its readers' batch is handed over ahead, the others wait."""
KEY = "SG.a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the first day's issue."""
    home = tmp_path_factory.mktemp("made") / "home"
    with sample_house(home, DAY) as (house, _, _):
        build(house.build_room, DAY, house.calendar.cut_off(DAY))
    return home


class Morning:
    """A house in the hour before the mail is due, its provider a stand-in on the same clock."""

    def __init__(self, house: House, clock: FixedClock, stand_in: SendGridStandIn) -> None:
        self.house, self.clock, self.stand_in = house, clock, stand_in

    @property
    def room(self) -> SendRoom:
        return replace(self.house.send_room, wait=lambda _: None)

    def begun(self) -> Mailing:
        """The mailing with everything handed over ahead that can be, the rest pending."""
        send(self.room, DAY)
        found = self.house.mailings.find(DAY)
        assert found
        return found

    def states(self) -> list[BatchState]:
        found = self.house.mailings.find(DAY)
        assert found
        return sorted({batch.state for batch in self.house.mailings.batches(found.id)})


@pytest.fixture
def morning(made: Path, tmp_path: Path) -> Iterator[Morning]:
    home = tmp_path / "home"
    shutil.copytree(made, home)
    clock = FixedClock(READY)
    with SendGridStandIn(KEY, now=lambda: clock.now.timestamp()) as stand_in:
        given = {"PROVIDER": "sendgrid", "SENDGRID_URL": stand_in.url, "SENDGRID_API_KEY": KEY}
        loaded = load({"NEWSLETTER_HOME": str(home)}, tmp_path, given)
        with House(loaded.settings, clock) as house:
            yield Morning(house, clock, stand_in)


def test_a_halt_goes_on_before_any_guard_and_the_next_mailing_after_it(morning: Morning) -> None:
    mailing = morning.begun()
    assert len(morning.stand_in.mails) > 0
    assert morning.states() == [BatchState.PENDING, BatchState.SUBMITTED]
    store = morning.house.mailings
    assert store.set_state(mailing.id, MailingState.HALTED, "too many complaints", morning.clock())
    refused = replace(morning.room.rules, problems=(Problem("FROM_EMAIL", "is an example", "Set it."),))
    room = replace(morning.room, rules=refused)
    room.provider.real = True  # type: ignore[misc]  # as with the provider's own host, whose guard says no
    (only,) = deliver(room)
    assert only.halted
    assert (only.report, only.problem) == (None, None)
    assert only.halted.stopped == only.halted.recipients == 12
    assert only.halted.queued == 0
    assert morning.stand_in.mails == (), "what the provider held for later is cancelled"
    assert morning.states() == [BatchState.CANCELLED]
    assert deliver(room) == (), "there is nothing left to stop"


def test_send_stops_what_a_halt_has_left_before_a_guard_refuses(morning: Morning) -> None:
    mailing = morning.begun()
    morning.house.mailings.set_state(mailing.id, MailingState.HALTED, "wrong figure", morning.clock())
    room = replace(morning.room, rules=replace(morning.room.rules, problems=(Problem("X", "is wrong", ""),)))
    room.provider.real = True  # type: ignore[misc]
    with pytest.raises(Refused, match="Not ready"):
        send(room, DAY)
    assert morning.stand_in.mails == ()


def test_a_halt_that_cannot_go_on_is_told_and_holds_up_nothing_else(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = morning.begun()
    morning.house.mailings.set_state(mailing.id, MailingState.HALTED, "wrong figure", morning.clock())
    room = morning.room

    def silent() -> frozenset[str]:
        raise ProviderUncertain("SendGrid did not answer in time.")

    monkeypatch.setattr(room.provider, "cancellations", silent)
    (only,) = deliver(room)
    assert only.problem is not None or (only.halted and only.halted.queued), "said, and tried again"
    monkeypatch.undo()
    (again,) = deliver(morning.room)
    assert again.halted
    assert again.halted.queued == 0
    assert morning.stand_in.mails == ()


def test_a_stop_before_it_begins_does_nothing(morning: Morning) -> None:
    morning.begun()
    before = len(morning.stand_in.mails)
    assert deliver(morning.room, stop=lambda: True) == ()
    assert len(morning.stand_in.mails) == before


def test_a_helper_takes_part_in_what_is_under_way_and_begins_nothing(morning: Morning) -> None:
    assert take_part(morning.room, DAY) is None
    assert morning.house.mailings.find(DAY) is None
    assert large_mailings(morning.room, 1) == ()
    morning.begun()
    morning.clock.now += timedelta(hours=2)
    (large,) = large_mailings(morning.room, 1)
    assert (large.date, large.helpers) == (DAY, large.due - 1)
    assert large_mailings(morning.room, 100) == ()
    report = take_part(morning.room, DAY)
    assert report
    assert report.outcome is Outcome.WAITING
    assert large_mailings(morning.room, 1) == ()
    morning.clock.now += timedelta(days=1)
    assert large_mailings(morning.room, 1) == (), "whose morning was missed does not go by itself"
    morning.clock.now += timedelta(days=7)
    assert take_part(morning.room, DAY) is None, "it is history"


def test_limits_ask_for_no_more_help_than_they_leave_room_for(morning: Morning) -> None:
    morning.begun()
    morning.clock.now += timedelta(hours=2)
    rules = replace(morning.room.rules, limits=limits(2, 0))
    assert large_mailings(replace(morning.room, rules=rules), 2) == ()
