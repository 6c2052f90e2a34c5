"""Whatever a user gets wrong: one line, the right exit status, and with --json one JSON document; no traceback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from newsletter.cli import app
from newsletter.domain.feed import Capture, FeedState, FetchStatus
from newsletter.storage.engine import open_database
from newsletter.storage.feeds import SqlFeedArchive
from tests.support.command import Command

DAY = "2026-10-06"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("status --bogus", 2),
        ("no-such-command", 2),
        ("show not-a-date", 2),
        ("show 0001-01-01", 2),
        ("build --at 0001-01-01T00:00:00+14:00", 2),
        ("build --at 9999-12-31T23:59:59-12:00", 2),
        ("build 0001-01-01 --no-gather", 2),
        ("feeds --at 9999-12-31T00:00:00Z", 2),
        ("subscribers list --limit -1", 2),
        ("subscribers add", 2),
        ("dev sendgrid --port 99999", 2),
        ("backfill status 99999999999999999999", 2),
        ("backfill cancel 2x", 2),
        (f"approve {DAY} --by A", 1),
        (f"send {DAY}", 3),
        (f"approve {DAY} --by \udcff", 1),
    ],
)
def test_an_error_is_one_json_document_too(command: Command, line: str, status: int) -> None:
    found = command(*line.split(" "), "--json")
    assert found.status == status
    assert set(found.json) == {"error"}
    assert found.json["error"]["message"]
    assert "Traceback" not in found.err


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("subscribers export --out no-such-folder/list.csv", 1),
        ("group bytes.jsonl out.jsonl", 2),
        ("write bytes.jsonl out.jsonl", 2),
        ("group half.jsonl out.jsonl", 2),
        ("group deep.jsonl out.jsonl", 2),
        ("group early.jsonl out.jsonl", 0),
        ("write null.jsonl out.jsonl", 2),
        ("write bare.jsonl out.jsonl", 2),
    ],
)
def test_files_that_cannot_be_used_are_named_in_a_line(command: Command, line: str, status: int) -> None:
    Path("bytes.jsonl").write_bytes(b"\xff\xfe{}\n")
    Path("half.jsonl").write_text('{"id": "\\ud800", "title": "x", "articles": []}\n')
    Path("deep.jsonl").write_text("[" * 200_000 + "\n")
    Path("early.jsonl").write_text('{"id": "a", "title": "x", "published": "0001-01-01T00:00:00+14:00"}\n')
    Path("null.jsonl").write_text('{"id": "a", "articles": null}\n')
    Path("bare.jsonl").write_text('{"id": "a", "articles": [{"title": "x"}]}\n')
    found = command(*line.split())
    assert found.status == status
    assert "Traceback" not in found.err
    assert len(found.err.splitlines()) == (1 if status else 0)


def test_a_fault_of_ours_is_one_line_without_its_values(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise KeyError("ada@reader.example")

    monkeypatch.setattr(app.cli, "main", broken)
    found = command("status", "--json")
    assert found.status == 1
    assert found.json["error"]["message"].startswith("Something broke inside (KeyError")
    assert "ada@" not in found.out + found.err


def test_a_terminal_is_not_driven_by_what_a_file_says(command: Command) -> None:
    Path("outlets.toml").write_text('[[outlet]]\nname = "\\u001b[31mRed\\u009b2J"\nbogus = 1\n')
    for words in (["outlets", "check", "outlets.toml"], ["outlets", "check", "outlets.toml", "--json"]):
        assert not {"\x1b", "\x9b"} & set(command(*words).out)
    said = command("outlets", "list", OUTLETS="outlets.toml")
    assert said.status == 1
    assert not {"\x1b", "\x9b"} & set(said.err)


def test_a_feeds_password_is_not_repeated(command: Command) -> None:
    Path("outlets.toml").write_text(
        '[[outlet]]\nname = "Example"\nfeeds = ["https://me:s3cret@example.com/rss"]\n'
    )
    found = command("outlets", "check", "outlets.toml")
    assert "user name" in found.out
    assert "s3cret" not in found.out


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:s3cret@db.example.org/news",
        "postgresql+psycopg://db.example.org/news?user=me&password=s3cret",
    ],
)
def test_settings_show_no_database_password_wherever_it_stands(command: Command, url: str) -> None:
    found = command("settings", "--json", DATABASE_URL=url)
    assert "db.example.org/news" in found.out
    assert "s3cret" not in found.out


def test_a_full_disk_under_the_output_is_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    environ = {**os.environ, "NEWSLETTER_HOME": str(tmp_path)}
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "newsletter", "settings", "--json"],
            stdout=full, stderr=subprocess.PIPE, env=environ, check=False, text=True,
        )  # fmt: skip
    assert ran.returncode == 1
    assert "newsletter: No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_new_home_is_nobody_elses(command: Command) -> None:
    """The database in it holds addresses."""
    home = Path.cwd() / "new"
    assert command("subscribers", "count", HOME=str(home)).status == 0
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", None])
def test_a_key_file_that_holds_no_key_is_said_at_the_start(command: Command, content: bytes | None) -> None:
    path = Path("secret.key")
    path.mkdir() if content is None else path.write_bytes(content)
    found = command("serve", "--port", "0")
    assert found.status == 1
    assert "holds no usable key" in found.err


def test_a_key_that_could_be_guessed_signs_nothing(command: Command) -> None:
    found = command("serve", "--port", "0", SECRET_KEY="a")
    assert found.status == 1
    assert "SECRET_KEY" in found.err


def test_a_stored_issue_that_rotted_is_said_in_plain_words(command: Command) -> None:
    import sqlite3

    assert command("status").status in (0, 1)
    with sqlite3.connect("newsletter.db") as connection:
        connection.execute(
            "INSERT INTO issues (date, revision, number, as_of, frozen, html_sha256, document, html, text)"
            " VALUES (?, 1, 1, '2026-10-06T10:00:00.000000Z', 0, '', x'7b7d', x'7b7d', x'7b7d')",
            (DAY,),
        )
    connection.close()
    found = command("show", DAY, "--json")
    assert found.status == 1
    assert "damaged" in json.loads(found.out)["error"]["message"]


def test_sqlite_options_that_make_no_sense_are_refused(command: Command) -> None:
    found = command("status", DATABASE_URL=f"sqlite:///{Path.cwd()}/x.db?timeout=soon")
    assert found.status == 1
    assert "NEWSLETTER_DATABASE_URL" in found.err


OUTLETS = """
[[outlet]]
name = "Example Post"
domain = "example.com"
leaning = "center"
rated_on = 2026-10-01
basis = "fictional"
feeds = ["http://127.0.0.1:9/rss"]
"""


def test_a_gather_as_of_a_year_ahead_deletes_no_capture(command: Command) -> None:
    """A slip in --at would otherwise take every past issue's evidence with it."""
    Path("outlets.toml").write_text(OUTLETS)
    database = open_database("sqlite:///newsletter.db")
    archive = SqlFeedArchive(database)
    now = datetime.now(UTC)
    state = FeedState("http://127.0.0.1:9/rss", "example.com", now, FetchStatus.FRESH)
    capture = Capture(state.feed_url, now, now, 200, state.feed_url, {}, sha256(b"<rss/>").hexdigest(), 6)
    archive.keep(state, now, capture, b"<rss/>", ())
    assert command("gather", "--at", "2096-10-06T10:00:00Z", OUTLETS="outlets.toml").status == 1
    assert archive.capture(state.feed_url, now) is not None
    database.close()
