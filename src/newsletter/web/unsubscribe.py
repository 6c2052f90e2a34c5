"""Leaving the list, a break instead, and coming back: the link in every mail, and RFC 8058's one-click POST.

GET changes nothing: scanners follow links. Whatever is wrong with a token, the answer is the same 404, so
that nobody can ask who is on the list. A path that holds a token is never logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import Act, Ruling, Subscriber, SubscriberStatus
from newsletter.domain.mornings import pause_end, zone_of
from newsletter.domain.tokens import Purpose
from newsletter.mailing.joining import act_on
from newsletter.web.holder import PRIVATE, holder, masked, own_links
from newsletter.web.security import from_own_page
from newsletter.web.site import Site
from newsletter.wiring import House

REASONS: Mapping[str, str] = {
    "too often": "It comes too often",
    "too long": "It is too long",
    "not fair": "It is not as fair as it says",
    "other news": "I get my news elsewhere",
    "never asked": "I never asked for it",
    "other": "Another reason",
}
"""Why people leave, in the order of the form; the keys are counted. Nobody has to say, and nobody's own is kept."""
BREAKS: Mapping[str, int] = {"7": 7, "14": 14, "30": 30}
"""Days of a break that the page offers; any other can be chosen among the settings."""


class UnsubscribePages:
    """``/u/{token}``, and ``/undo`` and ``/pause`` below it."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site

    async def ask(self, request: Request) -> Response:
        """The page with the button."""
        subscriber = await holder(self.house, request, Purpose.UNSUBSCRIBE)
        left = subscriber.status is SubscriberStatus.UNSUBSCRIBED
        return self._page(request, subscriber, "left" if left else "ask")

    async def act(self, request: Request) -> Response:
        """One-click from the mailbox (no cookie, no redirect), or the page's own button."""
        subscriber = await holder(self.house, request, Purpose.UNSUBSCRIBE)
        fields = await _fields(request)
        if fields.get("list-unsubscribe") != "one-click" and fields.get("unsubscribe") != "yes":
            return self._page(request, subscriber, "ask", status=400)
        await self._rule(subscriber, Act.LEAVE)
        if fields.get("reason") in REASONS and subscriber.status is not SubscriberStatus.UNSUBSCRIBED:
            await run_in_threadpool(self._count, fields["reason"])
        return self._page(request, subscriber, "left")

    async def undo(self, request: Request) -> Response:
        """Back again, by the same link."""
        subscriber = await self._own(request)
        ruled = await self._rule(subscriber, Act.RETURN)
        state = "held" if ruled.standing.held else "back"
        return self._page(request, subscriber, state, day=self._paused_on(subscriber))

    async def pause(self, request: Request) -> Response:
        """A break instead; whoever has left comes back for it."""
        subscriber = await self._own(request)
        days = BREAKS.get((await _fields(request)).get("days", ""))
        if days is None:
            return self._page(request, subscriber, "ask", status=400)
        now = self.house.clock()
        zone = zone_of(subscriber.timezone) or self.house.settings.timezone
        day = (now + timedelta(days=days)).astimezone(zone).date()
        await run_in_threadpool(self.house.sign_ups.pause, subscriber.public_id, pause_end(day, zone))
        ruled = await self._rule(subscriber, Act.RETURN)
        return self._page(request, subscriber, "held" if ruled.standing.held else "paused", day=day)

    def _paused_on(self, subscriber: Subscriber) -> date | None:
        """The first day after a break that still lasts."""
        until, zone = subscriber.paused_until, zone_of(subscriber.timezone) or self.house.settings.timezone
        return until.astimezone(zone).date() if until and until > self.house.clock() else None

    def _count(self, reason: str) -> None:
        now = self.house.clock()
        self.house.own_list.count_reason(reason, self.house.calendar.date_of(now))

    async def _rule(self, subscriber: Subscriber, act: Act) -> Ruling:
        """Leaving holds from the next batch on; returning undoes it and nothing else: a bounce stays."""
        store, now = self.house.subscribers, self.house.clock()
        return await run_in_threadpool(act_on, store, subscriber.address_key, act, now)

    async def _own(self, request: Request) -> Subscriber:
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        return await holder(self.house, request, Purpose.UNSUBSCRIBE)

    def _page(
        self,
        request: Request,
        subscriber: Subscriber,
        state: str,
        status: int = 200,
        day: date | None = None,
    ) -> Response:
        return self.site.page(
            request,
            "unsubscribe.html",
            status=status,
            headers=PRIVATE,
            state=state,
            links=own_links(self.house, subscriber),
            address=masked(subscriber.email),
            reasons=REASONS,
            breaks=BREAKS,
            day=day,
        )


async def _fields(request: Request) -> dict[str, str]:
    """RFC 8058's pair, urlencoded or multipart, or our own form's fields."""
    async with request.form(max_files=1, max_fields=10) as form:
        return {str(key).lower(): str(value).strip().lower() for key, value in form.multi_items()}
