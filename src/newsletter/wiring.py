"""The house, wired once by hand: settings in, rooms out. Nothing is opened before it is asked for.

Adapters get plain values, never the settings; only this file knows which adapter stands behind which port.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from newsletter import __version__
from newsletter.domain.approving import ApprovalRules, NoApproval
from newsletter.domain.audience import Subscriber
from newsletter.domain.brand import Brand
from newsletter.domain.checks import CheckLimits
from newsletter.domain.correction import CorrectionMail
from newsletter.domain.document import dump
from newsletter.domain.mailing import Letter, Recipient, Tokens, preferences_url
from newsletter.domain.mornings import zone_of
from newsletter.domain.outlet import Registry
from newsletter.domain.pacing import limits
from newsletter.domain.signups import ListMail, ListMailKind, MailTerms
from newsletter.domain.tokens import Purpose, erased_key, keyed_digest, sign, sign_until
from newsletter.errors import SettingsError
from newsletter.pipeline.days import Calendar
from newsletter.settings.brandfile import load_brand
from newsletter.settings.model import Settings

if TYPE_CHECKING:
    from newsletter.embeddings.choose import Choice
    from newsletter.feeds.cage import Cage
    from newsletter.mailing.guard import Problem
    from newsletter.mailing.intake import Intake
    from newsletter.mailing.signups import SignUpDesk
    from newsletter.pipeline.backfill import BackfillRoom
    from newsletter.pipeline.build import BuildRoom
    from newsletter.pipeline.corrections import CorrectionRoom
    from newsletter.pipeline.desk import DeskRoom
    from newsletter.pipeline.gather import GatherRoom
    from newsletter.pipeline.sendroom import SendRoom
    from newsletter.pipeline.suppressions import SyncRoom
    from newsletter.ports import (
        BackfillStore,
        Background,
        Checker,
        ClientLimits,
        CorrectionStore,
        EditStore,
        EventStore,
        FeedArchive,
        IssueStore,
        MailingStore,
        Marks,
        ModelEndpoint,
        OwnList,
        Provider,
        Renderer,
        SignUps,
        StoredIssue,
        SubscriberStore,
        TermDays,
        VectorSource,
        VectorStore,
        Writer,
    )
    from newsletter.rendering.listmail import ListMailRenderer
    from newsletter.storage.engine import Database
    from newsletter.stories.group import Grouping
    from newsletter.stories.telling import TellingTerms


SHORTEST_KEY = 16
"""Characters of a key that is given: 128 bits at best, what docs/rules.md asks of an unguessable link."""
LONG_AGO = timedelta(hours=1)
"""A build as of an earlier time than this does not gather."""

_log = logging.getLogger(__name__)

_EXAMINED = "examined"
"""The mark of the settings that the doctor last found in order."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class House:
    """One installation at work. Use as a context manager: it closes what it opened."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        say: Callable[[str], None] = _log.warning,
    ) -> None:
        """``say`` is told, in a line, what people should know while work goes on: a download, a fallback."""
        self.settings = settings
        self.clock = clock
        self.say = say

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the parsing workers and give back connections, if they were ever made."""
        opened = self.__dict__
        if "cage" in opened:
            self.cage.close()
        if "database" in opened:
            self.database.close()

    # ── what the files say ──

    @cached_property
    def registry(self) -> Registry:
        from newsletter.feeds.registry import load_registry

        return load_registry(self.settings.outlets)

    @cached_property
    def brand(self) -> Brand:
        return load_brand(self.settings.brand)

    @cached_property
    def calendar(self) -> Calendar:
        s = self.settings
        return Calendar(s.timezone, s.issue_time, s.stale_after, s.deliver_at, s.approval_deadline)

    @cached_property
    def secret_keys(self) -> tuple[bytes, ...]:
        """The key that signs, then the old ones whose links still work."""
        current = self.settings.secret_key or _key_file(self.settings)
        keys = (current, *self.settings.old_secret_keys)
        if min(map(len, keys)) < SHORTEST_KEY:
            raise SettingsError(
                "NEWSLETTER_SECRET_KEY (or an old one) is so short that links could be forged.",
                todo='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
                setting="SECRET_KEY",
            )
        return tuple(key.encode() for key in keys)

    # ── storage ──

    @cached_property
    def database(self) -> Database:
        from newsletter.storage.engine import open_database

        if self.settings.embedded:
            make_home(self.settings.home)
        return open_database(self.settings.database_url)

    @cached_property
    def archive(self) -> FeedArchive:
        from newsletter.storage.feeds import SqlFeedArchive

        return SqlFeedArchive(self.database)

    @cached_property
    def term_days(self) -> TermDays:
        from newsletter.storage.termdays import SqlTermDays

        return SqlTermDays(self.database)

    @cached_property
    def issues(self) -> IssueStore:
        from newsletter.storage.issues import SqlIssueStore

        return SqlIssueStore(self.database, self.story_terms)

    @cached_property
    def edits(self) -> EditStore:
        from newsletter.storage.edits import SqlEditStore

        return SqlEditStore(self.database)

    @cached_property
    def story_terms(self) -> TellingTerms:
        """What stories are compared by over the days: the bundled table's terms, the same for every build."""
        from newsletter.stories.telling import TellingTerms

        return TellingTerms(bundled_background)

    @cached_property
    def subscribers(self) -> SubscriberStore:
        from newsletter.storage.subscribers import SqlSubscriberStore

        return SqlSubscriberStore(self.database, self.erased_keys)

    def erased_keys(self, address_key: str) -> tuple[str, ...]:
        """What may stand for an address that was erased; the current key's first."""
        return tuple(erased_key(key, address_key) for key in self.secret_keys)

    @cached_property
    def events(self) -> EventStore:
        from newsletter.storage.events import SqlEventStore

        return SqlEventStore(self.database, self.erased_keys)

    @cached_property
    def intake(self) -> Intake:
        """What is done about the provider's events."""
        from newsletter.mailing.intake import Intake

        return Intake(self.events, self.mailings, self.clock)

    @cached_property
    def mailings(self) -> MailingStore:
        from newsletter.storage.mailings import SqlMailingStore

        return SqlMailingStore(self.database)

    @cached_property
    def corrections(self) -> CorrectionStore:
        from newsletter.storage.corrections import SqlCorrectionStore

        return SqlCorrectionStore(self.database)

    @cached_property
    def backfills(self) -> BackfillStore:
        from newsletter.storage.backfills import SqlBackfillStore

        return SqlBackfillStore(self.database)

    @cached_property
    def vector_store(self) -> VectorStore:
        from newsletter.storage.vectors import SqlVectorStore

        return SqlVectorStore(self.database)

    # ── rooms ──

    @cached_property
    def cage(self) -> Cage:
        from newsletter.feeds.cage import Cage

        return Cage()

    @property
    def user_agent(self) -> str:
        """Who asks: name, version and a contact address, as docs/rules.md's rule 7 has it."""
        name = "".join(c for c in self.brand.name.title() if c.isascii() and c.isalnum()) or "Newsletter"
        return f"{name}/{__version__} (+{self.settings.public_url}/how)"

    @cached_property
    def gather_room(self) -> GatherRoom:
        from newsletter.feeds.clean import Cleaner
        from newsletter.feeds.fetch import HttpFetcher
        from newsletter.feeds.plan import Planner
        from newsletter.pipeline.gather import GatherRoom

        allowed = self.settings.allow_hosts
        return GatherRoom(
            registry=self.registry,
            planner=Planner(allowed),
            fetcher=HttpFetcher(self.user_agent, allowed),
            parser=self.cage,
            cleaner=Cleaner(),
            archive=self.archive,
            clock=self.clock,
            keep_captures=self.settings.keep_captures,
            vectors=self.vector_store,
        )

    def should_gather(self, at: datetime) -> bool:
        """Whether a build as of ``at`` gathers first: recent ones do.

        An earlier one would bring today's items into a past issue; it gathers only where some feed's host is one
        the operator allows by name (the sample newsroom, a replay of past days).
        """
        if self.clock() - at <= LONG_AGO:
            return True
        from newsletter.feeds.allow import AllowList

        allowed = AllowList(self.settings.allow_hosts)
        return any(allowed.covers(feed.url) for feed in self.registry.feeds())

    @cached_property
    def renderer(self) -> Renderer:
        from newsletter.rendering.render import MailRenderer

        s = self.settings
        return MailRenderer(
            brand=self.brand,
            templates=self.templates,
            public_url=s.public_url,
            postal_address=s.postal_address,
            limits=self.check_limits,
        )

    @property
    def templates(self) -> tuple[Path, ...]:
        """Folders to look for a template in: the operator's first."""
        from newsletter.locate import folder

        own = self.settings.templates
        return (*([own] if own else []), folder("templates"))

    @cached_property
    def check_limits(self) -> CheckLimits:
        s = self.settings
        return CheckLimits(
            supply_left=s.supply_left,
            supply_right=s.supply_right,
            supply_stops=s.supply_stops,
            balance_tolerance=s.balance_words,
            quotations_tolerance=s.balance_quotations,
            links_tolerance=s.balance_links,
            frame_tolerance=s.balance_frame,
            loaded_tolerance=s.balance_loaded,
        )

    @cached_property
    def grouping(self) -> Grouping:
        return bundled_grouping()

    @cached_property
    def build_room(self) -> BuildRoom:
        # Our matrices are small: BLAS threads would double the processor time and save none of it.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from newsletter.pipeline.build import BuildRoom, BuildRules
        from newsletter.rendering.balance import balance_of
        from newsletter.rendering.trim import trim
        from newsletter.stories.desks import Desk
        from newsletter.stories.group import remade
        from newsletter.stories.lineup import Chooser
        from newsletter.stories.ranking import LineUpRules
        from newsletter.stories.recurring import without_series
        from newsletter.stories.related import RelatedSearch
        from newsletter.stories.terms import CountTerms
        from newsletter.stories.threads import ThreadFinder
        from newsletter.writing.verify import verify

        checked = self.check_limits
        sections = frozenset(map(Desk, self.settings.sections))
        return BuildRoom(
            registry=self.registry,
            archive=self.archive,
            days=self.term_days,
            count=CountTerms(),
            issues=self.issues,
            files=self.files,
            grouper=self.grouping,
            threader=ThreadFinder(self.story_terms),
            chooser=Chooser(LineUpRules(sections=sections)),
            related=RelatedSearch(self.story_terms),
            writer=self.writer,
            renderer=self.renderer,
            trimmer=trim,
            checker=self.checker,
            balance=balance_of,
            edits=self.edits,
            remake=remade,
            verifier=verify,
            vectors=self.vector_source(self.vector_store),
            series=without_series,
            corrections=self.corrections.untold,
            rules=BuildRules(
                self.settings.window,
                checked.reading_seconds,
                self.settings.first_issue,
                sections=self.settings.sections,
            ),
        )

    @cached_property
    def desk_room(self) -> DeskRoom:
        """The editor's: the build's own, with grouping and writing that remember what did not change."""
        from newsletter.pipeline.desk import DeskRoom
        from newsletter.pipeline.remembering import RememberedGrouper, RememberedWriter

        room = self.build_room
        grouper, writer = RememberedGrouper(room.grouper), RememberedWriter(room.writer)
        return DeskRoom(replace(room, grouper=grouper, writer=writer), self.edits, self.clock)

    @property
    def checker(self) -> Checker:
        """The checks before an issue may go, with the verifier that looks at a model's text once more."""
        from newsletter.rendering.checks import IssueChecker
        from newsletter.writing.verify import verify

        return IssueChecker(self.check_limits, self.brand, verifier=verify)

    @cached_property
    def writer(self) -> Writer:
        """Who writes. Nothing of a model is imported, nor its key looked at, unless one is to be asked."""
        from newsletter.writing.writer import ExtractiveWriter

        s = self.settings
        if s.writer != "model":
            return ExtractiveWriter()
        from newsletter.storage.modeltexts import SqlModelTexts
        from newsletter.writing.model import ModelWriter
        from newsletter.writing.requests import Asker, Terms

        if not s.model:
            raise SettingsError(
                "NEWSLETTER_WRITER=model, and NEWSLETTER_MODEL names none.",
                todo="Set it, for example to openai:NAME, or set NEWSLETTER_WRITER=extractive.",
                setting="MODEL",
            )
        terms = Terms(s.model_budget, s.model_timeout.total_seconds(), s.model_deadline.total_seconds())
        texts = SqlModelTexts(self.database)
        asker = Asker(self.model_endpoint, s.model, texts, terms, self.clock, time.monotonic, time.sleep)
        return ModelWriter(asker, ExtractiveWriter())

    def model_endpoint(self) -> ModelEndpoint:
        """The model's address, ready to be asked. Raises `SettingsError`: extra missing, no key, no https."""
        from newsletter.feeds.allow import AllowList
        from newsletter.writing.endpoint import Endpoint

        s = self.settings
        private = AllowList(s.allow_hosts).covers(s.model_url)
        return Endpoint(s.model, s.model_url, s.model_api_key, plain_http=private)

    @cached_property
    def model(self) -> Choice:
        """The sentence model that EMBEDDINGS asks for; nothing is loaded or fetched before it is opened."""
        from newsletter.embeddings.choose import Choice

        return Choice(self.settings.embeddings, self.settings.models_folder, self.say)

    def vector_source(self, store: VectorStore) -> VectorSource:
        """The articles' vectors: computed once and kept in ``store``, or none where EMBEDDINGS is empty."""
        from newsletter.embeddings.vectors import KeptVectors
        from newsletter.ports import no_vectors

        if not self.settings.embeddings:
            return no_vectors
        return KeptVectors(self.model.open, store, self.clock, self.say)

    @cached_property
    def backfill_room(self) -> BackfillRoom:
        from newsletter.pipeline.backfill import BackfillRoom

        return BackfillRoom(self.backfills, self.build_room, self.calendar, self.clock)

    @cached_property
    def files(self) -> FolderFiles:
        return FolderFiles(self.settings.issues_folder)

    # ── mailing ──

    @cached_property
    def provider(self) -> Provider:
        s = self.settings
        if s.provider == "sendgrid":
            from newsletter.mailing.sendgrid_provider import SendGridProvider

            return SendGridProvider(
                s.sendgrid_api_key,
                s.sendgrid_url,
                sandbox=s.sendgrid_sandbox,
                click_tracking=s.click_tracking,
            )
        if s.provider == "smtp":
            from newsletter.mailing.smtp import SmtpProvider
            from newsletter.mailing.smtp_session import SmtpServer
            from newsletter.storage.handovers import SqlHandovers

            server = SmtpServer(s.smtp_host, s.smtp_port, s.smtp_security, s.smtp_user, s.smtp_password)
            return SmtpProvider(server, SqlHandovers(self.database), self.clock)
        from newsletter.mailing.outbox import OutboxProvider

        return OutboxProvider(s.outbox_folder, total=self._recipients_of)

    @cached_property
    def sync_room(self) -> SyncRoom:
        """What reading the provider's suppression lists works with. Raises `SettingsError` where there are none."""
        from newsletter.mailing.sendgrid_lists import SendGridLists
        from newsletter.pipeline.suppressions import SyncRoom
        from newsletter.storage.pulls import SqlPullStore

        s = self.settings
        if s.provider != "sendgrid":
            raise SettingsError(
                f"The provider {s.provider} keeps no suppression lists.",
                todo="Set NEWSLETTER_PROVIDER=sendgrid to read SendGrid's.",
                setting="PROVIDER",
            )
        source = SendGridLists(s.sendgrid_api_key, s.sendgrid_url)
        pulls = SqlPullStore(self.database, self.erased_keys)
        return SyncRoom(source, pulls, self.clock, time.sleep, self.events, s.keep_events)

    def _recipients_of(self, issue_date: str) -> int | None:
        """How many were frozen into that date's mailing; the same for every run over it."""
        mailing = self.mailings.find(date.fromisoformat(issue_date))
        return mailing.recipients if mailing else None

    def tokens_of(self, person: Recipient | Subscriber | ListMail) -> Tokens:
        """What stands in the links that are one person's own."""
        key, name, version = self.secret_keys[0], person.public_id, person.token_version
        return Tokens(
            sign(key, Purpose.UNSUBSCRIBE, name, version), sign(key, Purpose.PREFERENCES, name, version)
        )

    def confirm_link(self, subscriber: Subscriber | ListMail, until: datetime | None = None) -> str:
        """By which the person, and nobody else, confirms; it works until then (by default, CONFIRM_WITHIN from now)."""
        until = until or self.clock() + self.settings.confirm_within
        key, name, version = self.secret_keys[0], subscriber.public_id, subscriber.token_version
        token = sign_until(key, Purpose.CONFIRM, name, version, until)
        return f"{self.settings.public_url}/confirm/{token}"

    def digest(self, what: str, value: str) -> str:
        """What a value is known by where it is not kept: an address, a client."""
        return keyed_digest(self.secret_keys[0], what, value)

    # ── signing up by oneself ──

    @cached_property
    def sign_ups(self) -> SignUps:
        from newsletter.mailing.csvcells import new_public_id
        from newsletter.storage.signups import SqlSignUps

        return SqlSignUps(
            self.database, self.erased_keys, lambda key: self.digest("address", key), new_public_id
        )

    @cached_property
    def own_list(self) -> OwnList:
        from newsletter.storage.ownlist import SqlOwnList

        return SqlOwnList(self.database, self.erased_keys)

    @cached_property
    def client_limits(self) -> ClientLimits:
        from newsletter.storage.limits import SqlLimits

        return SqlLimits(self.database, lambda client: self.digest("client", client))

    @cached_property
    def mail_terms(self) -> MailTerms:
        s = self.settings
        return MailTerms(s.signup_pause, s.signup_mails_per_day, s.signup_mails_per_hour, s.confirm_within)

    @cached_property
    def list_mail_renderer(self) -> ListMailRenderer:
        from newsletter.rendering.listmail import ListMailRenderer

        s = self.settings
        return ListMailRenderer(self.brand, self.templates, s.timezone, self.privacy_url, s.postal_address)

    @property
    def privacy_url(self) -> str:
        return self.settings.privacy_url or f"{self.settings.public_url}/privacy"

    @cached_property
    def sign_up_desk(self) -> SignUpDesk:
        """Who takes what waits behind the form, and mails it."""
        from newsletter.mailing.signups import SignUpDesk
        from newsletter.storage.listmails import SqlListMails

        return SignUpDesk(
            sign_ups=self.sign_ups,
            mails=SqlListMails(self.database, self.erased_keys),
            subscribers=self.subscribers,
            limits=self.client_limits,
            provider=lambda: self.provider,
            compose=self.letter,
            clock=self.clock,
            terms=self.mail_terms,
            problems=self.problems() if self.settings.real_provider else (),
        )

    def letter(self, mail: ListMail) -> Letter:
        """A mail about somebody's own subscription, with the one link that it is about. Raises `TemplateError`."""
        s, until = self.settings, self.clock() + self.settings.confirm_within
        asks = mail.kind is ListMailKind.CONFIRM
        link = (
            self.confirm_link(mail, until)
            if asks
            else preferences_url(s.public_url, self.tokens_of(mail).preferences)
        )
        zone = zone_of(mail.timezone)
        made = self.list_mail_renderer.render(mail.kind, link, mail.asked_at, until, zone)
        return Letter(
            mail_id=mail.mail_id,
            to=mail.email,
            subject=made.subject,
            html=made.html,
            text=made.text,
            from_email=s.from_email,
            from_name=s.from_name or self.brand.name,
            despite_unsubscribe=asks,
        )

    @property
    def list_id(self) -> str:
        """List-Id (RFC 2919): a name under the public host."""
        return f"newsletter.{urlsplit(self.settings.public_url).hostname or 'localhost'}"

    def problems(self) -> tuple[Problem, ...]:
        """What stands between this installation and mailing for real."""
        from newsletter.mailing.guard import real_send_problems

        s = self.settings
        return real_send_problems(
            from_email=s.from_email,
            from_name=s.from_name or self.brand.name,
            public_url=s.public_url,
            postal_address=s.postal_address,
            api_key=s.sendgrid_api_key if s.provider == "sendgrid" else None,
        )

    # ── the doctor's word ──

    @cached_property
    def marks(self) -> Marks:
        from newsletter.storage.marks import SqlMarks

        return SqlMarks(self.database)

    def note_examined(self) -> None:
        """The doctor found everything in order for these settings."""
        self.marks.mark(_EXAMINED, self._examined_settings(), self.clock())

    def unexamined(self) -> tuple[Problem, ...]:
        """That the doctor has not, or not since they were changed; empty when it has."""
        from newsletter.mailing.guard import Problem

        if self.marks.marked(_EXAMINED) == self._examined_settings():
            return ()
        what = "has not found everything in order, or not since the settings were changed"
        return (Problem("doctor", what, "Run `newsletter doctor` until nothing is left to fix."),)

    def _examined_settings(self) -> str:
        """A keyed digest of what decides whether mail arrives: nothing can be read from it."""
        s = self.settings
        mail_server = (s.smtp_host, str(s.smtp_port), s.smtp_security, s.smtp_user, s.smtp_password)
        values = (s.provider, s.sendgrid_url, s.sendgrid_api_key, *mail_server, *s.webhook_public_key)
        return keyed_digest(self.secret_keys[0], *values, s.from_email, s.public_url, s.postal_address)

    @cached_property
    def send_room(self) -> SendRoom:
        from newsletter.pipeline.sendroom import Sender, SendRoom, SendRules

        s = self.settings
        problems = (self.problems() or self.unexamined()) if s.real_provider else ()
        return SendRoom(
            issues=self.issues,
            mailings=self.mailings,
            corrections=self.corrections,
            provider=self.provider,
            sender=Sender(s.from_email, s.from_name or self.brand.name, self.list_id, s.public_url),
            rules=SendRules(
                ApprovalRules(s.require_approval, s.approvers, NoApproval(s.on_no_approval)),
                problems,
                limits(s.max_per_hour, s.max_per_day),
                s.requests_in_flight,
            ),
            calendar=self.calendar,
            token_of=self.tokens_of,
            clock=self.clock,
            wait=time.sleep,
            say=self.say,
        )

    @cached_property
    def correction_room(self) -> CorrectionRoom:
        from newsletter.pipeline.corrections import CorrectionRoom
        from newsletter.rendering.correction import CorrectionMaker

        s = self.settings
        return CorrectionRoom(
            corrections=self.corrections,
            issues=self.issues,
            mailings=self.mailings,
            desk=CorrectionMaker(
                self.brand, self.templates, s.public_url, s.postal_address, self.check_limits
            ),
            files=self.files,
            calendar=self.calendar,
            clock=self.clock,
        )


def bundled_grouping() -> Grouping:
    """The grouping with the bundled table of how common terms are: on a quiet day the day itself tells too little."""
    from newsletter.stories.group import Grouping

    return Grouping(background=bundled_background())


@cache
def bundled_background() -> Background:
    """The bundled table of how common terms are in the news."""
    from newsletter.locate import terms_file
    from newsletter.stories.background import parse_table

    return parse_table(terms_file().read_text(encoding="utf-8"))


class FolderFiles:
    """`newsletter.ports.IssueFiles` in a folder: each file is written beside and moved into place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, issue: StoredIssue) -> str:
        folder = self.folder / issue.date.isoformat()
        _make_folder(folder)
        checks = {"date": issue.date.isoformat(), "checks": issue.document["checks"]}
        for name, text in {
            "issue.json": dump(issue.document),
            "issue.html": issue.html,
            "issue.txt": issue.text,
            "checks.json": dump(checks),
        }.items():
            _write_whole(folder / name, text)
        return str(folder)

    def write_correction(self, day: date, name: str, mail: CorrectionMail) -> str:
        """See `newsletter.ports.CorrectionFiles`."""
        folder = self.folder / day.isoformat()
        _make_folder(folder)
        for old in folder.glob("correction-draft.*"):  # what a halt prepared
            old.unlink(missing_ok=True)
        _write_whole(folder / f"{name}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
        _write_whole(folder / f"{name}.html", mail.html)
        return str(folder / f"{name}.html")


def _write_whole(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise SettingsError(
            f"{path} cannot be written: {problem.strerror}.",
            todo="Free space or mend the rights of the folder.",
        ) from None


def make_home(path: Path) -> None:
    """HOME, for nobody else to look into when it is new: the database in it holds addresses."""
    _make_folder(path, 0o700)


def _make_folder(path: Path, mode: int = 0o777) -> None:
    try:
        path.mkdir(mode, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(
            f"The folder {path} cannot be made: {problem.strerror}.",
            todo="Set NEWSLETTER_HOME to a folder that can be written.",
        ) from None


def _key_file(settings: Settings) -> str:
    """The generated key in HOME, mode 0600, made once. With another database the key must be given."""
    if not settings.embedded:
        raise SettingsError(
            "NEWSLETTER_SECRET_KEY is not set; with PostgreSQL every machine needs the same one.",
            todo='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
            setting="SECRET_KEY",
        )
    path = settings.home / "secret.key"
    make_home(settings.home)
    try:
        with open(path, "x", encoding="ascii", opener=_private) as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    except OSError as problem:
        raise SettingsError(
            f"{path} cannot be written: {problem.strerror}.", todo="Mend the folder."
        ) from None
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if len(key) < 32:
        raise SettingsError(
            f"{path} holds no usable key.", todo="Restore it from a backup; links mailed before depend on it."
        )
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
