"""What the provider tells of each delivery; whose hands a batch is in; mail handed over one by one.

New tables, and new columns that may stay empty: the previous release runs on beside it.
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


def _batches_seen() -> None:
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
