"""The renderer: an issue to the mail that every recipient gets, but for their own token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from newsletter.domain.brand import Brand
from newsletter.domain.checks import CheckLimits
from newsletter.domain.issue import Issue, Mail
from newsletter.rendering import mjml, wording, words
from newsletter.rendering.model import MailView
from newsletter.rendering.templates import Templates
from newsletter.rendering.view import ViewMaker


class MailRenderer:
    """Renders issues of one newsletter; implements `newsletter.ports.Renderer`.

    ``templates`` are template folders, the operator's first. The same issue always gives the same bytes.
    """

    def __init__(
        self,
        brand: Brand,
        templates: Sequence[Path],
        public_url: str,
        postal_address: str,
        limits: CheckLimits | None = None,
    ) -> None:
        self._limits = limits or CheckLimits()
        self._templates = Templates(templates)
        self._maker = ViewMaker(brand, public_url.rstrip("/"), postal_address, self._limits)

    def render(self, issue: Issue) -> Mail:
        """HTML and text from one view, which tells its own measured reading time. Raises `TemplateError`."""
        draft = self._maker.view(issue, wording.duration(0))
        measured = words.count(self._html(draft, self._preheader(draft)))
        seconds = words.seconds(measured, self._limits.words_per_minute)
        view = replace(draft, reading=wording.duration(seconds))
        return self._mail(view)

    def _mail(self, view: MailView) -> Mail:
        preheader = self._preheader(view)
        html = self._html(view, preheader)
        count = words.count(html)
        return Mail(
            subject=self._templates.line("subject.txt.j2", mail=view),
            preheader=preheader,
            html=html,
            text=self._templates.plain("issue.txt.j2", mail=view),
            words=count,
            reading_seconds=words.seconds(count, self._limits.words_per_minute),
        )

    def _preheader(self, view: MailView) -> str:
        return self._templates.line("preheader.txt.j2", mail=view)

    def _html(self, view: MailView, preheader: str) -> str:
        source = self._templates.render("frame.mjml.j2", mail=view, brand=view.brand, preheader=preheader)
        return mjml.to_html(source.text, source.place)
