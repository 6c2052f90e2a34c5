"""Holding addresses back, within a transaction: the earliest time of a reason stays; the provider's own
unsubscribes come and go; of an erased address nothing is kept but what stands for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from newsletter.domain.audience import SuppressionReason
from newsletter.domain.events import Choice
from newsletter.ports import Held
from newsletter.storage.tables import provider_choices, suppressions

ErasedKeys: TypeAlias = Callable[[str], Sequence[str]]
"""What may stand for an address if it was erased: one for each secret key, the current one's first."""
PAGE = 1000


def no_erased_keys(_: str) -> tuple[str, ...]:
    """For an installation that has erased nobody."""
    return ()


def upsert(connection: Connection, table: sa.Table) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def hold(connection: Connection, held: Held) -> None:
    """Suppress each (address key, reason); one that stands keeps the earlier of the two times."""
    if not held:
        return
    insert = upsert(connection, suppressions)
    new = insert.excluded.at
    earlier = sa.case((new < suppressions.c.at, new), else_=suppressions.c.at)
    rows = [
        {"address_key": key, "reason": reason.value, "at": at} for (key, reason), at in sorted(held.items())
    ]
    connection.execute(
        insert.on_conflict_do_update(index_elements=["address_key", "reason"], set_={"at": earlier}), rows
    )


def choose(connection: Connection, choices: Mapping[str, Choice]) -> None:
    """Merge what addresses chose at the provider, and suppress or free them as that comes out."""
    keys = sorted(choices)
    for start in range(0, len(keys), PAGE):
        _choose(connection, {key: choices[key] for key in keys[start : start + PAGE]})


def _choose(connection: Connection, choices: Mapping[str, Choice]) -> None:
    mine = provider_choices.c.address_key.in_(list(choices))
    known = {
        row.address_key: Choice(row.left_at, row.returned_at)
        for row in connection.execute(sa.select(provider_choices).where(mine))
    }
    merged = {key: choice.merged(known.get(key, Choice())) for key, choice in choices.items()}
    insert = upsert(connection, provider_choices)
    change = {name: insert.excluded[name] for name in ("left_at", "returned_at")}
    rows = [
        {"address_key": key, "left_at": choice.left_at, "returned_at": choice.returned_at}
        for key, choice in merged.items()
    ]
    connection.execute(insert.on_conflict_do_update(index_elements=["address_key"], set_=change), rows)
    reason = SuppressionReason.PROVIDER_UNSUBSCRIBE
    stale = sa.and_(suppressions.c.address_key.in_(list(merged)), suppressions.c.reason == reason.value)
    connection.execute(sa.delete(suppressions).where(stale))
    hold(connection, {(key, reason): c.left_at for key, c in merged.items() if c.holds and c.left_at})


def erased(
    connection: Connection, address_keys: Collection[str], erased_keys: ErasedKeys
) -> Mapping[str, str]:
    """Those of the addresses that were erased, each with what stands for it."""
    owner = {stand_in: key for key in address_keys for stand_in in erased_keys(key)}
    found: dict[str, str] = {}
    for page in _pages(list(owner)):
        query = sa.select(suppressions.c.address_key).where(
            suppressions.c.address_key.in_(page), suppressions.c.reason == SuppressionReason.ERASED.value
        )
        found |= {owner[stand_in]: stand_in for stand_in in connection.scalars(query)}
    return found


def _pages(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + PAGE] for start in range(0, len(values), PAGE))


def hold_told(
    connection: Connection, held: Held, choices: Mapping[str, Choice], erased_keys: ErasedKeys
) -> None:
    """`hold` and `choose` what a provider told, under what stands for it where an address was erased."""
    named = {key for key, _ in held} | set(choices)
    instead = erased(connection, named, erased_keys) if named else {}
    hold(connection, {(instead.get(key, key), reason): at for (key, reason), at in held.items()})
    choose(connection, {instead.get(key, key): choice for key, choice in choices.items()})
