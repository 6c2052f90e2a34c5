"""Signing up by oneself: the queue, open sign-ups, the mails about them, words agreed to, limits, reasons; a pause.

New columns have defaults or may stay empty, and new tables stand beside the old ones: the previous release runs on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("subscribers", _text("consent_text"))
    op.add_column("subscribers", sa.Column("confirmed_at", UTC))
    op.add_column("subscribers", sa.Column("paused_until", UTC))
    _signup_requests()
    _signups()
    _list_mails()
    _consent_texts()
    _limit_marks()
    _leave_reasons()


def _some(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _text(name: str) -> sa.Column[Any]:
    return _some(name, sa.Text(), server_default=sa.text("''"))


def _number(name: str) -> sa.Column[Any]:
    return _some(name, sa.Integer(), server_default=sa.text("0"))


def _wishes() -> tuple[sa.Column[Any], ...]:
    return tuple(_text(name) for name in ("name", "timezone", "deliver_at", "consent_text", "source"))


def _signup_requests() -> None:
    op.create_table(
        "signup_requests",
        _some("id", ID),
        _some("address_key", sa.Text()),
        _some("email", sa.Text()),
        *_wishes(),
        _some("at", UTC),
        _number("tries"),
        sa.PrimaryKeyConstraint("id", name="pk_signup_requests"),
        sa.UniqueConstraint("address_key", name="uq_signup_requests_address_key"),
    )


def _signups() -> None:
    op.create_table(
        "signups",
        _some("subscriber_id", ID, autoincrement=False),
        *_wishes(),
        _some("asked_at", UTC),
        _some("fresh", sa.Boolean(), server_default=sa.false()),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_signups_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_signups"),
    )
    op.create_index("ix_signups_asked_at", "signups", ["asked_at"])


def _list_mails() -> None:
    op.create_table(
        "list_mails",
        _some("id", ID),
        _some("mail_id", sa.Text()),
        _some("kind", sa.Text()),
        _some("subscriber_id", ID),
        _some("address_digest", sa.Text()),
        _some("state", sa.Text()),
        _some("created_at", UTC),
        *(sa.Column(name, UTC) for name in ("claimed_at", "settled_at", "retry_at")),
        _number("tries"),
        *(_text(name) for name in ("reason", "provider", "message_id")),
        sa.PrimaryKeyConstraint("id", name="pk_list_mails"),
        sa.UniqueConstraint("mail_id", name="uq_list_mails_mail_id"),
    )
    for columns in (["subscriber_id"], ["claimed_at"], ["address_digest", "created_at"], ["state", "id"]):
        op.create_index(f"ix_list_mails_{'_'.join(columns)}", "list_mails", columns)


def _consent_texts() -> None:
    op.create_table(
        "consent_texts",
        _some("version", sa.Text()),
        _some("words", sa.Text()),
        _some("first_at", UTC),
        sa.PrimaryKeyConstraint("version", name="pk_consent_texts"),
    )


def _limit_marks() -> None:
    op.create_table(
        "limit_marks",
        _some("id", ID),
        _some("who", sa.Text()),
        _some("at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_limit_marks"),
    )
    op.create_index("ix_limit_marks_at", "limit_marks", ["at"])
    op.create_index("ix_limit_marks_who_at", "limit_marks", ["who", "at"])


def _leave_reasons() -> None:
    op.create_table(
        "leave_reasons",
        _some("day", sa.Date()),
        _some("reason", sa.Text()),
        _number("people"),
        sa.PrimaryKeyConstraint("day", "reason", name="pk_leave_reasons"),
    )
