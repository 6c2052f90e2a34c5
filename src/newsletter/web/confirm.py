"""Confirming a subscription: the second half of double opt-in, by the link that only the address was sent.

GET changes nothing: scanners follow links. Whatever is wrong with a token, the answer is the same 404; one that was
good and has run out, or was used before the person left, says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import Subscriber, SubscriberStatus
from newsletter.domain.mornings import zone_of
from newsletter.domain.tokens import Purpose, public_id_of, verify_until
from newsletter.web.holder import PRIVATE, masked, own_links
from newsletter.web.security import from_own_page
from newsletter.web.site import Site
from newsletter.web.texts import clock_time, zone_name
from newsletter.wiring import House


@dataclass(frozen=True, slots=True)
class Link:
    """A link that we signed: for whom (None: no longer on the list), of which token version, until when."""

    person: Subscriber | None
    version: int
    until: datetime


class ConfirmPages:
    """``/confirm/{token}``."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site

    async def ask(self, request: Request) -> Response:
        """The page with the button; without it where it was pressed before."""
        link = await run_in_threadpool(self._link, request.path_params["token"])
        person = link.person
        if person is None or self.house.clock() >= link.until:
            return self._over(request)
        if person.token_version == link.version:
            return self._page(request, person, "ask", link.until)
        if person.status is SubscriberStatus.ACTIVE:
            return self._page(request, person, "in", link.until)
        return self._over(request)

    async def act(self, request: Request) -> Response:
        """The button; as often as it is pressed."""
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        link = await run_in_threadpool(self._link, request.path_params["token"])
        now = self.house.clock()
        if link.person is None or now >= link.until:
            return self._over(request)
        confirm = self.house.sign_ups.confirm
        found = await run_in_threadpool(confirm, link.person.public_id, link.version, now)
        if found is None:
            return self._over(request)
        # Their other links are of the version after it.
        person = replace(link.person, token_version=link.version + 1)
        return self._page(request, person, "held" if found.standing.held else "in", link.until)

    def _link(self, token: str) -> Link:
        """The link behind a token, of the person's version now or the one before it. Raises 404."""
        person = self.house.subscribers.by_public_id(public_id_of(token))
        newest = person.token_version if person else 1
        keys = self.house.secret_keys
        for version in (newest, newest - 1):
            until = verify_until(keys, Purpose.CONFIRM, token, version)
            if until is not None:
                return Link(person, version, until)
        raise HTTPException(404)

    def _over(self, request: Request) -> Response:
        return self.site.page(request, "confirm-over.html", status=410, headers=PRIVATE)

    def _page(self, request: Request, person: Subscriber, state: str, until: datetime) -> Response:
        zone = zone_of(person.timezone) or self.house.settings.timezone
        return self.site.page(
            request,
            "confirm.html",
            headers=PRIVATE,
            state=state,
            token=request.path_params["token"],
            address=masked(person.email),
            until=f"{clock_time(until, zone)} {zone_name(zone)} time",
            links=own_links(self.house, person) if state == "in" else None,
        )
