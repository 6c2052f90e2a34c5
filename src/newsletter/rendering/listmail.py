"""Mail about one's own subscription: from the templates in ``list/``, in the brand's look, as HTML and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.domain.brand import Brand
from newsletter.domain.signups import ListMailKind
from newsletter.rendering import clean, mjml, wording
from newsletter.rendering.templates import FOLDER, Templates, error
from newsletter.rendering.view import contact_url

LIST_FOLDER = "list"
_WORDS = "words.txt.j2"
_ONCE = ("subject", "preheader", "title", "button", "why")
_MANY = ("line", "after")


@dataclass(frozen=True, slots=True)
class ListMailView:
    """What the templates draw."""

    subject: str
    preheader: str
    title: str
    lines: tuple[str, ...]
    button: str
    url: str
    after: tuple[str, ...]
    why: str
    links: tuple[tuple[str, str], ...]
    """(address, text)."""
    postal_address: str


@dataclass(frozen=True, slots=True)
class RenderedListMail:
    subject: str
    html: str
    text: str


class ListMailRenderer:
    """Renders for one newsletter. ``templates`` are template folders, the operator's first."""

    def __init__(
        self,
        brand: Brand,
        templates: Sequence[Path],
        zone: ZoneInfo,
        privacy_url: str,
        postal_address: str,
    ) -> None:
        self._brand, self._zone = brand, zone
        self._templates = Templates(templates, (LIST_FOLDER, FOLDER))
        links = [(privacy_url, "What we keep of you, and why"), (contact_url(brand.contact), "Write to us")]
        self._links = tuple((url, text) for url, text in links if url)
        self._postal_address = clean.text(postal_address)

    def render(
        self, kind: ListMailKind, url: str, asked: datetime, until: datetime, zone: ZoneInfo | None = None
    ) -> RenderedListMail:
        """The mail of that kind around its one link, by the clock of its reader. Raises `TemplateError`."""
        zone = zone or self._zone
        words = self._words(kind, self._moment(asked, zone), self._moment(until, zone))
        view = self._view(words, url)
        source = self._templates.render("frame.mjml.j2", mail=view, brand=self._brand)
        return RenderedListMail(
            subject=view.subject,
            html=mjml.to_html(source.text, source.place),
            text=self._templates.plain("mail.txt.j2", mail=view, brand=self._brand),
        )

    def _view(self, words: Mapping[str, tuple[str, ...]], url: str) -> ListMailView:
        return ListMailView(
            **{name: words[name][0] for name in _ONCE},
            lines=words["line"],
            after=words["after"],
            url=url,
            links=self._links,
            postal_address=self._postal_address,
        )

    def _words(self, kind: ListMailKind, asked: str, until: str) -> Mapping[str, tuple[str, ...]]:
        """The pieces by their name. Raises `TemplateError` for a name that is missing or unknown."""
        values = {"kind": kind.value, "brand": self._brand, "asked": asked, "until": until}
        found: dict[str, list[str]] = {name: [] for name in (*_ONCE, *_MANY)}
        for line in filter(str.strip, self._templates.plain(_WORDS, **values).splitlines()):
            name, colon, text = line.partition(":")
            if not colon or name not in found:
                raise error(_WORDS, 0, f"{name[:40]!r} begins no piece; known are {', '.join(found)}")
            found[name].append(text.strip())
        missing = [name for name in _ONCE if len(found[name]) != 1]
        if missing:
            raise error(_WORDS, 0, f"{missing[0]} has to stand there once")
        return {name: tuple(texts) for name, texts in found.items()}

    def _moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """``Tuesday, 1 December 2026, 14:05 New York time``."""
        local = moment.astimezone(zone)
        place = zone.key.rpartition("/")[2].replace("_", " ")
        day = wording.long_date(local.date(), self._brand.locale)
        return f"{day}, {local:%H:%M} {place}" + (" time" if "/" in zone.key else "")
