"""Whether an issue may go by the approval rules: whose word it needs, until when, and what happens without it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoApproval(StrEnum):
    """What becomes of an issue that nobody approved by the deadline."""

    HOLD = "hold"
    """It waits for a word, however long."""
    SKIP = "skip"
    """No issue that day."""
    SEND = "send-if-checks-pass"
    """It goes, unless one of its checks failed."""


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """As the operator set them. Without ``required`` the rest says nothing."""

    required: bool = False
    approvers: tuple[str, ...] = ()
    """Names that count; empty: anybody's."""
    otherwise: NoApproval = NoApproval.HOLD


@dataclass(frozen=True, slots=True)
class Word:
    """An approval as it was given: by whom, and for which bytes; both empty where there is none."""

    by: str = ""
    sha256: str = ""


class Ruling(StrEnum):
    GO = "go"
    HOLD = "hold"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
    ruling: Ruling
    why: str = ""
    """For people; empty where nothing had to be decided."""


def decide(
    rules: ApprovalRules,
    word: Word,
    sha256: str,
    *,
    checks_pass: bool,
    deadline: datetime | None,
    now: datetime,
) -> Decision:
    """Whether the issue with those bytes may go now. ``checks_pass``: none failed, overrides not counted.

    An approval holds for the very bytes it was given for, and only from somebody who may approve *now*. Without a
    ``deadline`` the issue is held until there is one.
    """
    if not rules.required:
        return Decision(Ruling.GO)
    missing = _missing(rules, word, sha256)
    if not missing:
        return Decision(Ruling.GO, f"approved by {word.by}")
    if deadline is None or now < deadline or rules.otherwise is NoApproval.HOLD:
        return Decision(Ruling.HOLD, missing)
    if rules.otherwise is NoApproval.SKIP:
        return Decision(Ruling.SKIP, f"{missing} by the deadline")
    if not checks_pass:
        return Decision(Ruling.HOLD, f"{missing} by the deadline, and its checks did not all pass")
    return Decision(Ruling.GO, f"{missing} by the deadline; its checks pass")


def _missing(rules: ApprovalRules, word: Word, sha256: str) -> str:
    """What is wrong with the approval; empty when it stands."""
    if not word.by:
        return "not approved"
    if word.sha256 != sha256:
        return "not approved in its present bytes"
    if rules.approvers and word.by not in rules.approvers:
        return f"approved by {word.by}, who is not among the approvers"
    return ""
