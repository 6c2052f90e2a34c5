"""The outbox: mail as files in a folder, for the demo and for whoever wants to look before mailing for real.

One ``.eml`` for each recipient; an ``.mbox`` for each batch once a mailing has more than 1,000 recipients, so that
a large list does not become a folder of 100,000 files. Names come from delivery and batch ids, so a batch handed
over again overwrites itself: nobody is in the outbox twice, and no address stands in a file's name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from email.errors import MessageError
from pathlib import Path

from newsletter.domain.mailing import Accepted, Addressed, Envelope, Letter, Schedule
from newsletter.errors import ProviderRejected
from newsletter.mailing.eml import eml_bytes, mbox_bytes, mbox_entry, writer
from newsletter.mailing.letter import TEST_BATCH, marked_test
from newsletter.mailing.letters import letter_of
from newsletter.ports import Clock

LETTERS = "subscriptions"
"""The folder of mail about somebody's own subscription, beside those of the issues."""
FILES_LIMIT = 1_000
"""Most recipients of a mailing that get a file each."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class OutboxProvider:
    """A `newsletter.ports.Provider` that writes below ``folder/<issue date>/``.

    ``total`` tells how many recipients the mailing of an issue date (as in the envelope) has; where nobody
    knows, a full batch of 1,000 means more than that are coming. Without a ``clock`` a mail's Date is its
    issue's day, and the same mailing gives the same bytes. Raises `ProviderRejected` when the folder cannot be written.
    """

    name = "outbox"
    batch_size = FILES_LIMIT
    real = False

    def __init__(
        self,
        folder: Path,
        *,
        total: Callable[[str], int | None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._folder, self._total, self._clock = Path(folder), total, clock

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        """Write the batch. Each file appears whole or not at all; all of them may be written again."""
        folder = self._folder / _folder_of(envelope)
        total = None if envelope.correction else self._total(envelope.issue_date)
        as_mbox = self._as_mbox(folder, total, len(recipients))
        return self._deliver(folder, envelope, batch_id, recipients, as_mbox)

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        """One marked mail, as ``test.eml`` beside the issue's own."""
        marked, addressed = marked_test(envelope, email)
        folder = self._folder / _folder_of(envelope)
        return self._deliver(folder, marked, TEST_BATCH, [addressed], as_mbox=False)

    def submit_letter(self, letter: Letter) -> Accepted:
        """One mail about somebody's own subscription, as a file of its own."""
        folder = self._folder / LETTERS
        moment = self._clock() if self._clock else datetime.now(UTC)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(folder / f"{_file_name(letter.mail_id)}.eml", [eml_bytes(letter_of(letter, moment))])
        except OSError as problem:
            raise _unwritable(self._folder, problem) from None
        return Accepted(f"outbox-{letter.mail_id}")

    def _deliver(
        self, folder: Path, envelope: Envelope, batch_id: str, recipients: Sequence[Addressed], as_mbox: bool
    ) -> Accepted:
        moment = self._clock() if self._clock else _day_of(envelope)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if as_mbox:
                write = writer(envelope, moment, mbox_bytes)
                _write(
                    folder / f"{_file_name(batch_id)}.mbox",
                    (mbox_entry(write(one), moment) for one in recipients),
                )
            else:
                write = writer(envelope, moment, eml_bytes)
                for one in recipients:
                    _write(folder / f"{_file_name(one.recipient.delivery_id)}.eml", [write(one)])
        except OSError as problem:
            raise _unwritable(self._folder, problem) from None
        except (ValueError, MessageError):
            raise ProviderRejected(
                "The mail cannot be written: a header or the text holds characters that no mail may have.",
                todo="Look at the subject, the sender and the text of the issue.",
            ) from None
        return Accepted(f"outbox-{batch_id}")

    def _as_mbox(self, folder: Path, total: int | None, recipients: int) -> bool:
        if total is not None:
            return total > FILES_LIMIT
        return recipients >= self.batch_size or any(folder.glob("*.mbox"))


def _file_name(identifier: str) -> str:
    """The id itself where it is a plain word, else its digest: an id never leads out of the folder."""
    if _SAFE.fullmatch(identifier):
        return identifier
    return hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _folder_of(envelope: Envelope) -> str:
    """An issue's own; its corrections' mails beside it."""
    mail = f"-correction-{envelope.correction}" if envelope.correction else ""
    return _file_name(f"{envelope.issue_date}{mail}")


def _day_of(envelope: Envelope) -> datetime:
    try:
        day = date.fromisoformat(envelope.issue_date)
    except ValueError:
        day = date(1970, 1, 1)
    return datetime.combine(day, time(), UTC)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """Write beside, then rename; readable by its owner only, for it names a subscriber."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(parts)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _unwritable(folder: Path, problem: OSError) -> ProviderRejected:
    if problem.errno in _FULL:
        what, todo = "is on a full disk", "Make room"
    else:
        what, todo = (
            f"cannot be written ({problem.strerror or type(problem).__name__})",
            "Check its owner and mode",
        )
    return ProviderRejected(
        f"The outbox {folder} {what}.",
        todo=f"{todo}, then run `newsletter send` again: what is written already is overwritten, not doubled.",
        folder=str(folder),
    )
