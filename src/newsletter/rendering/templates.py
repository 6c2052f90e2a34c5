"""Jinja: the issue's templates, strict about what they name, with every line traced to its template.

A template folder of the operator's own goes before the packaged one, file by file. MJML templates escape
whatever they print; the plain text, the subject and the preheader do not, and get their lines tidied.
"""

from __future__ import annotations

import bisect
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from newsletter.errors import TemplateError
from newsletter.rendering import clean

FOLDER = "issue"
"""Where the issue's templates are, inside a template folder."""

MJML = ".mjml.j2"

_NO_ATTRIBUTE = re.compile(r"^'newsletter\.[\w.]+ object' has no attribute '(\w+)'$")
_MARK = re.compile("\ue000([^\ue000\ue001]*):(\\d+)\ue001")
"""Notes template and line in the output until it is read out; texts cannot hold it (`clean.text`)."""

_MISTAKES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the expressions of a template can raise when it runs; all of it is the template's fault."""

_LINE = 76
"""Columns of the plain text; longer words (links) stand unbroken."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rendered text, and where each of its parts comes from."""

    text: str
    offsets: tuple[int, ...]
    places: tuple[tuple[str, int], ...]
    """Template and line of what begins at the offset of the same index."""

    def place(self, line: int, column: int) -> tuple[str, int]:
        """Template and line (1-based) behind a line (1-based) and column (0-based) of the text."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
        index = bisect.bisect_right(self.offsets, start + column) - 1
        return self.places[index] if index >= 0 else ("", 0)


class _MarkLines(Extension):
    """Puts a mark before every line of template text, so that output can be traced to its source."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data" and (stream.name or "").endswith(MJML):
                yield Token(token.lineno, "data", _marked(str(token.value), str(stream.name), token.lineno))
            else:
                yield token


def _marked(data: str, name: str, first: int) -> str:
    lines = enumerate(data.split("\n"), start=first)
    return "\n".join(f"\ue000{name}:{n}\ue001{line}" if line.strip() else line for n, line in lines)


class Templates:
    """The templates of one newsletter; compiled once, then only rendered."""

    def __init__(self, folders: Sequence[Path], names: Sequence[str] = (FOLDER,)) -> None:
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader([folder / name for name in names for folder in folders]),
            autoescape=jinja2.select_autoescape((MJML.removeprefix("."),), default=False),
            undefined=jinja2.StrictUndefined,
            extensions=[_MarkLines],
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._jinja.filters |= {"wrap": wrap, "cut": clean.cut}

    def render(self, name: str, **values: object) -> Rendered:
        """Render one template. Raises `TemplateError` with the template and line at fault."""
        try:
            return _read_marks(self._jinja.get_template(name).render(**values))
        except jinja2.TemplateSyntaxError as problem:
            raise error(problem.name or name, problem.lineno, problem.message or "syntax error") from None
        except jinja2.TemplateNotFound as problem:
            raise error(name, 0, f"there is no template {problem.name}") from None
        except _MISTAKES as problem:
            raise error(*_line_of(problem, name), _in_words(problem)) from None

    def line(self, name: str, **values: object) -> str:
        """Render a template of one line: subject, preheader."""
        return " ".join(self.render(name, **values).text.split())

    def plain(self, name: str, **values: object) -> str:
        """Render plain text: no trailing blanks, never two empty lines together, one newline at the end."""
        lines = (line.rstrip() for line in self.render(name, **values).text.strip().split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _in_words(problem: Exception) -> str:
    """Jinja speaks of Python objects; an editor wrote a name."""
    return _NO_ATTRIBUTE.sub(r"there is nothing called '\1' here", str(problem))


def error(template: str, line: int, detail: str) -> TemplateError:
    """The one form of a template's error."""
    where = f"{template}, line {line}" if line else template
    return TemplateError(
        f"The template {where}: {detail.rstrip('.')}.",
        todo="Mend it in the folder of NEWSLETTER_TEMPLATES, or take that file away to get ours back.",
        template=template,
        line=line,
        detail=detail,
    )


def wrap(value: str, indent: int = 0, first: int | None = None) -> str:
    """Fold one line of text; ``first`` is the indent of its first line where that differs."""
    return textwrap.fill(
        value,
        width=_LINE,
        initial_indent=" " * (indent if first is None else first),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _read_marks(output: str) -> Rendered:
    offsets: list[int] = []
    places: list[tuple[str, int]] = []
    parts: list[str] = []
    length = end = 0
    for mark in _MARK.finditer(output):
        parts.append(output[end : mark.start()])
        length += mark.start() - end
        offsets.append(length)
        places.append((mark[1], int(mark[2])))
        end = mark.end()
    parts.append(output[end:])
    return Rendered("".join(parts), tuple(offsets), tuple(places))


def _line_of(problem: BaseException, name: str) -> tuple[str, int]:
    """Template and line where an exception left a template: Jinja rewrites tracebacks to say so."""
    found = (name, 0)
    trace = problem.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = (Path(file).name, trace.tb_lineno)
        trace = trace.tb_next
    return found
