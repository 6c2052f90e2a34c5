"""Every table of the newsletter. `migrations/` builds them; a test proves the two agree on both databases.

Names of constraints are spelled out by a convention, so that a later migration can name what it changes.
Times are `Utc`, big texts `Packed`; a row's own number (``id``) never leaves this room but for a mailing's,
a backfill's, a report's and a subscriber's.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from newsletter.storage.columns import BigId, Packed, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str) -> Column[str]:
    """A text that is empty rather than absent."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def _number(name: str, start: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(start)))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


# ── feeds ──────────────────────────────────────────────────────────────────────────────────────────

feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
)

feed_states = Table(
    "feed_states",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feed_id", BigId, ForeignKey(feeds.c.id), nullable=False),
    Column("at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    _text("outlet"),
    Column("status", Text, nullable=False),
    _text("message"),
    _text("todo"),
    _number("http_status"),
    _text("fetch_url"),
    _text("etag"),
    _text("last_modified"),
    _text("digest"),
    _number("failures"),
    Column("failing_since", Utc),
    Column("retry_at", Utc),
    Column("host_paused_until", Utc),
    _flag("disabled"),
    Column("last_success", Utc),
    Column("last_full_get", Utc),
    _text("moved_to"),
    _number("moved_runs"),
    _number("items"),
    Column("newest_item", Utc),
    # The newest state at or before a TIME: one step into this index per feed, however long its history.
    Index(None, "feed_id", "at", "id"),
    Index(None, "feed_id", "digest", "at"),
)

bodies = Table(
    "bodies",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("body", Packed, nullable=False),
)

captures = Table(
    "captures",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feed_id", BigId, ForeignKey(feeds.c.id), nullable=False),
    Column("fetched_at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    _number("http_status"),
    _text("final_url"),
    Column("headers", JSON, nullable=False),
    Column("digest", Text, ForeignKey(bodies.c.digest), nullable=False, index=True),
    _number("size"),
    _text("provenance"),
    UniqueConstraint("feed_id", "fetched_at", "digest"),
    Index(None, "recorded_at"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("article_id", Text, nullable=False, unique=True),
    Column("outlet", Text, nullable=False),
    Column("guid", Text, nullable=False),
    Column("first_seen", Utc, nullable=False),
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("article", BigId, ForeignKey(articles.c.id), nullable=False),
    Column("seen_at", Utc, nullable=False),
    # The last TIME at which it was seen unchanged: tells what a version that arrives late is put between.
    Column("last_seen", Utc, nullable=False),
    Column("published", Utc, nullable=False, index=True),
    _flag("date_inferred"),
    # The date that this version itself came with; null when the feed gave none we believe.
    Column("dated", Utc),
    _text("published_raw"),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    _text("text"),
    _text("author"),
    Column("kind", Text, nullable=False),
    _text("wire"),
    _text("lang"),
    _text("feed_url"),
    _text("provenance"),
    Column("aliases", JSON, nullable=False),
    UniqueConstraint("article", "seen_at"),
)

article_aliases = Table(
    "article_aliases",
    metadata,
    Column("outlet", Text, primary_key=True),
    Column("alias", Text, primary_key=True),
    Column("article", BigId, ForeignKey(articles.c.id), nullable=False),
)

# ── what is computed once and kept ──────────────────────────────────────────────────────────────────

term_days = Table(
    "term_days",
    metadata,
    # In how many articles of one closed day each term stood: the background of the grouping's rarities.
    Column("day", Date, primary_key=True),
    # Names the way of counting; a table counted another way is counted anew.
    Column("recipe", Text, primary_key=True),
    Column("documents", Integer, nullable=False),
    Column("counts", Packed, nullable=False),
)

text_vectors = Table(
    "text_vectors",
    metadata,
    # An article's embedding, found by what was embedded: the same words are never computed twice.
    Column("model", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False, index=True),
)

model_texts = Table(
    "model_texts",
    metadata,
    # A model's answer, found by everything it was asked: what a rebuild uses instead of asking again.
    Column("key", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("answer", Packed, nullable=False),
    Column("at", Utc, nullable=False, index=True),
)

# ── issues ─────────────────────────────────────────────────────────────────────────────────────────

issues = Table(
    "issues",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("date", Date, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("as_of", Utc, nullable=False),
    _flag("frozen"),
    Column("html_sha256", Text, nullable=False),
    Column("document", Packed, nullable=False),
    Column("html", Packed, nullable=False),
    Column("text", Packed, nullable=False),
    Column("text_before", Packed),
    UniqueConstraint("date", "revision"),
)

approvals = Table(
    "approvals",
    metadata,
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("approved_by", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("overrides", JSON, nullable=False),
)

issue_stories = Table(
    "issue_stories",
    metadata,
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("story_id", Text, nullable=False, index=True),
    Column("thread_id", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("article_ids", JSON, nullable=False),
    _text("search"),
)

story_terms = Table(
    "story_terms",
    metadata,
    # The index that related earlier stories are found by: the telling terms of each kept story. Term first:
    # a search reads each term's stories in one piece.
    Column("term", Text, primary_key=True),
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("weight", Float, nullable=False),
    Index(None, "issue_id", "position"),
    sqlite_with_rowid=False,
)

story_indexes = Table(
    "story_indexes",
    metadata,
    # Which issues are in the index, and by which recipe: whatever is missing is indexed when it is needed.
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("recipe", Text, nullable=False),
)

thread_events = Table(
    "thread_events",
    metadata,
    # A story that joins several threads (merge) or one of several that continue the same one (split).
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
)

skips = Table(
    "skips",
    metadata,
    # Days without an issue, by somebody's word or the rule about approvals.
    Column("date", Date, primary_key=True),
    Column("skipped_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("number", BigId, primary_key=True),
    Column("date", Date, nullable=False),
    _text("story_id"),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    _text("contact"),
    Column("at", Utc, nullable=False),
    _text("answer"),
    Column("answered_at", Utc),
    sqlite_autoincrement=True,
)

# ── audience ───────────────────────────────────────────────────────────────────────────────────────

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("email", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),
    _text("name"),
    Column("status", Text, nullable=False, index=True),
    Column("status_at", Utc),
    _text("timezone"),
    _text("deliver_at"),
    _text("consent_source"),
    Column("consent_at", Utc),
    Column("created_at", Utc),
    _number("token_version", 1),
    _text("consent_text"),
    Column("confirmed_at", Utc),
    Column("paused_until", Utc),
    # A number is never given twice: recipients keep it after the person is removed.
    sqlite_autoincrement=True,
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_key", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

# ── mailings ───────────────────────────────────────────────────────────────────────────────────────

mailings = Table(
    "mailings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("issue_date", Date, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("html_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("frozen_at", Utc, nullable=False),
    _number("candidates"),
    _number("recipients"),
    _text("provider"),
    _text("note"),
    Column("state_at", Utc, nullable=False),
    _text("lease_owner"),
    Column("lease_at", Utc),
    # An operator's word (--allow-stale): it also goes to those who have a later issue already.
    _flag("older_too"),
    # Number of the correction that is mailed; 0: the issue itself.
    _number("correction"),
    UniqueConstraint("issue_date", "correction"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("batch_id", Text, nullable=False, unique=True),
    Column("mailing_id", BigId, ForeignKey(mailings.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _number("recipients"),
    _number("attempts"),
    _text("reason"),
    _text("message_id"),
    Column("changed_at", Utc),
    # When its people should have it: all of a batch share one morning.
    Column("due_at", Utc),
    # When it was last taken for sending: what counts for limits.
    Column("claimed_at", Utc, index=True),
    # What the provider was told, of a batch handed over ahead; and the id to cancel it by.
    Column("send_at", Utc),
    _text("provider_batch"),
    # Of a batch that is `cancelling`: the state it came from.
    _text("was"),
    # Recipients left out at a claim: those of `recipients` are who is left.
    _number("skipped"),
    # The claim (of `attempts`) that handing it over one by one began for: each begins once.
    _number("begun"),
    # The first event of the provider's that names it, or one of its deliveries: proof that it was accepted.
    Column("seen_at", Utc),
    # Who has it, where that is not the mailing's provider (any more); empty: the mailing's.
    _text("provider"),
    # The first event that proves not only that it was accepted, but that mail of it has gone out.
    Column("left_at", Utc),
    UniqueConstraint("mailing_id", "number"),
    # The worker that claimed it last (`tables_workers`); empty: an older release's.
    _text("claimed_by"),
    Index(None, "mailing_id", "state", "number"),
    # The next to claim is found by its morning.
    Index(None, "mailing_id", "state", "due_at", "number"),
)

batch_moves = Table(
    "batch_moves",
    metadata,
    # A batch's history: every change of its state, and who made it.
    Column("id", BigId, primary_key=True),
    Column("batch", BigId, ForeignKey(batches.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("by", Text, nullable=False),
    _number("attempt"),
    _text("reason"),
    _text("message_id"),
    _text("provider_batch"),
)

mornings = Table(
    "mornings",
    metadata,
    # What the mailing made of each wish on the list: whose clock says what is due when.
    Column(
        "mailing_id",
        BigId,
        ForeignKey(mailings.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("timezone", Text, primary_key=True),
    Column("deliver_at", Text, primary_key=True),
    Column("due_at", Utc, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("issue_date", Date, nullable=False),
    # No foreign key: a removed person's row goes, the fact that somebody was mailed stays.
    Column("subscriber_id", BigId, nullable=False),
    Column("batch", BigId, ForeignKey(batches.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("delivery_id", Text, nullable=False, unique=True),
    _text("skipped"),
    # As its mailing has it: nobody is mailed an issue twice, nor a correction.
    _number("correction"),
    UniqueConstraint("issue_date", "correction", "subscriber_id"),
)

exclusions = Table(
    "exclusions",
    metadata,
    Column(
        "mailing_id",
        BigId,
        ForeignKey(mailings.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("subscriber_id", BigId, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)

# ── what the provider tells ────────────────────────────────────────────────────────────────────────

delivery_events = Table(
    "delivery_events",
    metadata,
    # Each event once, by either of two keys: the provider's own id is reported to change when it repeats itself.
    Column("id", BigId, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    _text("delivery_id"),
    Column("kind", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
)

delivery_states = Table(
    "delivery_states",
    metadata,
    # What the events say of one delivery, folded (`domain.events.Fact`).
    Column("delivery_id", Text, primary_key=True),
    Column("batch", BigId, ForeignKey(batches.c.id, ondelete="CASCADE"), nullable=False),
    Column("facts", Integer, nullable=False),
    Index(None, "batch", "facts"),
)

provider_choices = Table(
    "provider_choices",
    metadata,
    # Leaving and returning by the provider's own unsubscribe links: the later one counts, in any order of arrival.
    Column("address_key", Text, primary_key=True),
    Column("left_at", Utc),
    Column("returned_at", Utc),
)

suppression_pulls = Table(
    "suppression_pulls",
    metadata,
    # How far reading each of the provider's suppression lists is: an interrupted reading goes on there.
    Column("name", Text, primary_key=True),
    _number("offset"),
    Column("began_at", Utc, nullable=False),
    Column("finished_at", Utc),
)

handovers = Table(
    "handovers",
    metadata,
    # SMTP hands mail over one by one: what is known of each while its batch is under way.
    Column("delivery_id", Text, primary_key=True),
    Column("batch_id", Text, nullable=False, index=True),
    Column("outcome", Text, nullable=False),
    _text("reason"),
    Column("at", Utc, nullable=False),
)

# ── backfills ──────────────────────────────────────────────────────────────────────────────────────

backfills = Table(
    "backfills",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("policy", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
)

backfill_dates = Table(
    "backfill_dates",
    metadata,
    Column(
        "backfill_id",
        BigId,
        ForeignKey(backfills.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("date", Date, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _number("attempt"),
    _text("reason"),
    Column("changed_at", Utc, nullable=False),
)
