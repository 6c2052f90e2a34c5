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
from newsletter.pipeline.send import SendRoom, halting, ruling, send

LOOK_BACK = timedelta(days=7)
"""An older mailing that was never finished is history; `newsletter send DATE` still goes on with it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one mailing: a report, or why there is none."""

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
    days = [mailing.issue_date for mailing in room.mailings.unfinished(today - LOOK_BACK)]
    found = [_stop(room, mailing, stop) for mailing in room.mailings.to_stop(room.clock()) if not stop()]
    for day in [*days, *([today] if _released(room, today) else [])]:
        if stop():
            break
        found.append(_one(room, day, stop))
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
        return Delivered(mailing.issue_date, None, halted=halting(room, mailing, stop).go_on())
    except NewsletterError as problem:
        return Delivered(mailing.issue_date, None, problem)


def _one(room: SendRoom, day: date, stop: Callable[[], bool]) -> Delivered:
    """One mailing's trouble is not the next one's."""
    try:
        return Delivered(day, send(room, day, stop=stop))
    except NewsletterError as problem:
        return Delivered(day, None, problem)
