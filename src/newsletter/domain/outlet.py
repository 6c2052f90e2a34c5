"""Outlets, and the registry that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from newsletter.domain.leaning import Leaning, Side, side_of


class Paywall(StrEnum):
    """How much of an outlet's pages a reader can open without paying."""

    NO = "no"
    METERED = "metered"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Outlet:
    """One publisher as the outlets file states it; ``domain`` is its identity everywhere."""

    name: str
    domain: str
    leaning: Leaning
    rated_on: date
    basis: str
    owner: str = ""
    feeds: tuple[str, ...] = ()
    verified: date | None = None
    enabled: bool = True
    wire: bool = False
    paywall: Paywall = Paywall.NO
    quote: bool = True
    """False: link and title only; no text of this outlet is ever excerpted."""
    articles: bool = False
    """True: article pages may be fetched (robots.txt respected), never behind a paywall."""

    @property
    def side(self) -> Side:
        return side_of(self.leaning)


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One feed of one enabled outlet: what a gather may fetch."""

    url: str
    outlet: Outlet


@dataclass(frozen=True)
class Registry:
    """All outlets of an installation, enabled or not, in file order; domains are unique."""

    outlets: tuple[Outlet, ...]
    _by_domain: dict[str, Outlet] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_domain", {outlet.domain: outlet for outlet in self.outlets})

    def __iter__(self) -> Iterator[Outlet]:
        return iter(self.outlets)

    def __len__(self) -> int:
        return len(self.outlets)

    def get(self, domain: str) -> Outlet | None:
        """The outlet of that domain, enabled or not, or None."""
        return self._by_domain.get(domain)

    def enabled(self) -> tuple[Outlet, ...]:
        return tuple(outlet for outlet in self.outlets if outlet.enabled)

    def feeds(self) -> tuple[FeedSource, ...]:
        """Every feed of every enabled outlet, in file order."""
        return tuple(FeedSource(url, outlet) for outlet in self.enabled() for url in outlet.feeds)

    def side_of(self, domain: str) -> Side:
        """The side of that outlet; an outlet the registry does not know is unrated."""
        outlet = self._by_domain.get(domain)
        return outlet.side if outlet else Side.UNRATED
