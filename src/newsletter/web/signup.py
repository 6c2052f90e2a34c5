"""Signing up: the form, its checks, and the same answer for everybody.

The request looks at the form and at its client, and at nothing else: who is on the list is looked up afterwards, by the
desk (`mailing.signups`), so that neither the words nor the time of an answer can tell. No cookie is set and nobody else
is asked; what keeps machines out is where the form comes from, a field that people do not see, and haste.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import parse_address
from newsletter.domain.signups import SignUp, client_limits
from newsletter.domain.tokens import Purpose, sign_until, verify_until
from newsletter.errors import InvalidAddress
from newsletter.mailing.letter import one_line
from newsletter.web import zones
from newsletter.web.consent import consent
from newsletter.web.reports import TRAP
from newsletter.web.security import client_key, from_own_page
from newsletter.web.site import SHORT_CACHE, Site, answer
from newsletter.web.texts import span, zone_name
from newsletter.wiring import House

SOONEST = timedelta(seconds=2)
"""Nobody reads the form and fills it in within that."""
LATEST = timedelta(hours=12)
"""A form that was open for longer is asked for once more: its words may have changed."""
MOST_WAITING = 10_000
"""Requests in the queue: a flood ends here, and not on the disk."""
NAME_LIMIT = 100
SOURCES: Mapping[str, str] = {
    "": "sign-up page",
    "story": "sign-up page, from a story",
    "issue": "sign-up page, from an issue",
    "home": "sign-up page, from the front page",
    "mail": "sign-up page, from a forwarded mail",
}
"""Where the invitation stood, as it is kept with the consent; the keys stand in links."""
PERSONAL = {"x-robots-tag": "noindex"}


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """What was typed, cleaned, and what is wrong with it by field; no entry in ``wrong`` means good."""

    email: str = ""
    address_key: str = ""
    name: str = ""
    timezone: str = ""
    source: str = ""
    opened: str = ""
    """The form's token: when it was opened, signed."""
    wrong: Mapping[str, str] = field(default_factory=dict)


def read_form(given: Mapping[str, str]) -> SignUpForm:
    """Check a sign-up. Pure."""
    form = SignUpForm(
        email=given.get("email", "").strip()[:320],
        name=one_line(given.get("name", ""))[: NAME_LIMIT + 1],
        timezone=given.get("timezone", "").strip()[:64],
        source=given.get("from", "") if given.get("from", "") in SOURCES else "",
        opened=given.get("opened", "")[:120],
    )
    wrong = {}
    if not form.email:
        wrong["email"] = "Write your mail address."
    else:
        try:
            email, key = parse_address(form.email)
            form = replace(form, email=email, address_key=key)
        except InvalidAddress as bad:
            wrong["email"] = f"{bad.message} {bad.todo}".strip()
    if len(form.name) > NAME_LIMIT:
        wrong["name"] = f"At most {NAME_LIMIT} characters can be kept."
    if form.timezone and not zones.is_known(form.timezone):
        wrong["timezone"] = "Choose a place from the list."
    return replace(form, wrong=wrong)


class SignUpPages:
    """``/subscribe``. ``wake`` tells the desk that something waits."""

    def __init__(self, house: House, site: Site, wake: Callable[[], None] = lambda: None) -> None:
        self.house, self.site, self.wake = house, site, wake
        s = house.settings
        self.limits = client_limits(s.signups_per_hour, s.signups_per_day)

    async def ask(self, request: Request) -> Response:
        """The form."""
        source = request.query_params.get("from", "")
        return self._form(
            request, SignUpForm(source=source if source in SOURCES else "", opened=self._opened())
        )

    async def act(self, request: Request) -> Response:
        """Queue what was typed, and say what comes next."""
        if not self.house.settings.signups:
            raise HTTPException(404)
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        async with request.form(max_files=0, max_fields=10) as fields:
            given = {str(key): str(value) for key, value in fields.items()}
        form = self._in_time(read_form(given))
        if form.wrong:
            return self._form(request, form, status=422)
        if not given.get(TRAP):
            await run_in_threadpool(self._queue, form, request.client.host if request.client else "")
            self.wake()
        return self.site.page(request, "subscribe-sent.html", headers=PERSONAL, address=form.email)

    def script(self, request: Request) -> Response:
        """The guess at the time zone; everything works without it."""
        year = "public, max-age=31536000, immutable"
        return answer(request, self.site.script, media_type="text/javascript", cache=year)

    def privacy(self, request: Request) -> Response:
        """What is kept, and why: the built-in text, for whoever has none of their own."""
        s = self.house.settings
        return self.site.page(
            request,
            "privacy.html",
            cache=SHORT_CACHE,
            sender=s.from_name or self.house.brand.name,
            postal_address=s.postal_address,
            within=span(s.confirm_within),
            provider=s.provider,
        )

    def _queue(self, form: SignUpForm, client: str) -> None:
        """Count the client, keep the words, queue the wish: the same steps whoever it is."""
        house, now = self.house, self.house.clock()
        wait = house.client_limits.wait_for(client_key(client), now, self.limits)
        if wait is not None:
            raise HTTPException(429, headers={"retry-after": str(int(wait.total_seconds()) + 1)})
        agreed = consent(house, self.site)
        house.sign_ups.keep_words(agreed.version, agreed.words, now)
        sign_up = SignUp(
            email=form.email,
            address_key=form.address_key,
            at=now,
            source=SOURCES[form.source],
            consent_text=agreed.version,
            name=form.name,
            timezone=form.timezone,
        )
        if not house.sign_ups.ask(sign_up, MOST_WAITING):
            raise HTTPException(503, headers={"retry-after": "600"})

    def _opened(self) -> str:
        """When the form was opened, signed."""
        return sign_until(self.house.secret_keys[0], Purpose.FORM, "form", 0, self.house.clock())

    def _in_time(self, form: SignUpForm) -> SignUpForm:
        """With what is wrong about how long the form was open, and a fresh token where a new one is needed."""
        at = verify_until(self.house.secret_keys, Purpose.FORM, form.opened, 0)
        trouble = haste(at, self.house.clock())
        if at is None or trouble == TOO_LATE:
            form = replace(form, opened=self._opened())
        return replace(form, wrong={**form.wrong, "form": trouble}) if trouble else form

    def _form(self, request: Request, form: SignUpForm, status: int = 200) -> Response:
        house = self.house
        return self.site.page(
            request,
            "subscribe.html",
            status=status,
            headers={"content-security-policy": self.site.form_policy},
            form=form,
            open=house.settings.signups,
            areas=zones.by_area(),
            script=self.site.script_href,
            consent=consent(house, self.site).words,
            privacy_url=house.privacy_url,
            own_zone=zone_name(house.settings.timezone),
            deliver_at=house.settings.deliver_at.strftime("%H:%M"),
            trap=TRAP,
            name_limit=NAME_LIMIT,
        )


TOO_SOON = "That was very quick. Press the button once more, please."
TOO_LATE = "This page had been open for long. Look at the words once more, then press the button, please."


def haste(opened: datetime | None, now: datetime) -> str:
    """Why a form opened at that time is not taken yet; empty when it is. None: not one of our forms. Pure."""
    if opened is None or now - opened > LATEST:
        return TOO_LATE
    # The token counts whole seconds.
    return TOO_SOON if now - opened < SOONEST else ""
