"""Corrections: what an issue got wrong, said right; numbered, dated, by somebody. Pure.

One thing, told in four places: at the top of the next issue, as a dated note in the archive (the mailed text stays as
it is), in `issue.json`, and, where somebody says so, in a mail of its own to whoever was or may have been reached.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import category

from newsletter.errors import UsageError

MOST_WORDS = 80
"""Of a correction's text: twenty seconds of the five minutes."""


_UNKEPT = frozenset({"Cc", "Cs"})
"""Control characters and halves of characters: no database keeps them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What readers are told. Its keys stand in `issue.json`."""

    number: int
    date: str
    """When it was made, on the issue's calendar (YYYY-MM-DD)."""
    text: str
    story_id: str = ""
    issue: str = ""
    """Date of the issue that it corrects (YYYY-MM-DD); empty in issues that earlier versions kept."""


@dataclass(frozen=True, slots=True)
class CorrectionMail:
    """The correction as a mail of its own, but for each recipient's token."""

    subject: str
    html: str
    text: str

    @property
    def sha256(self) -> str:
        """What an approval, and a mailing, bind to: subject, HTML and plain text."""
        return hashlib.sha256("\0".join((self.subject, self.html, self.text)).encode()).hexdigest()

    @property
    def html_sha256(self) -> str:
        return hashlib.sha256(self.html.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptCorrection:
    """A correction as kept: what readers are told of it, and what only editors are."""

    told: Correction
    issue_date: date
    by: str
    made_at: datetime
    """TIME: an issue made as of an earlier one does not know it. UTC."""
    mail: CorrectionMail | None = None
    """The draft of its mail, once it was rendered."""
    approved_by: str = ""
    approved_sha256: str = ""
    told_in: tuple[date, ...] = ()
    """Issues at whose top it stands."""

    @property
    def number(self) -> int:
        return self.told.number


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """What the mail of a correction says besides its text."""

    issue_date: date
    issue_number: int
    headline: str = ""
    """Of the story that it is about, as it was mailed; empty where it is about the issue."""


def correction_text(raw: str) -> str:
    """One paragraph of plain text. Raises `UsageError` for an empty one and for one that is too long."""
    text = " ".join("".join(" " if category(c) in _UNKEPT else c for c in raw).split())
    if not any(c.isalnum() for c in text):
        raise UsageError("A correction needs a text.", todo="Say what is right: --text TEXT.")
    words = len(text.split())
    if words > MOST_WORDS:
        raise UsageError(
            f"The correction has {words} words; {MOST_WORDS} fit at the top of an issue.",
            todo="Say what was wrong and what is right, in a few sentences.",
        )
    return text
