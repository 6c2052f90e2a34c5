"""How many requests may be under way at once: the provider's answers decide. Pure.

Additive increase, multiplicative decrease (Chiu and Jain, 1989), as TCP finds the room there is (RFC 5681): each
window's worth of quick acceptances makes room for one more, "too many" halves it, and a doubt leaves one, for every
request that is under way when the provider falls silent is a batch that somebody may have to settle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

FIRST = 2.0
"""Requests under way at the start, where so many are allowed."""
QUICK = timedelta(seconds=5)
"""An acceptance that takes longer makes no room for more: the provider has enough to do."""


@dataclass(frozen=True, slots=True)
class Window:
    """``size`` requests may be under way, rounded down; 1 <= size <= most."""

    most: int
    size: float

    @staticmethod
    def first(most: int) -> Window:
        """The window of a run. ``most``: the setting, at least 1."""
        return Window(most, min(FIRST, float(most)))

    @property
    def room(self) -> int:
        """How many requests may be under way."""
        return int(self.size)

    def accepted(self, took: timedelta) -> Window:
        """After a request was accepted; so many of these as there is room for make room for one more."""
        if took > QUICK:
            return self
        return replace(self, size=min(self.size + 1 / self.room, float(self.most)))

    def refused(self) -> Window:
        """After "too many requests", or none could be made. Once for all that were under way together."""
        return replace(self, size=max(1.0, self.size / 2))

    def doubted(self) -> Window:
        """After a request whose outcome nobody knows."""
        return replace(self, size=1.0)
