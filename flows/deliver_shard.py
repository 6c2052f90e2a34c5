"""The `deliver-shard` flow: one more worker on a large mailing. Started by `deliver`; begins no mailing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.common import open_house
from newsletter.errors import NewsletterError
from newsletter.mailing.report import Outcome
from newsletter.mailing.stopping import StopSignal
from newsletter.pipeline.sharding import take_part


@task(name="take part in a mailing", retries=0)
def share(day: dt.date) -> dict[str, Any]:
    """Claim and send until nothing may go now. Never repeated by Prefect: the batches in SQL decide."""
    with open_house() as house, StopSignal() as stop:
        report = take_part(replace(house.send_room, wait=stop.wait), day, stop=stop)
    if report is None:
        return {"ok": True, "what": f"No mailing of {day} is under way."}
    ok = report.exit_status == 0 or report.outcome in (Outcome.ELSEWHERE, Outcome.HALTED)
    return {"ok": ok, "what": report.note or f"Issue of {day}: {report.outcome}."}


@flow(name="deliver-shard", description="One more worker on a large mailing under way.")
def deliver_shard(day: dt.date) -> State[Any]:
    """Of the mailing of ``day``; whatever it leaves, the others or the next `deliver` go on with."""
    try:
        found = share(day)
    except NewsletterError as problem:
        return Failed(message=f"{day}: {problem}")
    get_run_logger().info("%s", found["what"])
    return (Completed if found["ok"] else Failed)(message=found["what"], data=found)
