"""Leaving the list, and coming back: the link in every mail, and RFC 8058's one-click POST.

GET changes nothing: scanners follow links. Whatever is wrong with a token, the answer is the same 404, so
that nobody can ask who is on the list. A path that holds a token is never logged.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import Act, Ruling, Subscriber, SubscriberStatus
from newsletter.domain.tokens import Purpose, public_id_of, verify
from newsletter.mailing.joining import act_on
from newsletter.web.security import from_own_page
from newsletter.web.site import Site
from newsletter.wiring import House

PRIVATE = {"x-robots-tag": "noindex, nofollow"}


def subscriber_of(house: House, token: str, purpose: Purpose = Purpose.UNSUBSCRIBE) -> Subscriber | None:
    """Whose token this is; None for an unknown, forged or voided one, all alike."""
    found = house.subscribers.by_public_id(public_id_of(token))
    # Signatures are compared also where nobody is found, so that time tells nothing either.
    good = verify(house.secret_keys, purpose, token, found.token_version if found else 1)
    return found if good else None


class UnsubscribePages:
    """``/u/{token}`` and ``/u/{token}/undo``."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site

    async def ask(self, request: Request) -> Response:
        """The page with the button."""
        subscriber = await self._subscriber(request)
        left = subscriber.status is SubscriberStatus.UNSUBSCRIBED
        return self._page(request, subscriber, "left" if left else "ask")

    async def act(self, request: Request) -> Response:
        """One-click from the mailbox (no cookie, no redirect), or the page's own button."""
        subscriber = await self._subscriber(request)
        if not await _is_meant(request):
            return self._page(request, subscriber, "ask", status=400)
        await self._rule(subscriber, Act.LEAVE)
        return self._page(request, subscriber, "left")

    async def undo(self, request: Request) -> Response:
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        subscriber = await self._subscriber(request)
        ruled = await self._rule(subscriber, Act.RETURN)
        return self._page(request, subscriber, "held" if ruled.standing.held else "back")

    async def _rule(self, subscriber: Subscriber, act: Act) -> Ruling:
        """Leaving holds from the next batch on; returning undoes it and nothing else: a bounce stays."""
        store, now = self.house.subscribers, self.house.clock()
        return await run_in_threadpool(act_on, store, subscriber.address_key, act, now)

    async def _subscriber(self, request: Request) -> Subscriber:
        found = await run_in_threadpool(subscriber_of, self.house, request.path_params["token"])
        if found is None:
            raise HTTPException(404)
        return found

    def _page(self, request: Request, subscriber: Subscriber, state: str, status: int = 200) -> Response:
        return self.site.page(
            request,
            "unsubscribe.html",
            status=status,
            headers=PRIVATE,
            state=state,
            token=request.path_params["token"],
            address=masked(subscriber.email),
        )


async def _is_meant(request: Request) -> bool:
    """RFC 8058's pair, urlencoded or multipart, or our own form's field."""
    async with request.form(max_files=1, max_fields=10) as form:
        fields = {str(key).lower(): str(value).strip().lower() for key, value in form.multi_items()}
    return fields.get("list-unsubscribe") == "one-click" or fields.get("unsubscribe") == "yes"


def masked(address: str) -> str:
    """``r…@example.org``: enough for its owner, too little for whoever was forwarded the mail."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else address[:1] + "…"
