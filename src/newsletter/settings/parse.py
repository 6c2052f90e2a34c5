"""Text of a setting to its value. Each parser raises ValueError with what is wrong, in words."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(d|h|m|min|s)\s*$")
_LONGEST = timedelta(days=36_500)
_UNIT = {"d": 86_400, "h": 3_600, "m": 60, "min": 60, "s": 1}


_WEB_URL = re.compile(r"""[^\s"'<>\\^`{|}\x00-\x20\x7f]+""")


def boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError("write true or false")
    return lowered in _TRUE


def zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no time zone of that name; write one such as America/New_York") from None


def clock_time(text: str) -> time:
    if not re.fullmatch(r"\d{1,2}:\d{2}", text.strip()):
        raise ValueError("write a time of day as HH:MM")
    hours, minutes = text.strip().split(":")
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        raise ValueError("write a time of day as HH:MM") from None


def optional_clock_time(text: str) -> time | None:
    """A `clock_time`, or nothing."""
    return clock_time(text) if text.strip() else None


def duration(text: str) -> timedelta:
    found = _DURATION.match(text)
    if not found:
        raise ValueError("write a duration such as 6 h, 90 min or 30 d")
    seconds = float(found[1]) * _UNIT[found[2]]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"that is too long; at most {_LONGEST.days} d")
    return timedelta(seconds=seconds)


def optional_date(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("write a date as YYYY-MM-DD") from None


def whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise ValueError("write a whole number")
    return int(text)


def at_once(text: str) -> int:
    """How many of something at a time: 1 to 100."""
    found = whole(text)
    if not 1 <= found <= 100:
        raise ValueError("write a whole number from 1 to 100")
    return found


def share(text: str) -> float:
    """A share as "35 %" or "0.35"; 0 to 10."""
    value = number(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    if value > 10:
        raise ValueError("write a share such as 35 % or 0.35")
    return value


def number(text: str) -> float:
    """A figure of zero or more, with or without decimals."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text.strip()):
        raise ValueError("write a number such as 3 or 2.5")
    return float(text)


def words(text: str) -> tuple[str, ...]:
    """A list separated by commas; empty text is an empty list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def hosts(text: str) -> tuple[str, ...]:
    """Hosts, host:port or CIDR, separated by commas or spaces."""
    found = tuple(part for part in re.split(r"[\s,]+", text) if part)
    for entry in found:
        if "/" in entry:
            try:
                ipaddress.ip_network(entry, strict=False)
            except ValueError:
                raise ValueError(f"{entry!r} is no host, host:port or CIDR range") from None
    return found


def networks(text: str) -> tuple[str, ...]:
    """Addresses or CIDR, separated by commas or blanks; no names, for a proxy is known by where it connects from."""
    found = tuple(part for part in re.split(r"[\s,]+", text) if part)
    for entry in found:
        try:
            ipaddress.ip_network(entry)
        except ValueError:
            raise ValueError(f"{entry!r} is no address or CIDR range") from None
    return found


def web_url(text: str) -> str:
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write an address such as https://news.example.org")
    if parts.username is not None or parts.port == 0 or not _WEB_URL.fullmatch(text.strip()):
        raise ValueError("write an address without user name, blanks or quotes")
    return text.strip().rstrip("/")


def optional_url(text: str) -> str:
    """A `web_url`, or nothing."""
    return web_url(text) if text.strip() else ""


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that takes one of the given words."""

    def parse(text: str) -> str:
        if text.strip() not in choices:
            raise ValueError("write " + " or ".join(choices))
        return text.strip()

    return parse


def some_of(*choices: str) -> Callable[[str], tuple[str, ...]]:
    """A parser that takes any of the given words, separated by commas, in their own order; empty text is none."""

    def parse(text: str) -> tuple[str, ...]:
        given = {part.lower() for part in words(text)}
        if unknown := sorted(given.difference(choices)):
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(choices)}")
        return tuple(choice for choice in choices if choice in given)

    return parse


def plain(text: str) -> str:
    return text.strip()
