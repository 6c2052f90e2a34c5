"""Where templates, the sample newsroom and the bundled registry are, in a checkout and in a wheel alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def folder(name: str) -> Path:
    """The folder ``templates`` or ``sample``: the wheel's copy, else the checkout's."""
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _CHECKOUT / name


def registry_file() -> Path:
    """The bundled outlets file."""
    return _PACKAGE / "data" / "outlets.toml"


def terms_file() -> Path:
    """The bundled table of how common terms are in the news: terms and counts, our own counting."""
    return _PACKAGE / "data" / "terms.tsv"
