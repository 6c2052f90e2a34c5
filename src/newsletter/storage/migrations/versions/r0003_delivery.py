"""Delivery: each batch its morning, its history, and what it takes to cancel it at the provider.

New columns have defaults and new tables stand beside the old ones: the previous release runs on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("mailings", _some("older_too", sa.Boolean(), server_default=sa.false()))
    _batches()
    _batch_moves()
    _mornings()
    _skips()


def _some(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _text(name: str) -> sa.Column[Any]:
    return _some(name, sa.Text(), server_default=sa.text("''"))


def _batches() -> None:
    """What an older release froze was due at once; it knew no other morning."""
    op.add_column("batches", sa.Column("due_at", UTC))
    op.add_column("batches", sa.Column("claimed_at", UTC))
    op.create_index("ix_batches_claimed_at", "batches", ["claimed_at"])
    op.add_column("batches", sa.Column("send_at", UTC))
    op.add_column("batches", _text("provider_batch"))
    op.add_column("batches", _text("was"))
    op.add_column("batches", _some("skipped", sa.Integer(), server_default=sa.text("0")))
    frozen = "SELECT frozen_at FROM mailings WHERE mailings.id = batches.mailing_id"
    op.execute(f"UPDATE batches SET due_at = ({frozen})")  # noqa: S608
    op.execute("UPDATE batches SET claimed_at = changed_at WHERE attempts > 0")
    gone = "SELECT count(*) FROM recipients WHERE recipients.batch = batches.id AND recipients.skipped <> ''"
    op.execute(f"UPDATE batches SET skipped = ({gone})")  # noqa: S608


def _batch_moves() -> None:
    op.create_table(
        "batch_moves",
        _some("id", ID),
        _some("batch", ID),
        _some("at", UTC),
        _some("old", sa.Text()),
        _some("new", sa.Text()),
        _some("by", sa.Text()),
        _some("attempt", sa.Integer(), server_default=sa.text("0")),
        _text("reason"),
        _text("message_id"),
        _text("provider_batch"),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_batch_moves_batch", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_moves"),
    )
    op.create_index("ix_batch_moves_batch", "batch_moves", ["batch"])


def _mornings() -> None:
    op.create_table(
        "mornings",
        _some("mailing_id", ID, autoincrement=False),
        _some("timezone", sa.Text()),
        _some("deliver_at", sa.Text()),
        _some("due_at", UTC),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name="fk_mornings_mailing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailing_id", "timezone", "deliver_at", name="pk_mornings"),
    )


def _skips() -> None:
    op.create_table(
        "skips",
        _some("date", sa.Date()),
        _some("skipped_by", sa.Text()),
        _some("reason", sa.Text()),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("date", name="pk_skips"),
    )
