"""How dates, ages and numbers read on a page. Pure."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


def long_date(day: date) -> str:
    """``Friday, 14 August 2026``."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def short_date(day: date) -> str:
    """``14 August 2026``."""
    return f"{day.day} {day:%B} {day.year}"


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


def listed(names: list[str] | tuple[str, ...]) -> str:
    """``A, B and C``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def minutes(seconds: int) -> str:
    """``4 min 40 s``."""
    whole, rest = divmod(seconds, 60)
    return f"{whole} min {rest} s" if rest else f"{whole} min"


def web_link(url: str) -> str:
    """The URL when it leads to the web, else nothing: a feed must not put `javascript:` behind a title."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def contact_link(contact: str) -> str:
    """A brand's contact as a link: a web address as it stands, a mail address with `mailto:`."""
    return web_link(contact) or (f"mailto:{contact}" if "@" in contact and ":" not in contact else "")
