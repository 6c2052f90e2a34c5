"""A renderer and a checker for the tests, and ways to look at what they made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from newsletter.domain.brand import Brand
from newsletter.domain.checks import Check, CheckLimits
from newsletter.domain.issue import Issue, Mail
from newsletter.locate import folder
from newsletter.rendering.checks import IssueChecker
from newsletter.rendering.render import MailRenderer
from newsletter.rendering.words import visible_text

PUBLIC_URL = "https://news.example.com"
POSTAL = "1 Example Street, Exampletown"


def renderer(brand: Brand | None = None, *folders: Path, public_url: str = PUBLIC_URL) -> MailRenderer:
    """A renderer with the packaged templates, after ``folders``."""
    return MailRenderer(brand or Brand(), (*folders, folder("templates")), public_url, POSTAL)


@cache
def _default() -> MailRenderer:
    return renderer()


def mail_of(issue: Issue) -> Mail:
    return _default().render(issue)


def checks_of(issue: Issue, mail: Mail | None = None, limits: CheckLimits | None = None) -> dict[str, Check]:
    """The checks by name; of several with one name, the worst."""
    found: dict[str, Check] = {}
    order = ("pass", "warn", "fail")
    for check in IssueChecker(limits or CheckLimits(), Brand()).check(issue, mail or mail_of(issue)):
        known = found.get(check.name)
        if known is None or order.index(check.verdict) > order.index(known.verdict):
            found[check.name] = check
    return found


def seen(mail: Mail) -> str:
    """What a reader sees of the HTML, white space collapsed."""
    return visible_text(LexborHTMLParser(mail.html))


def read(mail: Mail) -> str:
    """The plain text, white space collapsed, so that line breaks do not matter."""
    return " ".join(mail.text.split())


def hrefs(mail: Mail) -> list[str]:
    return [node.attributes["href"] or "" for node in LexborHTMLParser(mail.html).css("a[href]")]
