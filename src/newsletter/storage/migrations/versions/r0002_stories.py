"""What grouping and writing compute once and keep; the index of earlier stories; merges and splits of threads.

Only new tables: the previous release runs on beside it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    _term_days()
    _text_vectors()
    _model_texts()
    _story_terms()
    _story_indexes()
    _thread_events()


def _some(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _term_days() -> None:
    op.create_table(
        "term_days",
        _some("day", sa.Date()),
        _some("recipe", sa.Text()),
        _some("documents", sa.Integer()),
        _some("counts", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("day", "recipe", name="pk_term_days"),
    )


def _text_vectors() -> None:
    op.create_table(
        "text_vectors",
        _some("model", sa.Text()),
        _some("digest", sa.Text()),
        _some("vector", sa.LargeBinary()),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("model", "digest", name="pk_text_vectors"),
    )
    op.create_index("ix_text_vectors_at", "text_vectors", ["at"])


def _model_texts() -> None:
    op.create_table(
        "model_texts",
        _some("key", sa.Text()),
        _some("model", sa.Text()),
        _some("answer", sa.LargeBinary()),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("key", name="pk_model_texts"),
    )
    op.create_index("ix_model_texts_at", "model_texts", ["at"])


def _story_terms() -> None:
    op.create_table(
        "story_terms",
        _some("term", sa.Text()),
        _some("issue_id", ID, autoincrement=False),
        _some("position", sa.Integer(), autoincrement=False),
        _some("weight", sa.Float()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_story_terms_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("term", "issue_id", "position", name="pk_story_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_terms_issue_id_position", "story_terms", ["issue_id", "position"])


def _story_indexes() -> None:
    op.create_table(
        "story_indexes",
        _some("issue_id", ID, autoincrement=False),
        _some("recipe", sa.Text()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_story_indexes_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name="pk_story_indexes"),
    )


def _thread_events() -> None:
    op.create_table(
        "thread_events",
        _some("issue_id", ID, autoincrement=False),
        _some("position", sa.Integer(), autoincrement=False),
        _some("kind", sa.Text()),
        _some("thread_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_thread_events_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "position", "kind", "thread_id", name="pk_thread_events"),
    )
