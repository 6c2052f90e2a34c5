"""The first schema: feeds and articles, issues, audience, mailings, backfills.

Revision: 0001, the first. Types are spelled out here and not taken from `storage.tables`, which will move on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    _feeds()
    _articles()
    _issues()
    _audience()
    _mailings()
    _backfills()


def _some(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _text(name: str) -> sa.Column[Any]:
    return _some(name, sa.Text(), server_default=sa.text("''"))


def _number(name: str, start: int = 0) -> sa.Column[Any]:
    return _some(name, sa.Integer(), server_default=sa.text(str(start)))


def _flag(name: str) -> sa.Column[Any]:
    return _some(name, sa.Boolean(), server_default=sa.false())


def _feeds() -> None:
    op.create_table(
        "feeds",
        _some("id", ID),
        _some("url", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
    )
    op.create_table(
        "feed_states",
        _some("id", ID),
        _some("feed_id", ID),
        _some("at", UTC),
        _some("recorded_at", UTC),
        _text("outlet"),
        _some("status", sa.Text()),
        _text("message"),
        _text("todo"),
        _number("http_status"),
        _text("fetch_url"),
        _text("etag"),
        _text("last_modified"),
        _text("digest"),
        _number("failures"),
        sa.Column("failing_since", UTC),
        sa.Column("retry_at", UTC),
        sa.Column("host_paused_until", UTC),
        _flag("disabled"),
        sa.Column("last_success", UTC),
        sa.Column("last_full_get", UTC),
        _text("moved_to"),
        _number("moved_runs"),
        _number("items"),
        sa.Column("newest_item", UTC),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_states_feed_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_states"),
    )
    op.create_index("ix_feed_states_feed_id_at_id", "feed_states", ["feed_id", "at", "id"])
    op.create_index("ix_feed_states_feed_id_digest_at", "feed_states", ["feed_id", "digest", "at"])
    op.create_table(
        "bodies",
        _some("digest", sa.Text()),
        _some("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("digest", name="pk_bodies"),
    )
    op.create_table(
        "captures",
        _some("id", ID),
        _some("feed_id", ID),
        _some("fetched_at", UTC),
        _some("recorded_at", UTC),
        _number("http_status"),
        _text("final_url"),
        _some("headers", sa.JSON()),
        _some("digest", sa.Text()),
        _number("size"),
        _text("provenance"),
        sa.ForeignKeyConstraint(["digest"], ["bodies.digest"], name="fk_captures_digest"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_captures_feed_id"),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
        sa.UniqueConstraint("feed_id", "fetched_at", "digest", name="uq_captures_feed_id_fetched_at_digest"),
    )
    op.create_index("ix_captures_digest", "captures", ["digest"])
    op.create_index("ix_captures_recorded_at", "captures", ["recorded_at"])


def _articles() -> None:
    op.create_table(
        "articles",
        _some("id", ID),
        _some("article_id", sa.Text()),
        _some("outlet", sa.Text()),
        _some("guid", sa.Text()),
        _some("first_seen", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("article_id", name="uq_articles_article_id"),
    )
    op.create_table(
        "article_versions",
        _some("id", ID),
        _some("article", ID),
        _some("seen_at", UTC),
        _some("last_seen", UTC),
        _some("published", UTC),
        _flag("date_inferred"),
        sa.Column("dated", UTC),
        _text("published_raw"),
        _some("url", sa.Text()),
        _some("title", sa.Text()),
        _text("text"),
        _text("author"),
        _some("kind", sa.Text()),
        _text("wire"),
        _text("lang"),
        _text("feed_url"),
        _text("provenance"),
        _some("aliases", sa.JSON()),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_article_versions_article"),
        sa.PrimaryKeyConstraint("id", name="pk_article_versions"),
        sa.UniqueConstraint("article", "seen_at", name="uq_article_versions_article_seen_at"),
    )
    op.create_index("ix_article_versions_published", "article_versions", ["published"])
    op.create_table(
        "article_aliases",
        _some("outlet", sa.Text()),
        _some("alias", sa.Text()),
        _some("article", ID),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_article_aliases_article"),
        sa.PrimaryKeyConstraint("outlet", "alias", name="pk_article_aliases"),
    )


def _issues() -> None:
    op.create_table(
        "issues",
        _some("id", ID),
        _some("date", sa.Date()),
        _some("revision", sa.Integer()),
        _some("number", sa.Integer()),
        _some("as_of", UTC),
        _flag("frozen"),
        _some("html_sha256", sa.Text()),
        _some("document", sa.LargeBinary()),
        _some("html", sa.LargeBinary()),
        _some("text", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("date", "revision", name="uq_issues_date_revision"),
    )
    op.create_table(
        "approvals",
        _some("issue_id", ID, autoincrement=False),
        _some("approved_by", sa.Text()),
        _some("sha256", sa.Text()),
        _some("overrides", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_approvals_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name="pk_approvals"),
    )
    op.create_table(
        "issue_stories",
        _some("issue_id", ID, autoincrement=False),
        _some("position", sa.Integer(), autoincrement=False),
        _some("story_id", sa.Text()),
        _some("thread_id", sa.Text()),
        _some("headline", sa.Text()),
        _some("article_ids", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_stories_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "position", name="pk_issue_stories"),
    )
    op.create_index("ix_issue_stories_story_id", "issue_stories", ["story_id"])
    op.create_table(
        "reports",
        _some("number", ID),
        _some("date", sa.Date()),
        _text("story_id"),
        _some("kind", sa.Text()),
        _some("text", sa.Text()),
        _text("contact"),
        _some("at", UTC),
        _text("answer"),
        sa.Column("answered_at", UTC),
        sa.PrimaryKeyConstraint("number", name="pk_reports"),
        sqlite_autoincrement=True,
    )


def _audience() -> None:
    op.create_table(
        "subscribers",
        _some("id", ID),
        _some("public_id", sa.Text()),
        _some("email", sa.Text()),
        _some("address_key", sa.Text()),
        _text("name"),
        _some("status", sa.Text()),
        sa.Column("status_at", UTC),
        _text("timezone"),
        _text("deliver_at"),
        _text("consent_source"),
        sa.Column("consent_at", UTC),
        sa.Column("created_at", UTC),
        _number("token_version", 1),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("address_key", name="uq_subscribers_address_key"),
        sa.UniqueConstraint("public_id", name="uq_subscribers_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_status", "subscribers", ["status"])
    op.create_table(
        "suppressions",
        _some("address_key", sa.Text()),
        _some("reason", sa.Text()),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("address_key", "reason", name="pk_suppressions"),
    )


def _mailings() -> None:
    op.create_table(
        "mailings",
        _some("id", ID),
        _some("issue_date", sa.Date()),
        _some("revision", sa.Integer()),
        _some("html_sha256", sa.Text()),
        _some("state", sa.Text()),
        _some("frozen_at", UTC),
        _number("candidates"),
        _number("recipients"),
        _text("provider"),
        _text("note"),
        _some("state_at", UTC),
        _text("lease_owner"),
        sa.Column("lease_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_mailings"),
        sa.UniqueConstraint("issue_date", name="uq_mailings_issue_date"),
    )
    op.create_table(
        "batches",
        _some("id", ID),
        _some("batch_id", sa.Text()),
        _some("mailing_id", ID),
        _some("number", sa.Integer()),
        _some("state", sa.Text()),
        _number("recipients"),
        _number("attempts"),
        _text("reason"),
        _text("message_id"),
        sa.Column("changed_at", UTC),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name="fk_batches_mailing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("batch_id", name="uq_batches_batch_id"),
        sa.UniqueConstraint("mailing_id", "number", name="uq_batches_mailing_id_number"),
    )
    op.create_index("ix_batches_mailing_id_state_number", "batches", ["mailing_id", "state", "number"])
    op.create_table(
        "recipients",
        _some("id", ID),
        _some("issue_date", sa.Date()),
        _some("subscriber_id", ID),
        _some("batch", ID),
        _some("delivery_id", sa.Text()),
        _text("skipped"),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_recipients_batch", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
        sa.UniqueConstraint("delivery_id", name="uq_recipients_delivery_id"),
        sa.UniqueConstraint("issue_date", "subscriber_id", name="uq_recipients_issue_date_subscriber_id"),
    )
    op.create_index("ix_recipients_batch", "recipients", ["batch"])
    op.create_table(
        "exclusions",
        _some("mailing_id", ID, autoincrement=False),
        _some("subscriber_id", ID, autoincrement=False),
        _some("reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name="fk_exclusions_mailing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailing_id", "subscriber_id", name="pk_exclusions"),
    )


def _backfills() -> None:
    op.create_table(
        "backfills",
        _some("id", ID),
        _some("start", sa.Date()),
        _some("end", sa.Date()),
        _some("policy", sa.Text()),
        _some("order", sa.Text()),
        _some("state", sa.Text()),
        _some("created_at", UTC),
        _some("changed_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_backfills"),
    )
    op.create_table(
        "backfill_dates",
        _some("backfill_id", ID, autoincrement=False),
        _some("date", sa.Date()),
        _some("position", sa.Integer()),
        _some("state", sa.Text()),
        _number("attempt"),
        _text("reason"),
        _some("changed_at", UTC),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfills.id"], name="fk_backfill_dates_backfill_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("backfill_id", "date", name="pk_backfill_dates"),
    )
