"""The tables of corrections, beside those of `tables` and known to the same metadata."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text, text

from newsletter.storage.columns import BigId, Packed, Utc
from newsletter.storage.tables import issues, metadata


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


corrections = Table(
    "corrections",
    metadata,
    # Numbered by us, one after the other: a sequence would leave gaps, and readers count.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("issue_date", Date, nullable=False, index=True),
    _text("story_id"),
    Column("date", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    # Its mail, as drafted; null until it was.
    _text("subject"),
    Column("html", Packed),
    Column("plain", Packed),
    _text("approved_by"),
    _text("approved_sha256"),
)

correction_tellings = Table(
    "correction_tellings",
    metadata,
    # Which issues have it at their top. Written with the issue, so that no document has to be read for it.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column(
        "issue_id", BigId, ForeignKey(issues.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
)
