"""How times, ages and numbers read on a page; what the mail says too stands in `rendering.wording`. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from newsletter.rendering import clean


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """``13 Aug, 21:40`` in the issue's zone."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b}, {local:%H:%M}"


def zone_name(zone: ZoneInfo) -> str:
    """``New York`` of America/New_York."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def age(then: date, now: date) -> str:
    """``4 days ago``, ``3 weeks ago``, ``4 months ago``, as of the issue's own date."""
    days = (now - then).days
    if days <= 1:
        return "the same day" if days <= 0 else "yesterday"
    for size, word in ((365, "year"), (30, "month"), (7, "week")):
        if days >= 2 * size or (word == "year" and days >= size):
            return f"{counted(days // size, word)} ago"
    return f"{days} days ago"


def counted(n: int, word: str, plural: str = "") -> str:
    """``1 article``, ``24 articles``, ``2,400 articles``."""
    return f"{n:,} {word if n == 1 else plural or word + 's'}"


def span(length: timedelta) -> str:
    """``7 days``, ``12 hours``."""
    hours = max(1, round(length.total_seconds() / 3600))
    return counted(hours // 24, "day") if hours >= 48 or hours == 24 else counted(hours, "hour")


def contact_link(contact: str) -> str:
    """A brand's contact as a link: a web address as it stands, a mail address with `mailto:`."""
    return clean.url(contact) or (f"mailto:{quote(contact, safe='@.+-_')}" if "@" in contact else "")
