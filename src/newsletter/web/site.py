"""The templates of the pages, and how an answer is made of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2 import TemplateError as JinjaError
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.brand import Brand, Palette
from newsletter.errors import TemplateError
from newsletter.rendering import wording
from newsletter.web.security import FORM_POLICY
from newsletter.web.texts import contact_link, counted

SHORT_CACHE = "public, max-age=300"
"""Pages that may be amended (a correction, a withdrawal) are asked for again soon."""
NO_CACHE = "no-store"


class Site:
    """One newsletter's pages: brand and templates, shared by all requests."""

    def __init__(
        self,
        brand: Brand,
        templates: tuple[Path, ...],
        public_url: str,
        *,
        signups: bool = False,
        privacy_url: str = "",
    ) -> None:
        """``signups``: whether readers may sign up here; ``privacy_url``: an operator's own privacy text."""
        self.brand = brand
        self.public_url = public_url
        self.env = Environment(
            loader=FileSystemLoader([str(folder) for folder in templates]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.env.filters.update(
            long_date=lambda day: wording.long_date(day, brand.locale),
            plain_date=lambda day: wording.plain_date(day, brand.locale),
            duration=wording.duration,
            month_name=wording.month_name,
            counted=counted,
            said=wording.lower,
        )
        self.env.globals.update(
            brand=brand,
            public_url=public_url,
            contact_href=contact_link(brand.contact),
            signups=signups,
            privacy_href=privacy_url or "/privacy",
        )

    def render(self, name: str, **context: object) -> str:
        """The template ``web/<name>`` filled in. Raises `TemplateError` with template and line."""
        try:
            return self.env.get_template(f"web/{name}").render(**context)
        except JinjaError as problem:
            line = getattr(problem, "lineno", 0) or 0
            raise TemplateError(
                f"The template web/{name} failed: {problem}.",
                todo="Mend the template.",
                template=getattr(problem, "name", None) or f"web/{name}",
                line=line,
                detail=str(problem),
            ) from problem

    def page(
        self,
        request: Request,
        name: str,
        *,
        status: int = 200,
        cache: str = NO_CACHE,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """An HTML answer; one that may be cached carries an ETag and answers If-None-Match with 304."""
        html = self.render(name, style=self.style_href, path=request.url.path, **context)
        return answer(request, html, status=status, cache=cache, headers=headers)

    @cached_property
    def style(self) -> str:
        """The stylesheet with the brand's colours."""
        return self.render("site.css", light=_colours(self.brand.light), dark=_colours(self.brand.dark))

    @cached_property
    def style_href(self) -> str:
        """Changes with its content, so that it may be kept for good."""
        return f"/site.css?v={hashlib.sha256(self.style.encode()).hexdigest()[:12]}"

    @cached_property
    def script(self) -> str:
        """What guesses the time zone on the sign-up form."""
        return self.render("signup.js")

    @cached_property
    def script_href(self) -> str:
        """As with `style_href`."""
        return f"/signup.js?v={hashlib.sha256(self.script.encode()).hexdigest()[:12]}"

    @property
    def form_policy(self) -> str:
        """The Content-Security-Policy of a page that loads the script."""
        return FORM_POLICY.format(images=self.image_hosts)

    @property
    def image_hosts(self) -> str:
        """The logo's origin for a Content-Security-Policy, with a space before it; empty without a logo."""
        parts = urlsplit(self.brand.logo)
        return f" https://{parts.netloc}" if parts.scheme == "https" and parts.netloc else ""


def answer(
    request: Request,
    body: str,
    *,
    media_type: str = "text/html",
    status: int = 200,
    cache: str = NO_CACHE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A text answer, or 304 where the reader has these very bytes."""
    all_headers = {"cache-control": cache, **(headers or {})}
    data = body.encode("utf-8", "replace")
    if status == 200 and cache != NO_CACHE:
        tag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
        all_headers["etag"] = tag
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=all_headers)
    return Response(data, status, all_headers, f"{media_type}; charset=utf-8")


def _colours(palette: Palette) -> dict[str, Any]:
    return {entry.name: getattr(palette, entry.name) for entry in fields(palette)}
