"""The sender's state machine over real tables, tried with whatever may happen, in any order.

Quick, and the same each time, by default; ``NEWSLETTER_TEST_DEPTH=20`` tries so many times more, by chance, and
``NEWSLETTER_TEST_SHRINK=1`` looks for the shortest way to a failure, which takes minutes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from newsletter.domain.mailing import BatchState, MailingState
from newsletter.storage.engine import open_database
from tests.support.sending_world import MINUTE, OUTCOMES, World

pytest_plugins = ("tests.support.storage_databases",)
PHASES = [phase for phase in Phase if phase is not Phase.shrink or "NEWSLETTER_TEST_SHRINK" in os.environ]
DEPTH = int(os.environ.get("NEWSLETTER_TEST_DEPTH", "1"))
ANY = st.integers(0, 60)
MINUTES = st.sampled_from([0, 2, 12, 30, 70])
SCRIPT = st.lists(st.sampled_from(("accept", *OUTCOMES)), min_size=1, max_size=5)
MEANWHILE = st.lists(
    st.sampled_from(
        ["nothing", "leave", "tell", "halt", "second sender", "stall", "stall and second sender"]
    ),
    max_size=3,
)


class Machine(RuleBasedStateMachine):
    """Two issues and their corrections; processes that die; people, an operator and the provider in between."""

    make: Any = None
    """Opens a fresh database."""

    @initialize(people=st.integers(3, 9), minutes=st.sampled_from([0, 5, 20, 40]))
    def begin(self, people: int, minutes: int) -> None:
        self.world = World(type(self).make())
        self.world.join(people)
        self.world.freeze(self.world.days[0], minutes)

    def _mailing(self, chosen: int) -> Any:
        there = self.world.mailings()
        return there[chosen % len(there)]

    @rule(chosen=ANY, minutes=MINUTES, script=SCRIPT, meanwhile=MEANWHILE)
    def send(self, chosen: int, minutes: int, script: list[str], meanwhile: list[str]) -> None:
        self.world.clock.wait(minutes * 60)
        mailing = self._mailing(chosen)
        doings = [lambda what=what: self._do(what, chosen, mailing) for what in meanwhile]
        self.world.send(mailing, *script, meanwhile=doings)

    @rule(minutes=MINUTES, script=SCRIPT, what=st.sampled_from(["nothing", "tell", "second sender", "stall"]))
    def deliver(self, minutes: int, script: list[str], what: str) -> None:
        """As `deliver` does: one after the other."""
        self.world.clock.wait(minutes * 60)
        for n, mailing in enumerate(self.world.mailings()):
            self.world.send(mailing, *script, meanwhile=[lambda n=n, m=mailing: self._do(what, n, m)])

    def _do(self, what: str, chosen: int, mailing: Any) -> None:
        if "stall" in what:
            self.world.clock.wait(100)  # longer than a lease
        if "second sender" in what:
            self.world.second_sender(mailing)
        if what == "leave":
            self.world.leave(chosen)
        if what == "tell":
            self.world.tell(chosen)
        if what == "halt":
            self.world.halt(mailing)

    @rule(
        what=st.sampled_from(["join", "leave", "leave", "full", "room", "next issue", "correction"]), who=ANY
    )
    def something(self, what: str, who: int) -> None:
        world = self.world
        if what == "join":
            world.join(1 + who % 3)
        if what == "leave":
            world.leave(who)
        if what in ("full", "room"):
            world.provider.full = what == "full"
        if what == "next issue":
            world.freeze(world.days[1], who)
        if what == "correction":
            world.freeze_correction(world.days[0])

    @rule(chosen=ANY, repeat=st.booleans())
    def tell(self, chosen: int, repeat: bool) -> None:
        self.world.tell(chosen, repeat=repeat)

    @rule(chosen=ANY)
    def halt(self, chosen: int) -> None:
        if chosen % 2:
            self.world.halt(self._mailing(chosen // 2))

    @rule(chosen=ANY)
    def operator_looks(self, chosen: int) -> None:
        mailing = self._mailing(chosen)
        doubts = [b for b in self.world.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN]
        if doubts:
            self.world.settle(doubts[chosen % len(doubts)])

    @invariant()
    def laws(self) -> None:
        if hasattr(self, "world"):
            self.world.must_hold()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.bring_to_an_end()
            finally:
                self.world.database.close()


def run(make: Any, examples: int, steps: int) -> None:
    machine = type("Machine", (Machine,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples * DEPTH,
            stateful_step_count=steps,
            deadline=None,
            derandomize=DEPTH == 1,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_on_sqlite(tmp_path: Path, migrated_sqlite: Path) -> None:
    def make() -> Any:
        path = tmp_path / "world.db"
        for old in tmp_path.glob("world.db*"):
            old.unlink()
        shutil.copy(migrated_sqlite, path)
        return open_database(f"sqlite:///{path}")

    run(make, 12, 10)


@pytest.mark.postgres
def test_whatever_happens_on_postgresql(postgres_server: Any, migrated_postgres: str) -> None:
    names: list[str] = []

    def make() -> Any:
        while names:
            postgres_server.drop(names.pop())
        names.append(postgres_server.create(migrated_postgres))
        return open_database(postgres_server.url(names[0]))

    run(make, 3, 8)


def test_the_world_knows_right_from_wrong(tmp_path: Path, migrated_sqlite: Path) -> None:
    """The laws can fail: a sender that sends doubt again is caught."""
    path = tmp_path / "world.db"
    shutil.copy(migrated_sqlite, path)
    world = World(open_database(f"sqlite:///{path}"))
    world.join(2)
    mailing = world.freeze(world.days[0])
    world.send(mailing, "lost")
    (batch,) = [b for b in world.store.batches(mailing.id) if b.state is BatchState.UNCERTAIN]
    assert world.store.move(batch.id, BatchState.UNCERTAIN, BatchState.PENDING, world.clock())
    world.clock.wait(MINUTE.total_seconds() * 5)
    with pytest.raises(AssertionError, match="was accepted already"):
        world.send(mailing)
    assert world.store.state(mailing.id) is not MailingState.DONE
    world.database.close()
