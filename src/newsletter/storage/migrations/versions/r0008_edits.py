"""The editor's desk: the record of changes to an issue, and the text that a build replaced.

A new table and a column that may stay empty; the previous release runs on beside them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("issues", sa.Column("text_before", sa.LargeBinary()))
    search = sa.Column("search", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column("issue_stories", search)
    op.create_table(
        "edits",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("undone_by", sa.Text()),
        sa.Column("undone_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
    )
    op.create_index("ix_edits_issue_date_id", "edits", ["issue_date", "id"])
