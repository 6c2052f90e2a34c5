"""Workers: several share one mailing, and each batch under way names who claimed it.

A new table, a column with a default and indexes: the previous release runs on, and keeps out of mailings that are
being shared, for the lease it looks at is held by all of them together.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("mailing_id", ID, nullable=False),
        sa.Column("began_at", UTC, nullable=False),
        sa.Column("heard_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name="fk_workers_mailing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", name="pk_workers"),
    )
    op.create_index("ix_workers_mailing_id", "workers", ["mailing_id"])
    op.add_column("batches", sa.Column("claimed_by", sa.Text(), nullable=False, server_default=sa.text("''")))
    # The next batch to claim is found by its morning, however many there are.
    op.create_index(
        "ix_batches_mailing_id_state_due_at_number", "batches", ["mailing_id", "state", "due_at", "number"]
    )
