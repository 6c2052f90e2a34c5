"""The commands as scripts and people use them: help, exit statuses, one JSON document, plain words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from newsletter.cli.app import cli
from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.mailing import Recipient
from tests.support.command import Command
from tests.support.sample_home import sample_house
from tests.support.sentence_model import write_model

CONTRACT = [
    "init",
    "doctor",
    "demo",
    "gather",
    "build",
    "show",
    "check",
    "preview",
    "edits",
    "approve",
    "unapprove",
    "test-send",
    "send",
    "deliver",
    "halt",
    "skip",
    "deliveries",
    "resolve",
    "backfill",
    "subscribers",
    "sync-suppressions",
    "outlets",
    "feeds",
    "corrections",
    "reports",
    "evaluate",
    "group",
    "write",
    "serve",
    "dev",
    "status",
    "settings",
    "db",
]


def walk(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if path:
        yield path, command
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None, name
                yield from walk(found, (*path, name))


def test_every_command_of_the_contract_has_help_with_an_example() -> None:
    found = dict(walk(cli))
    assert {path[0] for path in found} == set(CONTRACT)
    for path, command in found.items():
        text = command.help or ""
        assert f"newsletter {' '.join(path)}" in text, path


def test_help_imports_nothing_heavy() -> None:
    """It has to answer within 0.4 s of processor time; what it imports decides that."""
    code = (
        "import sys; sys.argv = ['newsletter', '--help']\n"
        "from newsletter.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'httpx', 'rich', 'numpy', 'jinja2', 'starlette', 'prefect', 'feedparser'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for section in ("Subscriber list:", "Editor:", "Operator:", "Engineer:"):
        assert section in done.stdout


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    home = tmp_path / "home"
    home.mkdir()
    return Command(home, monkeypatch, capsys)


def test_settings_tell_where_each_came_from_and_hide_secrets(command: Command) -> None:
    found = command(
        "settings", "--json", SENDGRID_API_KEY="SG.verysecretkey", TIMEZONE="Europe/London",
        DATABASE_URL="postgresql+psycopg://me:hush@db/x", TIMEZNOE="typo",
    )  # fmt: skip
    rows = {row["name"]: row for row in found.json["settings"]}
    assert rows["NEWSLETTER_TIMEZONE"]["from"] == "environment"
    assert rows["NEWSLETTER_ISSUE_TIME"]["from"] == "default"
    assert "verysecret" not in found.out
    assert "hush" not in found.out
    assert rows["NEWSLETTER_DATABASE_URL"]["value"].endswith("@db/x")
    assert found.json["unknown"] == ["NEWSLETTER_TIMEZNOE"]
    shown = command("settings", SENDGRID_API_KEY="SG.verysecretkey")
    assert shown.status == 0
    assert "verysecret" not in shown.out


INIT = (
    "init", "--name", "The Even Post", "--timezone", "Europe/London", "--issue-time", "05:30", "--from-email",
    "m@news.example.org", "--postal-address", "1 High Street", "--public-url", "https://n.example.org",
    "--provider", "outbox",
)  # fmt: skip


def test_init_writes_once_and_overwrites_only_when_forced(command: Command) -> None:
    assert command(*INIT).status == 0
    again = command(*INIT)
    assert again.status == 3
    assert "--force" in again.err
    unasked = command("init")
    assert unasked.status == 3, "refused before the first question"
    assert "Name of the newsletter" not in unasked.err
    assert command(*INIT, "--force", "--json").json["written"]
    rows = {row["name"]: row["value"] for row in command("settings", "--json").json["settings"]}
    assert rows["NEWSLETTER_TIMEZONE"] == "Europe/London"
    assert command(*INIT[:3], "--timezone", "Mars/Base", *INIT[5:], "--force").status == 2


def test_doctor_knows_what_is_missing_and_is_content_when_nothing_is(command: Command) -> None:
    first = command("doctor", "--json")
    assert first.status == 1
    assert [f["name"] for f in first.json if not f["ok"]] == ["list"]
    assert command("subscribers", "add", "reader@example.org").status == 0
    second = command("doctor")
    assert second.status == 0
    assert "All is ready for the outbox" in second.out


def test_doctor_asks_the_provider_what_the_key_may_do(command: Command) -> None:
    command("subscribers", "add", "reader@example.org")
    with SendGridStandIn("SG.right") as provider:
        given = {"PROVIDER": "sendgrid", "SENDGRID_URL": provider.url}
        good = {f["name"]: f for f in command("doctor", "--json", SENDGRID_API_KEY="SG.right", **given).json}
        assert good["provider"]["ok"]
        assert not good["PUBLIC_URL"]["ok"]
        bad = {f["name"]: f for f in command("doctor", "--json", SENDGRID_API_KEY="SG.wrong", **given).json}
        assert not bad["provider"]["ok"]
        assert bad["provider"]["fix"]
        none = {f["name"]: f for f in command("doctor", "--json", **given).json}
        assert not none["provider"]["ok"]
        assert not provider.mails


def test_the_list_in_and_out(command: Command, tmp_path: Path) -> None:
    rows = "email,name,status\na@example.org,Ann,\nB@Example.org,Bob,pending\nnot an address,X,\na@EXAMPLE.org,Again,\n"
    (tmp_path / "list.csv").write_text(rows)
    done = command("subscribers", "import", str(tmp_path / "list.csv"), "--json")
    assert done.status == 0
    assert (done.json["added"], len(done.json["rejected"])) == (2, 2)
    assert {row["line"] for row in done.json["rejected"]} == {4, 5}
    assert command("subscribers", "count", "--json").json == {
        "pending": 1, "active": 1, "unsubscribed": 0, "suppressed": 0, "paused": 0,
    }  # fmt: skip
    assert command("subscribers", "confirm", "b@example.org").status == 0
    exported = command("subscribers", "export")
    assert exported.out.splitlines()[0].startswith("email,name,status")
    assert command("subscribers", "count", "--json").json["active"] == 2
    (tmp_path / "again.csv").write_text(exported.out)
    assert command("subscribers", "import", str(tmp_path / "again.csv"), "--json").json["already_there"] == 2
    assert command("subscribers", "remove", "a@example.org", "--json").json["removed"]
    listed = command("subscribers", "list", "--json").json
    assert [row["email"].lower() for row in listed] == ["b@example.org"]
    assert command("subscribers", "add", "nonsense").status == 1
    assert command("subscribers", "confirm", "stranger@example.org").status == 1
    (tmp_path / "bad.csv").write_text("email\nnothing\n")
    assert command("subscribers", "import", str(tmp_path / "bad.csv")).status == 1


def test_gather_build_status_and_feeds_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_house(tmp_path / "home", until=date(2026, 10, 4)) as (_, server, clock):
        command = Command(tmp_path / "home", monkeypatch, capsys)
        server.set_now(clock.now)
        monkeypatch.setenv("NEWSLETTER_ALLOW_HOSTS", "127.0.0.1")
        at = clock.now.isoformat()
        gathered = command("gather", "--at", at, "--json")
        assert gathered.status == 0
        assert gathered.json["feeds_failed"] == 1
        failed = next(feed for feed in gathered.json["feeds"] if not feed["ok"])
        assert failed["outlet"] == "ternislandpacket.example"
        assert failed["todo"]
        assert "Not heard" in command("gather", "--at", at).out
        built = command("build", "2026-10-04", "--at", at, "--json")
        assert built.status == 0
        assert built.json["changed"]
        again = command("build", "2026-10-04", "--at", at)
        assert "(unchanged)" in again.out
        health = {row["outlet"]: row for row in command("feeds", "--json", "--at", at).json}
        assert health["harborledger.example"]["items"] > 0
        assert "ternislandpacket" in command("feeds", "--at", at).out
    due = {"ISSUE_TIME": "00:00"}  # at whatever hour of the day this runs
    assert command("status", "--json", **due).json["ok"] is False, "no issue of the real today"
    today = command("status", **due)
    assert today.status == 1
    assert "newsletter build" in today.out, "what to do about it"
    assert "None" not in today.out
    assert len(command("outlets", "list", "--json").json) == 20
    assert "lean left" in command("outlets", "list").out


def test_approvals_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_house(tmp_path / "home", until=date(2026, 10, 4)):
        command = Command(tmp_path / "home", monkeypatch, capsys)
    command("build", "2026-10-04", "--no-gather")
    day = "2026-10-04"
    assert command("approve", day, "--by", "A", APPROVERS="B, C").status == 3
    assert command("approve", day, "--by", "A", "--override", "balance", "--reason", "x").status == 2
    assert command("approve", day, "--by", "A", "--override", "balance").status == 2
    assert command("approve", day, "--by", " ").status == 2, "an approval is a named person's word"
    assert command("approve", day, "--by", "A", "--json").json["approved_by"] == "A"
    assert command("unapprove", day).status == 0
    assert command("approve", "2026-01-01", "--by", "A").status == 1
    assert command("send", day).status == 3, "nobody is at the terminal"
    tested = command("test-send", day, "--to", "editor@example.org", "--json")
    assert tested.status == 0
    assert command("deliveries", day).status == 1, "a test mail is no mailing"
    assert command("send", day, "--yes", "--allow-stale").status == 0
    assert "No batch is uncertain." in command("deliveries", day, "--uncertain").out


def test_outlets_check_names_each_problem_with_its_line(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "outlets.toml"
    bad.write_text(
        '[[outlet]]\nname = "X"\ndomain = "x.example"\nleaning = "leftish"\nrated_on = 2026-01-01\nbasis = "b"\n'
    )
    found = command("outlets", "check", str(bad), "--json")
    assert found.status == 1
    assert (4, "error") in {(p["line"], p["severity"]) for p in found.json["problems"]}
    used = command("outlets", "list", OUTLETS=str(bad))
    assert used.status == 1
    assert "line 4" in used.err


TEXTS = (
    (
        "Harbor bridge at Lund closes for two years",
        "The harbor bridge at Lund closes in May for two years, the council said.",
    ),
    (
        "Council closes Lund harbor bridge until 2028",
        "The council of Lund voted to close the harbor bridge for two years from May.",
    ),
    (
        "Otter Falls library wins a prize for its roof",
        "The library of Otter Falls won a national prize for its turf roof on Monday.",
    ),
)


def test_group_and_write_on_their_own(command: Command, tmp_path: Path) -> None:
    articles = [
        {
            "id": str(n),
            "title": title,
            "description": text,
            "url": f"https://o{n}.example/news/{n}",
            "outlet": f"o{n}.example",
            "published": "2026-10-05T10:00:00Z",
        }
        for n, (title, text) in enumerate(TEXTS)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in articles))
    assert command("group", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")).status == 0
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["story_id"] == rows[1]["story_id"] != rows[2]["story_id"]
    story = {
        "id": "s",
        "articles": [{**a, "text": a["description"], "leaning": "center"} for a in articles[:2]],
    }
    (tmp_path / "w.jsonl").write_text(json.dumps(story) + "\n")
    assert command("write", str(tmp_path / "w.jsonl"), str(tmp_path / "wo.jsonl")).status == 0
    (told,) = [json.loads(line) for line in (tmp_path / "wo.jsonl").read_text().splitlines()]
    assert told["id"] == "s"
    (tmp_path / "broken.jsonl").write_text('{"id": 1}\n{"id"')
    broken = command("group", str(tmp_path / "broken.jsonl"), "-")
    assert broken.status == 2
    assert "line 1" in broken.err


EVENT = (
    ("Mayor Lindqvist resigns", "It is about the parking contract."),
    ("Town chief quits", "Lindqvist steps down over parking."),
    ("Ferry crews stay in harbour", "No sailings to Skarn today."),
)


def test_group_with_a_sentence_model_says_what_it_used(command: Command, tmp_path: Path) -> None:
    model = write_model(tmp_path / "tiny")
    rows = [{"id": str(n), "title": title, "description": text} for n, (title, text) in enumerate(EVENT)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("group", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), "--json")

    def stories() -> list[str]:
        return [json.loads(line)["story_id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]

    assert command(*words).json == {"articles": 3, "stories": 3, "grouping": "lexical"}
    used = command(*words, "--embeddings", str(model)).json
    assert used["stories"] == 2
    assert used["grouping"].startswith("embeddings tiny ")
    assert stories() == ["0", "0", "2"]
    assert command(*words, EMBEDDINGS=str(model)).json == used, "the setting is honoured"
    assert command(*words, "--embeddings", "", EMBEDDINGS=str(model)).json["grouping"] == "lexical"
    fallen = command(*words, EMBEDDINGS=str(tmp_path / "gone"))
    assert fallen.status == 0
    assert fallen.json["grouping"] == "lexical (embeddings: folder wrong)"
    assert "by words alone" in fallen.err
    assert stories() == ["0", "1", "2"]
    assert command(*words[:2], "-", "--json").status == 2, "two documents on one stdout"


def test_a_model_that_is_gone_is_said_everywhere_and_costs_no_issue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_house(tmp_path / "home", until=date(2026, 10, 4)):
        pass
    command = Command(tmp_path / "home", monkeypatch, capsys)
    model = write_model(tmp_path / "tiny")
    good, gone = {"EMBEDDINGS": str(model)}, {"EMBEDDINGS": str(tmp_path / "gone")}
    build = ("build", "2026-10-04", "--no-gather")
    built = command(*build, "--json", **good)
    assert built.json["grouping"].startswith("embeddings tiny ")
    assert command(*build, "--json", **good).json["changed"] is False, "kept vectors give the same bytes"
    doctor = {f["name"]: f for f in command("doctor", "--json", **good).json}
    assert doctor["embeddings"]["ok"]
    assert "answers" in doctor["embeddings"]["found"]
    assert "words alone" not in command("settings", **good).err
    fallen = command(*build, **gone)
    assert fallen.status == 0, "the issue is made"
    assert "by words alone, without the sentence model: There is no folder" in fallen.err
    assert "Grouping: lexical (embeddings: folder wrong)" in fallen.out
    issue = command("show", "2026-10-04", "--format", "json").json
    assert issue["inputs"]["grouping"] == "lexical (embeddings: folder wrong)"
    assert str(tmp_path) not in json.dumps(issue["inputs"]), "two machines with one fault make one issue"
    doctor = {f["name"]: f for f in command("doctor", "--json", **gone).json}
    assert not doctor["embeddings"]["ok"]
    assert "Name a folder" in doctor["embeddings"]["fix"]
    for words in (("settings",), ("status",)):
        assert "would be grouped by words alone: There is no folder" in command(*words, **gone).err


def test_a_backfill_is_cancelled_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_house(tmp_path / "home") as (house, _, _):
        from newsletter.pipeline import backfill

        room = house.backfill_room
        made = backfill.create(room, date(2026, 10, 4), date(2026, 10, 6), "missing", "oldest")
        seen: list[str] = []
        backfill.run(room, made, stop=lambda: len(seen) == 1, progress=lambda _d, _t, what: seen.append(what))
    command = Command(tmp_path / "home", monkeypatch, capsys)
    status = command("backfill", "status", "--json").json
    assert [entry["state"] for entry in status["dates"]] == ["done", "planned", "planned"]
    assert command("backfill", "cancel").status == 0
    assert command("backfill", "status", "--json").json["state"] == "cancelled"
    resumed = command("backfill", "resume", "--json")
    assert [(entry["state"], entry["attempt"]) for entry in resumed.json["dates"]] == [("done", 1)] * 3
    assert command("backfill", "resume").status == 2, "it is done"
    for words in (
        (),
        ("2026-10-04",),
        ("2026-10-06", "2026-10-04"),
        ("resume", "99"),
        ("yesterday", "today"),
    ):
        assert command("backfill", *words).status == 2, words


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"DATABASE_URL": "mysql://x/y"}, "sqlite"), ({"DATABASE_URL": "sqlite:////nowhere/at/all/x.db"}, "folder"),
     ({"ISSUE_TIME": "dawn"}, "HH:MM"), ({"BRAND": "none.toml"}, "BRAND")],
)  # fmt: skip
def test_a_wrong_setting_is_one_line_and_one_document(
    command: Command, settings: dict[str, str], word: str
) -> None:
    found = command("subscribers", "count", "--json", **settings)
    if "BRAND" in settings:
        found = command("preview", **settings)
        assert found.status == 1
    else:
        assert found.json["error"]["message"]
    assert found.status == 1
    assert "Traceback" not in found.err
    assert word.lower() in found.err.lower()


def test_db_upgrade_can_be_repeated(command: Command) -> None:
    assert command("db", "upgrade", "--json").status == 0
    assert command("db", "upgrade").status == 0


def test_a_token_made_by_the_house_is_the_one_its_pages_accept(command: Command, tmp_path: Path) -> None:
    from newsletter.domain.tokens import Purpose, verify
    from newsletter.settings import load
    from newsletter.wiring import House

    house = House(
        load({}, tmp_path, {"OLD_SECRET_KEYS": "an-older-key-of-forty-characters-and-more"}).settings
    )
    again = House(load({}, tmp_path).settings)
    token = house.tokens_of(Recipient("d", 1, "abc", "a@example.org", "", 1)).unsubscribe
    assert verify(again.secret_keys, Purpose.UNSUBSCRIBE, token, 1), "the key is made once and kept"
    assert (tmp_path / ".newsletter/secret.key").stat().st_mode & 0o777 == 0o600
