"""Asking for help with a large mailing: shard runs on the work pool, each one more worker on the mailing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from prefect import get_client, get_run_logger
from prefect.client.schemas.objects import FlowRun, WorkPoolStatus
from prefect.deployments import run_deployment

from newsletter.pipeline.sharding import Large, large_mailings
from newsletter.wiring import House

DEPLOYMENT = "deliver-shard/deliver-shard"
_LOST = timedelta(hours=1)
"""A run of a dead machine is *running* for ever. One that old is not waited for."""
_TRIES = 5
"""Runs for one place in a mailing; after that many ends it is left to the others."""


def ask_for_help(house: House) -> int:
    """Start the shard runs that the mailings under way ask for; how many were started or are at it already.

    Nobody waits for them: the run that asks sends, too. Where there is no deployment, pool or worker, it sends alone.
    """
    logger, asked = get_run_logger(), 0
    for one in large_mailings(house.send_room, house.settings.shard_over):
        if not house.mailings.shared:
            logger.info("issue of %s: %d recipients are due; SQLite serves one sender, so this run sends alone",
                        one.date, one.due)  # fmt: skip
            continue
        try:
            found = _runs(one)
        except Exception as problem:  # noqa: BLE001 - whatever keeps help from coming, the mail goes
            reason = f"{type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}"
            logger.warning("issue of %s: no shard runs (%s); this run sends alone", one.date, reason[:200])
            continue
        logger.info("issue of %s: %d recipients are due; %d shard runs help", one.date, one.due, found)
        asked += found
    return asked


def _runs(large: Large) -> int:
    with get_client(sync_client=True) as client:
        pool = client.read_deployment_by_name(DEPLOYMENT).work_pool_name
        if not pool or client.read_work_pool(pool).status is not WorkPoolStatus.READY:
            raise LookupError(f"no worker is at the work pool {pool}")
    for place in range(large.helpers):
        _run(large, place)
    return large.helpers


def _run(large: Large, place: int) -> None:
    """See that a run for that place in the mailing is there. Asked again, Prefect gives the same one back by its key;
    one that has ended, or was lost with its machine, gets a successor."""
    for attempt in range(1, _TRIES + 1):
        run = run_deployment(
            DEPLOYMENT,
            parameters={"day": large.date.isoformat()},
            flow_run_name=f"shard-{large.date}-{place + 1}.{attempt}",
            timeout=0,  # nobody waits: a run that hangs must not hold up the mailing
            as_subflow=False,  # nor does it end with the run that asked
            idempotency_key=f"shard:{large.mailing_id}:{place}:{attempt}",
        )
        if not _over(cast("FlowRun", run)):  # a coroutine only where it is awaited
            return


def _over(run: FlowRun) -> bool:
    if run.state is None or not run.start_time:
        return bool(run.state and run.state.is_final())
    return run.state.is_final() or datetime.now(UTC) - run.start_time > _LOST
