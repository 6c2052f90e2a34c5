"""Whether the process that holds a lease has ended, and what becomes of the lease then."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.errors import StorageError
from newsletter.mailing.lease import held_elsewhere, take_lease
from newsletter.mailing.owner import described, is_gone, new_owner
from newsletter.mailing.sender import send_mailing
from newsletter.mailing.stopping import StopSignal
from tests.support.mailing_fakes import (
    START,
    BrokenStore,
    FakeClock,
    FakeMailingStore,
    ScriptedProvider,
    envelope,
    frozen,
    people,
    token_of,
)

_PROCESS = (
    "import sys; from newsletter.mailing import owner; print(owner.new_owner(), flush=True); sys.stdin.read()"
)
linux = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux tells when a process began"
)


def other_process() -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROCESS],
        env={"PYTHONPATH": ":".join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_a_process_is_there_until_it_has_ended_also_while_nobody_asked_after_it() -> None:
    process, owner = other_process()
    assert not is_gone(owner)
    assert described(owner).startswith(f"process {process.pid} on ")
    process.kill()
    deadline = time.monotonic() + 5
    while not is_gone(owner) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_gone(owner), "a zombie sends no more"
    process.communicate()
    assert is_gone(owner)


def test_no_two_runs_are_alike_and_this_process_lives() -> None:
    one, two = new_owner(), new_owner()
    assert one != two
    assert not is_gone(one)


@linux
def test_a_number_that_was_given_out_again_is_another_process() -> None:
    host, pid, start, place, run = new_owner().split("/")
    assert is_gone(f"{host}/{pid}/{int(start) - 100}/{place}/{run}")
    assert not is_gone(f"{host}/{pid}//{place}/{run}"), "nobody knows when it began"


@pytest.mark.parametrize(
    "owner",
    [
        "",
        "host",
        "host:12:ab",
        "mailer-2/999999999/1/0123456789abcdef/89abcdef",
        "h/0/1/0123456789abcdef/89abcdef",
    ],
)
def test_of_what_is_elsewhere_nothing_is_known(owner: str) -> None:
    assert not is_gone(owner)
    assert described(owner)


# ── the lease ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store() -> FakeMailingStore:
    store = FakeMailingStore(people(15))
    frozen(store)
    return store


@pytest.mark.parametrize(("gone", "taken"), [(True, True), (False, False)])
def test_a_held_lease_is_taken_only_from_who_has_ended(
    store: FakeMailingStore, gone: bool, taken: bool
) -> None:
    clock = FakeClock()
    assert take_lease(store, 1, "one", clock, lambda _: False)
    assert take_lease(store, 1, "two", clock, lambda _: gone) is taken
    assert store.leases[1][0] == ("two" if taken else "one")


def test_of_two_that_find_the_same_dead_holder_one_gets_the_lease(store: FakeMailingStore) -> None:
    clock = FakeClock()
    store.acquire(1, "dead", clock())

    def meanwhile(owner: str) -> bool:
        return take_lease(store, 1, "faster", clock, lambda _: True)

    assert not take_lease(store, 1, "slower", clock, meanwhile)
    assert store.leases[1][0] == "faster"


def test_who_holds_it_is_said_with_the_time_to_try_again(store: FakeMailingStore) -> None:
    store.acquire(1, "web-1/42/7/0123456789abcdef/89abcdef", START)
    note = held_elsewhere(store.lease(1), START + timedelta(seconds=12))
    assert "process 42 on web-1, last heard of 12 s ago" in note
    assert re.search(r"after \d\d:\d\d:\d\d UTC", note)
    assert "again" in held_elsewhere(None, datetime.now(UTC))


def test_a_lease_that_cannot_be_given_back_hides_nothing_of_what_went_wrong() -> None:
    class Gone(BrokenStore):
        def release(self, mailing_id: int, owner: str) -> None:
            raise StorageError("The database is gone.")

    store, clock = Gone(people(5)), FakeClock()
    with pytest.raises(StorageError, match="was accepted by the provider") as caught:
        send_mailing(
            frozen(store), envelope(), store=store, provider=ScriptedProvider(), token_of=token_of,
            clock=clock, wait=clock.wait,
        )  # fmt: skip
    assert "--accepted" in caught.value.todo


# ── asked to stop ──────────────────────────────────────────────────────────────────────────────────


def test_any_of_three_signals_asks_to_stop_and_a_second_sigterm_kills_nothing() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        before = signal.getsignal(number)
        with StopSignal() as stop:
            assert not stop()
            signal.raise_signal(number)
            assert stop()
            signal.raise_signal(signal.SIGTERM)
            stop.wait(60)
        assert signal.getsignal(number) is before


def test_a_hang_up_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignal() as stop:
            signal.raise_signal(signal.SIGHUP)
            assert not stop()
    finally:
        signal.signal(signal.SIGHUP, before)
