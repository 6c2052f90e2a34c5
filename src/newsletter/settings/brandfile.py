"""brand.toml to a `Brand`: every entry optional, every unknown or unreadable one refused by name."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from newsletter.domain.brand import DARK, Brand, Palette
from newsletter.domain.leaning import Side
from newsletter.errors import BrandError

_TEXTS = ("name", "tagline", "logo", "logo_alt", "contact", "locale", "header")
_TABLES = ("labels", "colours", "footer")


def load_brand(path: Path | None) -> Brand:
    """The brand of a file, or the built-in one for None. Raises `BrandError`."""
    if path is None:
        return Brand()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise BrandError(
            f"{path}: {problem}.", todo="Mend the file; `newsletter init` writes a fresh one."
        ) from None
    try:
        return _brand(document)
    except BrandError as problem:
        raise BrandError(f"{path}: {problem.message}", todo=problem.todo, **problem.fields) from None


def _brand(document: Mapping[str, Any]) -> Brand:
    _known("", document, (*_TEXTS, *_TABLES))
    texts = {name: _text(name, document[name]) for name in _TEXTS if name in document}
    labels = document.get("labels", {})
    _known("labels.", labels, [side.value for side in Side])
    footer = document.get("footer", [])
    if isinstance(footer, str):
        footer = [footer]
    if not isinstance(footer, list):
        raise BrandError("footer is no list of lines.", todo='Write footer = ["…"].', key="footer")
    given = document.get("colours", {})
    _known("colours.", given, (*[entry.name for entry in fields(Palette)], "dark"))
    colours = dict(given)
    dark = colours.pop("dark", {})
    return Brand(
        **texts,
        labels={side: _text(f"labels.{side}", labels.get(side, side.value.capitalize())) for side in Side},
        footer=tuple(_text("footer", line) for line in footer),
        light=_palette("colours.", Palette(), colours),
        dark=_palette("colours.dark.", DARK, dark),
    )


def _palette(where: str, base: Palette, given: Mapping[str, Any]) -> Palette:
    _known(where, given, [entry.name for entry in fields(Palette)])
    return replace(base, **{name: _text(where + name, value).lower() for name, value in given.items()})


def _known(where: str, given: Any, allowed: Any) -> None:
    if not isinstance(given, Mapping):
        raise BrandError(f"{where.rstrip('.')} is no table.", todo="See docs/brand.md.", key=where)
    for name in given:
        if name not in allowed:
            raise BrandError(
                f"unknown entry {where}{name}.", todo=f"Known are {', '.join(allowed)}.", key=name
            )


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or (where.startswith("labels") and not value.strip()):
        raise BrandError(f"{where} is no text.", todo="Put it in quotes.", key=where)
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in value):
        raise BrandError(
            f"{where} holds a control character.", todo="Take it out; plain text is what it wants.", key=where
        )
    return value.strip()
