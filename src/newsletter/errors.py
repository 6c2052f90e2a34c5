"""Every error the project raises on purpose, as one tree.

::

    NewsletterError                 anything a person should read; exit status 1
    ├── SettingsError               a setting, .env, brand or outlets file is wrong
    │   ├── BrandError              brand.toml: unknown key, poor contrast …
    │   └── RegistryError           outlets file: where (line) and why
    ├── SampleError                 the sample newsroom cannot be read or served
    ├── StorageError                the database refuses, is missing or is too old
    │   └── MigrationNeeded         PostgreSQL schema behind: `newsletter db upgrade`
    ├── FeedError                   fetching or parsing cannot even be attempted
    │   └── CageError               the parsing worker cannot be started
    ├── IssueError                  an issue cannot be built, found or read
    │   ├── IssueNotFound
    │   └── TemplateError           Jinja or MJML; carries template and line
    ├── EmbeddingError              no sentence model to group with; the grouping falls back to words alone
    ├── ModelError                  the language model did not answer as it should; never ends a build
    │   └── ModelBusy               429, 5xx or no connection: the same request may be made again
    ├── AudienceError               a subscriber, token or CSV problem
    │   └── InvalidAddress
    ├── ProviderError               the mail provider answered, and said no
    │   ├── ProviderRejected        4xx that no repetition will cure; the run stops
    │   ├── ProviderBusy            429 or refused connection: nothing was accepted, try later
    │   └── ProviderUncertain       nobody knows whether the request was accepted
    ├── Refused                     a guard says no; exit status 3
    └── UsageError                  the call makes no sense; exit status 2

Third-party exceptions end at the adapter that calls the third party: no caller above it needs to
know httpx, SQLAlchemy or urllib. A feed that fails is *not* an error: it is a value in the report.
"""

from __future__ import annotations

from typing import ClassVar


class NewsletterError(Exception):
    """What happened, and what to do about it, in words for people.

    ``message`` is one sentence; ``todo`` says what to do next (may be empty); ``fields`` carries the
    machine-readable facts (``feed_url``, ``batch_id`` …), never an address, a token or a key.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, todo: str = "", **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.todo = todo
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.message} {self.todo}".strip()


class SettingsError(NewsletterError):
    """A setting or a file of settings is missing or wrong; ``fields['setting']`` names it."""


class BrandError(SettingsError):
    """brand.toml cannot be used; ``fields['key']`` names the entry."""


class RegistryError(SettingsError):
    """The outlets file cannot be used; ``problems`` lists ``(line, text)`` pairs."""

    def __init__(
        self, message: str, problems: tuple[tuple[int, str], ...] = (), *, todo: str = "", **fields: object
    ) -> None:
        super().__init__(message, todo=todo, **fields)
        self.problems = problems


class SampleError(NewsletterError):
    """The sample newsroom cannot be read or served."""


class StorageError(NewsletterError):
    """The database refused, is unreachable, or holds something it should not."""


class MigrationNeeded(StorageError):
    """The schema is behind this version and does not migrate itself."""


class FeedError(NewsletterError):
    """Fetching or parsing could not be attempted at all."""


class CageError(FeedError):
    """The caged parsing worker could not be started."""


class IssueError(NewsletterError):
    """An issue could not be built, found or read."""


class IssueNotFound(IssueError):
    """No issue of that date has been built."""


class TemplateError(IssueError):
    """A template failed; ``fields`` has ``template``, ``line`` (1-based, 0 unknown) and ``detail``."""


class EmbeddingError(NewsletterError):
    """The sentence model cannot be used; never ends a build.

    ``reason`` is the short word that is recorded with the issue. It holds no path, so that two machines with
    the same fault make the same bytes.
    """

    def __init__(self, message: str, *, reason: str, todo: str = "", **fields: object) -> None:
        super().__init__(message, todo=todo, **fields)
        self.reason = reason


class ModelError(NewsletterError):
    """A language model did not give a usable answer; ``message`` is the short reason that is counted."""


class ModelBusy(ModelError):
    """No answer now, and the same may be asked again; ``fields['retry_after']`` in seconds where it was said."""


class AudienceError(NewsletterError):
    """A subscriber, a token or the subscriber file is wrong."""


class InvalidAddress(AudienceError):
    """Not an address that can be mailed. The message never repeats the address itself."""


class ProviderError(NewsletterError):
    """The mail provider said no; ``fields['status']`` is its HTTP status where there was one."""


class ProviderRejected(ProviderError):
    """A refusal that repeating will not cure (400, 401, 403, 413 …). Nothing of the request was accepted."""


class ProviderBusy(ProviderError):
    """Nothing was accepted and the same request may be made again; ``fields['retry_after']`` in seconds."""


class ProviderUncertain(ProviderError):
    """The outcome is unknown (time-out, connection cut after the request left). Never repeat by itself."""


class Refused(NewsletterError):
    """A guard refused: stale, failed check, frozen issue, no terminal and no --yes … Exit status 3."""

    exit_status: ClassVar[int] = 3


class UsageError(NewsletterError):
    """The call itself is wrong. Exit status 2."""

    exit_status: ClassVar[int] = 2
