"""Tables of the editor's desk, beside those of `tables`: the record of changes to an issue."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Index, Table, Text

from newsletter.storage.columns import BigId, Utc
from newsletter.storage.tables import metadata

edits = Table(
    "edits",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("issue_date", Date, nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("change", JSON, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", Utc),
    Index(None, "issue_date", "id"),
)
"""Never deleted: what was undone says by whom and when."""
