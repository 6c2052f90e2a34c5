"""The `deliver` flow, every ten minutes: go on with every mailing under way, each batch on its morning.

Of a large mailing it asks for shard runs first, then sends beside them: nothing waits for a run that never comes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.common import open_house, send_progress
from flows.shards import ask_for_help
from newsletter.mailing.report import Outcome
from newsletter.mailing.stopping import StopSignal
from newsletter.pipeline.deliver import Delivered
from newsletter.pipeline.deliver import deliver as go_on


@task(name="go on with mailings", retries=0)
def deliver_once() -> list[dict[str, Any]]:
    """Whatever may go now. Never repeated by Prefect: the batches in SQL decide what may go again."""
    rows = []
    with open_house() as house, StopSignal() as stop:
        ask_for_help(house)
        house.sign_up_desk.drain(stop)
        for one in go_on(replace(house.send_room, wait=stop.wait), stop=stop):
            if one.report:
                send_progress(one.report)
            if one.halted:
                what = one.halted.note or f"halted; {one.halted.queued} can still be cancelled"
                rows.append(
                    {
                        "mailing": one.name,
                        "date": one.date.isoformat(),
                        "ok": not one.halted.queued,
                        "what": what,
                    }
                )
                continue
            found = one.report and (one.report.exit_status == 0 or one.report.outcome is Outcome.ELSEWHERE)
            what = str(one.problem) if one.problem else one.report.note if one.report else ""
            rows.append(_row(one, bool(found), what))
    return rows


def _row(one: Delivered, ok: bool, what: str) -> dict[str, Any]:
    return {"mailing": one.name, "date": one.date.isoformat(), "ok": ok, "what": what}


@flow(name="deliver", description="Go on with every mailing under way, each batch on its morning.")
def deliver() -> State[Any]:
    """Begins no mailing; that is the daily issue's."""
    rows = deliver_once()
    for row in rows:
        get_run_logger().info("%s: %s", row["mailing"], row["what"] or "done")
    troubled = [row for row in rows if not row["ok"]]
    if troubled:
        return Failed(message=" ".join(f"{row['mailing']}: {row['what']}" for row in troubled), data=rows)
    return Completed(message=f"{len(rows)} mailings under way.", data=rows)
