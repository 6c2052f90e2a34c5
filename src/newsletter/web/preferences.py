"""A subscriber's own settings, by the link in their mail: when it comes, a break, their name, what is kept, erasure.

GET changes nothing. A change counts from the next issue on: one that is being sent comes as it was frozen
(docs/design/0015), but a break and leaving hold for every batch that has not gone yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import Standing, Subscriber, SubscriberStatus
from newsletter.domain.mornings import pause_end, wall_time, zone_of
from newsletter.domain.tokens import Purpose
from newsletter.mailing.letter import one_line
from newsletter.web import zones
from newsletter.web.holder import PRIVATE, holder, masked, own_links
from newsletter.web.security import from_own_page
from newsletter.web.signup import NAME_LIMIT
from newsletter.web.site import Site
from newsletter.web.texts import zone_name
from newsletter.wiring import House

LONGEST = timedelta(days=366)
"""The longest break; whoever wants more leaves."""
Change = tuple[str, str]
"""(what is said of it, the field that is wrong or empty)."""


class PreferencesPages:
    """``/p/{token}``, and ``/data`` and ``/erase`` below it."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site
        self.changes: Mapping[str, Callable[[Subscriber, Mapping[str, str]], Change]] = {
            "delivery": self._delivery,
            "pause": self._pause,
            "resume": self._resume,
            "name": self._name,
        }

    async def ask(self, request: Request) -> Response:
        """The settings as they stand."""
        person = await holder(self.house, request, Purpose.PREFERENCES)
        return await self._page(request, person)

    async def act(self, request: Request) -> Response:
        """Change one of them."""
        person, given = await self._own(request)
        change = self.changes.get(given.get("do", ""))
        if change is None:
            raise HTTPException(400)
        said, wrong = await run_in_threadpool(change, person, given)
        if wrong:
            return await self._page(request, person, wrong={wrong: said}, given=given, status=422)
        return await self._page(request, await holder(self.house, request, Purpose.PREFERENCES), said=said)

    async def data(self, request: Request) -> Response:
        """Everything that is kept of the person, as JSON to take along."""
        person = await holder(self.house, request, Purpose.PREFERENCES)
        kept = await run_in_threadpool(self.house.own_list.data_of, person)
        headers = {
            **PRIVATE,
            "cache-control": "no-store",
            "content-disposition": 'attachment; filename="my-subscription.json"',
        }
        text = json.dumps(kept, ensure_ascii=False, indent=1, default=_plain)
        return Response(text + "\n", 200, headers, "application/json")

    async def ask_to_erase(self, request: Request) -> Response:
        """The question, once."""
        person = await holder(self.house, request, Purpose.PREFERENCES)
        return self._erasing(request, person, "ask")

    async def erase(self, request: Request) -> Response:
        """Forget the person; the link is void from now on."""
        person, given = await self._own(request)
        if given.get("erase") != "yes":
            return self._erasing(request, person, "ask", status=400)
        await run_in_threadpool(self.house.subscribers.erase, person.address_key, self.house.clock())
        return self._erasing(request, person, "gone")

    # ── changes ────────────────────────────────────────────────────────────────────────────────────

    def _delivery(self, person: Subscriber, given: Mapping[str, str]) -> Change:
        zone, text = given.get("timezone", "").strip(), given.get("deliver_at", "").strip()
        at = wall_time(text)
        if zone and zone != person.timezone and not zones.is_known(zone):
            return "Choose a place from the list.", "timezone"
        if text and (at is None or len(text) not in (5, 8)):
            return "Write a time of day such as 06:30.", "deliver_at"
        hour = at.strftime("%H:%M") if at else ""
        self.house.subscribers.edit(person.address_key, timezone=zone, deliver_at=hour)
        return "Saved. It counts from the next issue on.", ""

    def _pause(self, person: Subscriber, given: Mapping[str, str]) -> Change:
        today = self._today(person)
        try:
            day = date.fromisoformat(given.get("until", "").strip())
        except ValueError:
            return "Choose a day.", "until"
        if not today < day <= today + LONGEST:
            return "Choose a day after today, a year from now at most.", "until"
        self.house.sign_ups.pause(person.public_id, pause_end(day, self._zone(person)))
        return "Saved. Nothing comes before that day; then it begins again by itself.", ""

    def _resume(self, person: Subscriber, _given: Mapping[str, str]) -> Change:
        self.house.sign_ups.pause(person.public_id, None)
        return "Your break is over. The next issue comes.", ""

    def _name(self, person: Subscriber, given: Mapping[str, str]) -> Change:
        name = one_line(given.get("name", ""))
        if len(name) > NAME_LIMIT:
            return f"At most {NAME_LIMIT} characters can be kept.", "name"
        self.house.subscribers.edit(person.address_key, name=name)
        return "Saved.", ""

    # ── pages ──────────────────────────────────────────────────────────────────────────────────────

    async def _own(self, request: Request) -> tuple[Subscriber, Mapping[str, str]]:
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        person = await holder(self.house, request, Purpose.PREFERENCES)
        async with request.form(max_files=0, max_fields=10) as form:
            return person, {str(key): str(value) for key, value in form.items()}

    async def _page(
        self,
        request: Request,
        person: Subscriber,
        *,
        said: str = "",
        wrong: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        standing = await run_in_threadpool(self.house.subscribers.standing, person.address_key)
        words = await run_in_threadpool(self.house.sign_ups.words_of, person.consent_text)
        settings = self.house.settings
        today = self._today(person)
        return self.site.page(
            request,
            "preferences.html",
            status=status,
            headers=PRIVATE,
            person=person,
            typed={**_typed(person), **(given or {})},
            address=masked(person.email),
            links=own_links(self.house, person),
            state=_state(standing),
            paused_on=self._paused_on(person),
            words=words,
            said=said,
            wrong=wrong or {},
            areas=zones.by_area(),
            own_zone=zone_name(settings.timezone),
            deliver_at=settings.deliver_at.strftime("%H:%M"),
            first_day=today + timedelta(days=1),
            last_day=today + LONGEST,
            name_limit=NAME_LIMIT,
            privacy_url=self.house.privacy_url,
        )

    def _erasing(self, request: Request, person: Subscriber, state: str, status: int = 200) -> Response:
        links = own_links(self.house, person)
        return self.site.page(
            request,
            "erase.html",
            status=status,
            headers=PRIVATE,
            state=state,
            links=links,
            address=masked(person.email),
        )

    def _zone(self, person: Subscriber) -> Any:
        return zone_of(person.timezone) or self.house.settings.timezone

    def _today(self, person: Subscriber) -> date:
        return self.house.clock().astimezone(self._zone(person)).date()

    def _paused_on(self, person: Subscriber) -> date | None:
        """The first day on which it comes again; None for whoever has not paused."""
        if person.paused_until is None or person.paused_until <= self.house.clock():
            return None
        return person.paused_until.astimezone(self._zone(person)).date()


def _typed(person: Subscriber) -> dict[str, str]:
    return {"timezone": person.timezone, "deliver_at": person.deliver_at, "name": person.name, "until": ""}


def _state(standing: Standing) -> str:
    """in, held, pending or left."""
    if standing.status is SubscriberStatus.ACTIVE:
        return "held" if standing.held else "in"
    return "pending" if standing.status is SubscriberStatus.PENDING else "left"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
