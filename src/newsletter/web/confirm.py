"""Confirming a subscription: the second half of double opt-in, by the link that only the address was sent.

GET changes nothing: scanners follow links. Whatever is wrong with a token, the answer is the same 404.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import Act, Subscriber
from newsletter.domain.tokens import Purpose
from newsletter.mailing.joining import act_on
from newsletter.web.security import from_own_page
from newsletter.web.site import Site
from newsletter.web.unsubscribe import PRIVATE, masked, subscriber_of
from newsletter.wiring import House


class ConfirmPages:
    """``/confirm/{token}``."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site

    async def ask(self, request: Request) -> Response:
        """The page with the button."""
        return self._page(request, await self._subscriber(request), "ask")

    async def act(self, request: Request) -> Response:
        """The button; as often as it is pressed."""
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        subscriber = await self._subscriber(request)
        now = self.house.clock()
        ruled = await run_in_threadpool(
            act_on, self.house.subscribers, subscriber.address_key, Act.CONFIRM, now
        )
        return self._page(request, subscriber, "held" if ruled.standing.held else "in")

    async def _subscriber(self, request: Request) -> Subscriber:
        token = request.path_params["token"]
        found = await run_in_threadpool(subscriber_of, self.house, token, Purpose.CONFIRM)
        if found is None:
            raise HTTPException(404)
        return found

    def _page(self, request: Request, subscriber: Subscriber, state: str) -> Response:
        token, address = request.path_params["token"], masked(subscriber.email)
        return self.site.page(
            request, "confirm.html", headers=PRIVATE, state=state, token=token, address=address
        )
