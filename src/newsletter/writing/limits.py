"""Promise 1's bounds: how much of one outlet may stand in one story, counted over all of its parts."""

from __future__ import annotations

from newsletter.domain.words import Statement, WritingLimits

Limits = WritingLimits


class Ledger:
    """The words each outlet has been quoted with in one story so far."""

    def __init__(self, limits: WritingLimits) -> None:
        self.limits = limits
        self._used: dict[str, int] = {}
        self._reserved: dict[str, int] = {}

    def left(self, outlet: str) -> int:
        """Words that outlet may still be quoted with, what is reserved for it aside."""
        return self.limits.outlet_words - self._used.get(outlet, 0) - self._reserved.get(outlet, 0)

    def allows(self, outlet: str, words: int) -> bool:
        return words <= min(self.limits.statement_words, self.left(outlet))

    def reserve(self, outlet: str, words: int) -> None:
        """Keep words back for a later part: a side with one outlet must still be heard after the overview."""
        self._reserved[outlet] = max(words, self._reserved.get(outlet, 0))

    def release(self, outlet: str) -> None:
        self._reserved.pop(outlet, None)

    def spend(self, statement: Statement, outlet: str) -> Statement:
        """Enter a statement with the outlet whose words they are; hands the statement back."""
        self._used[outlet] = self._used.get(outlet, 0) + len(statement.text.split())
        return statement
