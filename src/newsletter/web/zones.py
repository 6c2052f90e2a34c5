"""Time zones to choose from: places, by continent, without the old and the abbreviated names."""

from __future__ import annotations

import zoneinfo
from functools import cache

AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"),
    *("Indian", "Pacific"),
)


@cache
def by_area() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(area, ((name, place as people write it), …)); UTC at the end."""
    names = sorted(zoneinfo.available_timezones())
    areas = (
        (area, tuple((name, _place(name)) for name in names if name.startswith(f"{area}/"))) for area in AREAS
    )
    return (*areas, ("Elsewhere", (("UTC", "UTC"),)))


def _place(name: str) -> str:
    """``America/Argentina/Buenos_Aires`` -> ``Argentina, Buenos Aires``."""
    return ", ".join(name.split("/")[1:]).replace("_", " ")


def is_known(name: str) -> bool:
    """Whether it is a zone that may be chosen."""
    return any(name == known for _, places in by_area() for known, _ in places)
