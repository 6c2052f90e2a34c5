"""MJML to HTML: validated by our own table first, because mrml accepts what it does not understand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn
from xml.parsers import expat

import mjml as mrml

from newsletter.rendering.mjml_schema import (
    ALL_ATTRIBUTES,
    COMPONENTS,
    EVERYWHERE,
    REFUSED,
    REQUIRED,
    TEXT_ONLY,
    Component,
    colour,
    form_of,
    link,
)
from newsletter.rendering.templates import error

Place = Callable[[int, int], tuple[str, int]]
"""(line, column) of the MJML -> (template, line)."""

_VOID = re.compile(
    r"<(area|br|col|hr|img|input|link|meta|source|wbr)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)\s*/?>",
    re.IGNORECASE,
)
_INDENT = re.compile(r"\n\s*")
_STYLED_COLOUR = re.compile(r"(?:^|[;\s])(?:color|background-color)\s*:\s*([^;!]+)", re.IGNORECASE)
_FORBIDDEN = frozenset(["script", "iframe", "object", "embed", "form", "applet", "base"])
"""HTML that no mail client runs and every spam filter dislikes."""


def to_html(source: str, place: Place | None = None) -> str:
    """The mail's HTML of an MJML document.

    Raises `TemplateError` with template and line for anything that is not MJML 4 as mrml renders it: unknown
    or misplaced elements and attributes, bad colours and lengths, links that are not http(s) or mailto.
    """
    place = place or (lambda line, _column: ("issue", line))
    _Validator(source, place).run()
    try:
        # fonts={}: by itself mrml links a web font from a third party wherever its name stands in a font list
        html = str(mrml.mjml2html(_INDENT.sub("\n", source), disable_comments=False, fonts={}))
    except ValueError as problem:  # whatever our table let through and mrml does not
        raise error(*place(1, 0), f"MJML cannot be rendered: {problem}") from None
    return html


class _Validator:
    """Walks the document once, with line numbers."""

    def __init__(self, source: str, place: Place) -> None:
        self._source = _VOID.sub(r"<\1\2/>", source)
        self._place = place
        self._open: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.UseForeignDTD(True)  # HTML's named entities are fine, here and in mrml
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.XmlDeclHandler = lambda *_: self._fail("an XML declaration has no place in MJML")
        self._parser.StartDoctypeDeclHandler = lambda *_: self._fail("a DOCTYPE has no place in MJML")
        self._parser.StartCdataSectionHandler = lambda: self._fail("CDATA has no place in MJML")
        self._parser.ProcessingInstructionHandler = lambda *_: self._fail(
            "an instruction has no place in MJML"
        )

    def run(self) -> None:
        try:
            self._parser.Parse(self._source, True)
        except expat.ExpatError as problem:
            detail = f"not well-formed: {expat.errors.messages[problem.code]}"
            raise error(*self._place(problem.lineno, problem.offset), detail) from None

    def _fail(self, detail: str) -> NoReturn:
        parser = self._parser
        raise error(*self._place(parser.CurrentLineNumber, parser.CurrentColumnNumber), detail)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        inside = self._html_parent()
        if inside:
            self._html(tag, attributes, inside)
        else:
            self._component(tag, attributes)
        self._open.append(tag)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if text.strip() and not self._html_parent():
            self._fail(f"text directly in {self._open[-1]}: put it into mj-text or mj-raw")

    def _html_parent(self) -> str:
        """The component that holds HTML and that we are in, or empty."""
        return next((tag for tag in self._open if tag in COMPONENTS and COMPONENTS[tag].html), "")

    def _component(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in REFUSED:
            self._fail(REFUSED[tag])
        component = COMPONENTS.get(tag)
        if component is None:
            self._fail(
                f"unknown element <{tag}>" + ("" if tag.startswith("mj") else ": HTML belongs in mj-raw")
            )
        parent = self._open[-1] if self._open else ""
        if parent == "mj-attributes":
            return self._attributes(tag, attributes, self._settable(tag, component))
        if parent not in component.parents and (parent or tag != "mjml"):
            allowed = ", ".join(sorted(component.parents)) or "nothing"
            self._fail(f"<{tag}> in <{parent or 'nothing'}>; it belongs in {allowed}")
        self._attributes(tag, attributes, component.attributes | EVERYWHERE)
        missing = [name for name in REQUIRED.get(tag, ()) if name not in attributes]
        if missing:
            self._fail(f"<{tag}> lacks {', '.join(missing)}")
        return None

    def _settable(self, tag: str, component: Component) -> frozenset[str]:
        return (
            ALL_ATTRIBUTES | {"name"} if tag in {"mj-all", "mj-class"} else component.attributes | EVERYWHERE
        )

    def _attributes(self, tag: str, attributes: Mapping[str, str], allowed: frozenset[str]) -> None:
        for name, value in attributes.items():
            if name not in allowed:
                self._fail(f"<{tag}> takes no attribute {name}")
            wrong = form_of(name)(value)
            if wrong:
                self._fail(f"{name} of <{tag}>: {wrong}")

    def _html(self, tag: str, attributes: Mapping[str, str], inside: str) -> None:
        if inside in TEXT_ONLY:
            self._fail(f"<{tag}> in <{inside}>, which holds text only")
        if tag.startswith("mj"):
            self._fail(f"<{tag}> in <{inside}>, which holds HTML only")
        if tag.lower() in _FORBIDDEN:
            self._fail(f"<{tag}> has no place in a mail")
        for name, value in attributes.items():
            wrong = self._wrong(name.lower(), value)
            if wrong:
                self._fail(f"{name} of <{tag}>: {wrong}")

    def _wrong(self, name: str, value: str) -> str:
        if name.startswith("on"):
            return "a mail runs no scripts"
        if name in {"href", "src", "background", "action"}:
            return link(value)
        if name == "style":
            return next((wrong for found in _STYLED_COLOUR.findall(value) if (wrong := colour(found))), "")
        return colour(value) if name in {"bgcolor", "color"} else ""
