"""Editing an issue: recorded, applied by every build, taken back whole; and the desk's doors are shut to others."""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from newsletter.demo.run import DAYS
from newsletter.domain.edits import Evidence, Merge, Move, Put, Reword, Section, Split, Swap, to_json
from newsletter.domain.leaning import Side
from newsletter.domain.words import Place
from newsletter.errors import IssueError, Refused, UsageError
from newsletter.pipeline import desk
from newsletter.pipeline.build import build
from newsletter.settings import load
from newsletter.storage.edits import SqlEditStore
from newsletter.storage.engine import Database
from newsletter.web.desk import create_desk
from newsletter.wiring import House
from tests.support.command import Command
from tests.support.sample_home import sample_house
from tests.support.web_client import Client

pytest_plugins = ("tests.support.storage_databases",)

DAY = DAYS[0]
LOCAL = "http://127.0.0.1:8081"
NOW = datetime(2026, 10, 3, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("desk") / "home"
    with sample_house(home, until=DAY) as (house, _, _):
        build(house.build_room, DAY, house.calendar.cut_off(DAY))
    return home


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    env = (home / ".env").read_text().replace(str(built), str(home))
    (home / ".env").write_text(env)
    with House(load({"NEWSLETTER_HOME": str(home)}, home, {}).settings, lambda: NOW) as made:
        yield made


def doc(house: House) -> Any:
    issue = house.issues.get(DAY)
    assert issue is not None
    return issue.document


def key(story: Any) -> str:
    return str(story["articles"][0]["id"])


def said(place: Place, item: Any, story: str, text: str, side: Side | None = None) -> Reword:
    spans = tuple(Evidence(**span) for span in item["evidence"])
    return Reword(story, place, text, item["text"], spans, side)


# ── the record ──


def test_the_record_keeps_everything_in_order(database: Database) -> None:
    store = SqlEditStore(database)
    at = [NOW + timedelta(minutes=n) for n in range(6)]
    one = store.add(DAY, "A. Editor", at[0], Put("a-1", Section.MAIN, 2))
    two = store.add(DAY, "B. Editor", at[1], Split("a-1", ("a-2", "a-3")))
    store.add(date(2026, 1, 1), "C", at[1], Swap("a-1", "a-2"))
    assert store.of(DAY) == (one, two)
    undone = store.undo(DAY, "B. Editor", at[2])
    assert undone is not None
    assert (undone.id, undone.undone_by, undone.undone_at, undone.stands) == (
        two.id,
        "B. Editor",
        at[2],
        False,
    )
    assert store.undo(DAY, "X", at[3], two.id) is None, "what is undone cannot be undone"
    assert store.undo(date(2026, 1, 1), "X", at[3], one.id) is None, "nor another day's change"
    assert store.redo(DAY) == two
    assert store.redo(DAY) is None
    store.undo(DAY, "B", at[3], one.id)
    store.undo(DAY, "B", at[4])
    store.add(DAY, "A", at[5], Swap("a-1", "a-2"))
    assert store.redo(DAY) is None, "a new change ends what could be brought back"
    assert [edit.stands for edit in store.of(DAY)] == [False, False, True]


def test_nothing_to_undo(database: Database) -> None:
    assert SqlEditStore(database).undo(DAY, "A", NOW) is None
    assert SqlEditStore(database).redo(DAY) is None


# ── through a build ──


def test_a_rebuild_keeps_every_change_and_undo_brings_the_same_bytes_back(house: House) -> None:
    before, room = house.issues.get(DAY), house.desk_room
    assert before is not None
    first, second = before.document["stories"][:2]  # type: ignore[index]
    desk.change(room, DAY, "A. Editor", Put(key(second), Section.MAIN, 0))
    desk.change(room, DAY, "A. Editor", said(Place.HEADLINE, first["headline_from"], key(first), "Otherwise"))
    changed = house.issues.get(DAY)
    assert changed is not None
    assert [s["headline"] for s in doc(house)["stories"][:2]] == [second["headline"], "Otherwise"]
    assert [e["by"] for e in doc(house)["edits"]] == ["A. Editor"] * 2
    # A build of another process, without a memory, makes the very same bytes.
    with House(house.settings, lambda: NOW) as other:
        again = build(other.build_room, DAY, before.as_of)
    assert (again.changed, again.issue.html_sha256) == (False, changed.html_sha256)
    while desk.undo(room, DAY, "B. Editor"):
        pass
    assert house.issues.get(DAY) == before
    assert desk.redo(room, DAY) is not None
    assert desk.redo(room, DAY) is not None
    assert house.issues.get(DAY) == changed


def test_articles_change_hands(house: House) -> None:
    room, stories = house.desk_room, doc(house)["stories"]
    one, other = stories[0], stories[1]
    moved = one["articles"][-1]["id"]
    desk.change(room, DAY, "A", Move(moved, key(other)))
    after = {key(s): {a["id"] for a in s["articles"]} for s in doc(house)["stories"]}
    assert moved in after[key(other)]
    assert moved not in after[key(one)]
    desk.change(room, DAY, "A", Merge(key(one), key(other)))
    merged = next(s for s in doc(house)["stories"] if any(a["id"] == key(one) for a in s["articles"]))
    assert len(merged["articles"]) == len(one["articles"]) + len(other["articles"])
    coverage = merged["coverage"]
    assert sum(coverage.values()) <= len(merged["articles"])


def test_an_edited_point_that_its_passage_bears_out_keeps_its_outlet(house: House) -> None:
    room, story = house.desk_room, doc(house)["stories"][0]
    side, point = next((s, p[0]) for s, p in story["sides"].items() if p)
    words = point["text"].rstrip(".")
    desk.change(room, DAY, "A", said(Place.POINT, point, key(story), words, Side(side)))
    new = doc(house)["stories"][0]["sides"][side][0]
    assert (new["made"], new["outlets"], new["evidence"]) == ("editor", point["outlets"], point["evidence"])
    mail = house.issues.get(DAY)
    assert mail is not None
    assert ", edited)" in mail.text
    check = next(c for c in doc(house)["checks"] if c["name"] == "edited")
    assert (check["verdict"], check["figure"]) == ("pass", "1 sentence edited, 0 without a passage")
    assert next(c for c in doc(house)["checks"] if c["name"] == "evidence")["verdict"] == "pass"


def test_an_invented_one_loses_it_and_says_so_everywhere(house: House) -> None:
    room, story = house.desk_room, doc(house)["stories"][0]
    side, point = next((s, p[0]) for s, p in story["sides"].items() if p)
    desk.change(room, DAY, "A", said(Place.POINT, point, key(story), "Martians paid for it all.", Side(side)))
    new = doc(house)["stories"][0]["sides"][side][0]
    assert (new["outlets"], new["evidence"]) == ([], [])
    mail = house.issues.get(DAY)
    assert mail is not None
    assert "Martians paid for it all. (the editor)" in mail.text
    assert "An editor changed 1 sentence, marked so." in " ".join(mail.text.split())
    check = next(c for c in doc(house)["checks"] if c["name"] == "edited")
    assert check["verdict"] == "warn"


def test_a_change_that_meets_nothing_is_refused_and_leaves_no_trace(house: House) -> None:
    before = house.issues.get(DAY)
    with pytest.raises(Refused, match="no such story"):
        desk.change(house.desk_room, DAY, "A", Put("a-none", Section.MAIN))
    with pytest.raises(UsageError, match="name"):
        desk.change(house.desk_room, DAY, "  ", Put("a-none", Section.MAIN))
    assert house.issues.get(DAY) == before
    assert [edit.stands for edit in house.edits.of(DAY)] == [False]


def test_what_an_editor_has_not_seen_is_not_changed(house: House) -> None:
    story = doc(house)["stories"][0]
    with pytest.raises(Refused, match="since you looked"):
        desk.change(house.desk_room, DAY, "A", Put(key(story), Section.OUT), seen="0" * 64)
    assert house.edits.of(DAY) == ()


def test_a_frozen_issue_is_not_changed(house: House) -> None:
    house.issues.freeze(DAY, 1)
    with pytest.raises(Refused, match="frozen"):
        desk.change(house.desk_room, DAY, "A", Put(key(doc(house)["stories"][0]), Section.OUT))
    with pytest.raises(Refused, match="frozen"):
        desk.undo(house.desk_room, DAY, "A")


def test_a_change_that_would_leave_no_issue_is_taken_back(house: House) -> None:
    told = [*doc(house)["stories"], *doc(house)["in_brief"]]
    for story in told[:-1]:
        desk.change(house.desk_room, DAY, "A", Put(key(story), Section.OUT))
    with pytest.raises(IssueError, match="No story"):
        desk.change(house.desk_room, DAY, "A", Put(key(told[-1]), Section.OUT))
    assert [key(one) for one in (*doc(house)["stories"], *doc(house)["in_brief"])] == [key(told[-1])]


def test_an_approval_of_other_bytes_is_void(house: House) -> None:
    house.issues.approve(DAY, 1, "A", str(doc(house)["html_sha256"]), {})
    desk.change(house.desk_room, DAY, "A", Put(key(doc(house)["stories"][0]), Section.OUT))
    issue = house.issues.get(DAY)
    assert issue is not None
    assert issue.approved_by == ""


def test_the_text_that_a_change_replaced_is_at_hand(house: House) -> None:
    before = house.issues.get(DAY)
    assert before is not None
    assert house.issues.text_before(DAY) == ""
    desk.change(house.desk_room, DAY, "A", Put(key(doc(house)["stories"][0]), Section.OUT))
    assert house.issues.text_before(DAY) == before.text


# ── the desk over HTTP ──


@pytest.fixture
def client(house: House) -> Client:
    return Client(create_desk(house, DAY), LOCAL)


def act(client: Client, what: str, wish: dict[str, Any], **headers: str) -> httpx.Response:
    return client.post(f"/act/{DAY}/{what}", json={"by": "A. Editor", **wish}, headers=headers)


def test_changes_by_hand(house: House, client: Client) -> None:
    stories = doc(house)["stories"]
    seen = doc(house)["html_sha256"]
    change = to_json(Put(key(stories[1]), Section.MAIN, 0))
    answer = act(client, "edit", {"change": change, "seen": seen}, origin=LOCAL)
    assert answer.status_code == 200
    assert answer.json() == {"html_sha256": doc(house)["html_sha256"]}
    assert act(client, "edit", {"change": change, "seen": seen}).status_code == 409
    page = client.get("/").text
    assert "put to main story 1" in page
    assert "Placed by an editor." in page
    opened = client.get(f"/story/{DAY}/{key(stories[1])}").text
    assert html.escape(stories[1]["overview"][0]["text"][:20]) in opened.replace("&#39;", "&#x27;")
    assert "+" in client.get(f"/changes/{DAY}").text
    assert act(client, "undo", {}).json() == {"done": True}
    assert act(client, "undo", {}).json() == {"done": False}
    assert act(client, "redo", {}).json() == {"done": True}


def test_approval_test_mail_and_halt_by_hand(house: House, client: Client, tmp_path: Path) -> None:
    assert act(client, "approve", {"seen": "0" * 64}).status_code == 409
    failing = [c["name"] for c in doc(house)["checks"] if c["verdict"] == "fail"]
    answer = act(client, "approve", {"overrides": failing, "reason": "A small newsroom"})
    assert answer.status_code == 200, answer.text
    assert "approved by A. Editor" in client.get("/").text
    assert act(client, "unapprove", {}).json() == {"approved_by": ""}
    sent = act(client, "test", {"to": "me@example.org"})
    assert sent.json()["provider"] == "outbox"
    assert act(client, "test", {"to": "nobody"}).status_code >= 400
    assert act(client, "halt", {"reason": "why"}).json()["error"] == f"No mailing of {DAY} has begun."
    assert act(client, "halt", {}).status_code == 422


def test_nobody_else_acts_here(house: House, client: Client) -> None:
    change = {"change": to_json(Put(key(doc(house)["stories"][0]), Section.OUT))}
    before = house.issues.get(DAY)
    strangers = [
        act(client, "edit", change, origin="https://evil.example"),
        act(client, "edit", change, **{"sec-fetch-site": "cross-site"}),
        act(client, "edit", change, host="evil.example"),
        act(client, "edit", change, **{"content-type": "text/plain"}),
        client.post(f"/act/{DAY}/edit", data={"by": "A"}),
        client.get(f"/act/{DAY}/edit"),
    ]
    assert [answer.status_code for answer in strangers] == [403, 403, 421, 403, 403, 405]
    assert house.issues.get(DAY) == before


@pytest.mark.parametrize(
    ("what", "wish", "status"),
    [
        ("edit", {}, 422),
        ("edit", {"change": {"kind": "burn"}}, 422),
        ("edit", {"change": {"kind": "put", "story": "a-1", "section": "main"}, "by": 7}, 422),
        ("edit", {"change": {"kind": "put", "story": "a-1", "section": "main"}, "by": ""}, 422),
        ("undo", {"number": "1"}, 422),
        ("undo", {"by": ""}, 422),
        ("redo", {"by": ""}, 422),
        ("approve", {"overrides": "all"}, 422),
        ("approve", {"overrides": ["no-such-check"], "reason": "x"}, 422),
        ("burn", {}, 404),
    ],
)
def test_a_wish_that_is_none_says_so(client: Client, what: str, wish: dict[str, Any], status: int) -> None:
    answer = act(client, what, wish)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"'])
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes) -> None:
    answer = client.post(f"/act/{DAY}/edit", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_bound_elsewhere_it_asks_for_its_token(house: House) -> None:
    stranger = Client(create_desk(house, DAY, token="t" * 32), "http://desk.example:8081")
    assert stranger.get("/").status_code == 401
    assert stranger.get("/?token=wrong").status_code == 401
    assert act(stranger, "undo", {}).status_code == 401
    welcome = stranger.get("/?token=" + "t" * 32)
    assert (welcome.status_code, welcome.headers["location"]) == (303, "/")
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = stranger.get("/", headers={"cookie": "desk=" + "t" * 32})
    assert page.status_code == 200


def test_reports_and_new_headlines_are_flagged(house: House, client: Client) -> None:
    story = doc(house)["stories"][0]
    house.issues.add_report(DAY, story["id"], "fact", "The sum is another.", "", NOW)
    assert "A reader reported (fact): The sum is another." in client.get("/").text


def test_the_record_on_the_command_line(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(house.settings.home, monkeypatch, capsys)
    assert "Nobody changed" in command("edits", str(DAY)).out
    story = doc(house)["stories"][0]
    desk.change(house.desk_room, DAY, "A. Editor", Put(key(story), Section.OUT))
    shown = command("edits", str(DAY)).out
    assert "A. Editor" in shown
    assert "stands" in shown
    undone = command("edits", str(DAY), "--undo", "--by", "B. Editor", "--json")
    assert undone.json[0]["undone_by"] == "B. Editor"
    assert "taken back by B. Editor" in command("edits", str(DAY)).out
    assert command("edits", str(DAY), "--undo", "--by", "B").status == 3
    assert command("edits", str(DAY), "--undo").status == 2
    assert command("edits", str(DAY), "--redo", "--undo", "--by", "B").status == 2
    assert command("edits", str(DAY), "--redo", "--json").json[0]["undone_by"] == ""
