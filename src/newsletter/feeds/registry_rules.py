"""The rules one ``[[outlet]]`` must keep, each broken one reported with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from newsletter.domain.leaning import Leaning
from newsletter.domain.outlet import Outlet, Paywall
from newsletter.feeds.registry_lines import Place, line_of_text

KEYS = (
    "name", "domain", "leaning", "rated_on", "basis", "owner", "feeds", "verified", "enabled", "wire",
    "paywall", "quote", "articles",
)  # fmt: skip
STALE_AFTER = timedelta(days=365)

_DOMAIN = re.compile(r"^(?=.{1,253}$)[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)+$")
_FLAGS = {"enabled": True, "wire": False, "quote": True, "articles": False}


class Severity(StrEnum):
    """An error makes the file unusable; a warning is worth an editor's look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an outlets file. ``line`` counts from 1; 0 means the file as a whole."""

    line: int
    text: str
    severity: Severity = Severity.ERROR


@dataclass
class Seen:
    """What earlier outlets of the file already claimed: domain or feed URL -> line."""

    domains: dict[str, int] = field(default_factory=dict)
    feeds: dict[str, int] = field(default_factory=dict)


class OutletReader:
    """Reads one table; `problems` holds what it found, `outlet` answers None when an error is among them."""

    def __init__(self, table: Mapping[str, Any], place: Place, text: str, seen: Seen, today: date) -> None:
        self._table, self._place, self._text = table, place, text
        self._seen, self._today = seen, today
        self.problems: list[Problem] = []
        name = table.get("name")
        self._who = name if isinstance(name, str) and name.strip() else f"the outlet at line {place.line}"

    def outlet(self) -> Outlet | None:
        """The outlet, or None when it has errors."""
        self._unknown_keys()
        leaning = self._leaning()
        outlet = Outlet(
            name=self._text_of("name", required=True),
            domain=self._domain(),
            leaning=leaning,
            rated_on=self._date("rated_on", required=True) or date.min,
            basis=self._basis(leaning),
            owner=self._text_of("owner"),
            feeds=self._feeds(),
            verified=self._date("verified"),
            paywall=self._paywall(),
            **{key: self._flag(key, default) for key, default in _FLAGS.items()},
        )
        self._look_again(outlet)
        return None if any(p.severity is Severity.ERROR for p in self.problems) else outlet

    # ── reporting ──────────────────────────────────────────────────────────────────────────────────

    def _line(self, key: str) -> int:
        return self._place.keys.get(key, self._place.line)

    def _error(self, key: str, text: str, line: int | None = None) -> None:
        self.problems.append(Problem(line or self._line(key), f"{self._who}: {text}"))

    def _warn(self, key: str, text: str) -> None:
        self.problems.append(Problem(self._line(key), f"{self._who}: {text}", Severity.WARNING))

    def _unknown_keys(self) -> None:
        for key in self._table:
            if key not in KEYS:
                near = difflib.get_close_matches(key, KEYS, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(KEYS)}."
                self._error(key, f"unknown key {key!r}; {hint}")

    # ── values ─────────────────────────────────────────────────────────────────────────────────────

    def _text_of(self, key: str, *, required: bool = False) -> str:
        value = self._table.get(key)
        if value is None:
            if required:
                self._error(key, f"{key!r} is missing.")
            return ""
        if not isinstance(value, str):
            self._error(key, f"{key!r} must be a text in quotes, not {_kind(value)}.")
            return ""
        if required and not value.strip():
            self._error(key, f"{key!r} is empty.")
        return value.strip()

    def _flag(self, key: str, default: bool) -> bool:
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            self._error(key, f"{key!r} must be true or false without quotes, not {_kind(value)}.")
            return default
        return value

    def _date(self, key: str, *, required: bool = False) -> date | None:
        value = self._table.get(key)
        if value is None:
            if required:
                self._error(key, f"{key!r} is missing; write the day, for example {key} = 2026-11-01.")
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self._error(key, f"{key!r} must be a day without quotes or time, for example {key} = 2026-11-01.")
            return None
        if value > self._today + timedelta(days=1):
            self._warn(key, f"{key!r} lies in the future ({value.isoformat()}).")
        return value

    def _leaning(self) -> Leaning:
        known = ", ".join(Leaning)
        value = self._table.get("leaning")
        if value is None:
            self._error("leaning", f"'leaning' is missing; it is one of {known}.")
        elif value not in list(Leaning):
            self._error("leaning", f"unknown leaning {value!r}; it is one of {known}.")
        else:
            return Leaning(value)
        return Leaning.UNRATED

    def _basis(self, leaning: Leaning) -> str:
        if leaning is Leaning.UNRATED and self._table.get("leaning") == Leaning.UNRATED:
            basis = self._text_of("basis")
            if not basis and not isinstance(self._table.get("basis"), (int, list, dict)):
                self._warn("basis", "unrated without a reason; say in 'basis' why.")
            return basis
        return self._text_of("basis", required=True)

    def _paywall(self) -> Paywall:
        value = self._table.get("paywall", Paywall.NO)
        if value not in list(Paywall):
            self._error(
                "paywall", f"unknown paywall {value!r}; it is one of {', '.join(Paywall)}, in quotes."
            )
            return Paywall.NO
        return Paywall(value)

    def _domain(self) -> str:
        domain = self._text_of("domain", required=True).lower().rstrip(".")
        if not domain:
            return ""
        if not _DOMAIN.match(domain):
            self._error("domain", f"{domain!r} is no domain; write it bare, for example example.com.")
        elif domain in self._seen.domains:
            self._error("domain", f"domain {domain!r} stands already at line {self._seen.domains[domain]}.")
        self._seen.domains.setdefault(domain, self._line("domain"))
        return domain

    # ── feeds ──────────────────────────────────────────────────────────────────────────────────────

    def _feeds(self) -> tuple[str, ...]:
        value = self._table.get("feeds", [])
        if not isinstance(value, list) or not all(isinstance(url, str) for url in value):
            self._error("feeds", 'feeds must be a list of texts, for example ["https://example.com/rss"].')
            return ()
        return tuple(self._feed(url) for url in value)

    def _feed(self, url: str) -> str:
        line = line_of_text(self._text, url, self._place, self._line("feeds"))
        fault = feed_url_fault(url)
        if fault:
            shown = re.sub(r"//[^/]*@", "//…@", url)  # what stands before an @ may be a password
            self._error("feeds", f"feed {shown!r} {fault}.", line)
        key = _same_feed(url)
        if key in self._seen.feeds:
            self._error("feeds", f"feed {url!r} stands already at line {self._seen.feeds[key]}.", line)
        self._seen.feeds.setdefault(key, line)
        return url

    # ── what is allowed, but odd ───────────────────────────────────────────────────────────────────

    def _look_again(self, outlet: Outlet) -> None:
        if outlet.enabled and not outlet.feeds:
            self._warn("feeds", "enabled, but has no feed: nothing will ever be gathered from it.")
        if outlet.verified and self._today - outlet.verified > STALE_AFTER:
            self._warn("verified", f"its feed was last seen working on {outlet.verified}, over a year ago.")
        if outlet.rated_on > date.min and self._today - outlet.rated_on > STALE_AFTER * 2:
            self._warn("rated_on", f"its leaning dates from {outlet.rated_on}, over two years ago.")


def feed_url_fault(url: str) -> str:
    """What is wrong with a feed's address, as the end of a sentence; empty when nothing is."""
    if any(char.isspace() or ord(char) < 32 for char in url):
        return "has a blank in it"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no valid address"
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: parts.scheme not in ("http", "https"), "is not an http or https address"),
        (lambda: not host, "names no host"),
        (lambda: parts.username is not None, "carries a user name; credentials do not belong there"),
    )
    return next((text for broken, text in rules if broken()), "")


def _same_feed(url: str) -> str:
    """Two spellings of one feed: http or https, the host's case, a lone trailing slash."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/") if scheme.lower() in ("http", "https") else url


def _kind(value: object) -> str:
    names: Iterator[str] = (
        name
        for types, name in (
            ((bool,), "true or false"),
            ((int, float), "a number"),
            ((date,), "a date"),
            ((list,), "a list"),
            ((dict,), "a table"),
            ((str,), "a text"),
        )
        if isinstance(value, types)
    )
    return next(names, "this")
