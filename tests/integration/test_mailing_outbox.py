"""The outbox as a person would find it: one readable mail for each recipient, however often it is handed over."""

from __future__ import annotations

import email
import email.policy
import errno
import mailbox
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.domain.mailing import Addressed
from newsletter.errors import InvalidAddress, ProviderRejected
from newsletter.mailing.eml import eml_bytes, mail_of, mbox_bytes, mbox_entry, writer
from newsletter.mailing.outbox import OutboxProvider
from newsletter.mailing.report import Outcome
from newsletter.mailing.sender import send_mailing
from tests.support.mailing_fakes import (
    FakeClock,
    FakeMailingStore,
    addressed,
    envelope,
    frozen,
    people,
    token_of,
)

MOMENT = datetime(2026, 8, 20, 6, 30, tzinfo=UTC)


def read(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def unix(part: EmailMessage) -> str:
    """A text part's content; the lines of a mail end in CRLF."""
    return part.get_content().replace("\r\n", "\n")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_each_recipient_has_a_file_named_by_delivery(tmp_path: Path) -> None:
    receipt = OutboxProvider(tmp_path).submit(envelope(), "b1", addressed(3))
    assert files(tmp_path) == ["2026-08-20/d1.eml", "2026-08-20/d2.eml", "2026-08-20/d3.eml"]
    assert receipt.message_id == "outbox-b1"
    assert not OutboxProvider.real


def test_a_mail_has_text_first_one_click_headers_and_the_recipients_own_token(tmp_path: Path) -> None:
    OutboxProvider(tmp_path).submit(envelope(), "b1", addressed(2))
    mail = read(tmp_path / "2026-08-20/d2.eml")
    assert mail["To"] == "Reader 2 <reader2@example.org>"
    assert mail["From"] == "Both Sides <daily@news.example.com>"
    assert mail["Subject"] == "Both sides of the harbour vote"
    assert mail["Date"] == "Thu, 20 Aug 2026 00:00:00 +0000"
    assert mail["Message-ID"] == "<d2@news.example.com>"
    assert mail["List-Id"] == "<daily.news.example.com>"
    assert mail.get_all("List-Unsubscribe") == ["<https://news.example.com/u/token2>"]
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert unix(text) == envelope().text.replace(UNSUBSCRIBE_SLOT, "token2")
    assert unix(html) == envelope().html.replace(UNSUBSCRIBE_SLOT, "token2")


def test_a_long_link_in_the_header_stays_one_address(tmp_path: Path) -> None:
    one = replace(addressed(1)[0], unsubscribe_token="k" * 150)
    OutboxProvider(tmp_path).submit(envelope(), "b1", [one])
    raw = (tmp_path / "2026-08-20/d1.eml").read_bytes()
    assert b"\r\nList-Unsubscribe: <https://news.example.com/u/" + b"k" * 150 + b">\r\n" in raw


def test_the_same_batch_again_gives_the_same_bytes_and_no_second_file(tmp_path: Path) -> None:
    once = OutboxProvider(tmp_path)
    once.submit(envelope(), "b1", addressed(3))
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    OutboxProvider(tmp_path).submit(envelope(), "b1", addressed(3))
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_an_issue_without_a_date_has_a_fixed_one(tmp_path: Path) -> None:
    OutboxProvider(tmp_path).submit(envelope(issue_date="sample"), "b1", addressed(1))
    assert read(tmp_path / "sample/d1.eml")["Date"] == "Thu, 01 Jan 1970 00:00:00 +0000"


def test_a_clock_gives_the_date(tmp_path: Path) -> None:
    OutboxProvider(tmp_path, clock=lambda: MOMENT).submit(envelope(), "b1", addressed(1))
    assert read(tmp_path / "2026-08-20/d1.eml")["Date"] == "Thu, 20 Aug 2026 06:30:00 +0000"


def test_only_the_owner_may_read_it_and_ids_lead_nowhere_else(tmp_path: Path) -> None:
    one = addressed(1)[0]
    strange = replace(one, recipient=replace(one.recipient, delivery_id="../../reader@example.org"))
    OutboxProvider(tmp_path / "outbox").submit(envelope(), "b1", [strange])
    (name,) = files(tmp_path)
    assert name.startswith("outbox/2026-08-20/")
    assert "@" not in name
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


# ── large mailings ─────────────────────────────────────────────────────────────────────────────────


def test_more_than_a_thousand_recipients_get_an_mbox_for_each_batch(tmp_path: Path) -> None:
    outbox = OutboxProvider(tmp_path, total=lambda _: 1001)
    outbox.submit(envelope(), "b1", addressed(4))
    outbox.submit(envelope(), "b2", addressed(1, 5))
    outbox.submit(envelope(), "b1", addressed(4))  # again: overwritten, not appended
    assert files(tmp_path) == ["2026-08-20/b1.mbox", "2026-08-20/b2.mbox"]
    box = mailbox.mbox(tmp_path / "2026-08-20/b1.mbox")
    assert [mail["Message-ID"] for mail in box] == [f"<d{n}@news.example.com>" for n in range(1, 5)]
    box.close()


def test_without_a_hint_a_full_batch_tells_that_the_mailing_is_large(tmp_path: Path) -> None:
    outbox = OutboxProvider(tmp_path)
    outbox.submit(envelope(), "b1", addressed(1000))
    outbox.submit(envelope(), "b2", addressed(1, 1001))
    outbox.submit_test(envelope(), "editor@example.org")
    assert files(tmp_path) == ["2026-08-20/b1.mbox", "2026-08-20/b2.mbox", "2026-08-20/test.eml"]


def test_a_line_that_begins_with_from_does_not_split_an_mbox(tmp_path: Path) -> None:
    text = envelope(text="From the harbour:\n\nFrom now on\n")
    OutboxProvider(tmp_path, total=lambda _: 5000).submit(text, "b1", addressed(2))
    box = mailbox.mbox(tmp_path / "2026-08-20/b1.mbox")
    assert len(box) == 2
    box.close()


# ── test mails, trouble ────────────────────────────────────────────────────────────────────────────


def test_a_test_mail_is_marked(tmp_path: Path) -> None:
    OutboxProvider(tmp_path).submit_test(envelope(), "editor@example.org")
    mail = read(tmp_path / "2026-08-20/test.eml")
    assert mail["Subject"].startswith("[Test] ")
    assert mail["To"] == "editor@example.org"
    with pytest.raises(InvalidAddress):
        OutboxProvider(tmp_path).submit_test(envelope(), "editor")


def test_a_folder_that_cannot_be_written_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(ProviderRejected, match=r"outbox cannot be written .*newsletter send"):
        OutboxProvider(tmp_path / "outbox").submit(envelope(), "b1", addressed(1))


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ProviderRejected, match=r"full disk.*Make room"):
        OutboxProvider(tmp_path).submit(envelope(), "b1", addressed(2))
    assert files(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device_is_told(tmp_path: Path) -> None:
    (tmp_path / "2026-08-20").mkdir()
    (tmp_path / f"2026-08-20/.d1.eml.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(ProviderRejected, match="full disk"):
        OutboxProvider(tmp_path).submit(envelope(), "b1", addressed(1))


def test_text_that_no_mail_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProviderRejected, match="characters"):
        OutboxProvider(tmp_path).submit(envelope(html="half \ud83d"), "b1", addressed(1))


def test_a_mailing_into_the_outbox_resumed_after_a_doubt_holds_each_once(tmp_path: Path) -> None:
    store, clock = FakeMailingStore(people(25)), FakeClock()
    mailing = frozen(store, provider="outbox")
    outbox = OutboxProvider(tmp_path, total=lambda _: 25)
    stops = iter([False, True])

    def send(stop: bool) -> Outcome:
        return send_mailing(
            mailing,
            envelope(),
            store=store,
            provider=outbox,
            token_of=token_of,
            clock=clock,
            wait=clock.wait,
            stop=lambda: stop and next(stops),
        ).outcome

    assert send(stop=True) is Outcome.STOPPED
    assert len(files(tmp_path)) == 10
    assert send(stop=False) is Outcome.DONE
    assert len(files(tmp_path)) == 25


# ── bytes ──────────────────────────────────────────────────────────────────────────────────────────

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=60)


@settings(max_examples=40, deadline=None)
@given(name=words, subject=words, body=words, wide=st.booleans())
def test_every_mail_reads_back_as_it_was_written(name: str, subject: str, body: str, wide: bool) -> None:
    text = f"{body}\n" if not wide else f"{body}{'ü' * 2000}\n"
    one = addressed(1)[0]
    one = Addressed(replace(one.recipient, name=name), "p.token")
    mail = mail_of(envelope(text=text, html=f"<p>{text}</p>\n", subject=subject), one, MOMENT)
    again = email.message_from_bytes(eml_bytes(mail), policy=email.policy.default)
    assert isinstance(again, EmailMessage)
    plain, html = again.iter_parts()
    assert unix(plain) == text
    assert unix(html) == f"<p>{text}</p>\n"
    assert again["To"].addresses[0].addr_spec == "reader1@example.org"
    assert again["List-Unsubscribe"] == "<https://news.example.com/u/p.token>"
    assert mbox_entry(mbox_bytes(mail), MOMENT).startswith(
        b"From outbox@localhost Thu Aug 20 06:30:00 2026\n"
    )


def test_letters_outside_ascii_before_the_at_are_written_as_utf_8() -> None:
    one = addressed(1)[0]
    wide = Addressed(replace(one.recipient, email="münchen@example.org"), "t")
    assert "münchen@example.org".encode() in eml_bytes(mail_of(envelope(), wide, MOMENT))


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(words, max_size=3),
    subject=words,
    body=words
    | st.sampled_from(["-delivery-id-", "stand-in@recipient.invalid", UNSUBSCRIBE_SLOT * 60, "From x"]),
    wide=st.booleans(),
    token=st.sampled_from(["p.token", "k" * 74, "k" * 75, "a=b"]),
    local=st.sampled_from(["reader", "münchen", "o'neil+news"]),
)
def test_the_quick_way_writes_the_same_bytes(
    names: list[str], subject: str, body: str, wide: bool, token: str, local: str
) -> None:
    text = f"{body}\n{UNSUBSCRIBE_SLOT}{'ü  ' * 600 if wide else ''}{UNSUBSCRIBE_SLOT}\r\n"
    mailing = envelope(text=text, html=f"<p>{text}</p>", subject=subject)
    for flatten in (eml_bytes, mbox_bytes):
        write = writer(mailing, MOMENT, flatten)
        for one, name in zip(addressed(3), names, strict=False):
            own = Addressed(replace(one.recipient, name=name, email=f"{local}@example.org"), token)
            written = write(own)
            assert written == flatten(mail_of(mailing, own, MOMENT))
            assert max(map(len, written.splitlines())) <= 998
            if flatten is eml_bytes:
                again = email.message_from_bytes(written, policy=email.policy.default)
                assert isinstance(again, EmailMessage)
                plain, _ = again.iter_parts()
                assert unix(plain) == text.replace(UNSUBSCRIBE_SLOT, token).replace("\r\n", "\n")
