"""Read the settings: environment, then `.env` in HOME, then `.env` in the working folder, then defaults.

HOME's own `.env` stands above the working folder's, so that pointing NEWSLETTER_HOME at the demo's home
shows the demo and never touches the database that a `.env` beside it names. ``${NEWSLETTER_HOME}`` in a path or
in DATABASE_URL stands for HOME, so that the `.env` of a folder that is copied or moved does not name the old place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.errors import SettingsError
from newsletter.locate import registry_file
from newsletter.settings.model import PREFIX, SPECS, Settings, Spec

_CREDENTIALS = re.compile(r"//[^/]*@")
"""What stands before an @ in an address may be a password."""
_HOME = f"${{{PREFIX}HOME}}"
_PLACES = ("DATABASE_URL", "OUTLETS", "BRAND", "TEMPLATES", "EMBEDDINGS")


@dataclass(frozen=True)
class Loaded:
    """Settings, and for each name (without prefix) where its value came from."""

    settings: Settings
    origin: Mapping[str, str]
    text: Mapping[str, str]
    unknown: tuple[str, ...]
    """NEWSLETTER_ variables that this version does not know: misspelt, or of a later version."""


def load(environ: Mapping[str, str], cwd: Path, given: Mapping[str, str] | None = None) -> Loaded:
    """The settings as of now. ``given`` (names without prefix) stands above everything.

    Raises `SettingsError` naming the variable, where it was set and what to write instead.
    """
    local = read_env_file(cwd / ".env")
    layers: list[tuple[str, Mapping[str, str]]] = [
        ("the command", {PREFIX + name: value for name, value in (given or {}).items()}),
        ("environment", environ),
    ]
    home = _first("HOME", [*layers, (str(cwd / ".env"), local)]) or "./.newsletter"
    home_folder = _path(home, cwd, "HOME")
    if home_folder != cwd.resolve():
        layers.append((str(home_folder / ".env"), read_env_file(home_folder / ".env")))
    layers.append((str(cwd / ".env"), local))
    text, origin = _choose(layers)
    text |= {name: text[name].replace(_HOME, str(home_folder)) for name in _PLACES}
    values = {spec.attribute: _parse(spec, text[spec.name], origin[spec.name]) for spec in SPECS}
    known = {spec.variable for spec in SPECS}
    unknown = sorted({v for _, layer in layers for v in layer if v.startswith(PREFIX)} - known)
    return Loaded(_settings(values, home_folder, cwd), origin, text, tuple(unknown))


def read_env_file(path: Path) -> dict[str, str]:
    """The names and values of a `.env`, none where there is no file. Raises `SettingsError` with the line."""
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # only where a .env exists: start-up time

    try:
        bindings = list(parse_stream(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"{path}: {problem}.", todo="Save it as UTF-8, readable by this user.") from None
    for binding in bindings:
        if binding.error:  # skipping it, as python-dotenv does, would lose settings without a word
            raise SettingsError(
                f"{path}, line {binding.original.line}: this is no NAME=value; is a quotation mark left open?",
                todo="Mend that line.",
            )
    return {b.key: b.value for b in bindings if b.key is not None and b.value is not None}


def _first(name: str, layers: list[tuple[str, Mapping[str, str]]]) -> str:
    return next((layer[PREFIX + name] for _, layer in layers if layer.get(PREFIX + name, "").strip()), "")


def _choose(layers: list[tuple[str, Mapping[str, str]]]) -> tuple[dict[str, str], dict[str, str]]:
    text, origin = {}, {}
    for spec in SPECS:
        found = next(
            ((where, layer[spec.variable]) for where, layer in layers if spec.variable in layer), None
        )
        where, value = found if found and found[1].strip() else ("default", spec.default)
        text[spec.name], origin[spec.name] = value, where
    return text, origin


def _parse(spec: Spec, text: str, where: str) -> Any:
    try:
        return spec.parse(text)
    except ValueError as problem:
        shown = "" if spec.secret else f" = {_CREDENTIALS.sub('//…@', text)!r}"
        raise SettingsError(
            f"{spec.variable}{shown} ({where}): {problem}.", todo=f"It means: {spec.help}.", setting=spec.name
        ) from None


def _path(text: str, cwd: Path, name: str) -> Path:
    try:
        return (cwd / Path(text).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError):  # a user that is not there, a NUL, a loop of links
        raise SettingsError(f"{PREFIX}{name}: {text!r} is no path.", setting=name) from None


def _settings(values: dict[str, Any], home: Path, cwd: Path) -> Settings:
    def path(name: str) -> Path | None:
        return _path(values[name], cwd, name.upper()) if values[name] else None

    brand = path("brand") or (cwd / "brand.toml" if (cwd / "brand.toml").is_file() else None)
    values.update(
        home=home, outlets=path("outlets") or registry_file(), brand=brand, templates=path("templates")
    )
    if values["templates"] is not None and values["templates"].is_file():
        raise SettingsError(
            f"{PREFIX}TEMPLATES: {values['templates']} is no folder.",
            todo="Name the folder that holds issue/ and web/.",
            setting="TEMPLATES",
        )
    for name in ("outlets", "brand", "templates"):
        if values[name] is not None and not values[name].exists():
            raise SettingsError(
                f"{PREFIX}{name.upper()}: there is no {values[name]}.",
                todo="Correct the path, or leave the setting out for the built-in one.",
                setting=name.upper(),
            )
    values["embeddings"] = _model(values["embeddings"], cwd)
    values["database_url"] = values["database_url"] or f"sqlite:///{home / 'newsletter.db'}"
    return Settings(**values)


def _model(text: str, cwd: Path) -> str:
    """A folder (written as a path, or there) as its absolute path; a model's name or address as it is."""
    if text and "://" not in text and (text[0] in "/.~" or (cwd / text).is_dir()):
        return str(_path(text, cwd, "EMBEDDINGS"))
    return text
