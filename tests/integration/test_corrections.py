"""A correction from end to end: made, told by the archive and the next issue, mailed to whoever was reached."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.audience import SuppressionReason
from newsletter.domain.correction import MOST_WORDS
from newsletter.domain.mailing import BatchState, ClaimTerms, Mailing, MailingState
from newsletter.errors import Refused, UsageError
from newsletter.mailing.report import Outcome
from newsletter.pipeline.build import build
from newsletter.pipeline.corrections import add, draft, edit, prepare, send_correction
from newsletter.pipeline.deliver import deliver
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.command import Command
from tests.support.sample_home import sample_house
from tests.support.sample_issue import HOSTILE
from tests.support.web_client import Client
from tests.support.web_house import KEY, NOW, add_reader, keep, make_house

DAY = date(2026, 8, 14)
STORY = "2026-08-14-00000001"
TEXT = "The bill passed by 61 votes to 39, not 16."
ANY = ClaimTerms(NOW + timedelta(days=30))


@dataclass
class Now:
    """The wall clock of a house; moved by tests."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def house(tmp_path: Path, now: Now) -> Iterator[House]:
    with make_house(tmp_path, clock=now) as made:
        keep(made)
        yield made


def mailed(house: House, people: int = 6, size: int = 2, handed: int = 2, doubt: int = 0) -> Mailing:
    """The issue's mailing: so many batches were accepted, so many are in doubt, the rest is halted."""
    for n in range(people):
        add_reader(house, f"reader{n}@example.org")
    issue = house.issues.get(DAY)
    assert issue is not None
    store = house.mailings
    mailing = store.freeze(DAY, 1, issue.html_sha256, house.provider.name, size, NOW)
    store.set_state(mailing.id, MailingState.SENDING, "", NOW)
    for n in range(handed + doubt):
        claimed = store.claim(mailing.id, NOW, ANY)
        assert claimed is not None
        state = BatchState.SUBMITTED if n < handed else BatchState.UNCERTAIN
        store.move(claimed[0].id, BatchState.SUBMITTING, state, NOW)
    return mailing


def halted(house: House, **more: int) -> Mailing:
    from newsletter.mailing.halting import Halt

    mailing = mailed(house, **more)
    Halt(mailing, house.mailings, house.provider, house.clock, lambda _: None)("Ann", "wrong figure")
    return mailing


def outbox(house: House, number: int) -> list[email.message.EmailMessage]:
    folder = house.settings.outbox_folder / f"{DAY}-correction-{number}"
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
        for path in sorted(folder.glob("*.eml"))
    ]


# ── making ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["", " \n", "…", "word " * (MOST_WORDS + 1)])
def test_what_cannot_be_a_correction_is_refused(house: House, text: str) -> None:
    with pytest.raises(UsageError):
        add(house.correction_room, DAY, text, "Ann")
    with pytest.raises(UsageError, match="needs a name"):
        add(house.correction_room, DAY, TEXT, " ")
    with pytest.raises(UsageError, match="has no story nope"):
        add(house.correction_room, DAY, TEXT, "Ann", "nope")
    assert house.corrections.all() == ()


def test_a_draft_of_today_needs_no_correction_and_yesterdays_may_have_one(tmp_path: Path, now: Now) -> None:
    with make_house(tmp_path, clock=now) as house:
        keep(house, frozen=False)
        with pytest.raises(Refused, match="Make it again"):
            add(house.correction_room, DAY, TEXT, "Ann")
        now.at += timedelta(days=1)
        assert add(house.correction_room, DAY, TEXT, "Ann").number == 1


def test_hostile_text_stays_text(house: House) -> None:
    kept = add(house.correction_room, DAY, " ".join(HOSTILE)[:600], "Ann", STORY)
    assert kept.mail is not None
    assert "<script" not in kept.mail.html
    page = Client(create_app(house)).get(f"/issues/{DAY}").text
    assert "<script>alert" not in page
    assert "{{" not in page.split("Below stands")[0]


def test_a_template_that_loses_the_unsubscribe_link_makes_no_mail(tmp_path: Path) -> None:
    own = tmp_path / "own" / "issue"
    own.mkdir(parents=True)
    (own / "ways.mjml.j2").write_text("")
    with make_house(tmp_path, TEMPLATES=str(tmp_path / "own")) as house:
        keep(house)
        with pytest.raises(Refused, match="unsubscribe"):
            add(house.correction_room, DAY, TEXT, "Ann")
        assert [kept.mail for kept in house.corrections.all()] == [None], "it is told all the same"
        halted(house)
        with pytest.raises(Refused, match="has no mail yet"):
            send_correction(house.send_room, 1)
        (own / "ways.mjml.j2").unlink()
    with make_house(tmp_path) as mended:
        kept = edit(mended.correction_room, 1, "")
        assert (kept.told.text, kept.mail is None) == (TEXT, False)


# ── the mail ───────────────────────────────────────────────────────────────────────────────────────


def test_whoever_was_or_may_have_been_reached_gets_it_once(house: House, now: Now) -> None:
    halted(house, people=8, handed=2, doubt=1)
    house.subscribers.suppress("reader1@example.org", SuppressionReason.SPAM_REPORT, NOW)
    kept = add(house.correction_room, DAY, TEXT, "Ann", STORY)
    people = house.mailings.reached(DAY, kept.number)
    assert (people.surely, people.perhaps, sum(people.left_out.values())) == (3, 2, 1)
    sent = send_correction(house.send_room, 1)
    assert (sent.outcome, sent.candidates, sent.recipients, sent.submitted) == (Outcome.DONE, 6, 5, 5)
    assert sent.correction == 1
    again = send_correction(house.send_room, 1)
    assert (again.outcome, again.submitted) == (Outcome.DONE, 5)
    mails = outbox(house, 1)
    assert sorted(mail["To"].addresses[0].addr_spec for mail in mails) == [
        f"reader{n}@example.org" for n in (0, 2, 3, 4, 5)
    ]
    first = mails[0]
    plain, rich = first.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert TEXT in " ".join(plain.get_content().split())
    assert TEXT in rich.get_content()
    assert first["Subject"] == "Correction to our issue of August 14, 2026"
    assert first["List-Id"] == "<newsletter.testserver>"
    (header,) = first.get_all("List-Unsubscribe")
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = re.search(r"/u/([^>]+)>", header)
    assert token is not None
    assert f"/u/{token[1]}" in rich.get_content()
    assert f"/u/{token[1]}" in plain.get_content()
    page = Client(create_app(house)).post(f"/u/{token[1]}", data={"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200


def test_it_begins_only_when_the_issue_has_come_to_its_end(house: House) -> None:
    add(house.correction_room, DAY, TEXT, "Ann")
    with pytest.raises(UsageError, match="no correction 2"):
        send_correction(house.send_room, 2)
    with pytest.raises(Refused, match="Nobody was mailed"):
        send_correction(house.send_room, 1)
    mailing = mailed(house)
    with pytest.raises(Refused, match="still going out"):
        send_correction(house.send_room, 1)
    house.mailings.set_state(mailing.id, MailingState.HALTED, "", NOW)
    with pytest.raises(Refused, match="not through"):
        send_correction(house.send_room, 1)
    assert house.mailings.find(DAY, 1) is None


def test_where_nobody_was_reached_nobody_is_told(house: House) -> None:
    halted(house, handed=0)
    add(house.correction_room, DAY, TEXT, "Ann")
    with pytest.raises(Refused, match="Nobody is left to tell"):
        send_correction(house.send_room, 1)


def test_an_issue_that_went_out_whole_may_be_corrected_by_mail_too(house: House) -> None:
    mailing = mailed(house, handed=3)
    house.mailings.set_state(mailing.id, MailingState.DONE, "", NOW)
    add(house.correction_room, DAY, TEXT, "Ann")
    assert send_correction(house.send_room, 1).submitted == 6


def test_an_approval_is_for_these_bytes_whatever_the_templates_say_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_house(tmp_path) as house:
        keep(house)
        halted(house)
        sha = add(house.correction_room, DAY, TEXT, "Ann").mail.sha256  # type: ignore[union-attr]
    command = Command(tmp_path, monkeypatch, capsys)
    given = {
        "SECRET_KEY": KEY,
        "PUBLIC_URL": "http://testserver",
        "REQUIRE_APPROVAL": "true",
        "APPROVERS": "Ed",
    }
    assert command("corrections", "send", "1", "--yes", **given).status == 3
    assert command("corrections", "approve", "1", "--by", "Bo", **given).status == 3
    assert command("corrections", "approve", "1", "--by", " ", **given).status == 2
    assert command("corrections", "approve", "1", "--by", "Ed", "--json", **given).json["sha256"] == sha
    assert command("corrections", "unapprove", "1", **given).status == 0
    assert command("corrections", "send", "1", "--yes", **given).status == 3
    command("corrections", "approve", "1", "--by", "Ed", **given)
    own = tmp_path / "own" / "issue"
    own.mkdir(parents=True)
    (own / "correction-subject.txt.j2").write_text("Another subject")
    changed = {**given, "TEMPLATES": str(tmp_path / "own")}
    shown = command("corrections", "show", "1", "--json", **changed).json
    assert (shown["subject"], shown["approved_by"]) == ("Correction to our issue of August 14, 2026", "Ed")
    assert command("corrections", "edit", "1", **changed).status == 0
    assert command("corrections", "show", "1", **changed).out.startswith("Subject: Another subject\n")
    refused = command("corrections", "send", "1", "--yes", **changed)
    assert (refused.status, "is not approved" in refused.err) == (3, True)
    command("corrections", "approve", "1", "--by", "Ed", **changed)
    assert command("corrections", "send", "1", "--yes", **changed).status == 0
    assert command("corrections", "edit", "1", "--text", "x", **changed).status == 3


# ── by SendGrid ────────────────────────────────────────────────────────────────────────────────────


def test_by_sendgrid_it_keeps_the_rules_and_doubt_is_named_and_never_mailed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with SendGridStandIn("SG.stand-in-key", now=lambda: NOW.timestamp()) as stand_in:
        given = {"PROVIDER": "sendgrid", "SENDGRID_URL": stand_in.url, "SENDGRID_API_KEY": "SG.stand-in-key"}
        with make_house(tmp_path, **given) as house:
            keep(house)
            halted(house, handed=3)
            add(house.correction_room, DAY, TEXT, "Ann", STORY)
            stand_in.fail_next("reset-after-accept")
            first = send_correction(house.send_room, 1)
            assert (first.outcome, first.uncertain) == (Outcome.UNSETTLED, 6)
            assert "newsletter deliveries 2026-08-14 --correction 1 --uncertain" in first.note
            assert [one.report.uncertain for one in deliver(house.send_room) if one.report] == [6]
            (batch,) = house.mailings.batches(first.mailing_id)
        command = Command(tmp_path, monkeypatch, capsys)
        more = {"SECRET_KEY": KEY, "PUBLIC_URL": "http://testserver", **given}
        listed = command("deliveries", "2026-08-14", "--correction", "1", "--uncertain", "--json", **more)
        assert [row["id"] for row in listed.json] == [batch.id]
        said = command("resolve", batch.id, "--not-accepted", **more)
        assert said.out.endswith("To go on with the rest: newsletter corrections send 1\n")
        assert command("corrections", "send", "1", "--yes", **more).status == 0
        told = stand_in.per_recipient()
        args = {(mail.custom_args["batch"], mail.custom_args["correction"]) for mail in stand_in.mails}
    assert set(told.values()) == {2}, "an operator said of an accepted batch that it was not"
    assert args == {(batch.id, "1")}


# ── told elsewhere ─────────────────────────────────────────────────────────────────────────────────


def test_the_archive_says_so_at_once_and_keeps_what_was_mailed(house: House) -> None:
    client = Client(create_app(house))
    before = client.get(f"/issues/{DAY}").text
    assert "Corrected" not in before
    kept = add(house.correction_room, DAY, TEXT, "Ann", STORY)
    after = client.get(f"/issues/{DAY}").text
    note = re.search(r'<section class="before".*?</section>', after, re.DOTALL)
    assert note is not None
    assert f"Correction {kept.number}, " in note[0]
    assert '<time datetime="2026-08-14">August 14, 2026</time>' in note[0]
    assert TEXT in note[0]
    start = after.index("<style>\n.before{")
    end = after.index("</section>", start) + len("</section>")
    assert after[:start] + after[end:] == before, "but for the note it is the page as it was"
    assert TEXT in client.get(f"/stories/{STORY}").text
    assert TEXT not in client.get("/stories/2026-08-14-00000002").text
    assert TEXT in client.get("/how").text


def test_the_next_issue_has_it_at_its_top_and_one_made_as_of_before_has_not(tmp_path: Path) -> None:
    first, second = date(2026, 10, 4), date(2026, 10, 5)
    with sample_house(tmp_path / "home", until=second) as (house, _, clock):
        cut = house.calendar.cut_off(second)
        build(house.build_room, first, house.calendar.cut_off(first))
        clock.now = cut
        plain = build(house.build_room, second, cut).issue
        add(house.correction_room, first, TEXT, "Ann", at=cut - timedelta(hours=3))
        room = house.build_room
        told = build(room, second, cut)
        document: Any = told.issue.document
        assert [(one["number"], one["text"], one["issue"]) for one in document["corrections"]] == [
            (1, TEXT, "2026-10-04")
        ]
        assert [check.name for check in told.checks if check.verdict.value == "fail"] == []
        assert document["reading_seconds"] <= 300
        html, text = told.issue.html, told.issue.text
        assert html.index(TEXT) < html.index("Today</h2>")
        assert text.index("CORRECTION 1, OCTOBER 5, 2026, TO THE ISSUE OF OCTOBER 4, 2026") < text.index(
            "TODAY"
        )
        assert build(room, second, cut).changed is False
        early = build(room, second, cut - timedelta(hours=4)).issue
        assert early.document["corrections"] == []
        assert early.html != told.issue.html
        assert hashlib.sha256(plain.html.encode()).hexdigest() == plain.html_sha256


# ── the stop button ────────────────────────────────────────────────────────────────────────────────


def test_halt_prepares_a_draft_and_names_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_house(tmp_path) as house:
        keep(house)
        mailed(house, handed=1)
    command = Command(tmp_path, monkeypatch, capsys)
    given = {"SECRET_KEY": KEY, "PUBLIC_URL": "http://testserver"}
    said = command("halt", "2026-08-14", "--by", "Ann", "--reason", "Wrong figure", **given)
    assert said.status == 0
    folder = tmp_path / "issues" / "2026-08-14"
    assert "A correction mail to 2 is drafted" in said.out
    assert "newsletter corrections add 2026-08-14 --text" in said.out
    assert "Wrong figure" in (folder / "correction-draft.html").read_text()
    assert (folder / "correction-draft.txt").read_text().startswith("Subject: Correction to our issue")
    assert command("corrections", "list", **given).out == "There are no corrections.\n", (
        "nothing is recorded by it"
    )
    made = command("corrections", "add", "2026-08-14", "--text", TEXT, "--by", "Ann", **given)
    assert "Its mail would go to 2 people whom the issue of 2026-08-14 reached." in made.out
    assert TEXT in (folder / "correction-1.txt").read_text()
    assert not (folder / "correction-draft.html").exists()
    again = command("halt", "2026-08-14", "--by", "Ann", "--reason", "Wrong figure", **given)
    assert "To tell them of correction 1: newsletter corrections send 1" in again.out
    assert command("corrections", "send", "1", **given).status == 3, "nobody is there to ask"
    assert (
        command("halt", "2026-08-14", "--correction", "1", "--by", "A", "--reason", "B", **given).status == 1
    )
    sent = command("corrections", "send", "1", "--yes", "--json", **given).json
    assert (sent["outcome"], sent["submitted"], sent["correction"]) == ("done", 2, 1)
    (row,) = command("corrections", "list", "--json", **given).json
    assert (row["mail"], row["recipients"], row["text"]) == ("done", 2, TEXT)
    html = command("corrections", "show", "1", "--format", "html", **given).out
    assert html == (folder / "correction-1.html").read_text()
    assert "mailed already" in command("corrections", "send", "1", "--yes", **given).out
    ended = command("halt", "2026-08-14", "--correction", "1", "--by", "A", "--reason", "B", **given).out
    assert ended.startswith("The mail of correction 1 (issue of 2026-08-14) is halted; of 2 recipients")
    halted_twice = command("corrections", "send", "1", "--yes", **given)
    assert halted_twice.status == 3
    assert (
        command("corrections", "list", "2026-08-13", **given).out
        == "The issue of 2026-08-13 has no correction.\n"
    )


def test_a_halt_that_spared_everybody_prepares_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_house(tmp_path) as house:
        keep(house)
        mailed(house, handed=0)
    command = Command(tmp_path, monkeypatch, capsys)
    given = {"SECRET_KEY": KEY, "PUBLIC_URL": "http://testserver"}
    said = command("halt", "2026-08-14", "--by", "Ann", "--reason", "Wrong figure", "--json", **given).json
    assert (said["stopped"], said["reached"], "draft" in said) == (6, 0, False)
    assert not list((tmp_path / "issues").rglob("correction*"))


def test_a_long_reason_is_cut_for_the_draft(house: House) -> None:
    assert Path(prepare(house.correction_room, DAY, "why " * 500)).exists()


def test_deliver_goes_on_with_a_mail_that_was_interrupted(house: House) -> None:
    halted(house)
    add(house.correction_room, DAY, TEXT, "Ann")
    stopped = send_correction(house.send_room, 1, stop=lambda: True)
    assert stopped.outcome is Outcome.STOPPED
    assert "newsletter corrections send 1" in stopped.note
    (found,) = deliver(house.send_room)
    assert found.name == "The mail of correction 1 (issue of 2026-08-14)"
    assert found.report is not None
    assert (found.report.outcome, found.report.submitted) == (Outcome.DONE, 4)
    assert draft(house.correction_room, house.corrections.get(1)) is not None  # type: ignore[arg-type]


def test_another_provider_takes_over_only_when_told(house: House) -> None:
    halted(house)
    add(house.correction_room, DAY, TEXT, "Ann")
    send_correction(house.send_room, 1, stop=lambda: True)

    class Other:
        name, batch_size, real = "other", 10, False

        def submit(self, *_: Any) -> Any:
            from newsletter.domain.mailing import Accepted

            return Accepted("receipt")

    other = replace(house.send_room, provider=Other())  # type: ignore[arg-type]
    with pytest.raises(Refused, match="newsletter corrections send 1 --switch-provider"):
        send_correction(other, 1)
    assert send_correction(other, 1, switch_provider=True).submitted == 4
