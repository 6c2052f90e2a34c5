"""What the provider told of a mailing's deliveries, for `deliveries` and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from newsletter.domain.events import DeliveryState, Fact
from newsletter.domain.reception import Reception, reception


def states_of(deliveries: Mapping[Fact, int]) -> dict[str, int]:
    """A batch's deliveries by the provider's word for them; those it has said nothing of are left out."""
    return {state.value: number for state, number in reception(deliveries).states.items() if number}


def received_json(received: Reception) -> dict[str, Any]:
    """Every figure, rates from 0 to 1; ``states`` adds up to what is submitted."""
    return {
        "states": {state.value: received.states.get(state, 0) for state in DeliveryState},
        "delivered": received.delivered,
        "bounced": received.bounced,
        "deferred": received.deferred,
        "complaints": received.complaints,
        "left": received.left,
        "spam_rate": round(received.spam_rate, 6),
        "bounce_rate": round(received.bounce_rate, 6),
        "spam": received.spam.value,
        "warning": received.warning,
    }


def print_received(received: Reception) -> None:
    """A line of counts, the two rates, and a warning where there is reason for one."""
    told = {state: n for state, n in received.states.items() if n and state is not DeliveryState.SILENT}
    if not told:
        click.echo("The provider has told nothing of these deliveries (so far).")
        return
    counts = ", ".join(f"{number:,} {state}" for state, number in received.states.items() if number)
    click.echo(f"The provider tells: {counts}.")
    click.echo(
        f"Reported as spam: {received.complaints:,} ({received.spam_rate:.2%} of what was delivered)."
        f" Bounced: {received.bounce_rate:.2%}. Left by the provider's link: {received.left:,}."
    )
    if received.warning:
        click.echo(received.warning)
