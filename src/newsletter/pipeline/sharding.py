"""Large mailings shared by several runs: who should be asked for help, and what a helper does.

What runs are started with is the caller's affair (the flow `deliver` starts them on a work pool). Without help the
mailing is sent all the same, by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.domain.mailing import Mailing
from newsletter.domain.sharding import TO_GO, due_now, helpers
from newsletter.mailing.report import SendReport
from newsletter.pipeline.deliver import LOOK_BACK
from newsletter.pipeline.send import send
from newsletter.pipeline.sendroom import SendRoom
from newsletter.ports import Progress, Schedules, no_progress


@dataclass(frozen=True, slots=True)
class Large:
    """A mailing that should be shared."""

    mailing_id: int
    date: date
    due: int
    """Recipients to be handed over now."""
    helpers: int
    """Runs to be asked for besides the one that asks; 0 where nobody is to be asked."""


def large_mailings(room: SendRoom, over: int) -> tuple[Large, ...]:
    """The unfinished mailings of which more than ``over`` recipients may be handed over now, the oldest first."""
    today = room.calendar.date_of(room.clock())
    found = (_large(room, mailing, over) for mailing in room.mailings.unfinished(today - LOOK_BACK))
    return tuple(one for one in found if one.helpers)


def _large(room: SendRoom, mailing: Mailing, over: int) -> Large:
    now, provider = room.clock(), room.provider
    ahead = provider.ahead if isinstance(provider, Schedules) else timedelta(0)
    due = due_now(room.mailings.batches(mailing.id, TO_GO), now, ahead, now - room.calendar.stale_after)
    due = min([due, *(limit.most for limit in room.rules.limits)])  # the limits leave no more to do
    return Large(mailing.id, mailing.issue_date, due, helpers(due, over))


def take_part(
    room: SendRoom,
    day: date,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> SendReport | None:
    """Send of the mailing under way what may go now, beside whoever else does. None where none is under way.

    A helper begins no mailing and goes on with none that is older than `deliver` would. Raises as `send` does.
    """
    today = room.calendar.date_of(room.clock())
    under_way = {mailing.issue_date for mailing in room.mailings.unfinished(today - LOOK_BACK)}
    return send(room, day, stop=stop, progress=progress) if day in under_way else None
