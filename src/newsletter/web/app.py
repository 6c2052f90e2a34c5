"""The public pages as one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.errors import NewsletterError
from newsletter.mailing.events import public_key
from newsletter.web.confirm import ConfirmPages
from newsletter.web.finding import FindingPages
from newsletter.web.pages import ReadingPages
from newsletter.web.preferences import PreferencesPages
from newsletter.web.reports import ReportPages
from newsletter.web.security import PAGE_POLICY, SAFE_HEADERS, BodyLimit, SafetyHeaders
from newsletter.web.signup import SignUpPages
from newsletter.web.site import Site
from newsletter.web.unsubscribe import UnsubscribePages
from newsletter.web.webhook import BODY_LIMIT, WEBHOOK_PATH, Webhook
from newsletter.wiring import House

log = logging.getLogger(__name__)


def check(house: House) -> None:
    """Open what the pages need, so that what is wrong with it shows at the start and not to a reader.

    Raises the `NewsletterError` of registry, keys or database.
    """
    house.registry.enabled()
    house.secret_keys  # noqa: B018  made or read here
    house.issues.dates()
    for key in house.settings.webhook_public_key:
        public_key(key)


def create_app(house: House, wake: Callable[[], None] = lambda: None) -> Starlette:
    """The pages of one installation: every link in its mail answers here. ``wake`` is called when somebody signed up.

    Reads the brand and the templates, so `BrandError` shows at the start; opens nothing else before the
    first request.
    """
    s = house.settings
    site = Site(house.brand, house.templates, s.public_url, signups=s.signups, privacy_url=s.privacy_url)
    reading, reporting = ReadingPages(house, site), ReportPages(house, site)
    signing_up, joining = SignUpPages(house, site, wake), ConfirmPages(house, site)
    leaving, preferring = UnsubscribePages(house, site), PreferencesPages(house, site)
    finding = FindingPages(house, site)
    policy = PAGE_POLICY.format(images=site.image_hosts)
    errors = ErrorPages(site, policy)
    app = Starlette(
        routes=[
            Route("/", reading.home),
            Route("/issues", reading.issues),
            Route("/issues/{date}", reading.issue),
            Route("/issues/month/{month}", finding.month),
            Route("/search", finding.search),
            Route("/feed.xml", finding.feed),
            Route("/sitemap.xml", finding.sitemaps),
            Route("/sitemaps/{month}.xml", finding.sitemap),
            Route("/stories/{story_id}", reading.story),
            Route("/stories/{story_id}/report", reporting.ask),
            Route("/stories/{story_id}/report", reporting.act, methods=["POST"]),
            Route("/u/{token}", leaving.ask),
            Route("/u/{token}", leaving.act, methods=["POST"]),
            Route("/u/{token}/undo", leaving.undo, methods=["POST"]),
            Route("/u/{token}/pause", leaving.pause, methods=["POST"]),
            Route("/subscribe", signing_up.ask),
            Route("/subscribe", signing_up.act, methods=["POST"]),
            Route("/signup.js", signing_up.script),
            Route("/p/{token}", preferring.ask),
            Route("/p/{token}", preferring.act, methods=["POST"]),
            Route("/p/{token}/data", preferring.data),
            Route("/p/{token}/erase", preferring.ask_to_erase),
            Route("/p/{token}/erase", preferring.erase, methods=["POST"]),
            Route("/privacy", signing_up.privacy),
            Route("/confirm/{token}", joining.ask),
            Route("/confirm/{token}", joining.act, methods=["POST"]),
            Route(WEBHOOK_PATH, Webhook(house).receive, methods=["POST"]),
            Route("/how", reading.how),
            Route("/robots.txt", finding.robots),
            Route("/healthz", reading.healthz),
            Route("/site.css", reading.style),
            Route("/icon.svg", reading.icon),
            Route("/favicon.ico", reading.icon),
        ],
        middleware=[
            Middleware(SafetyHeaders, policy=policy),
            Middleware(BodyLimit, larger={WEBHOOK_PATH: BODY_LIMIT}),
        ],
        exception_handlers={
            HTTPException: errors.http,
            NewsletterError: errors.house,
            Exception: errors.bug,
        },
    )
    app.router.redirect_slashes = (
        False  # a redirect would repeat a token in a header, and RFC 8058 wants none
    )
    return app


_SAID = {
    400: ("That request could not be read", "Nothing was changed. Go back and try again."),
    403: (
        "That form came from another page",
        "Nothing was changed. Open the page itself and press the button there.",
    ),
    404: (
        "There is nothing here",
        "The address may be cut off or out of date. Links in a mail work best when opened from the mail.",
    ),
    405: ("That cannot be done here", "Nothing was changed."),
    413: ("That was too long", "Nothing was kept. Shorten it and send it again."),
    429: ("That was often in a short time", "Nothing was kept of it. Wait a little, then try again."),
    500: ("Something broke on our side", "It was noted. Try again in a few minutes."),
    503: ("We cannot reach our own files just now", "It was noted. Try again in a few minutes."),
}


class ErrorPages:
    """A page for every failure, without a trace of the inside."""

    def __init__(self, site: Site, policy: str) -> None:
        self.site = site
        self.policy = policy

    def http(self, request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        headers = dict(getattr(problem, "headers", None) or {})
        return self._page(request, status, headers)

    def house(self, request: Request, problem: Exception) -> Response:
        # The path may hold a token, and a message an address: only the kind of error and the route are noted.
        log.error("%s at %s", type(problem).__name__, _route(request))
        return self._page(request, 503 if not hasattr(problem, "line") else 500)

    def bug(self, request: Request, problem: Exception) -> Response:
        log.error("%s at %s", type(problem).__name__, _route(request))
        # Starlette answers this one outside of all middleware.
        return self._page(request, 500, {**SAFE_HEADERS, "content-security-policy": self.policy})

    def _page(self, request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
        title, text = _SAID.get(status, _SAID[500 if status >= 500 else 400])
        try:
            return self.site.page(
                request, "error.html", status=status, headers=headers, title=title, text=text
            )
        except NewsletterError:  # the template itself is broken: say it plainly
            return PlainTextResponse(f"{title}. {text}\n", status, headers)


def _route(request: Request) -> str:
    """The route's pattern, never the path."""
    route = request.scope.get("route")
    return getattr(route, "path", "no route")
