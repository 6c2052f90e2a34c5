"""Whose page it is: the subscriber behind a link of their own, and the links that belong to the same person."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from newsletter.domain.audience import Subscriber
from newsletter.domain.tokens import Purpose, public_id_of, verify
from newsletter.wiring import House

PRIVATE = {"x-robots-tag": "noindex, nofollow", "referrer-policy": "same-origin"}
_OLDEST = 100
"""Confirmations back to which an old mail's link still unsubscribes."""


def subscriber_of(house: House, token: str, purpose: Purpose = Purpose.UNSUBSCRIBE) -> Subscriber | None:
    """Whose token this is; None for an unknown, forged or voided one, all alike.

    A link to unsubscribe works for ever, whatever happened since: it can do no harm that a mail in the wrong hands
    could not, and nobody must be unable to leave. Any other is void once its person has confirmed anew.
    """
    found = house.subscribers.by_public_id(public_id_of(token))
    newest = found.token_version if found else 1
    oldest = max(1, newest - _OLDEST) if purpose is Purpose.UNSUBSCRIBE else newest
    # Signatures are compared also where nobody is found, so that time tells nothing either.
    good = any(verify(house.secret_keys, purpose, token, v) for v in range(oldest, newest + 1))
    return found if good else None


async def holder(house: House, request: Request, purpose: Purpose) -> Subscriber:
    """The subscriber of the token in the path. Whatever is wrong with it, the answer is the same 404."""
    found = await run_in_threadpool(subscriber_of, house, request.path_params["token"], purpose)
    if found is None:
        raise HTTPException(404)
    return found


@dataclass(frozen=True, slots=True)
class OwnLinks:
    """Paths of one person's own pages."""

    unsubscribe: str
    preferences: str


def own_links(house: House, person: Subscriber) -> OwnLinks:
    tokens = house.tokens_of(person)
    return OwnLinks(f"/u/{tokens.unsubscribe}", f"/p/{tokens.preferences}")


def masked(address: str) -> str:
    """``r…@example.org``: enough for its owner, too little for whoever was forwarded the mail."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else address[:1] + "…"
