"""The next batch that may go now: due, or near enough for the provider to be told when to send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.domain.mailing import AT_ONCE, Batch, ClaimTerms, Recipient
from newsletter.domain.pacing import Limit, free_at
from newsletter.errors import ProviderRejected
from newsletter.ports import Clock, MailingStore, Schedules

_NOT_AHEAD = timedelta(0)


@dataclass(slots=True)
class Claims:
    """The claims of one run. ``scheduler`` is the provider where it takes mail ahead of its time."""

    mailing_id: int
    store: MailingStore
    scheduler: Schedules | None
    clock: Clock
    stale_after: timedelta | None
    limits: tuple[Limit, ...] = ()
    owner: str = ""
    """The worker that claims."""
    note: str = ""
    """Why nothing is handed over ahead though the provider could, for people."""
    spare: str = ""
    """A provider's batch id that no batch has got yet."""

    @property
    def ahead(self) -> timedelta:
        """How long before its morning a batch may go."""
        return self.scheduler.ahead if self.scheduler and not self.note else _NOT_AHEAD

    def missed_before(self) -> datetime | None:
        """Mornings at or before that are over."""
        return None if self.stale_after is None else self.clock() - self.stale_after

    def next(self) -> tuple[Batch, tuple[Recipient, ...]] | None:
        """Claim the next batch; None when none may go now.

        The provider's id is made before the claim, so that a claimed batch can be cancelled whatever dies when.
        Raises what `Schedules.reserve` raises but for a refusal: then batches go when they are due.
        """
        now, missed = self.clock(), self.missed_before()
        due = self.store.next_due(self.mailing_id, missed)
        if due is None or due - now > max(self.ahead, self._early()):
            return None
        if ClaimTerms.is_ahead(due, now) and not self._reserved():
            return self.next()
        until = now + (self.ahead if self.spare else self._early())
        terms = ClaimTerms(until, missed, self.spare, self.limits, self.owner)
        claimed = self.store.claim(self.mailing_id, now, terms)
        if claimed and claimed[0].provider_batch == self.spare:
            self.spare = ""
        return claimed

    def free_at(self) -> datetime:
        """When the limits leave room for the next batch; now, where they do already or there are none."""
        now = self.clock()
        found = self.store.next_pending(self.mailing_id, self.missed_before()) if self.limits else None
        if found is None:
            return now
        handed = self.store.handed_over(now - max(limit.window for limit in self.limits))
        return free_at(handed, self.limits, found[1], now)

    def _early(self) -> timedelta:
        """A batch due within a minute is not worth scheduling; what cannot be scheduled at all is never early."""
        return AT_ONCE if self.scheduler and not self.note else _NOT_AHEAD

    def _reserved(self) -> bool:
        """Have an id ready; False when the provider does not give this key one."""
        if not self.spare and self.scheduler:
            try:
                self.spare = self.scheduler.reserve()
            except ProviderRejected as refusal:
                self.note = f"Nothing was handed over ahead of its time: {refusal.message}"
        return bool(self.spare)
