"""Corrections, and mailings beside an issue's own: more than one a date, told apart by the correction they mail.

SQLite cannot change a constraint: two tables are built anew there, with foreign keys off (`schema.migrate` sees to
that), or dropping the old one would empty the tables that refer to it. The previous release goes on beside this one:
what it writes is about issues (``correction`` 0). A correction's mail it does not know: where it comes upon one, it
refuses to send it, for its bytes are not the issue's.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("batches", sa.Column("left_at", UTC))
    _also_by_correction("mailings", [], "uq_mailings_issue_date")
    _also_by_correction("recipients", ["subscriber_id"], "uq_recipients_issue_date_subscriber_id")
    _corrections()
    _tellings()


def _some(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _text(name: str) -> sa.Column[Any]:
    return _some(name, sa.Text(), server_default=sa.text("''"))


def _also_by_correction(table: str, more: list[str], old: str) -> None:
    """The unique key by date, and whatever stood with it, now also by correction."""
    key = ["issue_date", "correction", *more]
    with op.batch_alter_table(table) as change:
        change.add_column(_some("correction", sa.Integer(), server_default=sa.text("0")))
        change.drop_constraint(old, type_="unique")
        change.create_unique_constraint(f"uq_{table}_{'_'.join(key)}", key)


def _corrections() -> None:
    op.create_table(
        "corrections",
        _some("number", sa.Integer(), autoincrement=False),
        _some("issue_date", sa.Date()),
        _text("story_id"),
        _some("date", sa.Date()),
        _some("text", sa.Text()),
        _some("made_by", sa.Text()),
        _some("made_at", UTC),
        _some("recorded_at", UTC),
        _text("subject"),
        sa.Column("html", sa.LargeBinary()),
        sa.Column("plain", sa.LargeBinary()),
        _text("approved_by"),
        _text("approved_sha256"),
        sa.PrimaryKeyConstraint("number", name="pk_corrections"),
    )
    op.create_index("ix_corrections_issue_date", "corrections", ["issue_date"])


def _tellings() -> None:
    op.create_table(
        "correction_tellings",
        _some("number", sa.Integer(), autoincrement=False),
        _some("issue_id", ID, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_correction_tellings_issue_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", "issue_id", name="pk_correction_tellings"),
    )
