"""The editor's desk: the issue as it will arrive, following every edit; and beside it the line-up to change.

Looking reads and renders, and writes nothing: it leaves no trace in any subscriber's or issue's state. What an editor
does is a POST (`deskacts`).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from newsletter.domain.reading import issue_from
from newsletter.errors import NewsletterError
from newsletter.ports import StoredIssue
from newsletter.web.deskacts import DeskActs
from newsletter.web.deskdata import opened, sections
from newsletter.web.deskpage import by_now, changes_of, page_of
from newsletter.web.desktoken import TokenOnly
from newsletter.web.livereload import Changes, watch
from newsletter.web.pages import path_date
from newsletter.web.security import MAIL_POLICY, LocalHostOnly, SafetyHeaders
from newsletter.web.shownmail import ShownMail, database_exists, kept_mail, newest, rendered_again
from newsletter.web.site import NO_CACHE, Site, answer
from newsletter.wiring import House

log = logging.getLogger(__name__)

DESK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that the brand or the issue looked at changed."""

    brand: tuple[int, int]
    issue: tuple[object, ...]


def create_desk(house: House, day: date | None = None, token: str = "") -> Starlette:
    """The desk of one date's issue, or of the newest, as an ASGI application.

    Without a ``token`` it answers this machine alone; with one whoever brings it.
    """
    guard = Middleware(TokenOnly, token=token) if token else Middleware(LocalHostOnly)
    desk = Desk(house, day)
    return Starlette(
        routes=[
            Route("/", desk.page),
            Route("/issue/{date}", desk.page),
            Route("/mail/{date}.html", desk.mail),
            Route("/text/{date}.txt", desk.text),
            Route("/story/{date}/{key}", desk.story),
            Route("/changes/{date}", desk.changes_page),
            Route("/act/{date}/{act}", DeskActs(house).act, methods=["POST"]),
            Route("/events", desk.events),
            Route("/desk.css", desk.asset),
            Route("/desk.js", desk.asset),
            Route("/desk-edit.js", desk.asset),
            Route("/source/{date}.txt", desk.source),
            Route("/icon.svg", desk.asset),
        ],
        middleware=[Middleware(SafetyHeaders, policy=DESK_POLICY), guard],
        exception_handlers={NewsletterError: desk.failed},
        lifespan=desk.lifespan,
    )


class Desk:
    """The state of one preview: whether templates or brand were edited since the issue was built."""

    def __init__(self, house: House, day: date | None) -> None:
        self.house = house
        self.day = day
        self.looking = day
        self.edited = house.settings.templates is not None  # they may have been edited before we started
        self.changes = Changes()
        self.site = Site(house.brand, house.templates, house.settings.public_url)
        self._shown: dict[tuple[object, ...], ShownMail] = {}

    # ── pages ──

    async def page(self, request: Request) -> Response:
        return await run_in_threadpool(self._page, request)

    def _page(self, request: Request) -> Response:
        day = path_date(request.path_params["date"]) if "date" in request.path_params else self.day
        self.looking = day
        stored = newest(self.house, day)
        if stored is None:
            return answer(request, self.site.render("desk-empty.html", day=day), cache=NO_CACHE)
        shown, dates = self._show(stored), self.house.issues.dates()
        place = dates.index(stored.date)
        html = self.site.render(
            "desk.html",
            shown=shown,
            stored=stored,
            **page_of(self.house, shown),
            earlier=dates[place - 1] if place else None,
            later=dates[place + 1] if place + 1 < len(dates) else None,
            version=self.changes.version,
        )
        return answer(request, html, cache=NO_CACHE)

    def story(self, request: Request) -> Response:
        """One story opened for editing, as a piece of the page."""
        stored, house = self._stored(request), self.house
        issue = issue_from(stored.document)
        found = opened(issue, request.path_params["key"], house.brand, by_now(house, issue))
        if found is None:
            raise HTTPException(404)
        others = [row for section in sections(issue, house.brand) for row in section.rows]
        html = self.site.render("desk-story.html", story=found, others=others, stored=stored)
        return answer(request, html, cache=NO_CACHE)

    def changes_page(self, request: Request) -> Response:
        """What the last build changed, and what yesterday's issue had already, as a piece of the page."""
        html = self.site.render("desk-changes.html", **changes_of(self.house, self._stored(request)))
        return answer(request, html, cache=NO_CACHE)

    def _stored(self, request: Request) -> StoredIssue:
        stored = newest(self.house, path_date(request.path_params["date"]))
        if stored is None:
            raise HTTPException(404)
        return stored

    def mail(self, request: Request) -> Response:
        """The mail's bytes, slots and all; ``images=off`` blocks pictures by policy, not by other bytes.

        Only ``scheme`` changes bytes: a frame has the colour scheme of the editor's machine, so the mail's
        own question for a dark one is answered in its place.
        """
        shown = self._wanted(request)
        pictures = "'none'" if request.query_params.get("images") == "off" else "https: http: data:"
        policy = MAIL_POLICY.format(images=pictures, ancestors="'self'")
        answered = _SCHEMES.get(request.query_params.get("scheme", ""))
        if shown.mail is None or answered is None:
            return _part(request, shown, "html", {"content-security-policy": policy})
        html = _DARK_QUERY.sub(answered, shown.mail.html)
        return answer(request, html, headers={"content-security-policy": policy})

    def text(self, request: Request) -> Response:
        return _part(request, self._wanted(request), "text", {"content-security-policy": _TEXT_POLICY})

    def source(self, request: Request) -> Response:
        """The mail's HTML as text."""
        shown = self._wanted(request)
        body = shown.mail.html if shown.mail else (shown.problem.where if shown.problem else "")
        headers = {"content-security-policy": _TEXT_POLICY}
        return answer(request, body, media_type="text/plain", headers=headers)

    async def events(self, request: Request) -> Response:
        closing = getattr(request.app.state, "closing", lambda: False)
        return StreamingResponse(
            self.changes.events(closing), media_type="text/event-stream", headers={"cache-control": NO_CACHE}
        )

    def asset(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
        return answer(request, self.site.render(name), media_type=kinds[name.rpartition(".")[2]])

    def failed(self, request: Request, problem: Exception) -> Response:
        """Anything else that goes wrong stands on the page, in its own words."""
        return answer(request, f"{problem}\n", media_type="text/plain", status=500)

    def _wanted(self, request: Request) -> ShownMail:
        return self._show(self._stored(request))

    def _show(self, stored: StoredIssue) -> ShownMail:
        if not self.edited:
            return kept_mail(stored)
        key = (self.changes.version, stored.date, stored.revision, stored.html_sha256)
        if key not in self._shown:
            self._shown = {key: rendered_again(self.house, stored)}
        return self._shown[key]

    # ── following edits ──

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        watching = asyncio.create_task(watch(self.house.templates, self.probe, self.changed, stop))
        watching.add_done_callback(_note_end)
        try:
            yield
        finally:
            stop.set()
            watching.cancel()
            await asyncio.wait([watching])

    async def probe(self) -> Stamp:
        return await run_in_threadpool(self._stamp)

    async def changed(self, templates: bool, before: Stamp, now: Stamp) -> None:
        """A rebuilt issue brings its templates with it; an edited template asks for a new rendering."""
        if before.issue != now.issue:
            self.edited = False
        if templates or before.brand != now.brand:
            self.edited = True
        await self.changes.rise()

    def _stamp(self) -> Stamp:
        return Stamp(self._brand_stamp(), self._issue_stamp())

    def _brand_stamp(self) -> tuple[int, int]:
        # Looked at, not watched: editors replace the file, and its folder may be a whole project.
        try:
            found = self.house.settings.brand.stat() if self.house.settings.brand else None
        except OSError:
            found = None
        return (found.st_mtime_ns, found.st_size) if found else (0, 0)

    def _issue_stamp(self) -> tuple[object, ...]:
        try:
            stored = newest(self.house, self.looking) if database_exists(self.house) else None
        except NewsletterError:
            return ()
        if stored is None:
            return ()
        return (stored.date, stored.revision, stored.html_sha256, stored.frozen, stored.approved_by)


_DARK_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_SCHEMES = {"dark": "(min-width:0)", "light": "(max-width:0)"}
"""Always true, never true."""
_TEXT_POLICY = "default-src 'none'; frame-ancestors 'self'"


def _note_end(watching: asyncio.Task[None]) -> None:
    """A watch that broke is said: the preview would look right and follow nothing."""
    if not watching.cancelled() and (problem := watching.exception()):
        log.error("The preview follows no more edits (%s); start it again.", problem)


def _part(request: Request, shown: ShownMail, part: str, headers: dict[str, str]) -> Response:
    kind = "text/html" if part == "html" else "text/plain"
    if shown.mail is None:
        where = shown.problem.where if shown.problem else ""
        return answer(request, f"{where}\n", media_type="text/plain", status=500, headers=headers)
    return answer(request, getattr(shown.mail, part), media_type=kind, headers=headers)
