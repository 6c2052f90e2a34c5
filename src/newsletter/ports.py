"""What the pipeline needs from the rooms, shaped by its own needs and not by any provider's API.

The rooms are strangers to each other; `newsletter.pipeline` is written against these protocols only, and
`newsletter.wiring` puts the real adapters in. Every fake in the tests passes its adapter's contract test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from newsletter.domain.article import Article
from newsletter.domain.audience import (
    ExclusionReason,
    Standing,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)
from newsletter.domain.checks import Check
from newsletter.domain.correction import Correction, CorrectionFacts, CorrectionMail, KeptCorrection
from newsletter.domain.edits import Change, Edit
from newsletter.domain.events import Choice, DeliveryEvent, Fact
from newsletter.domain.feed import (
    Capture,
    CleanFeed,
    FeedState,
    FetchPlan,
    FetchRequest,
    FetchResult,
    ParsedFeed,
    ParseJob,
)
from newsletter.domain.handover import Handover, Parts
from newsletter.domain.issue import Issue, Mail, ModelTally
from newsletter.domain.leaning import Side
from newsletter.domain.mailing import (
    Accepted,
    Actor,
    Addressed,
    Batch,
    BatchMove,
    BatchState,
    Cancellation,
    Candidate,
    ClaimTerms,
    Envelope,
    Lease,
    Letter,
    Mailing,
    MailingState,
    Recipient,
    Schedule,
    Tokens,
)
from newsletter.domain.outlet import Registry
from newsletter.domain.pacing import Handed
from newsletter.domain.signups import ClientLimit, ListMail, ListMailState, MailTerms, SignUp
from newsletter.domain.story import Chosen, LineUp, PastStory, Story
from newsletter.domain.words import Cited, Place, Statement, StoryWords

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clock(Protocol):
    """The wall clock. The pipeline's "now" (TIME) is always a separate argument."""

    def __call__(self) -> datetime:
        """The current time, aware, UTC."""
        ...


class Progress(Protocol):
    """Told of long work's steps; a terminal draws a bar from it, a flow logs it, tests ignore it."""

    def __call__(self, done: int, total: int, what: str) -> None: ...


def no_progress(done: int, total: int, what: str) -> None:
    """A `Progress` that nobody watches."""


# ── feeds ──────────────────────────────────────────────────────────────────────────────────────────


class FeedPlanner(Protocol):
    def plan(self, registry: Registry, states: Mapping[str, FeedState], now: datetime) -> FetchPlan:
        """Pure. Which feeds to ask and how; ``states`` by feed URL, as of ``now``."""
        ...

    def settle(
        self,
        before: FeedState | None,
        result: FetchResult,
        parsed: ParsedFeed | None,
        clean: CleanFeed | None,
        now: datetime,
    ) -> FeedState:
        """Pure. The state after one attempt. ``parsed``/``clean`` are None when nothing was parsed."""
        ...


class FeedFetcher(Protocol):
    def fetch(self, requests: Sequence[FetchRequest]) -> AsyncIterator[FetchResult]:
        """Make the GETs concurrently within the fetching rules; yields each as it ends, never raises for one."""
        ...


class FeedParser(Protocol):
    """Parses in a cage: one hostile feed costs its own time limit and nothing else."""

    def parse(self, jobs: Iterable[ParseJob]) -> Iterator[ParsedFeed]:
        """One result per job, in any order, as they end; failures are results."""
        ...

    def close(self) -> None: ...


class FeedCleaner(Protocol):
    def clean(
        self, parsed: ParsedFeed, outlet: str, now: datetime, *, final_url: str, provenance: str
    ) -> CleanFeed:
        """Pure. Entries to articles by the identity, date, mark and text rules of docs/rules.md."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What a gather's `FeedArchive.keep` did with one feed's outcome."""

    new_articles: int
    new_versions: int


class FeedArchive(Protocol):
    """Captures, articles and feed states. Everything read is *as of* a TIME: later records do not count."""

    def states(self, as_of: datetime) -> Mapping[str, FeedState]:
        """The latest state of every feed at or before ``as_of``."""
        ...

    def parsed_before(self, feed_url: str, digest: str, as_of: datetime | None = None) -> bool:
        """Whether those bytes of that feed were ever parsed successfully.

        With ``as_of``, at or before that TIME: a gather at an earlier TIME than one already kept has to
        parse bytes anew that were first parsed later, or its articles would be missing as of its own TIME.
        """
        ...

    def keep(
        self,
        state: FeedState,
        recorded_at: datetime,
        capture: Capture | None = None,
        body: bytes = b"",
        articles: Sequence[Article] = (),
    ) -> Kept:
        """Record one feed's outcome in one transaction. Idempotent for the same feed, TIME and bytes.

        An article seen before keeps its ``first_seen`` and, when inferred, its ``published``; it gets a new
        version only when title, text, url, kind or wire changed.
        """
        ...

    def articles(self, as_of: datetime, since: datetime) -> tuple[Article, ...]:
        """Each article's latest version seen at or before ``as_of`` and published in ``(since, as_of]``.

        Sorted by (published, id). Held articles (dated later) are not there yet.
        """
        ...

    def capture(self, feed_url: str, as_of: datetime) -> tuple[Capture, bytes] | None:
        """The newest capture of a feed at or before ``as_of``, with its bytes."""
        ...

    def purge_captures(self, before: datetime) -> int:
        """Delete captures recorded (by the wall clock) before that time, and bodies nothing needs; how many."""
        ...


# ── stories and words ──────────────────────────────────────────────────────────────────────────────


Vectors: TypeAlias = "Mapping[str, NDArray[np.float32]]"
"""Article id -> what a sentence model makes of it, of length one; none for an article without words.

Empty: words alone decide.
"""
NO_VECTORS: Vectors = MappingProxyType({})


class Embedder(Protocol):
    """A sentence model at work. Adapters raise `EmbeddingError`."""

    name: str
    """Its own name and the first digits of its bytes' digest; vectors are kept under it."""

    def embed(self, texts: Sequence[str], progress: Progress) -> Sequence[NDArray[np.float32]]:
        """One vector of length one a text; the same text gives the same vector, whatever its company."""
        ...


class VectorStore(Protocol):
    """Vectors (float16, little-endian) by model and by the digest of what was embedded."""

    def get(self, model: str, digests: Sequence[str]) -> Mapping[str, bytes]: ...

    def keep(self, model: str, vectors: Mapping[str, bytes], at: datetime) -> None:
        """Idempotent; what is there stays."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete what was kept before that time (by the wall clock); how many."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of a day's articles, or none and why."""

    vectors: Vectors
    used: str
    """What is recorded with the issue: ``lexical``, ``embeddings NAME`` or ``lexical (why not embeddings)``."""


class SeriesMarker(Protocol):
    def __call__(self, articles: Sequence[Article], before: Sequence[Article], /) -> tuple[Article, ...]:
        """Pure. The articles, those of a recurring series marked as such by what came ``before`` the window."""
        ...


def no_series(articles: Sequence[Article], _before: Sequence[Article], /) -> tuple[Article, ...]:
    """A `SeriesMarker` that marks none."""
    return tuple(articles)


class VectorSource(Protocol):
    def __call__(self, articles: Sequence[Article], progress: Progress = no_progress, /) -> Embedded:
        """The articles' vectors, computed once a text and kept; none, said plainly, without a usable model."""
        ...


LEXICAL = "lexical"
"""The grouping by words alone, as it is called where it is recorded."""


def no_vectors(_articles: Sequence[Article], _progress: Progress = no_progress, /) -> Embedded:
    """A `VectorSource` without a model."""
    return Embedded(NO_VECTORS, LEXICAL)


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of ``documents`` earlier articles each term stood: how rare a term is in the news."""

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: Background) -> Background:
        """Both together."""
        few, many = sorted((self.counts, other.counts), key=len)
        counts = {**many, **{term: count + many.get(term, 0) for term, count in few.items()}}
        return Background(self.documents + other.documents, counts)


NO_BACKGROUND = Background()


class TermCounter(Protocol):
    @property
    def recipe(self) -> str:
        """Names the way of counting; days counted another way are counted anew."""
        ...

    def __call__(self, articles: Sequence[Article]) -> Background:
        """Pure. In how many of the articles each term stands; terms met once are left out."""
        ...


class TermDays(Protocol):
    """One closed UTC day's `Background` per row, counted once. Deletions of articles do not touch it."""

    def kept(self, first: date, last: date, recipe: str) -> set[date]:
        """The days from ``first`` to ``last`` that were counted."""
        ...

    def keep(self, day: date, recipe: str, counted: Background) -> None:
        """Keep one day's counts; a day that is there already stays as it is."""
        ...

    def total(self, first: date, last: date, recipe: str) -> Background:
        """The sum of the days kept from ``first`` to ``last``."""
        ...


class Grouper(Protocol):
    def __call__(
        self,
        articles: Sequence[Article],
        registry: Registry,
        *,
        earlier: Background = NO_BACKGROUND,
        vectors: Vectors = NO_VECTORS,
    ) -> tuple[Story, ...]:
        """Pure, deterministic, independent of input order: a partition of the articles into stories.

        ``earlier``: how common terms were in the archive's earlier days. ``vectors``: see `Vectors`.
        """
        ...


class StoryTerms(Protocol):
    """What a story is about, in few weighted terms; the same for the same texts, whenever it is asked."""

    @property
    def recipe(self) -> str:
        """Names how terms are made: terms of another recipe are made anew."""
        ...

    def __call__(self, texts: Iterable[tuple[str, str]]) -> Mapping[str, float]:
        """Term -> weight of a story's (title, text) pairs."""
        ...


class Threader(Protocol):
    def __call__(self, stories: Sequence[Story], past: Sequence[PastStory]) -> tuple[Story, ...]:
        """Pure. All stories of the day, each with the thread it continues; a thread's name goes to one of them."""
        ...


class RelatedFinder(Protocol):
    """Finds earlier stories on the same affair among what the archive's index gives."""

    @property
    def least(self) -> int:
        """How many of the wanted terms an earlier story has to share."""
        ...

    def wanted(self, texts: Iterable[tuple[str, str]]) -> Sequence[str]:
        """Pure. The terms to ask the index for."""
        ...

    def choose(
        self,
        texts: Sequence[tuple[str, str]],
        found: Iterable[PastStory],
        day: date,
        threads: Collection[str] = (),
    ) -> tuple[PastStory, ...]:
        """Pure. Those of ``found`` that are related and of none of ``threads``, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class DaySupply:
    """Domains heard in the window, by side, and how many articles each published: what a side could cover."""

    heard: Mapping[Side, Mapping[str, int]]

    def outlets(self, side: Side) -> int:
        return len(self.heard.get(side, {}))


class LineUpChooser(Protocol):
    def __call__(
        self, stories: Sequence[Story], past: Sequence[PastStory], supply: DaySupply, now: datetime
    ) -> LineUp:
        """Pure. The day's line-up, each choice with its why."""
        ...


class Writer(Protocol):
    name: str
    """ "extractive" or "model"."""

    def for_issue(self, chosen: Sequence[Chosen], registry: Registry) -> Writer:
        """The writer of one issue, whose main stories these are: what takes time is done here, all at once."""
        ...

    def write(self, chosen: Chosen, registry: Registry, *, brief: bool) -> StoryWords | None:
        """Words for one story, every statement with evidence; None when nothing can be said honestly."""
        ...

    def tally(self) -> ModelTally | None:
        """What became of a model's text so far; None for a writer without one."""
        ...

    def inputs(self) -> Mapping[str, str]:
        """What its words depend on besides the articles: recorded with the issue, for a rebuild."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a language model: who it is told to be, and what it is given."""

    instructions: str
    material: str
    most_tokens: int
    """Longest answer, in the model's tokens."""


class ModelEndpoint(Protocol):
    """A language model behind an address. Adapters raise `ModelError`, and `ModelBusy` for what may be repeated."""

    model: str

    def ask(self, request: ModelRequest, seconds: float) -> str:
        """The answer's text, whole. Ends within about ``seconds``, whatever the other end does."""
        ...


class ModelTexts(Protocol):
    """A model's answers as kept: a rebuild uses them and never asks again."""

    def get(self, key: str) -> str | None: ...

    def keep(self, key: str, model: str, answer: str, at: datetime) -> str:
        """Keep an answer, unless one is kept under that key already; the one that is kept."""
        ...


class Verifier(Protocol):
    def __call__(
        self, said: Statement, cited: Sequence[Cited], place: Place, side: Side | None = None
    ) -> str:
        """Pure. Why a model's statement does not stand in the sentences it cites; empty when it does."""
        ...


# ── rendering ──────────────────────────────────────────────────────────────────────────────────────


class Renderer(Protocol):
    def render(self, issue: Issue) -> Mail:
        """HTML and text from one model. Raises `TemplateError`."""
        ...


class StoryRemaker(Protocol):
    def __call__(self, articles: Sequence[Article], base: Story, registry: Registry, /) -> Story:
        """Pure. Those articles as one story, on an editor's word; what only grouping knows is ``base``'s."""
        ...


class Checker(Protocol):
    def check(self, issue: Issue, mail: Mail) -> tuple[Check, ...]:
        """Every check that must pass before the issue may go."""
        ...


# ── issues ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue as kept: ``document`` is issue.json's object, and the bytes are what would be mailed."""

    date: date
    revision: int
    number: int
    as_of: datetime
    frozen: bool
    html_sha256: str
    document: Mapping[str, object]
    html: str
    text: str
    approved_by: str = ""
    approved_sha256: str = ""
    overrides: Mapping[str, str] | None = None
    """check name -> reason, given with the approval."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A day without an issue, and whose word that is."""

    date: date
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """A story as a list or a search names it."""

    date: date
    story_id: str
    headline: str


class IssueStore(Protocol):
    def get(self, day: date, revision: int | None = None) -> StoredIssue | None:
        """That revision, or the newest."""
        ...

    def save(self, issue: StoredIssue) -> None:
        """Insert or replace (day, revision). Raises `Refused` when that revision is frozen and differs."""
        ...

    def text_before(self, day: date) -> str:
        """The plain text that the last changed build replaced; empty where it replaced none."""
        ...

    def freeze(self, day: date, revision: int) -> None:
        """From now on that revision is immutable."""
        ...

    def approve(
        self, day: date, revision: int, by: str, sha256: str, overrides: Mapping[str, str]
    ) -> None: ...

    def unapprove(self, day: date) -> None: ...

    def skip(self, skip: Skip) -> None:
        """No issue that day; idempotent, the first word stays."""
        ...

    def unskip(self, day: date) -> bool: ...

    def skipped(self, day: date) -> Skip | None: ...

    def dates(self) -> tuple[date, ...]:
        """Dates that have an issue, ascending; not those that were skipped."""
        ...

    def number_of(self, day: date, first: date | None) -> int:
        """1 + the issues dated before ``day`` (and on or after ``first``, where given); skipped days have none."""
        ...

    def past_stories(self, before: date, days: int) -> tuple[PastStory, ...]:
        """Stories and briefs of the issues of the ``days`` days before ``before``, newest first."""
        ...

    def stories_sharing(
        self, wanted: Sequence[Sequence[str]], least: int, before: date
    ) -> tuple[tuple[PastStory, ...], ...]:
        """For each set of terms the stories of issues dated before ``before`` that share ``least`` of them."""
        ...

    def story_date(self, story_id: str) -> date | None:
        """The issue that holds that story."""
        ...

    def listed(
        self, until: date, *, words: Sequence[str] = (), first: date | None = None, most: int, skip: int = 0
    ) -> tuple[tuple[Listing, ...], int]:
        """Stories of issues dated ``until`` and earlier (``first`` and later), newest first; how many there are.

        ``words``: all of them stand in the headline or in an outlet's name.
        """
        ...

    def add_report(self, day: date, story_id: str, kind: str, text: str, contact: str, at: datetime) -> int:
        """Put a reader's report into the queue; its number."""
        ...

    def reports(self) -> tuple[Mapping[str, object], ...]: ...

    def answer_report(self, number: int, answer: str, at: datetime) -> bool:
        """Record what was done about a report; whether there is one of that number."""
        ...


class EditStore(Protocol):
    """The record of editors' changes. Every method is one committed transaction; nothing is ever deleted."""

    def of(self, day: date) -> tuple[Edit, ...]:
        """All of that issue, undone ones too, in the order they were made."""
        ...

    def add(self, day: date, by: str, at: datetime, change: Change) -> Edit: ...

    def undo(self, day: date, by: str, at: datetime, number: int | None = None) -> Edit | None:
        """Take back that change, or the newest that stands; None where there is none."""
        ...

    def redo(self, day: date) -> Edit | None:
        """Bring back the change that was undone last, unless another was made since; None where there is none."""
        ...


# ── corrections ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A correction as somebody makes it, before it has a number."""

    issue_date: date
    text: str
    by: str
    made_at: datetime
    dated: date
    """The day of ``made_at`` on the issue's calendar."""
    story_id: str = ""


class CorrectionStore(Protocol):
    """Corrections, numbered from 1 without gaps. Every method is one committed transaction."""

    def add(self, new: NewCorrection, at: datetime) -> KeptCorrection:
        """Give it the next number; what is there already, word by word, keeps its own. ``at``: the wall clock."""
        ...

    def edit(self, number: int, text: str, story_id: str) -> KeptCorrection:
        """Word it anew; its draft and an approval of that are void. Raises `Refused` once somebody has been told it."""
        ...

    def get(self, number: int) -> KeptCorrection | None: ...

    def all(self, day: date | None = None) -> tuple[KeptCorrection, ...]:
        """In the order of their numbers; with a date, those to its issue."""
        ...

    def keep_mail(self, number: int, mail: CorrectionMail) -> None:
        """Keep the draft of its mail; an approval of other bytes is dropped."""
        ...

    def approve(self, number: int, by: str, sha256: str) -> None:
        """Record who lets those bytes go; empty texts take it back."""
        ...

    def untold(self, day: date, as_of: datetime) -> tuple[Correction, ...]:
        """What the issue of ``day``, made as of that TIME, has to tell at its top.

        Corrections of earlier issues, made by then, that no issue in between tells. Where readers were mailed the
        corrected issue, only one that was mailed counts as having told them.
        """
        ...


class UntoldCorrections(Protocol):
    def __call__(self, day: date, as_of: datetime, /) -> tuple[Correction, ...]:
        """See `CorrectionStore.untold`."""
        ...


def no_corrections(_day: date, _as_of: datetime, /) -> tuple[Correction, ...]:
    """An `UntoldCorrections` where nothing was ever wrong."""
    return ()


class CorrectionDesk(Protocol):
    """Makes the mail of a correction, and looks it over."""

    def draft(self, told: Correction, facts: CorrectionFacts) -> CorrectionMail:
        """The same correction always gives the same bytes. Raises `TemplateError`."""
        ...

    def check(self, told: Correction, mail: CorrectionMail) -> tuple[Check, ...]:
        """The checks of an issue's mail that a correction's has to pass, too."""
        ...


class CorrectionFiles(Protocol):
    """Where people look at the draft: beside the issue's own files."""

    def write_correction(self, day: date, name: str, mail: CorrectionMail) -> str:
        """Write ``name``.html and ``name``.txt; the path of the first."""
        ...


# ── audience and mailing ───────────────────────────────────────────────────────────────────────────


class SubscriberStore(Protocol):
    def add(self, subscriber: Subscriber) -> bool:
        """False when the address is on the list already (nothing changes then)."""
        ...

    def add_many(self, subscribers: Iterable[Subscriber]) -> tuple[int, int]:
        """(added, already there); streams in chunks, memory stays flat."""
        ...

    def by_address(self, address_key: str) -> Subscriber | None: ...

    def by_public_id(self, public_id: str) -> Subscriber | None: ...

    def set_status(self, public_id: str, status: SubscriberStatus, at: datetime) -> bool: ...

    def all(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """Streams in order of joining."""
        ...

    def count(self) -> Mapping[str, int]:
        """By status, and ``suppressed``."""
        ...

    def remove(self, address_key: str) -> bool: ...

    def suppress(self, address_key: str, reason: SuppressionReason, at: datetime) -> None:
        """Idempotent; the first reason stays."""
        ...

    def unsuppress(self, address_key: str, reason: SuppressionReason) -> None:
        """Lift a suppression of exactly that reason (resubscribing lifts UNSUBSCRIBE, nothing else)."""
        ...

    def suppressed(self, address_keys: Sequence[str]) -> frozenset[str]: ...

    def standing(self, address_key: str) -> Standing:
        """Status and every reason that holds the address back; an erased address is recognised, too."""
        ...

    def apply(self, address_key: str, old: Standing, new: Standing, at: datetime) -> None:
        """Make the one into the other (`domain.audience.ruling`), in one transaction. The row has to be there."""
        ...

    def edit(
        self,
        address_key: str,
        *,
        timezone: str | None = None,
        deliver_at: str | None = None,
        name: str | None = None,
    ) -> bool:
        """Change what is not None; False when the address is not on the list."""
        ...

    def erase(self, address_key: str, at: datetime) -> bool:
        """Forget the address: nothing of it stays but what stands for it, keyed, with why it is held back.

        Deliveries and counts stay, by number. Whether anything was there; may be repeated.
        """
        ...

    def barred(self) -> Callable[[str], bool]:
        """Whether an address key was erased, as of now."""
        ...


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a mail of a correction would go to: everybody whom the issue has, or may have, reached."""

    surely: int = 0
    perhaps: int = 0
    """Of a batch in doubt: nobody knows."""
    left_out: Mapping[ExclusionReason, int] = field(default_factory=dict)
    """Reached, and not mailed: gone from the list since, or told already."""

    @property
    def people(self) -> int:
        return self.surely + self.perhaps


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation came to; not ``first`` when the button had been pressed before."""

    standing: Standing
    first: bool


class SignUps(Protocol):
    """Signing up by oneself. Every method is one committed transaction."""

    def ask(self, sign_up: SignUp, most: int) -> bool:
        """Queue it without a look at the list; False when ``most`` wait already."""
        ...

    def keep_words(self, version: str, words: str, at: datetime) -> None:
        """The words that people are shown; idempotent."""
        ...

    def words_of(self, version: str) -> str:
        """The words of that name; empty where none are kept."""
        ...

    def take(self, at: datetime, terms: MailTerms) -> bool:
        """Answer the request that waits longest: the open sign-up, and the mail. False when none waits."""
        ...

    def confirm(self, public_id: str, version: int, at: datetime) -> Confirmed | None:
        """Their own button; None where a link of that token version does not work (any more)."""
        ...

    def pause(self, public_id: str, until: datetime | None) -> bool:
        """Nothing is due before ``until``; None ends it. Whether there is such a subscriber."""
        ...

    def forget_unconfirmed(self, at: datetime, within: timedelta) -> int:
        """End sign-ups that nobody confirmed in time; who came only by one is forgotten."""
        ...


class ListMails(Protocol):
    """Mails about one's own subscription. Every method is one committed transaction."""

    def claim(self, at: datetime, provider: str, terms: MailTerms) -> ListMail | None:
        """The mail that waits longest, `submitting` and committed; None when none may go now."""
        ...

    def settle(
        self,
        mail_id: str,
        state: ListMailState,
        at: datetime,
        *,
        reason: str = "",
        message_id: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        """What came of a claim."""
        ...

    def orphans_to_uncertain(self, at: datetime) -> int:
        """Claims that no process is behind any more become `uncertain`."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete what was settled before that time."""
        ...


@dataclass(frozen=True, slots=True)
class SignUpHealth:
    """How the queue of sign-ups and their mails stands."""

    waiting: int
    stuck: int
    """Requests at which looking broke again and again."""
    oldest: datetime | None
    """Since when the request or mail that waits longest has waited."""
    open: int
    """Asked, and not confirmed yet."""
    mails: Mapping[str, int]
    """Of the last seven days, by state."""
    note: str = ""
    """Why a mail waits, in the provider's words."""
    paused: int = 0
    """Active subscribers that have paused."""


class OwnList(Protocol):
    """What the list says of itself, and of one person to that person."""

    def health(self, at: datetime) -> SignUpHealth: ...

    def count_reason(self, reason: str, day: date) -> None:
        """One more who left for that reason."""
        ...

    def reasons(self) -> Mapping[str, int]:
        """How many gave which reason for leaving, the most frequent first."""
        ...

    def data_of(self, person: Subscriber) -> Mapping[str, object]:
        """Everything that is kept of a person."""
        ...


class ClientLimits(Protocol):
    """How often one client may do something, shared by all processes."""

    def wait_for(self, client: str, at: datetime, limits: Sequence[ClientLimit]) -> timedelta | None:
        """None, and the act is counted; or how long this client has to wait."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete the marks of before that time."""
        ...


class MailingStore(Protocol):
    """Rows of one mailing. Every method is one committed transaction."""

    def find(self, day: date, correction: int = 0) -> Mailing | None:
        """The mailing of that issue; with a number, of that correction to it."""
        ...

    def candidates(self, frozen_at: datetime) -> Iterator[Candidate]:
        """Every subscriber on the list, each with its exclusion or None; streams."""
        ...

    def unfinished(self, since: date) -> tuple[Mailing, ...]:
        """Mailings of issues of that date and later, and of corrections begun since, that a run may go on with.

        The oldest issue first.
        """
        ...

    def to_stop(self, at: datetime) -> tuple[Mailing, ...]:
        """Halted mailings of which something may still be stopped: not handed over, or to be sent after ``at``."""
        ...

    def freeze(
        self,
        day: date,
        revision: int,
        html_sha256: str,
        provider: str,
        batch_size: int,
        frozen_at: datetime,
        due: Callable[[str, str], datetime] | None = None,
    ) -> Mailing:
        """Freeze the audience once: recipients in batches, exclusions counted by reason, one transaction.

        UNIQUE(issue date, subscriber) makes a second freeze of the date return the first one's mailing.
        ``due(timezone, deliver_at)``, pure, says when a subscriber with those wishes is due; without it everybody
        is at once. All of a batch are due at one time; nobody is due before an earlier issue still on its way to them.
        Raises `StorageError` (and keeps nothing) unless candidates = recipients + exclusions.
        """
        ...

    def freeze_correction(
        self,
        day: date,
        number: int,
        revision: int,
        html_sha256: str,
        provider: str,
        batch_size: int,
        frozen_at: datetime,
    ) -> Mailing:
        """Freeze who is mailed a correction, once: everybody whom the issue of ``day`` has, or may have, reached.

        Everybody is due at once, but after the issue where that is still to go out; whoever is not mailed is counted
        with the reason. Raises as `freeze` does.
        """
        ...

    def reached(self, day: date, correction: int = 0) -> Reached:
        """Whom a mail of that correction (0: of a new one) would go to now."""
        ...

    def mornings(self, mailing_id: int) -> tuple[tuple[str, str, datetime], ...]:
        """(timezone, time of day, when it was due) of each wish on the list at the freeze."""
        ...

    def get(self, mailing_id: int) -> Mailing | None: ...

    def state(self, mailing_id: int) -> MailingState | None: ...

    def set_state(self, mailing_id: int, state: MailingState, note: str, at: datetime) -> bool:
        """Change it, if that move is legal (`may_become`); whether it is in that state now.

        Done it is only when no batch is unsettled.
        """
        ...

    def switch_provider(self, mailing_id: int, provider: str, at: datetime) -> None:
        """Hand what is pending to another provider; what the old one has, or may have, stays its own.

        Raises `Refused` while a process is sending the mailing.
        """
        ...

    @property
    def shared(self) -> bool:
        """Whether several workers may send one mailing at a time."""
        ...

    def acquire(self, mailing_id: int, owner: str, at: datetime) -> bool:
        """Become one of the mailing's workers; False where that has to wait for another process.

        Where a mailing is not `shared`, it has one worker, until that one is not heard of any more.
        """
        ...

    def heartbeat(self, mailing_id: int, owner: str, at: datetime) -> bool:
        """Say that this worker lives; False when it was taken for dead, and its batches for orphans: stop then."""
        ...

    def lease(self, mailing_id: int) -> Lease | None:
        """The lease as it stands, run out or not; None when nobody holds it."""
        ...

    def workers(self, mailing_id: int) -> tuple[Lease, ...]:
        """Everybody at work on it, longest first; also who may have died since it was last heard of."""
        ...

    def release(self, mailing_id: int, owner: str) -> None:
        """End a worker's part, one's own or a dead one's; nothing happens when it has none."""
        ...

    def close(
        self, mailing_id: int, owner: str, state: MailingState, note: str, at: datetime
    ) -> MailingState:
        """End one's own part, and say how the mailing stands: that state, if the move is legal and nobody is left at
        work on it (a mailing is done whoever is). Returns the state as it is then."""
        ...

    def orphans_to_uncertain(self, mailing_id: int, at: datetime, gone: Callable[[str], bool] = ...) -> int:
        """Strike off who has not been heard of for too long, or is ``gone`` for certain; batches left `submitting` by
        nobody at work become `uncertain`. How many did. To be called by a worker that was heard of just now."""
        ...

    def next_due(self, mailing_id: int, missed_before: datetime | None = None) -> datetime | None:
        """When the next pending batch is due, of those whose morning was not missed; None when there is none."""
        ...

    def next_pending(
        self, mailing_id: int, missed_before: datetime | None = None
    ) -> tuple[datetime, int] | None:
        """(when it is due, recipients) of that batch."""
        ...

    def handed_over(self, since: datetime) -> Handed:
        """What was claimed later than that, of all mailings, and has or may have been taken by the provider."""
        ...

    def hasten(self, mailing_id: int, at: datetime, *, older_too: bool = False) -> None:
        """Whoever is pending is due at ``at``; with ``older_too`` for good also who has a later issue already."""
        ...

    def claim(
        self, mailing_id: int, at: datetime, terms: ClaimTerms
    ) -> tuple[Batch, tuple[Recipient, ...]] | None:
        """The next pending batch within the terms, now `submitting` and committed; None when there is none.

        Recipients who unsubscribed or were suppressed since the freeze, and those who have a later issue already,
        are left out and recorded as skipped. A batch with nobody left is settled on the way; a halted mailing has
        none to give, nor has one for which the terms' limits leave no room. A batch due later than in a minute gets
        the terms' ``provider_batch`` and its ``send_at``.
        """
        ...

    def move(
        self,
        batch_id: str,
        old: BatchState,
        new: BatchState,
        at: datetime,
        reason: str = "",
        message_id: str = "",
        *,
        by: Actor = Actor.SENDER,
        attempt: int | None = None,
    ) -> bool:
        """Move a batch if it is still in ``old`` and ``by`` may (`may_move`); whether it happened.

        Noted in its history. With ``attempt`` only if it has been claimed so often: an answer that comes late does not
        touch a later try.
        """
        ...

    def keep_receipt(self, batch_id: str, attempt: int, message_id: str) -> None:
        """Note the receipt of that attempt, of a batch that an event has made `submitted` before the answer came."""
        ...

    def history(self, batch_id: str) -> tuple[BatchMove, ...]:
        """Every move of a batch, oldest first."""
        ...

    def batches(self, mailing_id: int, states: Collection[BatchState] = ()) -> tuple[Batch, ...]:
        """In the order in which they are sent; with ``states`` only those in one of them."""
        ...

    def batch(self, batch_id: str) -> Batch | None: ...

    def recipients_of(self, batch_id: str) -> tuple[Recipient, ...]:
        """Everybody frozen into a batch and not skipped; who was removed since has only a delivery id."""
        ...

    def exclusions(self, mailing_id: int) -> tuple[tuple[int, str, ExclusionReason], ...]:
        """(subscriber id, public id or empty when removed since, reason) of everybody left out."""
        ...

    def skipped(self, mailing_id: int) -> Mapping[str, int]:
        """How many recipients were left out at a claim, by reason."""
        ...

    def counts(self, mailing_id: int) -> Mapping[str, int]:
        """Recipients by batch state, and ``skipped``; over the recipients' own rows."""
        ...

    def tally(self, mailing_id: int) -> Mapping[str, int]:
        """The same as the batches have it: quick, for showing progress."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a set of events."""

    new: int
    repeated: int
    """Told before, by either key."""
    unknown: int
    """Of no delivery of ours: a test mail, another sender's of the same account."""
    settled: tuple[str, ...] = ()
    """Uncertain batches that are submitted now."""
    mailings: tuple[int, ...] = ()
    """Mailings to look at again: a batch of theirs was settled, or somebody complained."""


class EventStore(Protocol):
    """What the provider told of deliveries."""

    def take(self, events: Sequence[DeliveryEvent], at: datetime) -> Taken:
        """Keep the events and all that follows from them (`domain.events`), in one committed transaction.

        Each is kept once, by either of its keys; what follows is the same in any order and with any repeats.
        """
        ...

    def reception(self, mailing_id: int) -> Mapping[Fact, int]:
        """Deliveries of a mailing by what is known of them; those nothing was told of are left out."""
        ...

    def batch_receptions(self, mailing_id: int) -> Mapping[str, Mapping[Fact, int]]:
        """The same by batch id."""
        ...

    def purge(self, received_before: datetime) -> int:
        """Forget events that came before that; how many. What followed from them stays: states, counts, suppressions.

        A repeat of one that was forgotten is kept anew and changes nothing.
        """
        ...


class Marks(Protocol):
    """Single facts about an installation, by name."""

    def mark(self, name: str, value: str, at: datetime) -> None:
        """Note it, instead of what stood there."""
        ...

    def marked(self, name: str) -> str:
        """What was noted last; empty when nothing was."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """An address on one of the provider's suppression lists; an empty key is an entry that is no address."""

    address_key: str
    at: datetime | None = None
    """Since when, where the list says so."""


class SuppressionSource(Protocol):
    """The provider's suppression lists."""

    page_size: int

    def page(self, name: str, offset: int) -> Sequence[Listed] | None:
        """A page of a list; None where this account does not offer the list. Fewer than a page is the end.

        Raises `ProviderRejected`, or `ProviderBusy` and `ProviderUncertain` for what may be asked again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pull:
    """How far the reading of one list is."""

    offset: int
    began_at: datetime
    finished_at: datetime | None = None


class PullStore(Protocol):
    """What was read of the provider's lists. Every method is one committed transaction."""

    def pull(self, name: str) -> Pull | None:
        """The newest reading of that list."""
        ...

    def keep(self, name: str, pull: Pull, held: Held, choices: Mapping[str, Choice]) -> int:
        """Merge a page and note how far the reading is, both or neither; how many are held back anew."""
        ...


Held: TypeAlias = Mapping[tuple[str, SuppressionReason], datetime]
"""(address key, reason) -> since when."""


@dataclass(frozen=True, slots=True)
class Known:
    """What became of one mail that was handed over by itself."""

    delivery_id: str
    outcome: Handover
    reason: str = ""
    """For a refusal, its code; no address."""
    dead: bool = False
    """The refusal says that the mailbox does not exist: hold the address back from now on."""


class HandoverLog(Protocol):
    """What is known of each mail of a batch that goes one by one. Every method is one committed transaction."""

    def begin(self, batch_id: str, at: datetime) -> int:
        """Before the first mail: which claim of the batch this is. Each claim is begun once, so that a process that
        stood still and lost its batch to another never goes on with the other's claim. Raises `StorageError` then."""
        ...

    def note(self, batch_id: str, claim: int, known: Sequence[Known], at: datetime) -> None:
        """Keep what is known; a later word on a delivery replaces the earlier. Raises as `begin` does."""
        ...

    def part(self, batch_id: str, claim: int, at: datetime) -> Parts:
        """Part an interrupted batch by what is known of its mails, and say what it held.

        Accepted mail becomes a batch of its own, submitted; so does mail in doubt, uncertain; refused recipients
        are skipped with the reason. The batch keeps what is open; else what is in doubt; else what was accepted.
        """
        ...


class Provider(Protocol):
    """A way to hand mail over. Adapters raise `ProviderRejected`, `ProviderBusy` or `ProviderUncertain`."""

    name: str
    batch_size: int
    """Most recipients one `submit` takes."""
    real: bool
    """Whether mail leaves this machine: then example values and failed guards refuse a send."""

    def submit(
        self,
        envelope: Envelope,
        batch_id: str,
        recipients: Sequence[Addressed],
        schedule: Schedule | None = None,
    ) -> Accepted:
        """Hand a batch over; ``schedule`` only to one that `Schedules`."""
        ...

    def submit_test(self, envelope: Envelope, email: str) -> Accepted:
        """One marked test mail outside of any mailing."""
        ...

    def submit_letter(self, letter: Letter) -> Accepted:
        """One mail to one person about their own subscription, at once."""
        ...


@runtime_checkable
class Parallel(Protocol):
    """A `Provider` whose ``submit`` may be called by several threads at once."""

    parallel: bool


@runtime_checkable
class Schedules(Protocol):
    """What a `Provider` that takes mail ahead of its time can do besides. Raises as `Provider` does."""

    name: str
    ahead: timedelta
    """How long before its time a batch is handed over at most."""
    cancel_before: timedelta
    """Until how long before its time a batch can be cancelled for sure."""
    most_cancellations: int
    """How many cancellations it holds at a time."""

    def reserve(self) -> str:
        """An id for a batch; costs nothing where it is not used."""
        ...

    def cancellations(self) -> frozenset[str]:
        """The batches (by that id) that it holds a cancellation of."""
        ...

    def cancel(self, provider_batch: str) -> Cancellation:
        """Do not send that batch, whether it has it already or gets it later; may be asked again."""
        ...


# ── backfill ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BackfillDate:
    date: date
    state: str
    """planned, running, done, failed, skipped, cancelled."""
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Backfill:
    id: int
    start: date
    end: date
    policy: str
    order: str
    state: str
    """running, done, failed, cancelled."""
    dates: tuple[BackfillDate, ...]


class BackfillStore(Protocol):
    def create(
        self, start: date, end: date, policy: str, order: str, dates: Sequence[BackfillDate], at: datetime
    ) -> Backfill: ...

    def get(self, backfill_id: int | None = None) -> Backfill | None:
        """That backfill, or the newest."""
        ...

    def failed_dates(self) -> frozenset[date]:
        """Dates whose latest entry, over all backfills, is ``failed``."""
        ...

    def set_date(self, backfill_id: int, entry: BackfillDate, at: datetime) -> None: ...

    def set_state(self, backfill_id: int, state: str, at: datetime) -> None: ...


TokenMaker = Callable[[Recipient], Tokens]
"""The tokens of a recipient's own links, as wired with the installation's secret key."""


class Trimmer(Protocol):
    def __call__(self, issue: Issue) -> Issue | None:
        """Pure. The issue without the next thing that can be spared, or None when nothing can."""
        ...


class Balancer(Protocol):
    def __call__(self, issue: Issue) -> Mapping[str, object]:
        """Pure. The balance audit's figures, as they stand in issue.json."""
        ...


class IssueFiles(Protocol):
    """Where people look for an issue: ``<home>/issues/DATE/``."""

    def write(self, issue: StoredIssue) -> str:
        """Write issue.json, issue.html, issue.txt and checks.json whole or not at all; the folder."""
        ...
