"""The whole day on the sample newsroom, through the rooms as they are wired: what each user would notice."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from newsletter.demo.run import DAYS, DemoResult, run_demo
from newsletter.domain.document import document, dump, sha256
from newsletter.domain.outlet import Registry
from newsletter.domain.reading import issue_from
from newsletter.errors import IssueError, IssueNotFound, Refused, StorageError
from newsletter.mailing.report import Outcome
from newsletter.pipeline import backfill
from newsletter.pipeline.build import build
from newsletter.pipeline.deliver import deliver
from newsletter.pipeline.gather import gather
from newsletter.pipeline.send import send
from newsletter.ports import Skip
from newsletter.settings import load
from newsletter.storage.tables import mailings
from newsletter.wiring import House
from tests.support.command import Command
from tests.support.sample_home import sample_house

LAST = DAYS[-1]
MORNING = datetime(2026, 10, 6, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return run_demo(tmp_path_factory.mktemp("one") / "demo", engine="plain", say=lambda _: None)


@pytest.fixture
def home(demo: DemoResult, tmp_path: Path) -> Path:
    """A copy of the demo's home, to be changed at will."""
    copied = tmp_path / "home"
    shutil.copytree(demo.home, copied)
    assert str(demo.home) not in (copied / ".env").read_text(), "a copy does not act on the original"
    return copied


def opened(home: Path, now: datetime = MORNING, **given: str) -> House:
    return House(load({"NEWSLETTER_HOME": str(home)}, home, given).settings, lambda: now)


def doc(demo: DemoResult, day: date = LAST) -> Any:
    return json.loads((demo.home / "issues" / day.isoformat() / "issue.json").read_text())


def test_the_same_bytes_every_time_whatever_the_port_and_folder(demo: DemoResult, tmp_path: Path) -> None:
    again = run_demo(tmp_path / "elsewhere", engine="plain", say=lambda _: None)
    for day in DAYS:
        for name in ("issue.json", "issue.html", "issue.txt", "checks.json"):
            one = (demo.home / "issues" / day.isoformat() / name).read_bytes()
            assert one == (again.home / "issues" / day.isoformat() / name).read_bytes(), (day, name)
    text = (again.home / "issues" / LAST.isoformat() / "issue.json").read_text()
    assert "127.0.0.1:" not in text.replace("127.0.0.1:8080", "")
    assert str(tmp_path) not in text


def test_every_subscriber_gets_one_mail_with_a_link_of_their_own(demo: DemoResult) -> None:
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (demo.home / "outbox").rglob("*.eml")
    ]
    people = {str(mail["To"]) for mail in mails}
    assert len(mails) == len(people) == 12
    links = {str(mail["List-Unsubscribe"]) for mail in mails}
    assert len(links) == 12
    for mail in mails:
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        html = mail.get_body(("html",)).get_content()
        assert str(mail["List-Unsubscribe"]).strip("<>") in html
        assert "-unsubscribe-token-" not in html


def test_the_day_has_its_main_stories_each_told_by_both_sides(demo: DemoResult) -> None:
    issue = doc(demo)
    assert 2 <= len(issue["stories"]) <= 5
    for story in issue["stories"]:
        assert story["coverage"]["left"], story["headline"]
        assert story["coverage"]["right"], story["headline"]
        assert story["overview"], story["headline"]
        assert story["why"]
    told = " ".join(story["headline"] for story in issue["stories"])
    assert "dock" in told.lower() or "strike" in told.lower(), "the story of all three days"


def test_a_story_goes_on_over_the_days_and_remembers_what_is_related(demo: DemoResult) -> None:
    today = doc(demo)
    goes_on = next(s for s in today["stories"] if s["new_articles"])
    first = doc(demo, DAYS[0])["stories"]
    assert goes_on["thread_id"] in {story["thread_id"] for story in first}
    assert [line["date"] for line in goes_on["history"]] == [day.isoformat() for day in DAYS[1::-1]]
    related = [line for s in today["stories"] for line in s["history"] if line["kind"] == "related"]
    assert related
    assert all(line["date"] < today["date"] for line in related)


def test_the_quiet_day_is_shorter_and_says_so(demo: DemoResult) -> None:
    quiet, busy = doc(demo, DAYS[1]), doc(demo)
    assert quiet["quiet"]
    assert 2 <= len(quiet["stories"]) < len(busy["stories"])
    assert not busy["quiet"]


def test_nothing_stands_in_an_issue_without_its_evidence(demo: DemoResult) -> None:
    for day in DAYS:
        for story in [s for key in ("stories", "in_brief", "blindspots") for s in doc(demo, day)[key]]:
            articles = {article["id"]: article for article in story["articles"]}
            items = [
                story["headline_from"],
                *([story["dek_from"]] if story["dek_from"] else []),
                *story["overview"],
            ]
            items += [point for points in story["sides"].values() for point in points]
            for item in items:
                spans = [articles[e["article"]][e["field"]][e["start"] : e["end"]] for e in item["evidence"]]
                plain = " ".join(" ".join(spans).split()).rstrip(".").casefold()
                assert plain == item["text"].rstrip(".").casefold()
                assert {articles[e["article"]]["outlet"] for e in item["evidence"]} <= set(item["outlets"])


def test_no_outlet_that_forbids_quotes_is_quoted(demo: DemoResult) -> None:
    text = json.dumps(doc(demo))
    assert "exchangecourant.example" in text, "it is listed with its story"
    for story in doc(demo)["stories"]:
        items = [*story["overview"], *(p for points in story["sides"].values() for p in points)]
        assert all("exchangecourant.example" not in item["outlets"] for item in items)


def test_a_wire_text_in_many_outlets_counts_once(demo: DemoResult) -> None:
    stories = [
        s for day in DAYS for key in ("stories", "in_brief", "blindspots") for s in doc(demo, day)[key]
    ]
    wires = [note for story in stories for note in story["wires"] if note["wire"]]
    assert wires
    for story in stories:
        outlets = {article["outlet"] for article in story["articles"]}
        assert sum(story["coverage"].values()) <= len(outlets)
        for note in story["wires"]:
            assert sum(story["coverage"].values()) < len(outlets), note


def test_opinion_never_makes_a_headline(demo: DemoResult) -> None:
    for story in doc(demo)["stories"]:
        kinds = {article["id"]: article["kind"] for article in story["articles"]}
        assert {kinds[e["article"]] for e in story["headline_from"]["evidence"]} <= {"news"}


def test_a_failing_feed_costs_the_others_nothing_and_is_told_with_what_to_do(demo: DemoResult) -> None:
    last = demo.gathers[-1]
    failed = [report for report in demo.gathers[0].failed]
    assert [report.outlet for report in failed] == ["ternislandpacket.example"]
    assert failed[0].todo
    assert failed[0].since is not None
    assert sum(report.ok for report in last.feeds) == len(last.feeds) - 1


def test_every_check_of_the_issue_passes_or_warns(demo: DemoResult) -> None:
    for day in DAYS:
        checks = doc(demo, day)["checks"]
        assert len({check["name"] for check in checks}) >= 10
        assert [check["name"] for check in checks if check["verdict"] == "fail"] == []
        assert doc(demo, day)["reading_seconds"] <= 300


def test_a_document_read_back_is_the_same_issue(demo: DemoResult) -> None:
    with opened(demo.home) as house:
        kept = house.issues.get(LAST)
        assert kept is not None
        issue = issue_from(kept.document)
        mail = house.renderer.render(issue)
        assert mail.html == kept.html
        assert mail.text == kept.text
        again = document(
            issue, mail, house.build_room.checker.check(issue, mail), house.build_room.balance(issue)
        )
    assert dump(again) == (demo.home / "issues" / LAST.isoformat() / "issue.json").read_text()
    assert kept.html_sha256 == sha256(kept.html)


def test_a_build_again_changes_nothing_and_a_mailed_issue_is_immutable(home: Path) -> None:
    with opened(home) as house:
        at = house.calendar.cut_off(LAST)
        assert not build(house.build_room, LAST, at).changed
        with pytest.raises(Refused, match="frozen"):
            build(house.build_room, LAST, at - timedelta(hours=12))
        revised = build(house.build_room, LAST, at - timedelta(hours=12), revision=True)
        assert revised.issue.revision == 2
        mailed = house.issues.get(LAST, 1)
        assert mailed is not None
        assert mailed.frozen


def test_nothing_later_than_the_cut_off_plays_a_part(home: Path) -> None:
    with opened(home) as house:
        at = house.calendar.cut_off(DAYS[1])
        articles = house.archive.articles(at, at - timedelta(days=3))
        assert articles
        assert max(article.seen_at for article in articles) <= at
        assert max(article.published for article in articles) <= at
        assert not build(house.build_room, DAYS[1], at).changed, "a day's later news does not change it"


def test_captures_are_kept_as_long_as_the_setting_says_and_articles_longer(home: Path) -> None:
    feed = "harborledger.example"
    with opened(home, KEEP_CAPTURES="1 d") as house:
        url = next(source.url for source in house.registry.feeds() if source.outlet.domain == feed)
        early = datetime(2026, 10, 4, 12, tzinfo=UTC)
        assert house.archive.capture(url, early) is not None
        gather(house.gather_room, MORNING + timedelta(hours=1))
        assert house.archive.capture(url, early) is None
        assert house.archive.articles(early, early - timedelta(days=1))


def test_a_send_again_mails_nobody_again(home: Path) -> None:
    before = sorted(path.name for path in (home / "outbox").rglob("*.eml"))
    with opened(home) as house:
        report = send(house.send_room, LAST)
    assert report.submitted == 12
    assert sorted(path.name for path in (home / "outbox").rglob("*.eml")) == before


def test_a_stale_issue_goes_only_when_told_to(home: Path) -> None:
    with opened(home, now=MORNING + timedelta(days=2)) as house:
        with pytest.raises(Refused, match="stale"):
            send(house.send_room, DAYS[1])
        assert house.mailings.find(DAYS[1]) is None
        assert send(house.send_room, DAYS[1], allow_stale=True).submitted == 12


def test_an_approval_binds_to_the_very_bytes(home: Path) -> None:
    with opened(home, now=MORNING - timedelta(days=1), REQUIRE_APPROVAL="true") as house:
        with pytest.raises(Refused, match="not approved"):
            send(house.send_room, DAYS[1])
        issue = house.issues.get(DAYS[1])
        assert issue is not None
        house.issues.approve(DAYS[1], issue.revision, "A. Editor", "0" * 64, {})
        with pytest.raises(Refused, match="present bytes"):
            send(house.send_room, DAYS[1])
        house.issues.approve(DAYS[1], issue.revision, "A. Editor", issue.html_sha256, {})
        assert send(house.send_room, DAYS[1], allow_stale=True).submitted == 12


def test_without_a_word_by_the_deadline_the_issue_is_held_skipped_or_sent_as_the_rule_says(
    home: Path,
) -> None:
    rules = {"REQUIRE_APPROVAL": "true", "APPROVAL_DEADLINE": "05:30", "APPROVERS": "Ann, Ben"}
    early, late = MORNING - timedelta(days=1, minutes=1), MORNING - timedelta(days=1)
    for rule in ("hold", "skip", "send-if-checks-pass"):
        with opened(home, now=early, ON_NO_APPROVAL=rule, **rules) as house:
            with pytest.raises(Refused, match="not approved"):
                send(house.send_room, DAYS[1])
            assert deliver(house.send_room) == (), "it waits"
    with opened(home, now=late, ON_NO_APPROVAL="hold", **rules) as house:
        assert deliver(house.send_room) == ()
    with opened(home, now=late, ON_NO_APPROVAL="skip", **rules) as house:
        (one,) = deliver(house.send_room)
        assert "skipped: not approved by the deadline" in str(one.problem)
        assert deliver(house.send_room) == ()
        with pytest.raises(Refused, match="skipped"):
            build(house.build_room, DAYS[1], house.calendar.cut_off(DAYS[1]))
        assert house.issues.dates() == (DAYS[0], DAYS[2])
        assert house.issues.unskip(DAYS[1])
    with opened(home, now=late, ON_NO_APPROVAL="send-if-checks-pass", **rules) as house:
        issue = house.issues.get(DAYS[1])
        assert issue is not None
        bad = {"name": "size", "figure": "99", "limit": "95", "verdict": "fail", "todo": "trim", "where": ""}
        house.issues.save(replace(issue, document={**issue.document, "checks": [bad]}))
        with pytest.raises(Refused, match="size"):
            send(house.send_room, DAYS[1])
        house.issues.save(issue)
        (one,) = deliver(house.send_room)
        assert one.report is not None
        assert (one.report.outcome, one.report.recipients) == (Outcome.WAITING, 12)


def test_an_approval_counts_only_from_somebody_who_may_give_it_now_and_while_it_stands(home: Path) -> None:
    early = MORNING - timedelta(days=1)
    with opened(home, now=early, REQUIRE_APPROVAL="true", APPROVERS="Ann, Ben") as house:
        issue = house.issues.get(DAYS[1])
        assert issue is not None
        house.issues.approve(DAYS[1], issue.revision, "Cleo", issue.html_sha256, {})
        with pytest.raises(Refused, match="Cleo, who is not among the approvers"):
            send(house.send_room, DAYS[1])
        house.issues.approve(DAYS[1], issue.revision, "Ben", issue.html_sha256, {})
        (one,) = deliver(house.send_room)
        assert one.report is not None
        assert one.report.waiting > 0
        house.issues.unapprove(DAYS[1])
        (one,) = deliver(house.send_room)
        assert "not approved" in str(one.problem), "the word was taken back in between"


def test_a_skipped_day_consumes_no_number(home: Path) -> None:
    with opened(home) as house:
        assert house.issues.number_of(LAST, None) == 3
        house.issues.skip(Skip(DAYS[0], "Ann", "holiday", MORNING))
        house.issues.skip(Skip(DAYS[0], "Ben", "strike", MORNING))
        assert house.issues.number_of(LAST, None) == 2
        found = house.issues.skipped(DAYS[0])
        assert found == Skip(DAYS[0], "Ann", "holiday", MORNING)
        planned = backfill.plan_range(house.backfill_room, DAYS[0], DAYS[1], "all", "oldest")
        assert [(entry.state, "skipped" in entry.reason) for entry in planned] == [
            ("skipped", True),
            ("planned", False),
        ]


def test_everybody_on_the_sample_list_gets_it_on_their_own_morning(home: Path) -> None:
    """The issue of the day before is ready at 05:30 in New York; `deliver` looks every ten minutes for a day."""
    now, mailed = MORNING - timedelta(days=1), []
    with opened(home, now=now) as house, house.database.write() as connection:
        connection.execute(sa.delete(mailings))  # as if the demo had not mailed the day after
    with opened(home, now=now) as house:
        first = send(house.send_room, DAYS[1])
        assert (first.outcome, first.recipients) == (Outcome.WAITING, 12)
    for minutes in range(0, 24 * 60 + 1, 10):
        with opened(home, now=now + timedelta(minutes=minutes)) as house:
            for one in deliver(house.send_room):
                assert one.report is not None
                mailed.append((minutes, one.report.submitted))
    assert mailed[-1][1] == 12
    assert len({count for _, count in mailed}) > 2, "not all at once"
    with opened(home) as house:
        mailing = house.mailings.find(DAYS[1])
        assert mailing is not None
        batches = house.mailings.batches(mailing.id)
        due = [batch.due_at for batch in batches]
        assert due == sorted(due)
        assert all(batch.changed_at >= batch.due_at for batch in batches), "the outbox takes nothing ahead"


def test_a_failed_check_stops_a_send_until_an_editor_overrides_it_by_name(home: Path) -> None:
    with opened(home, now=MORNING - timedelta(days=1)) as house:
        issue = house.issues.get(DAYS[1])
        assert issue is not None
        bad = {"name": "size", "figure": "99", "limit": "95", "verdict": "fail", "todo": "trim", "where": ""}
        house.issues.save(replace(issue, document={**issue.document, "checks": [bad]}))
        with pytest.raises(Refused, match="size"):
            send(house.send_room, DAYS[1])
        house.issues.approve(DAYS[1], issue.revision, "A. Editor", issue.html_sha256, {"size": "known"})
        assert send(house.send_room, DAYS[1], allow_stale=True).submitted == 12


def test_a_real_provider_is_refused_with_example_values(home: Path) -> None:
    with opened(home, PROVIDER="sendgrid", SENDGRID_API_KEY="SG.x") as house:
        with pytest.raises(Refused, match="Not ready"):
            send(house.send_room, DAYS[1], allow_stale=True)
        assert house.mailings.find(DAYS[1]) is None


def test_no_articles_no_issue_and_a_word_about_it(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=date(2026, 10, 3)) as (house, _, _):
        with pytest.raises(IssueError, match="no articles"):
            build(house.build_room, date(2026, 9, 1), datetime(2026, 9, 1, 9, tzinfo=UTC))
        with pytest.raises(IssueNotFound):
            send(house.send_room, LAST, allow_stale=True)


def test_bytes_that_somebody_changed_in_the_database_are_not_sent(home: Path) -> None:
    with opened(home, now=MORNING - timedelta(days=1)) as house:
        issue = house.issues.get(DAYS[1])
        assert issue is not None
        house.issues.save(replace(issue, html=issue.html.replace("</body>", "<p>Buy!</p></body>")))
        with pytest.raises(StorageError, match="not the ones that were checked"):
            send(house.send_room, DAYS[1])
        assert house.mailings.find(DAYS[1]) is None


def test_articles_of_which_nothing_can_be_told_make_no_issue(tmp_path: Path) -> None:
    early = datetime(2026, 10, 3, 9, 1, tzinfo=UTC)  # of the Chronicle, only the crossword is out
    with sample_house(tmp_path / "home", until=date(2026, 10, 4)) as (house, server, _):
        server.set_now(early)
        chronicle = house.registry.get("marrowgatechronicle.example")
        assert chronicle is not None
        gather(replace(house.gather_room, registry=Registry((chronicle,))), early)
        assert [a.kind for a in house.archive.articles(early, early - timedelta(days=1))] == ["service"]
        with pytest.raises(IssueError, match="No story"):
            build(house.build_room, date(2026, 10, 3), early)


def test_a_backfill_stops_after_so_many_failures(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=date(2026, 10, 4)) as (house, _, _):
        room = house.backfill_room
        made = backfill.create(room, date(2026, 9, 1), date(2026, 9, 5), "missing", "newest")
        after = backfill.run(room, made, max_failures=2)
    assert after.state == "failed"
    assert [entry.state for entry in after.dates] == ["failed", "failed", "planned", "planned", "planned"]
    assert "no articles" in after.dates[0].reason


def test_a_second_brand_changes_the_mail_and_no_template(home: Path) -> None:
    brand = home / "other.toml"
    brand.write_text(
        'name = "The Evening Balance"\nlocale = "en_GB"\nfooter = ["For members."]\n'
        '[labels]\nleft = "Progressive"\n[colours]\nleft = "#0b5d3b"\n'
    )
    with opened(home, BRAND=str(brand)) as house:
        kept = house.issues.get(LAST)
        assert kept is not None
        mail = house.renderer.render(issue_from(kept.document))
    assert "The Evening Balance" in mail.html
    assert "Both Sides in 5 Minutes" not in mail.html
    assert re.search(r"6 October 2026", mail.html)
    assert "#0b5d3b" in mail.html
    assert "progressive" in mail.text.lower()


def test_the_commands_on_that_home(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(home, monkeypatch, capsys)
    shown = command("show", "2026-10-06")
    assert shown.status == 0
    assert shown.out == (home / "issues/2026-10-06/issue.txt").read_text()
    assert command("show", "2026-10-06", "--format", "json").json["date"] == "2026-10-06"
    assert command("check", "2026-10-06", "--json").json["checks"]
    deliveries = command("deliveries", "2026-10-06", "--json").json
    assert [(row["state"], row["recipients"], row["attempts"]) for row in deliveries] == [
        ("submitted", 12, 1)
    ]
    assert command("subscribers", "count", "--json").json["active"] == 12
    refused = command("send", "2026-10-05", "--yes", "--json")
    assert refused.status == 3
    assert refused.json["error"]["type"] == "Refused"
    assert "stale" in refused.err
    again = command("send", "2026-10-06", "--yes", "--allow-stale")
    assert again.status == 0
    assert "mailed already" in again.out
    assert "(unchanged)" in command("build", "2026-10-06").out, "the newsroom is gone, and is not asked"
    missing = command("show", "2026-01-01")
    assert missing.status == 1
    assert missing.err.count("\n") == 1
    assert command("show", "tomorrow").status == 2
    assert command("nonsense").status == 2
    assert command("feeds", "--json").status == 0
    assert command("outlets", "check").status == 0
    assert (
        command("backfill", "2026-10-04", "2026-10-06", "--plan", "--json")
        .json[2]["reason"]
        .startswith("its issue is frozen")
    )


def test_a_backfill_is_planned_done_and_found_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_house(tmp_path / "home"):
        pass
    command = Command(tmp_path / "home", monkeypatch, capsys)
    done = command("backfill", "2026-10-02", "2026-10-06", "--json")
    states = {entry["date"]: entry["state"] for entry in done.json["dates"]}
    assert states == {"2026-10-02": "failed", "2026-10-03": "failed", "2026-10-04": "done", "2026-10-05": "done",
                      "2026-10-06": "done"}  # fmt: skip
    assert done.status == 1, "two dates have no articles"
    again = command("backfill", "2026-10-04", "2026-10-06", "--json")
    assert {entry["state"] for entry in again.json["dates"]} == {"skipped"}
    assert command("backfill", "status", "--json").json["state"] == "done"
    assert not (tmp_path / "home" / "outbox").exists(), "a backfill mails nobody"
