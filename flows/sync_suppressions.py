"""The `sync-suppressions` flow, daily: the provider's suppression lists merged into ours."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.common import open_house
from newsletter.errors import NewsletterError
from newsletter.mailing.stopping import StopSignal
from newsletter.pipeline.suppressions import sync_suppressions


@task(name="read suppression lists", retries=2, retry_delay_seconds=60)
def read_lists() -> list[dict[str, Any]]:
    """Read all lists to their ends; a repeated run goes on where the last one was."""
    with open_house() as house, StopSignal() as stop:
        room = replace(house.sync_room, wait=stop.wait)
        return [asdict(one) for one in sync_suppressions(room, stop=stop)]


@flow(name="sync-suppressions", description="Merge the provider's suppression lists.")
def sync_suppressions_flow() -> State[Any]:
    """Artifact `suppressions`: each list, how much was read of it, how many are held back anew."""
    with open_house() as house:
        if house.settings.provider != "sendgrid":
            return Completed(message=f"The provider {house.settings.provider} keeps no suppression lists.")
    try:
        rows = read_lists()
    except NewsletterError as problem:
        return Failed(message=f"The suppression lists could not be read: {problem}")
    create_table_artifact(key="suppressions", table=rows, description="The provider's suppression lists.")
    new = sum(row["new"] for row in rows)
    return Completed(message=f"{new} held back anew.", data={"new": new})
