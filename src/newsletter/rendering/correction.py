"""The mail of a correction: from the same brand, pieces and checks as an issue's. Pure but for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from newsletter.domain.brand import Brand
from newsletter.domain.checks import Check, CheckLimits
from newsletter.domain.correction import Correction, CorrectionFacts, CorrectionMail
from newsletter.domain.issue import PREFERENCES_SLOT, UNSUBSCRIBE_SLOT, Mail
from newsletter.rendering import clean, mjml, wording
from newsletter.rendering.mailchecks import MailChecks
from newsletter.rendering.model import CorrectionMailView
from newsletter.rendering.telling import story_url
from newsletter.rendering.templates import Templates
from newsletter.rendering.view import contact_url

_PREHEADER = 130
"""Characters; what inboxes show beside a subject at most."""


class CorrectionMaker:
    """Makes and checks the mails of one newsletter's corrections; implements `newsletter.ports.CorrectionDesk`."""

    def __init__(
        self,
        brand: Brand,
        templates: Sequence[Path],
        public_url: str,
        postal_address: str,
        limits: CheckLimits | None = None,
    ) -> None:
        self._brand, self._postal_address = brand, postal_address
        self._templates = Templates(templates)
        self._public_url = public_url.rstrip("/")
        self._limits = limits or CheckLimits()

    def draft(self, told: Correction, facts: CorrectionFacts) -> CorrectionMail:
        """Subject, HTML and text from one view. Raises `TemplateError`."""
        view = self._view(told, facts)
        preheader = clean.cut(view.text, _PREHEADER)
        source = self._templates.render(
            "correction.mjml.j2", mail=view, brand=self._brand, preheader=preheader
        )
        return CorrectionMail(
            subject=self._templates.line("correction-subject.txt.j2", mail=view),
            html=mjml.to_html(source.text, source.place),
            text=self._templates.plain("correction.txt.j2", mail=view),
        )

    def check(self, told: Correction, mail: CorrectionMail) -> tuple[Check, ...]:
        """All that read the mail itself: nothing in it is measured against a day's news."""
        as_mail = Mail(mail.subject, "", mail.html, mail.text, 0, 0)
        return tuple(MailChecks((told.text,), as_mail, self._limits, self._brand).all())

    def _view(self, told: Correction, facts: CorrectionFacts) -> CorrectionMailView:
        locale = self._brand.locale
        day = wording.long_date(facts.issue_date, locale)
        story = f" in the story “{clean.text(facts.headline)}”" if facts.headline else ""
        return CorrectionMailView(
            brand=self._brand,
            lang=self._brand.lang,
            title=f"{clean.text(self._brand.name)}, correction {told.number}",
            dated=wording.long_date(date.fromisoformat(told.date), locale),
            number=told.number,
            heading=f"Correction to our issue of {wording.plain_date(facts.issue_date, locale)}",
            about=f"Our issue No. {facts.issue_number} of {day} was wrong{story}.",
            text=clean.text(told.text),
            story_url=story_url(self._public_url, told.story_id) if told.story_id else "",
            made="You get this because that issue was mailed to you, or may have been.",
            how_url=f"{self._public_url}/how#corrections",
            archive_url=f"{self._public_url}/issues/{facts.issue_date.isoformat()}",
            contact_url=contact_url(self._brand.contact),
            preferences_url=f"{self._public_url}/p/{PREFERENCES_SLOT}",
            unsubscribe_url=f"{self._public_url}/u/{UNSUBSCRIBE_SLOT}",
            postal_address=clean.text(self._postal_address),
        )
