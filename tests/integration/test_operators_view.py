"""What an operator sees of a mailing that went wrong in parts: sums, batches, histories, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.dev.sendgrid import SendGridStandIn, planned_faults
from tests.support.command import Command
from tests.support.web_house import keep, make_house

KEY, DAY = "SG.a-key-that-nobody-may-see", "2026-08-14"
PEOPLE = 2_150


@pytest.fixture
def stand_in() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(KEY) as server:
        yield server


@pytest.fixture
def command(
    tmp_path: Path,
    stand_in: SendGridStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    home = tmp_path / "home"
    home.mkdir()
    with make_house(home) as house:
        keep(house, frozen=False)
    command = Command(home, monkeypatch, capsys)
    given = {
        "SECRET_KEY": "k" * 40,
        "PROVIDER": "sendgrid",
        "SENDGRID_URL": stand_in.url,
        "SENDGRID_API_KEY": KEY,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"NEWSLETTER_{name}", value)
    monkeypatch.setenv("NEWSLETTER_REQUESTS_IN_FLIGHT", "1")
    rows = "".join(f"r{n}@marrowgate.press,{'pending' if n % 50 == 0 else ''}\n" for n in range(PEOPLE))
    (tmp_path / "list.csv").write_text("email,status\n" + rows)
    assert command("subscribers", "import", str(tmp_path / "list.csv")).status == 0
    approved = ("--override", "reading-time", "--reason", "a long day")
    assert command("approve", DAY, "--by", "Ann", *approved).status == 0
    return command


def sums(text: str) -> list[list[int]]:
    """The columns of figures, each with its total last."""
    found: list[list[int]] = [[]]
    total_next = False
    for line in text.splitlines():
        if figure := re.match(r" +([\d,]+)  ", line):
            found[-1].append(int(figure[1].replace(",", "")))
            if total_next:
                found.append([])
        total_next = "──" in line
    return [column for column in found if column]


def test_the_ending_table_adds_up_and_each_batch_tells_its_story(
    command: Command, stand_in: SendGridStandIn
) -> None:
    stand_in.plan({1: 503, 3: "reset-after-accept"})
    ended = command("send", DAY, "--yes", "--allow-stale")
    assert ended.status == 1
    people, left_out = sums(ended.out)
    assert sum(people[:-1]) == people[-1] == PEOPLE - PEOPLE // 50
    assert people[-1] + sum(left_out[:-1]) == left_out[-1] == PEOPLE, "it goes on from there"
    assert "uncertain" in ended.out

    listed = command("deliveries", DAY)
    assert "1 submitted (1,000)" in listed.out
    assert "2 uncertain (1,107)" in listed.out
    first, last = (row["id"] for row in command("deliveries", DAY, "--uncertain", "--json").json)
    history = command("deliveries", DAY, "--history", first, "--json").json
    assert [(row["from"], row["to"], row["by"], row["attempt"]) for row in history] == [
        ("pending", "submitting", "sender", 1),
        ("submitting", "uncertain", "sender", 1),
    ]
    assert "503" in history[1]["reason"]
    assert "503" in command("deliveries", DAY, "--history", first).out
    assert command("deliveries", DAY, "--history", "nothing").status == 2

    told = command("resolve", last, "--accepted").out
    assert "1 more wait for a word" in told
    assert f"newsletter send {DAY}" in command("resolve", first, "--not-accepted").out
    again = command("send", DAY, "--yes")
    assert again.status == 0
    assert sums(again.out)[0] == [PEOPLE - PEOPLE // 50] * 2
    assert set(stand_in.per_recipient().values()) == {1}
    steps = command("deliveries", DAY, "--history", first, "--json").json
    assert [row["by"] for row in steps] == ["sender", "sender", "operator", "sender", "sender"]


def test_advice_begins_after_a_full_stop(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SENDGRID_API_KEY", "SG.revoked")
    ended = command("send", DAY, "--yes", "--allow-stale")
    assert "or revoked. Check NEWSLETTER_SENDGRID_API_KEY" in ended.out


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ((), {}),
        (("3:429", "timeout", "503"), {3: 429, 1: "timeout", 2: 503}),
        (("2:garbage",), {2: "garbage"}),
    ],
)
def test_faults_that_a_rehearsal_asks_for(words: tuple[str, ...], plan: dict[int, int | str]) -> None:
    assert planned_faults(words) == plan


@pytest.mark.parametrize("word", ["explode", "0:429", "x:429", "200", "3:"])
def test_faults_that_are_none(command: Command, word: str) -> None:
    with pytest.raises(ValueError, match=r"fault|colon"):
        planned_faults([word])
    assert command("dev", "sendgrid", "--fail", word).status == 2
