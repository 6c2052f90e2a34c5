"""A home filled from the sample newsroom, as `newsletter demo` fills it, for tests that need real data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from newsletter.demo.newsroom import NewsroomServer, load_newsroom
from newsletter.demo.run import (
    DAYS,
    FIRST_GATHER,
    FixedClock,
    gather_until,
    import_subscribers,
    prepare,
    write_home,
)
from newsletter.locate import folder
from newsletter.settings import load
from newsletter.wiring import House


@contextmanager
def sample_house(
    home: Path, until: date = DAYS[-1], **settings: str
) -> Iterator[tuple[House, NewsroomServer, FixedClock]]:
    """Subscribers imported and every feed gathered up to the cut-off of ``until``; no issue is built."""
    newsroom = load_newsroom(folder("sample"))
    prepare(home)
    with NewsroomServer(newsroom, FIRST_GATHER) as server:
        values = write_home(home, newsroom.outlets_toml(server.base_url)) | settings
        clock = FixedClock(FIRST_GATHER)
        with House(load({}, home, values).settings, clock) as house:
            import_subscribers(house)
            list(gather_until(house, server, clock, house.calendar.cut_off(until)))
            yield house, server, clock
