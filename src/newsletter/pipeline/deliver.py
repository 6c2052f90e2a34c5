"""Deliver: go on with every mailing that is under way, each batch on its morning; and with halting one.

It begins none, but for today's issue where that had to wait for an approval: the word, or the deadline, has come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.domain.approving import Ruling
from newsletter.domain.mailing import Mailing
from newsletter.errors import NewsletterError
from newsletter.mailing.halting import HaltReport
from newsletter.mailing.report import SendReport
from newsletter.pipeline.corrections import send_correction
from newsletter.pipeline.send import ruling, send
from newsletter.pipeline.sendroom import SendRoom, halting

LOOK_BACK = timedelta(days=7)
"""An older mailing that was never finished is history; `newsletter send DATE` still goes on with it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one mailing: a report, or why there is none."""

    name: str
    """ "The mailing of 2026-08-14"."""
    date: date
    report: SendReport | None
    problem: NewsletterError | None = None
    halted: HaltReport | None = None
    """Of a mailing that was halted, by a person or by complaints, with something of it still to be stopped."""


def deliver(room: SendRoom, *, stop: Callable[[], bool] = lambda: False) -> tuple[Delivered, ...]:
    """Send what may go now of every unfinished mailing of the last days, the oldest issue first.

    Before that, stop what can still be stopped of those that are halted.
    """
    today = room.calendar.date_of(room.clock())
    waiting = [
        (one.name, one.issue_date, one.correction) for one in room.mailings.unfinished(today - LOOK_BACK)
    ]
    found = [_stop(room, mailing, stop) for mailing in room.mailings.to_stop(room.clock()) if not stop()]
    for one in [*waiting, *([(f"The mailing of {today}", today, 0)] if _released(room, today) else [])]:
        if stop():
            break
        found.append(_one(room, *one, stop))
    return tuple(found)


def _released(room: SendRoom, today: date) -> bool:
    """Whether today's issue waited for an approval, and does so no more. Whatever else holds it back still does."""
    now = room.clock()
    if not room.rules.approval.required or now >= room.calendar.stale_at(today) or room.issues.skipped(today):
        return False
    issue = room.issues.get(today)
    if issue is None or room.mailings.find(today) is not None:
        return False
    return ruling(room, issue, now).ruling is not Ruling.HOLD


def _stop(room: SendRoom, mailing: Mailing, stop: Callable[[], bool]) -> Delivered:
    try:
        halted = halting(room, mailing, stop).go_on()
        return Delivered(mailing.name, mailing.issue_date, None, halted=halted)
    except NewsletterError as problem:
        return Delivered(mailing.name, mailing.issue_date, None, problem)


def _one(room: SendRoom, name: str, day: date, correction: int, stop: Callable[[], bool]) -> Delivered:
    """One mailing's trouble is not the next one's."""
    try:
        sent = send_correction(room, correction, stop=stop) if correction else send(room, day, stop=stop)
        return Delivered(name, day, sent)
    except NewsletterError as problem:
        return Delivered(name, day, None, problem)
