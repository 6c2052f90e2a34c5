"""Delivery: each batch its morning, its history, who has it and how to cancel it there; what the provider tells of it.

New columns have defaults or may stay empty, and new tables stand beside the old ones: the previous release runs on.
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
    _batches_seen()
    _delivery_events()
    _delivery_states()
    _provider_choices()
    _suppression_pulls()
    _handovers()


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


def _batches_seen() -> None:
    op.add_column("batches", _some("begun", sa.Integer(), server_default=sa.text("0")))
    op.add_column("batches", sa.Column("seen_at", UTC))
    op.add_column("batches", _text("provider"))


def _delivery_events() -> None:
    op.create_table(
        "delivery_events",
        _some("id", ID),
        _some("event_id", sa.Text()),
        _some("fingerprint", sa.Text()),
        _text("delivery_id"),
        _some("kind", sa.Text()),
        _some("at", UTC),
        _some("received_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_events"),
        sa.UniqueConstraint("event_id", name="uq_delivery_events_event_id"),
        sa.UniqueConstraint("fingerprint", name="uq_delivery_events_fingerprint"),
    )


def _delivery_states() -> None:
    op.create_table(
        "delivery_states",
        _some("delivery_id", sa.Text()),
        _some("batch", ID),
        _some("facts", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["batch"], ["batches.id"], name="fk_delivery_states_batch", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery_states"),
    )
    op.create_index("ix_delivery_states_batch_facts", "delivery_states", ["batch", "facts"])


def _provider_choices() -> None:
    op.create_table(
        "provider_choices",
        _some("address_key", sa.Text()),
        sa.Column("left_at", UTC),
        sa.Column("returned_at", UTC),
        sa.PrimaryKeyConstraint("address_key", name="pk_provider_choices"),
    )


def _suppression_pulls() -> None:
    op.create_table(
        "suppression_pulls",
        _some("name", sa.Text()),
        _some("offset", sa.Integer(), server_default=sa.text("0")),
        _some("began_at", UTC),
        sa.Column("finished_at", UTC),
        sa.PrimaryKeyConstraint("name", name="pk_suppression_pulls"),
    )


def _handovers() -> None:
    op.create_table(
        "handovers",
        _some("delivery_id", sa.Text()),
        _some("batch_id", sa.Text()),
        _some("outcome", sa.Text()),
        _text("reason"),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_batch_id", "handovers", ["batch_id"])
