"""Deliver: go on with every mailing that is under way, each batch on its morning; begins none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.errors import NewsletterError
from newsletter.mailing.report import SendReport
from newsletter.pipeline.send import SendRoom, send

LOOK_BACK = timedelta(days=7)
"""An older mailing that was never finished is history; `newsletter send DATE` still goes on with it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one mailing: a report, or why there is none."""

    date: date
    report: SendReport | None
    problem: NewsletterError | None = None


def deliver(room: SendRoom, *, stop: Callable[[], bool] = lambda: False) -> tuple[Delivered, ...]:
    """Send what may go now of every unfinished mailing of the last days, the oldest issue first."""
    since = room.calendar.date_of(room.clock()) - LOOK_BACK
    found = []
    for mailing in room.mailings.unfinished(since):
        if stop():
            break
        found.append(_one(room, mailing.issue_date, stop))
    return tuple(found)


def _one(room: SendRoom, day: date, stop: Callable[[], bool]) -> Delivered:
    """One mailing's trouble is not the next one's."""
    try:
        return Delivered(day, send(room, day, stop=stop))
    except NewsletterError as problem:
        return Delivered(day, None, problem)
