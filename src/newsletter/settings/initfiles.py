"""`newsletter init`: the questions, and the two files their answers become."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.domain.audience import parse_address
from newsletter.errors import Refused, SettingsError, UsageError
from newsletter.settings import parse
from newsletter.settings.load import read_env_file


@dataclass(frozen=True, slots=True)
class InitQuestion:
    """One question; ``check`` returns the text to write or raises `UsageError`."""

    option: str
    text: str
    default: str
    parse: Callable[[str], object]

    def check(self, answer: str) -> str:
        try:
            self.parse(answer)
        except ValueError as problem:
            raise UsageError(f"--{self.option.replace('_', '-')} {answer!r}: {problem}.") from None
        if not answer.strip().isprintable() or "\\" in answer or ("'" in answer and '"' in answer):
            raise UsageError(
                f"--{self.option.replace('_', '-')}: one line without backslashes or both kinds of quotes, please."
            )
        return answer.strip()


def _address(text: str) -> str:
    return parse_address(text)[0]


def _named(text: str) -> str:
    if not text.strip():
        raise ValueError("write something")
    return text


QUESTIONS = (
    InitQuestion("name", "Name of the newsletter", "Both Sides in 5 Minutes", _named),
    InitQuestion("timezone", "Time zone of the issue", "America/New_York", parse.zone),
    InitQuestion("issue_time", "When the issue is made (HH:MM)", "05:00", parse.clock_time),
    InitQuestion("from_email", "Sender address", "morning@example.com", _address),
    InitQuestion(
        "postal_address", "Postal address (stands in every mail)", "1 Example Street, Exampletown", _named
    ),
    InitQuestion("public_url", "Public address of the pages", "http://127.0.0.1:8080", parse.web_url),
    InitQuestion(
        "provider",
        "Who carries the mail (outbox, sendgrid or smtp)",
        "outbox",
        parse.one_of("outbox", "sendgrid", "smtp"),
    ),
)


def refuse_overwriting(folder: Path, *, force: bool) -> tuple[Path, Path]:
    """Where `.env` and `brand.toml` go. Raises `Refused` when one is there and ``force`` is not given."""
    env, brand = folder / ".env", folder / "brand.toml"
    for path in (env, brand):
        if path.exists() and not force:
            raise Refused(
                f"{path} is there already.",
                todo="Use another --folder, or --force to overwrite it; the secret key in it is kept.",
            )
    return env, brand


def write_files(folder: Path, answers: Mapping[str, str], *, force: bool) -> tuple[Path, ...]:
    """Write `.env` (0600) and `brand.toml`. Raises `Refused` before overwriting.

    A secret key that stands in the `.env` is kept: the links of all mail sent so far are signed with it.
    """
    env, brand = refuse_overwriting(folder, force=force)
    key = read_env_file(env).get("NEWSLETTER_SECRET_KEY") or secrets.token_urlsafe(32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(env, "w", encoding="utf-8", opener=_private) as file:
            os.fchmod(file.fileno(), 0o600)  # the mode above is only for a new file, and this one holds a key
            file.write(env_text(answers, key))
        brand.write_text(brand_text(answers), encoding="utf-8")
    except OSError as problem:
        raise SettingsError(f"{problem.filename} cannot be written: {problem.strerror}.") from None
    return env, brand


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def env_text(answers: Mapping[str, str], key: str) -> str:
    """The `.env`: what was asked, the secret key, and where to put the provider's."""
    names = ("timezone", "issue_time", "from_email", "postal_address", "public_url", "provider")
    lines = [f"NEWSLETTER_{name.upper()}={_quoted(answers[name])}" for name in names]
    lines += [
        f"NEWSLETTER_SECRET_KEY={_quoted(key)}",
        *_PROVIDER_LINES[answers["provider"]],
        "# All settings: newsletter settings. Then: newsletter doctor",
    ]
    return "\n".join(lines) + "\n"


_SENDGRID = (
    "# NEWSLETTER_SENDGRID_API_KEY='SG.…'   its scopes: docs/operations.md; `newsletter doctor` names what is missing",
    "# NEWSLETTER_WEBHOOK_PUBLIC_KEY='…'    verification key of the signed Event Webhook",
)
_SMTP = (
    "# NEWSLETTER_SMTP_HOST='mail.example.org'",
    "# NEWSLETTER_SMTP_PORT='587'          465 with NEWSLETTER_SMTP_SECURITY='tls'",
    "# NEWSLETTER_SMTP_USER='…'",
    "# NEWSLETTER_SMTP_PASSWORD='…'",
)
_PROVIDER_LINES = {"outbox": _SENDGRID, "sendgrid": _SENDGRID, "smtp": _SMTP}


def brand_text(answers: Mapping[str, str]) -> str:
    """The `brand.toml`: the name, and the rest as comments to be taken up."""
    name = answers["name"].replace("\\", "\\\\").replace('"', '\\"')
    return f"""# How the newsletter looks and sounds. Every entry is optional; docs/brand.md explains them.
name = "{name}"
# tagline = "How the left, the center and the right told the day"
# contact = "editor@news.example.org"
# footer = ["A project of the Example Foundation."]

# [labels]                 # what the sides are called
# left = "Left"

# [colours]                # #rrggbb; refused when text could not be read (contrast under 4.5:1)
# ink = "#1d1b19"

# [colours.dark]
# ink = "#ece7de"
"""


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
