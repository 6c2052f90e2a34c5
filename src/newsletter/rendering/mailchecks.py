"""The checks that read the mail itself: size, time, links, head, contrast, its two parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from newsletter.domain.brand import Brand
from newsletter.domain.checks import Check, CheckLimits, Verdict
from newsletter.domain.issue import SLOTS, UNSUBSCRIBE_SLOT, Issue, Mail
from newsletter.rendering import clean, wording
from newsletter.rendering.contrast import Reading, readings
from newsletter.rendering.shown import shown
from newsletter.rendering.words import seconds, visible_text

_TEMPLATE = re.compile(r"<mj-|\{\{|\{%|\{#|\ue000|\ue001")
_SLOT = re.compile(r"-[a-z]+(?:-[a-z]+)*-token-", re.IGNORECASE)
_SAID = 60
"""Characters of a text that are enough to find it again."""


def check(name: str, figure: str, limit: str, problem: str, verdict: Verdict = Verdict.FAIL) -> Check:
    """A check that passes when ``problem`` (what to do) is empty."""
    return Check(name, figure, limit, verdict if problem else Verdict.PASS, problem)


@dataclass(frozen=True)
class MailChecks:
    """Looks at one mail, parsed once."""

    told: Sequence[str]
    """Every text that both its parts must carry (`told`)."""
    mail: Mail
    limits: CheckLimits
    brand: Brand

    @cached_property
    def _tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.mail.html)

    @cached_property
    def _visible(self) -> str:
        return visible_text(self._tree)

    @cached_property
    def _links(self) -> tuple[str, ...]:
        return tuple((node.attributes.get("href") or "").strip() for node in self._tree.css("a[href]"))

    def all(self) -> Iterator[Check]:
        """Every check, in the order an editor reads them."""
        yield self.size()
        yield self.reading_time()
        yield self.leftovers()
        yield self.links()
        yield self.unsubscribe()
        yield self.text_part()
        yield self.contrast()
        yield from self.head()
        yield self.images()
        yield self.tables()

    def size(self) -> Check:
        size, limits = self.mail.html_bytes, self.limits
        limit = f"{limits.html_warn_bytes / 1000:g} kB, stops over {limits.html_fail_bytes / 1000:g} kB"
        over = size > limits.html_warn_bytes
        verdict = Verdict.FAIL if size > limits.html_fail_bytes else Verdict.WARN
        todo = "Gmail cuts a mail off near 100 kB: leave out a story or a brief." if over else ""
        return check("html-size", f"{size / 1000:.1f} kB", limit, todo, verdict)

    def reading_time(self) -> Check:
        words = len(self._visible.split())
        needed = seconds(words, self.limits.words_per_minute)
        todo = "Leave out a brief or a story, or shorten one." if needed > self.limits.reading_seconds else ""
        figure = f"{wording.duration(needed)} ({words} words)"
        limit = f"{wording.duration(self.limits.reading_seconds)} at {self.limits.words_per_minute} words a minute"
        return check("reading-time", figure, limit, todo)

    def leftovers(self) -> Check:
        parts = (self.mail.html, self.mail.text, self.mail.subject, self.mail.preheader)
        found = [*_TEMPLATE.findall(self.mail.html)]
        found += [mark for part in parts[1:] for mark in _TEMPLATE.findall(part) if mark != "<mj-"]
        found += [slot for part in parts[:2] for slot in _SLOT.findall(part) if slot not in SLOTS]
        found += [slot for part in parts[2:] for slot in _SLOT.findall(part)]
        todo = f"Mend the template: {', '.join(sorted(set(found))[:3])} would be mailed." if found else ""
        return check("template-leftovers", str(len(found)), "0", todo)

    def links(self) -> Check:
        ids = {node.attributes.get("id") for node in self._tree.css("[id]")}
        empty = sum(not visible_text(node) and not node.css("img[alt]") for node in self._tree.css("a[href]"))
        bad = [link for link in self._links if not _good(link, ids)]
        todo = f"Mend or remove the link {bad[0][:80]!r}." if bad else ""
        todo = todo or ("Give every link a text." if empty else "")
        figure = f"{len(self._links)} links, {len(bad) + empty} bad"
        return check("links", figure, "absolute http(s) or mailto, each with a text", todo)

    def unsubscribe(self) -> Check:
        html = sum(UNSUBSCRIBE_SLOT in link and _good(link, set()) for link in self._links)
        text = UNSUBSCRIBE_SLOT in self.mail.text
        todo = "" if html and text else "Put the unsubscribe link back into the HTML and the text part."
        return check("unsubscribe", f"{html} in the HTML, {int(text)} in the text", "1 in each", todo)

    def text_part(self) -> Check:
        missing = [link for link in self._links if not link.startswith("#") and link not in self.mail.text]
        html, text = self._visible, " ".join(self.mail.text.split())
        said = [clean.text(line) for line in self.told]
        missing += [f"{line[:_SAID]}" for line in said if line not in html or line not in text]
        todo = f"HTML and text differ: “{missing[0][:80]}” is not in both." if missing else ""
        figure = f"{len(said)} texts and {len(self._links)} links, {len(missing)} not in both"
        return check("text-part", figure, "0", todo)

    def contrast(self) -> Check:
        worst = min(
            (reading for scheme in ("light", "dark") for reading in readings(self._tree, scheme)),
            key=lambda reading: reading.ratio,
            default=Reading(21, "", "", "", ""),
        )
        todo = ""
        if worst.ratio < self.limits.contrast:
            todo = (
                f"In {worst.scheme}, “{worst.text[:30]}” is {worst.colour} on {worst.ground}: "
                "change a colour in brand.toml or the template."
            )
        return check("contrast", f"{worst.ratio:.1f}", f"{self.limits.contrast:g}", todo)

    def head(self) -> Iterator[Check]:
        root, title = self._tree.css_first("html"), self._tree.css_first("title")
        lang = (root.attributes.get("lang") or "") if root else ""
        wrong = "" if lang == self.brand.lang else "Set lang on <mjml> in frame.mjml.j2."
        yield check("lang", lang or "none", self.brand.lang, wrong)
        named = visible_title = (title.text() or "").strip() if title else ""
        yield check("title", visible_title or "none", "a title", "" if named else "Fill <mj-title>.")
        scheme = self._tree.css_first('meta[name="color-scheme"]')
        content = (scheme.attributes.get("content") or "") if scheme else ""
        todo = "" if "dark" in content else "Put the color-scheme meta tag back into style.mjml.j2."
        yield check("color-scheme", content or "none", "light dark", todo)

    def images(self) -> Check:
        images = self._tree.css("img")
        silent = [node for node in images if node.attributes.get("alt") is None]
        todo = "Give every image an alt text, empty for decoration." if silent else ""
        return check("alt-text", f"{len(images)} images, {len(silent)} without", "0 without", todo)

    def tables(self) -> Check:
        tables = self._tree.css("table")
        bare = [node for node in tables if node.attributes.get("role") != "presentation"]
        todo = (
            'Give every layout table role="presentation", or screen readers read out its cells.'
            if bare
            else ""
        )
        return check("layout-tables", f"{len(tables)} tables, {len(bare)} without role", "0 without", todo)


def told(issue: Issue) -> Iterator[str]:
    """Every text that both parts must carry."""
    for story in issue.stories:
        yield from (statement.text for statement in shown(story).statements())
    for brief in (*issue.in_brief, *issue.blindspots):
        yield brief.words.headline.text
    yield from (correction.text for correction in issue.corrections)


def _good(link: str, ids: set[str | None]) -> bool:
    if link.startswith("#"):
        return link[1:] in ids
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, link))
