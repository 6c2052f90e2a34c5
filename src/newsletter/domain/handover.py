"""Mail handed over one by one (SMTP): what is known of each when its batch is interrupted. Pure.

::

    begun ──250 after the mail's end──> accepted      for good: whatever happens to the others, it is never sent again
      │ ├──5xx for this recipient─────> refused       certainly not taken, and never will be
      │ └──4xx, or lost before its end> not taken     certainly not taken; may be sent again
      └──lost after its end, killed──── (still begun) nobody knows: this one alone is in doubt

``begun`` is committed before the first byte, the outcome after the answer. So of an interrupted batch one mail
is in doubt at most for each connection, those before it are settled, and those after it were never begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

ONE_BY_ONE = frozenset({"smtp"})
"""Providers that take mail one by one: nothing known of a batch means that nothing of it was begun."""


class Handover(StrEnum):
    BEGUN = "begun"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_TAKEN = "not taken"


@dataclass(frozen=True, slots=True)
class Parts:
    """A batch's delivery ids by what may be done about them; each is in exactly one part, in their order."""

    accepted: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """Certainly not taken: may be sent."""


def parts_of(delivery_ids: Sequence[str], known: Mapping[str, Handover]) -> Parts:
    """Of a batch that nobody is handing over any more."""
    return Parts(
        accepted=tuple(d for d in delivery_ids if known.get(d) is Handover.ACCEPTED),
        in_doubt=tuple(d for d in delivery_ids if known.get(d) is Handover.BEGUN),
        refused=tuple(d for d in delivery_ids if known.get(d) is Handover.REFUSED),
        open=tuple(d for d in delivery_ids if known.get(d) in (None, Handover.NOT_TAKEN)),
    )
