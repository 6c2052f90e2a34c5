"""The settings of an installation: the table that documents them, and the frozen value that code gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.settings import parse

PREFIX = "NEWSLETTER_"


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting: its name without prefix, the text it has when unset, its parser and its one-line help."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str
    secret: bool = False

    @property
    def variable(self) -> str:
        return PREFIX + self.name

    @property
    def attribute(self) -> str:
        return self.name.lower()


SPECS: tuple[Spec, ...] = (
    Spec("HOME", "./.newsletter", parse.plain, "folder of the database, the issues and the outbox"),
    Spec("DATABASE_URL", "", parse.plain, "default: SQLite in HOME; or postgresql+psycopg://…", secret=True),
    Spec("OUTLETS", "", parse.plain, "outlets file (TOML); default: the bundled registry"),
    Spec(
        "BRAND", "", parse.plain, "brand.toml; default: ./brand.toml if there is one, else the built-in brand"
    ),
    Spec("TEMPLATES", "", parse.plain, "folder that overrides the packaged templates, file by file"),
    Spec("TIMEZONE", "America/New_York", parse.zone, "the issue's time zone"),
    Spec("ISSUE_TIME", "05:00", parse.clock_time, "when the day's issue is made, in TIMEZONE"),
    Spec(
        "STALE_AFTER",
        "6 h",
        parse.duration,
        "an issue older than this after ISSUE_TIME, a batch after its morning, does not go by itself",
    ),
    Spec(
        "DELIVER_AT",
        "06:30",
        parse.clock_time,
        "when the mail should be there, on each subscriber's own clock; a subscriber may have another time",
    ),
    Spec("WINDOW", "36 h", parse.duration, "how far back an issue looks for articles"),
    Spec("FIRST_ISSUE", "", parse.optional_date, "date of issue No. 1; default: the oldest issue kept"),
    Spec("KEEP_CAPTURES", "400 d", parse.duration, "how long the raw feeds are kept; a rebuild needs them"),
    Spec(
        "KEEP_EVENTS", "90 d", parse.duration, "how long single events of the provider are kept; counts stay"
    ),
    Spec("SUPPLY_LEFT", "8", parse.whole, "outlets of the left that should be heard on a normal day"),
    Spec("SUPPLY_RIGHT", "8", parse.whole, "outlets of the right that should be heard on a normal day"),
    Spec("SUPPLY_STOPS", "false", parse.boolean, "a thin supply stops a send (else it is said in the issue)"),
    Spec("BALANCE_WORDS", "35 %", parse.share, "how far a side's words may be off what it was due"),
    Spec("BALANCE_QUOTATIONS", "60 %", parse.share, "the same for excerpts of its outlets"),
    Spec("BALANCE_LINKS", "60 %", parse.share, "the same for links to its articles"),
    Spec("BALANCE_FRAME", "35 %", parse.share, "how far headlines and overviews may lean to left or right"),
    Spec(
        "BALANCE_LOADED", "3", parse.number, "loaded words in 100 that a column may have beyond its coverage"
    ),
    Spec("PROVIDER", "outbox", parse.one_of("outbox", "sendgrid", "smtp"), "who carries the mail"),
    Spec("SENDGRID_API_KEY", "", parse.plain, "key with the Mail Send scope", secret=True),
    Spec("SENDGRID_URL", "https://api.sendgrid.com", parse.web_url, "EU: https://api.eu.sendgrid.com"),
    Spec("SENDGRID_SANDBOX", "false", parse.boolean, "SendGrid checks the request and mails nobody"),
    Spec("MAX_PER_HOUR", "0", parse.whole, "most recipients mailed in an hour, over all issues; 0: no limit"),
    Spec("MAX_PER_DAY", "0", parse.whole, "most recipients mailed in 24 hours, over all issues; 0: no limit"),
    Spec(
        "SHARD_OVER",
        "100000",
        parse.whole,
        "with more recipients due the flow `deliver` asks for shard runs (PostgreSQL); 0: never",
    ),
    Spec(
        "CLICK_TRACKING",
        "false",
        parse.boolean,
        "SendGrid counts clicks: every link but the unsubscribe ones leads through it",
    ),
    Spec(
        "REQUESTS_IN_FLIGHT",
        "2",
        parse.at_once,
        "most requests under way at SendGrid at a time, per process; its answers set the pace below that",
    ),
    Spec("SMTP_HOST", "", parse.plain, "mail server that takes the mail, for PROVIDER=smtp"),
    Spec("SMTP_PORT", "587", parse.whole, "its port; 465 for SMTP_SECURITY=tls"),
    Spec(
        "SMTP_SECURITY",
        "starttls",
        parse.one_of("starttls", "tls", "none"),
        "starttls, tls from the first byte, or none (on this machine only)",
    ),
    Spec("SMTP_USER", "", parse.plain, "user at the mail server; empty: no log-in"),
    Spec("SMTP_PASSWORD", "", parse.plain, "password of SMTP_USER", secret=True),
    Spec(
        "WEBHOOK_PUBLIC_KEY",
        "",
        parse.words,
        "verification key of the provider's signed Event Webhook; several separated by commas",
    ),
    Spec(
        "FROM_EMAIL",
        "morning@example.com",
        parse.plain,
        "sender address, of a domain verified at the provider",
    ),
    Spec("FROM_NAME", "", parse.plain, "sender name; default: the brand's name"),
    Spec("POSTAL_ADDRESS", "1 Example Street, Exampletown", parse.plain, "stands in every mail (CAN-SPAM)"),
    Spec(
        "PUBLIC_URL",
        "http://127.0.0.1:8080",
        parse.web_url,
        "where `newsletter serve` is reached; links use it",
    ),
    Spec(
        "SECRET_KEY", "", parse.plain, "signs link tokens; default: made once in HOME/secret.key", secret=True
    ),
    Spec("OLD_SECRET_KEYS", "", parse.words, "keys whose links still work, separated by commas", secret=True),
    Spec("ALLOW_HOSTS", "", parse.hosts, "hosts, host:port or CIDR that may be private addresses"),
    Spec("REQUIRE_APPROVAL", "false", parse.boolean, "nothing is sent before `newsletter approve`"),
    Spec("APPROVERS", "", parse.words, "names that may approve, separated by commas; empty: anybody"),
    Spec(
        "APPROVAL_DEADLINE",
        "",
        parse.optional_clock_time,
        "time of day, in TIMEZONE, until which an approval is waited for; empty: for ever",
    ),
    Spec(
        "ON_NO_APPROVAL",
        "hold",
        parse.one_of("hold", "skip", "send-if-checks-pass"),
        "what becomes of an issue that nobody approved by APPROVAL_DEADLINE",
    ),
    Spec(
        "EMBEDDINGS", "", parse.plain, "sentence model to group with: a folder or a model's name; empty: none"
    ),
    Spec(
        "SECTIONS",
        "",
        parse.some_of("sports", "celebrity", "shopping"),
        "sections to tell beside the news: sports, celebrity, shopping, separated by commas",
    ),
    Spec(
        "WRITER",
        "extractive",
        parse.one_of("extractive", "model"),
        "who writes: sentences of the coverage itself, or a language model that a verifier corrects",
    ),
    Spec(
        "MODEL", "", parse.plain, "openai:NAME, anthropic:NAME, or a name that the server at MODEL_URL knows"
    ),
    Spec("MODEL_URL", "", parse.optional_url, "an OpenAI-compatible address; default: the provider's own"),
    Spec("MODEL_API_KEY", "", parse.plain, "the model provider's key", secret=True),
    Spec(
        "MODEL_BUDGET", "60000", parse.whole, "tokens that one issue may cost; stories beyond stay extractive"
    ),
    Spec("MODEL_TIMEOUT", "60 s", parse.duration, "how long one request to the model may take"),
    Spec("MODEL_DEADLINE", "5 min", parse.duration, "how long all of an issue's requests may take"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Parsed settings. Paths are absolute; secrets are kept out of ``repr``."""

    home: Path
    database_url: str = field(repr=False)
    outlets: Path
    brand: Path | None
    templates: Path | None
    timezone: ZoneInfo
    issue_time: time
    stale_after: timedelta
    deliver_at: time
    window: timedelta
    first_issue: date | None
    keep_captures: timedelta
    keep_events: timedelta
    supply_left: int
    supply_right: int
    supply_stops: bool
    balance_words: float
    balance_quotations: float
    balance_links: float
    balance_frame: float
    balance_loaded: float
    provider: str
    sendgrid_api_key: str = field(repr=False)
    sendgrid_url: str
    sendgrid_sandbox: bool
    max_per_hour: int
    max_per_day: int
    shard_over: int
    click_tracking: bool
    requests_in_flight: int
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password: str = field(repr=False)
    webhook_public_key: tuple[str, ...]
    from_email: str
    from_name: str
    postal_address: str
    public_url: str
    secret_key: str = field(repr=False)
    """As given; empty means the key file in HOME (see `newsletter.wiring`)."""
    old_secret_keys: tuple[str, ...] = field(repr=False)
    allow_hosts: tuple[str, ...]
    require_approval: bool
    approvers: tuple[str, ...]
    approval_deadline: time | None
    on_no_approval: str
    embeddings: str
    """A folder's absolute path, a model's name (``owner/name``, ``name``, ``…@revision``), its address, or empty."""
    sections: tuple[str, ...]
    writer: str
    model: str
    model_url: str
    model_api_key: str = field(repr=False)
    model_budget: int
    model_timeout: timedelta
    model_deadline: timedelta

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded SQLite, which migrates itself."""
        return self.database_url.startswith("sqlite")

    @property
    def issues_folder(self) -> Path:
        return self.home / "issues"

    @property
    def models_folder(self) -> Path:
        return self.home / "models"

    @property
    def outbox_folder(self) -> Path:
        return self.home / "outbox"

    @property
    def real_provider(self) -> bool:
        """Whether mail would leave this machine: a provider that is not on loopback."""
        hosts = {"sendgrid": urlsplit(self.sendgrid_url).hostname or "", "smtp": self.smtp_host}
        return hosts.get(self.provider, "localhost") not in {"127.0.0.1", "localhost", "::1"}
